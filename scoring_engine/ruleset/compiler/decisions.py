"""Rules: conditions in disjunctive normal form, and their consequences with hidden columns for the values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.compiler.check import conditions, of_kind, typed
from scoring_engine.ruleset.compiler.kinds import TRUTH, Type, number
from scoring_engine.ruleset.compiler.names import Binder, Bound, tree
from scoring_engine.ruleset.compiler.ranking import RANK
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Given, Scope, Table, Task, column_step
from scoring_engine.ruleset.compiler.values import Shape, label
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.models import Condition, Consequence, Decision
from scoring_engine.ruleset.plan import DecisionPlan, Expr, Leaf, OutcomePlan, Step

MOST_ALTERNATIVES = 64
MOST_LITERAL = 2**31  # what the rule engine takes
AMOUNTS = ("cash", "bonus", "deduction")

_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "has": "lacks", "lacks": "has"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_COMPARISONS = tuple(_TURNED)

Tree = dict[str, Any]
Alternatives = list[list[Leaf]]


class TooMany(Exception):  # noqa: N818  (control flow: the cap was reached)
    """More alternatives than a rule may have."""


class Unlisted(Exception):  # noqa: N818  (control flow)
    """A list that is not written out is negated, so it cannot be spelled out in comparisons."""


def alternatives(tree: Tree, positive: bool = True) -> Alternatives:
    """The disjunctive normal form of a condition tree, negations pushed to the leaves. Raises TooMany, Unlisted."""
    if "not" in tree:
        return alternatives(tree["not"], not positive)
    if "all" in tree or "any" in tree:
        parts = [alternatives(part, positive) for part in tree["all" if "all" in tree else "any"]]
        return _product(parts) if ("all" in tree) == positive else _limited([one for part in parts for one in part])
    leaf: Leaf = tree  # type: ignore[assignment]
    if positive:
        return [[leaf]]
    if leaf["op"] != "in":
        return [[_with(leaf, _NEGATED[leaf["op"]], leaf["operand"])]]
    operand = leaf["operand"] or ["list"]
    if operand[0] != "list":
        raise Unlisted(leaf["text"])
    return [[_with(leaf, "!=", item) for item in operand[1:]]]


def _with(leaf: Leaf, op: str, operand: Expr | None) -> Leaf:
    return {"field": leaf["field"], "op": op, "operand": operand, "text": leaf["text"], "line": leaf["line"]}


def _product(parts: list[Alternatives]) -> Alternatives:
    """Every choice of one alternative from each part."""
    result: Alternatives = [[]]
    for part in parts:
        result = _limited([[*one, *(leaf for leaf in other if leaf not in one)] for one in result for other in part])
    return result


def _limited(found: Alternatives) -> Alternatives:
    if len(found) > MOST_ALTERNATIVES:
        raise TooMany
    return found


class _BoundLeaf:
    """One comparison, bound."""

    def __init__(self, field: Node, op: str, operand: Node | None, path: Path, text: str) -> None:
        self.field = field
        self.op = op
        self.operand = operand
        self.path = path
        self.text = text


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
        self.tree: Tree | None = None
        self.leaves: dict[int, _BoundLeaf] = {}
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
        self.tree = self.condition(scope, binder, self.decision.when, (*self.path, "when"), 0)
        for i, consequence in enumerate(self.decision.then):
            if not self.personal and consequence.kind not in ("flag", "ask"):
                help = help_with("only flag and ask can follow from a table whose rows belong to nobody")
                path = (*self.path, "then", i, consequence.kind)
                scope.reporter.at_key("E314", path, "{table} has no column contestant", help, table=over)
            self.outcome(scope, binder, consequence, i)

    def condition(self, scope: Scope, binder: Binder, condition: Condition, path: Path, depth: int) -> Tree | None:
        """The tree of a condition. A leaf is held as its number until its types are known."""
        if depth > 30:
            scope.reporter.error("E308", path, "the condition is nested too deeply")
            return None
        if condition.no is not None:
            inner = self.condition(scope, binder, condition.no, (*path, "not"), depth + 1)
            return None if inner is None else {"not": inner}
        for name, parts in (("all", condition.all), ("any", condition.any)):
            if parts is not None:
                if not parts:
                    scope.reporter.at_key("E308", (*path, name), "{name}: has no conditions", None, name=name)
                    return None
                found = [self.condition(scope, binder, part, (*path, name, i), depth + 1) for i, part in enumerate(parts)]
                return {name: [part for part in found if part is not None]} if None not in found else None
        return self.leaf(scope, binder, condition.test or "", (*path, "test"))

    def leaf(self, scope: Scope, binder: Binder, text: str, path: Path) -> Tree | None:
        """One comparison."""
        node = tree(scope, text, path)
        if node is None:
            return None
        binder.path = path
        negated = False
        while node.kind == "not" and node.args[0].kind != "where":
            node, negated = node.args[0], not negated
        parts = self.parts(binder, node)
        if parts is None:
            return None
        field, op, operand = parts
        bound = binder.name(field) if field.kind == "name" else field
        if bound.kind == "word":
            known = binder.own.names()
            binder.unknown(field, field.value, known, '{table} has no column "{name}"', table=binder.own.name)
            return None
        leaf = _BoundLeaf(bound, op, None if operand is None else binder.bind(operand), path, text)
        self.leaves[len(self.leaves)] = leaf
        one: Tree = {"leaf": len(self.leaves) - 1}
        return {"not": one} if negated else one

    def parts(self, binder: Binder, node: Node) -> tuple[Node, str, Node | None] | None:
        """Field, operator and operand of a comparison; reports any other shape."""
        if node.kind == "name":
            return node, "==", Node("truth", node.at, node.end, True)
        if node.kind == "call" and node.value == "has" and len(node.args) == 1 and node.args[0].kind == "name":
            return node.args[0], "has", None
        if node.kind == "op" and node.value in ("and", "or"):
            name = "all" if node.value == "and" else "any"
            help = help_with("write the parts one a line under {name}:", name=name)
            binder.error("E308", node, "a line of a condition is one comparison", help)
            return None
        if node.kind == "op" and node.value == "in" and node.args[0].kind == "name":
            return node.args[0], "in", node.args[1]
        if node.kind == "op" and node.value in _COMPARISONS:
            left, right = node.args
            if left.kind == "name" and not (right.kind == "name" and binder.own.find(left.value) is None and binder.own.find(right.value)):
                return left, node.value, right
            if right.kind == "name" and binder.own.find(right.value) is not None:
                return right, _TURNED[node.value], left
        help = help_with("the left side is the name of a column; make a measure of the formula, and test the measure")
        binder.error("E308", node, "a condition is one comparison of a column with a value: rank <= 3, has(total), kind in [a, b]", help)
        return None

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
                "label": label(consequence.label, named or kind),
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
        if self.tree is None or self.table is None:
            return steps
        leaves = {i: self.leaf_plan(scope, leaf) for i, leaf in self.leaves.items()}
        written = _filled(self.tree, leaves)
        try:
            found = alternatives(written)
        except TooMany:
            help = help_with("split the rule, or make part of the condition a measure")
            text = "the condition has more than {most} alternatives"
            scope.reporter.at_key("E309", (*self.path, "when"), text, help, most=str(MOST_ALTERNATIVES))
            found = []
        except Unlisted as leaf:
            help = help_with("make it a measure, as in listed: x in params.list, and test not: listed")
            text = '"{leaf}" cannot be negated, because the list is a parameter'
            scope.reporter.at_key("E308", (*self.path, "when"), text, help, leaf=str(leaf))
            found = []
        self.plan = {
            "id": self.name,
            "ref": self.decision.ref,
            "label": label(self.decision.label, self.name),
            "table": self.table.name,
            "alternatives": found,
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

    def leaf_plan(self, scope: Scope, leaf: _BoundLeaf) -> Leaf:
        """A leaf with the types of both sides checked."""
        field = str(leaf.field.value[1]) if leaf.field.kind == "col" else "?"
        plan: Leaf = {"field": field, "op": leaf.op, "operand": None, "text": leaf.text, "line": scope.reporter.line(leaf.path)}
        bound = Bound(leaf.path, leaf.field)
        _, type = typed(scope, bound)
        self.testable(scope, leaf, type)
        if leaf.operand is None:
            return plan
        operand = leaf.operand
        if operand.kind == "truth" and operand.at == leaf.field.at and type.kind not in ("truth", "any"):
            help = help_with("compare it, as in {name} > 0", name=field) if type.kind == "number" else None
            self.within(scope, leaf, leaf.field, "E308", "{name} is {found}, not true or false", help, name=field, found=type.word)
            return plan
        comparison = Node("op", leaf.field.at, max(leaf.field.end, operand.end), leaf.op, (leaf.field, operand))
        expr, _ = typed(scope, Bound(leaf.path, comparison))
        if expr[0] == "op":
            plan["operand"] = expr[3] if expr[2] == ["col", field] else expr[2]
            self.constant(scope, leaf, plan["operand"], type)
        return plan

    def within(self, scope: Scope, leaf: _BoundLeaf, node: Node, code: str, text: str, help: Any = None, /, **args: str) -> None:
        """Report an error at a part of a leaf."""
        scope.reporter.within(code, leaf.path, node.at, node.end, Message(text, args), help)

    def testable(self, scope: Scope, leaf: _BoundLeaf, type: Type) -> None:
        """What a condition can test: fixed-point numbers, texts, truth values."""
        name = str(leaf.field.value[1]) if leaf.field.kind == "col" else "?"
        if type.kind == "number" and type.places is None and leaf.op not in ("has", "lacks"):
            help = help_with("round it first: {name}: {{value: …, round: 2}}", name=name)
            self.within(scope, leaf, leaf.field, "E307", "{name} is an exact ratio, which a condition cannot test", help, name=name)
        elif type.kind in ("time", "list") and leaf.op not in ("has", "lacks"):
            help = help_with("make it a measure, as in late: at > params.deadline, and test that")
            self.within(
                scope, leaf, leaf.field, "E308", "{name} is {found}, which a condition cannot test", help, name=name, found=type.word
            )

    def constant(self, scope: Scope, leaf: _BoundLeaf, operand: Expr | None, type: Type) -> None:
        """The operand is the same for all rows, and no number in it is too large."""
        assert leaf.operand is not None
        if operand is None or operand == ["none"]:
            return
        if leaf.op == "in" and operand[0] == "param" and leaf.operand.kind == "param" and not _is_list(scope, leaf.operand):
            help = help_with("make it a measure, as in listed: x in params.mapping, and test that")
            self.within(scope, leaf, leaf.operand, "E308", "a condition looks into a list, not into the keys of a mapping", help)
            return
        if not _is_constant(operand):
            help = help_with("a text stands in quotes; of a comparison of two columns make a measure, and test that")
            self.within(scope, leaf, leaf.operand, "E308", "a condition compares a column with a fixed value", help)
            return
        places = type.places or 0
        for value in _numbers(scope, operand):
            if abs(value[1]) * 10 ** max(0, places - value[2]) >= MOST_LITERAL:
                text = "the number is too large for a condition: {value} at {places} decimals"
                shown = f"{Decimal(value[1]).scaleb(-value[2]):f}"
                self.within(scope, leaf, leaf.operand, "E308", text, None, value=shown, places=str(max(places, value[2])))
                return


def _is_constant(expr: Expr) -> bool:
    """Whether an operand is the same for all rows of a competition."""
    kind = expr[0]
    if kind in ("num", "text", "bool", "time"):
        return True
    if kind == "list":
        return all(_is_constant(item) for item in expr[1:])
    if kind == "far":
        return bool(expr[1] == "competition")
    return kind == "param" and all(_is_constant(index) for index in expr[2])


def _is_list(scope: Scope, node: Node) -> bool:
    """Whether a parameter node without dependence on rows leads to a list."""
    shape: Shape | None = scope.book.shapes[node.value]
    for arg in node.args:
        shape = shape.at(str(arg.value) if arg.kind == "text" else None) if shape is not None else None
    return shape is not None and shape.items is not None


def _numbers(scope: Scope, expr: Expr) -> list[Expr]:
    """All numbers that an operand can be."""
    if expr[0] == "num":
        return [expr]
    if expr[0] == "list":
        return [number for item in expr[1:] for number in _numbers(scope, item)]
    if expr[0] == "param":
        return [number for _, value in scope.book.params[expr[1]]["values"] for number in _nested(value)]
    return []


def _nested(value: Any) -> list[Expr]:
    """All numbers in a nested literal."""
    if value[0] == "num":
        return [value]
    if value[0] == "list":
        return [number for item in value[1:] for number in _nested(item)]
    if value[0] == "map":
        return [number for item in value[1].values() for number in _nested(item)]
    return []


def _filled(tree: Tree, leaves: dict[int, Leaf]) -> Tree:
    """The tree with the leaves in place of their numbers."""
    if "leaf" in tree:
        return dict(leaves[tree["leaf"]])
    if "not" in tree:
        return {"not": _filled(tree["not"], leaves)}
    name = "all" if "all" in tree else "any"
    return {name: [_filled(part, leaves) for part in tree[name]]}


def _at_position(node: Node) -> Node:
    """A bound formula in which the own position stands for the shared rank."""
    if node.kind == "col" and node.value == ("contestants", "rank"):
        return node._replace(value=("contestants", "@position"))
    return node._replace(args=tuple(_at_position(arg) for arg in node.args)) if node.args else node
