"""The rank step: who is ranked, the links of the chain applied one after the other, ranks and places as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring import ranking
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.evaluate import Evaluator
from scoring_engine.scoring.intake.desk import Decided
from scoring_engine.scoring.tables import Table, group_rows
from scoring_engine.scoring.vectors import Bools, Ints, Number, Text, Truth, Vector, dense, order_keys
from scoring_engine.scoring.words import PLACES, STANDS, STATUSES

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import LinkPlan, RankingPlan
    from scoring_engine.scoring.ranking import Standing


class Finer(NamedTuple):
    """Rows of a finer table that a link compares: the table, its rows, the contestant of each (a position among those ranked),
    its value, and codes of the values of which smaller is better."""

    table: Table
    chosen: Ints
    owner: Ints
    value: Vector
    codes: Ints


class Ranked:
    """The outcome of the chain, by contestant row.

    rows        the contestants that took part in it (ranked, or ranked last by a policy)
    classes     who of them is level with whom at the end
    standing    ranks of `rows`
    names       what `decided_by` shows for each link index
    leading     the first measure of the chain for each competition, None for a chain without measures
    """

    __slots__ = ("classes", "leading", "names", "rows", "standing")

    def __init__(self, rows: Ints, classes: Ints, standing: Standing, names: list[str], leading: list[str | None]) -> None:
        self.leading = leading
        self.rows = rows
        self.classes = classes
        self.standing = standing
        self.names = names


class Chain:
    """Applies one ranking to the contestants of a batch."""

    def __init__(self, batch: Batch, status: Ints, decided: Sequence[Decided], seeds: Sequence[str | None]) -> None:
        self.batch = batch
        self.table = batch.tables["contestants"]
        self.plan: RankingPlan = batch.stage["ranking"]
        self.status = status
        self.decided = decided
        self.seeds = seeds

    def run(self) -> Ranked:
        """Add the columns rank, place, status, tied, field, rank_from_last, decided_by and @position."""
        status = self._status()
        policy = self.batch.stage["missing"]
        sent_last = np.array([name in STATUSES[1:] and policy[name] == "last" for name in STANDS], bool)[status]
        rows = np.flatnonzero((status == RANKED) | sent_last)
        groups = self._groups(rows)
        history = [ranking.start(groups)]
        history.append(ranking.by_keys(history[0], [sent_last[rows].astype(np.int64)] if sent_last.any() else []))
        for link in self.plan["by"]:
            refined = self._link(link, history[-1], rows)
            history.append(self._where(link, rows, history[-1], refined))
        standing = ranking.settle(history, ties=self.plan["ties"], unresolved=self.plan["unresolved"])
        result = Ranked(rows, history[-1], standing, ["status", *(link["name"] for link in self.plan["by"])], self._leading())
        self._columns(result, status, groups)
        return result

    # --- who is ranked ----------------------------------------------------------------------------------------------

    def _status(self) -> Ints:
        """What each contestant is, a place in `STANDS`: what the status events say, else ranked, unranked or unscored."""
        e = Evaluator(self.table, self.batch)
        admitted = e.conditions(self.plan["only"]) & self._grouped()
        return np.where(self.status > 0, self.status, np.where(admitted, np.where(self._scored(), RANKED, UNSCORED), UNRANKED))

    def _grouped(self) -> Bools:
        """Where every column of ranked_within has a value: who belongs to no group cannot be ranked in it."""
        grouped = np.ones(self.table.size, bool)
        for name in self.plan["within"]:
            there = self.table.columns[name].present
            message = Message("{field} is missing, within which the table is ranked; enter it in the list of contestants", {"field": name})
            self.batch.notice("no-group", self.table, ~there, message)
            grouped &= there
        return grouped

    def _scored(self) -> Bools:
        """Where the first measure of the chain that applies is there, or a value of the finer table that the chain begins with."""
        scored = np.ones(self.table.size, bool)
        undecided = np.ones(self.table.size, bool)
        for link in self.plan["by"]:
            if link["kind"] in ("among", "lot", "discretion"):
                break
            applies = undecided & self._applies(link)[self.table.competition]
            scored &= ~applies | self._has_value(link)
            undecided &= ~applies
            if not undecided.any():
                break
        return scored

    def _has_value(self, link: LinkPlan) -> Bools:
        """Which contestants have something that the link compares."""
        if link["measure"] is not None:
            return self.table.columns[link["measure"]].present
        owners = self._finer(link, np.arange(self.table.size)).owner
        there: Bools = np.bincount(owners, minlength=self.table.size) > 0
        return there

    def _leading(self) -> list[str | None]:
        """The first measure that ranks each competition."""
        measures: list[str | None] = [None, *(link["measure"] for link in self.plan["by"])]
        leading = np.zeros(len(self.batch.competitions), np.int64)
        for number, link in reversed(list(enumerate(self.plan["by"], 1))):
            if link["kind"] == "measure":
                leading[self._applies(link)] = number
        return list(map(measures.__getitem__, leading.tolist()))

    def _applies(self, link: LinkPlan) -> Bools:
        """The competitions for which a link counts."""
        if link["when"] is None:
            return np.ones(len(self.batch.competitions), bool)
        return Evaluator(self.batch.tables["competition"], self.batch).truth(link["when"])

    def _groups(self, rows: Ints) -> Ints:
        """The group (competition and ranked_within) of each row."""
        return group_rows(self.table, self.plan["within"]).index[rows]

    # --- links ------------------------------------------------------------------------------------------------------

    def _where(self, link: LinkPlan, rows: Ints, before: Ints, after: Ints) -> Ints:
        """The link's outcome where it applies."""
        if link["when"] is None:
            return after
        applies = self._applies(link)[self.table.competition[rows]]
        return np.where(applies, after, before)

    def _link(self, link: LinkPlan, classes: Ints, rows: Ints) -> Ints:
        """The classes after one link."""
        kind = link["kind"]
        if kind == "measure":
            assert link["measure"] is not None
            vector = self.table.columns[link["measure"]].take(rows)
            return ranking.by_keys(classes, order_keys(vector, descending=link["order"] == "down"))
        if kind in ("lot", "discretion"):
            return self._by_person(link, classes, rows)
        if not ranking.level(classes).any():
            return classes
        if kind == "among":
            return self._among(link, classes, rows)
        finer = self._finer(link, rows)
        if kind == "countback":
            codes = ranking.codes_within(self.table.competition[rows][finer.owner], finer.codes)
            return ranking.by_countback(classes, finer.owner, codes, limit=self._limit(link, rows))
        if kind == "majority":
            return self._majority(finer, classes, rows)
        position = self._positions(link, finer)
        return ranking.by_sorted_list(classes, finer.owner, finer.codes, first=link["first"] or "best", position=position)

    def _finer(self, link: LinkPlan, rows: Ints) -> Finer:
        """The rows of the link's table that belong to the contestants `rows`."""
        assert link["table"] is not None
        assert link["expr"] is not None
        table = self.batch.tables[link["table"]]
        e = Evaluator(table, self.batch)
        value = e(link["expr"])
        owner = self._owners(table, rows)
        chosen = np.flatnonzero((owner >= 0) & value.present & e.conditions(link["where"]))
        picked = value.take(chosen)
        codes = dense(order_keys(picked, descending=link["order"] == "down"), chosen.size)
        return Finer(table, chosen, owner[chosen], picked, codes)

    def _majority(self, finer: Finer, classes: Ints, rows: Ints) -> Ints:
        """Places by each judge; a shared place between two counts from the lower one on. The panel is the competition's largest."""
        assert isinstance(finer.value, Number)
        unit = finer.value.den
        place = np.asarray(finer.value.num, np.int64)
        given = np.bincount(finer.owner, minlength=rows.size)
        largest = np.zeros(len(self.batch.competitions), np.int64)
        np.maximum.at(largest, self.table.competition[rows], given)
        column = np.asarray(-(-place // unit) * unit, np.int64)
        return ranking.by_majority(classes, finer.owner, place, largest[self.table.competition[rows]], column=column)

    def _owners(self, finer: Table, rows: Ints, column: str = "contestant") -> Ints:
        """For each row of a finer table the position in `rows` of the contestant that `column` names, -1 for none."""
        contestant = finer.row_in(self.table, [column], ["contestant"])
        position = np.full(self.table.size + 1, -1, np.int64)
        position[rows] = np.arange(rows.size)
        return position[contestant]

    def _limit(self, link: LinkPlan, rows: Ints) -> Ints | None:
        """How many values count, for each row."""
        if link["limit"] is None:
            return None
        limit = Evaluator(self.batch.tables["competition"], self.batch).number(link["limit"])
        return np.asarray(limit.num // limit.den, np.int64)[self.table.competition[rows]]

    def _positions(self, link: LinkPlan, finer: Finer) -> Ints | None:
        """The order in which values were got, for earliest and latest."""
        if link["first"] not in ("earliest", "latest"):
            return None
        by: Vector = finer.table.columns["seq"] if link["by"] is None else Evaluator(finer.table, self.batch)(link["by"])
        return dense(order_keys(by.take(finer.chosen), descending=False), finer.chosen.size)

    def _among(self, link: LinkPlan, classes: Ints, rows: Ints) -> Ints:
        """A table among the level: aggregates that see only rows whose contestant and opponent are level."""
        assert link["table"] is not None
        assert link["among"] is not None
        finer = self.batch.tables[link["table"]]
        among = link["among"]
        owner, opponent = self._owners(finer, rows), self._owners(finer, rows, among["opponent"])

        def compute(mask: Bools) -> list[Ints]:
            whole = self.batch.tables[finer.name]
            chosen = np.zeros(whole.size, bool)
            chosen[inner[mask]] = True
            self.batch.tables[finer.name] = whole.take(finer.name, chosen)
            try:
                e = Evaluator(self.table, self.batch, quiet=True)
                keys: list[Ints] = []
                for criterion in among["by"]:
                    keys += order_keys(e(criterion["expr"]).take(rows), descending=criterion["order"] == "down")
                return keys
            finally:
                self.batch.tables[finer.name] = whole

        inner = np.flatnonzero((owner >= 0) & (opponent >= 0))
        return ranking.by_mini_table(classes, owner[inner], opponent[inner], compute, restart=among["restart"])

    def _by_person(self, link: LinkPlan, classes: Ints, rows: Ints) -> Ints:
        """Lots and recorded decisions."""
        if link["kind"] == "lot" and link["mode"] == "seeded":
            contestant = self.table.columns["contestant"]
            assert isinstance(contestant, Text)
            ids = self.batch.lexicon.decode(contestant.codes[rows])
            return ranking.by_lot(classes, self.table.competition[rows], self.batch.competitions, self.seeds, ids)
        value = self._recorded("tie") if link["kind"] == "discretion" else self.table.columns["lot"]
        taken = value.take(rows)
        assert isinstance(taken, Number)
        return ranking.by_recorded(classes, np.asarray(taken.num, np.int64), taken.present)

    def _recorded(self, about: str) -> Number:
        """The order numbers that persons recorded for contestants."""
        contestant = self.table.columns["contestant"]
        assert isinstance(contestant, Text)
        value, ok = np.zeros(self.table.size, np.int64), np.zeros(self.table.size, bool)
        for decision in self.decided:
            if decision.about == about and decision.value is not None:
                rows = (self.table.competition == decision.competition) & (contestant.codes == self.batch.lexicon.code(decision.contestant))
                value[rows], ok[rows] = decision.value[0], True
        return Number(value, 1, ok)

    # --- columns ----------------------------------------------------------------------------------------------------

    def _columns(self, ranked: Ranked, status: Ints, groups: Ints) -> None:
        standing, rows, size = ranked.standing, ranked.rows, self.table.size

        def spread(values: Ints) -> Number:
            num, ok = np.zeros(size, np.int64), np.zeros(size, bool)
            num[rows], ok[rows] = values, True
            return Number(num, 1, ok)

        def mark(values: Bools) -> Truth:
            true = np.zeros(size, bool)
            true[rows] = values
            return Truth(true)

        lexicon = self.batch.lexicon
        columns = self.table.columns
        columns["rank"] = spread(standing.rank)
        columns["rank_from_last"] = Number.late(size, 1, lambda: spread(standing.rank_from_last))
        columns["field"] = Number.late(size, 1, lambda: spread(standing.field))
        columns["tied"] = mark(standing.tied)
        columns["pending"] = mark(standing.pending)
        columns["status"] = Text(lexicon.codes(STANDS)[status])
        codes = np.full(size, -1, np.int64)
        codes[rows] = np.append(lexicon.codes(ranked.names), -1)[standing.decided_by]
        columns["decided_by"] = Text(codes)
        place = np.empty(rows.size, np.int64)
        place[standing.order] = np.arange(rows.size)
        head = np.full(int(groups.max(initial=-1)) + 1, rows.size, np.int64)
        np.minimum.at(head, groups, place)
        columns["@position"] = spread(place - head[groups] + 1)
        columns["place"] = Text.late(size, lambda: self._places(ranked, status))

    def _places(self, ranked: Ranked, status: Ints) -> Ints:
        """first, last, between, only or last-pending, by the policies of `last`."""
        all_groups = group_rows(self.table, self.plan["within"])
        absent = np.flatnonzero((status == STATUSES.index("absent")) & ~_member(ranked.rows, self.table.size))
        policy = {name: value for name, value in self.plan["last"].items() if name in POLICIES}
        ranked_places, absent_places = ranking.places(all_groups.index[ranked.rows], ranked.classes, all_groups.index[absent], **policy)
        texts = np.append(self.batch.lexicon.codes(PLACES[1:]), -1)
        codes = np.full(self.table.size, -1, np.int64)
        codes[ranked.rows] = texts[ranked_places.astype(np.int64) - 1]
        codes[absent] = texts[absent_places.astype(np.int64) - 1]
        return codes


RANKED, UNRANKED, UNSCORED = 0, len(STATUSES), len(STATUSES) + 1

POLICIES = ("tied", "all_level", "alone", "absent_is_last", "absent_shields_lowest")


def _member(rows: Ints, size: int) -> Bools:
    mask = np.zeros(size, bool)
    mask[rows] = True
    return mask
