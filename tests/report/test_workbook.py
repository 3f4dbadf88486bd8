"""The workbook of a result: what stands in its cells, how it prints, and that it is the same whenever it is made."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from scoring_engine.cli.main import main
from scoring_engine.events.reading import read
from scoring_engine.report import workbook
from scoring_engine.report.xlsx import Book, column_widths, text_width
from scoring_engine.season.replay import replay
from tests.report.filling import part, parts

ROOT = Path(__file__).parents[2]
TALK = str(ROOT / "sample_events" / "talk.jsonl")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(workbook.save(replay(read(TALK), lang="zh"), str(tmp_path_factory.mktemp("talk")), "zh", [TALK]))


def cells(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()


def test_exact_decimals_are_numbers_with_their_places_and_everything_else_is_text(tmp_path: Path):
    book = Book("en", "t")
    sheet = book.sheet("s")
    exact = ["9.41", "8.07", "-0.50", "92.500", "0", "123456789012.345"]
    texts = [*exact, "1234567890123.456", "00420106199001011234", "1/3", "=1+1", "", "1e5"]
    for row, text in enumerate(texts):
        book.cell(sheet, row, 0, text, True)
    book.cell(sheet, len(texts), 0, "420106199001011234", False)
    book.save(str(tmp_path / "x.xlsx"))
    xml = part(tmp_path / "x.xlsx", "s")
    assert [f"<v>{n}</v>" in xml for n in ("9.41", "8.07", "-0.50", "92.500", "123456789012.345")] == [True] * 5  # not 9.410000000000001
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        shared = archive.read("xl/sharedStrings.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    # Beyond 15 digits, fractions, and what a spreadsheet would take for a formula or a power of ten, stand as text.
    for text in ("1234567890123.456", "00420106199001011234", "1/3", "=1+1", "1e5", "420106199001011234"):
        assert f"<t>{text}</t>" in shared
    assert 'formatCode="0.000"' in styles
    assert "<f>" not in xml


def test_widths_count_two_for_a_chinese_character():
    assert [text_width(text) for text in ("", "abc", "名次", "评委 3", "a\n名次")] == [0, 3, 4, 6, 4]


def test_names_of_sheets_are_made_admissible_and_told_apart():
    book = Book("en", "t")
    names = ["a/b:c?", "A B C ", "", "History", "x" * 40, "x" * 41, "'quoted'"]
    made = [book.sheet(name).get_name() for name in names]
    assert made == ["a b c", "A B C (2)", "-", "History (2)", "x" * 31, "x" * 27 + " (2)", "quoted"]


def test_the_sheets_of_a_result_in_chinese(talk: Path):
    assert list(parts(talk)) == ["概况", "“我的岗位我的责任”演讲比赛决赛", "决定", "被拒事件", "提示", "来源"]


def test_standings_are_those_of_the_independent_oracle(talk: Path):
    sheet = list(parts(talk))[1]
    header, *rows = cells(talk, sheet)
    assert header[:3] == ["名次", "选手", "名称"]
    with open(ROOT / "tests" / "samples" / "expected" / "talk" / "standings.csv", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    at = {name: header.index(label) for name, label in (("average", "平均分"), ("total", "最后得分"), ("content", "内容"))}
    told = {row[1]: (row[0], row[2], *(row[i] for i in at.values())) for row in rows}

    def number(text: str) -> object:
        return float(text) if text else ""

    assert told == {row["contestant"]: (number(row["rank"]), row["name"], *(number(row[name]) for name in at)) for row in expected}
    ranks = [row[0] for row in rows if row[0] != ""]
    assert [row[0] for row in rows] == sorted(ranks) + [""] * (len(rows) - len(ranks))


def test_a_workbook_prints_on_a4_and_keeps_its_header(talk: Path):
    xml = part(talk, list(parts(talk))[1])
    assert 'paperSize="9"' in xml
    assert 'orientation="landscape"' in xml
    assert 'fitToHeight="0"' in xml
    assert '<pane ySplit="1"' in xml
    assert "&amp;P / &amp;N" in xml
    with zipfile.ZipFile(talk) as archive:
        assert "_xlnm.Print_Titles" in archive.read("xl/workbook.xml").decode()


def test_sources_name_the_files_the_rulebooks_and_the_digests(talk: Path):
    result = replay(read(TALK))
    texts = {str(cell) for row in cells(talk, list(parts(talk))[-1]) for cell in row}
    assert {"talk.jsonl", result.log_sha256, result.digest, "talk-contest@2024.1", result.rulesets[0][2]} <= texts


def test_the_same_result_gives_the_same_bytes(talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    again = workbook.save(replay(read(TALK), lang="zh"), str(tmp_path), "zh", [TALK])
    assert Path(again).read_bytes() == talk.read_bytes()


def test_many_competitions_of_a_stage_share_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MOST_SHEETS", 10)
    season = str(ROOT / "sample_events" / "season.jsonl")
    path = Path(workbook.save(replay(read(season), engine="columnar", lang="zh"), str(tmp_path), "zh"))
    names = list(parts(path))
    assert names[1:6] == ["组内练", "村内比", "镇内赛", "全镇总评", "年终考核"]
    header, *rows = cells(path, "组内练")
    assert header[:2] == ["赛事", "名次"]
    with open(ROOT / "tests" / "samples" / "expected" / "season" / "standings.csv", encoding="utf-8", newline="") as file:
        drills = [row for row in csv.DictReader(file) if row["competition"].startswith("drill-")]
    assert sorted((row[0], row[2]) for row in rows) == sorted((row["competition"], row["contestant"]) for row in drills)


def test_the_command_writes_the_workbook_and_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["replay", TALK, "--format", "xlsx", "--out", str(tmp_path), "--lang", "en"]) == 0
    assert os.listdir(tmp_path) == ["result.xlsx"]
    assert list(parts(tmp_path / "result.xlsx"))[-3:] == ["Rejected events", "Notices", "Sources"]
    assert capsys.readouterr().out == ""
    assert main(["replay", TALK, "--format", "xlsx", "--lang", "en"]) == 2
    assert "--out DIR" in capsys.readouterr().err


def test_columns_are_as_wide_as_a_page_has_room_for():
    headings = ["rank", "contestant", "clause", "note", "SHA-256"]
    narrow = column_widths(headings[:2], [["1", "V01"]])
    assert narrow == [7, 13]  # their headings and a margin
    long = ["1", "V01", "七(四) " * 12, "因前三名并列，奖金由组委会集体研究决定" * 3, "a" * 64]
    widths = column_widths(headings, [long])
    assert widths[4] == 67  # a word that cannot be broken stays whole
    assert sum(widths) <= 150
    assert min(widths[2:4]) >= 18
