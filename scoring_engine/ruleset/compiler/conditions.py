"""Conditions of rules: one comparison a line, in disjunctive normal form, negations pushed to the leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scoring_engine.messages import Label, Message
from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import typed
from scoring_engine.ruleset.compiler.kinds import Type
from scoring_engine.ruleset.compiler.names import Bound, tree
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Scope
from scoring_engine.ruleset.compiler.values import Shape
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.models import Condition
from scoring_engine.ruleset.plan import Expr, Leaf

MOST_ALTERNATIVES = 64
MOST_LITERAL = 2**31  # what the rule engine takes

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


class Conditions:
    """The condition of one rule: bound first, planned when the types of the columns are known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree: Tree | None = None
        self.leaves: list[_BoundLeaf] = []

    def bind(self, scope: Scope, binder: Binder, condition: Condition) -> None:
        """Bind every comparison."""
        self.tree = self.condition(scope, binder, condition, self.path, 0)

    def plan(self, scope: Scope) -> tuple[Tree, Alternatives]:
        """The tree as written, and its alternatives."""
        leaves = [self.leaf_plan(scope, leaf) for leaf in self.leaves]
        if self.tree is None:
            return {"all": []}, []
        written = _filled(self.tree, leaves)
        try:
            return written, alternatives(written)
        except TooMany:
            help = help_with("split the rule, or make part of the condition a measure")
            text = "the condition has more than {most} alternatives"
            scope.reporter.at_key("E309", self.path, text, help, most=str(MOST_ALTERNATIVES))
        except Unlisted as leaf:
            help = help_with("make it a measure, as in listed: x in params.list, and test not: listed")
            text = '"{leaf}" cannot be negated, because the list is a parameter'
            scope.reporter.at_key("E308", self.path, text, help, leaf=str(leaf))
        return written, []

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
        self.leaves.append(leaf)
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

    def within(self, scope: Scope, leaf: _BoundLeaf, node: Node, code: str, text: str, help: Any = None, /, **args: str | Label) -> None:
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


def _filled(tree: Tree, leaves: list[Leaf]) -> Tree:
    """The tree with the leaves in place of their numbers."""
    if "leaf" in tree:
        return dict(leaves[tree["leaf"]])
    if "not" in tree:
        return {"not": _filled(tree["not"], leaves)}
    name = "all" if "all" in tree else "any"
    return {name: [_filled(part, leaves) for part in tree[name]]}
