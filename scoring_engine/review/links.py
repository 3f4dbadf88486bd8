"""The links of a ranking chain between two contestants: what each link compares, and which one parts them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from scoring_engine.review.exact import Value, exact, shown
from scoring_engine.review.reader import Reader
from scoring_engine.ruleset.plan import LinkPlan
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.evaluate import Evaluator
from scoring_engine.scoring.vectors import Ints, Number, Text

Compared = dict[str, Any]


class Order:
    """The ranking of one batch, read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.ranked = reader.scored.ranked
        self.links = reader.stage["ranking"]["by"]
        standing = self.ranked.standing
        self._position = {int(self.ranked.rows[at]): place for place, at in enumerate(standing.order.tolist())}
        self._rows: list[int] = self.ranked.rows[standing.order].tolist()
        self._classes: list[int] = self.ranked.classes[standing.order].tolist()
        self._below: list[int] = standing.decided_below[standing.order].tolist()
        self._scopes = self._groups()

    def _groups(self) -> list[int]:
        """A number for the ranking group of each row, in ranking order: a new one wherever the rank starts again."""
        first = self.ranked.standing.rank[self.ranked.standing.order] == 1
        classes = np.array(self._classes)
        fresh = first & np.append(True, classes[1:] != classes[:-1]) if classes.size else first
        scopes: list[int] = np.cumsum(fresh).tolist()
        return scopes

    def place(self, row: int) -> int | None:
        """The position of a contestant's row in the order of the ranking; None where it is not ranked."""
        return self._position.get(row)

    def group(self, row: int) -> list[int]:
        """The rows of the ranking group, best first."""
        place = self._position[row]
        return [other for other, scope in zip(self._rows, self._scopes, strict=True) if scope == self._scopes[place]]

    def neighbours(self, row: int) -> tuple[list[int], list[int], list[int]]:
        """The rows directly above, level with, and directly below a ranked row, each class whole."""
        place = self._position[row]
        members = [at for at, scope in enumerate(self._scopes) if scope == self._scopes[place]]
        own = self._classes[place]
        classes = list(dict.fromkeys(self._classes[at] for at in members))
        index = classes.index(own)

        def of(wanted: int) -> list[int]:
            return [self._rows[at] for at in members if self._classes[at] == classes[wanted]] if 0 <= wanted < len(classes) else []

        return of(index - 1), [at for at in of(index) if at != row], of(index + 1)

    def deciding(self, above: int, below: int) -> int | None:
        """The index in `Ranked.names` of the link that parted two rows of a group, `above` the better; None where they are level."""
        start, end = self._position[above], self._position[below]
        if self._classes[start] == self._classes[end]:
            return None
        parted = [self._below[at] for at in range(start, end) if self._classes[at] != self._classes[at + 1]]
        return min(parted)

    def compare(self, above: int, below: int) -> list[Compared]:
        """The links up to the one that parts two rows: what each compares, the values of both, and its outcome."""
        decides = self.deciding(above, below)
        found: list[Compared] = []
        if decides == 0:
            status = [exact(self.reader.cell("contestants", "status", row)) for row in (above, below)]
            return [{"link": "status", "index": None, "kind": "status", "values": status, "outcome": "decides", "line": 0}]
        for index, link in enumerate(self.links):
            outcome, values = "not-asked", list[str | None]((None, None))
            if self.applies(link, above):
                outcome = "decides" if index + 1 == decides else "level"
                values = self.values(link, above, below)
            found.append(
                {
                    "link": link["name"],
                    "index": index,
                    "kind": link["kind"],
                    "values": values,
                    "outcome": outcome,
                    "order": link["order"],
                    "label": dict(link["label"]),
                    "line": link["line"],
                }
            )
            if outcome == "decides":
                break
        return found

    def applies(self, link: LinkPlan, row: int) -> bool:
        """Whether a link counts in the competition of a contestant."""
        if link["when"] is None:
            return True
        competition = self.reader.competition("contestants", row)
        return self.reader.value("competition", link["when"], self.reader.rows("competition", competition)[-1]) is True

    # --- what a link compares ------------------------------------------------------------------------------------------

    def values(self, link: LinkPlan, above: int, below: int) -> list[str | None]:
        """The values of a link for two rows, as texts."""
        kind = link["kind"]
        if kind == "measure":
            assert link["measure"] is not None
            places = self.reader.places("contestants", link["measure"])
            return [shown(self.reader.cell("contestants", link["measure"], row), places) for row in (above, below)]
        if kind in ("countback", "sorted", "majority"):
            return [", ".join(self._finer(link, row)) or None for row in (above, below)]
        if kind == "among":
            return self._among(link, above, below)
        if kind == "lot" and link["mode"] == "seeded":
            level = self._before(link, above)  # the order in which the lot has put them
            return [f"#{level.index(row) + 1}" for row in (above, below)]
        return [self._recorded(link, row) for row in (above, below)]

    def _finer(self, link: LinkPlan, row: int) -> list[str]:
        """The values of a link's table that belong to a contestant, in the order in which they are compared."""
        assert link["table"] is not None
        assert link["expr"] is not None
        table = link["table"]
        mine = self._of(table, row)
        mask = Evaluator(self.reader.table(table), self.reader.batch, quiet=True).conditions(link["where"])
        values = [self.reader.value(table, link["expr"], at) for at in mine if mask[at]]
        if link["first"] in ("earliest", "latest"):
            by = link["by"] if link["by"] is not None else ["col", "seq"]
            order = [self.reader.value(table, by, at) for at in mine if mask[at]]
            pairs = sorted(zip(order, values, strict=True), key=lambda pair: _sortable(pair[0]), reverse=link["first"] == "latest")
            return [exact(value) or "–" for _, value in pairs]
        backwards = (link["order"] == "down") != (link["first"] == "worst")
        return [exact(value) or "–" for value in sorted((v for v in values if v is not None), key=_sortable, reverse=backwards)]

    def _of(self, table: str, row: int) -> list[int]:
        contestant = str(self.reader.cell("contestants", "contestant", row))
        return self.reader.rows(table, self.reader.competition("contestants", row), contestant=contestant)

    def _among(self, link: LinkPlan, above: int, below: int) -> list[str | None]:
        """The table among those who were level before the link: computed again over a copy of the tables."""
        assert link["table"] is not None
        assert link["among"] is not None
        level = self._before(link, above)
        codes = self._codes(level)
        table = self.reader.table(link["table"])
        mask = np.ones(table.size, bool)
        for name in ("contestant", link["among"]["opponent"]):
            column = table.columns[name]
            assert isinstance(column, Text)
            mask &= np.isin(column.codes, codes) & (table.competition == self.reader.competition("contestants", above))
        own = self.reader.batch
        copy = Batch(own.plan, own.stage, own.competitions, own.days, own.lexicon)
        copy.tables = dict(own.tables) | {table.name: table.take(table.name, mask)}
        evaluator = Evaluator(copy.tables["contestants"], copy, quiet=True)
        columns = [evaluator(criterion["expr"]) for criterion in link["among"]["by"]]
        return [", ".join(exact(self.reader.read(column, row)) or "–" for column in columns) for row in (above, below)]

    def _before(self, link: LinkPlan, row: int) -> list[int]:
        """The rows of the group that were level with `row` when the link was asked."""
        index = self.links.index(link) + 1
        result = []
        for other in self.group(row):
            first, last = sorted((row, other), key=self._position.__getitem__)
            decides = self.deciding(first, last)
            if decides is None or decides >= index:
                result.append(other)
        return result

    def _codes(self, rows: list[int]) -> Ints:
        column = self.reader.table("contestants").columns["contestant"]
        assert isinstance(column, Text)
        return column.codes[rows]

    def _recorded(self, link: LinkPlan, row: int) -> str | None:
        """A recorded lot, or the order number that people gave, with who gave it."""
        if link["kind"] == "lot":
            column = self.reader.table("contestants").columns["lot"]
            assert isinstance(column, Number)
            return exact(self.reader.read(column, row))
        contestant = self.reader.cell("contestants", "contestant", row)
        competition = self.reader.competition("contestants", row)
        said = [
            one
            for one in self.reader.scored.desk.decided
            if one.about == "tie" and one.competition == competition and one.contestant == contestant and one.value is not None
        ]
        if not said or said[-1].value is None:
            return None
        number, places = said[-1].value
        return f"{exact(Fraction(number, 10**places))} ({said[-1].approver}: {said[-1].reason})"


def _sortable(value: Value) -> tuple[int, Fraction, str]:
    if isinstance(value, Fraction):
        return 1, value, ""
    return (0, Fraction(0), "") if value is None else (2, Fraction(0), str(value))
