"""The rulebooks of the season and of the talk contest: no finding of the checker, every worked example as worked."""

from __future__ import annotations

import pytest

from scoring_engine.ruleset.checking import check
from scoring_engine.ruleset.loader import load
from scoring_engine.season.examples import run
from tests.samples.replaying import RULESETS


@pytest.mark.parametrize("path", RULESETS)
def test_the_checker_finds_nothing(path: str) -> None:
    assert [d.message.say() for d in check(path).diagnostics] == []


@pytest.mark.parametrize("path", RULESETS)
def test_every_worked_example_is_as_worked(path: str) -> None:
    verdicts = list(run(path))
    assert verdicts
    assert {v.name: [m.say() for m in v.failures] for v in verdicts if v.failures} == {}


@pytest.mark.parametrize("path", RULESETS)
def test_every_rule_has_an_example_where_it_holds_and_one_where_it_does_not(path: str) -> None:
    """And each of the latter says which condition fails."""
    ruleset = load(path).valid()
    held: dict[str, set[str]] = {name: set() for name in ruleset.stages}
    failed: dict[str, set[str]] = {name: set() for name in ruleset.stages}
    for example in ruleset.tests:
        held[example.stage] |= {row["rule"] for row in example.expect.get("decisions", [])}
        assert all(row.get("failed") for row in example.expect.get("not", [])), example.name
        failed[example.stage] |= {row["rule"] for row in example.expect.get("not", [])}
    for name, stage in ruleset.stages.items():
        assert set(stage.decisions) - held[name] == set(), name
        assert set(stage.decisions) - failed[name] == set(), name


@pytest.mark.parametrize("path", RULESETS)
def test_every_open_parameter_has_a_clause_a_label_and_a_date(path: str) -> None:
    for name, param in load(path).valid().params.items():
        assert param.ref, name
        assert param.label, name
        assert param.values, name
