"""Who competes and who judges: the competition's own fields, contestants, judges, draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.ruleset.plan import FieldPlan
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.desk import NONE, UNKNOWN_CONTESTANT, Desk, absent
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.tables import Table, joined, row_of
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector


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
    clock = np.zeros(count, np.int64)
    known = (desk.competition_of >= 0) & (desk.log.at != MISSING_TIME)
    np.maximum.at(clock, desk.competition_of[known], desk.clock[known])
    spread |= {
        "id": Text(desk.lexicon.codes(desk.batch.competitions)),
        "date": Number(days * 86_400_000_000, 1, days >= 0),
        "last_at": Number(clock, 1, clock > 0),
    }
    return Table("competition", np.arange(count), spread, [])


def roster(desk: Desk) -> Table:
    """The contestants, in the order in which they were entered first; who was sent here comes behind the list."""
    roster = desk.stage["roster"]
    check = desk.begin("contestant", roster)
    if check is None:
        columns: dict[str, Vector] = {"contestant": Text(NONE), "name": Text(NONE)} | {n: absent(p) for n, p in roster.items()}
        own = Table("contestants", NONE, columns, ["contestant"])
        return with_entrants(desk, own, NONE, NONE)
    columns = {name: check.field(name, plan) for name, plan in roster.items()}
    facts = check.facts
    codes = facts.codes("contestant")
    key = desk.key(facts, codes)
    _known_fellows(desk, check, roster, key)
    entered = np.flatnonzero(check.ok)
    rows = desk.last(facts, check.ok, [desk.competition(facts), codes])
    _, first = np.unique(key[entered], return_index=True)
    order = np.empty(first.size, np.int64)
    order[np.argsort(key[rows], kind="stable")] = entered[first]
    rows = rows[np.lexsort((order, desk.competition(facts)[rows]))]
    named = facts.codes("name")
    taken: dict[str, Vector] = {"contestant": Text(codes[rows]), "name": Text(np.where(named >= 0, named, codes)[rows])}
    taken |= {name: vector.take(rows) for name, vector in columns.items()}
    own = Table("contestants", desk.competition(facts)[rows], taken, ["contestant"])
    return with_entrants(desk, own, key[entered], facts.position[entered])


def _known_fellows(desk: Desk, check: Check, roster: Mapping[str, FieldPlan], keys: Ints) -> None:
    """A contestant whom another's entry names must be on the list too; a list may name people before their own line."""
    for name, plan in roster.items():
        if plan["type"] == "contestant":
            codes = check.facts.codes(name)
            listed = np.isin(desk.key(check.facts, codes), keys[check.ok])
            check.fail((codes >= 0) & ~listed, name, "unknown-contestant", UNKNOWN_CONTESTANT)


def with_entrants(desk: Desk, own: Table, keys: Ints, moments: Ints) -> Table:
    """The list and who was sent here; from the timeline it can be told since when each is entered."""
    sent = desk.entrants
    if sent is not None and sent.size:
        codes = sent.columns["contestant"]
        assert isinstance(codes, Text)
        sent_keys = desk.packed(sent.competition, codes.codes)
        _, first = np.unique(sent_keys, return_index=True)
        fresh = np.sort(first)[~np.isin(sent_keys[np.sort(first)], keys)]
        own = joined(own, sent.take("contestants", fresh))
        own = own.take("contestants", np.argsort(own.competition, kind="stable"))
        keys, moments = np.concatenate((keys, sent_keys[fresh])), np.concatenate((moments, np.full(fresh.size, -1, np.int64)))
    desk.contestants = Timeline(keys, moments, np.ones(keys.size, np.int64))
    return own


def judge_table(desk: Desk) -> Table:
    """The judges."""
    check = desk.begin("judge")
    if check is None:
        return Table("judges", NONE, {name: Text(NONE) for name in ("judge", "name", "unit", "role")}, ["judge"])
    facts, ok = check.facts, check.ok
    codes = facts.codes("judge")
    desk.judges = Timeline(desk.key(facts, codes)[ok], facts.position[ok], np.ones(int(ok.sum()), np.int64))
    rows = desk.last(facts, ok, [desk.competition(facts), codes])
    columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("judge", "name", "unit", "role")}
    return Table("judges", desk.competition(facts)[rows], columns, ["judge"])


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
