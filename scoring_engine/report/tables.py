"""The tables of a result as people read them: the columns that hold something, under labels in the reader's language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.report.labels import Labels
from scoring_engine.report.words import label, say
from scoring_engine.season.result import Table
from scoring_engine.season.words import CONSEQUENCES, STATUSES

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay

Row = tuple[Any, ...]

LEADING = ("rank", "contestant", "name", "scope")
TRAILING = ("decided_by", "status")


_NUMBER = re.compile(r"[-−+]?[\d.]*")
"""A value that is a number, or none: those of decisions are; those of events that were not admitted are whatever was written."""


class Shown(NamedTuple):
    """A table to be shown.

    names      the columns' identifiers
    headings   what stands above them
    numeric    whether they hold numbers
    rows       texts, "" where there is nothing
    """

    names: list[str]
    headings: list[str]
    numeric: list[bool]
    rows: list[list[str]]


class Tables:
    """The tables of a replay in the language `lang`."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self.replay = replay
        self.lang = lang
        self.labels = Labels(replay, lang)
        self._standings = _by_competition(replay.standings)
        self._decisions = _by_competition(replay.decisions)
        contestant, name = (replay.standings.names.index(column) for column in ("contestant", "name"))
        self.people: dict[str, str] = {row[contestant]: row[name] for row in replay.standings.rows if row[name]}

    def standings(self, competitions: Sequence[str]) -> Shown:
        """The standings of some competitions that are held alike; the competition is a column where there are several."""
        table = self.replay.standings
        rows = [row for one in competitions for row in self.standings_of(one)]
        at = {name: table.names.index(name) for name in (*LEADING, *TRAILING, "competition", "stage", "total")}
        measures = [i for i, _ in enumerate(table.columns) if i not in at.values()]
        # The total repeats a measure of the ranking chain: it is shown once, under the measure's own name.
        total = [] if any(all(row[i] == row[at["total"]] for row in rows) for i in measures) else [at["total"]]
        single = {at["scope"]} if len({(row[at["competition"]], row[at["scope"]]) for row in rows}) <= len(competitions) else set()
        single |= {at["status"]} if all(row[at["status"]] == "ranked" for row in rows) else set()
        chosen = [at["competition"]] if len(competitions) > 1 else []
        chosen += [i for i in (*(at[name] for name in LEADING), *total, *measures, *(at[name] for name in TRAILING)) if i not in single]

        def link(row: Sequence[Any]) -> str:
            return self.labels.link(row[at["competition"]], row[at["decided_by"]]) if row[at["decided_by"]] else ""

        def status(row: Sequence[Any]) -> str:
            return "" if row[at["status"]] == "ranked" else say(STATUSES, row[at["status"]], self.lang)

        def scope(row: Sequence[Any]) -> str:
            return self.labels.scope(row[at["competition"]], row[at["scope"]])

        words = {at["decided_by"]: link, at["status"]: status, at["scope"]: scope}
        shown = self._shown(table, chosen, rows, words, {at["contestant"], at["rank"]})
        own = self.labels.measure(competitions[0], "total") if competitions else None
        if own and own != "total" and "total" in shown.names:  # what the rulebook calls it, as the column of the deciding link does
            shown.headings[shown.names.index("total")] = own
        return shown

    def groups(self, competition: str) -> list[int]:
        """How many rows of a competition's standings each ranking group has, in their order."""
        at = self.replay.standings.names.index("scope")
        return list(Counter(row[at] for row in self.standings_of(competition)).values())

    def decisions(self, competitions: Sequence[str], named: bool = True) -> Shown:
        """The decisions of some competitions; the competition is a column where there are several."""
        return self.decided([row for one in competitions for row in self.decisions_of(one)], named, len(competitions) > 1)

    def decided(self, rows: Sequence[Row], named: bool = True, several: bool = False) -> Shown:
        """Rows of the decisions, `named`: with the name of the contestant beside the id; `several`: with their competitions."""
        table = self.replay.decisions
        at = {name: i for i, name in enumerate(table.names)}
        words = {
            at["contestant"]: lambda row: self.person(row[at["contestant"]]) if named else row[at["contestant"]],
            at["rule"]: lambda row: self.labels.rule(row[at["competition"]], row[at["rule"]]),
            at["name"]: lambda row: self.labels.outcome(row[at["competition"]], row[at["name"]] or ""),
            at["consequence"]: lambda row: say(CONSEQUENCES, row[at["consequence"]], self.lang),
            at["status"]: lambda row: say(STATUSES, row[at["status"]], self.lang),
        }
        chosen = [i for i, name in enumerate(table.names) if several or name != "competition"]
        return self._shown(table, chosen, rows, words)

    def standings_of(self, competition: str) -> list[Row]:
        """The rows of a competition's standings as the result has them."""
        return self._standings.get(competition, [])

    def decisions_of(self, competition: str) -> list[Row]:
        """The rows of a competition's decisions as the result has them."""
        return self._decisions.get(competition, [])

    def person(self, id: str | None) -> str:
        """An id with the name beside it."""
        return " ".join(dict.fromkeys(filter(None, (id, self.people.get(id or "", "")))))

    def rejected(self) -> Shown:
        """The events that were not admitted."""
        return self._whole(self.replay.rejected)

    def notices(self, competition: str | None = None) -> Shown:
        """What is to be known about the result, or about one competition of it."""
        table = self.replay.notices
        return self._whole(table if competition is None else Table(table.columns, _by_competition(table).get(competition, [])))

    def _whole(self, table: Table) -> Shown:
        return self._shown(table, list(range(len(table.names))), table.rows, {})

    def _shown(self, table: Table, chosen: Sequence[int], rows: Sequence[Any], words: Any, kept: Iterable[int] = ()) -> Shown:
        """The columns `chosen` that hold something, or are `kept` in any case; `words` says some of them in the reader's words."""
        filled = [i for i in chosen if i in kept or any(row[i] not in (None, "") for row in rows)]
        columns = [table.columns[i] for i in filled]
        texts = [[words[i](row) if i in words else "" if row[i] is None else str(row[i]) for i in filled] for row in rows]
        return Shown(
            [column.name for column in columns],
            [label(column, self.lang) for column in columns],
            [
                column.kind in ("integer", "number") or (column.name == "value" and all(_NUMBER.fullmatch(row[i]) for row in texts))
                for i, column in enumerate(columns)
            ],
            texts,
        )


def _by_competition(table: Table) -> dict[str, list[Row]]:
    at = table.names.index("competition")
    found: dict[str, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row[at], []).append(row)
    return found
