"""Collecting diagnostics with their place in the file.

Codes of the compiler:

    E300 syntax of a formula          E301 unknown name                 E302 wrong type
    E303 argument of a function       E304 tables that do not join      E305 cycle
    E306 misuse of an aggregate       E307 needs a rounding first       E308 shape of a condition
    E309 too many alternatives        E310 unknown value                E311 name taken
    E312 value of a parameter, scale, field or window                   E313 ranking
    E314 consequence                  E315 derived table
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from scoring_engine.messages import Label, Message
from scoring_engine.ruleset.diagnostics import Diagnostic, Position, did_you_mean

if TYPE_CHECKING:
    from scoring_engine.ruleset.loader import Loaded

Path = tuple[str | int, ...]

STAND_IN = "?"  # what the loader puts where a text is missing


class Reporter:
    """Diagnostics of one rulebook."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.found: list[Diagnostic] = []

    def line(self, path: Path) -> int:
        """The line of an entry."""
        return self.loaded.positions.line(path)

    def error(self, code: str, path: Path, text: str, help: Message | None = None, /, **args: str | Label) -> None:
        """An error at the value of an entry. Names in `text` are filled from `args`."""
        self._add(code, self.loaded.positions.value(path), Message(text, args), help)

    def at_key(self, code: str, path: Path, text: str, help: Message | None = None, /, **args: str | Label) -> None:
        """An error at the key of an entry."""
        self._add(code, self.loaded.positions.key(path), Message(text, args), help)

    def within(self, code: str, path: Path, at: int, end: int, message: Message, help: Message | None = None) -> None:
        """An error at the characters `at` to `end` of a text."""
        self._add(code, self.loaded.positions.within(path, at, end - at), message, help)

    def unknown(self, path: Path, name: str, names: Collection[str], text: str, /, **args: str | Label) -> None:
        """A name that is none of `names`; says nothing where the loader lost that name to another error."""
        if name in self.loaded.lost or name == STAND_IN:
            return
        self.error("E301", path, text, did_you_mean(name, names), name=name, **args)

    def _add(self, code: str, place: Position, message: Message, help: Message | None) -> None:
        self.found.append(Diagnostic(code, "error", self.loaded.file, place.line, place.column, place.length, message, help))


def help_with(text: str, /, **args: str | Label) -> Message:
    """A message whose places are filled from `args`."""
    return Message(text, args)


def listed(names: Sequence[str]) -> str:
    """Names as a text."""
    return ", ".join(names)
