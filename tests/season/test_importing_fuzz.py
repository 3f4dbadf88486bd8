"""Whatever a file holds, importing it ends with events and findings, or with one error that says what to do."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.cli.main import main
from scoring_engine.events.errors import InputError
from scoring_engine.events.reading import read
from scoring_engine.season.importing.run import Outcome, Request, run
from tests.season.sheets import csv_file, people, rulebook, xlsx_file

KINDS = st.sampled_from(["contestant", "judge", "score", "test", "visit", "deduction", "absent", "opened", "advanced", "comment"])
HEADERS = [
    "选手编号",
    "姓名",
    "编号",
    "评委",
    "评委1",
    "J1",
    "J2 内容",
    "内容",
    "语言",
    "分值",
    "成绩",
    "阶段",
    "单位",
    "日期",
    "赛事",
    "原因",
]
VALUES = ["V01", "90", "92.5", "１２", "九十", "92,5", "2024-10-11", "练前", "是", "4.2E+17", "a\x00b", "\ud800"]
CELLS = st.one_of(st.sampled_from(HEADERS), st.text(max_size=8), st.sampled_from(VALUES))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=6)


def taken(folder: Path, file: str, kind: str) -> Outcome | None:
    with contextlib.suppress(InputError):
        return run(Request(file, rulebook(folder), kind, competition="c", enter=True))
    return None


@given(st.binary(max_size=200), KINDS)
@settings(max_examples=150)
def test_any_bytes(data: bytes, kind: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.csv"
        path.write_bytes(data)
        taken(Path(folder), str(path), kind)
        book = Path(folder) / "sheet.xlsx"
        book.write_bytes(data)
        taken(Path(folder), str(book), kind)


@given(ROWS, KINDS)
@settings(max_examples=150)
def test_any_table(rows: list[list[str]], kind: str) -> None:
    """Every event that comes of it can be read back, and every message said in both languages."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.csv"
        import csv

        with open(path, "w", encoding="utf-8", newline="", errors="replace") as stream:
            csv.writer(stream).writerows(rows)
        log = Path(folder) / "log.jsonl"
        with contextlib.suppress(InputError):
            outcome = run(Request(str(path), rulebook(Path(folder)), kind, str(log), competition="c", enter=True, append=True))
            for finding in outcome.findings:
                assert finding.say("en")
                assert finding.say("zh")
            again = run(Request(str(path), rulebook(Path(folder)), kind, str(log), competition="c", enter=True, append=True))
            assert again.events == []
            if outcome.events:
                back = read(str(log))
                assert (back.size, back.rejected) == (len(outcome.events), [])


@given(st.lists(st.lists(st.one_of(CELLS, NUMBERS, st.none()), max_size=5), max_size=5), KINDS)
@settings(max_examples=60)
def test_any_workbook(rows: list[list[Any]], kind: str) -> None:
    with TemporaryDirectory() as folder:
        cleaned = [["".join(c for c in v if c.isprintable()) if isinstance(v, str) else v for v in row] for row in rows]
        taken(Path(folder), xlsx_file(Path(folder), cleaned), kind)


# --- the command ----------------------------------------------------------------------------------------------------------


def test_the_command_adds_events_says_what_it_left_out_and_returns_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in people(V01="王芳", V02="李明")), encoding="utf-8")
    file = csv_file(tmp_path, [["选手", "J1", "J2"], ["王芳", "90", "九十"], ["V02", "80.5", ""]])
    args = ["import", file, "--ruleset", rulebook(tmp_path), "--kind", "score", "--set", "criterion=内容", "--out", str(log), "--append"]
    assert main([*args, "--lang", "en"]) == 1
    out, err = capsys.readouterr()
    assert out == f"2 events added to {log}, 0 were there already, 1 things not taken\n"
    assert f"error[chinese-numeral] {file}:2 (J2): “九十” is written in characters; write 90" in err
    assert main([*args, "--lang", "zh"]) == 1
    assert "2" in capsys.readouterr().out
    assert len(log.read_text(encoding="utf-8").splitlines()) == 7


def test_wrong_usage_returns_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = csv_file(tmp_path, [["选手编号"], ["V01"]])
    args = ["import", file, "--ruleset", rulebook(tmp_path), "--kind", "contestant"]
    assert main([*args, "--map", "工号"]) == 2
    assert main([*args, "--amend", "why"]) == 2
    assert main(["import", file, "--kind", "contestant"]) == 2
    assert main(["import", file, "--ruleset", "no-such-rulebook", "--kind", "contestant"]) == 2
    capsys.readouterr()


def test_nothing_is_written_without_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = csv_file(tmp_path, [["选手编号"], ["V01"]])
    before = [*sorted(path.name for path in tmp_path.iterdir()), "sheet_test.yaml"]
    assert main(["import", file, "--ruleset", rulebook(tmp_path), "--kind", "contestant", "--competition", "c"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(before)
    capsys.readouterr()
