"""Whoever has no value of a column that divides the table is listed and told, and ranked in nobody's group."""

from __future__ import annotations

from typing import Any

from scoring_engine.events.reading import read
from scoring_engine.ruleset.checking import compiled
from scoring_engine.season.replay import replay

RULEBOOK = b"""
format: ruleset/1
id: divided
version: "1"
source: {id: test}
records: {result: {fields: {points: integer}, key: [contestant]}}
stages:
  final:
    roster: {division: {}}
    ranked_within: [division]
    records: [result]
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 0, mode: half_up}
    measures: {points: result.points}
    ranking: {by: [points], unresolved: shared}
"""


def log() -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for competition in ("one", "two"):
        events.append({"kind": "opened", "competition": competition, "ruleset": "divided", "stage": "final"})
        for who, division, points in (("a", "north", 5), ("b", None, 9), ("c", None, 7)):
            named = {} if division is None else {"division": division}
            events.append({"kind": "contestant", "competition": competition, "contestant": who} | named)
            events.append({"kind": "record", "competition": competition, "record": "result", "contestant": who, "points": points})
    return [{"id": str(n), "seq": n} | event for n, event in enumerate(events, 1)]


def test_without_a_group_there_is_no_rank_and_a_notice() -> None:
    result = replay(read(log()), [compiled(RULEBOOK, "divided.yaml")])
    found = [(r["competition"], r["contestant"], r["rank"], r["status"]) for r in result.standings.records()]
    assert sorted(found) == [
        *(("one", "a", 1, "ranked"), ("one", "b", None, "unranked"), ("one", "c", None, "unranked")),
        *(("two", "a", 1, "ranked"), ("two", "b", None, "unranked"), ("two", "c", None, "unranked")),
    ]
    assert [(r["competition"], r["code"], r["contestant"]) for r in result.notices.records()] == [
        *(("one", "no-group", "b"), ("one", "no-group", "c"), ("two", "no-group", "b"), ("two", "no-group", "c"))
    ]
