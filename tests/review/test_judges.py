"""Statistics of judges against figures worked by hand; the marks that would turn a place against replays in which they are so."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scoring_engine.cli.group import cli
from scoring_engine.events.errors import InputError
from scoring_engine.events.reading import read
from scoring_engine.review.concordance import kendall_w, median, ranks, same_order
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.judging import judging
from scoring_engine.review.judging_text import text
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples.replaying import RULESETS, replayed
from tests.samples.writing import ROOT

TALK = ROOT / "sample_events" / "talk.jsonl"
SEASON = ROOT / "sample_events" / "season.jsonl"
F = Fraction


def contest(marks: dict[str, list[tuple[float, float, float]]], units: dict[str, str], own: dict[str, str]) -> dict[str, Any]:
    """The judges of a talk contest: contestant → content, language and bearing by each judge."""
    judges = [f"J{n}" for n in range(1, 1 + len(next(iter(marks.values()))))]
    events: list[dict[str, Any]] = [{"kind": "opened", "ruleset": "talk-contest", "stage": "final", "date": "2024-11-08"}]
    events += [{"kind": "contestant", "contestant": name, "unit": own.get(name)} for name in marks]
    events += [{"kind": "judge", "judge": judge, "unit": units.get(judge)} for judge in judges]
    for name, sheets in marks.items():
        for judge, sheet in zip(judges, sheets, strict=True):
            for criterion, value in zip(("content", "language", "bearing"), sheet, strict=True):
                events.append({"kind": "score", "judge": judge, "contestant": name, "criterion": criterion, "value": value})
    given = [{name: value for name, value in event.items() if value is not None} for event in events]
    log = read([{"seq": n, "id": f"e{n}", "competition": "t"} | event for n, event in enumerate(given, 1)])
    return judging(Explainer(replay(log, RULESETS, engine="columnar")))["competitions"][0]


def test_kendalls_w_by_hand():
    # ranks 1 2 3, 1 2 3, 1 3 2: sums 3 7 8, mean 6, S = 9 + 1 + 4 = 14; 12 · 14 / (9 · 24) = 7/9
    assert kendall_w([[F(9), F(8), F(7)], [F(30), F(20), F(10)], [F(5), F(1), F(2)]]) == F(7, 9)
    # ranks 1½ 1½ 3 and 1 2 3: sums 2½ 3½ 6, mean 4, S = 2¼ + ¼ + 4 = 6½; one tie of two: 12 · 6½ / (4 · 24 − 2 · 6) = 78/84
    assert kendall_w([[F(9), F(9), F(7)], [F(9), F(8), F(7)]]) == F(13, 14)
    assert kendall_w([[F(3), F(2), F(1)]] * 5) == 1
    assert kendall_w([[F(1), F(2)], [F(2), F(1)]]) == 0
    assert kendall_w([[F(1), F(1)], [F(2), F(2)]]) is None
    assert kendall_w([[F(1), F(2)]]) is None


def test_ranks_pairs_and_the_middle_by_hand():
    assert ranks([F(9), F(7), F(9), F(8)]) == [F(3, 2), 4, F(3, 2), 3]
    # pairs AB same, AC against, BC: the second ties them
    assert same_order([F(3), F(2), F(1)], [F(2), F(1), F(1)]) == (2, 2)
    assert same_order([F(3), F(2), F(1)], [F(2), F(1), F(4)]) == (1, 3)
    assert median([F(5), F(1), F(2)]) == 2
    assert median([F(1), F(2), F(4), F(9)]) == 3


def test_severity_spread_and_own_unit_by_hand():
    found = contest(
        {"A": [(45, 25, 15), (44, 24, 15), (46, 26, 15)], "B": [(40, 20, 15), (41, 20, 14), (45, 20, 15)]},
        units={"J3": "bureau"},
        own={"B": "bureau"},
    )
    first, second, third = found["judges"]
    # J1 against the mean of J2 and J3: A 45 − 45, 25 − 25, 15 − 15; B 40 − 43, 20 − 20, 15 − 14.5: −2.5 / 6
    assert first["severity"] == "-5/12"
    # J2: A 44 − 45.5, 24 − 25.5, 15 − 15; B 41 − 42.5, 20 − 20, 14 − 15: −5.5 / 6
    assert second["severity"] == "-11/12"
    # J3: A 46 − 44.5, 26 − 24.5, 0; B 45 − 40.5, 0, 15 − 14.5: own unit B 5 / 3, A 3 / 3
    assert third["own_unit"] == {"lines": 3, "own": "5/3", "others": "1"}
    # J1's contestants have the means 85 / 3 and 75 / 3: 5 / 3 from 80 / 3
    assert first["spread"] == "5/3"
    assert found["small"]
    codes = {(one["code"], one["judge"]) for one in found["findings"]}
    assert {("small-panel", ""), ("own-unit", "J3")} <= codes


def test_what_was_left_out_is_counted():
    # sheets of A: 80 81 82 83 84, the first and the last are left out; of B: 60 59 58 57 56 the other way round; C level: the first
    # in the log is the highest, the last the lowest
    sheets = {"A": [40, 41, 42, 43, 44], "B": [20, 19, 18, 17, 16], "C": [30] * 5}
    found = contest({name: [(value, 25, 15) for value in values] for name, values in sheets.items()}, {}, {})
    dropped = {one["judge"]: one["dropped"] for one in found["judges"]}
    assert dropped["J1"] == {"high": 2, "low": 1, "of": 3}
    assert dropped["J5"] == {"high": 1, "low": 2, "of": 3}
    assert dropped["J3"] == {"high": 0, "low": 0, "of": 3}


def test_the_town_finals_panel_is_large_and_its_severe_judge_below_the_others():
    found = judging(Explainer(replayed("season.jsonl", engine="columnar")), ["town-2024"])["competitions"][0]
    assert not found["small"]
    lines = [json.loads(line) for line in SEASON.read_text(encoding="utf-8").splitlines()]
    listed = {e["judge"] for e in lines if e["competition"] == "town-2024" and e["kind"] == "judge"}
    assert {one["judge"] for one in found["judges"]} == listed
    assert sum(F(one["severity"]) < 0 for one in found["judges"]) in range(1, 7)
    # every panel value of seven marks leaves out one as high and one as low
    assert sum(one["dropped"]["high"] for one in found["judges"]) == sum(one["dropped"]["low"] for one in found["judges"])


# --- margins ----------------------------------------------------------------------------------------------------------------


def with_mark(path: Path, seq: int, value: str) -> Replay:
    """The log with the value of one event replaced."""
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    changed = [event | {"value": float(value) if "." in value else int(value)} if event["seq"] == seq else event for event in events]
    assert changed != events
    return replay(read(changed), RULESETS, engine="columnar")


def order_of(result: Replay, competition: str, above: str, below: str) -> bool:
    """Whether one is still ranked above the other."""
    rank = {row[3]: row[5] for row in result.standings.rows if row[0] == competition}
    return rank[above] < rank[below]


@pytest.mark.parametrize(("path", "competition"), [(TALK, "talk-2024"), (SEASON, "town-2024"), (SEASON, "village-V02")])
def test_marks_that_would_turn_a_place_turn_it_and_a_step_less_does_not(path: Path, competition: str):
    found = judging(Explainer(replay(read(str(path)), RULESETS, engine="columnar")), [competition])["competitions"][0]
    tried = 0
    for gap in found["margins"]:
        for mark in gap["marks"][:1]:
            assert not order_of(with_mark(path, mark["seq"], mark["to"]), competition, gap["above"], gap["below"]) or mark["level"]
            step = F(1, 2) if F(mark["by"]) > 0 else -F(1, 2)
            nearer = F(mark["to"]) - step
            if nearer != F(mark["value"]):
                assert order_of(with_mark(path, mark["seq"], str(float(nearer))), competition, gap["above"], gap["below"])
            tried += 1
    assert tried


def test_where_no_single_mark_would_turn_a_place_none_does():
    found = judging(Explainer(replayed("talk.jsonl", engine="columnar")))["competitions"][0]
    gap = next(one for one in found["margins"] if not one["marks"])
    events = [json.loads(line) for line in TALK.read_text(encoding="utf-8").splitlines()]
    most = {"content": 50, "language": 30, "bearing": 20}
    for event in events:
        if event["kind"] == "score" and event["contestant"] in (gap["above"], gap["below"]):
            value = 0 if event["contestant"] == gap["above"] else most[event["criterion"]]
            if value != event["value"]:
                assert order_of(with_mark(TALK, event["seq"], str(value)), "talk-2024", gap["above"], gap["below"])


def test_the_last_place_has_its_margin():
    found = judging(Explainer(replayed("season.jsonl", engine="columnar")), ["town-2024"])["competitions"][0]
    last = [gap for gap in found["margins"] if gap["last"]]
    assert len(last) == 1
    assert "last-village-barred" in last[0]["stakes"]


# --- as shown ----------------------------------------------------------------------------------------------------------------


def test_the_command_speaks_both_languages_and_shows_small_panels_as_small():
    run = CliRunner().invoke
    assert "too few to say much" in run(cli, ["judges", str(TALK), "--lang", "en"]).output
    assert json.loads(run(cli, ["judges", str(TALK), "--format", "json"]).output)["format"] == "judges/1"
    whole = judging(Explainer(replayed("season.jsonl", engine="columnar")))
    assert len(text(whole, "en").splitlines()) < len(text(whole, "en", full=True).splitlines())


def test_a_log_without_marks_and_an_unknown_competition_are_said():
    x = Explainer(replayed("talk.jsonl", engine="columnar"))
    with pytest.raises(InputError):
        judging(x, ["talk-2025"])
    with pytest.raises(InputError):
        judging(Explainer(replayed("season.jsonl", engine="columnar")), ["year-end-2024"])
