"""Explanations of the worked examples of every rulebook: no formula, chain or rule of the language is without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.review.above import above
from scoring_engine.review.above import text as above_text
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.page import page
from scoring_engine.review.text import text
from scoring_engine.ruleset.loader import load
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.examples import events_of
from scoring_engine.season.replay import replay

RULEBOOKS = sorted((Path(__file__).parent.parent.parent / "rulesets").rglob("*.yaml"))


def explainers(path: Path) -> Iterator[Explainer]:
    plan = plan_of(str(path))
    for example in load(str(path)).ruleset.tests:
        log = read(list(events_of(example.given, plan, example.stage)))
        yield Explainer(replay(log, [plan], engine="columnar"))


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "do" in node:
            yield node
        for part in node.values():
            yield from nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from nodes(part)


@pytest.mark.parametrize("path", RULEBOOKS, ids=[path.stem for path in RULEBOOKS])
def test_every_contestant_of_every_example_is_explained(path: Path):
    explained = 0
    for x in explainers(path):
        names = [row[3] for row in x.replay.standings.rows]
        ranked = [row for row in x.replay.standings.rows if row[5] is not None]
        for name in names:
            found = json.loads(json.dumps(x.explain(name)))
            assert text(found, "en")
            assert text(found, "zh", 80)
            assert name in page(found, "en")
            for part in found["competitions"]:
                values = {cell["id"]: cell["value"] for cell in part.get("cells", [])}
                for cell in part.get("cells", []):
                    if "node" in cell:
                        assert cell["node"]["value"] == cell["value"], cell["id"]
                    for node in nodes(cell.get("node")):
                        if "cell" in node:
                            assert node["value"] == values[node["cell"]]
                explained += 1
        for first, second in pairwise(ranked):
            found = above(x, first[3], second[3], first[0]) if first[0] == second[0] else None
            if found is None:
                continue
            apart = first[2] != second[2]
            expected = ("apart",) if apart else ("level",) if first[5] == second[5] else ("above",)
            assert found["competitions"][0]["verdict"] in expected
            assert above_text(found, "zh")
    assert explained
