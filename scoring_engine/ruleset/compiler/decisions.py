"""Rules: their conditions, and their consequences with hidden columns for the values."""

from __future__ import annotations

from typing import Any

from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import conditions, of_kind
from scoring_engine.ruleset.compiler.conditions import Conditions
from scoring_engine.ruleset.compiler.kinds import TRUTH, number
from scoring_engine.ruleset.compiler.names import Bound
from scoring_engine.ruleset.compiler.ranking import RANK
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Given, Scope, Table, Task, column_step
from scoring_engine.ruleset.compiler.values import label
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.models import Consequence, Decision
from scoring_engine.ruleset.plan import DecisionPlan, Expr, OutcomePlan, Step

AMOUNTS = ("cash", "bonus", "deduction")


class _Value:
    """A formula of a consequence that becomes a hidden column."""

    def __init__(
        self, table: Table, name: str, bound: Bound | list[Bound] | None, kinds: tuple[str, ...], path: Path, split: str = ""
    ) -> None:
        self.table = table
        self.name = name
        self.bound = bound
        self.kinds = kinds
        self.path = path
        self.split = split


class RuleTask(Task):
    """One rule. `plan` is there after `emit`."""

    def __init__(self, scope: Scope, name: str, decision: Decision) -> None:
        super().__init__(("@rules", name), (*scope.path, "decisions", name))
        self.name = name
        self.decision = decision
        self.table: Table | None = None
        self.condition = Conditions((*self.path, "when"))
        self.values: list[_Value] = []
        self.outcomes: list[OutcomePlan] = []
        self.plan: DecisionPlan | None = None
        self.personal = True

    @property
    def shown(self) -> str:
        """The rule's name."""
        return self.name

    # --- binding ---

    def bind(self, scope: Scope) -> None:
        """Bind conditions and consequences."""
        over = self.decision.over
        if over not in scope.tables:
            known = [name for name in scope.tables if not name.startswith("@")]
            scope.reporter.unknown((*self.path, "over"), over, known, 'there is no table "{name}"')
            return
        table = self.table = scope.tables[over]
        self.needs[(table.name, "")] = None
        self.needs[RANK] = None
        binder = Binder(scope, table, self.needs)
        self.personal = binder.column(table, "contestant") is not None
        self.condition.bind(scope, binder, self.decision.when)
        for i, consequence in enumerate(self.decision.then):
            if not self.personal and consequence.kind not in ("flag", "ask"):
                help = help_with("only flag and ask can follow from a table whose rows belong to nobody")
                path = (*self.path, "then", i, consequence.kind)
                scope.reporter.at_key("E314", path, "{table} has no column contestant", help, table=over)
            self.outcome(scope, binder, consequence, i)

    # --- consequences ---

    def outcome(self, scope: Scope, binder: Binder, consequence: Consequence, i: int) -> None:
        """One consequence."""
        path: Path = (*self.path, "then", i)
        kind = consequence.kind
        reporter = scope.reporter
        assert self.table is not None
        amount = kind in AMOUNTS
        text = getattr(consequence, kind) if amount else consequence.value
        where = (*path, kind if amount else "value")
        if amount and consequence.value is not None:
            reporter.at_key("E314", (*path, "value"), "the value of {kind}: stands behind it", None, kind=kind)
        column = None
        if text is not None:
            kinds = ("number",) if amount or kind == "step" else ("number", "text", "truth", "time")
            column = self.hidden(scope, binder, f"@{self.name}/{i}", text, where, kinds, consequence.if_tied == "split")
        elif kind == "step":
            reporter.error("E314", path, "a step needs a value: the rung of the ladder")
        self.checked(scope, consequence, path)
        for j, name in enumerate(consequence.whom if self.personal else ()):
            self.whom(scope, binder, name, (*path, "for", j))
        given = getattr(consequence, kind)
        named = given if isinstance(given, str) and not amount else ""
        self.outcomes.append(
            {
                "kind": kind,
                "name": ", ".join(consequence.bar) if consequence.bar is not None else named,
                "column": column,
                "honours": list(consequence.bar or ()),
                "carry": list(consequence.advance or ()),
                "to": consequence.to,
                "whom": list(consequence.whom) if self.personal else [],
                "quota": self.quota(scope, consequence, i, path),
                "approve": consequence.approve,
                "if_tied": consequence.if_tied,
                "label": label(consequence.label or (self.decision.label if kind == "ask" else None), named or kind),
                "line": reporter.line(path),
            }
        )

    def whom(self, scope: Scope, binder: Binder, name: str, path: Path) -> None:
        """A column with the ids of those who get it: of the rule's table, or fetched from the roster."""
        assert self.table is not None
        if binder.column(self.table, name) is not None:
            return
        if name not in scope.stage.roster:
            known = ["contestant", *scope.stage.roster]
            scope.reporter.unknown(path, name, known, 'neither {table} nor the roster has "{name}"', table=self.table.name)
            return
        theirs = scope.tables["contestants"].columns[name]
        fetched = Given(self.table.name, name, path, ["ref", "contestant", name], theirs, [theirs.key])
        self.table.computed(name, fetched)
        self.needs[fetched.key] = None

    def checked(self, scope: Scope, consequence: Consequence, path: Path) -> None:
        """Names in a consequence."""
        reporter, stage = scope.reporter, scope.stage
        if consequence.grade is not None and consequence.grade not in stage.grades:
            if stage.grades:
                reporter.unknown((*path, "grade"), consequence.grade, list(stage.grades), 'this stage has no grade "{name}"')
            else:
                reporter.error("E314", (*path, "grade"), "this stage has no grades", help_with("add grades: [the best, …, the lowest]"))
        for j, name in enumerate(consequence.advance or ()):
            column = scope.tables["contestants"].find(name)
            if column is None:
                reporter.unknown((*path, "advance", j), name, list(stage.measures), 'there is no measure "{name}"')
            else:
                self.needs[column.key] = None
        if consequence.kind in ("advance", "bonus", "deduction") and consequence.to is None:
            text = "{kind}: needs to:, the link along which it goes"
            reporter.at_key("E314", (*path, consequence.kind), text, None, kind=consequence.kind)
        if consequence.step is not None:
            shape = scope.book.shapes.get(consequence.step)
            if shape is None:
                reporter.unknown((*path, "step"), consequence.step, list(scope.book.shapes), 'there is no parameter "{name}"')
            elif shape.items is None and not (shape.type and shape.type.kind == "any"):
                text = "params.{name} is {found}; a ladder is a list of rungs"
                reporter.error("E314", (*path, "step"), text, None, name=consequence.step, found=shape.word)
        if consequence.if_tied == "split" and consequence.kind not in AMOUNTS:
            reporter.error("E314", (*path, "if_tied"), "only an amount can be split")
        if consequence.if_tied == "split" and self.table is not scope.tables["contestants"]:
            reporter.error("E314", (*path, "if_tied"), "only what contestants get by their rank can be split")

    def hidden(self, scope: Scope, binder: Binder, name: str, text: str, path: Path, kinds: tuple[str, ...], split: bool = False) -> str:
        """A hidden column for a formula; for an amount that is split also one for what each place gets."""
        assert self.table is not None
        bound = binder.formula(text, path)
        if split and self.table.name == "contestants":
            contestants = scope.tables["contestants"]
            each = None if bound is None else bound._replace(node=_at_position(bound.node))
            self.values.append(_Value(contestants, f"{name}/each", each, kinds, path))
            self.values.append(_Value(contestants, name, bound, kinds, path, split=f"{name}/each"))
        else:
            self.values.append(_Value(self.table, name, bound, kinds, path))
        return name

    def quota(self, scope: Scope, consequence: Consequence, i: int, path: Path) -> dict[str, Any] | None:
        """How many may get it: hidden columns of contestants."""
        quota = consequence.quota
        if quota is None:
            return None
        where = (*path, "quota")
        if self.table is not scope.tables["contestants"]:
            scope.reporter.error("E314", where, "a quota needs a rule over contestants")
            return None
        by = "count" if quota.count is not None else "share"
        contestants = scope.tables["contestants"]
        binder = Binder(scope, contestants, self.needs)
        column = self.hidden(scope, binder, f"@{self.name}/{i}/quota", quota.count or quota.share or "", (*where, by), ("number",))
        name = f"@{self.name}/{i}/of"
        self.values.append(_Value(contestants, name, binder.conditions(quota.of, (*where, "of")), ("truth",), (*where, "of")))
        for j, within in enumerate(quota.within):
            if binder.column(contestants, within) is None:
                scope.reporter.unknown((*where, "within", j), within, contestants.names(), 'a contestant has no "{name}"')
        return {"by": by, "column": column, "of": name, "round": quota.round, "within": list(quota.within)}

    # --- emission ---

    def emit(self, scope: Scope) -> list[Step]:
        """The hidden columns, and the plan of the rule."""
        steps = [self.step(scope, value) for value in self.values]
        if self.table is None:
            return steps
        written, alternatives = self.condition.plan(scope)
        self.plan = {
            "id": self.name,
            "ref": self.decision.ref,
            "label": label(self.decision.label, self.name),
            "table": self.table.name,
            "alternatives": alternatives,
            "tree": written,
            "then": self.outcomes,
            "line": scope.reporter.line(self.path),
        }
        return steps

    def step(self, scope: Scope, value: _Value) -> Step:
        """The step of a hidden column. Its notices are dropped: it is computed for all rows, and the rule holds for few."""
        line = scope.reporter.line(value.path)
        key = (value.table.name, value.name)
        if isinstance(value.bound, list):
            exprs = conditions(scope, value.bound)
            expr: Expr = ["bool", True]
            for i, one in enumerate(exprs):
                expr = one if i == 0 else ["op", "and", expr, one]
            return column_step(key, line, expr, TRUTH, quiet=True)
        if value.split:
            within = [*scope.stage.ranked_within, "rank"]
            share: Expr = ["call", "else", ["col", value.split], ["num", 0, 0]]
            mean: dict[str, Any] = {
                "op": "mean", "table": "contestants", "expr": share, "where": [], "on": [], "within": within, "by": None, "order": "down",
                "best": None, "drop": None, "middle": None, "trim": None, "running": False, "ties": "high", "empty": None, "line": line,
            }  # fmt: skip
            places = scope.stage.rounding.places
            return column_step(key, line, ["round", ["agg", mean], places, scope.mode], number(places), quiet=True)
        expr, type = of_kind(scope, value.bound, *value.kinds)
        return column_step(key, line, expr, type, quiet=True)


def _at_position(node: Node) -> Node:
    """A bound formula in which the own position stands for the shared rank."""
    if node.kind == "col" and node.value == ("contestants", "rank"):
        return node._replace(value=("contestants", "@position"))
    return node._replace(args=tuple(_at_position(arg) for arg in node.args)) if node.args else node
