"""The events of one batch against its stage: what is admitted becomes the base tables, what is not is listed.

The tables and their columns are those of `StagePlan.tables` that are made of events. An event is checked against what held
at its own moment (a recusal, a lock, a withdrawal), a mark is left out afterwards where a later recusal concerns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.messages import Message
from scoring_engine.ruleset.plan import FieldPlan, SheetPlan
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.tables import Table, joined, key_ints, pack
from scoring_engine.scoring.vectors import Bools, Ints, Number, Text, Truth, Vector

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection

STATUSES = ("", "absent", "excused", "withdrawn", "disqualified")
"""What a contestant's status events say; the code is the position."""

OUT = ("absent", "withdrawn", "disqualified")
"""Statuses under which no mark is admitted."""


NONE = np.zeros(0, np.int64)


class Decided(NamedTuple):
    """Recorded discretion: decisions that a person took and a rule or a tie asked for."""

    competition: int
    about: str
    contestant: str
    grant: bool
    value: tuple[int, int] | None
    approver: str
    reason: str


class Intake:
    """Admits the events of one batch.

    `local[c]` is the batch index of the log's competition code c, -1 where it belongs to another batch. `entrants` are
    contestants that other competitions sent here (columns contestant, name and roster fields); who is on the list too, is
    entered as the list says.
    """

    def __init__(self, log: Log, facts: dict[str, Facts], batch: Batch, local: Ints, entrants: Table | None = None) -> None:
        self.log = log
        self.batch = batch
        self.lexicon = batch.lexicon
        self.stage = batch.stage
        self.rejected: list[Rejection] = []
        self.decided: list[Decided] = []
        self._entrants = entrants
        self._clock = log.at + log.offset
        self._competition_of = np.append(local, -1)[log.competition.codes]
        self._facts = {kind: fact.take(self._competition_of[fact.position] >= 0) for kind, fact in facts.items()}
        self._contestants = Timeline(NONE, NONE, NONE)
        self._judges = self._contestants
        self._status = self._contestants

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _begin(self, kind: str, fields: set[str]) -> Check | None:
        """A check of the events of `kind` with their envelope fields, None where there are none."""
        facts = self._facts.get(kind)
        if facts is None or not facts.size:
            return None
        check = Check(self.log, facts, self.lexicon, self.rejected)
        check.only(fields)
        return check

    def _competition(self, facts: Facts) -> Ints:
        return self._competition_of[facts.position]

    def _key(self, facts: Facts, *codes: Ints) -> Ints:
        """Packed (competition, code…); the width of a code is the lexicon's, so that keys of different kinds agree."""
        key = self._competition(facts)
        for code in codes:
            key = key * (len(self.lexicon.texts) + 1) + code + 1
        return key

    def _last(self, facts: Facts, ok: Bools, parts: list[Ints]) -> Ints:
        """The rows that count: of the admitted variants of an event the last, of equal keys `parts` the last."""
        rows = np.flatnonzero(ok)
        if facts.root is not facts.position and rows.size:
            roots = facts.root[rows][::-1]
            _, first = np.unique(roots, return_index=True)
            rows = np.sort(rows.size - 1 - first)
            rows = np.flatnonzero(ok)[rows]
        if parts and rows.size:
            packed = pack([part[rows] for part in parts])[::-1]
            _, first = np.unique(packed, return_index=True)
            rows = rows[np.sort(rows.size - 1 - first)]
        return rows

    def _moments(self, facts: Facts) -> dict[str, Vector]:
        """The columns at and seq."""
        clock = self._clock[facts.position]
        known = self.log.at[facts.position] != MISSING_TIME
        return {"at": Number(np.where(known, clock, 0), 1, None if known.all() else known), "seq": Number(self.log.seq[facts.position])}

    def _known_contestant(self, check: Check, field: str = "contestant") -> None:
        """The contestant must have been entered before."""
        codes = check.facts.codes(field)
        entered = self._contestants.before(self._key(check.facts, codes), check.facts.position, 0)
        check.fail(
            (codes >= 0) & (entered == 0),
            field,
            "unknown-contestant",
            "“{value}” is not on the list of contestants; enter it first, or correct the id",
        )

    def _known_judge(self, check: Check, field: str = "judge") -> None:
        """The judge must have been entered before."""
        codes = check.facts.codes(field)
        entered = self._judges.before(self._key(check.facts, codes), check.facts.position, 0)
        check.fail(
            (codes >= 0) & (entered == 0),
            field,
            "unknown-judge",
            "“{value}” is not on the list of judges; enter the judge first, or correct the id",
        )

    # --- the tables -------------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, Table]:
        """All base tables made of events."""
        made = [self._opened(), self._roster(), self._judge_table()]
        self._statuses()
        self._controls()
        made += [
            self._marks(),
            self._deductions(),
            self._comments(),
            self._carried("bonus"),
            self._carried("advanced"),
            self._carried("barred"),
        ]
        made += [self._record_table(name) for name in self.stage["records"]]
        self._discretion()
        self._objections()
        return {table.name: table for table in made}

    def _fields(self, check: Check, plans: dict[str, FieldPlan]) -> dict[str, Vector]:
        """The declared fields as columns, those that name people checked against the lists."""
        columns = {}
        for name, plan in plans.items():
            columns[name] = check.field(name, plan)
            if plan["type"] == "contestant":
                self._known_contestant(check, name)
            elif plan["type"] == "judge":
                self._known_judge(check, name)
        return columns

    def _opened(self) -> Table:
        """One row a competition: its id, day and declared fields."""
        count = len(self.batch.competitions)
        check = self._begin("opened", OPENED | set(self.stage["fields"]))
        assert check is not None, "a batch is made of opened competitions"
        columns = self._fields(check, self.stage["fields"])
        rows = self._last(check.facts, check.ok, [self._competition(check.facts)])
        at = np.full(count, -1, np.int64)
        at[self._competition(check.facts)[rows]] = rows
        broken = at < 0
        spread = {name: vector.take(np.where(broken, 0, at)).mask(~broken) for name, vector in columns.items()}
        days = self.batch.days
        clock = np.zeros(count, np.int64)
        known = (self._competition_of >= 0) & (self.log.at != MISSING_TIME)
        np.maximum.at(clock, self._competition_of[known], self._clock[known])
        spread |= {
            "id": Text(self.lexicon.codes(self.batch.competitions)),
            "date": Number(days * 86_400_000_000, 1, days >= 0),
            "last_at": Number(clock, 1, clock > 0),
        }
        return Table("competition", np.arange(count), spread, [])

    def _roster(self) -> Table:
        """The contestants, in the order in which they were entered first; who was sent here comes behind the list."""
        roster = self.stage["roster"]
        check = self._begin("contestant", {"contestant", "name", *roster})
        if check is None:
            columns: dict[str, Vector] = {"contestant": Text(NONE), "name": Text(NONE)} | {n: _absent(p) for n, p in roster.items()}
            own = Table("contestants", NONE, columns, ["contestant"])
            return self._with_entrants(own, NONE, NONE)
        check.require("contestant")
        columns = {name: check.field(name, plan) for name, plan in roster.items()}
        facts = check.facts
        codes = facts.codes("contestant")
        key = self._key(facts, codes)
        entered = np.flatnonzero(check.ok)
        rows = self._last(facts, check.ok, [self._competition(facts), codes])
        _, first = np.unique(key[entered], return_index=True)
        order = np.empty(first.size, np.int64)
        order[np.argsort(key[rows], kind="stable")] = entered[first]
        rows = rows[np.lexsort((order, self._competition(facts)[rows]))]
        named = facts.codes("name")
        taken: dict[str, Vector] = {"contestant": Text(codes[rows]), "name": Text(np.where(named >= 0, named, codes)[rows])}
        taken |= {name: vector.take(rows) for name, vector in columns.items()}
        own = Table("contestants", self._competition(facts)[rows], taken, ["contestant"])
        table = self._with_entrants(own, key[entered], facts.position[entered])
        for name, plan in roster.items():
            if plan["type"] == "contestant":
                self._known_contestant(check, name)
        return table

    def _with_entrants(self, own: Table, keys: Ints, moments: Ints) -> Table:
        """The list and who was sent here; from the timeline it can be told since when each is entered."""
        sent = self._entrants
        if sent is not None and sent.size:
            codes = sent.columns["contestant"]
            assert isinstance(codes, Text)
            sent_keys = self._contestant_key(sent.competition, codes.codes)
            _, first = np.unique(sent_keys, return_index=True)
            fresh = np.sort(first)[~np.isin(sent_keys[np.sort(first)], keys)]
            own = joined(own, sent.take("contestants", fresh))
            own = own.take("contestants", np.argsort(own.competition, kind="stable"))
            keys, moments = np.concatenate((keys, sent_keys[fresh])), np.concatenate((moments, np.full(fresh.size, -1, np.int64)))
        self._contestants = Timeline(keys, moments, np.ones(keys.size, np.int64))
        return own

    def _judge_table(self) -> Table:
        """The judges."""
        check = self._begin("judge", {"judge", "name", "unit", "role"})
        if check is None:
            return Table("judges", NONE, {name: Text(NONE) for name in ("judge", "name", "unit", "role")}, ["judge"])
        check.require("judge")
        facts, ok = check.facts, check.ok
        codes = facts.codes("judge")
        self._judges = Timeline(self._key(facts, codes)[ok], facts.position[ok], np.ones(int(ok.sum()), np.int64))
        rows = self._last(facts, ok, [self._competition(facts), codes])
        columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("judge", "name", "unit", "role")}
        return Table("judges", self._competition(facts)[rows], columns, ["judge"])

    def _statuses(self) -> None:
        """The timeline of the contestants' statuses."""
        keys, moments, values = [], [], []
        for code, kind in enumerate((*STATUSES[1:], "reinstated"), 1):
            check = self._begin(kind, {"contestant", "reason"})
            if check is None:
                continue
            check.require("contestant")
            self._known_contestant(check)
            rows = np.flatnonzero(check.ok)
            keys.append(self._key(check.facts, check.facts.codes("contestant"))[rows])
            moments.append(check.facts.position[rows])
            values.append(np.full(rows.size, 0 if kind == "reinstated" else code, np.int64))
        if keys:
            self._status = Timeline(np.concatenate(keys), np.concatenate(moments), np.concatenate(values))

    def status_of(self, contestants: Table) -> Ints:
        """The status code of each contestant at the end of the log."""
        codes = contestants.columns["contestant"]
        assert isinstance(codes, Text)
        return self._status.latest(self._contestant_key(contestants.competition, codes.codes), 0)

    def _contestant_key(self, competition: Ints, codes: Ints) -> Ints:
        return competition * (len(self.lexicon.texts) + 1) + codes + 1

    def _controls(self) -> None:
        """Timelines of locks, submissions and recusals. A lock or recusal without a contestant is for all of them."""
        self.locks = self._switch("locked", "unlocked", [])
        self.submissions = self._switch("submitted", "returned", ["judge"])
        self.recusals = self._switch("recused", "", ["judge"])
        for kind in ("confirmed", "published"):
            self._begin(kind, {"version", "replaces", "reason"})

    def _switch(self, on: str, off: str, fields: list[str]) -> Timeline:
        """A timeline of 1 and 0 for (competition, contestant or all, *fields)."""
        keys, moments, values = [], [], []
        for kind, value in ((on, 1), (off, 0)):
            check = self._begin(kind, {"contestant", "reason", *fields}) if kind else None
            if check is None:
                continue
            check.require(*fields)
            self._known_contestant(check)
            if "judge" in fields:
                self._known_judge(check)
            rows = np.flatnonzero(check.ok)
            codes = [check.facts.codes(name) for name in ("contestant", *fields)]
            keys.append(self._key(check.facts, *codes)[rows])
            moments.append(check.facts.position[rows])
            values.append(np.full(rows.size, value, np.int64))
        if not keys:
            return Timeline(NONE, NONE, NONE)
        return Timeline(np.concatenate(keys), np.concatenate(moments), np.concatenate(values))

    def _holds(self, switch: Timeline, facts: Facts, *others: Ints) -> Bools:
        """Whether a switch is on for the contestant, or for all, when the event was written."""
        contestant = facts.codes("contestant")
        everybody = np.full(facts.size, -1, np.int64)
        return np.asarray(
            (switch.before(self._key(facts, contestant, *others), facts.root, 0) == 1)
            | (switch.before(self._key(facts, everybody, *others), facts.root, 0) == 1)
        )

    def _marks(self) -> Table:
        """The marks that count: contestant × keys × criterion × judge, the latest admitted of each."""
        sheet = self.stage["sheet"]
        keys = [] if sheet is None else list(sheet["keys"])
        check = self._begin("score", {"judge", "contestant", "criterion", "value", *keys})
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
            columns |= {key: _absent(sheet["keys"][key]) for key in keys} if sheet else {}
            columns |= {name: Number(NONE) for name in ("value", "at", "seq")}
            return Table("marks", NONE, columns, names)
        return self._admitted_marks(check, sheet, names)

    def _admitted_marks(self, check: Check, sheet: SheetPlan, names: list[str]) -> Table:
        facts = check.facts
        check.require("judge", "contestant", "criterion", "value")
        self._known_contestant(check)
        self._known_judge(check)
        criterion = facts.codes("criterion")
        check.one_of("criterion", list(sheet["criteria"]))
        keys = {name: check.field(name, {**plan, "required": True}) for name, plan in sheet["keys"].items()}
        value = check.number("value", sheet["places"])
        self._check_marks(check, sheet, criterion, value)
        judge = facts.codes("judge")
        check.fail(
            self._holds(self.recusals, facts, judge),
            "judge",
            "recused",
            "the judge {value} is recused for this contestant; the mark does not count",
        )
        amended = facts.root != facts.position
        status = self._status.before(self._key(facts, facts.codes("contestant")), facts.root, 0)
        out = np.isin(status, [STATUSES.index(name) for name in OUT])
        check.fail(
            out & ~amended,
            "contestant",
            "status",
            "the contestant {value} is absent, withdrawn or disqualified; reinstate it before it is marked",
        )
        check.fail(
            self._holds(self.locks, facts) & ~amended,
            "contestant",
            "locked",
            "the sheets of {value} are locked; have them unlocked, or amend the mark with a reason",
        )
        check.fail(
            self._holds(self.submissions, facts, judge) & ~amended,
            "judge",
            "submitted",
            "the judge {value} has handed in this sheet; have it returned first",
        )
        key_parts = [part for vector in keys.values() for part in key_ints([vector])]
        rows = self._last(facts, check.ok, [self._competition(facts), facts.codes("contestant"), *key_parts, criterion, judge])
        rows = self._without_recused(facts, rows)
        columns: dict[str, Vector] = {"contestant": Text(facts.codes("contestant")[rows])}
        columns |= {name: vector.take(rows) for name, vector in keys.items()}
        columns |= {"criterion": Text(criterion[rows]), "judge": Text(judge[rows]), "value": value.take(rows)}
        columns |= {name: vector.take(rows) for name, vector in self._moments(facts).items()}
        return Table("marks", self._competition(facts)[rows], columns, names)

    def _check_marks(self, check: Check, sheet: SheetPlan, criterion: Ints, value: Number) -> None:
        """Range and step of the criterion that each mark is for."""
        bounds: dict[tuple[int, int, int], list[str]] = {}
        for name, plan in sheet["criteria"].items():
            bounds.setdefault((plan["low"], plan["high"], plan["step"]), []).append(name)
        for (low, high, step), names in bounds.items():
            codes = self.lexicon.codes(names)
            of_these = np.isin(criterion, codes) if len(bounds) > 1 else np.ones(criterion.size, bool)
            check.bounded("value", value.mask(of_these) if len(bounds) > 1 else value, low, high, step, sheet["places"])

    def _without_recused(self, facts: Facts, rows: Ints) -> Ints:
        """Leave out marks whose judge was recused later, and say so."""
        part = facts.take(rows)
        judge, everybody = part.codes("judge"), np.full(part.size, -1, np.int64)
        recused = self.recusals.latest(self._key(part, part.codes("contestant"), judge), 0) == 1
        recused |= self.recusals.latest(self._key(part, everybody, judge), 0) == 1
        if recused.any():
            table = Table("marks", self._competition(part), {"contestant": Text(part.codes("contestant"))})
            self.batch.notice("recused-mark", table, recused, Message("a mark given before the judge was recused is left out"))
        return rows[~recused]

    def panel_sizes(self, contestants: Table) -> Ints:
        """For each contestant the number of judges of the competition that are not recused for it."""
        judges = self.batch.tables["judges"]
        codes, own = judges.columns["judge"], contestants.columns["contestant"]
        assert isinstance(codes, Text)
        assert isinstance(own, Text)
        width = len(self.lexicon.texts) + 1
        sizes = np.bincount(judges.competition, minlength=len(self.batch.competitions))[contestants.competition].astype(np.int64)
        for judge in np.unique(codes.codes).tolist():
            has = np.zeros(len(self.batch.competitions), bool)
            has[judges.competition[codes.codes == judge]] = True
            column = np.full(contestants.size, judge, np.int64)
            key = (contestants.competition * width + own.codes + 1) * width + column + 1
            everybody = contestants.competition * width * width + column + 1
            off = (self.recusals.latest(key, 0) == 1) | (self.recusals.latest(everybody, 0) == 1)
            sizes -= off & has[contestants.competition]
        return sizes

    def _deductions(self) -> Table:
        plan = self.stage["deductions"]
        check = self._begin("deduction", {"contestant", "value", "reason"})
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
        check.require("contestant", "value", "reason")
        self._known_contestant(check)
        places = plan["places"]
        value = check.number("value", places)
        check.bounded("value", value, 0, plan["most"], None, places)
        if plan["reasons"]:
            check.one_of("reason", list(plan["reasons"]))
        rows = self._last(facts, check.ok, [])
        columns = {
            "contestant": Text(facts.codes("contestant")[rows]),
            "value": value.take(rows),
            "reason": Text(facts.codes("reason")[rows]),
        }
        columns |= {name: vector.take(rows) for name, vector in self._moments(facts).items()}
        return Table("deductions", self._competition(facts)[rows], columns)

    def _comments(self) -> Table:
        check = self._begin("comment", {"judge", "contestant", "text"})
        if check is None:
            return Table("comments", NONE, {"contestant": Text(NONE), "judge": Text(NONE), "at": Number(NONE), "seq": Number(NONE)})
        check.require("judge", "contestant", "text")
        self._known_contestant(check)
        self._known_judge(check)
        facts = check.facts
        rows = self._last(facts, check.ok, [])
        columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("contestant", "judge")}
        columns |= {name: vector.take(rows) for name, vector in self._moments(facts).items()}
        return Table("comments", self._competition(facts)[rows], columns)

    def _record_table(self, name: str) -> Table:
        """The records of one kind: declared fields, contestant, judge, at, seq."""
        plan = self.batch.plan["records"][name]
        facts = self._facts.get("record")
        mine = None if facts is None else facts.take(facts.codes("record") == self.lexicon.code(name))
        if mine is None or not mine.size:
            empty: dict[str, Vector] = {field: _absent(p) for field, p in plan["fields"].items()}
            empty |= {"contestant": Text(NONE), "judge": Text(NONE), "at": Number(NONE), "seq": Number(NONE)}
            return Table(name, NONE, empty, plan["key"])
        check = Check(self.log, mine, self.lexicon, self.rejected)
        check.only({"record", "contestant", "judge", *plan["fields"]})
        if plan["contestant"] == "required":
            check.require("contestant")
        self._known_contestant(check)
        self._known_judge(check)
        columns = self._fields(check, plan["fields"])
        columns |= {"contestant": Text(mine.codes("contestant")), "judge": Text(mine.codes("judge")), **self._moments(mine)}
        parts = [self._competition(mine), *(part for key in plan["key"] for part in key_ints([columns[key]]))]
        if plan["key"] and plan["repeat"] == "reject":
            self._reject_repeats(check, parts, plan["key"])
        rows = self._last(mine, check.ok, parts if plan["key"] else [])
        return Table(name, self._competition(mine)[rows], {field: vector.take(rows) for field, vector in columns.items()}, plan["key"])

    def _reject_repeats(self, check: Check, parts: list[Ints], key: list[str]) -> None:
        """A second event with the key of an earlier one is rejected, but for amendments."""
        rows = np.flatnonzero(check.ok & (check.facts.root == check.facts.position))
        _, first = np.unique(pack([part[rows] for part in parts]), return_index=True)
        again = np.ones(rows.size, bool)
        again[first] = False
        repeated = np.zeros(check.facts.size, bool)
        repeated[rows[again]] = True
        check.fail(repeated, key[0], "repeat", "the same {keys} was recorded before; amend that event if it is wrong", keys=", ".join(key))

    def _carried(self, kind: str) -> Table:
        """Bonus, advancement and bars that other competitions sent or that were recorded by hand."""
        name, extra = CARRIED[kind]
        plan = self.stage["tables"].get(name)
        carried = (
            {}
            if plan is None
            else {c: p for c, p in plan["columns"].items() if not p["computed"] and c not in ("contestant", "at", "seq", *extra)}
        )
        check = self._begin(kind, {"contestant", "source", "rule", "stage", "honours", *extra, *carried})
        numbers = {"value", "rank"} | {c for c, p in carried.items() if p["kind"] == "number"}
        if check is None:
            empty: dict[str, Vector] = {c: Number(NONE) if c in numbers else Text(NONE) for c in ("contestant", *extra, *carried)}
            return Table(name, NONE, empty)
        check.require("contestant", *(("value",) if kind == "bonus" else ()), *(("honours",) if kind == "barred" else ()))
        self._known_contestant(check)
        facts = check.facts
        columns: dict[str, Vector] = {"contestant": Text(facts.codes("contestant"))}
        for column in (*extra, *carried):
            columns[column] = check.number(column, 0 if column == "rank" else 9) if column in numbers else Text(facts.codes(column))
        rows = self._last(facts, check.ok, [])
        table = Table(name, self._competition(facts)[rows], {c: v.take(rows) for c, v in columns.items()})
        return self._each_honour(table, facts, rows) if kind == "barred" else table

    def _each_honour(self, table: Table, facts: Facts, rows: Ints) -> Table:
        """One row for each honour of a bar: the event lists them."""
        import json

        honours, owner = [], []
        for row, text in enumerate(self.lexicon.decode(facts.codes("honours")[rows])):
            names = json.loads(text) if text.startswith("[") else text.split()
            honours += [self.lexicon.code(str(name)) for name in names]
            owner += [row] * len(names)
        spread = table.take(table.name, np.array(owner, np.int64))
        spread.columns["honour"] = Text(np.array(honours, np.int64))
        return spread

    def _discretion(self) -> None:
        """Decisions that persons took, in the order of the log; of several on one matter the last counts."""
        check = self._begin("discretion", {"about", "contestant", "value", "grant", "approver", "reason"})
        if check is None:
            return
        check.require("about", "approver", "reason")
        self._known_contestant(check)
        value = check.number("value", 6)
        facts = check.facts
        about, who = self.lexicon.decode(facts.codes("about")), self.lexicon.decode(facts.codes("contestant"))
        approver, reason = self.lexicon.decode(facts.codes("approver")), self.lexicon.decode(facts.codes("reason"))
        refused = facts.codes("grant") == self.lexicon.code("false")
        competition = self._competition(facts)
        for row in np.flatnonzero(check.ok).tolist():
            amount = (int(value.num[row]), 6) if value.present[row] else None
            self.decided.append(
                Decided(int(competition[row]), about[row], who[row], not bool(refused[row]), amount, approver[row], reason[row])
            )

    def _objections(self) -> None:
        """An objection without a ruling is noted; a ruling must name one."""
        objections, rulings = self._begin("objection", {"contestant", "reason"}), self._begin("ruling", {"event", "upheld", "reason"})
        ruled: set[str] = set()
        ids = set() if objections is None else {self.log.id[p] for p in objections.facts.position.tolist()}
        if rulings is not None:
            rulings.require("event", "upheld", "reason")
            named = self.lexicon.decode(rulings.facts.codes("event"))
            rulings.fail(
                np.array([name not in ids for name in named], bool),
                "event",
                "unknown-event",
                "no objection of this competition has the id {value}; give the id of the objection that is ruled on",
            )
            ruled = {name for name, ok in zip(named, rulings.ok.tolist(), strict=True) if ok}
        if objections is not None:
            objections.require("reason")
            open_ = np.array([self.log.id[p] not in ruled for p in objections.facts.position.tolist()], bool) & objections.ok
            facts = objections.facts
            table = Table("objections", self._competition(facts), {"contestant": Text(facts.codes("contestant"))})
            self.batch.notice("open-objection", table, open_, Message("an objection waits for its ruling"))


OPENED = {"ruleset", "stage", "version", "sha256", "name", "date", "feeds", "seed"}
CARRIED = {
    "bonus": ("bonuses", ("value", "source", "rule")),
    "advanced": ("advanced", ("source", "stage", "rank")),
    "barred": ("barred", ("source", "rule")),
}


def _absent(plan: FieldPlan) -> Vector:
    """An empty column of a field's type."""
    if plan["type"] == "boolean":
        return Truth(NONE.astype(bool))
    return Number(NONE, 10 ** plan["places"]) if plan["type"] in ("integer", "decimal", "date", "time") else Text(NONE)
