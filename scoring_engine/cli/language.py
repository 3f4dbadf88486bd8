"""The language of a command line: what --lang asks for, else that of the environment."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar

from scoring_engine.messages import LANGUAGES, default_language

_asked: ContextVar[str | None] = ContextVar("_asked", default=None)


def language() -> str:
    """The language asked for with --lang, else that of the environment."""
    return _asked.get() or default_language()


def listen(args: Sequence[str]) -> None:
    """Looks for --lang in a command line before anything else is read from it, so that its help and its errors speak that language.

    A language that is not known is left to the option itself. What an earlier command line asked for is forgotten.
    """
    asked = None
    for place, arg in enumerate(args):
        if arg == "--":
            break
        name, _, value = arg.partition("=")
        if name == "--lang":
            asked = value or next(iter(args[place + 1 :]), "")
    _asked.set(asked if asked in LANGUAGES else None)


def ask(lang: str) -> None:
    """Has everything from now on, a failure too, be said in `lang`."""
    _asked.set(lang)
