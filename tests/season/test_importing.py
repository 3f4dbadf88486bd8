"""Sheets in all the ways in which people save them become events; what cannot be read is named by its cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.errors import InputError
from scoring_engine.season.importing.layout import Wide
from scoring_engine.season.importing.run import Outcome, Request, run
from tests.season.sheets import csv_file, log_of, people, rulebook, xlsx_file


def imported(folder: Path, file: str, kind: str, **wishes: Any) -> Outcome:
    return run(Request(file, rulebook(folder), kind, **({"competition": "c"} | wishes)))


def rules(outcome: Outcome) -> list[str]:
    return [f"{finding.rule}@{finding.place.cell}" for finding in outcome.findings]


def bare(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("id", "kind", "competition")}


def read_log(path: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


ROWS = [["选手编号", "姓名", "单位"], ["V01", "王芳", "东村"], ["V02", "李明", "西村"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    outcome = imported(tmp_path, csv_file(tmp_path, ROWS, encoding), "contestant")
    assert [bare(event) for event in outcome.events] == [
        {"contestant": "V01", "name": "王芳", "unit": "东村"},
        {"contestant": "V02", "name": "李明", "unit": "西村"},
    ]
    assert rules(outcome) == (["encoding@"] if encoding == "gb18030" else [])


@pytest.mark.parametrize(("first", "separator"), [("", ";"), ("", "\t"), ("sep=;\r\n", ";"), ("sep=|\r\n", "|")])
def test_separators(tmp_path: Path, first: str, separator: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(first + "\r\n".join(separator.join(row) for row in [*ROWS, [""], ["", "无编号"]]), encoding="utf-8")
    outcome = imported(tmp_path, str(path), "contestant")
    assert [event["name"] for event in outcome.events] == ["王芳", "李明"]
    line = 5 if first else 4
    assert rules(outcome) == [f"blank-row@{line}", f"missing@{line + 1}"]


def test_a_file_in_no_known_encoding_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes("选手编号,姓名\nV01,".encode() + b"\xff\xff\n")
    with pytest.raises(InputError, match=r"sheet\.csv:2"):
        imported(tmp_path, str(path), "contestant")


@pytest.mark.parametrize("header", [["contestant", "name", "unit"], ["Contestant ID", "NAME", "Unit"], ["编号", "选手", "单位（村）"]])
def test_headers_in_either_language(tmp_path: Path, header: list[str]) -> None:
    outcome = imported(tmp_path, csv_file(tmp_path, [header, *ROWS[1:]]), "contestant")
    assert bare(outcome.events[0]) == {"contestant": "V01", "name": "王芳", "unit": "东村"}


def test_a_column_is_named_on_the_command_line(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["工号", "姓名", "村"], *(row for row in ROWS[1:])])
    outcome = imported(tmp_path, file, "contestant", mapped={"工号": "contestant", "村": "unit"})
    assert bare(outcome.events[0]) == {"contestant": "V01", "name": "王芳", "unit": "东村"}
    with pytest.raises(InputError, match="there is no field “uint”"):
        imported(tmp_path, file, "contestant", mapped={"工号": "contestant", "村": "uint"})
    with pytest.raises(InputError, match="no column is headed “镇”"):
        imported(tmp_path, file, "contestant", mapped={"工号": "contestant", "镇": "unit"})


def test_columns_that_name_nothing_are_said_and_a_sheet_without_header_too(tmp_path: Path) -> None:
    outcome = imported(tmp_path, csv_file(tmp_path, [[*ROWS[0], "序号"], [*ROWS[1], "1"]]), "contestant")
    assert rules(outcome) == ["unused-column@1"]
    assert bare(outcome.events[0]) == {"contestant": "V01", "name": "王芳", "unit": "东村"}
    outcome = imported(tmp_path, csv_file(tmp_path, [["甲", "乙"], ["1", "2"]]), "contestant")
    assert rules(outcome) == ["header@"]
    assert outcome.errors == 1


def test_titles_above_the_header_blank_rows_and_trailing_spaces(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["镇内赛选手登记表"], [""], ROWS[0], ROWS[1], ["", "", ""], ["V02 ", "李明", "西村"], ["", ""]])
    outcome = imported(tmp_path, file, "contestant")
    assert rules(outcome) == ["above-header@1", "blank-row@5", "spaces@A6"]
    assert [event["contestant"] for event in outcome.events] == ["V01", "V02"]


def test_a_header_that_stands_twice(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["选手编号", "姓名", "姓名"], ["V01", "王芳", "王芳"], ["V02", "李明", "李鸣"], ["V03", "赵刚", ""]])
    outcome = imported(tmp_path, file, "contestant")
    assert rules(outcome) == ["duplicate-header@1", "two-values@C3"]
    assert [event["contestant"] for event in outcome.events] == ["V01", "V03"]
    outcome = imported(tmp_path, file, "contestant", mapped={"姓名#2": "-"})
    assert [event["name"] for event in outcome.events] == ["王芳", "李明", "赵刚"]


def test_long_ids_stay_as_they_are_typed_and_a_cut_one_is_reported(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path, [["选手编号", "身份证号"], ["V01", "420102199001011234"], ["V02", 420102199001011234], [3, "x"]])
    outcome = imported(tmp_path, file, "contestant")
    assert rules(outcome) == ["long-number@B3"]
    assert [bare(event) for event in outcome.events] == [
        {"contestant": "V01", "id_card": "420102199001011234"},
        {"contestant": "3", "id_card": "x"},
    ]
    said = outcome.findings[0].say("en")
    assert "[成绩!B3]" in said
    assert "4.2E+17" in said


def test_a_workbook_as_it_comes(tmp_path: Path) -> None:
    """A title over all columns, judges over their criteria, formulas, percentages, dates and merged cells."""
    import datetime

    import xlsxwriter

    path = tmp_path / "sheet.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("决赛")
        page.merge_range("A1:F1", "演讲比赛评分表")
        page.merge_range("A2:A3", "编号")
        page.merge_range("B2:C2", "评委1")
        page.merge_range("D2:E2", "评委2")
        page.merge_range("F2:F3", "合计")
        page.write_row("B3", ["内容", "语言", "内容", "语言"])
        page.write_row("A4", ["V01", 92.5, 9.3, 88, 8.1])
        page.write_formula("F4", "=SUM(B4:E4)", None, 197.9)
        page.write_row("A5", ["V02", 90])
        page.write_formula("C5", "=B5/10", None, 9)
        page.write("D5", 0.885, book.add_format({"num_format": "0.0%"}))
        page.write("E5", datetime.date(2024, 3, 2), book.add_format({"num_format": "m-d"}))
        page.merge_range("A6:A7", "V03")
        page.write_row("B6", [80, 8])
        page.write_row("D7", [81, 8.5])
        page.write_row("A8", ["V04", "缺考", "", 70.3, 7])
        book.add_worksheet("草稿").hide()
    outcome = imported(tmp_path, str(path), "score")
    assert [(e["contestant"], e["judge"], e["criterion"], f"{e['value']:f}") for e in outcome.events] == [
        ("V01", "评委1", "content", "92.5"),
        ("V01", "评委1", "language", "9.3"),
        ("V01", "评委2", "content", "88"),
        ("V01", "评委2", "language", "8.1"),
        ("V02", "评委1", "content", "90"),
        ("V03", "评委1", "content", "80"),
        ("V03", "评委1", "language", "8"),
        ("V03", "评委2", "content", "81"),
        ("V03", "评委2", "language", "8.5"),
        ("V04", "评委2", "language", "7"),
    ]
    errors = [f"{finding.rule}@{finding.place.cell}" for finding in outcome.findings if finding.severity == "error"]
    assert errors == ["formula@C5", "percentage@D5", "date-for-number@E5", "status@B8", "step@D8"]
    assert {"above-header@1", "merged@A7", "hidden-sheet@"} <= set(rules(outcome))


def test_a_column_a_judge_and_a_column_a_criterion(tmp_path: Path) -> None:
    log = log_of(tmp_path, people(V01="王芳", V02="李明"))
    file = csv_file(tmp_path, [["选手", "J1", "J2"], ["王芳", "90", "91.5"], ["V02", "80", ""]])
    outcome = imported(tmp_path, file, "score", constants={"criterion": "内容"}, roster=[log])
    assert [(e["contestant"], e["judge"], e["criterion"], f"{e['value']:f}") for e in outcome.events] == [
        ("V01", "J1", "content", "90"),
        ("V01", "J2", "content", "91.5"),
        ("V02", "J1", "content", "80"),
    ]
    file = csv_file(tmp_path, [["选手", "评委", "内容", "语言"], ["V01", "J1", "90", "9.5"], ["V02", "J3", "80", "8"]])
    outcome = imported(tmp_path, file, "score", roster=[log])
    assert [(e["criterion"], f"{e['value']:f}") for e in outcome.events] == [("content", "90"), ("language", "9.5")]
    assert [finding.rule for finding in outcome.findings] == ["misspelt"]  # J3 is no judge; J1 and J2 are
    with pytest.raises(InputError, match="must be one of content"):
        imported(tmp_path, file, "score", roster=[log], constants={"criterion": "形象"})


def test_wide_columns_of_other_kinds(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["编号", "练前", "练后"], ["V01", "60", "72.5"], ["V02", "", "80"]])
    outcome = imported(tmp_path, file, "test", wide=[Wide("phase", "score", ("练前", "练后"))])
    assert [(e["record"], e["contestant"], e["phase"], f"{e['score']:f}") for e in outcome.events] == [
        ("test", "V01", "before", "60"),
        ("test", "V01", "after", "72.5"),
        ("test", "V02", "after", "80"),
    ]


def test_a_column_of_numbers_and_codes_and_one_with_the_other_sign(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["编号", "phase", "结果"], ["V01", "before", "60"], ["V01", "after", "DNF"]])
    outcome = imported(tmp_path, file, "test", mapped={"结果": "score|note"})
    assert [bare(event)["phase"] for event in outcome.events] == ["before"]
    assert rules(outcome) == ["missing@3"]  # the score is required
    file = csv_file(tmp_path, [["编号", "扣分", "原因"], ["V01", "-0.5", "超时"]])
    outcome = imported(tmp_path, file, "deduction", mapped={"扣分": "-value"})
    assert [(f"{event['value']:f}", event["reason"]) for event in outcome.events] == [("0.5", "overtime")]


def test_same_names_are_told_apart_by_id_or_unit(tmp_path: Path) -> None:
    events = people(V01="王芳", V02="李明")
    events += [{"id": "p-V03", "kind": "contestant", "competition": "c", "contestant": "V03", "name": "王芳", "unit": "西村"}]
    events[1]["unit"] = "东村"
    log = log_of(tmp_path, events)
    file = csv_file(tmp_path, [["姓名", "原因"], ["王芳", "请病假"], ["李明", "公务"], ["黎明", "公务"]])
    outcome = imported(tmp_path, file, "excused", roster=[log])
    assert [event["contestant"] for event in outcome.events] == ["V02"]
    said = [finding.say("en") for finding in outcome.findings if finding.severity == "error"]
    assert "V01 (东村), V03 (西村)" in said[0]
    assert "did you mean 李明?" in said[1]
    file = csv_file(tmp_path, [["姓名", "单位", "原因"], ["王芳", "西村", "请病假"]])
    assert [event["contestant"] for event in imported(tmp_path, file, "excused", roster=[log]).events] == ["V03"]
    file = csv_file(tmp_path, [["选手编号", "姓名", "原因"], ["V02", "王芳", "请病假"]])
    assert rules(imported(tmp_path, file, "excused", roster=[log])) == ["other-person@2"]


def test_a_name_that_two_bear_is_said_when_they_are_entered(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [*ROWS, ["V03", "王芳", "西村"]])
    outcome = imported(tmp_path, file, "contestant")
    assert len(outcome.events) == 3
    assert rules(outcome) == ["same-name@4"]
    outcome = imported(tmp_path, csv_file(tmp_path, [["姓名", "原因"], ["王芳", "病"]]), "excused")
    assert rules(outcome) == ["name-only@2"]


def test_importing_twice_changes_nothing_and_a_changed_row_is_a_conflict(tmp_path: Path) -> None:
    log = str(tmp_path / "log.jsonl")
    first = imported(tmp_path, csv_file(tmp_path, ROWS), "contestant", out=log)
    bytes_before = Path(log).read_bytes()
    again = imported(tmp_path, csv_file(tmp_path, ROWS, "gb18030"), "contestant", out=log, append=True)
    assert (len(first.events), len(again.events), again.known) == (2, 0, 2)
    assert Path(log).read_bytes() == bytes_before
    changed = imported(
        tmp_path, csv_file(tmp_path, [ROWS[0], ["V01", "王芳", "南村"], ["V03", "赵刚", "北村"]]), "contestant", out=log, append=True
    )
    assert [event["contestant"] for event in changed.events] == ["V03"]
    [conflict] = [finding for finding in changed.findings if finding.rule == "conflict"]
    assert "V01: unit: 东村 → 南村" in conflict.say("en")
    assert "line 1" in conflict.say("en")


def test_a_log_that_is_there_is_added_to_only_when_asked(tmp_path: Path) -> None:
    log = log_of(tmp_path, people(V09="周"))
    with pytest.raises(InputError, match="--append"):
        imported(tmp_path, csv_file(tmp_path, ROWS), "contestant", out=log)
    assert len(read_log(log)) == 4


def test_a_log_is_a_jsonl_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"log\.csv is no JSONL log"):
        imported(tmp_path, csv_file(tmp_path, ROWS), "contestant", out=str(tmp_path / "log.csv"))


def test_new_events_are_numbered_where_the_log_is(tmp_path: Path) -> None:
    log = log_of(tmp_path, [{"seq": 7 * n, **event} for n, event in enumerate(people(V09="周"), 1)])
    imported(tmp_path, csv_file(tmp_path, ROWS), "contestant", out=log, append=True)
    assert [event["seq"] for event in read_log(log)] == [7, 14, 21, 28, 29, 30]


def test_a_last_line_without_its_end_is_not_joined_with_the_first_new_one(tmp_path: Path) -> None:
    log = Path(log_of(tmp_path, people(V09="周")))
    log.write_bytes(log.read_bytes().rstrip(b"\n"))
    imported(tmp_path, csv_file(tmp_path, ROWS), "contestant", out=str(log), append=True)
    assert len(read_log(log)) == 6


def test_amending_on_request(tmp_path: Path) -> None:
    log = log_of(tmp_path, people(V01="王芳", V02="李明"))
    marks = [["编号", "评委", "内容"], ["V01", "J1", "90"], ["V02", "J1", "80"]]
    imported(tmp_path, csv_file(tmp_path, marks), "score", out=log, append=True)
    marks[1][2] = "91.50"
    wishes: dict[str, Any] = {"out": log, "append": True, "amend": "抄录有误", "by": "复核员"}
    outcome = imported(tmp_path, csv_file(tmp_path, marks), "score", **wishes)
    assert (outcome.known, [finding.rule for finding in outcome.findings]) == (1, ["amended"])
    last = read_log(log)[-1]
    assert (last["kind"], last["event"], last["value"], last["reason"], last["by"]) == (
        "amended",
        read_log(log)[-3]["id"],
        91.5,
        "抄录有误",
        "复核员",
    )
    assert imported(tmp_path, csv_file(tmp_path, marks), "score", **wishes).events == []  # the log says 91.5 now
    marks[1][2] = "90"
    assert imported(tmp_path, csv_file(tmp_path, marks), "score", **wishes).events[0]["value"] == 90  # and back again
    marks[1][2] = "91.5"
    assert len(imported(tmp_path, csv_file(tmp_path, marks), "score", **wishes).events) == 1


def test_a_voided_event_is_not_brought_back(tmp_path: Path) -> None:
    log = log_of(tmp_path, people(V01="王芳"))
    file = csv_file(tmp_path, [["编号", "评委", "内容"], ["V01", "J1", "90"]])
    imported(tmp_path, file, "score", out=log, append=True)
    void = {"id": "v", "kind": "voided", "competition": "c", "event": read_log(log)[-1]["id"], "reason": "误录"}
    with open(log, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(void, ensure_ascii=False) + "\n")
    outcome = imported(tmp_path, file, "score", out=log, append=True)
    assert (outcome.events, rules(outcome)) == ([], ["voided@C2"])


def test_rows_that_say_the_same(tmp_path: Path) -> None:
    """A record with a key counts once; two deductions alike are two, however often the sheet is imported."""
    file = csv_file(tmp_path, [["编号", "阶段", "成绩"], ["V01", "练前", "60"], ["V01", "练前", "60.0"], ["V01", "练前", "61"]])
    outcome = imported(tmp_path, file, "test")
    assert (len(outcome.events), rules(outcome)) == (1, ["repeated-row@3", "conflict@4"])
    log = str(tmp_path / "log.jsonl")
    file = csv_file(tmp_path, [["编号", "扣分值", "原因"], ["V01", "0.5", "overtime"], ["V01", "0.5", "overtime"]])
    outcome = imported(tmp_path, file, "deduction", out=log)
    assert (len({event["id"] for event in outcome.events}), rules(outcome)) == (2, ["repeated-row@3"])
    assert imported(tmp_path, file, "deduction", out=log, append=True).events == []


def test_entering_whom_the_rows_name(tmp_path: Path) -> None:
    file = csv_file(
        tmp_path, [["编号", "姓名", "单位", "评委", "内容"], ["V01", "王芳", "东村", "J1", "90"], ["V01", "王芳", "东村", "J2", "91"]]
    )
    outcome = imported(tmp_path, file, "score", enter=True)
    assert [(event["kind"], event.get("name")) for event in outcome.events] == [
        ("judge", None),
        ("contestant", "王芳"),
        ("score", None),
        ("judge", None),
        ("score", None),
    ]


def test_entering_does_not_enter_a_judge_a_second_time(tmp_path: Path) -> None:
    log = log_of(tmp_path, people(V01="王芳"))
    file = csv_file(tmp_path, [["编号", "评委1", "评委3"], ["V01", "90", "91"], ["V02", "80", "81"]])
    outcome = imported(tmp_path, file, "score", constants={"criterion": "content"}, roster=[log], enter=True)
    entered = [(event["kind"], event.get("judge", event.get("contestant"))) for event in outcome.events if event["kind"] != "score"]
    assert entered == [("judge", "评委3"), ("contestant", "V02")]  # 评委1 is J1


def test_competitions_in_a_column_and_the_opening_pins_its_rulebook(tmp_path: Path) -> None:
    import hashlib

    file = csv_file(tmp_path, [["赛事", "日期", "discards"], ["a", "2024/10/11", "0 0 1"], ["b", "2024年10月12日", "0"]])
    outcome = imported(tmp_path, file, "opened", competition="")
    assert [(event["competition"], event["date"], event["stage"]) for event in outcome.events] == [
        ("a", "2024-10-11", "final"),
        ("b", "2024-10-12", "final"),
    ]
    assert outcome.events[0]["sha256"] == hashlib.sha256(Path(rulebook(tmp_path)).read_bytes()).hexdigest()
    outcome = imported(tmp_path, csv_file(tmp_path, [["编号"], ["V01"]]), "contestant", competition="")
    assert rules(outcome) == ["no-competition@2"]


@pytest.mark.parametrize(
    ("kind", "stage", "says"),
    [("scores", "", "did|there are opened"), ("contestant", "semifinal", "no stage"), ("record", "", "no kind")],
)
def test_kinds_and_stages_that_do_not_exist(tmp_path: Path, kind: str, stage: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        imported(tmp_path, csv_file(tmp_path, ROWS), kind, stage=stage)


def test_files_that_are_no_sheets(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        imported(tmp_path, str(broken), "contestant")
    other = tmp_path / "sheet.pdf"
    other.write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"\.pdf"):
        imported(tmp_path, str(other), "contestant")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert rules(imported(tmp_path, str(empty), "contestant")) == ["empty@"]
    with pytest.raises(InputError, match="has no sheet “第二页”; it has 成绩"):
        imported(tmp_path, xlsx_file(tmp_path, ROWS), "contestant", sheets=("第二页",))


def test_a_quotation_mark_that_is_not_closed(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text('选手编号,姓名\nV01,王芳\nV02,"李明\nV03,赵刚\n', encoding="utf-8")
    outcome = imported(tmp_path, str(path), "contestant")
    assert [event["contestant"] for event in outcome.events] == ["V01"]
    assert rules(outcome) == ["csv@3"]


def test_a_comma_too_many_does_not_make_another_number(tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["编号", "阶段", "成绩"], ["V01", "练前", "92", "5"], ["V02", "练前", "90", ""]])
    outcome = imported(tmp_path, file, "test")
    assert [event["contestant"] for event in outcome.events] == ["V02"]
    assert rules(outcome) == ["beyond-header@D2"]


def test_findings_speak_chinese(tmp_path: Path) -> None:
    outcome = imported(tmp_path, csv_file(tmp_path, [["编号", "阶段", "成绩"], ["V01", "练前", '"92,5"']]), "test")
    assert outcome.findings[0].say("zh").startswith(str(tmp_path / "sheet.csv") + ":2 (成绩): ")
