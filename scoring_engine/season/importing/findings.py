"""What is said of a cell, a row, a column or a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from scoring_engine.messages import Message

Severity = Literal["error", "note"]


class Place(NamedTuple):
    """Where something stands: in a sheet, at a line and a column.

    sheet    "" in a CSV file
    line     from 1; 0 for the file as a whole
    column   from 0; -1 for the row as a whole
    """

    file: str
    sheet: str = ""
    line: int = 0
    column: int = -1
    header: str = ""

    @property
    def cell(self) -> str:
        """As a spreadsheet names it: C7, a column C, a row 7; "" for the whole."""
        return (letters(self.column) if self.column >= 0 else "") + (str(self.line) if self.line else "")

    def say(self) -> str:
        """The place as a person looks it up."""
        if self.sheet:
            return f"{self.file} [{self.sheet}{'!' if self.cell else ''}{self.cell}]"
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where} ({self.header or letters(self.column)})" if self.column >= 0 else where


def letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    text = ""
    while column >= 0:
        text = chr(ord("A") + column % 26) + text
        column = column // 26 - 1
    return text


class Finding(NamedTuple):
    """Something to know about the input.

    severity   error: what stands there was not taken; note: it was
    rule       a stable code such as "comma"
    value      what stands there, cut at 80 characters
    """

    severity: Severity
    rule: str
    place: Place
    value: str
    message: Message

    def say(self, lang: str = "en") -> str:
        """The finding in the language `lang`."""
        return f"{self.place.say()}: {self.message.say(lang)}"


class Findings:
    """Collects findings, in the order in which they arise."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def error(self, place: Place, rule: str, value: str, message: Message) -> None:
        """Something was not taken."""
        self.all.append(Finding("error", rule, place, value[:80], message))

    def note(self, place: Place, rule: str, value: str, message: Message) -> None:
        """Something was taken, and should be known."""
        self.all.append(Finding("note", rule, place, value[:80], message))

    @property
    def errors(self) -> Sequence[Finding]:
        """Those that say that something was not taken."""
        return [finding for finding in self.all if finding.severity == "error"]
