"""Margins of places under formulas of every kind: the mark that is named closes the gap when it is put into the log."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.judging import judging
from scoring_engine.review.judging_text import text
from scoring_engine.review.margins import Margins
from scoring_engine.ruleset.loader import load
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.examples import events_of
from scoring_engine.season.replay import replay
from tests.samples.replaying import replayed
from tests.samples.writing import ROOT

Event = dict[str, Any]

# Two judges; who is first with a judge gets 2 points, all others 1: a mark counts by the place that it makes, not by itself.
PLACES = """
format: ruleset/1
id: places
version: "1"
source: {id: none, dated: 2024-01-01}
stages:
  final:
    sheet: {criteria: {show: {marks: {from: 0, to: 10, step: 0.5}}}}
    panel: {then: mean}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    rows:
      marks:
        columns:
          place: {place: value, within: [judge]}
          points: "if(place == 1, 2, 1)"
    measures:
      total: {sum: marks.points}
      show: {sum: marks.value}
    ranking: {by: [total, show], unresolved: shared}
    decisions:
      first: {when: [rank == 1], then: [{award: cup}]}
"""


def opened(ruleset: str) -> Iterator[Event]:
    yield {"kind": "opened", "competition": "c", "ruleset": ruleset, "stage": "final"}
    yield from ({"kind": "contestant", "competition": "c", "contestant": who} for who in "AB")
    yield from ({"kind": "judge", "competition": "c", "judge": who} for who in ("J1", "J2"))


def ahead(events: list[Event], plan: Any, above: str, below: str) -> bool:
    rank = {row["contestant"]: row["rank"] for row in replay(read(events), [plan], engine="columnar").standings.records()}
    return rank[above] < rank[below]


def with_mark(events: list[Event], mark: Event, value: Fraction) -> list[Event]:
    """The events with another value of the mark that a margin names."""
    line = mark["line"] | {"judge": mark["judge"], "contestant": mark["contestant"]}
    found = [event for event in events if event["kind"] == "score" and all(str(event.get(name)) == text for name, text in line.items())]
    assert len(found) == 1
    return [event | ({"value": float(value)} if event is found[0] else {}) for event in events]


def test_a_mark_that_counts_by_the_place_it_makes_is_tried(tmp_path: Path):
    path = tmp_path / "places.yaml"
    path.write_text(PLACES, encoding="utf-8")
    marks = {("A", "J1"): 8, ("A", "J2"): 7, ("B", "J1"): 6, ("B", "J2"): 6.5}
    score = {"kind": "score", "competition": "c", "criterion": "show"}
    events = [*opened("places"), *(score | {"contestant": c, "judge": j, "value": v} for (c, j), v in marks.items())]
    for number, event in enumerate(events):
        event["id"] = str(number)
    plan = plan_of(str(path))
    found = judging(Explainer(replay(read(events), [plan], engine="columnar")))["competitions"][0]
    [gap] = found["margins"]
    assert (gap["above"], gap["below"], gap["values"]) == ("A", "B", ["4", "2"])
    # 4 : 2 points, 15 : 12.5 shown. A's 8 at 6 shares the first place with J1, 4 : 3; at 5.5 it is 3 : 3 and 12.5 : 12.5, level.
    # A's 7 at 6 makes it 3 : 3, but 14 : 12.5; only 4.5 makes that level. B's 6 at 8.5 makes it 3 : 3 and 15 : 15.
    first = gap["marks"][0]
    assert (first["contestant"], first["judge"], first["to"], first["level"]) == ("A", "J1", "5.5", True)
    by = {(mark["contestant"], mark["judge"]): mark["to"] for mark in gap["marks"]}
    assert by[("A", "J2")] == "4.5"
    assert by[("B", "J1")] == "8.5"


@pytest.mark.parametrize("path", sorted((ROOT / "rulesets").rglob("*.yaml")), ids=lambda path: path.stem)
def test_under_every_rulebook_the_mark_that_is_named_closes_the_gap(path: Path):
    plan = plan_of(str(path))
    for example in load(str(path)).ruleset.tests[:6]:
        events = [dict(event) for event in events_of(example.given, plan, example.stage)]
        x = Explainer(replay(read(events), [plan], engine="columnar"))
        if not any(event["kind"] == "score" for event in events):
            continue
        for part in judging(x)["competitions"]:
            for gap in part["margins"]:
                for mark in gap["marks"][:1]:
                    assert not ahead(with_mark(events, mark, Fraction(mark["to"])), plan, gap["above"], gap["below"])


def test_trying_finds_what_calculating_finds():
    x = Explainer(replayed("talk.jsonl", engine="columnar"))
    reader, index = x.part("talk-2024")
    margins = Margins(reader, index, x.order(reader), x.rulebook(reader))
    gap = margins.gaps()[0]
    rows = [x.row(reader, index, gap[side]) for side in ("above", "below")]
    tried, within = margins._tried(*rows)  # type: ignore[arg-type]
    assert within is not None
    assert sorted(abs(one.by) for one in tried)[:3] == sorted(abs(Fraction(mark["by"])) for mark in gap["marks"])


def test_what_was_not_tried_to_the_end_is_said():
    found = judging(Explainer(replayed("talk.jsonl", engine="columnar")))
    gap = found["competitions"][0]["margins"][0]
    gap |= {"tried": "0.5", "possible": None}
    assert "others were tried by up to 0.5" in text(found, "en", True)
    gap["marks"] = []
    assert "no single mark would, tried by up to 0.5" in text(found, "en", True)
