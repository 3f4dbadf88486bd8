"""Sheets of cells, whatever file they come from."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.season.importing.findings import Findings

CellKind = Literal["", "text", "number", "date", "time", "clock", "boolean", "error"]
Range = tuple[int, int, int, int]
"""Top, left, bottom, right, all from 0 and included."""


class Cell(NamedTuple):
    """What stands in a cell.

    text      what was typed; a number in plain decimals, a date or time in ISO notation
    kind      "" for a blank cell, date for a day, time for a day and time, clock for a time of day or a duration
    formula   the text is what a formula last gave
    merged    the text is that of merged cells, of which this is not the first
    format    "%" where a number is shown as a percentage, "000" where it is shown with leading zeros
    """

    text: str
    kind: CellKind = "text"
    formula: bool = False
    merged: bool = False
    format: str = ""


BLANK = Cell("", "")


class Row(NamedTuple):
    """A line of a sheet, counted from 1 as spreadsheet programs do."""

    line: int
    cells: list[Cell]

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(not cell.text.strip() for cell in self.cells)

    def cell(self, column: int) -> Cell:
        """The cell of a column; a blank one behind the end of the row."""
        return self.cells[column] if column < len(self.cells) else BLANK


class Sheet(NamedTuple):
    """A sheet: its name ("" for a CSV file), its rows, and its merged cells."""

    file: str
    name: str
    rows: list[Row]
    merged: list[Range]


def read(path: str, only: tuple[str, ...], findings: Findings) -> list[Sheet]:
    """The sheets of a file, those named `only` where names are given.

    Raises:
        InputError: the file cannot be read at all.
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et"):
        from scoring_engine.season.importing import workbook

        return workbook.read(path, only, findings)
    if suffix in (".csv", ".tsv", ".txt"):
        from scoring_engine.season.importing import delimited

        return [delimited.read(path, findings)]
    raise InputError(
        Message(
            "{file}: sheets are read from .csv and .xlsx files, not from {suffix}; save it as one of these",
            {"file": path, "suffix": suffix or "–"},
        )
    )
