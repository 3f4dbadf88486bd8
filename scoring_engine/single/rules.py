"""The decisions of one contest: which rules hold for which contestants, and what follows, where no person is asked.

Rules over the contestants, with conditions over numbers, texts and truth values, and consequences that are granted, or wait because a
rank is shared: what has a quota, an approval, a grade, a bar or a way to another competition is not for this room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from scoring_engine.decisions.words import SHARED_RANK, STATUSES
from scoring_engine.single.formulas import compared, in_force, literal, members
from scoring_engine.single.numbers import Ratio
from scoring_engine.single.table import Contest, Row, Table, Value
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr, Leaf, OutcomePlan

GRANTED = ("award", "certificate", "title", "cash", "flag")
"""The consequences that are vouched for."""

MOST_PLACES = 9
"""Decimals of a number that is compared or shown."""


Given: TypeAlias = "tuple[str, str, str, str, str, str | None, str, str, str, str]"


def decisions(contest: Contest, lang: str) -> list[Given]:
    """The rows of the table of decisions, in the order of the contestants."""
    table = contest.tables["contestants"]
    given = []
    for rule in contest.stage["decisions"]:
        if rule["table"] != "contestants":
            raise Unsure("a rule over another table")
        holds = [[_leaf(contest, table, leaf) for leaf in leaves] for leaves in rule["alternatives"]]
        for plan in rule["then"]:
            _vouched(plan)
        given.append((rule, holds))
    found = []
    for row in table.rows:
        for rule, holds in given:
            if any(all(leaf(row) for leaf in leaves) for leaves in holds):
                for plan in rule["then"]:
                    status, note = STATUSES[0], ""
                    if plan["if_tied"] == "ask" and row["tied"] and contest.stage["ranking"]["ties"] != "ordinal":
                        status, note = STATUSES[1], SHARED_RANK.say(lang)
                    about = (row["contestant"], rule["id"], plan["kind"], plan["name"], _value(table, row, plan), "", rule["ref"])
                    found.append((contest.id, *about, status, note))
    return found


def _vouched(plan: OutcomePlan) -> None:
    asks = plan["quota"] is not None or plan["approve"] is not None or plan["honours"] or plan["carry"] or plan["to"]
    if plan["kind"] not in GRANTED or asks or plan["whom"] != ["contestant"]:
        raise Unsure(f"a consequence {plan['kind']}")


def _value(table: Table, row: Row, plan: OutcomePlan) -> str | None:
    """The number that is shown with a consequence."""
    if plan["column"] is None:
        return None
    if plan["column"] not in table.columns or type(row[plan["column"]]) is not tuple:
        raise Unsure("a consequence without a number")
    return _decimal(row[plan["column"]])


def _decimal(value: Ratio) -> str:
    """A decimal without trailing zeros."""
    num, rest = divmod(abs(value[0]) * 10**MOST_PLACES, value[1])
    if rest:
        raise Unsure("a value that is no decimal")
    digits = str(num).rjust(MOST_PLACES + 1, "0")
    part = digits[-MOST_PLACES:].rstrip("0")
    return ("-" if value[0] < 0 else "") + digits[:-MOST_PLACES] + (f".{part}" if part else "")


# ---- conditions -------------------------------------------------------------------------------------------------------------


KINDS = {"number": tuple, "text": str, "truth": bool}


def _leaf(contest: Contest, table: Table, leaf: Leaf) -> Callable[[Row], bool]:
    """Whether a comparison holds; a missing value satisfies `lacks` and nothing else."""
    name, op, operand = leaf["field"], leaf["op"], leaf["operand"]
    plan = contest.stage["tables"][table.name]["columns"].get(name)
    if plan is None or plan["kind"] not in KINDS or name not in table.columns:
        raise Unsure(f"a condition on {name}")
    if op == "has":
        return lambda row: row[name] is not None
    if op == "lacks":
        return lambda row: row[name] is None
    if operand is None:
        raise Unsure(f"a comparison {op}")
    wanted = members(contest, operand) if op == "in" else [_operand(contest, operand)]
    for value in wanted:
        if type(value) is not KINDS[plan["kind"]] or (type(value) is tuple and 10**MOST_PLACES % value[1]):
            raise Unsure("a comparison with something else")
    if op == "in":
        return lambda row: any(compared("==", row[name], value) is True for value in wanted)
    if op not in ("==", "!=", "<", "<=", ">", ">=") or (plan["kind"] != "number" and op not in ("==", "!=")):
        raise Unsure(f"a comparison {op}")
    return lambda row: compared(op, row[name], wanted[0]) is True


def _operand(contest: Contest, operand: Expr) -> Value:
    """The literal that an operand stands for: itself, or the value of a parameter that is in force."""
    if operand[0] != "param":
        return literal(operand)
    value = in_force(contest, operand[1])
    for key in operand[2]:
        if key[0] != "text" or value[0] != "map" or key[1] not in value[1]:
            raise Unsure("an operand that is looked up")
        value = value[1][key[1]]
    return literal(value)
