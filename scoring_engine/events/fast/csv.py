"""CSV, the fast way: rows whose cells are without quotes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from scoring_engine.events import csvlog
from scoring_engine.events.fast.reader import BROKEN, Reader
from scoring_engine.events.fast.templates import Cell, Template
from scoring_engine.events.ids import WIDEST as WIDEST_ID
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.events.words import WIDEST

if TYPE_CHECKING:
    from scoring_engine.events.fast.known import Known
    from scoring_engine.events.fast.lines import Block
    from scoring_engine.events.gathering import Gatherer, Texts
    from scoring_engine.events.log import Ints


class UnsureError(Exception):
    """The rows cannot be told apart line by line, or the file is not in UTF-8: the general reader must look at it as a whole."""


def parse(blocks: Iterable[Block], header: bytes, gatherer: Gatherer, known: Known) -> None:
    """Take in all rows; the same that `events.csvlog.parse` makes of them after their header.

    Raises:
        UnsureError: what the gatherer then has is of no use.
    """
    Reader(gatherer, Rows(header, gatherer, known), known).read(blocks)


class Rows:
    """Rows under a header."""

    ends = b'",'

    def __init__(self, header: bytes, gatherer: Gatherer, known: Known) -> None:
        try:
            line = header.removeprefix(b"\xef\xbb\xbf").decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise UnsureError from None
        names = [cell.strip() for cell in line.split(",")]
        odd = '"' in line or "\r" in line or "\0" in line  # before blanks at the ends of names are taken off, which a CR counts as
        if odd or "" in names or len(set(names)) < len(names) or not {"id", "competition", "kind"} <= set(names):
            raise UnsureError
        self.names = names
        self.gatherer = gatherer
        self._tables = known.tables

    def key(self, kind: str) -> str:
        """The fields of each kind are looked up in their own way."""
        return kind

    def texts(self, kind: str, field: str) -> Texts:
        """The look-up of a field."""
        table = self._tables.get((kind, field))
        if table is None:
            table = self._tables[kind, field] = csvlog.texts(kind, field)
        return table

    def learn(self, line: bytes) -> Template | None:
        """The template of a row with an id, a competition and a kind that there is."""
        values = line.removesuffix(b"\r").split(b",")
        if len(values) != len(self.names) or max(map(len, values)) > 8 * WIDEST or b'"' in line:
            return None
        starts = accumulate((len(value) + 1 for value in values), initial=0)
        cells = [Cell(name, start, start + len(value), True) for name, start, value in zip(self.names, starts, values, strict=False)]
        given = dict(zip(self.names, values, strict=True))
        number = given.get("seq", b"1")
        if not number.isdigit() or len(number) > 16 or not 0 < len(given["id"]) <= WIDEST_ID or not given["competition"]:
            return None
        kind = given["kind"].decode(errors="replace")
        return Template(kind, line, cells) if kind in KINDS else None

    @staticmethod
    def values(cells: list[bytes], quoted: bool) -> list[object]:
        """The cells as texts; `BROKEN` for one that is more, or less, than a cell."""
        joined = b"\n".join(cells)
        if not any(odd in joined for odd in (b'"', b",", b"\r")):
            try:
                return list(joined.decode().split("\n"))
            except UnicodeDecodeError:
                pass
        return [BROKEN if (text := _text(cell)) is None else text for cell in cells]

    def rest(self, lines: Sequence[bytes], numbers: Ints, cut: bool) -> None:
        """Take in rows by the general reader."""
        limit = csv.field_size_limit(sys.maxsize)
        try:
            rows = [_row(line) for line in lines]
        finally:
            csv.field_size_limit(limit)
        width = len(self.names)
        for number, line, row in zip(numbers.tolist(), lines, rows, strict=True):
            if row and len(row) != width:
                csvlog.reject_row(number, line.decode().rstrip("\r"), len(row), width, self.gatherer)
        whole = [place for place, row in enumerate(rows) if len(row) == width]
        if whole:
            columns = dict(zip(self.names, zip(*(rows[place] for place in whole), strict=True), strict=True))
            csvlog.add_all(columns, numbers[whole], self.gatherer, self.texts)


def _text(cell: bytes) -> str | None:
    try:
        return None if any(odd in cell for odd in (b'"', b",", b"\r")) else cell.decode()
    except UnicodeDecodeError:
        return None


def _row(line: bytes) -> list[str]:
    """The cells of a row that ends with its line."""
    try:
        text = line.removesuffix(b"\r").decode()
        if "\r" in text or "\0" in text:
            raise UnsureError
        return next(csv.reader((text,), strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        raise UnsureError from None
