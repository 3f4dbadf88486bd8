"""Operators: arithmetic, comparisons, logic, membership, rounding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring import arithmetic
from scoring_engine.scoring.evaluator import NODES, Evaluator
from scoring_engine.scoring.lookups import entries_of
from scoring_engine.scoring.tables import key_ints
from scoring_engine.scoring.vectors import (
    Bools,
    Number,
    Truth,
    Vector,
)

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


def _op(e: Evaluator, expr: Expr) -> Vector:
    _, op, left, right = expr
    if op in ("and", "or"):
        first, second = e.truth(left), e.truth(right)
        return Truth(first & second if op == "and" else first | second)
    if op == "in":
        return _in(e, left, right)
    if op in arithmetic.COMPARISONS:
        return _comparison(e, op, e(left), e(right))
    a, b = e.number(left), e.number(right)
    if op == "+":
        return arithmetic.add(a, b)
    if op == "-":
        return arithmetic.subtract(a, b)
    if op == "*":
        return arithmetic.multiply(a, b)
    quotient, zero = arithmetic.divide(a, b)
    by_zero(e, zero)
    return quotient


def by_zero(e: Evaluator, zero: Bools) -> None:
    """Note the rows whose divisor is zero."""
    e.note("division-by-zero", zero, Message("the denominator is 0, so there is no value; say what holds then with else(…)"))


def _comparison(e: Evaluator, op: str, a: Vector, b: Vector) -> Truth:
    if isinstance(a, Number) and isinstance(b, Number):
        return arithmetic.compare(op, a, b)
    ok = a.present & b.present
    if type(a) is not type(b):
        return Truth(np.zeros(ok.size, bool), np.zeros(ok.size, bool))
    left, right = key_ints([a, b])
    return Truth(np.asarray(arithmetic.COMPARISONS[op](left, right), bool), ok)


def _in(e: Evaluator, left: Expr, right: Expr) -> Truth:
    """`x in [a, b]` and `x in params.list`."""
    value = e(left)
    if right[0] == "param":
        found = np.zeros(e.table.size, bool)
        for entry, competitions in e.batch.dated(e.batch.plan["params"][right[1]]["values"]):
            hit = _member(e, value, entries_of(entry) or [])
            found |= hit if competitions is None else hit & competitions[e.table.competition]
        return Truth(found, value.present)
    return Truth(_member(e, value, right[1:]), value.present)


def _member(e: Evaluator, value: Vector, items: Sequence[Expr]) -> Bools:
    found = np.zeros(e.table.size, bool)
    for item in items:
        found |= _comparison(e, "==", value, e(item)).true
    return found


def _not(e: Evaluator, expr: Expr) -> Vector:
    value = e(expr[1])
    return Truth(~value.values, value.ok) if isinstance(value, Truth) else Truth(np.ones(e.table.size, bool))


def _neg(e: Evaluator, expr: Expr) -> Vector:
    return arithmetic.negate(e.number(expr[1]))


def _round(e: Evaluator, expr: Expr) -> Vector:
    return arithmetic.rounded(e.number(expr[1]), expr[2], expr[3])


NODES.update({"op": _op, "not": _not, "neg": _neg, "round": _round})
