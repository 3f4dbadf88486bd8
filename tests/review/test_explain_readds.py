"""Every explanation of every contestant of the samples adds up again, from the printed text alone."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from scoring_engine.review.explanation import Explainer
from scoring_engine.review.text import text
from tests.review.readding import Formula, competitions, left_out, measures, number, of_row, rows
from tests.samples.replaying import replayed

EXPECTED = Path(__file__).parent.parent / "samples" / "expected"


@cache
def explainer(name: str) -> Explainer:
    return Explainer(replayed(f"{name}.jsonl", engine="columnar"))


def totals(name: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Rank and total of everybody, as the independent computation of the sample has them."""
    with open(EXPECTED / name / "standings.csv", encoding="utf-8", newline="") as file:
        return {(row["competition"], row["contestant"]): (row["rank"], row["total"]) for row in csv.DictReader(file)}


@cache
def everybody(name: str) -> list[tuple[str, str]]:
    x = explainer(name)
    return [(contestant, text(x.explain(contestant), "en")) for contestant in dict.fromkeys(contestant for _, contestant in totals(name))]


@pytest.mark.parametrize("name", ["season", "talk"])
def test_every_number_is_what_its_formula_gives_and_every_total_is_the_oracles(name: str):
    expected = totals(name)
    seen = set()
    numbers = 0
    for contestant, printed in everybody(name):
        for competition, lines in competitions(printed):
            for heading, value, items in rows(lines):
                if re.fullmatch(r"−?[\d./]+", value):
                    assert of_row(heading, items) == number(value), (contestant, competition, heading, value, items)
                    numbers += 1
            shown = {label: value for label, value, _ in measures(lines)}
            for label, value, formula in measures(lines):
                if not re.fullmatch(r"−?[\d./]+", value):
                    continue
                assert Formula(formula).value() == number(value), (contestant, competition, label, value, formula)
                numbers += 1
                for used in re.findall(r"(?<![\w.])(Total|Progress|Quality|Effect|Base|merit|average|deductions) (−?[\d./]+)", formula):
                    assert shown.get(used[0], "0.0") in (used[1], "0.0"), (contestant, competition, label, formula)
            if (competition, contestant) in expected:
                seen.add((competition, contestant))
                rank, total = expected[competition, contestant]
                first = next(line for line in lines if re.match(rf".*\b{contestant}\b", line))
                assert (re.search(r"rank (\d+) of", first) or [None, ""])[1] == rank
                if total:
                    assert f", {total}" in first
    assert seen == set(expected)
    assert numbers > 20 * len(seen) / 10


@pytest.mark.parametrize("name", ["season", "talk"])
def test_what_is_marked_high_is_no_lower_and_what_is_marked_low_no_higher_than_what_counts(name: str):
    trimmed = 0
    for _, printed in everybody(name):
        for _, lines in competitions(printed):
            for heading, _, items in rows(lines):
                least = re.search(r"1 high and 1 low left out from (\d+) on", heading)
                if not least:
                    assert "high]" not in items
                    continue
                counted, high, low = left_out(items)
                if len(counted) + len(high) + len(low) < int(least[1]):
                    assert not high
                    assert not low
                    continue
                trimmed += 1
                assert len(high) == len(low) == 1
                assert high[0] >= max(counted)
                assert low[0] <= min(counted)
    assert trimmed >= 3
