"""Columns of codes with the dictionaries that they refer to, and what is known of a dictionary.

Parts of one log have the same criteria, judges and times in the same order again and again: a dictionary that is the same as the last
one of its column is known, with all that was found out about it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.csvlog import texts as texts_of
from scoring_engine.events.gathering import OVERSIZE, UNKNOWN, Texts
from scoring_engine.events.log import Column
from scoring_engine.events.notation import MARK
from scoring_engine.events.times import parse as parse_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scoring_engine.events.gathering import Convert
    from scoring_engine.events.log import Bools, Codes, Ints

FEW = 1000
"""Texts of a dictionary of which it is not worth while to find out whether all are used."""

MOST, LONGEST = 1 << 14, 64
"""Cells of one type of field whose meaning is remembered, and the characters of the longest of them."""

SAMPLES = (1 << 10, 1 << 13)
"""Rows at the beginning of a column that may tell already that all texts are used."""

_meanings: dict[Convert, dict[str, tuple[str, int]]] = {}


class Dictionary:
    """The values that a column refers to.

    values   raw values of `gathering`, or the texts of cells; a text that no row has may be among them
    cells    whether they are texts of cells
    """

    def __init__(self, values: list[Any], cells: bool) -> None:
        self.values = values
        self.cells = cells
        self._meant: dict[tuple[str, str], Column | None] = {}

    @cached_property
    def marked(self) -> bool:
        """Whether a text of cells holds NUL."""
        return self.cells and MARK in "".join(self.values)

    @cached_property
    def plain(self) -> bool:
        """Whether these are texts of cells, each there once, and none is empty."""
        return self.cells and len(found := set(self.values)) == len(self.values) and "" not in found

    @cached_property
    def times(self) -> tuple[Ints, Ints] | None:
        """The texts as times and offsets, each with one more that is missing; None where one is no time."""
        at, offset, bad = parse_times([*self.values, ""])
        return None if bad[:-1].any() else (at, offset)

    def meant(self, kind: str, field: str) -> Column | None:
        """What the texts say as a field of events of a kind, a row each: row, code and place in the dictionary are the same number.
        None where that cannot be so, or a number is too long."""
        key = kind, field
        if key not in self._meant:
            self._meant[key] = self._mean(texts_of(kind, field), kind, field) if self.plain else None
        return self._meant[key]

    def _mean(self, table: Texts, kind: str, field: str) -> Column | None:
        """The same with the look-up of the field, which is new."""
        size = len(self.values)
        codes = np.arange(size, dtype=np.int32)
        if table.literal is not None:
            return Column(codes, self.values, None, None if table.literal == UNKNOWN else np.zeros(size, bool))
        found = _converted(table.convert, self.values)
        if not found:
            return None
        texts, flags = zip(*found, strict=True)
        table.texts, table.flags = list(texts), bytearray(flags)
        if "" in table.texts or OVERSIZE in table.flags or len(set(found)) < size:
            return None
        column = table.column(codes, kind, field)
        return column if len(column.texts) == size else None


class Coded:
    """A column of `size` rows; of few values only those are kept, and where they stand.

    rows         int64, the rows that have a value, where fewer than half have one; else None
    missing      int64, the rows that have none, where most have one; else empty
    dictionary   what the codes refer to
    """

    def __init__(self, codes: Codes, given: Bools | None, lacking: int, dictionary: Dictionary) -> None:
        """`given`, bool (size,), says which rows have a value, None that all have; `lacking` is how many have none."""
        self.size = codes.size
        self.dictionary = dictionary
        self.rows: Ints | None = None
        self.missing = np.zeros(0, np.int64)
        if given is not None and 2 * lacking > codes.size:
            self.rows = np.flatnonzero(given)
            codes = codes.take(self.rows)
        elif given is not None:
            self.missing = np.flatnonzero(~given)
        self._codes = codes

    @property
    def cells(self) -> bool:
        """Whether the values are texts of cells."""
        return self.dictionary.cells

    @property
    def complete(self) -> bool:
        """Whether every row has a value."""
        return self.rows is None and not self.missing.size

    @property
    def values(self) -> list[Any]:
        """The values of the dictionary."""
        return self.dictionary.values

    @cached_property
    def codes(self) -> Codes:
        """int32 (size,): the places of the values in the dictionary, -1 for null."""
        if self.rows is not None:
            codes = np.full(self.size, -1, np.int32)
            codes[self.rows] = self._codes
            return codes
        if not self.missing.size:
            return self._codes
        codes = self._codes.copy()
        codes[self.missing] = -1
        return codes

    def by_kind(self, kind: Codes, rows_of: Sequence[Ints]) -> Iterator[tuple[int, Codes]]:
        """The codes of the kinds whose events have a value, each kind as its place in `rows_of`, which says where its events are. What
        few rows have, or have not, tells of the others without a look at them."""
        if self.rows is None:
            lacking = np.bincount(kind.take(self.missing), minlength=len(rows_of)).tolist()
            for code, rows in enumerate(rows_of):
                if lacking[code] < rows.size:
                    codes = self.codes if lacking[code] else self._codes
                    yield code, codes if rows.size == self.size else codes.take(rows)
            return
        kinds = kind.take(self.rows)
        for code in np.flatnonzero(np.bincount(kinds)).tolist():
            among, rows = kinds == code, rows_of[code]
            codes = self._codes[among]
            if codes.size < rows.size:
                some, codes = codes, np.full(rows.size, -1, np.int32)
                codes[np.searchsorted(rows, self.rows[among])] = some
            yield code, codes

    def of(self, rows: Ints) -> list[Any]:
        """The values of some rows."""
        values = [*self.values, None]
        return [values[code] for code in self.codes[rows].tolist()]

    def used(self, codes: Codes) -> tuple[Ints, list[Any]]:
        """The codes among some, ascending, and their values; all where there are but few."""
        size = len(self.values)
        if size < FEW:
            return np.arange(size), self.values
        used = np.flatnonzero(np.bincount(codes + 1, minlength=size + 1)[1:])
        return used, self.values if used.size == size else [self.values[code] for code in used.tolist()]

    def column(self, codes: Codes, kind: str, field: str) -> Column | None:
        """Some of the codes as the column of a field of events of one kind; None where a number is too long."""
        if len(self.values) < FEW or 4 * codes.size > len(self.values):
            meant = self.dictionary.meant(kind, field)
            if meant is not None:
                column = Column(codes, meant.texts, meant.numeric, meant.bare)
                return column if all_used(codes, len(meant.texts)) else column.compact()
        table = texts_of(kind, field)
        used, values = self.used(codes)
        found = table.codes_of_new(values)
        if table.oversize:
            return None
        return table.column(translated(codes, used, found, len(self.values)), kind, field)


def translated(codes: Codes, used: Ints, found: Codes, size: int) -> Codes:
    """The codes with each of `used`, of `size` there are, as `found` says."""
    if found.size == size and bool((found == used).all()):
        return codes
    table = np.full(size + 1, -1, np.int32)
    table[used] = found
    return table.take(codes)


def all_used(codes: Codes, size: int) -> bool:
    """Whether all of `size` codes are among some. Columns begin with all that they have, or say the same for many rows."""
    if codes.size < size:
        return False
    seen = np.zeros(size + 1, bool)
    start = 0
    for stop in SAMPLES:
        seen[codes[start:stop]] = True
        if seen[:-1].all() or codes.size <= stop:
            return bool(seen[:-1].all())
        start = stop
    rest = codes[start - 1 :]
    seen[rest[1:][rest[1:] != rest[:-1]]] = True
    return bool(seen[:-1].all())


def _converted(convert: Convert, values: Sequence[str]) -> list[tuple[str, int]]:
    """What cells that are not empty mean, and how they were written."""
    known = _meanings.setdefault(convert, {})  # which other threads may change at any time
    meanings = [known.get(value) for value in values]
    found = [convert(value) if meaning is None else meaning for value, meaning in zip(values, meanings, strict=True)]
    if None in meanings:
        if len(known) > MOST:
            known.clear()
        known.update((value, meaning) for value, meaning in zip(values[:MOST], found, strict=False) if len(value) <= LONGEST)
    return found
