"""The language says what rulebooks need: each file of `needs` compiles and its worked examples come out as written."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.ruleset.checking import check
from scoring_engine.season.examples import run

NEEDS = sorted((Path(__file__).parent / "needs").glob("*.yaml"))


@pytest.mark.parametrize("path", NEEDS, ids=lambda path: path.stem)
def test_needs(path: Path) -> None:
    assert [(d.line, d.message.say()) for d in check(path).diagnostics] == []
    wrong = [(verdict.name, failure.say()) for verdict in run(str(path)) for failure in verdict.failures]
    assert wrong == []
