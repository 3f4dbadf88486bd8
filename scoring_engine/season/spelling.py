"""Tables as bytes: rows of JSON or CSV in UTF-8, spelled for all rows at once.

The cell of a row is looked up among those of its column, which are spelled once for each distinct value; the cells of all columns
and what stands between them are joined in one go. A column that says the same in every row is part of what stands between.

Where no text has anything to escape or to quote, rows of JSON without their brackets and quotation marks are the rows of CSV, so
that a table is spelled once for both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.season.columns import DecimalColumn, ResultColumn, TextColumn, WholeColumn
from scoring_engine.season.forms import csv_field, decimal_text

if TYPE_CHECKING:
    from scoring_engine.scoring.vectors import Ints

KNOWN = 1 << 14
"""Numbers whose texts are kept from one table to the next, at most."""

MISSING, GROUP = "\1", "\2"
"""What stands in the rows of JSON for a missing value, and before each group, until they are read. In texts JSON escapes both."""


class Form(NamedTuple):
    """How a table is spelled: what is around and between cells, what a missing one is, what is around decimals and around texts
    with nothing special in them, and how a text is written that may have something."""

    start: str
    between: str
    end: str
    missing: str
    quote: str
    spell: Callable[[str], str]


CSV = Form("", ",", "\n", "", "", csv_field)
"""Lines of CSV as the csv module writes them; nothing for a missing value."""

JSON = Form("[", ",", "]\n", MISSING, '"', json.JSONEncoder(ensure_ascii=False).encode)
"""A line for each row, a JSON list without spaces; decimals are texts."""

BARE = f'[]"{MISSING}{GROUP}'.encode()
"""What rows of JSON have beside those of CSV."""

TELLING = bytes({*range(32), *b'[]",\\'})
"""The characters of texts by which rows of JSON and of CSV would differ in more than that."""


class Spelled:
    """The rows of a table of these columns. `group` int64 (n,), ascending: the group to which each row belongs."""

    def __init__(self, columns: Sequence[ResultColumn], group: Ints | None = None) -> None:
        self._columns = columns
        self._size = columns[0].size
        self._group = np.zeros(self._size, np.int64) if group is None else group

    def groups(self) -> dict[int, bytes]:
        """The rows of each group as JSON."""
        lines, missing = self._lines, MISSING.encode()
        whole = lines.replace(missing, b"null") if missing in lines else lines
        return dict(zip(self._group[self._firsts].tolist(), whole.split(GROUP.encode())[1:], strict=True))

    def csv(self) -> bytes:
        """The rows as CSV."""
        if not self._size:
            return b""
        if all(texts.plain for texts in self._texts.values()):
            return self._lines.translate(None, BARE)
        return self._joined(CSV)

    @cached_property
    def _firsts(self) -> Ints:
        """The rows with which groups begin."""
        return np.flatnonzero(np.append(self._size > 0, self._group[1:] != self._group[:-1])[: self._size])

    @cached_property
    def _lines(self) -> bytes:
        """The rows as JSON, but for `MISSING` and `GROUP`."""
        return self._joined(JSON)

    @cached_property
    def _texts(self) -> dict[int, _Texts]:
        """The texts that columns have, by the identity of the list in which they stand."""
        together: dict[int, list[TextColumn]] = {}
        for column in self._columns:
            if isinstance(column, TextColumn):
                together.setdefault(id(column.texts), []).append(column)
        return {key: _Texts(columns) for key, columns in together.items()}

    def _joined(self, form: Form) -> bytes:
        if not self._size:
            return b""
        row = [form.start]  # what stands between the cells that differ, and room for those
        differing: dict[int, list[str]] = {}
        for number, column in enumerate(self._columns):
            row[-1] += form.between if number else ""
            cells = self._cells(column, form)
            if isinstance(cells, str):
                row[-1] += cells
            else:
                differing[len(row)] = cells
                row += ["", ""]
        row[-1] += form.end
        pieces = row * self._size
        for place, cells in differing.items():
            pieces[place :: len(row)] = cells
        if form is JSON:
            for first in (self._firsts * len(row)).tolist():
                pieces[first] = GROUP + row[0]
        return "".join(pieces).encode()

    def _cells(self, column: ResultColumn, form: Form) -> str | list[str]:
        """The cells of a column; a single one where all are the same."""
        if isinstance(column, TextColumn):
            cells = self._texts[id(column.texts)].cells(form)
            if (column.codes == column.codes[0]).all():
                return str(cells[column.codes[0]])
            found: list[str] = cells[column.codes].tolist()
            return found
        there = column.ok
        if there is not None and not there.any():
            return form.missing
        found = _numbers(column, form)
        if there is None or there.all():
            return found
        return [cell if ok else form.missing for cell, ok in zip(found, there.tolist(), strict=True)]


class _Texts:
    """The texts that columns have, all out of one list.

    plain   they are written the same in JSON and in CSV
    """

    def __init__(self, columns: Sequence[TextColumn]) -> None:
        self._size = len(columns[0].texts)
        known = np.zeros(self._size + 1, bool)
        for column in columns:
            known[column.codes] = True
        self._used = np.flatnonzero(known[:-1])
        self._texts = list(map(columns[0].texts.__getitem__, self._used.tolist()))
        together = "".join(self._texts).encode()
        self.plain = len(together.translate(None, TELLING)) == len(together)
        self._made: dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]] = {}

    def cells(self, form: Form) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """The cell of each text by its code, and the one of a missing value behind them."""
        if form.quote not in self._made:
            quote = form.quote
            cells = self._made[quote] = np.empty(self._size + 1, object)
            cells[self._used] = [f"{quote}{text}{quote}" for text in self._texts] if self.plain else list(map(form.spell, self._texts))
            cells[-1] = form.missing
        return self._made[form.quote]


class _Numbers(dict[int, str]):
    """Numbers over 10**places and their cells, each spelled when it is asked for first."""

    def __init__(self, places: int, quote: str) -> None:
        self._places = places
        self._quote = quote

    def __missing__(self, number: int) -> str:
        cell = self[number] = f"{self._quote}{decimal_text(number, self._places)}{self._quote}"
        return cell


_KNOWN: dict[tuple[int, str], _Numbers] = {}


def _known(places: int, quote: str) -> _Numbers:
    """The cells of this process's numbers: those of one part of a log are as a rule those of the next."""
    known = _KNOWN.get((places, quote))
    if known is None or len(known) > KNOWN:
        known = _KNOWN[places, quote] = _Numbers(places, quote)
    return known


def _numbers(column: WholeColumn | DecimalColumn, form: Form) -> list[str]:
    """The cells of numbers. A missing one has any."""
    places, quote = (column.places, form.quote) if isinstance(column, DecimalColumn) else (0, "")
    numbers = column.num.tolist()
    if isinstance(places, int):
        return list(map(_known(places, quote).__getitem__, numbers))
    each = {number: _known(number, quote) for number in np.unique(places).tolist()}
    return [each[number][num] for num, number in zip(numbers, places.tolist(), strict=True)]
