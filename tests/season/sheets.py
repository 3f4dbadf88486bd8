"""Sheets and a rulebook for the tests of importing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

RULEBOOK = """
format: ruleset/1
id: sheet-test
version: "1"
source: {id: none, dated: 2024-01-01}
records:
  test:
    fields:
      phase: {one_of: {before: {zh: 练前}, after: {zh: 练后}}, required: true, label: {zh: 阶段}}
      score: {type: decimal, places: 1, from: 0, to: 100, required: true, label: {zh: 成绩, en: result}}
      day: {type: date, label: {zh: 日期}}
      passed: {type: boolean, label: {zh: 合格}}
      note: {label: {zh: 备注}}
    key: [contestant, phase]
  visit:
    fields:
      place: {label: {zh: 地点}}
stages:
  final:
    contestant: {zh: 选手, en: speaker}
    roster:
      unit: {label: {zh: 单位, en: unit}}
      id_card: {label: {zh: 身份证号}}
      born: {type: date, label: {zh: 出生日期}}
    fields:
      discards: {type: list}
    sheet:
      criteria:
        content: {label: {zh: 内容, en: Content}, marks: {from: 0, to: 100, step: 0.5}}
        language: {label: {zh: 语言, en: Language}, marks: {from: 0, to: 10, step: 0.1}}
    panel: {then: mean, round: 2}
    records: [test, visit]
    deductions: {reasons: {overtime: {zh: 超时, en: overtime}}, most: 10, places: 1}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    measures:
      total: {sum: panel.value}
    ranking: {by: [total], unresolved: shared}
"""


def rulebook(folder: Path) -> str:
    """The rulebook as a file."""
    path = folder / "sheet_test.yaml"
    path.write_text(RULEBOOK, encoding="utf-8")
    return str(path)


def csv_file(folder: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", name: str = "sheet.csv") -> str:
    """A CSV file; no value may need quotes."""
    path = folder / name
    path.write_bytes("".join(",".join(row) + "\r\n" for row in rows).encode(encoding))
    return str(path)


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]], name: str = "sheet.xlsx", sheet: str = "成绩") -> str:
    """A workbook of one sheet: texts as texts, numbers as number cells."""
    import xlsxwriter

    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif value is not None:
                    page.write_number(r, c, value)
    return str(path)


def log_of(folder: Path, events: Iterable[dict[str, Any]], name: str = "log.jsonl") -> str:
    """A log with these events."""
    path = folder / name
    path.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), encoding="utf-8")
    return str(path)


def people(**names: str) -> list[dict[str, Any]]:
    """The competition c with contestants id=name."""
    opened = {"id": "o", "kind": "opened", "competition": "c", "ruleset": "sheet-test", "stage": "final"}
    entered = [{"id": f"p-{id}", "kind": "contestant", "competition": "c", "contestant": id, "name": name} for id, name in names.items()]
    judges = [{"id": f"j-{id}", "kind": "judge", "competition": "c", "judge": id} for id in ("J1", "J2")]
    return [opened, *entered, *judges]
