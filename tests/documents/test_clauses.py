"""Every clause of the documents went somewhere, and the quotes are the documents' own words."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.documents.clauses import ROWS, STATUSES, counts, entry, rulebooks
from tests.documents.normalise import SIMPLIFIED, TRADITIONAL, normalised, plain
from tests.documents.plain import ROOT

BOOKS = dict(rulebooks())
OURS = {name: book for name, book in BOOKS.items() if book["source"]["id"] in ROWS}
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.mark.parametrize("name", BOOKS)
def test_each_clause_leads_to_an_entry_or_gives_the_reason(name: str) -> None:
    for clause in BOOKS[name].get("clauses", []):
        assert clause["status"] in STATUSES
        if clause["status"] == "left_out":
            assert clause.get("why"), clause
            continue
        assert clause.get("by"), clause
        for path in clause["by"]:
            assert entry(BOOKS[name], path) is not None, path


@pytest.mark.parametrize("name", OURS)
def test_each_rule_and_each_parameter_names_a_clause_of_the_table(name: str) -> None:
    book = OURS[name]
    known = {clause["clause"].split()[0] for clause in book["clauses"]} | {"落款"}
    refs = [param["ref"] for param in book["params"].values()]
    refs += [rule["ref"] for stage in book["stages"].values() for rule in stage["decisions"].values()]
    for ref in refs:
        for part in ref.split("; "):
            assert part.split()[0] in known, ref


@pytest.mark.parametrize("name", OURS)
def test_each_open_parameter_is_listed_as_one(name: str) -> None:
    book = OURS[name]
    listed = {path for clause in book["clauses"] if clause["status"] == "param" for path in clause["by"]}
    assert {f"params.{param}" for param, value in book["params"].items() if value.get("open") == "true"} <= listed


@pytest.mark.parametrize("name", OURS)
def test_each_rule_has_an_example_on_both_sides(name: str) -> None:
    book = OURS[name]
    for stage, entries in book["stages"].items():
        tests = [test["expect"] for test in book["tests"] if test["stage"] == stage]
        for rule in entries["decisions"]:
            assert any(row["rule"] == rule for expect in tests for row in expect.get("decisions", [])), f"{rule} never holds"
            assert any(row["rule"] == rule for expect in tests for row in expect.get("not", [])), f"{rule} always holds"


@pytest.mark.parametrize("document", ROWS)
def test_each_row_of_the_domain_table_is_carried(document: str) -> None:
    clauses = [clause["clause"] for book in OURS.values() if book["source"]["id"] == document for clause in book["clauses"]]
    for row in ROWS[document]:
        for beginning in row:
            assert any(clause.startswith(beginning) for clause in clauses), beginning


def test_the_counts_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for document, numbers in counts().items():
        row = f"| {document} | {sum(numbers.values())} | {numbers['rule']} | {numbers['param']} | {numbers['left_out']} |"
        assert row in readme, f"run python -m tests.documents.clauses and put its table into the README: {row}"


def quotes(name: str) -> list[dict[str, Any]]:
    """The clauses of a rulebook that quote the document."""
    return [clause for clause in OURS[name]["clauses"] if clause.get("text")]


def test_quotes_of_the_noisy_transcription_stand_beside_its_raw_text() -> None:
    with (Path(__file__).parent / "three_basics_quotes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["clause"], row["text"]) for row in rows] == [(clause["clause"], clause["text"]) for clause in quotes("three_basics.yaml")]
    for row in rows:
        assert normalised(row["raw"]) == plain(row["text"])


def test_quotes_stand_in_the_documents() -> None:
    for name, book in OURS.items():
        seed = SEEDS / f"{book['source']['id']}.txt"
        if not seed.exists():
            print(f"{seed} is not there; the quotes of {name} were not looked up")
            continue
        text = seed.read_text(encoding="utf-8")
        whole = normalised(text) if name == "three_basics.yaml" else plain(text)
        for clause in quotes(name):
            assert plain(clause["text"]) in whole, clause["text"]


def test_normalising_keeps_real_brackets() -> None:
    # worked by hand from the transcription: pinyin goes, 總 and 黨小組 in brackets stay, a comma before another mark goes
    assert normalised("基層黨(總)支部職責任務,,明確“五好”創(chuàng)建標準,。") == "基层党（总）支部职责任务，明确“五好”创建标准。"
    assert normalised("《黨支部(黨小組)組織生活會實施細則》,,") == "《党支部（党小组）组织生活会实施细则》，"
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
