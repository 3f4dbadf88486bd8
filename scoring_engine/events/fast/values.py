"""The values of lines that match a template, a field at a time.

Most of what stands in a value is the same in all lines of a block: only the bytes that are not are looked at line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.events.gathering import SEQ_LIMIT
from scoring_engine.events.ids import Ids
from scoring_engine.events.words import WIDEST, constant, count, cut, odd, whole_numbers

if TYPE_CHECKING:
    from scoring_engine.events.fast.templates import Found
    from scoring_engine.events.fast.tokens import Tokens
    from scoring_engine.events.log import Bools, Codes, Ints
    from scoring_engine.events.words import Words

RUN = 4
"""Lines in which a value stays the same, on average, for it to pay to look it up once for all of them."""

_MASKS = np.array([(1 << 8 * min(max(size, 0), 8)) - 1 for size in range(-8 * WIDEST, 8 * WIDEST + 1)], np.uint64)
"""The bits of a word that are of a text, by the bytes of the text from the word on, `-8 * WIDEST` of them first."""

_FIRST = np.zeros(1, np.int64)


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
            return constant(int(tokens.few([first])[0]), self.size)
        if stop - start > 8 or place == self.template.elastic:
            return tokens.codes(self._columns(place))
        letters = np.empty(self.size, np.uint64)
        cut(self._found.rows[cell.row], start, stop, [letters])
        before, width, behind = first[: start - cell.start], stop - start, first[stop - cell.start :]
        if width > 1:
            changed = letters[1:] != letters[:-1]
            if RUN * np.count_nonzero(changed) < self.size:
                heads = np.concatenate((_FIRST, changed.nonzero()[0] + 1, [self.size]))
                return tokens.codes_between(before, letters[heads[:-1]], width, behind).repeat(heads[1:] - heads[:-1])
        return tokens.codes_between(before, letters, width, behind) if width <= 2 else tokens.codes(self._columns(place))

    def ids(self, place: int, ends: bytes) -> tuple[Ids, Bools | None]:
        """The ids, and which of them do not stand there as they are, None if all do; `ends` are ASCII characters that are in no such id."""
        cell = self.template.cells[place]
        packed = np.empty((self.size, count(cell.stop - cell.start)), np.uint64)
        self._cut(place, list(packed.T))
        return Ids(packed.view(f"S{8 * packed.shape[1]}").ravel()), odd(packed.view(np.uint8), ends)

    def numbers(self, place: int) -> tuple[Ints, Bools | None]:
        """Whole numbers of up to 16 digits, and which of them are none, None if all are some."""
        cell = self.template.cells[place]
        start, _ = self._varied(place)
        same = self._first[cell.row][cell.start : start]
        if not same.isdigit() or same[:1] == b"0":
            start, same = cell.start, b""
        rows = self._found.rows[cell.row]
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
        cell = self.template.cells[place]
        columns = [np.empty(self.size, np.uint64) for _ in range(count(cell.stop - cell.start))]
        self._cut(place, columns)
        return columns

    def _cut(self, place: int, columns: list[Words]) -> None:
        """Write a value into the columns of its words."""
        cell = self.template.cells[place]
        cut(self._found.rows[cell.row], cell.start, cell.stop, columns)
        if place == self.template.elastic and self._found.sizes is not None:
            for number, column in enumerate(columns):
                column &= _MASKS[self._found.sizes + 8 * (WIDEST - number)]
