"""Times as columns: microseconds since 1970-01-01 of the clock on the wall where they were written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scoring_engine.scoring.vectors import Bools, Ints, Lexicon, Number, Text, both

DAY = 86_400_000_000
"""Microseconds of a day."""


def parse_time(text: str) -> int | None:
    """An ISO day or time as microseconds of the wall clock (an offset is left out of account), None for no such thing."""
    if len(text) > 40 or not text.isascii() or len(text) < 10 or text[4] != "-" or text[7] != "-":
        return None
    clock = text[:10] + "T" + text[11:].rstrip("Z") if len(text) > 10 else text
    for sign in ("+", "-"):
        if sign in clock[11:]:
            clock = clock[: 11 + clock[11:].index(sign)]
    try:
        return int(np.datetime64(clock, "us").astype(np.int64))
    except ValueError:
        return None


def day(time: Number) -> Number:
    """Days since 1970-01-01."""
    return Number(time.num // DAY, 1, time.ok)


def after(time: Number, days: Number) -> Number:
    """The day so many whole days after a time."""
    return Number((time.num // DAY + days.num) * DAY, 1, both(time.ok, days.ok))


def weekday(time: Number) -> Number:
    """1 for Monday to 7 for Sunday."""
    return Number((time.num // DAY + 3) % 7 + 1, 1, time.ok)


def _dates(time: Number) -> Ints:
    return np.asarray(time.num // DAY, np.int64)


def year(time: Number) -> Number:
    """The calendar year."""
    return Number(_dates(time).astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970, 1, time.ok)


def month(time: Number) -> Number:
    """The calendar month, 1 to 12."""
    return Number(_dates(time).astype("M8[D]").astype("M8[M]").astype(np.int64) % 12 + 1, 1, time.ok)


def age(born: Number, on: Number) -> Number:
    """Full years from the day `born` to the day `on`: one more on each birthday (on 1 March for 29 February)."""
    first, last = _dates(born).astype("M8[D]"), _dates(on).astype("M8[D]")
    years = last.astype("M8[Y]").astype(np.int64) - first.astype("M8[Y]").astype(np.int64)
    birthday = (last.astype("M8[M]").astype(np.int64) % 12, (last - last.astype("M8[M]")).astype(np.int64))
    day_born = (first.astype("M8[M]").astype(np.int64) % 12, (first - first.astype("M8[M]")).astype(np.int64))
    before = (birthday[0] < day_born[0]) | ((birthday[0] == day_born[0]) & (birthday[1] < day_born[1]))
    return Number(years - before, 1, both(born.ok, on.ok))


def window_codes(time: Number, rows: Sequence[Sequence[Any]], lexicon: Lexicon) -> tuple[Text, Bools]:
    """The id of the window [id, first day, last day, …] that each time falls into, and which times fall into none."""
    days = _dates(time)
    codes = np.full(days.size, -1, np.int64)
    for name, first, last, *_ in rows:
        low, high = np.datetime64(first, "D").astype(np.int64), np.datetime64(last, "D").astype(np.int64)
        codes[(days >= low) & (days <= high) & time.present] = lexicon.code(name)
    return Text(codes), time.present & (codes < 0)
