"""Replaying a sample log with the rulebooks of the checkout."""

from __future__ import annotations

from typing import Any

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples.writing import ROOT

RULESETS = [str(ROOT / "rulesets" / f"{name}.yaml") for name in ("skills_contest", "year_end", "talk_contest")]


def replayed(name: str, **options: Any) -> Replay:
    """The result of a sample log."""
    return replay(read(str(ROOT / "sample_events" / name)), RULESETS, **options)
