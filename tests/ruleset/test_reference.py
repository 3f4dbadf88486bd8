"""The reference page: complete, up to date, and with examples that compile."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from scoring_engine.ruleset import models
from scoring_engine.ruleset.checking import check_loaded
from scoring_engine.ruleset.diagnostics import render
from scoring_engine.ruleset.functions import AGGREGATES, FUNCTIONS
from scoring_engine.ruleset.loader import load_text
from scoring_engine.ruleset.reference import EXAMPLES, SETTING, Example, page, rulebook

ENTRIES = [
    model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == models.__name__
]


def errors(text: str) -> str:
    loaded = load_text(text, "example.yaml")
    return render([d for d in check_loaded(loaded).diagnostics if d.severity == "error"], {"example.yaml": text})


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_compiles(name: str) -> None:
    example = EXAMPLES[name]
    assert len(example.text.split("\n")) <= 3
    text = rulebook(example)
    assert example.text.split("\n")[0].partition("  ")[0] in text
    assert errors(text) == ""


@pytest.mark.parametrize("name", [*FUNCTIONS, *AGGREGATES])
def test_each_function_example_compiles(name: str) -> None:
    formula = (FUNCTIONS.get(name) or AGGREGATES[name]).example
    facts = """\
#records
  side: {fields: {points: integer, won: boolean}}
  lecture: {fields: {speaker: text}}
  test: {fields: {value: integer}}
  run: {fields: {time: {type: decimal, places: 2}, score: integer}}
  attempt: {fields: {value: integer}}
  factor: {fields: {value: integer}}
  finding: {fields: {serious: boolean, found: date, closed: date}}
  item: {fields: {done: boolean}}
  fact:
    contestant: none
    fields: {points: integer, share: integer, speed: integer, guess: integer, truth: integer, bonus: integer, half_points: boolean,
      merit: integer, place: integer, time: integer, round: integer, total: integer, found: date, closed: date, born: date}
"""
    text = SETTING.replace("#records\n", facts).replace("cash: [3", "points: [3, 2]\n  cash: [3")
    text = text.replace("points: {1: 25, 2: 18, 3: 15}", "points: {1: 25, 2: 18, 3: 15}\n  grade: {0: poor, 60: fair}")
    text = text.replace(
        "[finish, match, report]", "[finish, match, report, side, lecture, test, run, attempt, factor, finding, item, fact]"
    )
    start, end = text.index("      side:\n"), text.index("      finish:\n")
    text = (text[:start] + text[end:]).replace("sum(side.goals)", "sum(side.points)")
    if name in AGGREGATES:
        text = text.replace("      #measures\n", f'      shown: "{formula}"\n')
    else:
        text = text.replace("      #rows\n", f'      fact: {{columns: {{shown: "{formula}", deductions: share}}}}\n')
    assert errors(text) == ""


def test_each_operation_has_an_example() -> None:
    wanted = {f"Column.{name}" for name in models.OPERATIONS}
    wanted |= {
        f"Column.{name}"
        for name in ("where", "match", "within", "by", "order", "best", "drop", "middle", "trim", "running", "ties", "empty", "round")
    }
    wanted |= {f"Link.{name}" for name in models.LINKS}
    wanted |= {f"Consequence.{name}" for name in models.CONSEQUENCES}
    wanted |= {f"Condition.{name}" for name in ("test", "all", "any", "not")}
    wanted |= {f"Rows.{name}" for name in ("from", "by", "each", "every", "columns")}
    wanted |= {f"Window.{name}" for name in ("every", "spans")}
    assert wanted - set(EXAMPLES) == set()


def test_each_entry_is_described() -> None:
    for model in ENTRIES:
        assert model.__doc__
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name} has no description"
    text = page()
    for model in ENTRIES:
        if model is not models.Entry:
            assert f"### {model.__name__}\n" in text
            for name, info in model.model_fields.items():
                assert f"| `{info.alias or name}` |" in text


def test_the_page_is_up_to_date() -> None:
    written = (Path(__file__).parents[2] / "docs" / "reference.md").read_text("utf-8")
    assert written == page() + "\n", "run python -m scoring_engine.ruleset.reference > docs/reference.md"


def test_an_example_is_known_by_its_place() -> None:
    marks = {line.strip()[1:] for line in SETTING.split("\n") if line.strip().startswith("#")}
    assert {example.place for example in EXAMPLES.values()} <= marks | {"then"}
    assert errors(rulebook(Example("none", ""))) == ""
