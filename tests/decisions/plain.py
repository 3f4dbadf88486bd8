"""What the rules mean, in plain Python with fractions: one value, one leaf, one row at a time. Shares no code with the engines."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

EPOCH = datetime(1970, 1, 1)


def literal(expr: Any, params: dict[str, Any]) -> Any:
    """The literal as a Python value: Fraction, str, bool, list or None."""
    match expr:
        case ["num", value, places]:
            return Fraction(value, 10**places)
        case ["text", value] | ["bool", value]:
            return value
        case ["time", value]:
            elapsed = datetime.fromisoformat(value) - EPOCH
            return Fraction((elapsed.days * 86400 + elapsed.seconds) * 1000000 + elapsed.microseconds)
        case ["list", *items]:
            return [literal(item, params) for item in items]
        case ["param", name, _]:
            return literal(params[name], params)
        case _:
            return None


def leaf_holds(leaf: Any, value: Any, params: dict[str, Any]) -> bool:
    """Whether a leaf holds for a value; None is missing."""
    op = leaf["op"]
    if op == "has":
        return value is not None
    if op == "lacks":
        return value is None
    wanted = literal(leaf["operand"], params)
    if value is None or wanted is None:
        return False
    match op:
        case "==":
            return value == wanted
        case "!=":
            return value != wanted
        case "<":
            return value < wanted
        case "<=":
            return value <= wanted
        case ">":
            return value > wanted
        case ">=":
            return value >= wanted
        case "in":
            return any(value == item for item in wanted if item is not None)
    raise AssertionError(op)


def rule_holds(decision: Any, row: dict[str, Any], params: dict[str, Any]) -> bool:
    """Whether a rule holds for a row of Python values."""
    return any(all(leaf_holds(leaf, row[leaf["field"]], params) for leaf in alternative) for alternative in decision["alternatives"])
