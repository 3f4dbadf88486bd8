"""Counts, for each source document, the clauses that became a rule, a parameter, or were left out with a reason.

    python -m tests.documents.clauses         (from the top of the checkout) prints the table of the README

Reads the tables `clauses:` of the rulebooks as plain YAML, without anything of scoring_engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tests.documents.plain import ROOT

STATUSES = ("rule", "param", "left_out")

# The rows of the domain's table for each document, each by the beginnings of the clauses that carry it.
ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "S0": (
        ("二(一)2", "二(一)3", "二(一)4"),
        ("二(二)1",),
        ("二(二)2",),
        ("二(三)2 大赛", "二(三)2 项目", "二(三)2 方式", "二(三)2 能手"),
        ("二(三)2 凡训必考", "二(三)2 测试", "二(三)2 合格"),
        ("二(三)3",),
        ("二(四)",),
        ("二(五)1", "二(五)3"),
        ("二(六)1",),
        ("三(二)",),
        ("三(三)",),
    ),
    "S1": (("第11段",), ("第12段",), ("第6段", "第10段", "第13段 余份"), ("第13段", "第17段"), ("第15段",), ("第16段",), ("第18段",)),
    "S3": (("二",), ("二(一)3",), ("二(一)4",), ("二(二)",), ("二(三)",), ("四2",), ("四4",)),
    "S4": (
        ("一 立项", "一 分布"),
        ("一 清单", "一 链条", "一 月报告", "一 季督查", "一 年交账"),
        ("一 双述双评", "一 评选"),
        ("一 三不", "一 阶梯", "一 限期整改", "一 约谈"),
        ("二 五好", "二 七簿两账两手册", "二 六有", "二 131"),
        ("二 示范点", "二 创星晋级"),
        ("三 三个讲一次", "三 人人上台"),
    ),
}


def rulebooks() -> Iterator[tuple[str, dict[str, Any]]]:
    """The rulebooks of the five documents: name of the file, content with every scalar as text."""
    for path in sorted((ROOT / "rulesets").glob("*.yaml")):
        book = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        if book["source"]["id"] in ("S0", "S1", "S2", "S3", "S4"):
            yield path.name, book


def counts() -> dict[str, dict[str, int]]:
    """Document → status → number of clauses."""
    found: dict[str, dict[str, int]] = {}
    for _, book in rulebooks():
        numbers = found.setdefault(book["source"]["id"], dict.fromkeys(STATUSES, 0))
        for clause in book.get("clauses", []):
            numbers[clause["status"]] += 1
    return dict(sorted(found.items()))


def table() -> str:
    """The counts as a Markdown table."""
    lines = ["| document | clauses | rule | parameter | left out |", "|---|---|---|---|---|"]
    for document, numbers in counts().items():
        lines.append(f"| {document} | {sum(numbers.values())} | " + " | ".join(str(numbers[status]) for status in STATUSES) + " |")
    return "\n".join(lines)


def entry(book: dict[str, Any], path: str) -> object:
    """The entry of a rulebook at a dotted path; raises KeyError where there is none."""
    here: Any = book
    for name in path.split("."):
        here = here[name]
    return here


if __name__ == "__main__":
    print(table())
