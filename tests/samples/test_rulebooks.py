"""The rulebooks of the season and of the talk contest: no finding of the checker, every worked example as worked."""

from __future__ import annotations

import pytest

from scoring_engine.ruleset.checking import check
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
