"""The desk: what the checks of all kinds share. Who is entered, what held at which moment, which variant of an event counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.roll import NOBODY, NONE, Roll, Runs
from scoring_engine.scoring.intake.timeline import NEVER, Timeline
from scoring_engine.scoring.tables import Table, pack
from scoring_engine.scoring.vectors import Bools, Ints, Number, Text, Truth, Vector, lengths, small

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.ruleset.plan import FieldPlan

UNKNOWN_CONTESTANT = "“{value}” is not on the list of contestants; enter it first, or correct the id"


class Decided(NamedTuple):
    """Recorded discretion: a decision that a person took and a rule or a tie asked for. `value` is (integer, places)."""

    competition: int
    about: str
    contestant: str
    grant: bool
    value: tuple[int, int] | None
    approver: str
    reason: str


@cache
def _fields(kind: str) -> tuple[frozenset[str], list[str], list[tuple[str, list[str]]]]:
    """The fields of a kind in the vocabulary: all, those that are required, and those that have one of some values."""
    fields = KINDS[kind].fields
    required, listed = (
        [field.name for field in fields if field.required],
        [(field.name, list(field.one_of)) for field in fields if field.one_of],
    )
    return frozenset(field.name for field in fields), required, listed


class Desk:
    """The events of one batch under examination.

    facts            the standing events by kind
    contestants, judges   who is on the lists
    status, locks, submissions, recusals   what held when; filled as the events are gone through
    rejected, decided   what is reported
    """

    def __init__(self, log: Log, facts: Mapping[str, Facts], batch: Batch, local: Ints, entrants: Table | None) -> None:
        self.log = log
        self.batch = batch
        self.lexicon = batch.lexicon
        self.stage = batch.stage
        self.entrants = entrants
        self.rejected: list[Rejection] = []
        self.decided: list[Decided] = []
        self._local = np.append(local, -1)
        members = np.flatnonzero(local >= 0)
        if members.size == local.size and log.competition.codes.min(initial=0) >= 0:
            self.facts = dict(facts)
        else:
            self.facts = {kind: fact.of_competitions(log, members) for kind, fact in facts.items()}
        self.contestants = self.judges = NOBODY
        self.status = self.locks = self.submissions = self.recusals = NEVER
        self._here: tuple[Facts, Runs, Ints] | None = None

    @cached_property
    def competition_of(self) -> Ints:
        """The batch index of the competition of each event of the log, -1 for other batches."""
        return self._local[self.log.competition.codes.astype(np.int64)]

    @cached_property
    def clock(self) -> Ints:
        """Wall clock of each event of the log, microseconds."""
        return self.log.at + self.log.offset

    def begin(self, kind: str, more: Iterable[str] = ()) -> Check | None:
        """A check of the events of `kind`: no fields but those of the vocabulary and `more`, all required ones given. None where
        there are no such events."""
        facts = self.facts.get(kind)
        if facts is None or not facts.size:
            return None
        check = Check(self.log, facts, self.lexicon, self.rejected)
        known, required, listed = _fields(kind)
        check.only(known.union(more))
        check.require(*required)
        for name, values in listed:
            check.one_of(name, values)
        return check

    def competition(self, facts: Facts) -> Ints:
        """The batch index of the competition of each row."""
        self._runs(facts)
        assert self._here is not None
        return self._here[2]

    def _runs(self, facts: Facts) -> Runs:
        """The same by runs."""
        if self._here is None or self._here[0] is not facts:
            codes = self.log.competition.codes.take(facts.position)
            heads = np.ones(codes.size, bool)
            np.not_equal(codes[1:], codes[:-1], out=heads[1:])
            heads[facts.own :][:1] = True  # no row of a run is of an earlier moment than its first one
            starts = np.flatnonzero(heads)
            runs = Runs(starts, self._local.take(codes[starts]), lengths(starts, codes.size))
            self._here = facts, runs, runs.each
        return self._here[1]

    def last(self, facts: Facts, ok: Bools, parts: list[Ints]) -> Ints:
        """The rows that count: of the admitted variants of an event the last, of equal keys `parts` the last.

        A part of a key that is not given is like any other value: two events that both lack it have it in common.
        """
        rows = last_variants(facts, ok)
        if parts and rows.size:
            rows = rows[last_of_equals(pack([part[rows] + 1 for part in parts]))]
        return rows

    def moments(self, facts: Facts) -> dict[str, Vector]:
        """The columns at and seq."""
        return {"at": Number.late(facts.size, 1, lambda: self._at(facts)), "seq": Number.late(facts.size, 1, lambda: self._seq(facts))}

    def _at(self, facts: Facts) -> Number:
        at = self.log.at.take(facts.position)
        known = at != MISSING_TIME
        clock = at + self.log.offset.take(facts.position)
        return Number(clock) if known.all() else Number(np.where(known, clock, 0), 1, known)

    def _seq(self, facts: Facts) -> Number:
        return Number(self.log.seq.take(facts.position))

    def known_contestant(self, check: Check, field: str = "contestant") -> Ints:
        """The contestant must have been entered before. The slot of each."""
        return self._listed(check, self.contestants, field, "unknown-contestant", UNKNOWN_CONTESTANT)

    def known_judge(self, check: Check, field: str = "judge") -> Ints:
        """The judge must have been entered before. The slot of each."""
        text = "“{value}” is not on the list of judges; enter the judge first, or correct the id"
        return self._listed(check, self.judges, field, "unknown-judge", text)

    def _listed(self, check: Check, roll: Roll, field: str, rule: str, text: str) -> Ints:
        facts = check.facts
        runs = self._runs(facts)
        given = facts.columns.get(field)
        if given is None:
            return np.full(facts.size, -1, np.int64)
        slots = roll.find_all(runs, given)
        if slots.min() < 0 or not (roll.latest.take(runs.competition) < facts.position.take(runs.starts)).all():
            check.fail(~roll.entered(slots, facts.position) & facts.given(field), field, rule, text)
        return slots

    def fields(self, check: Check, plans: Mapping[str, FieldPlan]) -> dict[str, Vector]:
        """The declared fields as columns, those that name people checked against the lists."""
        columns = {}
        for name, plan in plans.items():
            columns[name] = check.field(name, plan)
            if plan["type"] == "contestant":
                self.known_contestant(check, name)
            elif plan["type"] == "judge":
                self.known_judge(check, name)
        return columns

    def packed(self, competition: Ints, contestant: Ints, judge: Ints | None = None) -> Ints:
        """Keys of timelines for contestants (codes; -1: all of the competition) and, where they are about sheets, judges (codes);
        -1 for people who are on no list."""
        slots = self.contestants.find(competition, contestant)
        return self.key(
            competition, np.where(contestant < 0, EVERYBODY, slots), None if judge is None else self.judges.find(competition, judge)
        )

    def key(self, competition: Ints, contestant: Ints, judge: Ints | None = None) -> Ints:
        """The same for slots; `EVERYBODY` stands for all contestants of the competition."""
        count = len(self.batch.competitions)
        subject = np.where(contestant >= 0, contestant + count, np.where(contestant == EVERYBODY, competition, -1))
        if judge is None:
            return subject
        local = np.append(self.judges.local, 0)[judge]
        return np.where((subject < 0) | (judge < 0), -1, subject * self.judges.most + local)

    def timeline(self, keys: list[Ints], moments: list[Ints], values: list[Ints], *, judges: bool) -> Timeline:
        """The timeline of such keys."""
        if not keys:
            return NEVER
        space = (len(self.batch.competitions) + self.contestants.size) * (self.judges.most if judges else 1)
        return Timeline(np.concatenate(keys), np.concatenate(moments), np.concatenate(values), space)


EVERYBODY = -2
"""In place of a contestant's slot: all of the competition."""


def last_variants(facts: Facts, ok: Bools) -> Ints:
    """The admitted rows in the order of the log, of the variants of one event the last only."""
    if facts.base is None:
        rows = np.arange(facts.size) if ok.all() else np.flatnonzero(ok)
        return rows if facts.amended is None else rows[last_of_equals(facts.root[rows])]
    own = facts.own
    variants = np.flatnonzero(ok[own:])
    base = facts.base[variants]
    left = ok[:own].copy()
    left[base] = False
    rows = np.flatnonzero(left)
    variants = own + variants[last_of_equals(base)]
    before = np.searchsorted(facts.position[:own], facts.position[variants])
    return np.insert(rows, np.searchsorted(rows, before), variants)


def last_of_equals(keys: Ints) -> Ints:
    """The position of the last of equal keys, ascending."""
    if (keys[1:] > keys[:-1]).all():
        return np.arange(keys.size)
    if small(keys) and keys.min() >= 0:
        place = np.full(int(keys.max()) + 1, -1, np.int64)
        place[keys] = np.arange(keys.size)
        kept = np.zeros(keys.size, bool)
        kept[place[place >= 0]] = True
        return np.flatnonzero(kept)
    _, first = np.unique(keys[::-1], return_index=True)
    return np.sort(keys.size - 1 - first)


def absent(plan: FieldPlan) -> Vector:
    """An empty column of a field's type."""
    if plan["type"] == "boolean":
        return Truth(NONE.astype(bool))
    return Number(NONE, 10 ** plan["places"]) if plan["type"] in ("integer", "decimal", "date", "time") else Text(NONE)
