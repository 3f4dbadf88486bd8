"""The other sample logs: explanations add up again there too."""

from __future__ import annotations

import re

import pytest

from scoring_engine.events.reading import read
from scoring_engine.review.difference import Difference, is_empty
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.text import text
from scoring_engine.season.replay import replay
from tests.review.readding import Formula, competitions, measures, number
from tests.samples.writing import ROOT

RULESETS = [str(path) for path in sorted((ROOT / "rulesets").glob("*.yaml"))]


@pytest.mark.parametrize("name", ["capability_drive", "grand_discussion", "learning_organs", "three_basics"])
def test_numbers_are_what_their_formulas_give(name: str):
    log = read(str(ROOT / "sample_events" / f"{name}.jsonl"))
    result = replay(log, RULESETS, engine="columnar")
    x = Explainer(result)
    added = 0
    for contestant in list(dict.fromkeys(row[3] for row in result.standings.rows))[::3]:
        for _, lines in competitions(text(x.explain(contestant), "en")):
            for label, value, formula in measures(lines):
                if re.fullmatch(r"−?[\d./]+", value) and not formula.startswith(("age(", "days(")):
                    assert Formula(formula).value() == number(value), (contestant, label, value, formula)
                    added += 1
    assert added > 50
    assert is_empty(Difference(result, replay(log, RULESETS, engine="columnar")).json())


def test_days_of_parameters_are_shown_as_days():
    log = read(str(ROOT / "sample_events" / "capability_drive.jsonl"))
    explanation = Explainer(replay(log, RULESETS, engine="columnar")).explain("P038", ["drive-staff-2024"])
    assert [one["value"] for one in explanation["competitions"][0]["params"] if one["name"] == "ends"] == ["2024-12-31"]
    printed = text(explanation, "zh")
    assert "params.ends  2024-12-31" in printed
    assert "标记 not-all-staff" not in printed
