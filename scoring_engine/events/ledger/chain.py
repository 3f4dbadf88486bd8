"""The chain of hashes: each event's stands for it and for all before it.

The hash of an event is the SHA-256 of 32 bytes, the hash of the event before it (zeros before the first), and of its canonical
JSON in UTF-8. Whoever notes one hash can tell later whether anything up to that event was changed, left out or moved.
"""

from __future__ import annotations

from hashlib import sha256

GENESIS = bytes(32)
"""What the chain begins with."""


def link(before: bytes, body: bytes) -> bytes:
    """The hash of an event with the canonical JSON `body` after an event with the hash `before`."""
    return sha256(before + body).digest()
