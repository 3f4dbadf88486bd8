"""A comment is that of the judge who wrote it, on the contestant that it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay

STAGE: dict[str, Any] = {
    "sheet": {"marks": {"from": 0, "to": 10}, "comment": "required", "criteria": {"content": {}}},
    "panel": {"then": "mean"},
    "missing": {"judge": "exclude", "absent": "unranked", "withdrawn": "unranked"},
    "rounding": {"places": 2, "mode": "half_up"},
    "measures": {"total": "sum(panel.value)"},
    "ranking": {"by": ["total"], "unresolved": "shared"},
}


@pytest.mark.parametrize(
    ("comment", "without"),
    [
        ({"judge": "j", "contestant": "a"}, ["b"]),
        ({"judge": "j"}, ["a", "b"]),
        ({"contestant": "a"}, ["a", "b"]),
        ({}, ["a", "b"]),
    ],
)
def test_who_names_no_judge_or_no_contestant_has_commented_on_no_sheet(tmp_path: Path, comment: dict[str, str], without: list[str]) -> None:
    book = {"format": "ruleset/1", "id": "x", "version": "1", "source": {"id": "x", "title": "x"}, "stages": {"final": STAGE}}
    (tmp_path / "x.yaml").write_text(json.dumps(book))
    events: list[dict[str, Any]] = [
        {"kind": "opened", "ruleset": "x", "stage": "final"},
        *({"kind": "contestant", "contestant": name} for name in "ab"),
        {"kind": "judge", "judge": "j"},
        *({"kind": "score", "judge": "j", "contestant": name, "criterion": "content", "value": 5} for name in "ab"),
        {"kind": "comment", "text": "good", **comment},
    ]
    log = read([{"seq": n, "id": f"e{n}", "competition": "c", **event} for n, event in enumerate(events)])
    notices = replay(log, [str(tmp_path / "x.yaml")]).notices.records()
    assert [notice["contestant"] for notice in notices if notice["code"] == "no-comment"] == without
