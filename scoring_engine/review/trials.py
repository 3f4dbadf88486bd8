"""What the ranking of a competition would be if one mark were another: the plan done again, by the kernel itself, over copies.

Each copy of the competition has one mark changed; all copies are one batch, as the competitions of a stage are. So whatever a rulebook
says – places within a judge, look-up tables, the best of several, countback – is taken into account, and nothing is assumed of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scoring_engine.review.reader import Reader
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.control import status_of
from scoring_engine.scoring.stage import run
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Ints, Number

AT_ONCE = 200_000
"""Rows of marks that are computed together."""


class Trial(NamedTuple):
    """A mark, by its row in the table of marks, and what it would be."""

    row: int
    value: Fraction


class Trials:
    """The trials of one competition."""

    def __init__(self, reader: Reader, competition: int) -> None:
        self.reader = reader
        self.competition = competition
        self.batch = reader.batch
        self.rows = {name: np.flatnonzero(reader.table(name).competition == competition) for name in self._given()}
        self.marks = self.rows["marks"]

    def _given(self) -> list[str]:
        """The tables that no step of the plan makes."""
        return [name for name, plan in self.reader.stage["tables"].items() if plan["made"] != "step" and name in self.batch.tables]

    def orders(self, trials: Sequence[Trial], first: int, second: int) -> list[int]:
        """For each trial how two contestants' rows would stand: below 0 where `first` is above, 0 level, above 0 below."""
        many = max(1, AT_ONCE // max(1, self.marks.size))
        return [order for start in range(0, len(trials), many) for order in self._together(trials[start : start + many], first, second)]

    def _together(self, trials: Sequence[Trial], first: int, second: int) -> list[int]:
        count = len(trials)
        seeds = [self.reader.scored.seeds[self.competition]] * count
        days = np.repeat(self.batch.days[self.competition : self.competition + 1], count)
        copies = Batch(self.batch.plan, self.reader.stage, [self.batch.competitions[self.competition]] * count, days, self.batch.lexicon)
        copies.tables = {name: self._copied(name, rows, count) for name, rows in self.rows.items()}
        self._change(copies.tables["marks"], trials)
        decided = [one for one in self.reader.scored.desk.decided if one.competition == self.competition]
        everywhere = [one._replace(competition=copy) for copy in range(count) for one in decided]
        status = status_of(self.reader.scored.desk, self.reader.table("contestants"))[self.rows["contestants"]]
        ranked = run(copies, np.tile(status, count), everywhere, seeds)
        size = self.rows["contestants"].size
        places = [int(np.flatnonzero(self.rows["contestants"] == row)[0]) for row in (first, second)]
        order = np.full(size * count, np.iinfo(np.int64).max)  # who is not ranked is below all others
        position = np.empty(ranked.rows.size, np.int64)
        position[ranked.standing.order] = np.arange(ranked.rows.size)
        _, best = np.unique(ranked.classes, return_inverse=True)
        first_of_class = np.full(int(best.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first_of_class, best, position)
        order[ranked.rows] = first_of_class[best]
        stand = order.reshape(count, size)
        return [int(np.sign(a - b)) for a, b in zip(stand[:, places[0]], stand[:, places[1]], strict=True)]

    def _copied(self, name: str, rows: Ints, count: int) -> Table:
        """The rows of a base table once for each trial, each as a competition of its own."""
        columns = self.reader.stage["tables"][name]["columns"]
        made = {column for column, plan in columns.items() if plan["computed"]}
        copy = self.reader.table(name).take(name, np.tile(rows, count))
        copy.columns = {column: vector for column, vector in copy.columns.items() if column not in made}
        copy.competition = np.repeat(np.arange(count), rows.size)
        return copy

    def _change(self, marks: Table, trials: Sequence[Trial]) -> None:
        """Put the changed marks in."""
        value = marks.columns["value"]
        assert isinstance(value, Number)
        assert isinstance(value.den, int)
        place = {int(row): at for at, row in enumerate(self.marks.tolist())}
        num = value.num.copy()
        for number, trial in enumerate(trials):
            scaled = trial.value * value.den
            assert scaled.denominator == 1
            num[number * self.marks.size + place[trial.row]] = scaled.numerator
        marks.columns["value"] = Number(num, value.den, value.ok)
