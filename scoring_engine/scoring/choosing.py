"""Choosing between columns: row by row, and by row numbers."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring import arithmetic
from scoring_engine.scoring.vectors import (
    Bools,
    Ints,
    Number,
    Text,
    Truth,
    Vector,
    missing_like,
    of_one_kind,
)


def merged(condition: Bools, a: Vector, b: Vector) -> Vector:
    """a where the condition holds, else b. A column that is missing throughout takes the other's kind."""
    left, right = of_one_kind([a, b])
    if isinstance(left, Number) and isinstance(right, Number):
        return arithmetic.choose(condition, left, right)
    if isinstance(left, Text) and isinstance(right, Text):
        return Text(np.where(condition, left.codes, right.codes))
    assert isinstance(left, Truth)
    assert isinstance(right, Truth)
    return Truth(np.where(condition, left.values, right.values), np.where(condition, left.present, right.present))


def picked(vector: Vector, rows: Ints) -> Vector:
    """The values of `rows`, missing where a row is -1."""
    known = rows >= 0
    if vector.size == 0:
        return missing_like(vector, rows.size)
    picked = vector.take(np.where(known, rows, 0))
    return picked if known.all() else picked.mask(known)
