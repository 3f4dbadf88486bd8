"""Blank sheets: what they admit, and that a filled workbook is the same log as the same marks written as JSONL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoring_engine.cli.main import main
from scoring_engine.events.reading import read
from scoring_engine.report.template import save
from scoring_engine.ruleset.loader import load
from scoring_engine.season.importing.fields import shape
from scoring_engine.season.importing.findings import Findings
from scoring_engine.season.importing.layout import Finder, Wishes
from scoring_engine.season.importing.roster import Roster
from scoring_engine.season.importing.run import Request, run
from scoring_engine.season.importing.sheets import read as sheets
from scoring_engine.season.importing.stamp import read as stamp
from scoring_engine.season.replay import replay
from tests.report.filling import filled, part, parts

ROOT = Path(__file__).parents[2]
RULEBOOKS = sorted([*(ROOT / "rulesets").glob("*.yaml"), *(ROOT / "rulesets" / "examples").rglob("*.yaml")])

RULEBOOK = """
format: ruleset/1
id: talks
version: "2"
source: {id: none, dated: 2024-01-01}
records:
  timing:
    label: {zh: 计时, en: Timing}
    fields:
      seconds: {type: integer, from: 0, required: true, label: {zh: 秒数, en: seconds}}
    key: [contestant]
stages:
  final:
    label: {zh: 决赛, en: final}
    roster:
      unit: {label: {zh: 单位, en: unit}}
      id_card: {label: {zh: 身份证号, en: id card}}
    sheet:
      criteria:
        content: {label: {zh: 内容, en: content}, marks: {from: 0, to: 60, step: 0.5}}
        delivery: {label: {zh: 表达, en: delivery}, marks: {from: 1, to: 40, step: 1}}
    panel: {then: mean, round: 2}
    deductions: {reasons: {overtime: {zh: 超时, en: overtime}}, most: 10, places: 1}
    records: [timing]
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    measures:
      total: {value: "sum(panel.value) - deductions"}
    ranking: {by: [total], unresolved: shared}
"""

ROWS = {
    "赛事": [["talk-1", "决赛日", 45576]],  # Excel's number of the day 2024-10-11; its cells are formatted as dates
    "名册": [["S1", "张三", "一组", "420106199001011234"], ["S2", "李四", "二组", None]],
    "评委": [["J1", "王五"], ["J2", "赵六"]],
    "打分": [
        ["S1", "张三", "J1", 50.5, 38],
        ["S1", None, "J2", 49, 40],
        ["李四", "李四", "J1", 51, 36],
        ["S2", None, "J2", "48.5", "３７"],  # typed as text, one in full-width digits
    ],
    "扣分": [["S2", "李四", 1.5, "超时"]],
    "计时": [["S1", "张三", 299]],
}


@pytest.fixture
def ruleset(tmp_path: Path) -> Path:
    path = tmp_path / "talks.yaml"
    path.write_text(RULEBOOK, encoding="utf-8")
    return path


@pytest.fixture
def blank(ruleset: Path, tmp_path: Path) -> Path:
    path = tmp_path / "blank.xlsx"
    assert main(["template", "--ruleset", str(ruleset), "--out", str(path), "--rows", "6", "--lang", "zh"]) == 0
    return path


def by_hand(ruleset: Path) -> list[dict[str, object]]:
    """The same contest as events, written by hand."""
    loaded = load(str(ruleset))
    pin = {"ruleset": "talks", "stage": "final", "version": "2", "sha256": loaded.sha256}
    events: list[dict[str, object]] = [
        {"kind": "opened", **pin, "name": "决赛日", "date": "2024-10-11"},
        {"kind": "contestant", "contestant": "S1", "name": "张三", "unit": "一组", "id_card": "420106199001011234"},
        {"kind": "contestant", "contestant": "S2", "name": "李四", "unit": "二组"},
        {"kind": "judge", "judge": "J1", "name": "王五"},
        {"kind": "judge", "judge": "J2", "name": "赵六"},
    ]
    marks = {("S1", "J1"): (50.5, 38), ("S1", "J2"): (49, 40), ("S2", "J1"): (51, 36), ("S2", "J2"): (48.5, 37)}
    for (contestant, judge), values in marks.items():
        for criterion, value in zip(("content", "delivery"), values, strict=True):
            events.append({"kind": "score", "judge": judge, "contestant": contestant, "criterion": criterion, "value": value})
    events.append({"kind": "deduction", "contestant": "S2", "value": 1.5, "reason": "overtime"})
    events.append({"kind": "record", "record": "timing", "contestant": "S1", "seconds": 299})
    return [{"competition": "talk-1"} | event for event in events]


def test_a_filled_template_gives_the_digest_of_the_same_marks_as_jsonl(blank: Path, ruleset: Path, tmp_path: Path):
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS)
    log = tmp_path / "imported.jsonl"
    assert main(["import", str(sheet), "--ruleset", str(ruleset), "--out", str(log), "--lang", "en"]) == 0
    written = tmp_path / "written.jsonl"
    ids = [event["id"] for event in map(json.loads, log.read_text(encoding="utf-8").splitlines())]
    lines = [json.dumps({"id": id} | event, ensure_ascii=False) for id, event in zip(ids, by_hand(ruleset), strict=True)]
    written.write_text("\n".join(lines) + "\n", encoding="utf-8")
    one, other = (replay(read(str(path)), [str(ruleset)]) for path in (log, written))
    assert not one.rejected.rows
    assert (one.log_sha256, one.digest) == (other.log_sha256, other.digest)
    # 50.5 and 49 → 49.75, 38 and 40 → 39; 51 and 48.5 → 49.75, 36 and 37 → 36.5, less 1.5.
    totals = {row["contestant"]: row["total"] for row in one.standings.records()}
    assert totals == {"S1": "88.75", "S2": "84.75"}


def test_importing_it_twice_changes_nothing(blank: Path, ruleset: Path, tmp_path: Path):
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS)
    request = Request(str(sheet), str(ruleset), "", str(tmp_path / "log.jsonl"), append=True)
    first = run(request)
    again = run(request)
    assert (len(first.events), first.known, first.errors) == (15, 0, 0)
    assert (len(again.events), again.known, again.errors) == (0, 15, 0)


def test_a_sheet_of_one_kind_can_be_imported_alone(blank: Path, ruleset: Path, tmp_path: Path):
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS)
    outcome = run(Request(str(sheet), str(ruleset), "judge", competition="other"))
    told = [(event["kind"], event["judge"], event["competition"]) for event in outcome.events]
    assert told == [("judge", "J1", "other"), ("judge", "J2", "other")]


def test_cells_admit_what_the_rulebook_admits(blank: Path):
    xml = part(blank, "打分")
    assert "AND(ISNUMBER(D2),D2&gt;=0,D2&lt;=60,ABS((D2-0)/0.5-ROUND((D2-0)/0.5,0))&lt;0.000001)" in xml
    assert "AND(ISNUMBER(E2),E2&gt;=1,E2&lt;=40,ABS((E2-1)/1-ROUND((E2-1)/1,0))&lt;0.000001)" in xml
    assert 'sqref="D2:D7"' in xml
    assert "名册!$A$2:$A$7" in xml.replace("'", "")  # who is on the roster can be chosen
    assert "超时" in part(blank, "扣分")
    assert "D2&lt;=10" in part(blank, "扣分") or "C2&lt;=10" in part(blank, "扣分")


def test_bad_cells_are_named_and_the_rest_is_read(blank: Path, ruleset: Path, tmp_path: Path):
    marks = [["S1", None, "J1", "92,5", "九十二"], ["S1", None, "J2", 61, 40], ["S2", None, "J1", 0.25, 36], ["S2", None, "J2", 48, 37]]
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS | {"打分": marks})
    outcome = run(Request(str(sheet), str(ruleset), ""))
    errors = [(f.place.sheet, f.place.cell, f.rule) for f in outcome.findings if f.severity == "error"]
    assert errors == [("打分", "D2", "comma"), ("打分", "E2", "chinese-numeral"), ("打分", "D3", "above"), ("打分", "D4", "step")]
    assert [event["value"] for event in outcome.events if event["kind"] == "score"] == [40, 36, 48, 37]


def test_another_version_of_the_rulebook_is_named_with_its_cell_and_the_rest_is_read(blank: Path, ruleset: Path, tmp_path: Path):
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS)
    ruleset.write_text(RULEBOOK.replace('version: "2"', 'version: "3"'), encoding="utf-8")
    outcome = run(Request(str(sheet), str(ruleset), ""))
    [error] = [finding for finding in outcome.findings if finding.severity == "error"]
    assert (error.rule, error.place.sheet, error.place.cell, error.value) == ("template-version", "_template", "B3", "2")
    assert "[_template!B3]" in error.say("en")
    assert "version 2 of talks, which is at 3 now" in error.say("en")
    assert len(outcome.events) == 15


def test_another_rulebook_and_a_changed_text_are_said(blank: Path, ruleset: Path, tmp_path: Path):
    ruleset.write_text(RULEBOOK.replace("id: talks", "id: songs"), encoding="utf-8")
    rules = [(f.severity, f.rule, f.place.cell) for f in run(Request(str(blank), str(ruleset), "")).findings]
    assert ("error", "template-ruleset", "B2") in rules
    ruleset.write_text(RULEBOOK + "# a remark\n", encoding="utf-8")
    rules = [(f.severity, f.rule, f.place.cell) for f in run(Request(str(blank), str(ruleset), "")).findings]
    assert ("note", "template-changed", "B4") in rules
    assert "error" not in [severity for severity, _, _ in rules]


def test_a_renamed_sheet_is_found_again(blank: Path, ruleset: Path, tmp_path: Path):
    sheet = filled(blank, tmp_path / "filled.xlsx", ROWS, {"打分": "最终 打分"})
    outcome = run(Request(str(sheet), str(ruleset), ""))
    assert [(f.rule, f.value) for f in outcome.findings if f.rule.endswith("sheet")] == [("renamed-sheet", "最终 打分")]
    assert (len(outcome.events), outcome.errors) == (15, 0)


def test_a_file_that_is_no_template_needs_its_kind(ruleset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
    assert main(["import", str(tmp_path / "a.csv"), "--ruleset", str(ruleset), "--lang", "en"]) == 1
    assert "--kind" in capsys.readouterr().err


def test_the_same_sheets_have_the_same_bytes(blank: Path, ruleset: Path, tmp_path: Path):
    save(str(ruleset), "", str(tmp_path / "again.xlsx"), "zh", 6)
    assert (tmp_path / "again.xlsx").read_bytes() == blank.read_bytes()


def test_a_stage_must_be_named_where_there_are_several(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    skills = str(ROOT / "rulesets" / "skills_contest.yaml")
    assert main(["template", "--ruleset", skills, "--out", str(tmp_path / "a.xlsx"), "--lang", "en"]) == 1
    assert "--stage" in capsys.readouterr().err
    assert main(["template", "--ruleset", skills, "--stage", "town", "--out", str(tmp_path / "a.xls"), "--lang", "en"]) == 2


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_every_header_of_every_rulebook_is_found_again(path: Path, tmp_path: Path):
    rulebook = load(str(path)).valid()
    for stage in rulebook.stages:
        for lang in ("zh", "en"):
            book = tmp_path / f"{lang}.xlsx"
            save(str(path), stage, str(book), lang, 1)
            findings = Findings()
            made = stamp(str(book), findings)
            assert made is not None
            for kind, name in made.sheets.items():
                shaped = shape(rulebook, stage, kind)
                layout = Finder(shaped, Wishes(), Roster([]), findings).layout(sheets(str(book), (name,), findings)[0])
                assert layout is not None
                given = [column.field for column in layout.columns if not column.fixed]
                assert len(set(given)) == len(given), (stage, kind, given)
                assert [value for column in layout.columns for _, value in column.fixed] == list(shaped.criteria)
                required = {t.name for t in shaped.targets.values() if t.required} - {"competition", "criterion", "value", "id"}
                if kind not in ("opened", "score"):
                    assert required <= set(given), (stage, kind, given)
            assert not findings.all, [finding.say() for finding in findings.all]


def test_the_stamp_is_hidden_and_names_the_rulebook(blank: Path, ruleset: Path):
    found = stamp(str(blank), Findings())
    assert found is not None
    pin = {"ruleset": "talks", "version": "2", "sha256": load(str(ruleset)).sha256}
    assert dict(found.lines) == {"format": "template/1", **pin, "stage": "final"}
    assert list(parts(blank)) == ["赛事", "名册", "评委", "打分", "扣分", "计时", "_template"]
