"""The steps of a compiled stage, done over the rows of one contest."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

from scoring_engine.single.formulas import Eyes
from scoring_engine.single.numbers import kept, ratio
from scoring_engine.single.ranks import rank
from scoring_engine.single.table import SOURCE, Contest, Row, Table, Value
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Step

TYPES = {"number": tuple, "text": str, "truth": bool}
"""What the values of a column of each kind are; a column of times is not for this room."""


def compute(contest: Contest) -> None:
    """Make the tables of the plan and do all steps."""
    _plan_tables(contest)
    for step in contest.stage["steps"]:
        do = _STEPS.get(step["do"])
        if do is None:
            raise Unsure(f"the step {step['do']}")
        do(contest, step)


def _plan_tables(contest: Contest) -> None:
    """The tables that are made of the plan alone: the lines of the sheet, windows, fixed keys."""
    stage = contest.stage
    for name, plan in stage["tables"].items():
        if plan["made"] != "plan" or name in contest.tables:
            continue
        if name in contest.plan["windows"]:  # without their days, which are times
            rows: list[Row] = [{name: row[0]} for row in contest.plan["windows"][name]["rows"]]
        elif name == "criteria" and stage["sheet"] is not None:
            rows = _criteria(contest)
        else:
            rows = [dict(zip(plan["key"], values, strict=True)) for values in plan["rows"] or []]
        contest.tables[name] = Table(name, rows, rows[0] if rows else plan["key"], plan["key"])


def _criteria(contest: Contest) -> list[Row]:
    sheet = contest.stage["sheet"]
    assert sheet is not None
    eyes, scale = Eyes(contest, contest.tables["competition"]), 10 ** sheet["places"]
    row = contest.tables["competition"].rows[0]
    return [
        {"criterion": name, "weight": eyes.bind(plan["weight"])(row), "low": ratio(plan["low"], scale), "best": ratio(plan["high"], scale)}
        for name, plan in sheet["criteria"].items()
    ]


def _column(contest: Contest, step: Step) -> None:
    table = _table(contest, step["table"])
    function = Eyes(contest, table, bool(step.get("quiet"))).bind(step["expr"])
    of = TYPES.get(step["kind"])
    values = [function(row) for row in table.rows]
    for value in values:
        if value is not None and type(value) is not of:
            raise Unsure(f"a column of {step['kind']}")
        if type(value) is tuple:
            kept(value)
    for row, value in zip(table.rows, values, strict=True):
        row[step["name"]] = value
    table.columns.add(step["name"])


def _filter(contest: Contest, step: Step) -> None:
    source = _table(contest, step["source"])
    holds = Eyes(contest, source).conditions(step["where"])
    rows = [{**row, SOURCE: row} for row in source.rows if holds(row)]
    contest.tables[step["table"]] = Table(step["table"], rows, source.columns, step["key"])


def _stack(contest: Contest, step: Step) -> None:
    """Rows of several tables under each other, with columns named anew."""
    rows: list[Row] = []
    columns: set[str] = set()
    for part in step["parts"]:
        source = _table(contest, part["of"])
        holds = Eyes(contest, source).conditions(part["where"])
        cut = Table(source.name, [row for row in source.rows if holds(row)], source.columns, source.keys)
        eyes = Eyes(contest, cut)
        functions = {name: eyes.bind(expr) for name, expr in part["set"].items()}
        rows += [{name: function(row) for name, function in functions.items()} for row in cut.rows]
        columns.update(functions)
    contest.tables[step["table"]] = Table(step["table"], rows, columns, step["key"])


def _cross(contest: Contest, step: Step) -> None:
    """Each combination of the rows' keys."""
    sources = [_table(contest, name) for name in step["sources"]]
    keys = [key for table in sources for key in table.keys]
    parts = [[[row[key] for key in table.keys] for row in table.rows] for table in sources]
    rows: list[Row] = [dict(zip(keys, [value for part in parts for value in part], strict=True)) for parts in product(*parts)]
    table = Table(step["table"], rows, keys, step["key"])
    where = step.get("where") or []
    if where:
        holds = Eyes(contest, table).conditions(where)
        table = Table(step["table"], [row for row in rows if holds(row)], keys, step["key"])
    contest.tables[step["table"]] = table


def _group(contest: Contest, step: Step) -> None:
    """One row for each distinct key, in the order in which the keys appear first."""
    source = _table(contest, step["source"])
    eyes = Eyes(contest, source)
    holds = eyes.conditions(step.get("where") or [])
    by = {name: eyes.bind(expr) for name, expr in step["by"].items()}
    found: dict[tuple[Value, ...], Row] = {}
    for row in source.rows:
        counted, key = holds(row), tuple([function(row) for function in by.values()])
        if counted and None not in key:
            found.setdefault(key, dict(zip(by, key, strict=True)))
    contest.tables[step["table"]] = Table(step["table"], list(found.values()), by, step["key"])


def _table(contest: Contest, name: str) -> Table:
    if name not in contest.tables:
        raise Unsure(f"the table {name}")
    return contest.tables[name]


_STEPS: dict[str, Callable[[Contest, Step], None]] = {
    "column": _column,
    "filter": _filter,
    "stack": _stack,
    "cross": _cross,
    "group": _group,
    "rank": lambda contest, step: rank(contest),
}
"""The steps that are vouched for."""
