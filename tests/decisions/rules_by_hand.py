"""Small rules and facts for the tests, built by hand."""

from __future__ import annotations

import numpy as np

from scoring_engine.decisions import facts as f
from scoring_engine.decisions.facts import Facts, Field
from scoring_engine.decisions.outcomes import Carried, Outcomes, Rulings
from scoring_engine.decisions.settling import settle
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


def gives(kind: str, name: str = "", **more: object) -> OutcomePlan:
    """A consequence; a quota is given as (by, column, round, within…), counted over the column `whole`."""
    plan: dict[str, object] = {
        "kind": kind,
        "name": name,
        "column": None,
        "honours": [],
        "carry": [],
        "to": None,
        "whom": ["contestant"],
        "quota": None,
        "approve": None,
        "if_tied": "each",
        "label": LABEL,
        "line": 1,
    }
    quota = more.pop("quota", None)
    if quota is not None:
        by, column, mode, *within = quota  # type: ignore[misc]
        plan["quota"] = {"by": by, "column": column, "of": "whole", "round": mode, "within": within}
    return plan | more  # type: ignore[return-value]


def always(name: str, *then: OutcomePlan, line: int = 1, table: str = "contestants") -> DecisionPlan:
    """A rule for which `settled` takes the rows from the truth column of the same name, all rows where there is none."""
    return rule(name, [], then=list(then), line=line, table=table)


def settled(
    decisions: list[DecisionPlan],
    table: Facts,
    grades: list[str] | None = None,
    carried: object = None,
    rulings: object = None,
    **others: Facts,
) -> Outcomes:
    tables = {}
    for name, rows in {"contestants": table, **others}.items():
        masks = {
            d["id"]: rows.fields[d["id"]].values.astype(bool) if d["id"] in rows.fields else np.ones(rows.size, bool)
            for d in decisions
            if d["table"] == name
        }
        tables[name] = (rows, masks)
    return settle(decisions, tables, grades or [], carried, rulings)  # type: ignore[arg-type]


def told(outcomes: Outcomes) -> list[tuple[str, str, str, str]]:
    """(recipient, kind name, value, status), in order."""
    return [(o.recipient, f"{o.plan['kind']} {o.plan['name']}".strip(), outcomes.text(i), o.status) for i, o in enumerate(outcomes)]


def said(rows: list[tuple[object, ...]]) -> Rulings:
    """Rulings from (competition, rule, contestant, grant, value in tenths, approver, reason)."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    competition, rules, contestants, grant, value, approver, reason = columns
    return Rulings(
        np.array(competition, np.int64),
        f.text(rules),  # type: ignore[arg-type]
        f.text(contestants),  # type: ignore[arg-type]
        f.truth(grant),  # type: ignore[arg-type]
        f.number(value, 1),  # type: ignore[arg-type]
        f.text(approver),  # type: ignore[arg-type]
        f.text(reason),  # type: ignore[arg-type]
    )


def sent(rows: list[tuple[object, ...]]) -> Carried:
    """Carried bars from (competition, contestant, honour, source, rule)."""
    competition, *texts = list(zip(*rows, strict=True)) or [()] * 5
    return Carried(np.array(competition, np.int64), *(f.text(column) for column in texts))  # type: ignore[arg-type]
