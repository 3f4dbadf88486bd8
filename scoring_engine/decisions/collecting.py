"""What the rules would give: an entry for each row for which a rule holds, each of its consequences, each person it is for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scoring_engine.decisions.facts import Bools, Facts, Ints
from scoring_engine.decisions.outcomes import GRANTED, PLAIN, Consequence, Notice, Outcomes
from scoring_engine.decisions.people import People
from scoring_engine.messages import Message
from scoring_engine.scoring.tables import pack

Tables = Mapping[str, tuple[Facts, Mapping[str, Bools]]]
"""Name of a table → its facts and, for each rule over it, the rows (bool[n]) for which the rule holds."""

ONCE = ("award", "certificate", "title", "bar", "flag", "grade")
"""Kinds that a person gets once from a consequence that shows no value, however many rows it holds for. Not `advance`: each
row has measures of its own that travel along, as when the members of a group send their totals to it."""

LAST = 2**63 - 1


def collect(out: Outcomes, tables: Tables, people: People) -> None:
    """Fill `out` with everything that the rules give, granted without a question so far."""
    subjects = {name: people.codes(facts.subject) for name, (facts, _) in tables.items()}
    orders = _orders(tables, subjects)
    parts = [part for number in range(len(out.consequences)) for part in _entries(out, number, tables, subjects, orders, people)]
    out.people = people.texts
    if not parts:
        return
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    out.competition, out.table, out.row, out.consequence, out.contestant, out.recipient, out.value, valued, order, person = columns
    out.valued = valued.astype(np.bool_)
    out.status = np.full(len(out), GRANTED, np.int8)
    out.why = np.full(len(out), PLAIN, np.int8)
    out.detail = np.zeros(len(out), np.int64)
    place = np.unique(order, return_inverse=True)[1].reshape(-1).astype(np.int64)
    out.keep(np.argsort(pack([out.competition, place, out.table, out.row, out.consequence, person]), kind="stable"))
    out.keep(_first(out))


def _entries(
    out: Outcomes, number: int, tables: Tables, subjects: Mapping[str, Ints], orders: Mapping[str, Ints], people: People
) -> list[tuple[Ints, ...]]:
    """The entries of one consequence: competition, table, row, consequence, contestant, recipient, value, valued, order, person."""
    consequence = out.consequences[number]
    facts, masks = tables[consequence.table]
    subject, order = subjects[consequence.table], orders[consequence.table]
    held = np.flatnonzero(masks[out.rule(number)]).astype(np.int64)
    value = None if consequence.plan["column"] is None else facts.fields[consequence.plan["column"]]
    out.places[number] = 0 if value is None else value.places
    parts: list[tuple[Ints, ...]] = []
    for turn, whom in enumerate(consequence.plan["whom"] or [""]):
        if not whom:
            rows, recipient, position = held, np.full(len(held), -1, np.int64), np.zeros(len(held), np.int64)
        elif whom == "contestant":
            rows, recipient, position = held, subject[held], np.zeros(len(held), np.int64)
        else:
            index, position, recipient = people.named(facts.fields[whom].take(held))
            rows = held[index]
            _nobody(out, consequence, whom, facts, subject, np.setdiff1d(held, rows), people)
        size = len(rows)
        parts.append(
            (
                facts.competition[rows],
                np.full(size, out.tables.index(consequence.table), np.int64),
                rows,
                np.full(size, number, np.int64),
                subject[rows],
                recipient,
                np.zeros(size, np.int64) if value is None else value.values[rows].astype(np.int64),
                np.zeros(size, np.int64) if value is None else value.ok[rows].astype(np.int64),
                order[rows],
                position + turn * 1_000_000,
            )
        )
    return parts


def _nobody(out: Outcomes, consequence: Consequence, whom: str, facts: Facts, subject: Ints, rows: Ints, people: People) -> None:
    """A notice for each of the rows whose roster field `whom` names nobody."""
    rule = out.decisions[consequence.decision]["id"]
    for row in rows.tolist():
        contestant = people.texts[subject[row]] if subject[row] >= 0 else ""
        args = {"rule": rule, "contestant": contestant, "field": whom}
        text = Message("{rule} is for the {field} of {contestant}, but the list of contestants names nobody there", args)
        out.notices.append(Notice(int(facts.competition[row]), "no-recipient", contestant, rule, text))


def _orders(tables: Tables, subjects: Mapping[str, Ints]) -> dict[str, Ints]:
    """For each table the order of its rows: that of their contestants in the table of contestants where they are there."""
    orders = {name: facts.order for name, (facts, _) in tables.items()}
    if "contestants" not in tables or not tables["contestants"][0].size:
        return orders
    home = tables["contestants"][0]
    size = max(int(codes.max(initial=-1)) for codes in subjects.values()) + 2
    keys = home.competition * size + subjects["contestants"]
    sorter = np.argsort(keys, kind="stable")
    for name, (facts, _) in tables.items():
        if name != "contestants":
            wanted = facts.competition * size + subjects[name]
            at = sorter[np.minimum(np.searchsorted(keys[sorter], wanted), len(keys) - 1)]
            orders[name] = np.where(keys[at] == wanted, home.order[at], LAST)
    return orders


def _first(out: Outcomes) -> Bools:
    """The entries without those that give a person again what he gets once from their consequence."""
    kept = np.ones(len(out), np.bool_)
    plain = [c.plan["kind"] in ONCE and c.plan["column"] is None for c in out.consequences]
    again = np.flatnonzero(out.where(plain) & (out.recipient >= 0)).astype(np.int64)
    key = out.key(out.recipient, again) * len(out.consequences) + out.consequence[again]
    _, first = np.unique(key, return_index=True)
    kept[again] = False
    kept[again[first]] = True
    return kept
