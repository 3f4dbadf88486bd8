"""Aggregates over the rows of a table, places and what is kept of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.scoring import arithmetic, grids, segments
from scoring_engine.scoring.choosing import merged, picked
from scoring_engine.scoring.evaluator import NODES, Evaluator
from scoring_engine.scoring.segments import Segments
from scoring_engine.scoring.tables import Groups, Table, group_rows, match_rows
from scoring_engine.scoring.vectors import (
    Bools,
    Ints,
    Number,
    Truth,
    Vector,
    order_keys,
)
from scoring_engine.scoring.words import too_few

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Aggregate, Expr


def _grouped(e: Evaluator, agg: Aggregate) -> tuple[Table, Groups, Ints]:
    """The table looked at, the groups of the own rows, and the group of each row of that table."""
    if agg["within"] is not None:
        groups = group_rows(e.table, agg["within"])
        return e.table, groups, groups.index
    other = e.batch.tables[agg["table"]]
    pairs = agg["on"]
    groups, theirs = match_rows(e.table, [own for own, _ in pairs], other, [their for _, their in pairs])
    return other, groups, theirs


def _agg(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    op = agg["op"]
    other = e.batch.tables[agg["table"]] if agg["within"] is None else e.table
    eyes = e.on(other)
    counted = eyes.conditions(agg["where"]) if agg["where"] else None
    value = eyes(agg["expr"]) if op != "count" else None
    plan = grids.layout(e.table, other, agg)
    if plan is not None and other.grid is not None:
        found = grids.reduced(e, agg, plan, other.grid, counted, value)
        if found is not None:
            return _with_default(e, agg, *found)
    other, groups, theirs = _grouped(e, agg)
    if counted is not None:
        theirs = np.where(counted, theirs, -1)
    gaps = _gaps(value, theirs, groups.count) if op not in ("count", "any", "all", "first", "last") else None
    if agg["running"]:
        return _running(e, agg, eyes, value if isinstance(value, Number) else None, theirs, groups.count)
    theirs = _left_in(e, agg, eyes, value, theirs, groups)
    result, empty = _reduced(eyes, agg, value, theirs, groups.count)
    if gaps is not None:
        result = result.mask(~gaps)
    return _with_default(e, agg, result, empty, groups.index)


def _with_default(e: Evaluator, agg: Aggregate, result: Vector, empty: Bools, index: Ints | None) -> Vector:
    """The values of groups for the rows of the own table, `empty` where there is nothing to aggregate. Row i has group i where no
    index says otherwise."""
    spread = result if index is None else picked(result, index)
    if agg["empty"] is not None and empty.any():
        hollow = empty if index is None else empty[index] & (index >= 0)
        spread = merged(hollow, e(agg["empty"]), spread)
    return spread


def _gaps(value: Vector | None, theirs: Ints, count: int) -> Bools | None:
    """The groups in which a value is missing."""
    if value is None or value.present.all():
        return None
    gaps = np.zeros(count + 1, bool)
    gaps[theirs[~value.present & (theirs >= 0)]] = True
    return gaps[:count]


def _left_in(e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Vector | None, theirs: Ints, groups: Groups) -> Ints:
    """The groups of the rows that best, drop, middle and trim leave in; -1 for the others."""
    trim = agg["trim"] if agg["trim"] and (agg["trim"]["high"] or agg["trim"]["low"]) else None
    if agg["best"] is None and agg["drop"] is None and agg["middle"] is None and trim is None:
        return theirs
    sorted_rows, keep = _kept(e, agg, eyes, value, theirs, groups, trim)
    result = np.full(theirs.size, -1, np.int64)
    result[sorted_rows.order[keep]] = sorted_rows.group[keep]
    return result


def _kept(
    e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Vector | None, theirs: Ints, groups: Groups, trim: dict[str, int] | None
) -> tuple[Segments, Bools]:
    """The segments sorted best first, and which of their rows are left in."""
    by = eyes(agg["by"]) if agg["by"] is not None else value
    keys = [] if by is None else order_keys(by, descending=agg["order"] == "down")
    ordered = Segments(theirs, groups.count, keys)
    if trim is not None and trim["from"]:
        short = (ordered.counts < trim["from"]) & (ordered.counts > 0)
        e.note(
            "panel-small",
            short[groups.index] & (groups.index >= 0),
            too_few(trim["from"]),
        )
    keep = segments.kept(
        ordered,
        best=_each_group(e, agg["best"], groups),
        drop=_each_group(e, agg["drop"], groups),
        middle=_each_group(e, agg["middle"], groups),
        trim=trim,
    )
    return ordered, keep


def _each_group(e: Evaluator, expr: Expr | None, groups: Groups) -> Ints | None:
    """A whole number for each group, from its first row; 0 where missing."""
    if expr is None:
        return None
    value = arithmetic.rounded(e.number(expr), 0, "floor")
    result = np.zeros(groups.count + 1, np.int64)
    rows = np.flatnonzero(groups.index >= 0)[::-1]
    result[groups.index[rows]] = np.where(value.present, value.num, 0).astype(np.int64)[rows]
    return result[: groups.count]


def _reduced(eyes: Evaluator, agg: Aggregate, value: Vector | None, theirs: Ints, count: int) -> tuple[Vector, Bools]:
    """One value for each group, and which groups are empty."""
    op = agg["op"]
    if op == "count":
        counts = np.bincount(theirs[theirs >= 0], minlength=count).astype(np.int64)
        return Number(counts), np.zeros(count, bool)
    assert value is not None
    if op in ("first", "last"):
        by = eyes(agg["by"]) if agg["by"] is not None else None
        ordered = Segments(theirs, count, [] if by is None else order_keys(by, descending=agg["order"] == "down"))
        at = ordered.starts if op == "first" else ordered.starts + ordered.counts - 1
        filled = ordered.counts > 0
        rows = np.full(count, -1, np.int64)
        rows[filled] = ordered.order[at[filled]]
        return picked(value, rows), ~filled
    parts = Segments(theirs, count)
    empty = parts.counts == 0
    if op in ("any", "all"):
        true = value.true if isinstance(value, Truth) else np.zeros(value.size, bool)
        hits = np.bincount(parts.group[true[parts.order]], minlength=count)
        return Truth(hits > 0 if op == "any" else hits == parts.counts), np.zeros(count, bool)
    if op == "distinct":
        return Number(segments.distinct(parts, value)), np.zeros(count, bool)
    if op in ("min", "max"):
        return picked(value, segments.extreme(parts, value, largest=op == "max")), empty
    if not isinstance(value, Number):
        raise TypeError(f"{op} of what is not a number")
    result = {
        "sum": lambda: segments.total(parts, value),
        "product": lambda: segments.product(parts, value),
        "median": lambda: segments.median(theirs, count, value),
        "mean": lambda: _mean(parts, value),
    }[op]()
    return result.mask(~empty), empty


def _mean(parts: Segments, value: Number) -> Number:
    total = segments.total(parts, value)
    return arithmetic.divide(total, Number(np.maximum(parts.counts, 1)))[0]


def _running(e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Number | None, theirs: Ints, count: int) -> Vector:
    """Cumulated over the own table's rows in the order `by`."""
    by = eyes(agg["by"]) if agg["by"] is not None else None
    ordered = Segments(theirs, count, [] if by is None else order_keys(by, descending=agg["order"] == "down"))
    through = segments.running(ordered, agg["op"], value)
    rows = np.full(e.table.size, -1, np.int64)
    rows[ordered.order] = np.arange(ordered.order.size)
    return picked(through, rows)


def _place(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    _, groups, theirs = _grouped(e, agg)
    value = e(agg["expr"])
    theirs = np.where(e.conditions(agg["where"]) & value.present, theirs, -1)
    keys = order_keys(value, descending=agg["order"] == "down")
    if agg["by"] is not None:
        keys = [*keys, *order_keys(e(agg["by"]), descending=False)]
    ordered = Segments(theirs, groups.count, keys)
    place, den = segments.places(ordered, keys, agg["ties"])
    result = np.zeros(e.table.size, np.int64)
    result[ordered.order] = place
    return Number(result, den, theirs >= 0)


def _keep(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    _, groups, theirs = _grouped(e, agg)
    value = e(agg["expr"])
    theirs = np.where(e.conditions(agg["where"]), theirs, -1)
    ordered, keep = _kept(e, agg, e, value, theirs, groups, agg["trim"])
    result = np.zeros(e.table.size, bool)
    result[ordered.order[keep]] = True
    return Truth(result)


NODES.update(agg=_agg, place=_place, keep=_keep)
