"""The committed logs are those that their makers make, and the season is as large and as messy as it should be."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.samples import generate, oracle


@pytest.mark.parametrize("name", generate.SAMPLES)
def test_the_log_is_reproduced_byte_by_byte(name: str) -> None:
    written = (oracle.SAMPLES / f"{name}.jsonl").read_bytes()
    assert generate.data(name) == written, "a rulebook has changed: python -m tests.samples.generate, then python -m tests.samples.oracle"


def test_the_season_has_everything() -> None:
    log = oracle.read(oracle.SAMPLES / "season.jsonl")
    kinds = Counter(event["kind"] for event in log)
    opened = Counter(event["stage"] for event in log if event["kind"] == "opened")
    assert opened == {"group": 48, "village": 12, "town": 1, "board": 1, "year-end": 1}
    assert len({e["contestant"] for e in log if e["kind"] == "contestant" and e["contestant"].startswith("P")}) == 252
    assert len({e["judge"] for e in log if e["kind"] == "judge" and e["competition"] == "town-2024"}) == 7
    for kind in ("amended", "voided", "recused", "absent", "excused", "withdrawn", "disqualified", "reinstated", "deduction", "objection"):
        assert kinds[kind], kind
    assert [e["upheld"] for e in log if e["kind"] == "ruling"] == [True, False]
    names = Counter((e["competition"], e["name"]) for e in log if e["kind"] == "contestant")
    assert max(names.values()) > 1, "重名"
