"""The marks of a competition by judge: how severe each is, how far apart its marks lie, how it goes with the others, whom it prefers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from scoring_engine.review.concordance import kendall_w, mean, same_order
from scoring_engine.review.exact import exact
from scoring_engine.review.reader import Reader
from scoring_engine.ruleset.plan import Aggregate, Expr
from scoring_engine.scoring.vectors import Text

Line = tuple[str, ...]
"""A line of a sheet of a contestant: contestant, keys, criterion."""


class Mark(NamedTuple):
    """A mark that counts, with the line that it is on and the event behind it."""

    line: Line
    judge: str
    value: Fraction
    seq: int | None


class Judged(NamedTuple):
    """A judge in one competition. Numbers are in points of a mark; None where there is nothing to compare with.

    severity   mean of its marks less the mean of the others' on the same lines: below 0 is severe
    spread     mean distance of its contestants' mean marks from their mean
    agreement  of the pairs of contestants that it and the rest put into an order: the same order, all
    dropped    how often its value was left out as high, as low, and how often it could have been
    own, others   the severity with contestants of its own unit, and with the others; own_lines: how many lines that is
    """

    judge: str
    name: str
    unit: str
    marks: int
    severity: Fraction | None
    spread: Fraction | None
    agreement: tuple[int, int]
    dropped: tuple[int, int, int]
    own: Fraction | None
    others: Fraction | None
    own_lines: int


class Panel:
    """The panel of one competition."""

    def __init__(self, reader: Reader, competition: int) -> None:
        self.reader = reader
        self.competition = competition
        self.marks = list(self._marks())
        self.by_line: dict[Line, dict[str, Fraction]] = {}
        for mark in self.marks:
            self.by_line.setdefault(mark.line, {})[mark.judge] = mark.value
        self.judges = list(dict.fromkeys(mark.judge for mark in self.marks))
        self._people = {str(self._cell("judges", "judge", row)): row for row in reader.rows_of("judges", competition)}
        self._dropped = self._count_dropped()

    def _cell(self, table: str, column: str, row: int) -> str:
        found = self.reader.table(table)
        return exact(self.reader.cell(table, column, row)) or "" if column in found.columns else ""

    def _marks(self) -> Iterator[Mark]:
        table = self.reader.table("marks")
        names = [name for name in table.keys if name != "judge"]
        for row in self.reader.rows_of("marks", self.competition):
            value = self.reader.cell("marks", "value", row)
            if isinstance(value, Fraction):
                line = tuple(self._cell("marks", name, row) for name in names)
                yield Mark(line, self._cell("marks", "judge", row), value, self.reader.seq("marks", row))

    # --- single judges ----------------------------------------------------------------------------------------------------

    def judged(self) -> list[Judged]:
        """Each judge who gave marks, in the order of the log."""
        return [self._judged(judge) for judge in self.judges]

    def _judged(self, judge: str) -> Judged:
        row = self._people.get(judge)
        unit = "" if row is None else self._cell("judges", "unit", row)
        apart = self._apart(judge)
        own = {line for line in apart if unit and unit in self._units(line[0])}
        means = self._contestants(judge)
        return Judged(
            judge=judge,
            name="" if row is None else self._cell("judges", "name", row),
            unit=unit,
            marks=sum(mark.judge == judge for mark in self.marks),
            severity=mean(list(apart.values())) if apart else None,
            spread=_spread(list(means.values())),
            agreement=self._agreement(judge),
            dropped=self._dropped.get(judge, (0, 0, 0)),
            own=mean([apart[line] for line in own]) if own else None,
            others=mean([value for line, value in apart.items() if line not in own]) if len(own) < len(apart) else None,
            own_lines=len(own),
        )

    def _apart(self, judge: str) -> dict[Line, Fraction]:
        """How far each mark of a judge is from the mean of the others' on the same line."""
        found = {}
        for line, marks in self.by_line.items():
            others = [value for other, value in marks.items() if other != judge]
            if judge in marks and others:
                found[line] = marks[judge] - mean(others)
        return found

    def _units(self, contestant: str) -> set[str]:
        """What may name a contestant's unit: itself, its name, its field unit."""
        rows = self.reader.rows("contestants", self.competition, contestant=contestant)
        return {contestant} | {self._cell("contestants", column, row) for row in rows for column in ("name", "unit")} - {""}

    def _contestants(self, judge: str) -> dict[str, Fraction]:
        """The mean mark that a judge gave to each contestant."""
        marks: dict[str, list[Fraction]] = {}
        for line, values in self.by_line.items():
            if judge in values:
                marks.setdefault(line[0], []).append(values[judge])
        return {contestant: mean(values) for contestant, values in marks.items()}

    def _agreement(self, judge: str) -> tuple[int, int]:
        """The judge's order of the contestants against the order by the mean of the rest, on the lines that both marked."""
        own: dict[str, list[Fraction]] = {}
        rest: dict[str, list[Fraction]] = {}
        for line, marks in self.by_line.items():
            others = [value for other, value in marks.items() if other != judge]
            if judge in marks and others:
                own.setdefault(line[0], []).append(marks[judge])
                rest.setdefault(line[0], []).append(mean(others))
        return same_order([mean(values) for values in own.values()], [mean(rest[name]) for name in own])

    # --- the panel ---------------------------------------------------------------------------------------------------------

    def concordance(self) -> tuple[Fraction | None, int, int]:
        """Kendall's W with the number of judges and of contestants that it is over: those whose every line all judges marked."""
        everybody = set(self.judges)
        lines: dict[str, list[Line]] = {}
        for line in self.by_line:
            lines.setdefault(line[0], []).append(line)
        sizes = {len(mine) for mine in lines.values()}
        whole = [c for c, mine in lines.items() if len(mine) == max(sizes) and all(set(self.by_line[one]) == everybody for one in mine)]
        rows = [[sum((self.by_line[one][judge] for one in lines[c]), Fraction()) for c in whole] for judge in self.judges]
        return kendall_w(rows), len(self.judges), len(whole)

    def _count_dropped(self) -> dict[str, tuple[int, int, int]]:
        """For each judge how often its value was left out as high and low, and how often the panel left any out."""
        agg = _trimming(self.reader)
        found: dict[str, tuple[int, int, int]] = {}
        if agg is None or "judge" not in self.reader.table(agg["table"]).columns:
            return found
        judges = self.reader.table(agg["table"]).columns["judge"]
        assert isinstance(judges, Text)
        for row in self.reader.rows_of("panel", self.competition):
            members = self.reader.members("panel", agg, row)
            if all(state == "in" for _, state in members):
                continue
            for at, state in members:
                judge = str(self.reader.read(judges, at))
                high, low, times = found.get(judge, (0, 0, 0))
                found[judge] = (high + (state == "high"), low + (state == "low"), times + 1)
        return found


def _trimming(reader: Reader) -> Aggregate | None:
    """The aggregate that leaves out values of the panel; None where nothing is left out."""
    step = reader.columns.get(("panel", "value"))
    return None if step is None else _find(step["expr"])


def _find(expr: Expr) -> Aggregate | None:
    if expr and expr[0] == "agg" and isinstance(expr[1], dict):
        agg: Any = expr[1]
        return agg if agg["trim"] else None
    return next((found for part in expr if isinstance(part, list) and (found := _find(part))), None)


def _spread(values: list[Fraction]) -> Fraction | None:
    """The mean distance from the mean; None for fewer than two values."""
    if len(values) < 2:
        return None
    middle = mean(values)
    return mean([abs(value - middle) for value in values])
