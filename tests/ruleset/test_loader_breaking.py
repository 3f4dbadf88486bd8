"""Breaking any line of a rulebook yields an error on that line.

Each rulebook is broken in some sixty places, spread over the file; with SCORING_ENGINE_ALL_BREAKS set, in all of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scoring_engine.ruleset.checking import check_loaded
from scoring_engine.ruleset.diagnostics import render
from scoring_engine.ruleset.loader import load, load_text
from tests.ruleset.breaking import Break, breaks
from tests.ruleset.rulebooks import TALK

RULEBOOKS = sorted((Path(__file__).parents[2] / "rulesets").rglob("*.yaml"))
MOST = 60


def unnoticed(one: Break) -> str:
    """What was said about a broken rulebook, where none of it is an error on the broken line; "" where one is."""
    diagnostics = check_loaded(load_text(one.text, "x.yaml")).diagnostics
    if any(d.line == one.line and d.severity == "error" for d in diagnostics):
        return ""
    return f"line {one.line}, {one.how}:\n{render(diagnostics, {'x.yaml': one.text}) or 'nothing is said'}"


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_a_broken_line_is_the_line_of_an_error(path: Path) -> None:
    if load(path).diagnostics:
        pytest.skip("the loader does not accept it")
    every = list(breaks(path.read_text("utf-8")))
    step = 1 if os.environ.get("SCORING_ENGINE_ALL_BREAKS") else max(1, len(every) // MOST)
    assert [said for one in every[::step] if (said := unnoticed(one))] == []


def test_every_line_of_the_talk_can_be_broken() -> None:
    every = list(breaks(TALK))
    assert [said for one in every if (said := unnoticed(one))] == []
    lines = {one.line for one in every}
    entries = TALK[: TALK.index("    given:")].split("\n")
    free = {"leading:", "final:", "speech:", "top:", "content:"}  # names that the author chose
    unbroken = [line for number, line in enumerate(entries, 1) if line and number not in lines and line.strip() not in free]
    assert unbroken == []


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_the_rulebooks_are_sound(path: Path) -> None:
    checked = check_loaded(load(path))
    assert checked.ok, render(checked.diagnostics, {checked.loaded.file: checked.loaded.text})
