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
            return constant(tokens.code(first), self.size)
        if stop - start > 8 or place == self.template.elastic:
            return tokens.codes(self._columns(place))
        (letters,) = _cut(self._found.rows[cell.row], start, stop)
        before, width, behind = first[: start - cell.start], stop - start, first[stop - cell.start :]
        if width > 1:
            changed = letters[1:] != letters[:-1]
            if RUN * np.count_nonzero(changed) < self.size:
                heads = np.concatenate((_FIRST, changed.nonzero()[0] + 1, [self.size]))
                return tokens.codes_between(before, letters[heads[:-1]], width, behind).repeat(heads[1:] - heads[:-1])
        return tokens.codes_between(before, letters, width, behind)

    def ids(self, place: int, ends: bytes) -> tuple[Ids, Bools | None]:
        """The ids, and which of them do not stand there as they are, None if all do; `ends` are ASCII characters that are in no such id."""
        packed = np.stack(self._columns(place), axis=1)
        return Ids(packed.view(f"S{8 * packed.shape[1]}").ravel()), odd(packed.view(np.uint8), ends)

    def numbers(self, place: int) -> tuple[Ints, Bools | None]:
        """Whole numbers of up to 16 digits, and which of them are none, None if all are some."""
        cell = self.template.cells[place]
        start, _ = self._varied(place)
        same = self._first[cell.row][cell.start : start]
        if not same.isdigit():
            start, same = cell.start, b""
        rows = self._found.rows[cell.row]
        numbers = whole_numbers(rows, max(start, cell.stop - 8), cell.stop)
        bad = numbers < 0
        if cell.stop - start > 8:
            high = whole_numbers(rows, start, cell.stop - 8)
            bad |= high < 0
            numbers += high * 10**8
        if same:
            numbers += int(same) * 10 ** (cell.stop - start)
        if cell.stop - cell.start > 1:
            bad |= numbers < 10 ** (cell.stop - cell.start - 1)  # a number that begins with zero
        bad |= numbers > SEQ_LIMIT
        return numbers, bad if bad.any() else None

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
        columns = _cut(self._found.rows[cell.row], cell.start, cell.stop)
        if place == self.template.elastic and self._found.sizes is not None:
            for number, column in enumerate(columns):
                column &= _MASKS[self._found.sizes + 8 * (WIDEST - number)]
        return columns


def _cut(rows: Words, start: int, stop: int) -> list[Words]:
    columns = [np.empty(len(rows), np.uint64) for _ in range(count(stop - start))]
    cut(rows, start, stop, columns)
    return columns
