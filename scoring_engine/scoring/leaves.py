"""Literals and columns: of the own table, of a contestant that a column names, of a coarser table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.scoring import calendar
from scoring_engine.scoring.choosing import picked
from scoring_engine.scoring.evaluator import NODES, Evaluator
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import (
    Text,
    Truth,
    Vector,
    constant,
    nothing,
)

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


def _num(e: Evaluator, expr: Expr) -> Vector:
    return constant(expr[1], e.table.size, expr[2])


def _text(e: Evaluator, expr: Expr) -> Vector:
    return Text(np.full(e.table.size, e.batch.lexicon.code(expr[1]), np.int64))


def _bool(e: Evaluator, expr: Expr) -> Vector:
    return Truth(np.full(e.table.size, bool(expr[1])))


def _time(e: Evaluator, expr: Expr) -> Vector:
    time = calendar.parse_time(expr[1])
    return nothing(e.table.size) if time is None else constant(time, e.table.size)


def _source(e: Evaluator, expr: Expr) -> Vector:
    assert e.table.origin is not None, "only a table made by filtering has a source"
    source, rows = e.table.origin
    return source.columns[expr[1]].take(rows)


def _none(e: Evaluator, expr: Expr) -> Vector:
    return nothing(e.table.size)


def _col(e: Evaluator, expr: Expr) -> Vector:
    return e.table.columns[expr[1]]


def _ref(e: Evaluator, expr: Expr) -> Vector:
    return _joined(e, e.batch.tables["contestants"], [expr[1]], ["contestant"], expr[2])


def _far(e: Evaluator, expr: Expr) -> Vector:
    other = e.batch.tables[expr[1]]
    if not other.keys:
        return _of_competition(e, other, expr[2])
    return _joined(e, other, other.keys, other.keys, expr[2])


def _of_competition(e: Evaluator, other: Table, column: str) -> Vector:
    """A column of a table with one row a competition."""
    rows = np.full(len(e.batch.competitions), -1, np.int64)
    rows[other.competition] = np.arange(other.size)
    return picked(other.columns[column], rows[e.table.competition])


def _joined(e: Evaluator, other: Table, own: Sequence[str], theirs: Sequence[str], column: str) -> Vector:
    """A column of the row of `other` that the own columns name; missing where there is none."""
    return picked(other.columns[column], e.table.row_in(other, own, theirs))


NODES.update(
    num=_num,
    text=_text,
    bool=_bool,
    time=_time,
    source=_source,
    none=_none,
    col=_col,
    ref=_ref,
    far=_far,
)
