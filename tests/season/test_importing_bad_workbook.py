"""A workbook with everything that people do to workbooks: each is reported with its sheet and cell, and the rest is read."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
import xlsxwriter

from scoring_engine.cli.main import main

HEADER = ["编号", "评委", "评分项", "分数"]


def bad_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("决赛打分")  # renamed
        page.write_row("A1", HEADER)
        page.write_row("A2", ["S1", "J1", "内容", 45])
        page.write_row("A3", ["S1", "J2", "内容", "45,5"])
        page.write_row("A4", ["S1", "J3", "内容", "四十五"])
        page.write_row("A5", ["S2", "J1", "内容", "４４．５"])
        page.write_row("A6", ["S2 ", "J2", "内容 ", "44 "])
        page.write_row("A7", ["S3", "J1", "内容"])
        page.write_formula("D7", "=40+2", None, 42)
        page.write_row("A8", ["S3", "J2", "内容"])
        page.write_datetime("D8", datetime.date(2024, 3, 2), book.add_format({"num_format": "m-d"}))
        page.write_row("A9", ["S3", "J3", "内容", "九十二"])
        page.merge_range("A10:A11", "S4")
        page.write_row("B10", ["J1", "内容", 42])
        page.write_row("B11", ["J2", "内容", 41])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_fault_is_reported_with_its_cell_and_the_rest_is_read(tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]):
    bad_workbook(tmp_path / "bad.xlsx")
    log = tmp_path / "log.jsonl"
    command = ["import", str(tmp_path / "bad.xlsx"), "--ruleset", "talk-contest", "--kind", "score", "--competition", "talk"]
    assert main([*command, "--enter", "--out", str(log), "--lang", lang]) == 1
    told = capsys.readouterr()
    error, note = ("error", "note") if lang == "en" else ("错误", "备注")
    found = set(re.findall(rf"({error}|{note})\[([\w-]+)\].*?\[决赛打分!([A-Z]+\d+)\]", told.err + told.out))
    assert found == {
        (error, "comma", "D3"),
        (error, "chinese-numeral", "D4"),
        (note, "full-width", "D5"),
        (note, "spaces", "A6"),
        (note, "spaces", "C6"),
        (note, "spaces", "D6"),
        (error, "formula", "D7"),
        (error, "date-for-number", "D8"),
        (error, "chinese-numeral", "D9"),
        (note, "merged", "A11"),
    }
    marks = [event for event in map(json.loads, log.read_text(encoding="utf-8").splitlines()) if event["kind"] == "score"]
    assert [(one["contestant"], one["judge"], one["value"]) for one in marks] == [
        ("S1", "J1", 45),
        ("S2", "J1", 44.5),
        ("S2", "J2", 44),
        ("S4", "J1", 42),
        ("S4", "J2", 41),
    ]
