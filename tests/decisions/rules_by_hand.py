"""Small rules and facts for the tests, built by hand."""

from __future__ import annotations

import numpy as np

from scoring_engine.decisions import facts as f
from scoring_engine.decisions.facts import Facts, Field
from scoring_engine.ruleset.plan import DecisionPlan, Expr, Leaf, OutcomePlan

LABEL = {"zh": "", "en": ""}


def leaf(field: str, op: str, operand: Expr | None = None, line: int = 1) -> Leaf:
    return {"field": field, "op": op, "operand": operand, "text": f"{field} {op} {operand}", "line": line}


def num(value: int, places: int = 0) -> Expr:
    return ["num", value, places]


def rule(
    name: str, *alternatives: list[Leaf], then: list[OutcomePlan] | None = None, table: str = "contestants", line: int = 1
) -> DecisionPlan:
    return {
        "id": name,
        "ref": "",
        "label": LABEL,
        "table": table,
        "alternatives": list(alternatives),
        "tree": {},
        "then": then or [],
        "line": line,
    }


def facts(fields: dict[str, Field], competition: list[int] | None = None, subject: list[str | None] | None = None) -> Facts:
    size = len(next(iter(fields.values())).ok)
    ids = [f"c{i}" for i in range(size)] if subject is None else subject
    return Facts(np.array([0] * size if competition is None else competition, np.int64), f.text(ids), fields=fields)
