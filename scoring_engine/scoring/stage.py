"""One batch from its events to its standings: intake, base tables, the plan's steps in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.calendar import parse_time
from scoring_engine.scoring.chain import Chain, Ranked
from scoring_engine.scoring.evaluate import Evaluator
from scoring_engine.scoring.intake.admit import admit
from scoring_engine.scoring.intake.control import panel_sizes, status_of
from scoring_engine.scoring.intake.desk import Decided, Desk
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.tables import Grid, Table, joined, key_ints, pack, pack_together, row_of, stacked
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector, of_kind
from scoring_engine.scoring.words import NO_COMMENT

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.plan import Expr, Step


class Scored:
    """A batch after its last step: the tables with all columns, the ranking, what intake said, and the seeds of lots."""

    __slots__ = ("batch", "desk", "ranked", "seeds")

    def __init__(self, batch: Batch, desk: Desk, ranked: Ranked, seeds: Sequence[str | None]) -> None:
        self.seeds = seeds
        self.batch = batch
        self.desk = desk
        self.ranked = ranked


def score(log: Log, facts: dict[str, Facts], batch: Batch, local: Ints, incoming: dict[str, Table], seeds: Sequence[str | None]) -> Scored:
    """Admit the events of a batch and run its plan.

    `incoming` are the rows of bonuses, advanced, barred and contestants that other competitions of the same replay sent
    here. What the log itself holds from one of these competitions is an earlier copy of them and does not count.
    """
    desk = Desk(log, facts, batch, local, incoming.get("contestants"))
    batch.tables = admit(desk)
    for name in ("bonuses", "advanced", "barred"):
        if name in incoming:
            batch.tables[name] = _with_sent(batch.tables[name], incoming[name], batch)
    _plan_tables(batch)
    contestants = batch.tables["contestants"]
    contestants.columns["@judges"] = Number.late(contestants.size, 1, lambda: Number(panel_sizes(desk, contestants)))
    ranked = run(batch, status_of(desk, contestants), desk.decided, seeds)
    _comments_missing(batch, desk)
    return Scored(batch, desk, ranked, seeds)


def run(batch: Batch, status: Ints, decided: Sequence[Decided], seeds: Sequence[str | None]) -> Ranked:
    """Do the steps of the plan over the base tables that a batch has.

    `status` is the code of what the status events say of each contestant, `decided` what people decided of ties, `seeds` are those
    of the competitions' lots.
    """
    steps = _Run(batch, status, decided, seeds)
    for step in batch.stage["steps"]:
        steps.step(step)
    assert steps.ranked is not None, "every plan has a rank step"
    return steps.ranked


def _with_sent(own: Table, sent: Table, batch: Batch) -> Table:
    """Rows recorded in the log and rows sent by other competitions of the replay."""
    source, sources = own.columns["source"], sent.columns["source"]
    assert isinstance(source, Text)
    assert isinstance(sources, Text)
    whole = joined(own.take(own.name, ~np.isin(source.codes, sources.codes)), sent)
    listed, named = batch.tables["contestants"], whole.columns["contestant"]
    unknown = row_of(whole, ["contestant"], listed, ["contestant"]) < 0
    assert isinstance(named, Text)
    batch.notice("unknown-recipient", whole, unknown, Message("what was sent here is for somebody who is not on the list; enter the id"))
    return whole


def _plan_tables(batch: Batch) -> None:
    """The tables made of the plan alone: windows, the lines of the sheet, fixed keys."""
    count = len(batch.competitions)
    for name, plan in batch.stage["tables"].items():
        if plan["made"] != "plan" or name in batch.tables:
            continue
        if name in batch.plan["windows"]:
            rows = batch.plan["windows"][name]["rows"]
            keys, spans = [row[0] for row in rows], [[parse_time(row[i]) or 0 for row in rows] for i in (1, 2)]
            columns: dict[str, Vector] = {
                name: _repeated(batch, keys, count),
                "from": Number(np.tile(np.array(spans[0], np.int64), count)),
                "to": Number(np.tile(np.array(spans[1], np.int64), count)),
            }
        elif name == "criteria" and batch.stage["sheet"]:
            columns = _criteria(batch, count)
        else:
            listed = plan["rows"] or []
            columns = {key: _repeated(batch, [row[i] for row in listed], count) for i, key in enumerate(plan["key"])}
        size = next(iter(columns.values())).size // max(count, 1)
        batch.tables[name] = Table(name, np.repeat(np.arange(count), size), columns, plan["key"])
        if name == "criteria" or name.startswith("@keys/"):
            batch.tables[name].lines = size


def _repeated(batch: Batch, texts: list[str], count: int) -> Text:
    return Text(np.tile(batch.lexicon.codes(texts), count))


def _criteria(batch: Batch, count: int) -> dict[str, Vector]:
    """criterion, weight, low and best of each line of the sheet, for each competition."""
    sheet = batch.stage["sheet"]
    assert sheet is not None
    names, scale = list(sheet["criteria"]), 10 ** sheet["places"]
    plans = list(sheet["criteria"].values())
    table = Table("criteria", np.arange(count))
    weights = [Evaluator(table, batch)(plan["weight"]) for plan in plans]
    whole = stacked(weights)
    by_competition = np.arange(count * len(names)).reshape(len(names), count).T.reshape(-1)
    return {
        "criterion": _repeated(batch, names, count),
        "weight": whole.take(by_competition),
        "low": Number(np.tile(np.array([plan["low"] for plan in plans], np.int64), count), scale),
        "best": Number(np.tile(np.array([plan["high"] for plan in plans], np.int64), count), scale),
    }


def _comments_missing(batch: Batch, desk: Desk) -> None:
    """A sheet with marks and without the comment that the rulebook requires."""
    sheet = batch.stage["sheet"]
    if sheet is None or sheet["comment"] != "required":
        return
    marks = batch.tables["marks"]
    without = np.zeros(marks.size, bool)
    without[_uncommented(marks, batch.tables["comments"], desk)] = True
    batch.notice("no-comment", marks, without, NO_COMMENT)


def _uncommented(marks: Table, comments: Table, desk: Desk) -> Ints:
    """The first mark of each sheet without a comment."""
    names = ["contestant", "judge"]
    first = None if marks.grid is None else marks.grid.first(names, marks.size)
    who, judge = comments.columns["contestant"], comments.columns["judge"]
    assert isinstance(who, Text)
    assert isinstance(judge, Text)
    if first is None:
        own, theirs = pack_together(
            *([table.competition, *key_ints([table.columns[name] for name in names])] for table in (marks, comments))
        )
        sheets, rows = np.unique(own, return_index=True)
        return rows[~np.isin(sheets, theirs)]
    slots = desk.contestants.find(comments.competition, who.codes)
    judges = desk.judges.find(comments.competition, judge.codes)
    local = np.append(desk.judges.local, 0)[judges]
    listed = (slots >= 0) & (slots < desk.contestants.listed) & (judges >= 0)  # who names no judge has commented on no sheet
    first = first.reshape(desk.judges.most, desk.contestants.listed)
    first[local[listed], slots[listed]] = -1
    return first[first >= 0]


class _Run:
    """Runs steps."""

    def __init__(self, batch: Batch, status: Ints, decided: Sequence[Decided], seeds: Sequence[str | None]) -> None:
        self.batch = batch
        self.status = status
        self.decided = decided
        self.seeds = seeds
        self.ranked: Ranked | None = None
        self._steps: dict[str, Callable[[Step], None]] = {
            "column": self._column,
            "filter": self._filter,
            "stack": self._stack,
            "cross": self._cross,
            "group": self._group,
            "rank": self._rank,
        }

    def step(self, step: Step) -> None:
        """Do one step."""
        self._steps[step["do"]](step)

    def _column(self, step: Step) -> None:
        table = self.batch.tables[step["table"]]
        vector = Evaluator(table, self.batch, bool(step.get("quiet")))(step["expr"])
        if isinstance(vector, Number):
            vector = vector.settled(f"{step['table']}.{step['name']}")
        table.columns[step["name"]] = of_kind(vector, step["kind"])

    def _filter(self, step: Step) -> None:
        source = self.batch.tables[step["source"]]
        rows = np.flatnonzero(Evaluator(source, self.batch).conditions(step["where"]))
        table = source.take(step["table"], rows, step["key"])
        table.origin = (source, rows)
        self.batch.tables[step["table"]] = table

    def _stack(self, step: Step) -> None:
        competitions, parts = [], []
        for part in step["parts"]:
            source = self.batch.tables[part["of"]]
            rows = np.flatnonzero(Evaluator(source, self.batch).conditions(part["where"]))
            cut = source.take(source.name, rows)
            e = Evaluator(cut, self.batch)
            parts.append({name: e(expr) for name, expr in part["set"].items()})
            competitions.append(cut.competition)
        where = np.concatenate(competitions)
        order = np.argsort(where, kind="stable")
        columns = {name: stacked([part[name] for part in parts]).take(order) for name in parts[0]}
        self.batch.tables[step["table"]] = Table(step["table"], where[order], columns, step["key"])

    def _cross(self, step: Step) -> None:
        """Each combination of the rows' keys within a competition."""
        tables = [self.batch.tables[name] for name in step["sources"]]
        rows = [np.arange(tables[0].size)]
        competition = tables[0].competition
        for table in tables[1:]:
            order = np.argsort(table.competition, kind="stable")
            counts = np.bincount(table.competition, minlength=len(self.batch.competitions))
            starts = np.cumsum(counts) - counts
            times = counts[competition]
            left = np.repeat(np.arange(competition.size), times)
            within = np.arange(left.size) - np.repeat(np.cumsum(times) - times, times)
            right = order[starts[competition[left]] + within]
            rows = [r[left] for r in rows] + [right]
            competition = competition[left]
        columns: dict[str, Vector] = {}
        for table, picked in zip(tables, rows, strict=True):
            for key in table.keys:
                columns[key] = table.columns[key].take(picked)
        crossed = Table(step["table"], competition, columns, step["key"])
        self._lay_out(crossed, tables, rows)
        where = step.get("where") or []
        if where:
            crossed = crossed.take(step["table"], np.flatnonzero(Evaluator(crossed, self.batch).conditions(where)))
        self.batch.tables[step["table"]] = crossed

    def _lay_out(self, crossed: Table, tables: Sequence[Table], rows: Sequence[Ints]) -> None:
        """The grid of all contestants by all lines or keys of the sheet; each row knows those that it is made of."""
        contestants, *fixed = tables
        lengths = [table.lines for table in fixed if table.lines is not None]
        if contestants.grid is None or len(lengths) < len(fixed):
            return
        crossed.grid = Grid(("contestant", *(table.keys[0] for table in fixed)), (contestants.size, *lengths))
        for table, picked in zip(tables, rows, strict=True):
            crossed.join(table, picked)

    def _group(self, step: Step) -> None:
        """One row for each distinct key, in the order in which the keys appear first."""
        source = self.batch.tables[step["source"]]
        e = Evaluator(source, self.batch)
        mask = e.conditions(step.get("where") or [])
        keys = {name: e(expr) for name, expr in step["by"].items()}
        for vector in keys.values():
            mask &= vector.present
        laid_out = source.grid.first([*keys], source.size) if source.grid and mask.all() and _named_so(step["by"]) else None
        if laid_out is not None:
            self.batch.tables[step["table"]] = _picked_on_grid(step, source, laid_out, keys)
            return
        rows = np.flatnonzero(mask)
        parts = [source.competition[rows], *(_nonnegative(key_ints([vector.take(rows)])[0]) for vector in keys.values())]
        _, first = np.unique(pack(parts), return_index=True) if rows.size else (None, np.zeros(0, np.int64))
        picked = rows[np.sort(first)]
        columns = {name: vector.take(picked) for name, vector in keys.items()}
        self.batch.tables[step["table"]] = Table(step["table"], source.competition[picked], columns, step["key"])

    def _rank(self, step: Step) -> None:
        self.ranked = Chain(self.batch, self.status, self.decided, self.seeds).run()


def _named_so(by: dict[str, Expr]) -> bool:
    """Whether a table is grouped by columns that keep their names."""
    return all(expr == ["col", name] for name, expr in by.items())


def _picked_on_grid(step: Step, source: Table, first: Ints, keys: dict[str, Vector]) -> Table:
    """The table of the rows `first` of a grid's groups, in their order, laid out as the groups are."""
    assert source.grid is not None
    picked = np.sort(first[first >= 0])
    columns = {name: vector.take(picked) for name, vector in keys.items()}
    table = Table(step["table"], source.competition[picked], columns, step["key"])
    number = np.full(source.size + 1, -1, np.int64)
    number[picked] = np.arange(picked.size)
    left = [n for n, axis in enumerate(source.grid.axes) if axis in keys]
    table.grid = Grid(tuple(source.grid.axes[n] for n in left), tuple(source.grid.shape[n] for n in left), number[first])
    return table


def _nonnegative(ints: Ints) -> Ints:
    return ints - min(0, int(ints.min(initial=0)))
