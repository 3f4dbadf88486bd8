"""How near a place is to being another: the gap at each place where a prize or the last place changes hands, and the single marks that
would close it, with by how much they would have to differ.

Where every formula between a mark and the ranking is of sums, means and the like, more is never less and the nearest such mark is found
by halving; any other ranking is computed again with the mark one step away, two, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from scoring_engine.review.derivation import Cell, Derivation
from scoring_engine.review.exact import Value, exact
from scoring_engine.review.links import Order
from scoring_engine.review.reader import Reader
from scoring_engine.review.recalculation import Recalculation, Unknown
from scoring_engine.review.rules import Rulebook
from scoring_engine.review.trials import Trial, Trials
from scoring_engine.ruleset.plan import SheetPlan

Json = dict[str, Any]

STAKES = ("award", "cash", "certificate", "title", "grade", "bonus", "bar")
"""Consequences that make it matter on which side of a gap somebody is."""

BUDGET = 3_000_000
"""Rows of marks that are computed at most for one gap, where formulas have to be tried."""

FEW = 3
"""Marks that are named at a gap, those that would have to differ least."""


class Change(NamedTuple):
    """One mark that would close a gap. `level`: the two would be level on every measure, and not change places."""

    contestant: str
    cell: Cell
    to: Fraction
    level: bool

    @property
    def by(self) -> Fraction:
        """How much higher the mark would have to be, below 0 lower."""
        assert isinstance(self.cell.value, Fraction)
        return self.to - self.cell.value


class Movable(NamedTuple):
    """A mark that is moved by steps, at most so many."""

    contestant: str
    cell: Cell
    value: Fraction
    step: Fraction
    most: int


class Margins:
    """The gaps of one competition."""

    def __init__(self, reader: Reader, competition: int, order: Order, rulebook: Rulebook) -> None:
        self.reader = reader
        self.competition = competition
        self.order = order
        self.rulebook = rulebook
        self._derivations: dict[int, Derivation] = {}
        self._copies: Trials | None = None

    def gaps(self) -> list[Json]:
        """Every gap between two places where something is at stake, best first within each ranking group."""
        rows = [row for row in self.reader.rows_of("contestants", self.competition) if self.order.place(row) is not None]
        seen: set[int] = set()
        found = []
        for row in rows:
            group = self.order.group(row)
            if group[0] in seen:
                continue
            seen.add(group[0])
            for upper in group:
                _, _, below = self.order.neighbours(upper)
                if below and upper == self._last_of_class(upper):
                    lower = below[0]
                    last = not self.order.neighbours(lower)[2]
                    stakes = self._stakes(upper, lower)
                    if stakes or last:
                        found.append(self._gap(upper, lower, stakes, last))
        return found

    def _last_of_class(self, row: int) -> int:
        """One row of those that share a place stands for all of them."""
        _, level, _ = self.order.neighbours(row)
        return max([row, *level])

    def _name(self, row: int) -> str:
        return exact(self.reader.cell("contestants", "contestant", row)) or ""

    def _stakes(self, upper: int, lower: int) -> list[str]:
        """The rules that give to one of the two only, or not the same."""
        sides = []
        for row in (upper, lower):
            name = self._name(row)
            outcomes = [one for _, one in self.rulebook.outcomes(self.competition, name) if one.contestant == name]
            kept = [one for one in outcomes if one.plan["kind"] in STAKES and one.status != "refused"]
            sides.append({(one.rule, one.position, one.value, one.status) for one in kept})
        return list(dict.fromkeys(rule for rule, *_ in sorted(sides[0] ^ sides[1], key=str)))

    def _gap(self, upper: int, lower: int, stakes: list[str], last: bool) -> Json:
        deciding = self.order.compare(upper, lower)[-1]
        first, second = deciding["values"]
        result: Json = {
            "above": self._name(upper),
            "below": self._name(lower),
            "rank": exact(self.reader.cell("contestants", "rank", upper)),
            "stakes": stakes,
            "last": last,
            "link": {name: deciding.get(name) for name in ("link", "index", "kind", "label", "line")},
            "values": [first, second],
        }
        if deciding["kind"] == "measure" and first is not None and second is not None:
            result["gap"] = _gap_of(first, second)
        changes, within = self._closing(upper, lower)
        changes.sort(key=lambda one: (abs(one.by), one.cell.id))
        result["marks"] = [self._mark(one) for one in changes[:FEW]]
        result["possible"] = len(changes) if within is None else None
        if within is not None:
            result["tried"] = exact(within)
        return result

    def _closing(self, upper: int, lower: int) -> tuple[list[Change], Fraction | None]:
        """The marks that would close a gap, and by how much marks were tried where not all of their range was."""
        found: list[Change] = []
        try:
            for row, other, direction in ((upper, lower, -1), (lower, upper, 1)):
                found += self._changes(row, other, direction)
        except Unknown:
            return self._tried(upper, lower)
        return found, None

    def _tried(self, upper: int, lower: int) -> tuple[list[Change], Fraction | None]:
        """The nearest marks that would close a gap, by trying them all one step away, then two, and so on."""
        sheet = self.reader.stage["sheet"]
        if sheet is None:
            return [], None
        trials = self._trials()
        marks = [mark for row in (upper, lower) for direction in (-1, 1) for mark in self._steps(row, sheet, direction)]
        found: list[Change] = []
        closed: set[str] = set()
        most = max((mark.most for mark in marks), default=0)
        for away in range(1, most + 1):
            round_ = [mark for mark in marks if away <= mark.most and mark.cell.id not in closed]
            if len(found) >= FEW or away * len(round_) * trials.marks.size > BUDGET:
                return found, (away - 1) * max((abs(mark.step) for mark in round_), default=Fraction())
            moved = [Trial(mark.cell.row, mark.value + away * mark.step) for mark in round_]
            for mark, trial, order in zip(round_, moved, trials.orders(moved, upper, lower), strict=True):
                if order >= 0 and mark.cell.id not in closed:
                    closed.add(mark.cell.id)
                    found.append(Change(mark.contestant, mark.cell, trial.value, order == 0))
        return found, None

    def _trials(self) -> Trials:
        if self._copies is None:
            self._copies = Trials(self.reader, self.competition)
        return self._copies

    def _steps(self, row: int, sheet: SheetPlan, direction: int) -> Iterator[Movable]:
        """The marks of a contestant and how far each can be moved in a direction."""
        scale = 10 ** sheet["places"]
        for at in self.reader.rows("marks", self.competition, contestant=self._name(row)):
            value, key = self.reader.cell("marks", "value", at), self.reader.key("marks", at)
            plan = sheet["criteria"].get(key.get("criterion", ""))
            if plan is None or not isinstance(value, Fraction):
                continue
            step = Fraction(plan["step"] or 1, scale)
            end = Fraction(plan["high"] if direction > 0 else plan["low"], scale)
            cell = Cell(f"marks[{', '.join(key.values())}]", "marks", "value", at, key, value, None)
            cell.seq = self.reader.seq("marks", at)
            yield Movable(self._name(row), cell, value, direction * step, int(abs(end - value) // step))

    def _mark(self, one: Change) -> Json:
        return {
            "contestant": one.contestant,
            "line": {name: value for name, value in one.cell.key.items() if name not in ("contestant", "judge")},
            "judge": one.cell.key.get("judge", ""),
            "value": exact(one.cell.value),
            "to": exact(one.to),
            "by": exact(one.by),
            "level": one.level,
            "seq": one.cell.seq,
        }

    # --- single marks -----------------------------------------------------------------------------------------------------

    def _derivation(self, row: int) -> Derivation:
        """The derivation of the measures that rank a contestant."""
        if row not in self._derivations:
            self._derivations[row] = Derivation(self.reader, self.competition, self._name(row))
            for measure, _ in self._measures(row):
                self._derivations[row].cell("contestants", measure, row)
        return self._derivations[row]

    def _measures(self, row: int) -> list[tuple[str, int]]:
        """The measures at the head of the chain, each with 1 where more is better and -1 where less is."""
        found: list[tuple[str, int]] = []
        for link in self.order.links:
            if not self.order.applies(link, row):
                continue
            if link["kind"] != "measure" or link["measure"] is None:
                break
            found.append((link["measure"], 1 if link["order"] == "down" else -1))
        return found

    def _changes(self, row: int, other: int, direction: int) -> Iterator[Change]:
        """The marks of `row` that, moved in one direction, would close the gap to `other` on their own.

        Raises:
            Unknown: the ranking does not begin with measures, or their formulas have to be tried.
        """
        sheet = self.reader.stage["sheet"]
        measures = self._measures(row)
        target = _key([self.reader.cell("contestants", name, other) for name, _ in measures], [sign for _, sign in measures])
        if sheet is None:
            return
        if target is None:
            raise Unknown
        derivation = self._derivation(row)
        names = [derivation.cell("contestants", name, row).id for name, _ in measures]
        cells = {cell.row: cell for cell in derivation.cells.values() if (cell.table, cell.column) == ("marks", "value")}
        for mark in self._steps(row, sheet, direction):
            if mark.cell.row not in cells:  # it goes into nothing that ranks the contestant by itself
                raise Unknown
            again = Recalculation(derivation, cells[mark.cell.row].id)
            values = _Values(again, names, [sign for _, sign in measures], mark.value, mark.step)
            at = values.first(mark.most, target, direction)
            if at is not None:
                yield Change(mark.contestant, cells[mark.cell.row], mark.value + at * mark.step, values.key(at) == target)


class _Values:
    """What the ranking measures of a contestant are when a mark is so many steps away."""

    def __init__(self, again: Recalculation, names: list[str], signs: list[int], mark: Fraction, step: Fraction) -> None:
        self.again, self.names, self.signs, self.mark, self.step = again, names, signs, mark, step

    def key(self, steps: int) -> tuple[Fraction, ...]:
        """The measures, more being better.

        Raises:
            Unknown: a formula has no answer, or a measure is missing then.
        """
        key = _key([self.again.value(name, self.mark + steps * self.step) for name in self.names], self.signs)
        if key is None:
            raise Unknown
        return key

    def reached(self, steps: int, target: tuple[Fraction, ...], direction: int) -> bool:
        """Whether the gap is closed."""
        key = self.key(steps)
        return key >= target if direction > 0 else key <= target

    def first(self, most: int, target: tuple[Fraction, ...], direction: int) -> int | None:
        """The fewest steps that close the gap; None where no step does. The more steps, the nearer: a mark never counts against itself."""
        if most < 1 or not self.reached(most, target, direction):
            return None
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.reached(middle, target, direction) else (middle, high)
        return high


def _key(values: list[Value], signs: list[int]) -> tuple[Fraction, ...] | None:
    """Values that compare as the chain does; None where one is missing."""
    numbers = [value * sign for value, sign in zip(values, signs, strict=True) if isinstance(value, Fraction)]
    return tuple(numbers) if numbers and len(numbers) == len(values) else None


def _gap_of(first: str, second: str) -> str | None:
    """The distance of two values."""
    try:
        return exact(abs(Fraction(first) - Fraction(second)))
    except ValueError:
        return None
