"""What held when: statuses of contestants, locks, sheets handed in, recusals."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.intake.desk import EVERYBODY, Desk
from scoring_engine.scoring.intake.roll import NONE
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Bools, Ints, Text
from scoring_engine.scoring.words import STATUSES


def statuses(desk: Desk) -> None:
    """The timeline of the contestants' statuses."""
    keys, moments, values = [], [], []
    for code, kind in enumerate((*STATUSES[1:], "reinstated"), 1):
        check = desk.begin(kind)
        if check is None:
            continue
        slots = desk.known_contestant(check)
        rows = np.flatnonzero(check.ok)
        keys.append(desk.key(desk.competition(check.facts), slots)[rows])
        moments.append(check.facts.position[rows])
        values.append(np.full(rows.size, 0 if kind == "reinstated" else code, np.int64))
    desk.status = desk.timeline(keys, moments, values, judges=False)


def status_of(desk: Desk, contestants: Table) -> Ints:
    """The status code of each contestant at the end of the log."""
    if not desk.status:
        return np.zeros(contestants.size, np.int64)
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
        slots = np.where(check.facts.given("contestant"), desk.known_contestant(check), EVERYBODY)
        judges = desk.known_judge(check) if "judge" in fields else None
        rows = np.flatnonzero(check.ok)
        keys.append(desk.key(desk.competition(check.facts), slots, judges)[rows])
        moments.append(check.facts.position[rows])
        values.append(np.full(rows.size, value, np.int64))
    return desk.timeline(keys, moments, values, judges="judge" in fields)


class Sheets:
    """The sheets that marks belong to, looked up in the desk's timelines. What they say of strangers is of no account."""

    __slots__ = ("_count", "_found", "_here", "_judge", "_most", "_slots")

    def __init__(self, desk: Desk, here: Ints, slots: Ints, judge: Ints) -> None:
        """For each mark its competition, its contestant's slot, and the number of its judge within the competition."""
        self._here, self._slots, self._judge = here, slots, judge
        self._count, self._most = len(desk.batch.competitions), desk.judges.most
        self._found: dict[tuple[int, bool], tuple[Ints, Ints]] = {}

    def hold(self, switch: Timeline, moments: Ints, *, judges: bool) -> Bools:
        """Whether a switch is on for the contestant, or for all of his competition, at the moment."""
        held = np.zeros(moments.size, bool)
        for everybody in (False, True):
            rows, values = self.said(switch, moments, judges=judges, everybody=everybody)
            held[rows] |= values == 1
        return held

    def said(self, switch: Timeline, moments: Ints, *, judges: bool, everybody: bool) -> tuple[Ints, Ints]:
        """The marks of whose contestant (or of everybody in the competition) a timeline ever says something, and what it said last
        before the moment, 0 where nothing."""
        if not switch or not switch.has(self._count * (self._most if judges else 1), below=everybody):
            return NONE, NONE
        if (id(switch), everybody) not in self._found:
            keys = self._here if everybody else self._slots + self._count
            if judges:
                keys = keys * self._most
                keys += self._judge
            rows = switch.known(keys)
            self._found[id(switch), everybody] = rows, keys[rows]
        rows, keys = self._found[id(switch), everybody]
        return rows, switch.before(keys, moments[rows], 0)


def panel_sizes(desk: Desk, contestants: Table) -> Ints:
    """For each contestant the number of judges of the competition that are not recused for it."""
    judges = desk.batch.tables["judges"]
    count = len(desk.batch.competitions)
    sizes = np.bincount(judges.competition, minlength=count)[contestants.competition].astype(np.int64)
    recused = desk.recusals.at_the_end(1)
    if not recused.size:
        return sizes
    roll = desk.judges
    slot_of = np.full(count * roll.most, -1, np.int64)
    slot_of[roll.competition * roll.most + roll.local] = np.arange(roll.size)
    subject, local = recused // roll.most, recused % roll.most
    individual = subject >= count
    who = subject - count
    here = np.where(individual, desk.contestants.competition[np.where(individual, who, 0)] if desk.contestants.size else 0, subject)
    slot = slot_of[here * roll.most + local]
    seated = (slot >= 0) & (slot < roll.listed)  # whose entry was amended to another id is none of the judges
    for_all = seated & ~individual
    sizes -= np.bincount(here[for_all], minlength=count)[contestants.competition]
    off_for_all = np.zeros(roll.size, bool)
    off_for_all[slot[for_all]] = True
    single = seated & individual & (who < contestants.size) & ~off_for_all[slot]
    sizes -= np.bincount(who[single], minlength=contestants.size)
    return sizes
