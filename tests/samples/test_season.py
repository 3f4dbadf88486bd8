"""The town's season: the engine against tables that were computed apart from it, and the hardest rows worked by hand.

A tie that the chain resolves, with extremes that are level themselves (village-V02, third and fourth):

    V02-G4  industry    81.5 80.5 84 83.5 80.5    one of the two 80.5 and 84 are left out    245.5 / 3 = 81.8333   81.83
            habitat     80.5 84 82 81 83          80.5 and 84                                246 / 3               82.00
            livelihood  82 82 82 82.5 82.5        one 82 and one 82.5                        246.5 / 3 = 82.1667   82.17
            governance  84 80.5 82.5 80.5 82      one of the two 80.5 and 84                 245 / 3 = 81.6667     81.67
            0.8 × (81.83 + 82 + 82.17 + 81.67) / 4 + 0.2 × 86.28 = 65.534 + 17.256 = 82.790                         82.79
    V02-G3  84.03, 85.37, 84.23, 82.67; drill 82.67; one person was absent
            0.8 × 84.075 + 0.2 × 82.67 − 1 = 67.26 + 16.534 − 1 = 82.794                                            82.79
    level; governance 82.67 > 81.67 decides: V02-G3 is third, V02-G4 last

The cascade of the correction of 24 December (P078, the town cadre of V04-G3; policy 84.5 8.5 82, after it 84.5 84.5 82):

                                            before                                       after
    policy                                  175 / 3 = 58.33                              251 / 3 = 83.67
    law, growth                             81.50, 83.67                                 the same
    drill total 40 : 30 : 30                23.332 + 24.45 + 25.101 = 72.883   72.88     33.468 + 24.45 + 25.101 = 83.019   83.02
    rank in the drill                       5 of 5                                       4 of 5
    mean of the drill                       405.94 / 5 = 81.188                81.19     416.08 / 5 = 83.216                83.22
    V04-G3 in the village contest           69.534 + 16.238 = 85.772           85.77     69.534 + 16.644 = 86.178           86.18
    mean of the groups of V04               341.55 / 4 = 85.3875               85.39     341.96 / 4 = 85.49                 85.49
    V04 in the town final                                                      87.15     + 0.1 × 0.10                       87.16
    last of the town's cadres               P078 (72.88)                                 P154 (74.07)
    year-end grade of P078 (95.30, rank 1)  称职: last, barred from 优秀                   优秀
    year-end grade of P154 (94.60, rank 2)  优秀                                          称职: last, barred from 优秀
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.samples import compare, oracle
from tests.samples.replaying import RULESETS, replayed

LOG = "season.jsonl"
CORRECTION = oracle.correction(oracle.read(oracle.SAMPLES / LOG))


@cache
def result(until: int | None = None) -> Replay:
    return replayed(LOG, until=until)


def cell(until: int | None, competition: str, contestant: str, column: str) -> Any:
    rows = result(until).standings.records()
    return next(r[column] for r in rows if (r["competition"], r["contestant"]) == (competition, contestant))


def grade(until: int | None, contestant: str) -> str:
    rows = result(until).decisions.records()
    return next(r["name"] for r in rows if r["contestant"] == contestant and (r["consequence"], r["status"]) == ("grade", "granted"))


@pytest.mark.parametrize(("name", "until"), [("season", None), ("season_before_correction", CORRECTION - 1)])
def test_standings_are_those_of_the_oracle(name: str, until: int | None) -> None:
    assert compare.standings_differ(compare.expected(name, "standings"), result(until).standings.records()) == []


@pytest.mark.parametrize(("name", "until"), [("season", None), ("season_before_correction", CORRECTION - 1)])
def test_decisions_are_those_of_the_oracle(name: str, until: int | None) -> None:
    assert compare.decisions_differ(compare.expected(name, "decisions"), result(until).decisions.records()) == []


@pytest.mark.parametrize(("name", "until"), [("season", None), ("season_before_correction", CORRECTION - 1)])
@pytest.mark.parametrize("table", ["standings", "decisions"])
def test_the_expected_tables_are_those_that_the_oracle_computes_now(name: str, until: int | None, table: str) -> None:
    rows = getattr(oracle.Season(oracle.read(oracle.SAMPLES / LOG, until)).result, table)
    wanted = compare.expected(name, table)
    assert [{column: oracle.text(row.get(column)) for column in wanted[0]} for row in rows] == wanted


def test_nothing_is_rejected_and_the_rulebooks_are_the_pinned_ones() -> None:
    assert result().rejected.rows == []
    assert [(c.id, c.note) for c in result().competitions if not c.pinned] == []


BY_HAND: list[tuple[str, str, str, str, str]] = [  # competition, contestant, column, before the correction, after it
    ("village-V02", "V02-G4", "industry", "81.83", "81.83"),
    ("village-V02", "V02-G4", "total", "82.79", "82.79"),
    ("village-V02", "V02-G3", "total", "82.79", "82.79"),
    ("village-V02", "V02-G3", "rank", "3", "3"),
    ("village-V02", "V02-G4", "rank", "4", "4"),
    ("village-V02", "V02-G4", "decided_by", "governance", "governance"),
    ("drill-V04-G3", "P078", "policy", "58.33", "83.67"),
    ("drill-V04-G3", "P078", "total", "72.88", "83.02"),
    ("drill-V04-G3", "P078", "rank", "5", "4"),
    ("village-V04", "V04-G3", "drill", "81.19", "83.22"),
    ("village-V04", "V04-G3", "total", "85.77", "86.18"),
    ("town-2024", "V04", "groups", "85.39", "85.49"),
    ("town-2024", "V04", "total", "87.15", "87.16"),
    ("year-end-2024", "P078", "bars", "1", "0"),
    ("year-end-2024", "P154", "bars", "0", "1"),
]


@pytest.mark.parametrize(("competition", "contestant", "column", "before", "after"), BY_HAND)
def test_rows_worked_by_hand(competition: str, contestant: str, column: str, before: str, after: str) -> None:
    assert compare.exact(cell(CORRECTION - 1, competition, contestant, column)) == compare.exact(before)
    assert compare.exact(cell(None, competition, contestant, column)) == compare.exact(after)


def test_the_correction_changes_two_grades() -> None:
    assert (grade(CORRECTION - 1, "P078"), grade(CORRECTION - 1, "P154")) == ("competent", "excellent")
    assert (grade(None, "P078"), grade(None, "P154")) == ("excellent", "competent")


def test_points_do_not_buy_the_honour_back() -> None:
    """The secretary of the winning village has the most points of all village cadres, and was the last of the leaders."""
    mine = {"competition": "year-end-2024", "contestant": "P001"}
    row = next(r for r in result().standings.records() if mine.items() <= r.items())
    assert (row["rank"], Fraction(row["claimed"]), Fraction(row["bonus"]), row["bars"]) == (1, 6, 5, "1")
    assert grade(None, "P001") == "competent"


def test_the_quota_of_excellent_is_kept_in_every_category() -> None:
    """20 % of those ranked, rounded down; town cadres stay one below, since two are level across the last place."""
    ranked: dict[str, set[str]] = {}
    for row in result().standings.records():
        if row["competition"] == "year-end-2024" and row["status"] == "ranked":
            ranked.setdefault(row["scope"], set()).add(row["contestant"])

    def excellent(row: Mapping[str, Any], status: str) -> bool:
        return (row["consequence"], row["name"], row["status"]) == ("grade", "excellent", status)

    granted = {row["contestant"] for row in result().decisions.records() if excellent(row, "granted")}
    pending = {row["contestant"] for row in result().decisions.records() if excellent(row, "pending")}
    assert {scope: len(members & granted) for scope, members in ranked.items()} == {
        "village_team": 12 * 20 // 100,
        "village_cadre": 60 * 20 // 100,
        "town_cadre": 48 * 20 // 100 - 1,
        "group_cadre": 142 * 20 // 100,
    }
    assert pending == {"P099", "P103"}


def test_order_of_lines_double_delivery_and_the_deciding_engine_change_nothing(tmp_path: Path) -> None:
    lines = (oracle.SAMPLES / LOG).read_text(encoding="utf-8").splitlines()
    random.Random(7).shuffle(lines)
    (tmp_path / LOG).write_text("\n".join(lines + lines[:500]) + "\n", encoding="utf-8")
    assert replay(read(str(tmp_path / LOG)), RULESETS).digest == result().digest
    for engine in ("rete", "columnar"):
        assert replayed(LOG, engine=engine).digest == result().digest


def test_the_readme_names_the_moment_before_the_correction() -> None:
    assert f"--until {CORRECTION - 1}`" in (oracle.SAMPLES / "README.md").read_text(encoding="utf-8")
