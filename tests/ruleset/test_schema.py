"""The JSON Schema accepts what the loader accepts, and catches what an editor can catch."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.ruleset import models
from scoring_engine.ruleset.loader import load, load_text
from scoring_engine.ruleset.schema import SHORT, SHORT_ENTRIES, schema
from scoring_engine.ruleset.source import read
from tests.ruleset.rulebooks import TALK, changed

jsonschema = pytest.importorskip("jsonschema")

RULEBOOKS = sorted((Path(__file__).parents[2] / "rulesets").rglob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(schema())


def accepts(validator: Any, text: str) -> bool:
    node, found = read(text, "x.yaml")
    assert node is not None
    assert not found
    data = json.loads(json.dumps(node.plain(), default=lambda v: float(v) if isinstance(v, Decimal) else v))
    return bool(validator.is_valid(data))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda p: p.stem)
def test_it_accepts_the_rulebooks(validator: Any, path: Path) -> None:
    if load(path).ruleset is None or load(path).diagnostics:
        pytest.skip("the loader does not accept it")
    assert accepts(validator, path.read_text("utf-8"))


SHORT_FORMS = [
    ("title: A talk contest", "title: 7"),
    ("value: 3", "values: {2024-01-01: [3, 2], 2025-01-01: {a: 1}}"),
    ("  leading:\n    ref: §4\n    value: 3", "  leading: 3"),
    ("  leading:\n    ref: §4\n    value: 3", "  leading: [1, {a: b}]"),
    ("unit: text", "unit: {type: text, one_of: [a, b]}"),
    ("unit: text", "单位: {type: decimal, from: 0, to: 2.5, places: 1}"),
    ("by: [total]", "by: [total, {measure: total, order: up}, {lot: seeded}]"),
    ("when: [rank <= params.leading]", "when: rank <= 3"),
    ("when: [rank <= params.leading]", "when: {any: [rank <= 3, {not: {all: [place == last]}}]}"),
    ("[{certificate: A}]", "[{bar: honours, of: year-end}, {bar: [a, b], to: x, for: [leader, deputy]}, {cash: 300, for: leader}]"),
    ("[{certificate: A}]", "[{title: A, quota: 3}, {grade: B, quota: {share: 20, round: floor}}]"),
    ("    measures:\n", "    grades: [A, B]\n    deductions: {reasons: [late, 超时], most: 2.5}\n    measures:\n"),
    (
        "    measures:\n",
        "    rows:\n      r: {from: marks, by: [contestant], where: value > 1, columns: {n: {count: marks}}}\n    measures:\n",
    ),
    ("    measures:\n", "    rows:\n      r: {each: [{of: marks, where: value > 1, set: {a: b}}]}\n    measures:\n"),
    ("then: mean, round: 2}", "then: mean, round: {places: 2, mode: floor}}"),
    ("stages:\n", "windows:\n  w: {spans: {a: [2024-01-01, 2024-02-01], b: {from: 2024-01-01, to: 2024-02-01}}}\nstages:\n"),
    ("total: sum(panel.weight * panel.value) / 100", "total: {value: 3, round: 2, label: 总分}"),
]


@pytest.mark.parametrize(("old", "new"), SHORT_FORMS)
def test_it_accepts_the_short_forms_that_the_loader_accepts(validator: Any, old: str, new: str) -> None:
    text = changed(old, new)
    assert load_text(text).diagnostics == []
    assert accepts(validator, text)


WRONG = [
    ("    rounding:", "    runding:"),
    ("mode: half_up", "mode: half-up"),
    ("      mode: half_up\n", ""),
    ("      places: 2\n", "      places: two\n"),
    ("      places: 2\n", "      places: 12\n"),
    ("step: 0.5", "step: 0"),
    ("      unit: text", "      1unit: text"),
    ("unit: text", "unit: texts"),
    ("      by: [total]", "      by: []"),
    ("      by: [total]", "      by: total"),
    ("when: [rank <= params.leading]", "when: true"),
    ("[{certificate: A}]", "[{certificat: A}]"),
    ("unresolved: shared", "unresolved: share"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_it_catches_what_an_editor_can_catch(validator: Any, old: str, new: str) -> None:
    text = changed(old, new)
    assert load_text(text).diagnostics
    assert not accepts(validator, text)


def test_every_short_form_of_the_models_is_said() -> None:
    short = {name for name, model in vars(models).items() if isinstance(model, type) and "_short" in vars(model)}
    assert short == {*SHORT, *(name for name, _ in SHORT_ENTRIES)}


def test_the_talk_itself(validator: Any) -> None:
    assert accepts(validator, TALK)
