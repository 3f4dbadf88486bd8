"""What can go wrong with a ledger, each said to the person who can mend it."""

from __future__ import annotations

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message


class LedgerError(InputError):
    """A ledger that cannot be opened or read: none there, none of ours, newer, damaged, unreachable."""


class HeldError(LedgerError):
    """Another program writes to the ledger."""


class NotStoredError(LedgerError):
    """Nothing of what was appended is stored, as when the disk is full. Sending the same again is safe and right."""


class ConflictError(InputError):
    """An event whose id the ledger has already, with other content; nothing of what it came with was stored.

    id     of the event
    seq    of the one that the ledger has; None where both came together
    """

    def __init__(self, message: Message, id: str, seq: int | None) -> None:
        super().__init__(message)
        self.id = id
        self.seq = seq
