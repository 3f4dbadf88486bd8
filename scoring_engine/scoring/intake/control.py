"""What held when: statuses of contestants, locks, sheets handed in, recusals."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.intake.desk import NONE, STATUSES, Desk
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Bools, Ints, Text


def statuses(desk: Desk) -> None:
    """The timeline of the contestants' statuses."""
    keys, moments, values = [], [], []
    for code, kind in enumerate((*STATUSES[1:], "reinstated"), 1):
        check = desk.begin(kind)
        if check is None:
            continue
        desk.known_contestant(check)
        rows = np.flatnonzero(check.ok)
        keys.append(desk.key(check.facts, check.facts.codes("contestant"))[rows])
        moments.append(check.facts.position[rows])
        values.append(np.full(rows.size, 0 if kind == "reinstated" else code, np.int64))
    if keys:
        desk.status = Timeline(np.concatenate(keys), np.concatenate(moments), np.concatenate(values))


def status_of(desk: Desk, contestants: Table) -> Ints:
    """The status code of each contestant at the end of the log."""
    codes = contestants.columns["contestant"]
    assert isinstance(codes, Text)
    return desk.status.latest(desk.packed(contestants.competition, codes.codes), 0)


def status_table(desk: Desk, contestants: Table) -> Table:
    """Who is absent, excused, withdrawn or disqualified at the end of the log."""
    code = status_of(desk, contestants)
    rows = np.flatnonzero(code)
    status = Text(desk.lexicon.codes(STATUSES[1:])[code[rows] - 1])
    columns = {"contestant": contestants.columns["contestant"].take(rows), "status": status}
    return Table("statuses", contestants.competition[rows], columns, ["contestant"])


def controls(desk: Desk) -> None:
    """Timelines of locks, submissions and recusals. A lock or recusal without a contestant is for all of them."""
    desk.locks = switch(desk, "locked", "unlocked", [])
    desk.submissions = switch(desk, "submitted", "returned", ["judge"])
    desk.recusals = switch(desk, "recused", "", ["judge"])
    for kind in ("confirmed", "published"):
        desk.begin(kind)


def switch(desk: Desk, on: str, off: str, fields: list[str]) -> Timeline:
    """A timeline of 1 and 0 for (competition, contestant or all, *fields)."""
    keys, moments, values = [], [], []
    for kind, value in ((on, 1), (off, 0)):
        check = desk.begin(kind) if kind else None
        if check is None:
            continue
        desk.known_contestant(check)
        if "judge" in fields:
            desk.known_judge(check)
        rows = np.flatnonzero(check.ok)
        codes = [check.facts.codes(name) for name in ("contestant", *fields)]
        keys.append(desk.key(check.facts, *codes)[rows])
        moments.append(check.facts.position[rows])
        values.append(np.full(rows.size, value, np.int64))
    if not keys:
        return Timeline(NONE, NONE, NONE)
    return Timeline(np.concatenate(keys), np.concatenate(moments), np.concatenate(values))


def holds(desk: Desk, switch: Timeline, facts: Facts, *others: Ints) -> Bools:
    """Whether a switch is on for the contestant, or for all, when the event was written."""
    contestant = facts.codes("contestant")
    everybody = np.full(facts.size, -1, np.int64)
    return np.asarray(
        (switch.before(desk.key(facts, contestant, *others), facts.root, 0) == 1)
        | (switch.before(desk.key(facts, everybody, *others), facts.root, 0) == 1)
    )


OUT = ("absent", "withdrawn", "disqualified")
"""Statuses under which no mark is admitted."""


def panel_sizes(desk: Desk, contestants: Table) -> Ints:
    """For each contestant the number of judges of the competition that are not recused for it."""
    judges = desk.batch.tables["judges"]
    codes, own = judges.columns["judge"], contestants.columns["contestant"]
    assert isinstance(codes, Text)
    assert isinstance(own, Text)
    width = len(desk.lexicon.texts) + 1
    sizes = np.bincount(judges.competition, minlength=len(desk.batch.competitions))[contestants.competition].astype(np.int64)
    for judge in np.unique(codes.codes).tolist():
        has = np.zeros(len(desk.batch.competitions), bool)
        has[judges.competition[codes.codes == judge]] = True
        column = np.full(contestants.size, judge, np.int64)
        key = (contestants.competition * width + own.codes + 1) * width + column + 1
        everybody = contestants.competition * width * width + column + 1
        off = (desk.recusals.latest(key, 0) == 1) | (desk.recusals.latest(everybody, 0) == 1)
        sizes -= off & has[contestants.competition]
    return sizes
