"""Formulas over whole columns.

`evaluate(expr, table, batch)` gives the column that the expression has in the table. Nothing here loops over rows; a look-up
goes over the different keys only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.scoring import aggregates, functions, leaves, lookups, operators  # noqa: F401  (they fill NODES)
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.evaluator import Evaluator
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Vector

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


def evaluate(expr: Expr, table: Table, batch: Batch, *, quiet: bool = False) -> Vector:
    """The column that `expr` has in `table`. `quiet` keeps notices back."""
    return Evaluator(table, batch, quiet)(expr)


__all__ = ["Evaluator", "evaluate"]
