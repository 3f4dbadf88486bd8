"""The worked examples that travel with the rulebooks come out as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.season.examples import run

RULEBOOKS = sorted((Path(__file__).parents[2] / "rulesets").rglob("*.yaml"))


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_every_worked_example_comes_out_as_written(path: Path) -> None:
    verdicts = list(run(str(path)))
    assert verdicts
    assert {v.name: [message.say() for message in v.failures] for v in verdicts if v.failures} == {}
