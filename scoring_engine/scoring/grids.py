"""Aggregates over tables that are laid out on a grid: plain reductions along axes, no sorting, no search.

A grid (`tables.Grid`) says where each row of a table stands by its keys: a mark by judge, contestant, keys and criterion, a
line of the panel by contestant, keys and criterion. Where an aggregate matches rows by whole axes its groups are the places
on these axes, and it is a reduction along the others. The results are those of the segments, value for value.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.scoring import arithmetic, segments
from scoring_engine.scoring.evaluator import Evaluator
from scoring_engine.scoring.tables import Grid, Table
from scoring_engine.scoring.vectors import LIMIT, Array, Bools, Ints, Number, Truth, Vector, magnitude
from scoring_engine.scoring.words import too_few

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Aggregate


class Reduced(NamedTuple):
    """An aggregate over groups: its values, which groups are empty, and the group of each of the own rows (None: row i has group i)."""

    value: Vector
    empty: Bools
    group: Ints | None


class Layout(NamedTuple):
    """Which axes of the other table's grid are reduced, the lengths of those that are left, and the own rows' groups."""

    axes: tuple[int, ...]
    groups: tuple[int, ...]
    group: Ints | None


FOLDS = ("sum", "mean", "count", "min", "max", "any", "all")
TRIMMED = ("sum", "mean")


def layout(own: Table, other: Table, agg: Aggregate) -> Layout | None:
    """How an aggregate over `other` is reduced along the axes of its grid; None where it is not of that kind."""
    mine, theirs = own.grid, other.grid
    if mine is None or theirs is None or agg["within"] is not None or agg["running"] or agg["op"] not in FOLDS:
        return None
    if agg["best"] is not None or agg["drop"] is not None or agg["middle"] is not None:
        return None
    if trims(agg) and (agg["by"] is not None or agg["op"] not in TRIMMED):
        return None
    on = [column for column, their in agg["on"] if column == their]
    if len(on) < len(agg["on"]) or "contestant" not in on or not set(on) <= set(mine.axes) & set(theirs.axes):
        return None
    left = [axis for axis in theirs.axes if axis in on]
    if left != [axis for axis in mine.axes if axis in on]:
        return None
    lengths = tuple(theirs.shape[theirs.axes.index(axis)] for axis in left)
    if lengths != tuple(mine.shape[mine.axes.index(axis)] for axis in left):
        return None
    folded = tuple(n for n, axis in enumerate(theirs.axes) if axis not in on)
    if mine.rows is None and len(left) == len(mine.axes):
        return Layout(folded, lengths, None)
    group = mine.places(left, own.size)
    return None if group is None else Layout(folded, lengths, group)


def trims(agg: Aggregate) -> bool:
    """Whether an aggregate leaves out the highest or lowest values."""
    return bool(agg["trim"] and (agg["trim"]["high"] or agg["trim"]["low"]))


def reduced(e: Evaluator, agg: Aggregate, plan: Layout, grid: Grid, counted: Bools | None, value: Vector | None) -> Reduced | None:
    """The aggregate of `value` over the rows that are counted (None: all), None where its numbers do not fit into 64 bits."""
    if isinstance(value, Number):
        return _numbers(e, agg, plan, grid, counted, value)
    counted = _cells(grid, counted)
    counts = _counts(plan, grid, counted)
    if agg["op"] == "count":
        return Reduced(Number(counts), np.zeros(counts.size, bool), plan.group)
    if not isinstance(value, Truth) or agg["op"] not in ("any", "all"):
        return None
    hits = _cells(grid, value.true)
    assert hits is not None
    if counted is not None:
        hits = hits & counted
    found = _counts(plan, grid, hits)
    return Reduced(Truth(found > 0 if agg["op"] == "any" else found == counts), np.zeros(counts.size, bool), plan.group)


def _numbers(e: Evaluator, agg: Aggregate, plan: Layout, grid: Grid, rows: Bools | None, value: Number) -> Reduced | None:
    op = agg["op"]
    counted = _cells(grid, rows)
    counts = _counts(plan, grid, counted)
    if op == "count":
        return Reduced(Number(counts), np.zeros(counts.size, bool), plan.group)
    if op in TRIMMED:
        value = segments.over_one(value)
    if op in ("any", "all") or not isinstance(value.den, int) or value.num.dtype == object:
        return None
    if magnitude(value.num) * max(int(counts.max(initial=0)), 1) >= LIMIT:
        return None
    num = _spread(grid, value.num)
    gaps = None
    if value.ok is not None and not value.ok.all():
        missing = ~_spread(grid, value.ok)
        gaps = (missing if counted is None else missing & counted).any(plan.axes).reshape(-1)
    if op in ("min", "max"):
        best = _extreme(plan, num, counted, largest=op == "max")
        empty = counts == 0
        result = Number(np.where(empty, 0, best), value.den, ~empty)
    else:
        total, counts = _trimmed(e, agg, plan, num, counted, counts) if trims(agg) else (_total(plan, num, counted), counts)
        empty = counts == 0
        result = Number(total, value.den)
        if op == "mean":
            result = arithmetic.divide(result, Number(np.maximum(counts, 1)))[0]
        result = result.mask(~empty)
    return Reduced(result if gaps is None else result.mask(~gaps), empty, plan.group)


def _spread(grid: Grid, values: Array) -> Array:
    """A column of the table on its grid; what stands at a place without a row says nothing."""
    if grid.rows is None:
        return values.reshape(grid.shape)
    if not values.size:
        return np.zeros(grid.shape, values.dtype)
    return values[grid.rows].reshape(grid.shape)


def _cells(grid: Grid, rows: Bools | None) -> Bools | None:
    """Which places of the grid hold a row, and one of `rows` where these are given; None for all of them."""
    if rows is not None and rows.all():
        rows = None
    if rows is None:
        return None if grid.full else (grid.there & True).reshape(grid.shape)
    found = _spread(grid, rows)
    return found if grid.full else found & grid.there.reshape(grid.shape)


def _counts(plan: Layout, grid: Grid, counted: Bools | None) -> Ints:
    """How many are counted in each group."""
    if counted is None:
        return np.full(prod(plan.groups), prod(grid.shape[axis] for axis in plan.axes), np.int64)
    return np.asarray(np.count_nonzero(counted, plan.axes), np.int64).reshape(-1) if plan.axes else counted.reshape(-1).astype(np.int64)


def _total(plan: Layout, num: Ints, counted: Bools | None) -> Ints:
    """The sum of each group."""
    return np.asarray(np.add.reduce(num if counted is None else np.where(counted, num, 0), plan.axes)).reshape(-1)


def _extreme(plan: Layout, num: Ints, counted: Bools | None, *, largest: bool) -> Ints:
    """The largest or smallest value of each group; nothing of worth where none is counted."""
    if counted is not None:
        num = np.where(counted, num, -LIMIT if largest else LIMIT)
    fold = np.maximum if largest else np.minimum
    return np.asarray(fold.reduce(num, plan.axes, initial=-LIMIT if largest else LIMIT)).reshape(-1)


def _trimmed(e: Evaluator, agg: Aggregate, plan: Layout, num: Ints, counted: Bools | None, counts: Ints) -> tuple[Ints, Ints]:
    """Sum and number of what is left in each group without its highest and lowest values."""
    trim = agg["trim"]
    assert trim is not None
    large, little = (trim["high"], trim["low"]) if agg["order"] == "down" else (trim["low"], trim["high"])
    whole = counts >= trim["from"]
    short = ~whole & (counts > 0)
    if trim["from"] and short.any():
        e.note("panel-small", short if plan.group is None else short[plan.group], too_few(trim["from"]))
    total = _total(plan, num, counted)
    if large > 1 or little > 1:
        left = _sorted_total(plan, num, counted, counts, large, little)
    else:
        left = total
        if large:
            left = left - _extreme(plan, num, counted, largest=True)
        if little:
            left = left - _extreme(plan, num, counted, largest=False)
    rest = np.maximum(counts - large - little, 0)
    left = np.where(rest > 0, left, 0)
    return np.where(whole, left, total), np.where(whole, rest, counts)


def _sorted_total(plan: Layout, num: Ints, counted: Bools | None, counts: Ints, large: int, little: int) -> Ints:
    """The sum of each group without the `large` largest and `little` smallest values."""
    if counted is not None:
        num = np.where(counted, num, LIMIT)
    depth = prod(num.shape[axis] for axis in plan.axes)
    behind = np.moveaxis(num, plan.axes, range(num.ndim - len(plan.axes), num.ndim)).reshape(counts.size, depth)
    ordered = np.sort(behind, axis=1)
    position = np.arange(depth)
    left = (position >= little) & (position < (counts - large)[:, None])
    return np.asarray(np.add.reduce(np.where(left, ordered, 0), 1))
