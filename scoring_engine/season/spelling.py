"""Tables as bytes: rows of JSON or CSV in UTF-8, spelled for all rows at once.

The cell of a row is looked up among those of its column, which are spelled once for each distinct value; the cells of all columns
and what stands between them are joined in one go. A column that says the same in every row is part of what stands between.

Where no text has anything to escape or to quote, rows of JSON without their brackets and quotation marks are the rows of CSV, so
that a table is spelled once for both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.season.columns import DecimalColumn, ResultColumn, TextColumn, WholeColumn
from scoring_engine.season.forms import csv_field, decimal_text

if TYPE_CHECKING:
    from scoring_engine.scoring.vectors import Ints

KNOWN = 1 << 14
"""Numbers of each count of decimals whose texts are kept from one table to the next, at most."""

MISSING, GROUP, LACKING = "\1", "\2", "\3"
"""What stands in the rows of JSON until they are read: for a missing value, also between quotation marks, before each group of
rows, and for a cell that only rows of CSV have, and have empty. In texts JSON escapes all of them."""


class Form(NamedTuple):
    """How a table is spelled: what is around and between cells, what a missing one is and one of a column that the table lacks,
    what is around texts and decimals, and how a text is written that may have something special."""

    start: str
    between: str
    end: str
    missing: str
    lacking: str
    quote: str
    spell: Callable[[str], str]


_encoded = json.JSONEncoder(ensure_ascii=False).encode

CSV = Form("", ",", "\n", "", ",", "", csv_field)
"""Lines of CSV as the csv module writes them; nothing for a missing value."""

JSON = Form("[", ",", "]\n", MISSING, LACKING, '"', lambda text: _encoded(text)[1:-1])
"""A line for each row, a JSON list without spaces; decimals are texts."""

BARE = f'[]"{MISSING}'.encode()
"""What rows of JSON have beside those of CSV."""

TO_CSV = bytes.maketrans(LACKING.encode(), b",")

TELLING = bytes({*range(32), *b'[]",\\'})
"""The characters of texts by which rows of JSON and of CSV would differ in more than that."""


def plain(texts: Sequence[str]) -> bool:
    """Whether texts are written the same in JSON and in CSV, which is as they are."""
    together = "".join(texts).encode()
    return len(together.translate(None, TELLING)) == len(together)


def json_texts(texts: Sequence[str]) -> Sequence[str]:
    """What stands between the quotation marks of texts in JSON."""
    return texts if plain(texts) else list(map(JSON.spell, texts))


class Spelled:
    """The rows of a table of these columns, in both forms.

    columns   None: one that the table lacks, which is empty in CSV and not there in JSON
    group     int64 (n,), ascending: the group to which each row belongs
    lists     the columns in JSON, where they are others
    """

    def __init__(self, columns: Sequence[ResultColumn | None], group: Ints, lists: Sequence[ResultColumn] | None = None) -> None:
        self._columns = columns
        self._lists = columns if lists is None else lists
        self._group = group

    def groups(self) -> dict[int, bytes]:
        """The rows of each group as JSON."""
        lines, missing, lacking = self._lines, MISSING.encode(), LACKING.encode()
        if missing in lines:
            lines = lines.replace(b'"' + missing + b'"', b"null").replace(missing, b"null")
        return self._by_group(lines.replace(lacking, b""))

    def csv(self) -> bytes:
        """The rows as CSV."""
        return self._lines.translate(TO_CSV, BARE + GROUP.encode()) if self.plain else self._joined(self._columns, CSV)

    def csv_groups(self) -> dict[int, bytes]:
        """The rows of each group as CSV, where the table is `plain`."""
        return self._by_group(self._lines.translate(TO_CSV, BARE))

    @cached_property
    def plain(self) -> bool:
        """Whether the rows of CSV are those of JSON without what is `BARE`."""
        return self._lists is self._columns and all(texts.plain for texts in self._texts.values())

    @cached_property
    def _firsts(self) -> Ints:
        """The rows with which groups begin."""
        return np.flatnonzero(np.append(True, self._group[1:] != self._group[:-1])) if self._group.size else self._group

    def _by_group(self, lines: bytes) -> dict[int, bytes]:
        return dict(zip(self._group[self._firsts].tolist(), lines.split(GROUP.encode())[1:], strict=True))

    @cached_property
    def _lines(self) -> bytes:
        """The rows as JSON, with marks."""
        return self._joined(self._lists, JSON)

    @cached_property
    def _texts(self) -> dict[int, _Texts]:
        """The texts that columns have, by the identity of the list in which they stand."""
        together: dict[int, list[TextColumn]] = {}
        for column in (*self._columns, *(() if self._lists is self._columns else self._lists)):
            if isinstance(column, TextColumn):
                together.setdefault(id(column.texts), []).append(column)
        return {key: _Texts(columns) for key, columns in together.items()}

    def _joined(self, columns: Sequence[ResultColumn | None], form: Form) -> bytes:
        size = self._group.size
        if not size:
            return b""
        row = [form.start]  # what stands between the cells that differ, and room for those
        differing: dict[int, list[str]] = {}
        for number, column in enumerate(columns):
            if column is None:
                row[-1] += form.lacking
                continue
            around, cells = self._cells(column, form)
            row[-1] += (form.between if number else "") + around
            if isinstance(cells, str):
                row[-1] += cells + around
            else:
                differing[len(row)] = cells
                row += ["", around]
        row[-1] += form.end
        pieces = row * size
        for place, cells in differing.items():
            pieces[place :: len(row)] = cells
        if form is JSON:
            for first in (self._firsts * len(row)).tolist():
                pieces[first] = GROUP + row[0]
        return "".join(pieces).encode()

    def _cells(self, column: ResultColumn, form: Form) -> tuple[str, str | list[str]]:
        """What is around each cell of a column, and the cells; a single one where all are the same."""
        if isinstance(column, TextColumn):
            texts, codes = self._texts[id(column.texts)], column.codes
            cells = texts.cells(form)
            return form.quote, str(cells[codes[0]]) if (codes == codes[0]).all() else cells[codes].tolist()
        quote = form.quote if isinstance(column, DecimalColumn) else ""
        if column.ok is None or column.ok.all():
            return quote, _numbers(column)
        if not column.ok.any():
            return quote, form.missing
        numbers = _numbers(column)
        for row in np.flatnonzero(~column.ok).tolist():
            numbers[row] = form.missing
        return quote, numbers


class Stacked:
    """Tables under each other, their rows ordered by group; no group is in two of them. `whole` makes one table of them all."""

    def __init__(self, parts: Sequence[Spelled], whole: Callable[[], Spelled]) -> None:
        self._parts = parts
        self._whole = whole

    def groups(self) -> dict[int, bytes]:
        """The rows of each group as JSON."""
        return {group: lines for part in self._parts for group, lines in part.groups().items()}

    def csv(self) -> bytes:
        """The rows as CSV."""
        if not all(part.plain for part in self._parts):
            return self._whole().csv()
        groups = {group: lines for part in self._parts for group, lines in part.csv_groups().items()}
        return b"".join(map(groups.__getitem__, sorted(groups)))


class _Texts:
    """The texts that columns have, all out of one list.

    plain   they are written the same in JSON and in CSV
    """

    def __init__(self, columns: Sequence[TextColumn]) -> None:
        self._texts = [*columns[0].texts]  # a lexicon grows
        self._size = len(self._texts)
        self._used: Ints | slice = slice(self._size)
        self.plain = self._size <= 2 * columns[0].size and plain(self._texts)
        if not self.plain:  # else to take all costs less than to find out which are used
            known = np.zeros(self._size + 1, bool)
            for column in columns:
                known[column.codes] = True
            self._used = np.flatnonzero(known[:-1])
            self._texts = list(map(self._texts.__getitem__, self._used.tolist()))
            self.plain = plain(self._texts)
        self._made: dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]] = {}

    def cells(self, form: Form) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """The cell of each text by its code, and the one of a missing value behind them."""
        if form.missing not in self._made:
            cells = self._made[form.missing] = np.empty(self._size + 1, object)
            cells[self._used] = self._texts if self.plain else list(map(form.spell, self._texts))
            cells[-1] = form.missing
        return self._made[form.missing]


class _Numbers(dict[int, str]):
    """Numbers over 10**places and their texts, each made when it is asked for first; so many are kept."""

    def __init__(self, places: int) -> None:
        self._places = places

    def __missing__(self, number: int) -> str:
        text = decimal_text(number, self._places)
        if len(self) < KNOWN:
            self[number] = text
        return text


@cache
def _known(places: int) -> _Numbers:
    """The texts of this process's numbers: those of one part of a log are as a rule those of the next."""
    return _Numbers(places)


def _numbers(column: WholeColumn | DecimalColumn) -> list[str]:
    """The texts of numbers; for a missing one any."""
    places, numbers = column.places if isinstance(column, DecimalColumn) else 0, column.num.tolist()
    if isinstance(places, int):
        return list(map(_known(places).__getitem__, numbers))
    each = {number: _known(number) for number in np.unique(places).tolist()}
    return [each[number][num] for num, number in zip(numbers, places.tolist(), strict=True)]
