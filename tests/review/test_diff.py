"""Differences equal those between two results that were computed, or written down, independently."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scoring_engine.cli.group import cli
from scoring_engine.events.errors import InputError
from scoring_engine.events.reading import read
from scoring_engine.review import variants
from scoring_engine.review.difference import Difference, is_empty
from scoring_engine.review.difference_text import text
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples.replaying import RULESETS, replayed
from tests.samples.writing import ROOT

EXPECTED = ROOT / "tests" / "samples" / "expected"
SEASON = str(ROOT / "sample_events" / "season.jsonl")
TALK = str(ROOT / "sample_events" / "talk.jsonl")


def csv_rows(folder: str, table: str) -> list[dict[str, str]]:
    with open(EXPECTED / folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moved(one: Replay, other: Replay) -> set[tuple[str, str]]:
    """The contestants whose rows of the standings differ, compared as plain rows."""
    rows = [{(row[0], row[3]): row for row in x.standings.rows} for x in (one, other)]
    return {key for key in rows[0].keys() | rows[1].keys() if rows[0].get(key) != rows[1].get(key)}


def settled(one: Replay) -> set[tuple[Any, ...]]:
    return {tuple(row[:-1]) for row in one.decisions.rows}


@pytest.mark.parametrize("name", ["season.jsonl", "talk.jsonl", "messy.jsonl"])
def test_a_log_against_itself_differs_in_nothing(name: str):
    found = Difference(replayed(name, engine="columnar"), replayed(name, engine="columnar")).json()
    assert is_empty(found)
    assert text(found, "en") == "no difference\n"


def test_the_correction_of_december_moves_whom_the_oracle_moves():
    log = read(SEASON)
    found = Difference(replay(log, RULESETS, until=8355, engine="columnar"), replay(log, RULESETS, engine="columnar")).json()
    folders = ("season_before_correction", "season")
    sides = [{(row["competition"], row["contestant"]): row for row in csv_rows(folder, "standings")} for folder in folders]
    for column in ("rank", "total"):
        pairs = {key: (row[column], sides[1][key][column]) for key, row in sides[0].items()}
        expected = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        reported = {
            (one["competition"], one["contestant"]): tuple("" if value is None else str(value) for value in one["changed"][column])
            for one in found["standings"]
            if column in one["changed"]
        }
        assert reported == expected
    bars = {(one["recipient"], one["change"]) for one in found["decisions"] if one["kind"] == "bar"}
    assert bars == {("P078", "gone"), ("P154", "new")}
    graded = [one for one in found["decisions"] if one["kind"] == "grade"]
    grades = {(one["recipient"], one["name"], tuple(one["changed"].get("status", ()))) for one in graded}
    assert ("P078", "excellent", ("barred", "granted")) in grades
    assert ("P154", "excellent", ("granted", "barred")) in grades
    gone = next(one for one in found["decisions"] if one["kind"] == "bar" and one["change"] == "gone")
    assert [leaf["text"] for leaf in gone["why"]["failed"]] == ["place == last"]
    assert gone["rule"] == "last-barred"


@pytest.mark.parametrize(("log", "judge"), [(TALK, "J3"), (SEASON, "T3"), (SEASON, "V04-J1")])
def test_without_a_judge_equals_two_independent_replays(tmp_path: Path, log: str, judge: str):
    lines = Path(log).read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    gone = {event["id"] for event in events if event.get("judge") == judge}
    kept = [line for line, event in zip(lines, events, strict=True) if event["id"] not in gone and event.get("event") not in gone]
    assert 0 < len(kept) < len(lines)
    written = tmp_path / "without.jsonl"
    written.write_text("\n".join(kept) + "\n", encoding="utf-8")
    one, other = replay(read(log), RULESETS, engine="columnar"), replay(read(str(written)), RULESETS, engine="columnar")

    mine = replay(variants.without(read(log), [variants.Left("judge", judge)]), RULESETS, engine="columnar")
    assert mine.digest == other.digest
    found = Difference(one, mine).json()
    assert {(row["competition"], row["contestant"]) for row in found["standings"]} == moved(one, other)
    values = {(row["competition"], row["contestant"]): row for row in other.standings.records()}
    for row in found["standings"]:
        for column, (_, after) in row["changed"].items():
            assert values[row["competition"], row["contestant"]][column] == after
    lost, won = settled(one) - settled(other), settled(other) - settled(one)
    said = {(one["competition"], one["recipient"], one["rule"]) for one in found["decisions"]}
    assert {(row[0], row[1], row[2]) for row in lost | won} <= said


def test_another_parameter_equals_the_rulebook_that_says_so(tmp_path: Path):
    source = Path(RULESETS[0]).read_text(encoding="utf-8")
    before = "label: {zh: 前三, en: Places with an award}\n    values: {2024-01-01: 3}"
    assert source.count(before) == 1
    edited = tmp_path / "edited.yaml"
    edited.write_text(source.replace(before, before.replace(": 3}", ": 5}")), encoding="utf-8")
    log = read(SEASON)
    expected = replay(log, [str(edited), *RULESETS[1:]], engine="columnar")
    one = replay(log, RULESETS, engine="columnar")
    plans = variants.with_settings(variants.plans_of(one), [variants.parse_setting("params.leading=5")])
    mine = replay(log, plans, engine="columnar")
    assert mine.standings.rows == expected.standings.rows
    assert mine.decisions.rows == expected.decisions.rows
    found = Difference(one, mine).json()
    assert [(entry["name"], entry["values"]) for entry in found["rulebooks"]] == [("leading", ["3", "5"])]
    town = [one for one in found["decisions"] if one["competition"] == "town-2024"]
    assert {one["rule"] for one in town} == {"top-three", "top-three-cash", "leading-bonus"}
    new = next(one for one in found["decisions"] if one["rule"] == "top-three")
    assert (new["change"], new["why"]["failed"][0]["text"]) == ("new", "rank <= params.leading")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("params.leading=5", variants.Setting("", "leading", (), "", 5)),
        ("cash=[3000, 2000]", variants.Setting("", "cash", (), "", [3000, 2000])),
        ("year-end:grade_least['excellent']=90", variants.Setting("year-end", "grade_least", ("excellent",), "", 90)),
        ("leading@2024-06-01=4", variants.Setting("", "leading", (), "2024-06-01", 4)),
        ("last_scope.village=tier", variants.Setting("", "last_scope", ("village",), "", "tier")),
    ],
)
def test_settings_are_read_as_they_are_written(written: str, expected: variants.Setting):
    assert variants.parse_setting(written) == expected


def test_a_dated_setting_leaves_what_was_before():
    used = variants.plans_of(replayed("season.jsonl", engine="columnar"))
    plans = variants.with_settings(used, [variants.parse_setting("leading@2024-06-01=5")])
    values = next(plan["params"]["leading"]["values"] for plan in plans if plan["id"] == "skills-contest")
    assert values == [["2024-01-01", ["num", 3, 0]], ["2024-06-01", ["num", 5, 0]]]


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--without", "judge=J33"), "J33"),
        (("--without", "mark=3"), "mark=3"),
        (("--set", "limt=3"), "did you mean “limit”"),
        (("--set", "limit"), "limit"),
        (("--set", "prizes.fourth=9"), "fourth"),
    ],
)
def test_what_is_not_there_is_named(option: tuple[str, str], named: str):
    result = CliRunner().invoke(cli, ["diff", TALK, *option, "--lang", "en"])
    assert isinstance(result.exception, InputError)
    assert named in result.exception.message.say()


def test_the_command_compares_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in (ROOT / "sample_events").iterdir()}
    result = CliRunner().invoke(cli, ["diff", TALK, "--without", "event=talk-2024/0107", "--format", "json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["format"] == "diff/1"
    assert list(tmp_path.iterdir()) == []
    assert {path: path.read_bytes() for path in (ROOT / "sample_events").iterdir()} == before
