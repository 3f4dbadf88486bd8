"""What travels along from one competition to another, and how ratios are shown, do not depend on what else is replayed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay

SENDER = """
    records: [run]
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    measures:
      total: sum(run.time)
      style: sum(run.style)
      share: style / total
    ranking: {by: [total], unresolved: shared}
"""

RULEBOOK = f"""
format: ruleset/1
id: travel
version: "1"
source: {{id: test, title: what travels along}}
records:
  run:
    fields: {{time: {{type: integer, required: true}}, style: {{type: integer, required: true}}}}
stages:
  plain:{SENDER}
    decisions:
      on: {{ref: "1", when: [total >= 1], then: [{{advance: [total], to: final}}, {{bonus: total, to: final}}]}}
      off: {{ref: "2", when: [style >= 9], then: [{{deduction: 0.25, to: final}}]}}
  styled:{SENDER}
    decisions:
      on: {{ref: "1", when: [total >= 1], then: [{{advance: [total, style], to: final}}]}}
      again: {{ref: "1", when: [total >= 2], then: [{{advance: [total, style], to: final}}]}}
  final:
    missing: {{judge: exclude, absent: unranked, withdrawn: unranked}}
    rounding: {{places: 2, mode: half_up}}
    measures:
      time: {{sum: advanced.total}}
      style: {{sum: advanced.style}}
      bonus: {{sum: bonuses.value}}
      times: {{count: advanced}}
    ranking: {{by: [time], unresolved: shared}}
"""

Event = dict[str, Any]


@pytest.fixture
def rulebook(tmp_path: Path) -> str:
    path = tmp_path / "travel.yaml"
    path.write_text(RULEBOOK, encoding="utf-8")
    return str(path)


def contest(name: str, stage: str, final: str, runs: dict[str, tuple[int, int]]) -> list[Event]:
    events: list[Event] = [{"kind": "opened", "ruleset": "travel", "stage": stage, "feeds": {"final": final}}]
    events += [{"kind": "contestant", "contestant": who} for who in runs]
    events += [{"kind": "record", "record": "run", "contestant": who, "time": t, "style": s} for who, (t, s) in runs.items()]
    return [{"competition": name, "id": f"{name}-{n}", **event} for n, event in enumerate(events)]


def final(name: str) -> list[Event]:
    return [{"competition": name, "id": f"{name}-0", "kind": "opened", "ruleset": "travel", "stage": "final"}]


def standings(parts: list[list[Event]], rulebook: str, columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    events = [event for part in parts for event in part]
    result = replay(read([{"seq": n, **event} for n, event in enumerate(events, 1)]), [rulebook], engine="columnar")
    assert result.rejections == []
    rows = result.standings.records()
    return {(row["competition"], row["contestant"]): tuple(row[name] for name in columns.split()) for row in rows}


def numbers(parts: list[list[Event]], rulebook: str, columns: str) -> dict[tuple[str, str], tuple[Fraction | None, ...]]:
    rows = standings(parts, rulebook, columns)
    return {key: tuple(None if value is None else Fraction(value) for value in row) for key, row in rows.items()}


ONE = [contest("a", "plain", "x", {"p": (3, 5), "q": (0, 7)}), final("x")]
OTHER = [contest("b", "styled", "y", {"p": (1, 2), "r": (8, 4)}), final("y")]


def test_only_the_measures_that_the_rule_names_travel_along(rulebook: str) -> None:
    """A measure that another competition's rule sends does not come along from competitions whose rules do not send it."""
    expected_one = {("x", "p"): (3, None, 1)}
    expected_other = {("y", "p"): (1, 2, 1), ("y", "r"): (8, 4, 1)}  # two rules send r's row along the same link: it counts once
    whole = numbers([*ONE, *OTHER], rulebook, "time style times")
    assert {key: row for key, row in whole.items() if key[0] in "xy"} == expected_one | expected_other
    alone = numbers(ONE, rulebook, "time style times")
    assert {key: row for key, row in alone.items() if key[0] == "x"} == expected_one


def test_bonuses_and_deductions_of_several_senders_add_up_with_their_decimals(rulebook: str) -> None:
    senders = [contest("a", "plain", "x", {"p": (3, 9), "q": (2, 0)}), contest("b", "plain", "x", {"p": (4, 1)})]
    rows = numbers([*senders, final("x")], rulebook, "bonus time times")
    assert rows["x", "p"] == (3 + 4 - Fraction(1, 4), 7, 2)
    assert rows["x", "q"] == (2, 2, 1)


def test_a_ratio_is_shown_with_the_places_of_its_stage_beside_whatever_other_ratios(rulebook: str) -> None:
    ratios = {"half": (2, 1), "third": (3, 1), "tenth": (10, 1), "thousandths": (1000, 5), "two": (1, 2)}
    shown = {"half": "0.50", "third": "0.33", "tenth": "0.10", "thousandths": "0.01", "two": "2.00"}
    rows = standings([contest("a", "plain", "x", ratios), final("x")], rulebook, "share")
    assert {who: row[0] for (name, who), row in rows.items() if name == "a"} == shown
    for who, ratio in ratios.items():
        alone = standings([contest("a", "plain", "x", {who: ratio}), final("x")], rulebook, "share")
        assert alone["a", who] == (shown[who],)
