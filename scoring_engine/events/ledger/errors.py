"""What can go wrong with a ledger, each said to the person who can mend it."""

from __future__ import annotations

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message


class LedgerError(InputError):
    """A ledger that cannot be opened or read: none there, none of ours, newer, damaged, unreachable."""


class HeldError(LedgerError):
    """Another program writes to the ledger."""


class NotStoredError(LedgerError):
    """What was appended is not known to be stored, as when the disk is full. Sending the same again is safe and right."""


class NoEventError(InputError):
    """What cannot be an event of a ledger.

    id   of the event; "" where it has none
    """

    def __init__(self, message: Message, id: str) -> None:
        super().__init__(message)
        self.id = id


class GrownError(LedgerError):
    """The ledger holds later events than those in view of which others were to be appended; nothing was stored."""


class LineError(InputError):
    """A line of a file that cannot be imported."""

    def __init__(self, file: str, line: int, message: Message) -> None:
        super().__init__(message)
        self.file = file
        self.line = line

    def say(self, lang: str = "en") -> str:
        """What is wrong with the line, in the language `lang`."""
        args = {"file": self.file, "line": str(self.line), "problem": self.message.say(lang)}
        return Message("{file}, line {line}: {problem}", args).say(lang)


class ConflictError(InputError):
    """An event whose id the ledger has already, with other content; nothing of what it came with was stored.

    id     of the event
    seq    of the one that the ledger has; None where both came together
    """

    def __init__(self, message: Message, id: str, seq: int | None) -> None:
        super().__init__(message)
        self.id = id
        self.seq = seq
