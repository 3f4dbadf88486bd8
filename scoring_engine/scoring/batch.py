"""A batch: all competitions of one stage of one rulebook, whose tables are computed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Bools, Ints, Lexicon, Text

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Plan, StagePlan


class Notice(NamedTuple):
    """Something that a person should know of: rows of one kind, as arrays of competition index and contestant code (-1: none)."""

    code: str
    competition: Ints
    contestant: Ints
    message: Message


class Batch:
    """The tables of a batch and what formulas may refer to beside them.

    competitions   ids, by index
    days           for each competition its day as days since 1970-01-01 (-1: unknown), which picks dated parameters
    """

    __slots__ = ("competitions", "days", "lexicon", "notices", "plan", "stage", "tables")

    def __init__(self, plan: Plan, stage: StagePlan, competitions: Sequence[str], days: Ints, lexicon: Lexicon) -> None:
        self.plan = plan
        self.stage = stage
        self.competitions = list(competitions)
        self.days = days
        self.lexicon = lexicon
        self.tables: dict[str, Table] = {}
        self.notices: list[Notice] = []

    def notice(self, code: str, table: Table, rows: Bools, message: Message) -> None:
        """Note `code` for the rows of `table` where `rows` is true."""
        if not rows.any():
            return
        contestant = table.columns.get("contestant")
        codes = contestant.codes[rows] if isinstance(contestant, Text) else np.full(int(rows.sum()), -1, np.int64)
        self.notices.append(Notice(code, table.competition[rows], codes, message))

    def notice_of(self, code: str, competition: int, contestant: str, message: Message) -> None:
        """Note `code` for one contestant ("": none) of one competition."""
        who = self.lexicon.code(contestant) if contestant else -1
        self.notices.append(Notice(code, np.array([competition]), np.array([who]), message))

    def dated(self, values: list[list[Any]]) -> list[tuple[Any, Bools | None]]:
        """The values of a parameter in force and for which competitions each is (None: for all).

        A competition whose day is not known takes the last value; before the first day of a dated parameter none is in force.
        """
        starts = np.array([day_number(start) if start else -(10**9) for start, _ in values], np.int64)
        days = np.where(self.days < 0, starts[-1], self.days)
        which = np.searchsorted(starts, days, side="right") - 1
        if (which == which[0]).all() and which[0] >= 0:
            return [(values[which[0]][1], None)]
        return [(values[i][1], which == i) for i in np.unique(which[which >= 0]).tolist()]


def day_number(day: str) -> int:
    """Days since 1970-01-01 of an ISO day."""
    return int(np.datetime64(day[:10], "D").astype(np.int64))
