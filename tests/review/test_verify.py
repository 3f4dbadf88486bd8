"""A result is verified against its log, and whatever was changed in it, in the log or in the rulebook is named first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scoring_engine.cli.group import cli
from scoring_engine.events.errors import InputError
from scoring_engine.events.reading import read
from scoring_engine.review.verification import checks, read_result
from scoring_engine.review.versions import history, moment_of
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples.replaying import RULESETS, replayed
from tests.samples.writing import ROOT

TALK = str(ROOT / "sample_events" / "talk.jsonl")
SEASON = str(ROOT / "sample_events" / "season.jsonl")


def failing(result: dict[str, Any], now: Replay) -> list[dict[str, Any]]:
    return [one.json() for one in checks(result, now) if not one.same]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(replayed("talk.jsonl", engine="columnar").to_json(), encoding="utf-8")
    return path


def edited(path: Path, old: str, new: str) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return read_result(str(path))


@pytest.mark.parametrize("name", ["season.jsonl", "talk.jsonl", "messy.jsonl"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_result_is_verified_whatever_its_language(tmp_path: Path, name: str, lang: str):
    path = tmp_path / "result.json"
    path.write_text(replayed(name, engine="columnar", lang=lang).to_json(), encoding="utf-8")
    assert failing(read_result(str(path)), replayed(name, engine="columnar")) == []


def test_a_number_that_was_changed_is_named(talk: Path):
    found = failing(edited(talk, '"average": "89.90"', '"average": "89.91"'), replayed("talk.jsonl", engine="columnar"))
    assert [one["what"] for one in found] == ["standings"]
    assert found[0]["first"] == ["standings 1 (talk-2024 S2), average", "89.91", "89.90"]


def test_a_row_that_was_taken_out_is_named(talk: Path):
    result = read_result(str(talk))
    gone = result["decisions"].pop()
    found = failing(result, replayed("talk.jsonl", engine="columnar"))
    assert [one["what"] for one in found] == ["decisions"]
    assert found[0]["first"][0] == f"decisions {len(result['decisions']) + 1}"
    assert gone["rule"] in found[0]["first"][2]


def test_another_digest_is_named(talk: Path):
    result = read_result(str(talk))
    result["digest"] = "0" * 64
    assert [one["what"] for one in failing(result, replayed("talk.jsonl", engine="columnar"))] == ["result"]


def test_a_log_with_one_mark_changed_is_named_before_what_follows_from_it(talk: Path, tmp_path: Path):
    changed = tmp_path / "changed.jsonl"
    text = Path(TALK).read_text(encoding="utf-8")
    assert '"value": 46.5' in text
    changed.write_text(text.replace('"value": 46.5', '"value": 46', 1), encoding="utf-8")
    found = failing(read_result(str(talk)), replay(read(str(changed)), RULESETS, engine="columnar"))
    assert found[0]["what"] == "log"
    assert found[-1]["what"] == "result"


def test_another_rulebook_is_named_first(talk: Path, tmp_path: Path):
    other = tmp_path / "talk_contest.yaml"
    other.write_text(Path(RULESETS[2]).read_text(encoding="utf-8") + "\n# another file\n", encoding="utf-8")
    found = failing(read_result(str(talk)), replay(read(TALK), [str(other)], engine="columnar"))
    assert found[0]["what"] == "rulesets"
    assert found[0]["first"][0] == "talk-contest"


def test_the_moment_that_a_result_is_of_is_found():
    log = read(SEASON)
    assert moment_of(log, log.until(7206).sha256()) == 7206
    assert moment_of(log, "0" * 64) is None


def test_versions_say_what_they_change_and_what_they_leave_stale():
    # 24 December: a mark of the drill V04-G3 is corrected. Until the others are confirmed anew, what it feeds no longer stands.
    log = read(SEASON).until(8359)
    found = history(lambda end: replay(log, RULESETS, until=end, engine="columnar"), log)
    replaced = [one for one in found if not one["stale"] and one["competition"] == "drill-V04-G3"]
    assert [(one["version"], one["replaces"]) for one in replaced] == [("2", "1")]
    assert {row["contestant"]: row["changed"].get("total") for row in replaced[0]["differs"]["standings"]}["P078"] == ["72.88", "83.02"]
    stale = {one["competition"]: one for one in found if one["stale"]}
    assert set(stale) == {"village-V04", "town-2024", "board-2024"}
    assert all(one["because"] == ["drill-V04-G3"] for one in stale.values())
    bars = {(one["recipient"], one["change"]) for one in stale["board-2024"]["differs"]["decisions"] if one["kind"] == "bar"}
    assert bars == {("P078", "gone"), ("P154", "new")}


def test_once_all_that_it_feeds_is_confirmed_anew_nothing_is_stale():
    log = read(SEASON)
    found = history(lambda end: replay(log, RULESETS, until=end, engine="columnar"), log)
    assert [one for one in found if one["stale"]] == []
    corrected = [(one["competition"], one["version"], one["replaces"]) for one in found if one["seq"] > 8355]
    assert corrected == [("drill-V04-G3", "2", "1"), ("village-V04", "2", "1"), ("town-2024", "3", "2"), ("board-2024", "2", "1")]
    village = next(one for one in found if one["competition"] == "village-V04")
    assert [(row["contestant"], row["changed"]["total"]) for row in village["differs"]["standings"]] == [("V04-G3", ["85.77", "86.18"])]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"format": "result/9"}', '{"format": "result/1", "ruleset": "", "log": "", "digest": ""}', "not json"],
)
def test_what_is_no_result_is_said(tmp_path: Path, text: str):
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_result(str(path))


def test_the_command_says_so_by_its_exit_code(talk: Path):
    run = CliRunner().invoke
    assert run(cli, ["verify", str(talk), TALK, "--lang", "en"], standalone_mode=False).return_value == 0
    result = run(cli, ["verify", str(talk), SEASON, "--format", "json"], standalone_mode=False)
    assert result.return_value == 1
    assert json.loads(result.output)["format"] == "verify/1"
