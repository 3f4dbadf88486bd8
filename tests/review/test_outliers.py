"""Marks that stand out by the rule of the rulebook, worked by hand; what is pointed out changes no result."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.events.reading import read
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.judging import judging
from scoring_engine.review.judging_text import text as said
from scoring_engine.review.outliers import standing_out
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples.writing import ROOT

RECITATION = ROOT / "rulesets" / "examples" / "recitation.yaml"
RULE = "outlier: {share: 20, from: 3, ref: 细则3}"
F = Fraction


def replayed(path: Path, *sheets: tuple[str, str, str, float, float]) -> Replay:
    """A recitation contest: contestant, judge, piece, voice and expression."""
    events: list[dict[str, Any]] = [{"kind": "opened", "ruleset": "recitation", "stage": "final", "date": "2024-11-08"}]
    events += [{"kind": "contestant", "contestant": name} for name in sorted({sheet[0] for sheet in sheets})]
    events += [{"kind": "judge", "judge": name} for name in sorted({sheet[1] for sheet in sheets})]
    for contestant, judge, piece, *marks in sheets:
        for criterion, value in zip(("voice", "expression"), marks, strict=True):
            named = {"contestant": contestant, "judge": judge, "piece": piece, "criterion": criterion}
            events.append({"kind": "score", "value": value, **named})
    log = read([{"seq": n, "id": f"e{n}", "competition": "t", **event} for n, event in enumerate(events, 1)])
    return replay(log, [plan_of(str(path))], engine="columnar")


def pointed_out(result: Replay) -> list[tuple[str, ...]]:
    found = judging(Explainer(result))["competitions"][0]
    assert sum(one["code"] == "outlier" for one in found["findings"]) == len(found["outliers"])
    return [(one["judge"], *one["line"], one["value"], one["middle"], one["allowed"]) for one in found["outliers"]]


def panel(*marks: float, expression: Sequence[float] = ()) -> list[tuple[str, str, str, float, float]]:
    """The set piece of one contestant, by J1, J2 …"""
    parts = zip(marks, expression or [30] * len(marks), strict=True)
    return [("S1", f"J{n}", "set", voice, other) for n, (voice, other) in enumerate(parts, 1)]


def test_a_fifth_of_the_range_by_hand() -> None:
    # voice goes from 0 to 60: 12 is allowed. the middle of 50, 52 and J3's mark is 50
    assert pointed_out(replayed(RECITATION, *panel(50, 52, 38))) == []  # 12 away, no more
    assert pointed_out(replayed(RECITATION, *panel(50, 52, 37.5))) == [("J3", "S1", "set", "voice", "37.5", "50", "12")]
    # expression goes to 40: 8 is allowed; the middle of 20 21 23 25 32 is 23
    found = pointed_out(replayed(RECITATION, *panel(50, 50, 50, 50, 50, expression=(20, 21, 23, 25, 32))))
    assert found == [("J5", "S1", "set", "expression", "32", "23", "8")]
    # each piece is a line of its own
    two = [*panel(50, 52, 51), ("S1", "J1", "own", 10, 30), ("S1", "J2", "own", 50, 30), ("S1", "J3", "own", 52, 30)]
    assert pointed_out(replayed(RECITATION, *two)) == [("J1", "S1", "own", "voice", "10", "50", "12")]


def test_two_judges_say_nothing_of_each_other() -> None:
    assert pointed_out(replayed(RECITATION, *panel(60, 0))) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("outlier: {distance: 19}", []),
        ("outlier: {distance: 18.5}", [("J3", "S1", "set", "voice", "31", "50", "18.5")]),
        ("outlier: {distance: 25, share: 10}", [("J3", "S1", "set", "voice", "31", "50", "6")]),  # the stricter of the two: 10 % of 60
        ("outlier: {share: 20, from: 4}", []),
    ],
)
def test_limits(tmp_path: Path, rule: str, found: list[tuple[str, ...]]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RECITATION.read_text(encoding="utf-8").replace(RULE, rule), encoding="utf-8")
    assert pointed_out(replayed(path, *panel(50, 52, 31))) == found


def test_whole_sheets(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    text = RECITATION.read_text(encoding="utf-8").replace(RULE, "outlier: {share: 20}")
    text = text.replace("    panel:\n", "    panel:\n      of: judge\n")
    path.write_text(text, encoding="utf-8")
    # sheets of 100: 85, 80 and 59.5: 20.5 from the middle
    sheets = [("S1", "J1", "set", 50, 35), ("S1", "J2", "set", 50, 30), ("S1", "J3", "set", 40, 19.5)]
    assert pointed_out(replayed(path, *sheets)) == [("J3", "S1", "set", "59.5", "80", "20")]
    sheets[2] = ("S1", "J3", "set", 40, 20)  # exactly 20
    assert pointed_out(replayed(path, *sheets)) == []


def test_it_is_said_and_changes_nothing(tmp_path: Path) -> None:
    result = replayed(RECITATION, *panel(50, 52, 20))
    words = said(judging(Explainer(result)))
    assert "J3: 20 for S1/set/voice stands out: the middle of the panel is 50" in words
    assert "J3: S1/set/voice 打 20 分，偏离较大：评委中间分是 50" in said(judging(Explainer(result)), "zh")
    path = tmp_path / "r.yaml"
    path.write_text(RECITATION.read_text(encoding="utf-8").replace(f"      {RULE}\n", ""), encoding="utf-8")
    silent = replayed(path, *panel(50, 52, 20))
    assert pointed_out(silent) == []
    assert silent.standings.records() == result.standings.records()
    assert silent.decisions.records() == result.decisions.records()


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9), st.integers(0, 60))
def test_against_the_definition(values: list[int], allowed: int) -> None:
    ordered, half = sorted(values), len(values) // 2
    doubled = 2 * ordered[half] if len(values) % 2 else ordered[half - 1] + ordered[half]
    wanted = [at for at, value in enumerate(values) if abs(2 * value - doubled) > 2 * allowed]
    assert standing_out([F(value) for value in values], F(allowed)) == wanted
