"""Comparisons, judges and verifications as pages: whole, in both languages, with nothing from outside and nothing that runs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring_engine.cli.group import cli
from tests.samples.writing import ROOT

TALK = str(ROOT / "sample_events" / "talk.jsonl")
SEASON = str(ROOT / "sample_events" / "season.jsonl")
VOID = ("meta", "br", "link", "img", "input")


class Page(HTMLParser):
    """Reads a page strictly: elements are closed in order, nothing is asked for from outside, nothing runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "img")
        names = dict(attrs)
        assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")], names
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] != tag and self.open[-1] in ("p", "html"):
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page(*args: str, code: int = 0) -> Page:
    result = CliRunner().invoke(cli, [*args, "--format", "html"], standalone_mode=False)
    assert (result.exception, result.return_value) == (None, code)
    assert result.output.startswith("<!doctype html>")
    assert "http" not in result.output
    assert "@import" not in result.output
    assert "url(" not in result.output
    read = Page()
    read.feed(result.output)
    return read


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_comparison_has_a_row_for_everybody_whose_result_differs(lang: str):
    read = page("diff", TALK, "--without", "judge=J3", "--lang", lang)
    found = json.loads(CliRunner().invoke(cli, ["diff", TALK, "--without", "judge=J3", "--format", "json"]).output)
    assert found["standings"]
    for one in found["standings"]:
        row = next(row for row in read.rows if one["contestant"] in row[0])
        before, after = one["changed"]["total"]
        assert f"{before} → {after}" in row[1]
    words = {"zh": "四位小数", "en": "Four decimals"}
    assert words[lang] in read.text
    assert words["en" if lang == "zh" else "zh"] not in read.text


def test_a_comparison_without_a_difference_says_so():
    read = page("diff", TALK, "--set", "limit=480", "--lang", "en")
    assert "no difference" in read.text
    assert read.rows == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_judges_page_has_each_judge_and_each_finding(lang: str):
    read = page("judges", TALK, "--lang", lang)
    found = json.loads(CliRunner().invoke(cli, ["judges", TALK, "--format", "json"]).output)["competitions"][0]
    for judge in found["judges"]:
        row = next(row for row in read.rows if row[0].startswith(judge["judge"] + " "))
        assert row[2] == str(judge["marks"])
    assert "W 0.12" in read.text
    assert ("演讲" if lang == "zh" else "too few to say much") in read.text


def test_names_and_rules_of_margins_are_those_of_the_rulebook():
    read = page("judges", SEASON, "--competition", "town-2024", "--lang", "zh")
    assert "前三奖金" in read.text
    assert "壮大集体经济/质量" in read.text
    assert "清河村" in read.text
    assert not re.search(r"economy|top-three", read.text)


def test_the_verification_page_says_what_is_the_same_and_what_differs(tmp_path: Path):
    assert CliRunner().invoke(cli, ["replay", TALK, "--out", str(tmp_path)]).exit_code == 0
    result = tmp_path / "result.json"
    read = page("verify", str(result), TALK, "--lang", "en")
    assert "verified: rulebooks, log and result are the same" in read.text
    assert {row[1] for row in read.rows} == {"same"}
    text = result.read_text(encoding="utf-8")
    assert text.count("89.90") == 1
    result.write_text(text.replace("89.90", "99.90"), encoding="utf-8")
    read = page("verify", str(result), TALK, "--lang", "zh", code=1)
    assert [row[0] for row in read.rows if row[1] != "相同"] == ["名次表"]
    assert "99.90" in read.text
    assert "89.90" in read.text
