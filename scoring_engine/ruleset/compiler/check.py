"""Checking bound formulas and turning them into expressions of the plan.

Called in the order of the tasks, so that the types of all columns that a formula names are known. Every error is reported
where it stands; what is wrong has the type ANY, which fits everywhere, so that one mistake is one diagnostic.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoring_engine.messages import Message
from scoring_engine.ruleset.compiler.calls import Calls
from scoring_engine.ruleset.compiler.expressions import NONE, Typed
from scoring_engine.ruleset.compiler.kinds import ANY, RATIO, TRUTH, Type, joined, number
from scoring_engine.ruleset.compiler.names import Aggregation, Bound
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.tables import Scope
from scoring_engine.ruleset.formula import AGGREGATES, Node
from scoring_engine.ruleset.plan import Aggregate, Expr


def typed(scope: Scope, bound: Bound | None) -> Typed:
    """The expression and type of a bound formula; a missing value where the formula was wrong."""
    return (NONE, ANY) if bound is None else _Checker(scope, bound).type(bound.node)


def of_kind(scope: Scope, bound: Bound | None, *kinds: str) -> Typed:
    """The same, where only some kinds of value are admitted."""
    if bound is None:
        return NONE, ANY
    return _Checker(scope, bound).of_kind(bound.node, *kinds)


def conditions(scope: Scope, bounds: Sequence[Bound]) -> list[Expr]:
    """The expressions of conditions."""
    return [of_kind(scope, bound, "truth")[0] for bound in bounds]


def aggregation(scope: Scope, agg: Aggregation) -> Typed:
    """The expression and type of an aggregate, place or keep."""
    expr, type = (["bool", True], TRUTH) if agg.op == "count" else typed(scope, agg.expr)
    if agg.op == "place":
        expr, type = of_kind(scope, agg.expr, "number", "time")
    elif agg.op in AGGREGATES and agg.op != "count":
        expr, type = of_kind(scope, agg.expr, *AGGREGATES[agg.op].operand)
    empty: Expr | None = None
    result = _result(agg, type)
    if agg.empty is not None:
        empty, default = of_kind(scope, agg.empty, result.kind) if result.kind != "any" else typed(scope, agg.empty)
        result = joined([result, default]) or result
    if agg.op in ("first", "last") and agg.by is None and agg.table.find("seq") is None:
        help = help_with("say by: what the order goes by")
        text = "the rows of {table} have no order of their own, so none of them is the {op}"
        scope.reporter.within("E306", agg.path, agg.at, agg.end, Message(text, {"table": agg.table.name, "op": agg.op}), help)
    plan: Aggregate = {
        "op": agg.op,
        "table": agg.table.name,
        "expr": expr,
        "where": conditions(scope, agg.where),
        "on": agg.on,
        "within": agg.within,
        "by": None if agg.by is None else of_kind(scope, agg.by, "number", "time")[0],
        "order": agg.order,
        "best": None if agg.best is None else of_kind(scope, agg.best, "number")[0],
        "drop": None if agg.drop is None else of_kind(scope, agg.drop, "number")[0],
        "middle": None if agg.middle is None else of_kind(scope, agg.middle, "number")[0],
        "trim": agg.trim,
        "running": agg.running,
        "ties": agg.ties,
        "empty": empty,
        "line": scope.reporter.line(agg.path),
    }
    return ["agg" if agg.op in AGGREGATES else agg.op, plan], result


def _result(agg: Aggregation, operand: Type) -> Type:
    """The type of an aggregate over values of type `operand`."""
    if agg.op == "keep":
        return TRUTH
    if agg.op == "place":
        return RATIO if agg.ties == "mean" else number(0, rounded=True)
    result = AGGREGATES[agg.op].result
    if result == "same":
        return operand._replace(rounded=False) if agg.op == "sum" else operand
    if result in ("ratio", "exact"):
        return ANY if operand == ANY else RATIO
    return TRUTH if result == "truth" else number(0, rounded=True)


class _Checker(Calls):
    """Types a whole formula."""

    def _agg(self, node: Node) -> Typed:
        return aggregation(self.scope, node.value)
