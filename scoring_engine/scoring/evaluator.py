"""The walk over an expression: which table it is over, and whether notices are wanted.

What each node does is in `leaves`, `lookups`, `operators`, `functions` and `aggregates`; `evaluate` brings them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import (
    Bools,
    Number,
    Truth,
    Vector,
)

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


class Evaluator:
    """Evaluates expressions over one table. `quiet` keeps notices back, where a default stands in for what is missing."""

    __slots__ = ("batch", "quiet", "table")

    def __init__(self, table: Table, batch: Batch, quiet: bool = False) -> None:
        self.table = table
        self.batch = batch
        self.quiet = quiet

    def __call__(self, expr: Expr) -> Vector:
        """The column of `expr`."""
        return NODES[expr[0]](self, expr)

    def number(self, expr: Expr) -> Number:
        """The column of an expression that is a number (or always missing)."""
        value = self(expr)
        if not isinstance(value, Number):
            raise TypeError(f"not a number: {expr!r}")
        return value

    def truth(self, expr: Expr) -> Bools:
        """Where a condition holds; missing counts as not."""
        value = self(expr)
        return value.true if isinstance(value, Truth) else np.zeros(self.table.size, bool)

    def conditions(self, exprs: Sequence[Expr]) -> Bools:
        """Where all conditions hold."""
        mask = np.ones(self.table.size, bool)
        for expr in exprs:
            mask &= self.truth(expr)
        return mask

    def on(self, table: Table) -> Evaluator:
        """The same over another table."""
        return self if table is self.table else Evaluator(table, self.batch, self.quiet)

    def hushed(self) -> Evaluator:
        """The same without notices."""
        return Evaluator(self.table, self.batch, True)

    def note(self, code: str, rows: Bools, message: Message) -> None:
        """Note `code` for `rows` of the table."""
        if not self.quiet:
            self.batch.notice(code, self.table, rows, message)


Node: TypeAlias = "Callable[[Evaluator, Expr], Vector]"

NODES: dict[str, Node] = {}
"""What each node of an expression does, by its first item; filled by the modules named above."""
