"""Explanations call things as the rulebook does, and say by how much a condition failed."""

from __future__ import annotations

from functools import cache

import pytest

from scoring_engine.report.tables import Tables
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.text import text
from scoring_engine.review.wording import condition
from tests.samples.replaying import replayed


@cache
def explainer() -> Explainer:
    return Explainer(replayed("season.jsonl", engine="columnar"))


@cache
def lines(contestant: str, lang: str) -> list[str]:
    return text(explainer().explain(contestant), lang).splitlines()


def line(contestant: str, lang: str, *parts: str) -> str:
    return next(one for one in lines(contestant, lang) if all(part in one for part in parts))


def test_topics_stand_under_their_chinese_names():
    assert line("V04", "zh", "防止返贫动态监测帮扶/进度", "T1 90.0")
    assert line("V04", "en", "monitoring against return to poverty/progress", "T1 90.0")
    assert "防止返贫动态监测帮扶 20, 生态文明建设 15" in line("V04", "zh", "params.topic_weights")
    # The third stage names six topics; none of their ids is left in the Chinese text.
    assert not [one for one in lines("V04", "zh") if "monitoring" in one or "governance" in one]


def test_ranking_groups_stand_under_their_names_in_tables():
    table = Tables(explainer().replay, "zh").standings(["year-end-2024"])
    groups = {row[table.names.index("scope")] for row in table.rows}
    assert "村班子" in groups
    assert not {group for group in groups if group.isascii()}


def test_what_was_sent_on_names_whose_result_it_was():
    # The village's four groups by rank and total, as the village contest's own table has them.
    rows = {row["contestant"]: row for row in explainer().replay.standings.records() if row["competition"] == "village-V04"}
    received = next(part for part in explainer().explain("V04")["competitions"] if part["competition"] == "town-2024")["received"]
    assert len(received) == 4
    for one in received:
        assert one["values"]["rank"] == str(rows[one["for"]]["rank"])
        assert float(one["values"]["total"]) == float(rows[one["for"]]["total"])


def failed(contestant: str, competition: str, rule: str) -> str:
    part = next(part for part in explainer().explain(contestant)["competitions"] if part["competition"] == competition)
    return "; ".join(condition(one, True, "en") for one in next(one for one in part["not_fired"] if one["rule"] == rule)["failed"])


def test_every_ordered_comparison_that_failed_says_by_how_much():
    # Seventh of twelve; the first three are awarded, the twelfth is last.
    assert failed("V04", "town-2024", "top-three") == "rank <= params.leading (3): was 7 of 12, off by 4"
    assert failed("V04", "town-2024", "last-village-barred") == (
        "place == last: was between first and last [between] (7 of 12), 5 ranks above the last"
    )
    assert failed("V04", "town-2024", "no-comment") == "comments == 0: was 7, off by 7"
    assert failed("V04", "year-end-2024", "vetoed") == "vetoes > 0: was 0, exactly on the limit"


@pytest.mark.parametrize(
    ("leaf", "english", "chinese"),
    [
        ({"op": "<=", "short": "2", "unit": "days"}, ", off by 2 days", "，差 2 天"),
        ({"op": "<=", "short": "0:30:00", "unit": "time"}, ", off by 0:30:00", "差 0:30:00"),
    ],
)
def test_times_say_how_late(leaf: dict[str, str], english: str, chinese: str):
    whole = {"text": "handed_in <= 2024-08-10", "field": "handed_in", "actual": "2024-08-12", "needed": "2024-08-10", "line": 3} | leaf
    assert condition(whole, True, "en").endswith(english)
    assert condition(whole, True, "zh").endswith(chinese)
