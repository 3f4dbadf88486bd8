"""Reading a settled batch cell by cell: values of expressions in single rows, and where columns and rows come from.

Everything is read with the very functions that computed the result, over the very tables, and nothing is written to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from scoring_engine.review.exact import Value
from scoring_engine.ruleset.plan import Aggregate, Expr, Step
from scoring_engine.scoring import segments
from scoring_engine.scoring.arithmetic import rounded
from scoring_engine.scoring.evaluate import Evaluator
from scoring_engine.scoring.segments import Segments
from scoring_engine.scoring.tables import Table, group_rows, match_rows
from scoring_engine.scoring.vectors import Bools, Ints, Number, Text, Truth, Vector, order_keys
from scoring_engine.season.settled import Settled

CARRIED = ("bonuses", "advanced", "barred")
"""Tables of what other competitions sent: their decimals are those of all senders together and say nothing of one value."""


class Member(NamedTuple):
    """A row that an aggregate looks at. `state`: in, high, low (trimmed), over (not among those that count)."""

    row: int
    state: str


class _Seen(NamedTuple):
    """What an aggregate looks at: the table, the group of each own row, and the rows of each group."""

    table: Table
    group: Ints
    rows: Segments


def _holds_time(value: Expr) -> bool:
    """Whether a parameter, or an entry of it, is a moment: all its entries are of one kind."""
    if value[0] == "list":
        return any(map(_holds_time, value[1:]))
    return any(map(_holds_time, value[1].values())) if value[0] == "map" else value[0] == "time"


class Reader:
    """One batch of a replay, read."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled
        self.scored = settled.scored
        self.batch = settled.scored.batch
        self.stage = self.batch.stage
        self.log = settled.scored.desk.log
        self.columns: dict[tuple[str, str], Step] = {}
        self.made: dict[str, Step] = {}
        for step in self.stage["steps"]:
            if step["do"] == "column":
                self.columns[step["table"], step["name"]] = step
            elif step["do"] != "rank":
                self.made[step["table"]] = step
        self._vectors: dict[tuple[str, int], tuple[Expr, Vector]] = {}
        self._seen: dict[tuple[str, int], tuple[Aggregate, _Seen]] = {}
        self._origins: dict[str, list[tuple[int, int]]] = {}

    def table(self, name: str) -> Table:
        """A table of the batch."""
        return self.batch.tables[name]

    def rows(self, name: str, competition: int, **key: str) -> list[int]:
        """The rows of a table in a competition whose text columns have the values `key`."""
        table = self.table(name)
        mask = table.competition == competition
        for column, text in key.items():
            vector = table.columns.get(column)
            if not isinstance(vector, Text):
                return []
            mask &= vector.codes == self.batch.lexicon.code(text)
        return np.flatnonzero(mask).tolist()

    def rows_of(self, name: str, competition: int) -> list[int]:
        """All rows of a table in a competition."""
        return np.flatnonzero(self.table(name).competition == competition).tolist()

    # --- values -------------------------------------------------------------------------------------------------------

    def vector(self, table: str, expr: Expr) -> Vector:
        """The column that an expression of the plan has in a table, computed once."""
        known = self._vectors.get((table, id(expr)))
        if known is None:
            known = self._vectors[table, id(expr)] = (expr, Evaluator(self.table(table), self.batch, quiet=True)(expr))
        return known[1]

    def value(self, table: str, expr: Expr, row: int) -> Value:
        """What an expression is in one row."""
        return self.read(self.vector(table, expr), row, self.kind(table, expr) == "time")

    def cell(self, table: str, column: str, row: int) -> Value:
        """A column in one row."""
        return self.read(self.table(table).columns[column], row, self.kind(table, ["col", column]) == "time")

    def read(self, vector: Vector, row: int, time: bool = False) -> Value:
        """One value of a column."""
        if isinstance(vector, Text):
            code = int(vector.codes[row])
            return None if code < 0 else self.batch.lexicon.texts[code]
        if vector.ok is not None and not vector.ok[row]:
            return None
        if isinstance(vector, Truth):
            return bool(vector.values[row])
        if time:
            return str(np.datetime64(int(vector.num[row]), "us")).removesuffix(".000000").removesuffix("T00:00:00")
        return Fraction(int(vector.num[row]), vector.den if isinstance(vector.den, int) else int(vector.den[row]))

    def kind(self, table: str, expr: Expr) -> str:
        """ "time" for expressions that are moments, which are stored as numbers; "" for all others."""
        node = expr[0]
        if node == "time":
            return "time"
        if node == "param":
            return "time" if _holds_time(self.batch.plan["params"][expr[1]]["values"][0][1]) else ""
        if node in ("col", "source"):
            return "time" if self._plan(table, expr[1]) == "time" else ""
        if node == "ref":
            return self.kind("contestants", ["col", expr[2]])
        if node == "far":
            return self.kind(expr[1], ["col", expr[2]])
        if node == "call" and expr[1] == "after":
            return "time"
        if node == "call" and expr[1] in ("if", "else", "least", "greatest"):
            return next((kind for arg in expr[2:] if (kind := self.kind(table, arg))), "")
        if node == "agg" and expr[1]["op"] in ("min", "max", "first", "last"):
            return self.kind(expr[1]["table"], expr[1]["expr"])
        return ""

    def _plan(self, table: str, column: str) -> str:
        plans = self.stage["tables"]
        if table in plans and column in plans[table]["columns"]:
            return plans[table]["columns"][column]["kind"]
        step = self.columns.get((table, column))
        if step is not None:
            return str(step.get("kind"))
        return self._plan(str(self.made[table].get("source", "")), column) if table in self.made else ""

    def places(self, table: str, column: str) -> int | None:
        """The decimals of a column that is rounded or recorded with so many; None where none are declared."""
        step = self.columns.get((table, column))
        if step is not None:
            return step.get("places") if step["expr"][0] == "round" else None
        if table in CARRIED:
            return None
        vector = self.table(table).columns.get(column)
        return vector.places if isinstance(vector, Number) else None

    # --- rows -----------------------------------------------------------------------------------------------------------

    def competition(self, table: str, row: int) -> int:
        """The index of the row's competition."""
        return int(self.table(table).competition[row])

    def owner(self, table: str, row: int) -> str | None:
        """The contestant that a row belongs to; None where its table has no contestants."""
        vector = self.table(table).columns.get("contestant")
        return str(self.read(vector, row) or "") if isinstance(vector, Text) else None

    def seq(self, table: str, row: int) -> int | None:
        """The sequence number of the event that a row was made from; None where it was made from several, or from none."""
        vector = self.table(table).columns.get("seq")
        value = None if vector is None else self.read(vector, row)
        return int(value) if isinstance(value, Fraction) else None

    def key(self, table: str, row: int) -> dict[str, str]:
        """What names a row within its competition: its key columns, or its texts where the table has no key."""
        found = self.table(table)
        names = found.keys or [name for name, vector in found.columns.items() if isinstance(vector, Text) and not name.startswith("@")]
        if table == "competition":
            names = []
        values = {name: self.cell(table, name, row) for name in names if name in found.columns}
        return {name: str(self.text(value)) for name, value in values.items() if value is not None}

    @staticmethod
    def text(value: Value) -> str:
        """A value within a key."""
        from scoring_engine.review.exact import exact

        return exact(value) or ""

    def joined(self, table: str, expr: Expr, row: int) -> tuple[str, str, int]:
        """Where a `ref`, `far` or `source` leads from a row: table, column and row there, -1 where there is none."""
        own = self.table(table)
        if expr[0] == "source":
            assert own.origin is not None
            return own.origin[0].name, expr[1], int(own.origin[1][row])
        if expr[0] == "ref":
            return "contestants", expr[2], int(own.row_in(self.table("contestants"), [expr[1]], ["contestant"])[row])
        other = self.table(expr[1])
        if other.keys:
            return other.name, expr[2], int(own.row_in(other, other.keys, other.keys)[row])
        rows = np.flatnonzero(other.competition == own.competition[row])
        return other.name, expr[2], int(rows[-1]) if rows.size else -1

    def part(self, table: str, row: int) -> tuple[dict[str, Any], int]:
        """The part of a `stack` step that a row was made by, and the row of its source."""
        step = self.made[table]
        if table not in self._origins:
            origins: list[tuple[int, int, int]] = []
            for number, part in enumerate(step["parts"]):
                source = self.table(part["of"])
                kept = np.flatnonzero(Evaluator(source, self.batch, quiet=True).conditions(part["where"]))
                origins += [(int(source.competition[at]), number, int(at)) for at in kept]
            self._origins[table] = [(number, at) for _, number, at in sorted(origins, key=lambda origin: origin[0])]
        number, at = self._origins[table][row]
        return step["parts"][number], at

    # --- aggregates -----------------------------------------------------------------------------------------------------

    def seen(self, table: str, agg: Aggregate) -> _Seen:
        """What an aggregate of an expression over `table` looks at, found once."""
        known = self._seen.get((table, id(agg)))
        if known is None:
            known = self._seen[table, id(agg)] = (agg, self._look(table, agg))
        return known[1]

    def _look(self, name: str, agg: Aggregate) -> _Seen:
        own = self.table(name)
        if agg["within"] is not None:
            other, groups = own, group_rows(own, agg["within"])
            theirs = groups.index
        else:
            other = self.table(agg["table"])
            groups, theirs = match_rows(own, [mine for mine, _ in agg["on"]], other, [their for _, their in agg["on"]])
        mask: Bools = Evaluator(other, self.batch, quiet=True).conditions(agg["where"])
        return _Seen(other, groups.index, Segments(np.where(mask, theirs, -1), groups.count))

    def members(self, table: str, agg: Aggregate, row: int) -> list[Member]:
        """The rows that an aggregate looks at for one row, in their order, with what became of each."""
        seen = self.seen(table, agg)
        group = int(seen.group[row])
        if group < 0:
            return []
        start, count = int(seen.rows.starts[group]), int(seen.rows.counts[group])
        rows = seen.rows.order[start : start + count]
        if agg["running"]:
            ordered = self._sorted(seen.table.name, agg, rows, None)
            return [Member(at, "in") for at in ordered[: ordered.index(row) + 1]]
        if agg["op"] in ("first", "last"):
            ordered = self._sorted(seen.table.name, agg, rows, None)
            chosen = ordered[:1] if agg["op"] == "first" else ordered[-1:]
            return [Member(at, "in" if at in chosen else "over") for at in rows.tolist()]
        states = self._states(table, agg, row, seen.table.name, rows)
        return [Member(at, state) for at, state in zip(rows.tolist(), states, strict=True)]

    def _sorted(self, table: str, agg: Aggregate, rows: Ints, default: Expr | None) -> list[int]:
        by = agg["by"] if agg["by"] is not None else default
        keys = [] if by is None else order_keys(self.vector(table, by).take(rows), descending=agg["order"] == "down")
        ordered = Segments(np.zeros(rows.size, np.int64), 1, keys)
        return [int(rows[at]) for at in ordered.order]

    def _states(self, table: str, agg: Aggregate, row: int, other: str, rows: Ints) -> Iterator[str]:
        """What best, drop, middle and trim leave in."""
        trim = agg["trim"]
        if trim is not None and not trim["high"] and not trim["low"]:
            trim = None
        least = {name: self._limit(table, agg.get(name), row) for name in ("best", "drop", "middle")}
        if trim is None and all(limit is None for limit in least.values()):
            return iter(["in"] * rows.size)
        by = agg["by"] if agg["by"] is not None else agg["expr"]
        keys = order_keys(self.vector(other, by).take(rows), descending=agg["order"] == "down")
        ordered = Segments(np.zeros(rows.size, np.int64), 1, keys)
        keep = segments.kept(ordered, best=least["best"], drop=least["drop"], middle=least["middle"], trim=trim)
        states = ["in"] * rows.size
        first, last = ("high", "low") if agg["order"] == "down" else ("low", "high")
        for position in np.flatnonzero(~keep).tolist():
            trimmed = trim is not None and rows.size >= trim["from"]
            front = trimmed and trim is not None and position < trim["high"]
            back = trimmed and trim is not None and position >= rows.size - trim["low"]
            states[int(ordered.order[position])] = first if front else last if back else "over"
        return iter(states)

    def _limit(self, table: str, expr: Any, row: int) -> Ints | None:
        if expr is None:
            return None
        vector = self.vector(table, expr)
        assert isinstance(vector, Number)
        whole = rounded(vector.take(np.array([row])), 0, "floor")
        return np.where(whole.present, whole.num, 0).astype(np.int64)
