"""The values of lines that match a template, a field at a time.

Most of what stands in a value is the same in all lines of a block: only the bytes that are not are looked at line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.events.fast.tokens import RUN, bounds_of
from scoring_engine.events.gathering import SEQ_LIMIT
from scoring_engine.events.ids import Ids
from scoring_engine.events.words import TURNS, WIDEST, constant, count, counted, cut, odd, whole_numbers

if TYPE_CHECKING:
    from scoring_engine.events.fast.templates import Found
    from scoring_engine.events.fast.tokens import Tokens
    from scoring_engine.events.log import Bools, Codes, Ints
    from scoring_engine.events.words import Words

_MASKS = np.array([(1 << 8 * min(max(size, 0), 8)) - 1 for size in range(-8 * WIDEST, 8 * WIDEST + 1)], np.uint64)
"""The bits of a word that are of a text, by the bytes of the text from the word on, `-8 * WIDEST` of them first."""


class Values:
    """The values of n lines that match a template."""

    def __init__(self, found: Found) -> None:
        self.template = found.template
        self.size = found.which.size
        self._found = found
        self._first = [row[0].tobytes() for row in found.rows]

    def codes(self, place: int, tokens: Tokens) -> Codes:
        """The codes of a value, BAD where its field does not admit it."""
        cell = self.template.cells[place]
        first = self._first[cell.row][cell.start : cell.stop]
        start, stop = self._varied(place)
        if start == stop:
            return constant(tokens.few([first])[0], self.size)
        if stop - start > 8 or place == self.template.elastic:
            return tokens.codes(self._columns(place))
        letters = np.empty(self.size, np.uint64)
        cut(self._found.rows[cell.row], start, stop, [letters])
        before, width, behind = first[: start - cell.start], stop - start, first[stop - cell.start :]
        if width > 1:
            changed = letters[1:] != letters[:-1]
            if RUN * np.count_nonzero(changed) < self.size:
                bounds = bounds_of(changed)
                return tokens.codes_between(before, letters[bounds[:-1]], width, behind).repeat(bounds[1:] - bounds[:-1])
        return tokens.codes_between(before, letters, width, behind) if width <= 2 else tokens.codes(self._columns(place))

    def ids(self, place: int, ends: bytes) -> tuple[Ids, Bools | None]:
        """The ids, and which of them do not stand there as they are, None if all do; `ends` are ASCII characters that are in no such id."""
        packed = np.empty((self.size, count(self.longest(place))), np.uint64)
        self.cut(place, list(packed.T))
        return _ids(packed, ends)

    def numbers(self, place: int) -> tuple[Ints, Bools | None]:
        """Whole numbers of up to 16 digits, and which of them are none, None if all are some."""
        cell = self.template.cells[place]
        start = max(min(self._varied(place)[0], cell.stop - TURNS), cell.start)
        same = self._first[cell.row][cell.start : start]
        if not same.isdigit() or same[:1] == b"0":
            start, same = cell.start, b""
        rows = self._found.rows[cell.row]
        numbers = counted(rows, start, cell.stop, self._found.which)
        if numbers is None:
            numbers = whole_numbers(rows, start, cell.stop)
        least = 0 if same or cell.stop - start == 1 else 10 ** (cell.stop - start - 1)  # less is one that begins with zero
        bad = numbers < least if numbers.min() < least else None
        if same:
            numbers += int(same) * 10 ** (cell.stop - start)
        if cell.stop - cell.start > 15 and numbers.max() > SEQ_LIMIT:
            bad = numbers > SEQ_LIMIT if bad is None else bad | (numbers > SEQ_LIMIT)
        return numbers, bad

    def _varied(self, place: int) -> tuple[int, int]:
        """Where those bytes of a value begin and end that are not the same in all lines."""
        cell = self.template.cells[place]
        if place == self.template.elastic:
            return cell.start, cell.stop
        varied = self._found.varied[cell.row][cell.start : cell.stop]
        if not any(varied):
            return cell.stop, cell.stop
        return cell.stop - len(varied.lstrip(b"\0")), cell.start + len(varied.rstrip(b"\0"))

    def _columns(self, place: int) -> list[Words]:
        """The columns of the words of a value."""
        columns = [np.empty(self.size, np.uint64) for _ in range(count(self.longest(place)))]
        self.cut(place, columns)
        return columns

    def longest(self, place: int) -> int:
        """The bytes of a value where it has the most."""
        cell = self.template.cells[place]
        return cell.stop - cell.start

    def text(self, place: int) -> bytes | None:
        """A value that is the same in all lines, None if it is not."""
        start, stop = self._varied(place)
        cell = self.template.cells[place]
        return self._first[cell.row][cell.start : cell.stop] if start == stop else None

    def cut(self, place: int, columns: Sequence[Words]) -> None:
        """Write a value into the columns of its words."""
        cell = self.template.cells[place]
        cut(self._found.rows[cell.row], cell.start, cell.stop, columns)
        if place == self.template.elastic and self._found.sizes is not None:
            for number, column in enumerate(columns):
                column &= _MASKS[self._found.sizes + 8 * (WIDEST - number)]


class Together:
    """The values of n lines that match templates of one layout, template by template; asked for in the same way."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._all = [Values(one) for one in found]
        self._sizes = [values.size for values in self._all]
        self.size = sum(self._sizes)

    def codes(self, place: int, tokens: Tokens) -> Codes:
        """The codes of a value, BAD where its field does not admit it."""
        texts = [text for values in self._all if (text := values.text(place)) is not None]
        if len(texts) == len(self._all):
            return tokens.few(texts).repeat(self._sizes)
        columns = self._cut(place, np.empty((count(self._longest(place)), self.size), np.uint64))
        return tokens.codes_of_runs(list(columns))

    def ids(self, place: int, ends: bytes) -> tuple[Ids, Bools | None]:
        """The ids, and which of them do not stand there as they are, as `Values.ids` gives them."""
        packed = np.empty((self.size, count(self._longest(place))), np.uint64)
        self._cut(place, packed.T)
        return _ids(packed, ends)

    def numbers(self, place: int) -> tuple[Ints, Bools | None]:
        """Whole numbers, and which of them are none, as `Values.numbers` gives them."""
        found = [values.numbers(place) for values in self._all]
        numbers = np.concatenate([some for some, _ in found])
        if all(bad is None for _, bad in found):
            return numbers, None
        return numbers, np.concatenate([np.zeros(some.size, bool) if bad is None else bad for some, bad in found])

    def _longest(self, place: int) -> int:
        return max(values.longest(place) for values in self._all)

    def _cut(self, place: int, columns: Words) -> Words:
        """The columns, (words, n), with a value written into them."""
        start = 0
        for values in self._all:
            values.cut(place, list(columns[:, start : start + values.size]))
            start += values.size
        return columns


def _ids(packed: Words, ends: bytes) -> tuple[Ids, Bools | None]:
    return Ids(packed.view(f"S{8 * packed.shape[1]}").ravel()), odd(packed.view(np.uint8), ends)
