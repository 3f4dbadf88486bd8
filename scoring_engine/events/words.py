"""Texts as rows of 64-bit words: their bytes in UTF-8, eight to a word, the first in the lowest byte, filled up with NUL.

No text of an event holds NUL, so two texts are equal if and only if their words are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Codes, Ints

    Words: TypeAlias = NDArray[np.uint64]
    Letters: TypeAlias = NDArray[np.uint8]

WIDEST = 16
"""Words of the longest text that is handled so."""

TOGETHER = 1024
"""Numbers that are folded in one step, about."""


TURNS = 4
"""Digits at the end of numbers that are compared with those that come in turn, where numbers go up."""


def _factors() -> Words:
    """Odd numbers without any pattern (splitmix64)."""
    factors = []
    for place in range(1, WIDEST + 1):
        mixed = place * 0x9E3779B97F4A7C15 % 2**64
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
        factors.append((mixed ^ mixed >> 31) | 1)
    return np.array(factors, np.uint64)


_FACTORS = _factors()


def hashes(columns: Sequence[Words] | Words) -> Words:
    """A hash of each row, given the columns of its words; its high bits are the good ones.

    Words of zeros at the end change nothing. Equal hashes say nothing: what is found by them is compared word by word.
    """
    mixed: Words = columns[0] * _FACTORS[0]
    for column, factor in zip(columns[1:], _FACTORS[1:], strict=False):
        mixed += column * factor
    return mixed


def cut(rows: Words, start: int, stop: int, out: Sequence[Words]) -> None:
    """Write bytes `start` to `stop` of each of the rows, (n, words) with at least eight bytes after `stop`, into the columns `out`."""
    count, width = rows.shape
    for place, column in enumerate(out):
        left = stop - start - 8 * place
        if left <= 0:
            column[...] = 0
            continue
        shifted: Words = np.ndarray((count,), "<u8", rows, start + 8 * place, (8 * width,))
        np.bitwise_and(shifted, np.uint64((1 << 8 * min(left, 8)) - 1), out=column)


def constant(value: int | np.int32, size: int) -> Codes:
    """`size` times the same code, in the memory of one."""
    return np.ndarray((size,), np.int32, np.array([value], np.int32), 0, (0,))


def constant_numbers(value: int, size: int) -> Ints:
    """`size` times the same number, in the memory of one."""
    return np.ndarray((size,), np.int64, np.array([value], np.int64), 0, (0,))


def is_constant(codes: Codes, value: int) -> bool:
    """Whether all codes are `value`."""
    if codes.size and codes.strides == (0,):
        return bool(codes[0] == value)
    return bool((codes == value).all())


def count(size: int) -> int:
    """Words that `size` bytes take, at least one."""
    return max(1, -(-size // 8))


def whole_numbers(rows: Words, start: int, stop: int) -> Ints:
    """The numbers that bytes `start` to `stop` of the rows, 16 of them at most, spell out; negative where they are not digits only."""
    if stop - start > 8:
        high, low = whole_numbers(rows, start, stop - 8), whole_numbers(rows, stop - 8, stop)
        return np.where((high < 0) | (low < 0), -1, high * 10**8 + low)
    letters = np.empty(len(rows), np.uint64)
    numbers = np.zeros(len(rows), np.int64)
    for place in range(start - (stop - start) % 2, stop, 2):
        first = max(place, start)
        cut(rows, first, place + 2, [letters])
        spelt = _spelt(place + 2 - first)[letters.view(np.int64)]
        numbers = numbers * 100 + spelt if first > start else spelt
    return numbers


def counted(rows: Words, start: int, stop: int, steps: Ints) -> Ints | None:
    """The same as `whole_numbers` where the numbers go up as `steps` do, int64 (n,) and ascending; None where they do not, or too far."""
    first, last = (rows[row].tobytes()[start:stop] for row in (0, -1))
    ahead = stop - start - TURNS
    if not 0 <= ahead <= 8 or not first.isdigit() or not last.isdigit():
        return None
    from_, to = int(first), int(last)
    rest = from_ % 10**TURNS
    if to - from_ != steps[-1] - steps[0] or rest + to - from_ >= _spelt_in_turn().size:
        return None
    letters = np.ndarray((len(rows),), "<u4", rows, stop - TURNS, (rows.strides[0],))
    if (letters != _spelt_in_turn().take(steps + (rest - int(steps[0])))).any():
        return None
    numbers = steps + (from_ - int(steps[0]))
    if ahead:
        high = np.empty(len(rows), np.uint64)
        cut(rows, start, start + ahead, [high])
        turns = np.arange(from_ // 10**TURNS, to // 10**TURNS + 1)
        bounds = [*np.searchsorted(numbers, turns * 10**TURNS).tolist(), len(rows)]
        for turn, begin, end in zip(turns.tolist(), bounds, bounds[1:], strict=False):
            if (high[begin:end] != int.from_bytes(b"%0*d" % (ahead, turn), "little")).any():
                return None
    return numbers


@cache
def _spelt_in_turn() -> NDArray[np.uint32]:
    """What numbers end with that go up from 0: so many digits as a word, and that several times over."""
    numbers = np.arange(10**TURNS)
    digits = [numbers // 10**place % 10 + ord("0") for place in reversed(range(TURNS))]
    return np.tile(np.stack(digits, axis=1).astype(np.uint8).view("<u4").ravel(), 5)


@cache
def _spelt(digits: int) -> Ints:
    """The number that one or two letters spell out, by their bytes as a word; what is none is so far below zero that it remains there."""
    numbers = np.full(1 << 8 * digits, -(10**10), np.int64)
    for number in range(10**digits):
        numbers[int.from_bytes(b"%0*d" % (digits, number), "little")] = number
    return numbers


def odd(packed: Letters, more: bytes) -> Bools | None:
    """Which rows of letters, (n, width) and filled up with NUL, are not of printable ASCII only, or have a letter of `more`; None if
    none is so."""
    low, high = fold(np.minimum, packed), fold(np.maximum, packed)
    if (low < high)[low == 0].any():  # rows are of several lengths: NUL is made the highest letter
        low = fold(np.minimum, packed - np.uint8(1)) + np.uint8(1)
    low, high = low[high > 0], high[high > 0]
    if (low >= 0x20).all() and (high < 0x7F).all() and not any(((low <= letter) & (letter <= high)).any() for letter in more):
        return None
    found: Bools = np.greater_equal(packed - np.uint8(0x20), np.uint8(0x5F))
    found &= np.not_equal(packed, 0)
    for letter in more:
        found |= np.equal(packed, np.uint8(letter))
    rows: Bools = np.logical_or.reduce(found, axis=1)
    return rows if rows.any() else None


def fold(operation: np.ufunc, rows: NDArray[Any]) -> NDArray[Any]:
    """`operation.reduce(rows, axis=0)`, which takes as long as a step for each row takes; here a step is for many rows."""
    count, width = rows.shape
    step = TOGETHER // width + 1
    whole = count - count % step
    if not whole:
        return operation.reduce(rows, axis=0)  # type: ignore[no-any-return]
    folded = operation.reduce(rows[:whole].reshape(-1, step * width), axis=0).reshape(step, width)
    return operation.reduce(np.concatenate((folded, rows[whole:])), axis=0)  # type: ignore[no-any-return]


def columns_of(texts: Sequence[bytes]) -> list[Words]:
    """The columns of the words of some texts."""
    width = 8 * count(max(map(len, texts)))
    return list(np.array(texts, f"S{width}").view("<u8").reshape(len(texts), -1).T)


def texts(columns: Sequence[Words]) -> list[bytes]:
    """The rows as bytes, given the columns of their words."""
    packed = np.stack(columns, axis=1).astype("<u8", copy=False)
    rows: list[bytes] = packed.view(f"S{8 * len(columns)}").ravel().tolist()
    return rows
