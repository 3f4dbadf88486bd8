"""Times: ISO 8601 with the offset of the writer's clock ⇄ microseconds, over whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from scoring_engine.events.errors import InputError
from scoring_engine.events.log import MISSING_TIME
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Ints

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FAR = 2**62
"""Beyond every seq."""


class Moment(NamedTuple):
    """A point in time: microseconds since 1970-01-01 UTC."""

    at: int


def parse(texts: Sequence[str]) -> tuple[Ints, Ints, Bools]:
    """The times `texts` as microseconds UTC and microseconds of offset, and which of them are not times.

    Admitted: YYYY-MM-DD, T or a space, HH:MM with or without seconds and a fraction (what is finer than a microsecond is cut
    off), and an offset: Z, ±HH:MM, ±HHMM or ±HH. A time without offset is none, for nobody can say when it was.
    """
    at, offset, bad = _common(texts)
    odd = np.flatnonzero(bad).tolist()
    if odd:
        spelled = [_spelled_out(texts[row]) for row in odd]
        at[odd], offset[odd], bad[odd] = _common(spelled)
    return at, offset, bad


def moment(end: int | str) -> int | Moment:
    """What `until` is given: a seq, or a time.

    Raises:
        InputError: it is neither.
    """
    text = str(end).strip()
    if text.removeprefix("-").isdecimal():
        return max(-FAR, min(int(text[:20]), FAR))
    at, _, bad = parse([text])
    if bad[0]:
        raise InputError(
            Message(
                "“{value}” is neither the seq of an event nor a time; give a number such as 120, or a time with its offset such as "
                "2024-10-11T11:05:00+08:00",
                {"value": text[:80]},
            )
        )
    return Moment(int(at[0]))


def write(at: Ints, offset: Ints) -> list[str]:
    """The times as ISO texts on the writer's clock, "" where missing; the reverse of `parse`."""
    texts = np.full(at.size, "", object)
    known = at != MISSING_TIME
    wall = at + np.where(known, offset, 0)
    fine = np.where(wall % SECOND == 0, 0, np.where(wall % 1000 == 0, 1, 2))
    units: tuple[Literal["s", "ms", "us"], ...] = ("s", "ms", "us")
    for level, unit in enumerate(units):
        rows = np.flatnonzero(known & (fine == level))
        texts[rows] = np.datetime_as_string(wall[rows].view("M8[us]"), unit=unit).astype(object)
    for value in sorted(set(offset[known].tolist())):
        rows = np.flatnonzero(known & (offset == value))
        hours, minutes = divmod(abs(value) // MINUTE, 60)
        texts[rows] += "Z" if value == 0 else f"{'-' if value < 0 else '+'}{hours:02}:{minutes:02}"
    return list(texts)


def _common(texts: Sequence[str]) -> tuple[Ints, Ints, Bools]:
    """`parse` for the common spelling, with seconds and the offset Z or ±HH:MM."""
    at = np.full(len(texts), MISSING_TIME, np.int64)
    offset = np.zeros(len(texts), np.int64)
    bad = np.ones(len(texts), bool)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    for length, rows_of_length in enumerate(np.bincount(np.minimum(lengths, 36)).tolist()):
        if 20 <= length <= 35 and rows_of_length:
            rows = np.flatnonzero(lengths == length)
            same = texts if rows.size == len(texts) else [texts[row] for row in rows.tolist()]
            # a character that is not ASCII becomes one that no time holds, and keeps its width
            letters = np.frombuffer("".join(same).encode("ascii", "replace"), np.uint8).reshape(rows.size, length)
            zulu = letters[:, -1] == ord("Z")
            for chosen, tail in ((zulu, 1), (~zulu, 6)):
                if chosen.any():
                    where = rows[chosen]
                    at[where], offset[where], bad[where] = _fixed(letters[chosen], tail)
    at[bad] = MISSING_TIME
    offset[bad] = 0
    return at, offset, bad


def _fixed(letters: NDArray[np.uint8], tail: int) -> tuple[Ints, Ints, Bools]:
    """`parse` for rows of letters of one layout, whose offset takes the last `tail` of them."""
    count, length = letters.shape
    good = np.ones(count, bool)

    def number(start: int, end: int) -> Ints:
        nonlocal good
        value = np.zeros(count, np.int64)
        for place in range(start, end):
            digit = letters[:, place].astype(np.int64) - ord("0")
            good &= (digit >= 0) & (digit <= 9)
            value = value * 10 + digit
        return value

    year, month, day = number(0, 4), number(5, 7), number(8, 10)
    hour, minute, second = number(11, 13), number(14, 16), number(17, 19)
    for place, mark in ((4, "-"), (7, "-"), (13, ":"), (16, ":")):
        good &= letters[:, place] == ord(mark)
    good &= (letters[:, 10] == ord("T")) | (letters[:, 10] == ord(" "))
    fraction = np.zeros(count, np.int64)
    places = length - tail - 20
    if places >= 0:
        good &= (letters[:, 19] == ord(".")) & (0 < places <= 9)
        shown = min(places, 6)
        fraction = number(20, 20 + shown) * 10 ** (6 - shown)
        number(20 + shown, 20 + places)
    offset = np.zeros(count, np.int64)
    if tail == 6:
        sign = letters[:, -6]
        good &= ((sign == ord("+")) | (sign == ord("-"))) & (letters[:, -3] == ord(":"))
        hours, minutes = number(length - 5, length - 3), number(length - 2, length)
        good &= (hours < 24) & (minutes < 60)
        offset = (hours * HOUR + minutes * MINUTE) * np.where(sign == ord("-"), -1, 1)
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    # days since 1970-01-01: the year counted from March, so that the leap day is its last
    late = np.clip(month, 1, 12) <= 2
    march_year = year - late
    march_month = np.clip(month, 1, 12) + np.where(late, 9, -3)
    first = 365 * march_year + march_year // 4 - march_year // 100 + march_year // 400 + (153 * march_month + 2) // 5
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length_of_month = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[np.clip(month, 1, 12) - 1] + (leap & (month == 2))
    good &= (day >= 1) & (day <= length_of_month)
    days = first + day - 1 - 719468
    at = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction - offset
    return at, offset, ~good


def _spelled_out(text: str) -> str:
    """A time in one of the less common spellings in the common one; "" if it is none."""
    date, separator, rest = text[:10], text[10:11], text[11:].upper().replace(",", ".")
    if not rest or separator not in "Tt ":
        return ""
    start = max(rest.rfind("+"), rest.rfind("-"))
    clock, tail = (rest[:-1], "Z") if rest[-1] == "Z" else (rest[:start], rest[start:]) if start > 0 else ("", "")
    if len(tail) in (3, 5) and ":" not in tail:
        tail = f"{tail[:3]}:{tail[3:] or '00'}"
    if len(clock) == 5:
        clock += ":00"
    return f"{date}T{clock}{tail}"
