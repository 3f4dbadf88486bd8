"""Marks, deductions and comments."""

from __future__ import annotations

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.ruleset.plan import SheetPlan
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.control import OUT, holds
from scoring_engine.scoring.intake.desk import NONE, STATUSES, Desk, absent
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.tables import Table, key_ints
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector


def marks(desk: Desk) -> Table:
    """The marks that count: contestant × keys × criterion × judge, the latest admitted of each."""
    sheet = desk.stage["sheet"]
    keys = [] if sheet is None else list(sheet["keys"])
    check = desk.begin("score", keys)
    names = ["contestant", *keys, "criterion", "judge"]
    if check is None or sheet is None:
        if check is not None:
            check.fail(
                np.ones(check.facts.size, bool),
                "criterion",
                "no-sheet",
                "this stage has no score sheet; record the fact under its own kind",
            )
        columns: dict[str, Vector] = {name: Text(NONE) for name in ("contestant", "criterion", "judge")}
        columns |= {key: absent(sheet["keys"][key]) for key in keys} if sheet else {}
        columns |= {name: Number(NONE) for name in ("value", "at", "seq")}
        return Table("marks", NONE, columns, names)
    return admitted_marks(desk, check, sheet, names)


def admitted_marks(desk: Desk, check: Check, sheet: SheetPlan, names: list[str]) -> Table:
    """The score events that break no rule, as marks."""
    facts = check.facts
    desk.known_contestant(check)
    desk.known_judge(check)
    criterion = facts.codes("criterion")
    check.one_of("criterion", list(sheet["criteria"]), "unknown-criterion")
    keys = {name: check.field(name, {**plan, "required": True}) for name, plan in sheet["keys"].items()}
    value = check.number("value", sheet["places"])
    check_marks(desk, check, sheet, criterion, value)
    judge = facts.codes("judge")
    check.fail(
        holds(desk, desk.recusals, facts, judge),
        "judge",
        "recused",
        "the judge {value} is recused for this contestant; the mark does not count",
    )
    amended = facts.root != facts.position
    status = desk.status.before(desk.key(facts, facts.codes("contestant")), facts.root, 0)
    out = np.isin(status, [STATUSES.index(name) for name in OUT])
    check.fail(
        out & ~amended,
        "contestant",
        "status",
        "the contestant {value} is absent, withdrawn or disqualified; reinstate it before it is marked",
    )
    check.fail(
        holds(desk, desk.locks, facts) & ~amended,
        "contestant",
        "locked",
        "the sheets of {value} are locked; have them unlocked, or amend the mark with a reason",
    )
    check.fail(
        holds(desk, desk.submissions, facts, judge) & ~amended,
        "judge",
        "submitted",
        "the judge {value} has handed in this sheet; have it returned first",
    )
    key_parts = [part for vector in keys.values() for part in key_ints([vector])]
    rows = desk.last(facts, check.ok, [desk.competition(facts), facts.codes("contestant"), *key_parts, criterion, judge])
    rows = without_recused(desk, facts, rows)
    columns: dict[str, Vector] = {"contestant": Text(facts.codes("contestant")[rows])}
    columns |= {name: vector.take(rows) for name, vector in keys.items()}
    columns |= {"criterion": Text(criterion[rows]), "judge": Text(judge[rows]), "value": value.take(rows)}
    columns |= {name: vector.take(rows) for name, vector in desk.moments(facts).items()}
    return Table("marks", desk.competition(facts)[rows], columns, names)


def check_marks(desk: Desk, check: Check, sheet: SheetPlan, criterion: Ints, value: Number) -> None:
    """Range and step of the criterion that each mark is for."""
    bounds: dict[tuple[int, int, int], list[str]] = {}
    for name, plan in sheet["criteria"].items():
        bounds.setdefault((plan["low"], plan["high"], plan["step"]), []).append(name)
    for (low, high, step), names in bounds.items():
        codes = desk.lexicon.codes(names)
        of_these = np.isin(criterion, codes) if len(bounds) > 1 else np.ones(criterion.size, bool)
        check.bounded("value", value.mask(of_these) if len(bounds) > 1 else value, low, high, step, sheet["places"])


def without_recused(desk: Desk, facts: Facts, rows: Ints) -> Ints:
    """Leave out marks whose judge was recused later, and say so."""
    part = facts.take(rows)
    judge, everybody = part.codes("judge"), np.full(part.size, -1, np.int64)
    recused = desk.recusals.latest(desk.key(part, part.codes("contestant"), judge), 0) == 1
    recused |= desk.recusals.latest(desk.key(part, everybody, judge), 0) == 1
    if recused.any():
        table = Table("marks", desk.competition(part), {"contestant": Text(part.codes("contestant"))})
        desk.batch.notice("recused-mark", table, recused, Message("a mark given before the judge was recused is left out"))
    left: Ints = rows[~recused]
    return left


def deductions(desk: Desk) -> Table:
    """Deductions with their reasons; several for one contestant all count."""
    plan = desk.stage["deductions"]
    check = desk.begin("deduction")
    if check is None or plan is None:
        if check is not None:
            check.fail(
                np.ones(check.facts.size, bool),
                "value",
                "no-deductions",
                "this stage knows no deductions; the rulebook would have to declare them",
            )
        columns: dict[str, Vector] = {
            "contestant": Text(NONE),
            "value": Number(NONE),
            "reason": Text(NONE),
            "at": Number(NONE),
            "seq": Number(NONE),
        }
        return Table("deductions", NONE, columns)
    facts = check.facts
    desk.known_contestant(check)
    places = plan["places"]
    value = check.number("value", places)
    check.bounded("value", value, 0, plan["most"], None, places)
    if plan["reasons"]:
        check.one_of("reason", list(plan["reasons"]))
    rows = desk.last(facts, check.ok, [])
    columns = {
        "contestant": Text(facts.codes("contestant")[rows]),
        "value": value.take(rows),
        "reason": Text(facts.codes("reason")[rows]),
    }
    columns |= {name: vector.take(rows) for name, vector in desk.moments(facts).items()}
    return Table("deductions", desk.competition(facts)[rows], columns)


def comments(desk: Desk) -> Table:
    """Comments of judges."""
    check = desk.begin("comment")
    if check is None:
        return Table("comments", NONE, {"contestant": Text(NONE), "judge": Text(NONE), "at": Number(NONE), "seq": Number(NONE)})
    desk.known_contestant(check)
    desk.known_judge(check)
    facts = check.facts
    rows = desk.last(facts, check.ok, [])
    columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("contestant", "judge")}
    columns |= {name: vector.take(rows) for name, vector in desk.moments(facts).items()}
    return Table("comments", desk.competition(facts)[rows], columns)
