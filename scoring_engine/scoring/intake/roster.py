"""Who competes and who judges: the competition's own fields, contestants, judges, draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.desk import UNKNOWN_CONTESTANT, Desk, absent
from scoring_engine.scoring.intake.roll import NONE, Roll
from scoring_engine.scoring.tables import Grid, Table, joined, row_of
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import FieldPlan


def opened(desk: Desk) -> Table:
    """One row a competition: its id, day and declared fields."""
    count = len(desk.batch.competitions)
    check = desk.begin("opened", desk.stage["fields"])
    assert check is not None, "a batch is made of opened competitions"
    columns = desk.fields(check, desk.stage["fields"])
    rows = desk.last(check.facts, check.ok, [desk.competition(check.facts)])
    at = np.full(count, -1, np.int64)
    at[desk.competition(check.facts)[rows]] = rows
    broken = at < 0
    spread = {name: vector.take(np.where(broken, 0, at)).mask(~broken) for name, vector in columns.items()}
    days = desk.batch.days
    spread |= {
        "id": Text(desk.lexicon.codes(desk.batch.competitions)),
        "date": Number(days * 86_400_000_000, 1, days >= 0),
        "last_at": Number.late(count, 1, lambda: _last_at(desk)),
    }
    return Table("competition", np.arange(count), spread, [])


def _last_at(desk: Desk) -> Number:
    """The latest time of an event of each competition."""
    clock = np.zeros(len(desk.batch.competitions), np.int64)
    known = (desk.competition_of >= 0) & (desk.log.at != MISSING_TIME)
    np.maximum.at(clock, desk.competition_of[known], desk.clock[known])
    return Number(clock, 1, clock > 0)


def roster(desk: Desk) -> Table:
    """The contestants, in the order in which they were entered first; who was sent here comes behind the list."""
    roster = desk.stage["roster"]
    check = desk.begin("contestant", roster)
    if check is None:
        columns: dict[str, Vector] = {"contestant": Text(NONE), "name": Text(NONE)} | {n: absent(p) for n, p in roster.items()}
        own = Table("contestants", NONE, columns, ["contestant"])
        return with_entrants(desk, own, NONE, NONE, NONE)
    columns = {name: check.field(name, plan) for name, plan in roster.items()}
    facts = check.facts
    codes = facts.codes("contestant")
    here = desk.competition(facts)
    _known_fellows(desk, check, roster, here, codes)
    entered = np.flatnonzero(check.ok)
    rows = in_order_of_entry(entered, desk.last(facts, check.ok, [here, codes]), here, codes)
    named = facts.codes("name")
    taken: dict[str, Vector] = {"contestant": Text(codes[rows]), "name": Text(np.where(named >= 0, named, codes)[rows])}
    taken |= {name: vector.take(rows) for name, vector in columns.items()}
    own = Table("contestants", here[rows], taken, ["contestant"])
    return with_entrants(desk, own, here[entered], codes[entered], facts.position[entered])


def in_order_of_entry(entered: Ints, rows: Ints, here: Ints, codes: Ints) -> Ints:
    """`rows`, one for each person, by competition and within it in the order in which the people were entered first."""
    width = int(codes.max(initial=0)) + 1
    key = here * width + codes
    if rows.size == entered.size and (here[rows[1:]] >= here[rows[:-1]]).all():
        return rows  # everybody was entered once, one competition after the other
    known, first = np.unique(key[entered], return_index=True)
    order = entered[first[np.searchsorted(known, key[rows])]]
    return rows[np.lexsort((order, here[rows]))]


def _known_fellows(desk: Desk, check: Check, roster: Mapping[str, FieldPlan], here: Ints, contestants: Ints) -> None:
    """A contestant whom another's entry names must be on the list too; a list may name people before their own line."""
    for name, plan in roster.items():
        if plan["type"] == "contestant":
            codes = check.facts.codes(name)
            width = max(int(contestants.max(initial=0)), int(codes.max(initial=0))) + 1
            listed = np.isin(here * width + codes, (here * width + contestants)[check.ok])
            check.fail((codes >= 0) & ~listed, name, "unknown-contestant", UNKNOWN_CONTESTANT)


def with_entrants(desk: Desk, own: Table, here: Ints, codes: Ints, moments: Ints) -> Table:
    """The list and who was sent here; the roll tells since when each is entered. `here`, `codes`, `moments` are the entries."""
    sent = desk.entrants
    count = len(desk.batch.competitions)
    if sent is not None and sent.size:
        theirs = sent.columns["contestant"]
        assert isinstance(theirs, Text)
        width = max(int(codes.max(initial=0)), int(theirs.codes.max(initial=0))) + 1
        keys = sent.competition * width + theirs.codes
        _, first = np.unique(keys, return_index=True)
        fresh = np.sort(first)[~np.isin(keys[np.sort(first)], here * width + codes)]
        own = joined(own, sent.take("contestants", fresh))
        own = own.take("contestants", np.argsort(own.competition, kind="stable"))
        here, codes = np.concatenate((here, sent.competition[fresh])), np.concatenate((codes, theirs.codes[fresh]))
        moments = np.concatenate((moments, np.full(fresh.size, -1, np.int64)))
    listed = own.columns["contestant"]
    assert isinstance(listed, Text)
    desk.contestants = Roll(count, here, codes, moments, (own.competition, listed.codes))
    own.grid = Grid(("contestant",), (own.size,))
    return own


def judge_table(desk: Desk) -> Table:
    """The judges."""
    check = desk.begin("judge")
    if check is None:
        return Table("judges", NONE, {name: Text(NONE) for name in ("judge", "name", "unit", "role")}, ["judge"])
    facts, ok = check.facts, check.ok
    codes, here = facts.codes("judge"), desk.competition(facts)
    rows = desk.last(facts, ok, [here, codes])
    desk.judges = Roll(len(desk.batch.competitions), here[ok], codes[ok], facts.position[ok], (here[rows], codes[rows]))
    columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("judge", "name", "unit", "role")}
    return Table("judges", here[rows], columns, ["judge"])


def draws(desk: Desk, contestants: Table) -> None:
    """Running order and lot number of each contestant, as columns `order` and `lot` of the list."""
    check = desk.begin("draw")
    names = [name for name in ("order", "lot") if name not in desk.stage["roster"]]
    for name in names:
        contestants.columns[name] = Number(np.zeros(contestants.size, np.int64), 1, np.zeros(contestants.size, bool))
    if check is None:
        return
    desk.known_contestant(check)
    value = check.number("value", 0)
    facts = check.facts
    lots = facts.codes("purpose") == desk.lexicon.code("lot")
    listed = contestants.columns["contestant"]
    assert isinstance(listed, Text)
    for name in names:
        mine = lots if name == "lot" else ~lots
        rows = desk.last(facts, check.ok & mine, [desk.competition(facts), facts.codes("contestant")])
        drawn = Table("draws", desk.competition(facts)[rows], {"contestant": Text(facts.codes("contestant")[rows])})
        at = row_of(contestants, ["contestant"], drawn, ["contestant"])
        known = at >= 0
        numbers = np.append(value.num[rows], 0)
        contestants.columns[name] = Number(numbers[at], 1, known)
