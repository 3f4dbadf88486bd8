"""Every preset in both languages: checked without a doubt, its examples hold, and its sample replays to what a person computes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from scoring_engine import presets
from scoring_engine.cli.main import main

# The standings of the samples, worked by hand: contestant → rank, total.
STANDINGS = {
    # A content 88 90 91 → 269 / 3 = 89.67, delivery 88 89 87 → 88: 0.6 × 89.67 + 0.4 × 88 = 53.802 + 35.2 = 89.002 → 89.00
    # B content 91 90 92 → 91, delivery 84 85 86 → 85: 54.6 + 34 = 88.60, less 1 → 87.60
    # C content 86 88 87 → 87, delivery 92 93 91 → 92: 52.2 + 36.8 = 89.00; level with A, whose content is higher
    "panel": {"A": ("1", "89.00"), "C": ("2", "89.00"), "B": ("3", "87.60"), "D": ("", "")},
    # A 10 8 10 4: best three 28    B 8 10 8 10: 28    C 6 6 6 8: 20    D 4 0 4 6: 14
    # A and B: two first places each; B has two second places, A one
    "points": {"B": ("1", "28"), "A": ("2", "28"), "C": ("3", "20"), "D": ("4", "14")},
    # A 84 and 91: 33.6 + 54.6    B 91 and 85: 36.4 + 51    C 72 and 89: 28.8 + 53.4    D has no final, and no 0 for it
    "rounds": {"A": ("1", "88.20"), "B": ("2", "87.40"), "C": ("3", "82.20"), "D": ("", "")},
    # A beats B, D beats C, D beats A
    "knockout": {"D": ("1", "2"), "A": ("2", "1"), "B": ("3", "0"), "C": ("3", "0")},
    # A 36 + 57    B 36.8 + 54    C 34 + 48 − 1    D 38.4 + 58.8    E 24 + 39
    "evaluation": {"D": ("1", "97.20"), "A": ("2", "93.00"), "B": ("3", "90.80"), "C": ("4", "81.00"), "E": ("5", "63.00")},
    # base and bonus: V5 94    V2 91 + 2    V4 92    V3 90.5 + 1    V1 88 + 3
    "bonus": {"V5": ("1", "94.00"), "V2": ("2", "93.00"), "V4": ("3", "92.00"), "V3": ("4", "91.50"), "V1": ("5", "91.00")},
}
TOTAL = {"knockout": "wins"}

# What must be granted: contestant, rule.
GRANTED = {
    "panel": {("A", "first-prize"), ("B", "merit"), ("C", "merit")},
    "points": {("B", "champion")},
    "rounds": {("A", "winner")},
    "knockout": {("D", "champion")},
    # five are ranked, 20 % is one; D leads and was vetoed
    "evaluation": {("A", "excellent"), ("B", "competent"), ("C", "competent"), ("D", "basic"), ("E", "basic")},
    # V5, last in the contest, is barred from the one place of five; V2 is next
    "bonus": {
        *(("V1", "leading"), ("V2", "leading"), ("V3", "leading"), ("V5", "last-place"), ("V2", "excellent")),
        *(("V1", "competent"), ("V3", "competent"), ("V4", "competent"), ("V5", "competent")),
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCORING_ENGINE_CACHE", "off")
    return tmp_path


def test_every_preset_is_worked_here():
    assert set(presets.names()) == set(STANDINGS) == set(GRANTED)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", presets.names())
def test_a_preset_is_sound_and_replays_to_what_was_worked_by_hand(name: str, lang: str, folder: Path, capsys):
    assert main(["new", "own", "--preset", name, "--lang", lang]) == 0
    assert capsys.readouterr().out == (
        "scoring-engine check own.yaml\nscoring-engine test own.yaml\nscoring-engine replay own.csv --ruleset own.yaml\n"
    )
    assert main(["check", "--strict", "own.yaml"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["test", "own.yaml"]) == 0
    assert main(["replay", "own.csv", "--ruleset", "own.yaml", "--out", "out"]) == 0

    last = name if name != "bonus" else "year"
    rows = list(csv.DictReader(io.StringIO((folder / "out" / "standings.csv").read_text(encoding="utf-8"))))
    rows = [row for row in rows if last != "year" or row["competition"] == "year"]
    total = TOTAL.get(name, "total")
    assert {row["contestant"]: (row["rank"], row[total]) for row in rows} == STANDINGS[name]
    decisions = csv.DictReader(io.StringIO((folder / "out" / "decisions.csv").read_text(encoding="utf-8")))
    assert {(row["contestant"], row["rule"]) for row in decisions if row["status"] == "granted"} == GRANTED[name]
    assert (folder / "out" / "rejected.csv").read_text(encoding="utf-8").count("\n") == 1  # the header alone
    opened = json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))["competitions"]
    assert {one["ruleset"] for one in opened} == {"own"}


@pytest.mark.parametrize("name", presets.names())
def test_comments_and_names_are_in_the_language_asked_for(name: str):
    chinese, english = (presets.preset(name, "own", lang) for lang in ("zh", "en"))
    outside_labels = [line for line in english.rulebook.splitlines() if "zh:" not in line]
    assert not any("\u4e00" <= letter <= "\u9fff" for line in outside_labels for letter in line)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.log)
    comments = [line.partition("# ")[2] for line in chinese.rulebook.splitlines() if "# " in line]
    assert sum(any("\u4e00" <= letter <= "\u9fff" for letter in comment) for comment in comments) > len(comments) / 2
    for text in (*chinese, *english):
        assert "|" not in text
        assert "{id}" not in text


def test_nothing_is_overwritten(folder: Path, capsys):
    (folder / "own.csv").write_text("mine", encoding="utf-8")
    assert main(["new", "own", "--lang", "en"]) == 1
    assert capsys.readouterr().err == "own.csv is there already; take another name\n"
    assert (folder / "own.csv").read_text(encoding="utf-8") == "mine"
    assert not (folder / "own.yaml").exists()


def test_presets_are_listed_with_their_purpose(capsys):
    assert main(["new", "--list", "--lang", "zh"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == presets.names()
    assert "knockout    淘汰赛：两两对阵，胜者晋级；名次按胜场，半决赛负者并列" in lines


@pytest.mark.parametrize("name", ["a/b", "a b", "a.yaml", ""])
def test_a_name_that_can_be_no_file_is_refused(name: str, folder: Path, capsys):
    assert main(["new", name, "--lang", "en"]) == 2
    assert f"“{name}” can be no name" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_chinese_names_and_folders_are_welcome(folder: Path, capsys):
    assert main(["new", "演讲-2024", "--out", "比赛", "--lang", "zh"]) == 0
    assert main(["replay", "比赛/演讲-2024.csv", "--ruleset", "比赛/演讲-2024.yaml", "--lang", "zh"]) == 0
    assert "演讲-2024@1" in capsys.readouterr().out
