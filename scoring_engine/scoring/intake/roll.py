"""The roll: who is on a list, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.scoring.vectors import Bools, Ints, fits

if TYPE_CHECKING:
    from scoring_engine.scoring.intake.effective import Values

END = np.iinfo(np.int64).max // 4
"""A moment after all events."""


class Runs(NamedTuple):
    """Rows of one competition that stand together: of each such run where it begins, the competition and how many rows it has."""

    starts: Ints
    competition: Ints
    counts: Ints

    @property
    def each(self) -> Ints:
        """The competition of each row."""
        return np.repeat(self.competition, self.counts)

    def spread(self, values: Ints) -> Ints:
        """What is known of each competition, for each row."""
        return np.repeat(values.take(self.competition), self.counts)


class Roll:
    """Everybody who was ever entered on a list of one of `count` competitions, each as a number, the slot.

    Who is on the list at the end has the number of his row there; behind them come those whose entry was amended to another
    id. A slot of -1 is nobody.

    listed       how many are on the list at the end
    competition  int64 (slots,), of each
    local        int64 (slots,), number of each within his competition, from 0
    most         the largest number of people in a competition
    latest       int64 (count,), since when everybody of a competition is entered
    """

    __slots__ = (
        "_alike",
        "_cells",
        "_high",
        "_keys",
        "_low",
        "_numbers",
        "_since",
        "_start",
        "_straight",
        "_width",
        "competition",
        "latest",
        "listed",
        "local",
        "most",
        "size",
    )

    def __init__(self, count: int, competition: Ints, codes: Ints, moments: Ints, listed: tuple[Ints, Ints]) -> None:
        """`competition`, `codes` and `moments` of all entries, each person's first one before his others; `listed` are the
        competitions and codes of the list's rows."""
        self._width = int(codes.max(initial=0)) + 1
        keys, wanted = competition * self._width + codes, listed[0] * self._width + listed[1]
        self.listed = wanted.size
        if (keys[1:] > keys[:-1]).all() and keys.size == wanted.size and (keys == wanted).all():  # all are listed as they were entered
            here, code, numbers = competition, codes, np.arange(keys.size)
            self._since, self.competition = np.append(moments, END), here
        else:
            keys, first = np.unique(keys, return_index=True)
            here, code = keys // self._width, keys % self._width
            numbers = np.full(keys.size, -1, np.int64)
            numbers[np.searchsorted(keys, wanted)] = np.arange(self.listed)
            others = np.flatnonzero(numbers < 0)
            numbers[others] = self.listed + np.arange(others.size)
            self._since = np.full(keys.size + 1, END, np.int64)
            self._since[numbers] = moments[first]
            self.competition = np.empty(keys.size, np.int64)
            self.competition[numbers] = here
        self.size = keys.size
        self._keys, self._numbers = keys, numbers
        self.latest = np.full(count, -1, np.int64)
        np.maximum.at(self.latest, self.competition, self._since[:-1])
        sizes = np.bincount(here, minlength=count)
        self.most = int(sizes.max(initial=0))
        within = np.arange(keys.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        if here is self.competition:
            self.local = within
        else:
            self.local = np.empty(keys.size, np.int64)
            self.local[np.argsort(self.competition, kind="stable")] = within
        self._lay_out(count, here, code, sizes)

    def _lay_out(self, count: int, here: Ints, code: Ints, sizes: Ints) -> None:
        """A table of slots: a row of cells for each competition, from its lowest code to its highest. Where the competitions use
        the same few codes all rows are alike, and nothing has to be looked up to find them."""
        least = int(code.min()) if code.size else 0
        low, high = np.full(count, least), np.full(count, self._width - 1)
        if not fits(count * (self._width - least), self.size):
            ends = np.cumsum(sizes)
            known = sizes > 0
            low[:], high[:] = 0, -1
            low[known], high[known] = code[(ends - sizes)[known]], code[ends[known] - 1]
        spans = high - low + 1
        cells = int(spans.sum())
        self._alike = (least, self._width - 1) if (low == least).all() and (high == self._width - 1).all() else None
        self._low, self._high, self._start = low, high, np.cumsum(spans) - spans - low
        self._cells: Ints | None = None
        self._straight = False
        if fits(cells, self.size):
            self._cells = np.full(cells + 1, -1, np.int64)
            self._cells[self._place(here, code)] = self._numbers
            self._straight = bool((self._cells[:-1] == np.arange(cells)).all())

    def _place(self, competition: Ints, codes: Ints) -> Ints:
        """The cell of each code, the last one for a code outside of its competition's row."""
        assert self._cells is not None
        place: Ints = self._start.take(competition)
        place += codes
        if self._alike is None:
            outside = (codes < self._low[competition]) | (codes > self._high[competition])
        elif codes.size and not self._among(codes):
            outside = (codes < self._alike[0]) | (codes > self._alike[1])
        else:
            return place
        place[outside] = self._cells.size - 1
        return place

    def find(self, competition: Ints, codes: Ints) -> Ints:
        """The slot of each (competition, code), -1 for who was never entered."""
        if not self.size:
            return np.full(codes.size, -1, np.int64)
        if self._cells is not None:
            return self._cells.take(self._place(competition, codes))
        wanted = competition * self._width + codes
        at = np.minimum(np.searchsorted(self._keys, wanted), self.size - 1)
        return np.where((self._keys[at] == wanted) & (codes >= 0) & (codes < self._width), self._numbers[at], -1)

    def find_all(self, runs: Runs, given: Values) -> Ints:
        """The slots of those whom a column names."""
        codes = given.source.codes
        if self._alike is None or self._cells is None or not given.whole or not self._among(codes[:-1]):
            return self.find(runs.each, given.codes)
        place = codes.take(given.raw)
        place += runs.spread(self._start)
        return place if self._straight else self._cells.take(place)

    def _among(self, codes: Ints) -> bool:
        """Whether there is a cell for each of the codes, in every row."""
        assert self._alike is not None
        return bool(codes.size and codes.min() >= self._alike[0] and codes.max() <= self._alike[1])

    def entered(self, slots: Ints, moments: Ints) -> Bools:
        """Whether each was entered before a moment; nobody ever was."""
        return np.asarray(self._since.take(slots) < moments)


NONE = np.zeros(0, np.int64)

NOBODY = Roll(0, NONE, NONE, NONE, (NONE, NONE))
"""An empty roll."""
