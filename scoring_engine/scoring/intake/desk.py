"""The desk: what the checks of all kinds share. Who is entered, what held at which moment, which variant of an event counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.ruleset.plan import FieldPlan
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.tables import Table, pack
from scoring_engine.scoring.vectors import Bools, Ints, Number, Text, Truth, Vector

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection

STATUSES = ("", "absent", "excused", "withdrawn", "disqualified")
"""What a contestant's status events say; the code is the position."""

NONE = np.zeros(0, np.int64)

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


class Desk:
    """The events of one batch under examination.

    facts            the standing events by kind
    competition_of   batch index of the competition of each event of the log, -1 for other batches
    clock            wall clock of each event, microseconds
    contestants, judges, status, locks, submissions, recusals   what held when; filled as the events are gone through
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
        self.clock = log.at + log.offset
        self.competition_of = np.append(local, -1)[log.competition.codes]
        self.facts = {kind: fact.take(self.competition_of[fact.position] >= 0) for kind, fact in facts.items()}
        nothing = Timeline(NONE, NONE, NONE)
        self.contestants = self.judges = self.status = self.locks = self.submissions = self.recusals = nothing
        self._width = len(self.lexicon.texts) + 1

    def begin(self, kind: str, more: Iterable[str] = ()) -> Check | None:
        """A check of the events of `kind`: no fields but those of the vocabulary and `more`, all required ones given. None where
        there are no such events."""
        facts = self.facts.get(kind)
        if facts is None or not facts.size:
            return None
        check = Check(self.log, facts, self.lexicon, self.rejected)
        fields = KINDS[kind].fields
        check.only({field.name for field in fields} | set(more))
        check.require(*(field.name for field in fields if field.required))
        for field in fields:
            if field.one_of:
                check.one_of(field.name, list(field.one_of))
        return check

    def competition(self, facts: Facts) -> Ints:
        """The batch index of the competition of each row."""
        return self.competition_of[facts.position]

    def key(self, facts: Facts, *codes: Ints) -> Ints:
        """Packed (competition, code…) of each row."""
        return self.packed(self.competition(facts), *codes)

    def last(self, facts: Facts, ok: Bools, parts: list[Ints]) -> Ints:
        """The rows that count: of the admitted variants of an event the last, of equal keys `parts` the last.

        A part of a key that is not given is like any other value: two events that both lack it have it in common.
        """
        rows = np.flatnonzero(ok)
        if rows.size and (facts.root != facts.position).any():
            roots = facts.root[rows][::-1]
            _, first = np.unique(roots, return_index=True)
            rows = np.sort(rows.size - 1 - first)
            rows = np.flatnonzero(ok)[rows]
        if parts and rows.size:
            packed = pack([part[rows] + 1 for part in parts])[::-1]
            _, first = np.unique(packed, return_index=True)
            rows = rows[np.sort(rows.size - 1 - first)]
        return rows

    def moments(self, facts: Facts) -> dict[str, Vector]:
        """The columns at and seq."""
        clock = self.clock[facts.position]
        known = self.log.at[facts.position] != MISSING_TIME
        return {"at": Number(np.where(known, clock, 0), 1, None if known.all() else known), "seq": Number(self.log.seq[facts.position])}

    def known_contestant(self, check: Check, field: str = "contestant") -> None:
        """The contestant must have been entered before."""
        codes = check.facts.codes(field)
        entered = self.contestants.before(self.key(check.facts, codes), check.facts.position, 0)
        check.fail(
            (codes >= 0) & (entered == 0),
            field,
            "unknown-contestant",
            UNKNOWN_CONTESTANT,
        )

    def known_judge(self, check: Check, field: str = "judge") -> None:
        """The judge must have been entered before."""
        codes = check.facts.codes(field)
        entered = self.judges.before(self.key(check.facts, codes), check.facts.position, 0)
        check.fail(
            (codes >= 0) & (entered == 0),
            field,
            "unknown-judge",
            "“{value}” is not on the list of judges; enter the judge first, or correct the id",
        )

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

    def packed(self, competition: Ints, *codes: Ints) -> Ints:
        """Keys of (competition, code…), as of events; a code of -1 stands for all."""
        key = competition
        for code in codes:
            key = key * self._width + code + 1
        return key


def absent(plan: FieldPlan) -> Vector:
    """An empty column of a field's type."""
    if plan["type"] == "boolean":
        return Truth(NONE.astype(bool))
    return Number(NONE, 10 ** plan["places"]) if plan["type"] in ("integer", "decimal", "date", "time") else Text(NONE)
