"""Texts as rows of 64-bit words: their bytes in UTF-8, eight to a word, the first in the lowest byte, filled up with NUL.

No text of an event holds NUL, so two texts are equal if and only if their words are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Codes, Ints

    Words: TypeAlias = NDArray[np.uint64]
    Letters: TypeAlias = NDArray[np.uint8]

WIDEST = 16
"""Words of the longest text that is handled so."""

_ZEROS = np.uint64(0x3030303030303030)
_OVER_NINE = np.uint64(0x4646464646464646)
_HIGH = np.uint64(0x8080808080808080)
_EVEN = np.uint64(0x000000FF000000FF)


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


def constant(value: int, size: int) -> Codes:
    """`size` times the same code, in the memory of one."""
    return np.ndarray((size,), np.int32, np.array([value], np.int32), 0, (0,))


def is_constant(codes: Codes, value: int) -> bool:
    """Whether all codes are `value`."""
    if codes.size and codes.strides == (0,):
        return bool(codes[0] == value)
    return bool((codes == value).all())


def count(size: int) -> int:
    """Words that `size` bytes take, at least one."""
    return max(1, -(-size // 8))


def whole_numbers(rows: Words, start: int, stop: int) -> tuple[Ints, Bools]:
    """The numbers that bytes `start` to `stop` (1 to 16 of them) of the rows spell out, and which are spelled so: digits only, without
    a leading zero."""
    digits = stop - start
    numbers, good = _digits(rows, max(start, stop - 8), stop)
    if digits > 8:
        high, high_good = _digits(rows, start, stop - 8)
        numbers += high * 10**8
        good &= high_good
    if digits > 1:
        good &= numbers >= 10 ** (digits - 1)
    return numbers, good


def _digits(rows: Words, start: int, stop: int) -> tuple[Ints, Bools]:
    """The numbers that up to eight bytes spell out, and which of them are digits only."""
    column = np.empty(len(rows), np.uint64)
    cut(rows, start, stop, [column])
    pad = 8 * (8 - stop + start)
    column = (column << np.uint64(pad)) | (_ZEROS & np.uint64((1 << pad) - 1))
    values = column - _ZEROS
    good = ((values | (column + _OVER_NINE)) & _HIGH) == 0
    # pairs of digits, then pairs of pairs
    values = values * np.uint64(10) + (values >> np.uint64(8))
    left, right = values & _EVEN, (values >> np.uint64(16)) & _EVEN
    values = (left * np.uint64(100 + (10**6 << 32)) + right * np.uint64(1 + (10**4 << 32))) >> np.uint64(32)
    return values.astype(np.int64), good


def plain(packed: Letters, but: bytes) -> Bools | None:
    """Which rows of letters, (n, width) and filled up with NUL, are of printable ASCII without those in `but`; None if all are."""
    odd = (packed - np.uint8(0x20)) >= np.uint8(0x5F)
    odd &= packed != 0
    for letter in but:
        odd |= packed == np.uint8(letter)
    if not odd.any():
        return None
    bad = np.flatnonzero(odd.any(axis=1))
    flags = np.ones(len(packed), bool)
    flags[bad] = False
    return flags


def texts(columns: Sequence[Words]) -> list[bytes]:
    """The rows as bytes, given the columns of their words."""
    packed = np.stack(columns, axis=1).astype("<u8", copy=False)
    rows: list[bytes] = packed.view(f"S{8 * len(columns)}").ravel().tolist()
    return rows
