"""Countable facts of the kinds that the rulebook declares, and what other competitions sent."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.desk import Desk, absent
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.roll import NONE
from scoring_engine.scoring.tables import Table, key_ints, pack
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector


def records(desk: Desk) -> list[Table]:
    """A table for each kind of record that the stage admits; records of other kinds are rejected."""
    facts, kinds = desk.facts.get("record"), desk.stage["records"]
    if facts is not None:
        check = Check(desk.log, facts, desk.lexicon, desk.rejected)
        check.require("record")
        check.one_of("record", kinds, "unknown-record")
        desk.facts["record"] = facts.take(check.ok)
    return [record_table(desk, name) for name in kinds]


def record_table(desk: Desk, name: str) -> Table:
    """The records of one kind: declared fields, contestant, judge, at, seq."""
    plan = desk.batch.plan["records"][name]
    facts = desk.facts.get("record")
    mine = None if facts is None else facts.take(facts.codes("record") == desk.lexicon.code(name))
    if mine is None or not mine.size:
        empty: dict[str, Vector] = {field: absent(p) for field, p in plan["fields"].items()}
        empty |= {"contestant": Text(NONE), "judge": Text(NONE), "at": Number(NONE), "seq": Number(NONE)}
        return Table(name, NONE, empty, plan["key"])
    check = Check(desk.log, mine, desk.lexicon, desk.rejected)
    check.only({"record", "contestant", "judge", *plan["fields"]})
    if plan["contestant"] == "required":
        desk.known_contestant(check)
    desk.known_judge(check)
    columns = desk.fields(check, plan["fields"])
    columns |= {"contestant": Text(mine.codes("contestant")), "judge": Text(mine.codes("judge")), **desk.moments(mine)}
    parts = [desk.competition(mine), *(part for key in plan["key"] for part in key_ints([columns[key]]))]
    if plan["key"] and plan["repeat"] == "reject":
        reject_repeats(desk, check, parts, plan["key"])
    rows = desk.last(mine, check.ok, parts if plan["key"] else [])
    return Table(name, desk.competition(mine)[rows], {field: vector.take(rows) for field, vector in columns.items()}, plan["key"])


def reject_repeats(desk: Desk, check: Check, parts: list[Ints], key: list[str]) -> None:
    """A second event with the key of an earlier one is rejected, but for amendments."""
    rows = np.flatnonzero(check.ok & (check.facts.root == check.facts.position))
    _, first = np.unique(pack([part[rows] + 1 for part in parts]), return_index=True)
    again = np.ones(rows.size, bool)
    again[first] = False
    repeated = np.zeros(check.facts.size, bool)
    repeated[rows[again]] = True
    check.fail(repeated, key[0], "repeat", "the same {keys} was recorded before; amend that event if it is wrong", keys=", ".join(key))


CARRIED_PLACES = 4
"""Decimals of amounts that other competitions send."""

CARRIED = {
    "bonus": ("bonuses", ("value", "source", "rule")),
    "advanced": ("advanced", ("source", "stage", "rank")),
    "barred": ("barred", ("source", "rule")),
}
"""The table of each kind of carried event and its columns beside the contestant."""


def carried(desk: Desk, kind: str) -> Table:
    """Bonus, advancement and bars that other competitions sent or that were recorded by hand."""
    name, extra = CARRIED[kind]
    plan = desk.stage["tables"].get(name)
    known = {c: p for c, p in plan["columns"].items() if not p["computed"]} if plan else {}
    columns_of = dict.fromkeys((*extra, *(c for c in known if c not in ("contestant", "honour"))))
    numbers = {"value", "rank"} | {c for c, p in known.items() if p["kind"] == "number"}
    check = desk.begin(kind, ("stage", *columns_of))
    if check is None:
        empty: dict[str, Vector] = {c: Number(NONE) if c in numbers else Text(NONE) for c in ("contestant", *columns_of)}
        return Table(name, NONE, empty | ({"honour": Text(NONE)} if kind == "barred" else {}))
    desk.known_contestant(check)
    facts = check.facts
    columns: dict[str, Vector] = {"contestant": Text(facts.codes("contestant"))}
    for column in columns_of:
        if column in numbers:
            places = known[column]["places"] if column in known else None
            columns[column] = check.number(column, 0 if column == "rank" else places or CARRIED_PLACES)
        else:
            columns[column] = Text(facts.codes(column))
    rows = desk.last(facts, check.ok, [])
    table = Table(name, desk.competition(facts)[rows], {c: v.take(rows) for c, v in columns.items()})
    return each_honour(desk, table, facts, rows) if kind == "barred" else table


def each_honour(desk: Desk, table: Table, facts: Facts, rows: Ints) -> Table:
    """One row for each honour of a bar: the event lists them."""
    import json

    honours, owner = [], []
    for row, text in enumerate(desk.lexicon.decode(facts.codes("honours")[rows])):
        names = json.loads(text) if text.startswith("[") else text.split()
        honours += [desk.lexicon.code(str(name)) for name in names]
        owner += [row] * len(names)
    spread = table.take(table.name, np.array(owner, np.int64))
    spread.columns["honour"] = Text(np.array(honours, np.int64))
    return spread
