"""A stage in few lines for the tests of the compiler, and short ways to look at its plan."""

from __future__ import annotations

import json
from typing import Any

from scoring_engine.ruleset.compile import compile
from scoring_engine.ruleset.diagnostics import Diagnostic, ordered
from scoring_engine.ruleset.loader import load_text
from scoring_engine.ruleset.plan import Plan, StagePlan

HEAD = """\
format: ruleset/1
id: test
version: "1"
source: {id: T}
"""
FOOT = """\
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
"""
RANKED = "    ranking: {by: [total], unresolved: shared}\n"


def rulebook(stage: str, shared: str = "", ranking: str = RANKED) -> str:
    """A rulebook with one stage `s`; `stage` is indented by four, `shared` (params, records …) not at all."""
    return f"{HEAD}{shared}stages:\n  s:\n{FOOT}{ranking}{stage}"


def compiled(text: str) -> Plan:
    """The plan of a rulebook without errors, through JSON as it is kept."""
    loaded = load_text(text, "test.yaml")
    plan, found = compile(loaded)
    assert plan is not None, [(d.line, d.column, d.code, d.message.say()) for d in [*loaded.diagnostics, *found]]
    kept: Plan = json.loads(json.dumps(plan))
    assert kept == plan
    return kept


def stage_of(text: str) -> StagePlan:
    """The plan of stage `s`."""
    return compiled(text)["stages"]["s"]


def column(stage: StagePlan, table: str, name: str) -> Any:
    """The expression of a computed column."""
    return next(step["expr"] for step in stage["steps"] if step["do"] == "column" and (step["table"], step["name"]) == (table, name))


def place(stage: StagePlan, table: str, name: str = "") -> int:
    """Where in the order of the steps a column or table is made."""
    for i, step in enumerate(stage["steps"]):
        if step["table"] == table and (step["name"] == name if step["do"] == "column" else name in ("", "rank") and step["do"] != "column"):
            return i
    raise AssertionError(f"{table}.{name} is not made")


def found(text: str) -> list[Diagnostic]:
    """All diagnostics of a rulebook in which « » mark places."""
    loaded = load_text(text.replace("«", "").replace("»", ""), "test.yaml")
    return ordered([*loaded.diagnostics, *compile(loaded)[1]])


def marked(text: str) -> list[tuple[int, int, int]]:
    """The marked places: line, column, length."""
    result = []
    for i, line in enumerate(text.split("\n")):
        plain = ""
        for part in line.replace("»", "»\0").split("\0"):
            before, mark, rest = part.partition("«")
            plain += before
            if mark:
                inside = rest.removesuffix("»")
                result.append((i + 1, len(plain) + 1, len(inside)))
                plain += inside
    return result
