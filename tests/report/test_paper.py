"""Summaries of scores and certificates: what stands on them is what the result says, on as many pages as there are to be."""

from __future__ import annotations

import csv
import importlib.util
import re
from decimal import Decimal
from pathlib import Path

import pytest

from scoring_engine.cli.main import main
from scoring_engine.events.errors import InputError
from scoring_engine.report.paper import content, printed
from tests.samples.replaying import replayed
from tests.samples.writing import ROOT

TALK = str(ROOT / "sample_events" / "talk.jsonl")
EXPECTED = ROOT / "tests" / "samples" / "expected" / "talk"
typst = pytest.mark.skipif(importlib.util.find_spec("typst") is None, reason="needs the extra pdf")


def rows(name: str) -> list[dict[str, str]]:
    with open(EXPECTED / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_summary_has_each_judges_sheet_and_the_result_of_everybody():
    [table] = content.summaries(replayed("talk.jsonl", engine="columnar"), "zh")["competitions"]
    assert table["headings"][:4] == ["序号", "出场号", "选手", "名称"]
    assert table["headings"][4:11] == ["周文渊", "吴晓梅", "孙立平", "马骏", "高敏", "林涛", "罗丹"]
    lines = {row[2]: dict(zip(table["headings"], row, strict=True)) for row in table["rows"]}
    for row in rows("standings"):
        total = lines[row["contestant"]].get("最后得分", "")
        assert (Decimal(total) if total else None) == (Decimal(row["total"]) if row["total"] else None)
        assert lines[row["contestant"]]["名次"] == row["rank"]
    # S2's sheet of J1 as it stands in the log: 45 content, 27 language, 18 bearing.
    assert Decimal(lines["S2"]["周文渊"]) == 45 + 27 + 18
    assert lines["S3"]["高敏"] == ""  # recused
    assert lines["S2"]["备注"] == "一等奖、超时扣分"
    assert lines["S5"]["状态"] == "弃权"


def test_judges_have_no_column_where_nothing_stands_for_their_sheet():
    tables = content.summaries(replayed("season.jsonl", engine="columnar"), "en", ["town-2024"])["competitions"]
    assert [table["name"] for table in tables] == ["全镇镇内赛"]
    assert not [heading for heading in tables[0]["headings"] if heading == "梁志远"]
    assert len(tables[0]["rows"]) == 12


def test_who_was_given_something_gets_a_certificate():
    found = content.certificates(replayed("talk.jsonl", engine="columnar"), "en")["certificates"]
    given = [row for row in rows("decisions") if row["consequence"] in content.CERTIFIED and row["status"] == "granted"]
    assert len(found) == len(given) == 4
    assert {one["name"] for one in found} == {"刘雅琴", "陈思远", "赵一鸣", "王梓涵"}
    assert all(one["day"] == "2024-11-08" for one in found)
    chinese = content.certificates(replayed("talk.jsonl", engine="columnar"), "zh")["certificates"]
    assert {one["day"] for one in chinese} == {"2024年11月8日"}
    assert "一等奖" in next(one["text"] for one in chinese if one["name"] == "刘雅琴")


@typst
def test_the_command_writes_pdf_with_a_page_for_each_certificate_and_the_same_bytes_again(tmp_path: Path):
    pytest.importorskip("typst")
    for folder in ("one", "two"):
        assert main(["report", TALK, "--pdf", "--out", str(tmp_path / folder), "--lang", "zh"]) == 0
    for name, pages in (("summary.pdf", 1), ("certificates.pdf", 4)):
        data = (tmp_path / "one" / name).read_bytes()
        assert data.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type ?/Page[^s]", data)) == pages
        assert (tmp_path / "two" / name).read_bytes() == data
        assert b"CJK" in data or b"Han" in data or b"Sim" in data or b"Song" in data  # Chinese is set in a font that has it
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["certificates.pdf", "summary.pdf"]


@typst
def test_a_machine_without_a_chinese_font_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(printed, "CHINESE", ())
    with pytest.raises(InputError) as error:
        printed.save("summary", {"competitions": []}, str(tmp_path / "a.pdf"), "zh")
    assert "install Noto Serif CJK" in error.value.message.say()
    assert list(tmp_path.iterdir()) == []


@typst
def test_names_that_look_like_markup_are_only_names(tmp_path: Path):
    evil = "#panic() *x* $y$ \\ @z"
    data = {"title": evil, "closing": evil, "organizer": evil, "certificates": [{"name": evil, "text": evil, "day": evil}]}
    assert Path(printed.save("certificates", data, str(tmp_path / "a.pdf"), "zh")).read_bytes().startswith(b"%PDF-")
