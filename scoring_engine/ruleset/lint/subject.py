"""What a lint looks at: a rulebook with the places of its entries, and its compiled plan."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, Position, Severity
from scoring_engine.ruleset.lint.domains import Comparison, Value, shown
from scoring_engine.ruleset.loader import Loaded
from scoring_engine.ruleset.models import Ruleset
from scoring_engine.ruleset.plan import DecisionPlan, Expr, Leaf, Plan
from scoring_engine.ruleset.source import Path

UNDATED = ""


class Subject:
    """A rulebook under the eyes of the linter."""

    def __init__(self, loaded: Loaded, plan: Plan) -> None:
        assert loaded.ruleset is not None
        self.loaded = loaded
        self.ruleset: Ruleset = loaded.ruleset
        self.plan = plan
        self._lines = loaded.text.split("\n")

    def error(self, code: str, where: Position | Path, message: Message, help: Message | None = None) -> Diagnostic:
        """An error at a position or at the key of an entry."""
        return self._at(code, where, message, help, "error")

    def warning(self, code: str, where: Position | Path, message: Message, help: Message | None = None) -> Diagnostic:
        """A warning at a position or at the key of an entry."""
        return self._at(code, where, message, help, "warning")

    def _at(self, code: str, where: Position | Path, message: Message, help: Message | None, severity: Severity) -> Diagnostic:
        place = where if isinstance(where, Position) else self.loaded.positions.key(where)
        return self.loaded.diagnostic(code, place, message, help, severity)

    def leaf(self, leaf: Leaf) -> Position:
        """Where a comparison is written."""
        line = self._lines[leaf["line"] - 1] if 0 < leaf["line"] <= len(self._lines) else ""
        column = line.find(leaf["text"])
        if column < 0:
            column = len(line) - len(line.lstrip())
            return Position(leaf["line"], column + 1, max(1, len(line.strip())))
        return Position(leaf["line"], column + 1, len(leaf["text"]))

    def decisions(self) -> Iterator[tuple[Path, str, DecisionPlan]]:
        """Every rule with its path and its stage."""
        for stage, plan in self.plan["stages"].items():
            for decision in plan["decisions"]:
                yield ("stages", stage, "decisions", decision["id"]), stage, decision

    @cached_property
    def dates(self) -> list[str]:
        """The days from which some parameter has a new value, in order; only [""] where none is dated."""
        found = {date for param in self.plan["params"].values() for date, _ in param["values"] if date}
        return sorted(found) or [UNDATED]

    def test(self, leaf: Leaf, date: str) -> Comparison | None:
        """The comparison with what stands on its right side on a date; None where that depends on the row."""
        if leaf["operand"] is None:
            return Comparison(leaf["op"])
        literal = self.literal(leaf["operand"], date)
        if literal is None:
            return None
        if leaf["op"] == "in":
            items = literal[1:] if literal[0] == "list" else [literal]
            return Comparison("in", tuple(constant(item) for item in items))
        return Comparison(leaf["op"], (constant(literal),))

    def literal(self, expr: Expr, date: str) -> Expr | None:
        """What a constant expression is on a date; None where it depends on the row, or has no value then."""
        if expr[0] in ("num", "text", "bool", "time", "none", "list", "map"):
            return expr
        if expr[0] == "neg" and (inner := self.literal(expr[1], date)) is not None and inner[0] == "num":
            return ["num", -inner[1], inner[2]]
        if expr[0] != "param" or expr[1] not in self.plan["params"]:
            return None
        value: Expr | None = self.in_force(expr[1], date)
        for index in expr[2]:
            key = self.literal(index, date)
            value = entry(value, key) if key is not None and value is not None else None
        return value

    def in_force(self, param: str, date: str) -> Expr | None:
        """The value of a parameter on a date."""
        found: Expr | None = None
        for since, value in self.plan["params"][param]["values"]:
            if since <= date or since == UNDATED:
                found = value
        return found


def entry(value: Expr, key: Expr) -> Expr | None:
    """An entry of a list (counted from 1) or a mapping."""
    found: Expr | None = None
    if value[0] == "list" and key[0] == "num" and key[2] == 0:
        found = value[key[1]] if 0 < key[1] < len(value) else None
    elif value[0] == "map":
        found = value[1].get(key[1] if key[0] == "text" else shown(constant(key)))
    return found


def constant(expr: Expr) -> Value:
    """A literal as a plain value."""
    if expr[0] == "num":
        return Fraction(expr[1], 10 ** expr[2])
    if expr[0] in ("text", "time", "bool"):
        value: Value = expr[1]
        return value
    return None


def used(node: Any, kind: str) -> Iterator[str]:
    """The names that nodes of a kind ("param", "scale" …) mention anywhere in a part of the plan."""
    if isinstance(node, dict):
        for value in node.values():
            yield from used(value, kind)
    elif isinstance(node, list):
        if len(node) > 1 and node[0] == kind and isinstance(node[1], str):
            yield node[1]
        for item in node:
            yield from used(item, kind)
