"""The example rulebooks are sound, and their worked examples come out, with both decision engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.ruleset.checking import check
from scoring_engine.season.examples import run
from tests.cases.logs import RULEBOOKS

FILES = sorted(RULEBOOKS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_to_be_said_of_it(file: Path) -> None:
    assert [diagnostic.message.say() for diagnostic in check(str(file)).diagnostics] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_worked_examples_come_out(file: Path) -> None:
    verdicts = list(run(str(file)))
    assert verdicts
    assert [(verdict.name, [failure.say() for failure in verdict.failures]) for verdict in verdicts if verdict.failures] == []


def test_every_file_is_in_the_index() -> None:
    index = (RULEBOOKS / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in FILES if f"`{file.name}`" not in index] == []
