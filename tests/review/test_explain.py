"""What explanations say, against the story of the samples (sample_events/README.md) and contests worked by hand."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scoring_engine.cli.group import cli
from scoring_engine.events.errors import InputError
from scoring_engine.events.reading import read
from scoring_engine.review.above import above
from scoring_engine.review.above import text as above_text
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.text import text
from scoring_engine.ruleset.diagnostics import width
from scoring_engine.season.replay import replay
from tests.samples.replaying import RULESETS, replayed
from tests.samples.writing import ROOT

TALK = str(ROOT / "sample_events" / "talk.jsonl")
SEASON = str(ROOT / "sample_events" / "season.jsonl")


@cache
def explainer(name: str) -> Explainer:
    return Explainer(replayed(name, engine="columnar"))


def part_of(name: str, contestant: str, competition: str) -> dict[str, Any]:
    part: dict[str, Any] = explainer(name).explain(contestant, [competition])["competitions"][0]
    return part


def cell(part: dict[str, Any], id: str) -> dict[str, Any]:
    return next(one for one in part["cells"] if one["id"] == id)


def test_marks_name_their_judge_their_event_and_what_was_left_out():
    part = part_of("talk.jsonl", "S2", "talk-2024")
    panel = cell(part, "panel[S2].value")["node"]
    states = {item["key"]["judge"]: item["state"] for item in panel["items"]}
    # sheets 90 88 92.5 90 89.5 91.5 88.5: 88 and 92.5 are left out
    assert states == {"J1": "in", "J2": "low", "J3": "high", "J4": "in", "J5": "in", "J6": "in", "J7": "in"}
    mark = cell(part, "marks[S2, content, J1].value")
    events = [json.loads(line) for line in Path(TALK).read_text(encoding="utf-8").splitlines()]
    same = [e for e in events if (e.get("judge"), e.get("contestant"), e.get("criterion"), e["kind"]) == ("J1", "S2", "content", "score")]
    assert (mark["value"], mark["event"]["id"]) == (str(same[-1]["value"]), same[-1]["id"])


def test_the_link_that_decided_stands_with_both_values_after_those_that_were_level():
    part = part_of("talk.jsonl", "S1", "talk-2024")
    [first] = part["ranking"]["above"]
    assert first["contestant"] == "S2"
    assert [(link["link"], link["values"], link["outcome"]) for link in first["links"]] == [
        ("total", ["89.40", "89.40"], "level"),
        ("fine", ["89.4000", "89.4000"], "level"),
        ("content", ["45.14", "44.71"], "decides"),
    ]
    assert first["links"][2]["index"] == 2


def test_rules_that_do_not_hold_say_what_failed_and_by_how_much():
    part = part_of("talk.jsonl", "S1", "talk-2024")  # second of the contest
    failed = {rule["rule"]: rule for rule in part["not_fired"]}
    assert {rule["rule"] for rule in part["fired"]} == {"second-prize"}
    assert set(failed) == {"first-prize", "third-prize", "merit", "overtime", "no-timing"}
    [one] = failed["first-prize"]["failed"]
    assert (one["text"], one["actual"], one["needed"], one["short"]) == ("rank <= params.prizes['first']", "2", "1", "1")
    assert one["of"] == {"rank": "2", "field": "4"}
    assert failed["no-timing"]["failed"][0]["op"] == "lacks"
    assert failed["overtime"]["failed"][0]["actual"] == "0"


def test_every_rule_of_the_rulebook_is_there_once_it_holds_or_does_not():
    for contestant, competition in (("V07", "town-2024"), ("P001", "year-end-2024"), ("P078", "board-2024")):
        part = part_of("season.jsonl", contestant, competition)
        rules = [plan["id"] for plan in explainer("season.jsonl").part(competition)[0].stage["decisions"]]
        held, failed = [{rule["rule"] for rule in part[name]} for name in ("fired", "not_fired")]
        assert held | failed == set(rules)
        assert not held & failed
        assert all(rule["failed"] for rule in part["not_fired"] if rule["rows"])


def test_the_season_of_the_secretary_who_won_and_is_not_excellent():
    # README: collects 6 points of bonus of which 5 count, and is refused 优秀: last of the town's leaders in the drills
    explanation = explainer("season.jsonl").explain("P001")
    parts = {part["competition"]: part for part in explanation["competitions"]}
    board, year = parts["board-2024"], parts["year-end-2024"]
    assert (board["rank"], board["field"], board["place"]) == ("47", "47", "last")
    [sent] = [one for one in board["sent"] if one["kind"] == "barred"]
    assert (sent["target"], sent["rule"], sent["there"]["rank"]) == ("year-end-2024", "last-barred", "1")
    assert ("barred", "board-2024", "last-barred") in {(one["kind"], one["from"], one["rule"]) for one in year["received"]}
    assert (cell(year, "contestants[P001].claimed")["value"], cell(year, "contestants[P001].bonus")["value"]) == ("6", "5")
    excellent = next(rule for rule in year["fired"] if rule["rule"] == "excellent")
    assert excellent["then"][0]["status"] == "barred"
    assert excellent["then"][0]["note"]["args"]["source"] == "board-2024"
    through = parts["town-2024"]["through"]
    assert {rule["rule"] for rule in through} == {"top-three", "top-three-cash", "leading-bonus"}
    assert {rule["for"] for rule in through} == {"V01"}


def test_a_corrected_mark_shows_what_it_was_and_why():
    printed = text(explainer("season.jsonl").explain("P078", ["drill-V04-G3"]), "en")
    assert re.search(r"84\.5: corrected, was 8\.5 \(seq 8357, .*录入错误", printed)


def test_before_the_correction_there_is_none():
    log = read(SEASON)
    x = Explainer(replay(log, RULESETS, until=8355, engine="columnar"))
    explanation = x.explain("P078", ["board-2024"])
    assert explanation["as_of"]["seq"] == 8355
    assert explanation["competitions"][0]["place"] == "last"


def test_deductions_stand_with_their_reason_and_event():
    events = [json.loads(line) for line in Path(SEASON).read_text(encoding="utf-8").splitlines()]
    one = next(event for event in events if event["kind"] == "deduction" and event["competition"].startswith("village"))
    printed = text(explainer("season.jsonl").explain(one["contestant"], [one["competition"]]), "en")
    line = next(line for line in printed.splitlines() if line.startswith("├ deductions"))
    assert f"{one['reason']} {one['value']}" in line
    assert f"seq {one['seq']}" in line


def test_lines_stand_under_each_other_where_chinese_takes_two_cells():
    printed = text(explainer("season.jsonl").explain("V08", ["town-2024"]), "zh")
    rows = [line for line in printed.splitlines() if line.startswith("│   ") and "T1" in line]
    assert len(rows) == 18
    columns = {width(line[: re.search(r"\d+\.\d\d  ", line).start()]) for line in rows}  # type: ignore[union-attr]
    assert len(columns) == 1
    assert all(width(line) <= 100 for line in text(explainer("season.jsonl").explain("V08", ["town-2024"]), "zh", 100).splitlines())


# --- above -------------------------------------------------------------------------------------------------------------------


def test_why_one_is_above_another():
    found = above(explainer("season.jsonl"), "V08", "V05", "town-2024")  # README: level on 89.67, quality decides
    [part] = found["competitions"]
    assert part["verdict"] == "above"
    assert [(link["link"], link["outcome"]) for link in part["links"]] == [("total", "level"), ("quality", "decides")]
    assert part["links"][0]["values"] == ["89.67", "89.67"]
    differing = {(one["column"], tuple(one["key"])): one["difference"] for one in part["differences"]}
    assert differing["quality", ()] == "0.31"
    assert "is above" in above_text(found, "en")


def test_why_one_is_not_above_another_and_not_ranked_against_another():
    x = explainer("season.jsonl")
    assert above(x, "V05", "V08", "town-2024")["competitions"][0]["verdict"] == "below"
    assert above(x, "V05", "P145", "year-end-2024")["competitions"][0]["verdict"] == "apart"  # different categories


def test_level_to_the_end_is_said():
    events: list[dict[str, Any]] = [{"kind": "opened", "ruleset": "talk-contest", "stage": "final", "date": "2024-11-08"}]
    events += [{"kind": "contestant", "contestant": name} for name in "AB"] + [{"kind": "judge", "judge": "J1"}]
    events += [
        {"kind": "score", "judge": "J1", "contestant": name, "criterion": criterion, "value": value}
        for name in "AB"
        for criterion, value in (("content", 40), ("language", 25), ("bearing", 15))
    ]
    log = read([{"seq": n, "id": f"e{n}", "competition": "t"} | event for n, event in enumerate(events, 1)])
    x = Explainer(replay(log, RULESETS, engine="columnar"))
    assert [one["contestant"] for one in x.explain("A")["competitions"][0]["ranking"]["level"]] == ["B"]
    assert above(x, "A", "B")["competitions"][0]["verdict"] == "level"
    assert "level to the end of the chain with B" in text(x.explain("A"), "en")


# --- the command ---------------------------------------------------------------------------------------------------------------


def run(*args: str) -> Any:
    return CliRunner().invoke(cli, ["explain", TALK, *args], standalone_mode=False)


def test_the_forms_of_the_command():
    assert "89.40" in run("--contestant", "S2", "--lang", "en").output
    assert json.loads(run("--contestant", "S2", "--format", "json").output)["format"] == "explain/1"
    page = run("--contestant", "S2", "--format", "html", "--lang", "zh").output
    assert page.startswith("<!doctype html>\n<html lang=\"zh\">")
    assert "http" not in page.replace("http-equiv", "")
    assert json.loads(run("--above", "S2", "S3", "--format", "json").output)["format"] == "above/1"
    assert "<pre>" in run("--above", "S2", "S3", "--format", "html").output


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("--contestant", "S9"), "S9"),
        (("--contestant", "S2", "--competition", "talk-2025"), "did you mean “talk-2024”"),
        (("--above", "S2", "S2x"), "S2x"),
    ],
)
def test_what_is_not_there_is_named(args: tuple[str, ...], named: str):
    result = run(*args)
    assert isinstance(result.exception, InputError)
    assert named in result.exception.message.say()


def test_a_name_that_nobody_else_has_is_enough():
    assert "刘雅琴 (S2)" in run("--contestant", "刘雅琴").output
    result = run("--contestant", "陈思远")  # S1 and S5
    assert isinstance(result.exception, InputError)
    assert "S1, S5" in result.exception.message.say()


def test_nothing_is_changed_by_explaining():
    one = replayed("talk.jsonl", engine="columnar")
    before = (one.digest, one.to_json())
    x = Explainer(one)
    for contestant in ("S1", "S2", "S3", "S4"):
        x.explain(contestant)
    assert (one.digest, one.to_json()) == before
    columns = {name: len(table.columns) for settled in one.settled for name, table in settled.scored.batch.tables.items()}
    again = replayed("talk.jsonl", engine="columnar")
    assert columns == {name: len(table.columns) for settled in again.settled for name, table in settled.scored.batch.tables.items()}
