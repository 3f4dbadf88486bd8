"""One competition of a result, as the live pages look at it: who competes, who judges, which sheets are in what state, and marks.

Everything is read from the tables of the replay; nothing is computed anew.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.messages import LANGUAGES
from scoring_engine.report.labels import Labels
from scoring_engine.review.outliers import outlying
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.vectors import Number, Text
from scoring_engine.scoring.words import STATUSES
from scoring_engine.season.lists import decisions
from scoring_engine.season.standings import texts

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.plan import Plan, StagePlan
    from scoring_engine.scoring.stage import Scored
    from scoring_engine.scoring.tables import Table
    from scoring_engine.scoring.vectors import Ints
    from scoring_engine.season.result import Competition, Replay

BLANK, DRAFT, SUBMITTED, RETURNED, LOCKED, RECUSED, OUT = "blank", "draft", "submitted", "returned", "locked", "recused", "out"
"""States of a sheet: nothing on it, marks on it, handed in, sent back, closed, not this judge's, contestant not there."""

OVER = "open", "confirmed", "published"


class Mark(NamedTuple):
    """A mark that counts. `keys` are the sheet's further coordinates in their order."""

    contestant: str
    judge: str
    keys: tuple[str, ...]
    criterion: str
    value: str
    id: str


class Person(NamedTuple):
    """A judge."""

    id: str
    name: str
    unit: str
    role: str


class Scene:
    """A competition of a result."""

    def __init__(self, log: Log, result: Replay, info: Competition, scored: Scored) -> None:
        self.log = log
        self.result = result
        self.info = info
        self.scored = scored
        self.batch = scored.batch
        self.index = scored.batch.competitions.index(info.id)

    @classmethod
    def of(cls, log: Log, result: Replay, competition: str) -> Scene | None:
        """The competition of that id; None where it is not open."""
        info = next((c for c in result.competitions if c.id == competition), None)
        for one in result.settled:
            if info is not None and competition in one.scored.batch.competitions:
                return cls(log, result, info, one.scored)
        return None

    @property
    def plan(self) -> Plan:
        """The rulebook."""
        return self.batch.plan

    @property
    def stage(self) -> StagePlan:
        """The stage of the rulebook."""
        return self.batch.stage

    def rows(self, table: str) -> Ints:
        """The rows of a table that belong to this competition."""
        made = self.batch.tables.get(table)
        return np.zeros(0, np.int64) if made is None else np.flatnonzero(made.competition == self.index)

    def column(self, table: str, name: str, places: int | None = None) -> list[str | None]:
        """A column of this competition as people read it."""
        vector = self.batch.tables[table].columns[name].take(self.rows(table))
        return texts(self.batch, vector, places, self.stage["rounding"]["places"])

    def codes(self, table: str, name: str) -> Ints:
        """A text column of this competition as codes."""
        vector = self.batch.tables[table].columns[name]
        assert isinstance(vector, Text)
        return vector.codes[self.rows(table)]

    @cached_property
    def ids(self) -> list[str]:
        """The contestants' ids in the order of the list."""
        return [str(name) for name in self.column("contestants", "contestant")]

    @cached_property
    def names(self) -> dict[str, str]:
        """The contestants' names by id."""
        return dict(zip(self.ids, (str(name or "") for name in self.column("contestants", "name")), strict=True))

    @cached_property
    def out(self) -> dict[str, str]:
        """Who is absent, excused, withdrawn or disqualified."""
        return dict(zip(*(map(str, self.column("statuses", name)) for name in ("contestant", "status")), strict=True))

    @cached_property
    def contestants(self) -> list[dict[str, Any]]:
        """id, name, status, order, lot and roster fields, in running order; those without a number come last, as listed."""
        columns: dict[str, list[str | None]] = {"id": list(self.ids), "name": list(self.names.values())}
        for name in ("order", "lot", *self.stage["roster"]):
            columns[name] = self.column("contestants", name)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        for row in rows:
            row["status"] = self.out.get(str(row["id"]), "")
        return sorted(rows, key=lambda row: (row["order"] is None, int(row["order"] or 0)))

    @cached_property
    def judges(self) -> list[Person]:
        """The judges in the order in which they were entered."""
        columns = [[text or "" for text in self.column("judges", name)] for name in ("judge", "name", "unit", "role")]
        people = {id: Person(id, name or id, unit, role) for id, name, unit, role in zip(*columns, strict=True)}
        return list(people.values())

    @property
    def keys(self) -> list[str]:
        """The sheet's further coordinates."""
        return list(self.stage["sheet"]["keys"]) if self.stage["sheet"] else []

    @cached_property
    def due(self) -> list[tuple[str, ...]]:
        """The parts of a sheet that must be filled in, by the values of its keys: one for a sheet without keys, every combination
        where the rulebook asks for all, none where any number may be there."""
        sheet = self.stage["sheet"]
        if sheet is None or (sheet["keys"] and not sheet["complete"]):
            return []
        return list(product(*(key["one_of"] or () for key in sheet["keys"].values())))

    @cached_property
    def marks(self) -> list[Mark]:
        """The marks that count."""
        table, rows = self.batch.tables["marks"], self.rows("marks")
        part = table.take("marks", rows)
        keys = list(zip(*(key_texts(self.batch, part.columns[name]) for name in self.keys), strict=True)) or [()] * rows.size
        places = self.stage["sheet"]["places"] if self.stage["sheet"] else 0
        values = [_bare(value) for value in texts(self.batch, part.columns["value"], places, 0)]
        seq = part.columns["seq"]
        assert isinstance(seq, Number)
        ids = [self.log.id[row] for row in np.searchsorted(self.log.seq, seq.num).tolist()]
        columns = [self.column("marks", name) for name in ("contestant", "judge", "criterion")]
        return [
            Mark(str(contestant), str(judge), key, str(criterion), value, id)
            for contestant, judge, criterion, key, value, id in zip(*columns, keys, values, ids, strict=True)
        ]

    @cached_property
    def marked(self) -> dict[str, dict[str, list[Mark]]]:
        """The marks by contestant and judge."""
        sheets: dict[str, dict[str, list[Mark]]] = {}
        for mark in self.marks:
            sheets.setdefault(mark.contestant, {}).setdefault(mark.judge, []).append(mark)
        return sheets

    @cached_property
    def sheets(self) -> dict[str, dict[str, str]]:
        """The state of each sheet: contestant → judge → state."""
        judges = [judge.id for judge in self.judges]
        if not judges or not self.ids:
            return {contestant: {} for contestant in self.ids}
        desk, lexicon = self.scored.desk, self.batch.lexicon
        shape = (len(self.ids), len(judges))
        who = np.repeat(self.codes("contestants", "contestant"), len(judges))
        judge = np.tile(lexicon.codes(judges), len(self.ids))
        here = np.full(who.size, self.index, np.int64)
        anybody = np.full(who.size, -1, np.int64)
        state = np.full(who.size, 0, np.int64)
        has = np.isin(who * (len(lexicon.texts) + 1) + judge, self._pairs("marks"))
        state[has] = 1
        handed = desk.submissions.latest(desk.packed(here, who, judge), -1)
        state[handed == 1] = 2
        state[handed == 0] = 3
        locked = (desk.locks.latest(desk.packed(here, who), 0) == 1) | (desk.locks.latest(desk.packed(here, anybody), 0) == 1)
        state[locked] = 4
        recused = desk.recusals.latest(desk.packed(here, who, judge), 0) == 1
        recused |= desk.recusals.latest(desk.packed(here, anybody, judge), 0) == 1
        state[recused] = 5
        gone = desk.status.latest(desk.packed(here, who), 0)
        state[(gone > 0) & ~recused] = 6
        words = (BLANK, DRAFT, SUBMITTED, RETURNED, LOCKED, RECUSED, OUT)
        grid = [[words[code] for code in row] for row in state.reshape(shape).tolist()]
        return {contestant: dict(zip(judges, row, strict=True)) for contestant, row in zip(self.ids, grid, strict=True)}

    def _pairs(self, table: str) -> Ints:
        """Contestant and judge of each row of a table in one number."""
        width = len(self.batch.lexicon.texts) + 1
        return self.codes(table, "contestant") * width + self.codes(table, "judge")

    @cached_property
    def outliers(self) -> dict[str, int]:
        """How many marks, or sheets, of each contestant stand out by the rule of the rulebook; only of those of whom any does."""
        return dict(Counter(one.line[0] for one in outlying(self.batch, self.index)))

    @cached_property
    def commented(self) -> set[tuple[str, str]]:
        """Contestants and judges with a comment."""
        return set(zip(*(map(str, self.column("comments", name)) for name in ("contestant", "judge")), strict=True))

    def standing(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind in this competition that were not voided, as mappings with id, seq and fields, in their order."""
        facts = self.scored.desk.facts.get(kind)
        if facts is None:
            return []
        rejected = {r.seq for r in self.scored.desk.rejected if r.kind == kind}
        mine = np.flatnonzero(self.scored.desk.competition_of[facts.position] == self.index).tolist()
        columns = {name: self.batch.lexicon.decode(values.codes) for name, values in facts.columns.items()}
        events: dict[int, dict[str, Any]] = {}
        for row in mine:
            position, root = int(facts.position[row]), int(facts.root[row])
            seq = int(self.log.seq[position])
            if seq not in rejected:
                fields = {name: column[row] for name, column in columns.items() if column[row] not in (None, "")}
                events[root] = {"id": self.log.id[root], "seq": int(self.log.seq[root]), **fields}
        return [events[root] for root in sorted(events)]

    @property
    def standings(self) -> list[dict[str, Any]]:
        """The rows of the standings of this competition."""
        names = self.result.standings.names
        return [dict(zip(names, row, strict=True)) for row in self.result.standings.rows if row[0] == self.info.id]

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """The decisions of this competition."""
        names = self.result.decisions.names
        return [dict(zip(names, row, strict=True)) for row in self.result.decisions.rows if row[0] == self.info.id]

    @cached_property
    def pending(self) -> list[dict[str, Any]]:
        """The decisions that wait for people, with `label` (what the rulebook calls the rule) and `note` in both languages."""
        waiting = [place for place, row in enumerate(self.decisions) if row["status"] == "pending"]
        if not waiting:
            return []
        found = [{**self.decisions[place], "note": {}, "label": {}} for place in waiting]
        for lang in LANGUAGES:
            said = decisions(self.result.settled, self.result.opened, self.result.lexicon, lang)
            notes = [row[said.names.index("note")] for row in said.rows if row[0] == self.info.id]
            labels = Labels(self.result, lang)
            for row, place in zip(found, waiting, strict=True):
                row["note"][lang] = str(notes[place])
                row["label"][lang] = labels.rule(self.info.id, str(row["rule"]))
        return found

    @property
    def table(self) -> Table:
        """The contestants with all columns."""
        return self.batch.tables["contestants"]

    def measures(self) -> list[dict[str, Any]]:
        """The columns that are shown: name, label and unit."""
        return [
            {"name": measure["name"], "label": measure["label"], "unit": measure["unit"]}
            for measure in self.stage["measures"]
            if measure["show"]
        ]


def _bare(value: str | None) -> str:
    """A mark without needless zeros, as it is typed."""
    text = value or ""
    return text.rstrip("0").rstrip(".") if "." in text else text


assert STATUSES[1:] == ("absent", "excused", "withdrawn", "disqualified"), "sheets of these are out"
