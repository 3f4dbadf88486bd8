"""Tables of one contest as rows, and the contest that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from scoring_engine.messages import Message
    from scoring_engine.ruleset.plan import Plan, StagePlan

Value: TypeAlias = "tuple[int, int] | str | bool | None"
"""A number (see `numbers`), a text, a truth value, or None where it is missing."""

Row: TypeAlias = "dict[str, Any]"

SOURCE = "\0source"
"""In a row that was made by filtering: the row that it was made from."""


class Table:
    """Rows with the same columns.

    columns   the names of those that rows have
    keys      the columns that identify a row
    """

    __slots__ = ("_groups", "columns", "keys", "name", "rows")

    def __init__(self, name: str, rows: list[Row], columns: Iterable[str], keys: Sequence[str] = ()) -> None:
        self.name = name
        self.rows = rows
        self.columns = set(columns)
        self.keys = list(keys)
        self._groups: dict[tuple[str, ...], dict[tuple[Value, ...], list[Row]]] = {}

    def groups(self, names: Sequence[str]) -> dict[tuple[Value, ...], list[Row]]:
        """The rows by their values of the columns `names`, which do not change; rows that lack one are in no group."""
        found = self._groups.get(tuple(names))
        if found is None:
            found = self._groups[tuple(names)] = {}
            for row in self.rows:
                key = tuple([row[name] for name in names])
                if None not in key:
                    found.setdefault(key, []).append(row)
        return found


class Contest:
    """One competition under its stage.

    opening  the fields of the event that opened it
    day      its day as in 2024-10-11, "" where it is not known
    tables   by name
    status   what the status events say of each contestant at the end, by id
    decided  the order number that people recorded for a contestant who is level with others, by id
    notices  what a person should know: (code, contestant or "", message), some more than once
    """

    __slots__ = ("day", "decided", "id", "notices", "opening", "plan", "stage", "status", "tables")

    def __init__(self, id: str, opening: dict[str, str], day: str, plan: Plan, stage: StagePlan) -> None:
        self.id = id
        self.opening = opening
        self.day = day
        self.plan = plan
        self.stage = stage
        self.tables: dict[str, Table] = {}
        self.status: dict[str, str] = {}
        self.decided: dict[str, int] = {}
        self.notices: list[tuple[str, str, Message]] = []
