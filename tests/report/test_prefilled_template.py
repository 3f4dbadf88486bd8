"""Sheets that a log has filled in as far as it can; what is typed into them gives the result of the same marks written as events."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from scoring_engine.cli.main import main
from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from tests.report.filling import filled
from tests.samples.writing import ROOT

TALK = ROOT / "sample_events" / "talk.jsonl"
SEASON = ROOT / "sample_events" / "season.jsonl"
SET_UP = ("opened", "contestant", "judge", "draw", "recused")


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sheet(path: Path, name: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


@pytest.fixture
def set_up(tmp_path: Path) -> Path:
    """The talk contest before its first mark."""
    path = tmp_path / "set-up.jsonl"
    lines = [line for line in TALK.read_text(encoding="utf-8").splitlines() if json.loads(line)["kind"] in SET_UP]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def prepared(set_up: Path, tmp_path: Path) -> Path:
    path = tmp_path / "sheets.xlsx"
    command = ["template", "--ruleset", "talk-contest", "--log", str(set_up), "--out", str(path), "--rows", "2", "--lang", "zh"]
    assert main(command) == 0
    return path


def test_roster_judges_and_a_line_for_each_sheet_are_filled_in(prepared: Path):
    entered = [(e["contestant"], e["name"]) for e in events(TALK) if e["kind"] == "contestant"]
    assert [(row[0], row[1]) for row in sheet(prepared, "名册")[1:] if row[0]] == entered
    judges = [e["judge"] for e in events(TALK) if e["kind"] == "judge"]
    assert [row[0] for row in sheet(prepared, "评委")[1:] if row[0]] == judges
    recused = {(e["judge"], e["contestant"]) for e in events(TALK) if e["kind"] == "recused"}
    assert recused
    pairs = {(row[2], row[0]) for row in sheet(prepared, "打分")[1:] if row[0]}
    assert pairs == {(judge, who) for judge in judges for who, _ in entered} - recused
    opened = next(e for e in events(TALK) if e["kind"] == "opened")
    assert sheet(prepared, "赛事")[1][:2] == [opened["competition"], opened["name"]]


def test_marks_typed_into_it_give_the_result_of_the_same_marks_as_events(prepared: Path, set_up: Path, tmp_path: Path):
    header, *lines = sheet(prepared, "打分")
    places = {"content": "内容", "language": "语言", "bearing": "形象"}
    columns = {name: next(n for n, text in enumerate(header) if str(text).startswith(label)) for name, label in places.items()}
    scores = [event for event in events(TALK) if event["kind"] == "score"]
    marks = {(e["contestant"], e["judge"], e["criterion"]): Decimal(str(e["value"])) for e in scores}
    typed: list[list[float | None]] = []
    for line in lines:
        row: list[float | None] = [None] * len(header)
        for name, column in columns.items():
            value = marks.get((str(line[0]), str(line[2]), name))
            row[column] = None if value is None else float(value)
        typed.append(row)
    ready = filled(prepared, tmp_path / "typed.xlsx", {"打分": typed})
    log = tmp_path / "log.jsonl"
    shutil.copyfile(set_up, log)
    assert main(["import", str(ready), "--ruleset", "talk-contest", "--out", str(log), "--append", "--lang", "en"]) == 0
    added = [event for event in events(log) if event["kind"] not in SET_UP]
    assert len(added) == len(marks)
    # The same marks as events, under the same ids; written by hand beside the same set-up.
    ids = {(e["contestant"], e["judge"], e["criterion"]): e["id"] for e in added}
    written = tmp_path / "written.jsonl"
    by_hand = [
        {"id": ids[who, judge, criterion], "competition": "talk-2024", "kind": "score", "judge": judge, "contestant": who}
        | {"criterion": criterion, "value": float(value)}
        for (who, judge, criterion), value in sorted(marks.items(), key=lambda mark: list(ids).index(mark[0]))
    ]
    set_up_events = events(log)[: len(events(log)) - len(added)]
    numbered = [event | ({"seq": added[n]["seq"]} if "seq" in added[0] else {}) for n, event in enumerate(by_hand)]
    written.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in (*set_up_events, *numbered)), encoding="utf-8")
    one, other = (replay(read(str(path)), engine="columnar") for path in (log, written))
    assert not one.rejected.rows
    assert (one.log_sha256, one.digest) == (other.log_sha256, other.digest)


def test_keys_have_a_line_each_and_the_words_of_the_rulebook(tmp_path: Path):
    path = tmp_path / "town.xlsx"
    command = ["template", "--ruleset", "skills-contest", "--log", str(SEASON), "--competition", "town-2024", "--out", str(path)]
    assert main([*command, "--rows", "1", "--lang", "zh"]) == 0
    lines = [line for line in sheet(path, "打分")[1:] if line[0]]
    topics = {str(line[3]) for line in lines}
    assert "防止返贫动态监测帮扶" in topics
    assert len(topics) == 6
    recused = [e for e in events(SEASON) if e["kind"] == "recused" and e["competition"] == "town-2024"]
    assert len(lines) == (12 * 7 - len(recused)) * 6


def test_a_competition_must_be_named_where_the_log_has_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = str(tmp_path / "a.xlsx")
    assert main(["template", "--ruleset", "skills-contest", "--log", str(SEASON), "--out", path, "--lang", "en"]) == 1
    assert "name one with --competition: drill-" in capsys.readouterr().err
    assert main(["template", "--ruleset", "year-end", "--log", str(TALK), "--out", path, "--lang", "en"]) == 1
    assert "it has talk-2024" in capsys.readouterr().err
