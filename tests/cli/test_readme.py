"""The README names every command and every make target, and no other. Its examples are run with the pages of `docs/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]


@pytest.fixture(params=READMES, ids=lambda path: path.name)
def readme(request: pytest.FixtureRequest) -> str:
    return request.param.read_text(encoding="utf-8")


def test_the_readme_has_every_command_and_no_other(readme):
    from scoring_engine.cli.group import COMMANDS

    assert set(re.findall(r"^\| `scoring-engine (\w+)", readme, re.M)) == set(COMMANDS)


def test_every_make_target_that_the_readme_shows_is_there(readme):
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake (\w+)", readme)) <= targets
