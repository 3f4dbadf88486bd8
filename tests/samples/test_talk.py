"""The small sample, worked by hand.

    S1  sheets 90, 89, 91, 86.5, 91, 87.5, 89.5. Out: 86.5 and one of the two 91.  (90 + 89 + 91 + 87.5 + 89.5) / 5 = 447 / 5 = 89.40
    S2  sheets 90, 88, 92.5, 90, 89.5, 91.5, 88.5. Out: 88 and 92.5.               (90 + 90 + 89.5 + 91.5 + 88.5) / 5 = 449.5 / 5 = 89.90
        500 s: 5 s over 495, the first 30 have begun: − 0.5 = 89.40
    S3  J5 is of the same office and recused. Sheets 86, 84, 85.5, 88, 85, 86.5. Out: 84 and 88.   (86 + 85.5 + 85 + 86.5) / 4 = 85.75
    S4  J2's content was typed 34 for 44. Sheets 88.5, 88, 88, 89.5, 87, 89, 90.5. Out: 87 and 90.5.
        (88.5 + 88 + 88 + 89.5 + 89) / 5 = 443 / 5 = 88.60; 541 s: 46 s over, two times 30 begun: − 1; a violation: − 1: 86.60
    S5  was called three times and did not come

S1 and S2 are level on 89.40, and on four decimals. Content: S2 (45 + 44 + 46.5 + 45 + 44.5 + 46 + 45) / 7 = 316 / 7 = 45.14 against
S1 (45 + 44.5 + 46 + 43 + 45.5 + 44 + 45) / 7 = 313 / 7 = 44.71: S2 is first.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.samples import compare, oracle
from tests.samples.replaying import replayed

BY_HAND = [  # contestant, rank, average, total, decided by
    ("S2", "1", "89.9", "89.4", "content"),
    ("S1", "2", "89.4", "89.4", "content"),
    ("S4", "3", "88.6", "86.6", "total"),
    ("S3", "4", "85.75", "85.75", "total"),
    ("S5", "", "", "", ""),
]


def by_hand(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    columns = ("contestant", "rank", "average", "total", "decided_by")
    found = [tuple(compare.exact(row[name]) for name in columns) for row in rows]
    return sorted(found, key=lambda row: str(row[1] or "9"))


def test_the_oracle_says_what_was_worked_by_hand() -> None:
    wanted = [tuple(compare.exact(value) for value in row) for row in BY_HAND]
    assert by_hand(oracle.talk(oracle.read(oracle.SAMPLES / "talk.jsonl")).standings) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["columnar", "both"])
def test_the_engine_says_what_was_worked_by_hand(engine: str) -> None:
    result = replayed("talk.jsonl", engine=engine)
    assert by_hand(result.standings.records()) == [tuple(compare.exact(value) for value in row) for row in BY_HAND]
    assert compare.standings_differ(compare.expected("talk", "standings"), result.standings.records()) == []
    assert compare.decisions_differ(compare.expected("talk", "decisions"), result.decisions.records()) == []
    assert result.rejected.rows == []
