"""Whether the process is the command line's own, so that it may be set up for its one command and need not serve anything else after.

A program that has imported the package, and goes on, must find everything as it was: the garbage collector, the memory allocator,
and what its own imports give it.
"""

from __future__ import annotations

_own = False


def take() -> None:
    """Says that the process ends with the command that it runs."""
    global _own
    _own = True


def is_own() -> bool:
    """Whether the process ends with the command that it runs."""
    return _own
