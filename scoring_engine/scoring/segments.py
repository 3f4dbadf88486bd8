"""Aggregates over segments of rows: sorted once, reduced exactly.

`Segments` holds the rows of a table sorted by group. Each aggregate is one pass of integer reductions over it; `best`,
`drop`, `middle` and `trim` mark rows by their position within the segment first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring_engine.scoring.arithmetic import add
from scoring_engine.scoring.vectors import LIMIT, Array, Bools, Ints, Number, Vector, dense, magnitude, order_keys


class Segments:
    """The rows with group ≥ 0, sorted by (group, keys…), rows of the same keys in their own order.

    order   rows in segment order
    group   group of each of them
    starts, counts   of each group
    """

    __slots__ = ("count", "counts", "group", "order", "starts")

    def __init__(self, group: Ints, count: int, keys: Sequence[Ints] = ()) -> None:
        rows = np.flatnonzero(group >= 0)
        within = group[rows]
        if keys:
            order = np.lexsort((*(key[rows] for key in reversed(keys)), within))
            rows, within = rows[order], within[order]
        elif within.size and (within[1:] < within[:-1]).any():
            order = np.argsort(within, kind="stable")
            rows, within = rows[order], within[order]
        self.order = rows
        self.group = within
        self.count = count
        self.counts = np.bincount(within, minlength=count).astype(np.int64)
        self.starts = np.cumsum(self.counts) - self.counts

    @property
    def position(self) -> Ints:
        """Position of each sorted row within its segment, from 0."""
        return np.arange(self.order.size, dtype=np.int64) - self.starts[self.group]

    def reduce(self, function: np.ufunc, values: Array, fill: int) -> Array:
        """`function` over each segment of sorted `values`; `fill` for an empty one."""
        filled = self.counts > 0
        result = np.full(self.count, fill, values.dtype)
        if values.size:
            result[filled] = function.reduceat(values, self.starts[filled])
        return result


def total(segments: Segments, value: Number) -> Number:
    """The exact sum of each segment, 0 for an empty one."""
    value = over_one(value)
    num = value.num
    longest = int(segments.counts.max(initial=0))
    if num.dtype != object and magnitude(num) * longest > LIMIT:
        num = num.astype(object)
    return Number(segments.reduce(np.add, num[segments.order], 0), value.den)


def product(segments: Segments, value: Number) -> Number:
    """The exact product of each segment, 1 for an empty one."""
    num = value.num.astype(object)[segments.order]
    top = segments.reduce(np.multiply, num, 1)
    if isinstance(value.den, int):
        bottom: Array = np.array([value.den**n for n in segments.counts.tolist()], object)
    else:
        bottom = segments.reduce(np.multiply, value.den.astype(object)[segments.order], 1)
    return Number(top, bottom)


def extreme(segments: Segments, value: Vector, *, largest: bool) -> Ints:
    """The row of the largest or smallest value of each segment (the first of equals), -1 for an empty one."""
    codes = dense(order_keys(value, descending=largest), value.size)
    ranked = codes[segments.order] * (segments.order.size + 1) + np.arange(segments.order.size)
    best = segments.reduce(np.minimum, ranked, -1)
    if not segments.order.size:
        return np.full(segments.count, -1, np.int64)
    return np.where(best < 0, -1, segments.order[np.maximum(best, 0) % (segments.order.size + 1)])


def median(group: Ints, count: int, value: Number) -> Number:
    """The exact median of each group; of an even number of values the mean of the two in the middle."""
    segments = Segments(group, count, order_keys(value, descending=False))
    filled = segments.counts > 0
    low = np.where(filled, segments.starts + (segments.counts - 1) // 2, 0)
    high = np.where(filled, segments.starts + segments.counts // 2, 0)
    if not segments.order.size:
        return Number(np.zeros(count, np.int64))
    ordered = value.take(segments.order)
    both = add(ordered.take(low), ordered.take(high))
    doubled = both.den * 2 if isinstance(both.den, int) else both.den.astype(object) * 2
    return Number(both.num, doubled)


def distinct(segments: Segments, value: Vector) -> Ints:
    """The number of different values of each segment."""
    codes = dense(order_keys(value, descending=False), value.size)
    again = Segments(_scattered(segments, value.size), segments.count, [codes])
    if not again.order.size:
        return np.zeros(segments.count, np.int64)
    ordered = codes[again.order]
    fresh = np.ones(ordered.size, bool)
    fresh[1:] = (ordered[1:] != ordered[:-1]) | (again.group[1:] != again.group[:-1])
    return np.bincount(again.group[fresh], minlength=segments.count).astype(np.int64)


def _scattered(segments: Segments, size: int) -> Ints:
    """The group of each row again, from its segments."""
    group = np.full(size, -1, np.int64)
    group[segments.order] = segments.group
    return group


def kept(segments: Segments, *, best: Ints | None, drop: Ints | None, middle: Ints | None, trim: dict[str, int] | None) -> Bools:
    """Which sorted rows are left when the segments are sorted best first: n best, all but the n worst, the n in the middle,
    all but k highest and k lowest. `best`, `drop`, `middle` give n for each group."""
    position, counts = segments.position, segments.counts[segments.group]
    keep = np.ones(position.size, bool)
    if best is not None:
        keep &= position < best[segments.group]
    if drop is not None:
        keep &= position < counts - np.maximum(drop[segments.group], 0)
    if middle is not None:
        wanted = np.minimum(middle[segments.group], counts)
        low = (counts - wanted) // 2
        keep &= (position >= low) & (position < low + wanted)
    if trim is not None:
        full = counts >= trim["from"]
        keep &= ~full | ((position >= trim["high"]) & (position < counts - trim["low"]))
    return keep


def places(segments: Segments, keys: Sequence[Ints], ties: str) -> tuple[Array, int]:
    """The place of each sorted row within its segment and the denominator of it (2 for `mean`): segments sorted by `keys`."""
    size = segments.order.size
    if not size:
        return np.zeros(0, np.int64), 1
    fresh = np.ones(size, bool)
    fresh[1:] = segments.group[1:] != segments.group[:-1]
    starts_group = fresh.copy()
    for key in keys:
        ordered = key[segments.order]
        fresh[1:] |= ordered[1:] != ordered[:-1]
    position = segments.position + 1
    if ties == "ordinal":
        return position, 1
    block = np.cumsum(fresh) - 1
    if ties == "dense":
        first_block = block[np.flatnonzero(starts_group)]
        return block - first_block[np.cumsum(starts_group) - 1] + 1, 1
    high = position[np.flatnonzero(fresh)][block]
    if ties == "high":
        return high, 1
    low = high + np.bincount(block)[block] - 1
    return (low, 1) if ties == "low" else (high + low, 2)


def running(segments: Segments, op: str, value: Number | None) -> Number:
    """For each sorted row the sum, count, largest or smallest value of its segment up to this row."""
    if op == "count" or value is None:
        return Number(segments.position + 1)
    ordered = value.take(segments.order)
    if op == "sum":
        ordered = over_one(ordered)
        if ordered.num.dtype != object and magnitude(ordered.num) * (ordered.size + 1) > LIMIT:
            ordered = Number(ordered.num.astype(object), ordered.den)
        through = np.cumsum(ordered.num)
        before = np.concatenate((np.zeros(1, through.dtype), through))[segments.starts[segments.group]]
        return Number(through - before, ordered.den)
    codes = dense(order_keys(ordered, descending=op == "max"), ordered.size)
    lifted = np.minimum.accumulate(codes - segments.group * (ordered.size + 1)) + segments.group * (ordered.size + 1)
    row = np.zeros(ordered.size, np.int64)
    row[codes] = np.arange(ordered.size)
    return ordered.take(row[lifted])


def over_one(value: Number) -> Number:
    """Ratios over the least common denominator of the column; fixed point as it is."""
    if isinstance(value.den, int):
        return value
    from math import lcm

    first = int(value.den[0]) if value.size else 1
    if (value.den == first).all():
        return Number(value.num, first, value.ok)
    distinct, inverse = np.unique(value.den, return_inverse=True)
    common = lcm(*distinct.tolist())
    factors = [common // den for den in distinct.tolist()]
    if value.num.dtype == object or magnitude(value.num) * max(factors) > LIMIT:
        return Number(value.num.astype(object) * np.array(factors, object)[inverse], common, value.ok)
    return Number(value.num * np.array(factors, np.int64)[inverse], common, value.ok)
