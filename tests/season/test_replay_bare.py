"""Competitions in which little or nothing has happened yet, under every rulebook that comes with the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset.plan import FieldPlan, Plan
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.replay import replay

FILES = sorted((Path(__file__).parents[2] / "rulesets").rglob("*.yaml"))
VALUES: dict[str, Any] = {"boolean": True, "list": [1], "date": "1990-01-01", "time": "2024-01-01T08:00:00+08:00"}


def fields(plans: dict[str, FieldPlan]) -> dict[str, Any]:
    """A value that each field admits; none for those that name contestants."""
    found: dict[str, Any] = {}
    for name, plan in plans.items():
        if plan["type"] == "contestant":
            continue
        if plan["type"] in ("integer", "decimal"):
            low = plan["low"] if plan["low"] is not None else min(0, plan["high"] or 0)
            found[name] = low / 10 ** plan["places"] if plan["places"] else low
        else:
            found[name] = VALUES.get(plan["type"], next(iter(plan["one_of"] or ["x"])))
    return found


def bare(plan: Plan, stage: str, contestants: int) -> list[dict[str, Any]]:
    opened = {"kind": "opened", "ruleset": plan["id"], "stage": stage, **fields(plan["stages"][stage]["fields"])}
    roster = fields(plan["stages"][stage]["roster"])
    entered = [{"kind": "contestant", "contestant": f"P{n}", **roster} for n in range(contestants)]
    return [{"id": str(n), "competition": "c", **event} for n, event in enumerate((opened, *entered))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("contestants", [0, 1, 3])
def test_nothing_has_happened_yet(file: Path, contestants: int) -> None:
    plan = plan_of(str(file))
    for stage in plan["stages"]:
        result = replay(read(bare(plan, stage, contestants)), [plan])
        assert result.rejected.rows == []
        assert len(result.standings.rows) == contestants


def test_whoever_has_no_marks_is_not_ranked_where_the_chain_compares_marks() -> None:
    """The chain begins with the majority of places and has no measure whose absence would show."""
    plan = plan_of(str(next(file for file in FILES if file.stem == "dance_sport")))
    events = bare(plan, "dance", 3)
    events += [{"id": f"j{n}", "competition": "c", "kind": "judge", "judge": f"J{n}"} for n in range(3)]
    events += [
        {"id": f"s{n}", "competition": "c", "kind": "score", "judge": f"J{n}", "contestant": "P1", "criterion": "place", "value": 1}
        for n in range(3)
    ]
    result = replay(read(events), [plan])
    assert {row["contestant"]: (row["rank"], row["status"]) for row in result.standings.records()} == {
        "P0": (None, "unscored"),
        "P1": (1, "ranked"),
        "P2": (None, "unscored"),
    }


RECORDS = """
format: ruleset/1
id: partly-keyed
version: "1"
source: {id: none, dated: 2024-01-01}
records:
  talk: {fields: {topic: {}, points: {type: integer, required: true}}, key: [contestant, topic], repeat: REPEAT}
stages:
  only:
    records: [talk]
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 0, mode: half_up}
    measures:
      total: {sum: talk.points, empty: 0}
    ranking: {by: [total], unresolved: shared}
"""


@pytest.mark.parametrize(("repeat", "total", "rejected"), [("replace", "12", []), ("reject", "9", ["5"])])
def test_a_key_that_is_not_fully_given_is_a_key_too(tmp_path: Path, repeat: str, total: str, rejected: list[str]) -> None:
    """A and B each have a talk without a topic; the second one of A has the key of the first."""
    file = tmp_path / "partly_keyed.yaml"
    file.write_text(RECORDS.replace("REPEAT", repeat), encoding="utf-8")
    plan = plan_of(str(file))
    talks: list[dict[str, Any]] = [
        {"contestant": "P0", "points": 1},
        {"contestant": "P1", "points": 2},
        {"contestant": "P0", "points": 4},
        {"contestant": "P0", "points": 8, "topic": "x"},
    ]
    events = bare(plan, "only", 2)
    events += [{"id": f"{3 + n}", "competition": "c", "kind": "record", "record": "talk", **talk} for n, talk in enumerate(talks)]
    result = replay(read(events), [plan])
    totals = {row["contestant"]: row["total"] for row in result.standings.records()}
    assert totals == {"P0": total, "P1": "2"}
    assert [row["id"] for row in result.rejected.records()] == rejected
