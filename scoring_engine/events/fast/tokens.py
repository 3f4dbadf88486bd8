"""The codes of texts, a whole column of them at a time.

Each distinct text is handed once, or now and then again, to code that looks at it alone; all others are found by a hash of their
words and then compared word by word, or by the few letters in which they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring_engine.events.words import columns_of, hashes, texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Codes, Ints
    from scoring_engine.events.words import Words

    Resolve: TypeAlias = Callable[[list[bytes]], Codes]

BAD = -2
"""The code of a text that its field does not admit."""

_BITS = 11
_MOST = 1 << 14
"""Texts that are remembered; beyond, those of before are forgotten. Enough for what comes again."""

_FIRST = np.zeros(1, np.int64)

RUN = 4
"""Rows for which a text stays the same, on average, for it to pay to look it up once for all of them."""

_SAMPLE = 256

_SINGLE = 1 << 10
"""Single texts that are remembered."""

_SURROUNDINGS = 16
"""Surroundings of bytes that differ for which it is remembered what they mean."""

_FEW = 64
"""Texts that are looked up one by one."""

_UNKNOWN = BAD - 1
"""Stands for the code of a text that did not come yet."""

_NO_TEXT = np.uint64(2**64 - 1)
"""The first word of the entry of empty slots: eight bytes that are in no text."""


def bounds_of(changed: Bools) -> Ints:
    """Where runs begin, and at last the end of the last one, given which rows but the first are not as the one before."""
    return np.concatenate((_FIRST, changed.nonzero()[0] + 1, [changed.size + 1]))


class Tokens:
    """Texts of one field and their codes.

    resolve   the codes of distinct texts, given as bytes
    """

    __slots__ = ("_any_bad", "_bits", "_codes", "_columns", "_resolve", "_single", "_slots", "_tables", "_within")

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._any_bad = False
        self._single: dict[bytes, int] = {}
        self._tables: dict[tuple[bytes, int, bytes], Codes] = {}
        self._within: dict[tuple[bytes, int, bytes], Tokens] = {}
        self._forget(1)

    def _forget(self, width: int) -> None:
        self._columns = [np.full(1, _NO_TEXT), *(np.zeros(1, np.uint64) for _ in range(width - 1))]
        self._codes = np.full(1, BAD, np.int32)
        self._bits = _BITS
        self._slots: list[NDArray[np.int32]] = [np.zeros(1 << _BITS, np.int32) for _ in range(2)]

    def few(self, cells: Sequence[bytes]) -> Codes:
        """The codes of a few texts."""
        new = [text for text in dict.fromkeys(cells) if text not in self._single]
        if new:
            if len(self._single) + len(new) > _SINGLE:
                self._single.clear()
                new = list(dict.fromkeys(cells))
            self._single.update(zip(new, self._resolved(new).tolist(), strict=True))
        return np.array([self._single[text] for text in cells], np.int32)

    def bad(self, codes: Codes) -> Bools | None:
        """Which of these codes, all of them of this field, are BAD; None if none is."""
        return codes == BAD if self._any_bad and codes.min() == BAD else None

    def codes_between(self, before: bytes, letters: Words, width: int, behind: bytes) -> Codes:
        """The codes of texts that differ in `width` bytes, one to eight: those of `letters`, (n,); they have the same before and behind."""
        if letters.size < _FEW:
            return self.few([before + letter + behind for letter in texts([letters])])
        key = (before, width, behind)
        if len(self._tables) + len(self._within) >= _SURROUNDINGS and key not in self._tables and key not in self._within:
            self._tables.clear()
            self._within.clear()
        if width > 2:
            if key not in self._within:
                self._within[key] = Tokens(lambda cells: self.codes(columns_of([before + cell + behind for cell in cells])))
            return self._within[key].codes([letters])
        if key not in self._tables:
            self._tables[key] = np.full(1 << 8 * width, _UNKNOWN, np.int32)
        table, places = self._tables[key], letters.view(np.int64)
        codes = table[places]
        if codes.min() > _UNKNOWN:
            return codes
        seen = np.zeros(table.size, bool)
        seen[places] = True
        new = (seen & (table == _UNKNOWN)).nonzero()[0]
        table[new] = self.few([before + place.to_bytes(width, "little") + behind for place in new.tolist()])
        return table[places]

    def codes(self, columns: Sequence[Words], sample: int = _SAMPLE) -> Codes:
        """The codes of texts, given the columns of their words (n,): int32 (n,), BAD for texts that the field does not admit."""
        while len(self._columns) < len(columns):
            self._columns.append(np.zeros(self._codes.size, np.uint64))
        if self._codes.size == 1 and columns[0].size > 2 * sample:
            few = [column[:: columns[0].size // sample] for column in columns]
            self._new(few, hashes(few))
        mixed = hashes(columns)
        entries = self._slots[0][self._place(mixed, 0)]
        missed = (~self._same(entries, columns)).nonzero()[0]
        if not missed.size:
            return self._codes.take(entries)
        rows = [column[missed] for column in columns]
        again = self._slots[1][self._place(mixed[missed], 1)]
        entries[missed] = again
        new = np.flatnonzero(~self._same(again, rows))
        if new.size > 2 * sample:  # most of what is new is there many times: a few rows are enough to know the others by
            some = new[:: new.size // sample]
            before = self._codes.size
            self._new([column[some] for column in rows], mixed[missed[some]])
            if 2 * (self._codes.size - before) < some.size:
                return self.codes(columns, 16 * sample)
            codes = self._codes.take(entries)  # hardly one of them is there twice
            codes[missed[new]] = self._resolved(texts([column[new] for column in rows]))
            return codes
        codes = self._codes.take(entries)
        if new.size:
            codes[missed[new]] = self._new([column[new] for column in rows], mixed[missed[new]])
        return codes

    def codes_of_runs(self, columns: Sequence[Words]) -> Codes:
        """The same, where texts stay the same for some rows."""
        changed = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            changed |= column[1:] != column[:-1]
        if RUN * np.count_nonzero(changed) > changed.size:
            return self.codes(columns)
        bounds = bounds_of(changed)
        return self.codes([column[bounds[:-1]] for column in columns]).repeat(bounds[1:] - bounds[:-1])

    def _place(self, mixed: Words, probe: int) -> Ints:
        """Where the texts with these hashes are looked for."""
        if probe:
            mixed = mixed * np.uint64(0xD6E8FEB86659FD93)
        return (mixed >> np.uint64(64 - self._bits)).view(np.int64)

    def _same(self, entries: Codes, columns: Sequence[Words]) -> NDArray[np.bool_]:
        """Whether the entries are those of the texts."""
        same: NDArray[np.bool_] = self._columns[0].take(entries) == columns[0]
        for known, column in zip(self._columns[1:], columns[1:], strict=False):
            same &= known.take(entries) == column
        for known in self._columns[len(columns) :]:
            same &= known.take(entries) == 0
        return same

    def _new(self, columns: Sequence[Words], mixed: Words) -> Codes:
        """The codes of texts that are not known, and the texts made known."""
        order = np.argsort(mixed)
        ordered = mixed[order]
        begins = np.append(True, ordered[1:] != ordered[:-1])
        first = order[begins]
        which = np.empty(order.size, np.int64)
        which[order] = np.cumsum(begins) - 1
        if not all((column[first][which] == column).all() for column in columns):  # two texts with one hash
            place: dict[bytes, int] = {}
            which = np.array([place.setdefault(text, len(place)) for text in texts(columns)])
            first = np.unique(which, return_index=True)[1]
        distinct = [column[first] for column in columns]
        codes = self._resolved(texts(distinct))
        self._remember(distinct, codes)
        return codes[which]

    def _resolved(self, cells: list[bytes]) -> Codes:
        codes = self._resolve(cells)
        self._any_bad |= bool(codes.min() == BAD)
        return codes

    def _remember(self, columns: Sequence[Words], codes: Codes) -> None:
        if self._codes.size + codes.size > _MOST:
            self._forget(len(self._columns))
            columns, codes = [column[: _MOST // 2] for column in columns], codes[: _MOST // 2]
        before = self._codes.size
        self._codes = np.concatenate((self._codes, codes))
        zeros = np.zeros(codes.size, np.uint64)
        added = [*columns, *(zeros for _ in range(len(self._columns) - len(columns)))]
        self._columns = [np.concatenate((known, column)) for known, column in zip(self._columns, added, strict=True)]
        if 4 * self._codes.size > 1 << self._bits:
            while 8 * self._codes.size > 1 << self._bits:
                self._bits += 1
            self._slots = [np.zeros(1 << self._bits, np.int32) for _ in range(2)]
            before = 1
        entries = np.arange(before, self._codes.size, dtype=np.int32)
        mixed = hashes([column[before:] for column in self._columns])
        for probe, slots in enumerate(self._slots):
            place = self._place(mixed, probe)
            free = slots[place] == 0
            slots[place[free]] = entries[free]
            left = slots[place] != entries
            entries, mixed = entries[left], mixed[left]  # what has no place in either is resolved each time
