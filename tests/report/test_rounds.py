"""The standings after each round, as a person reads them."""

from __future__ import annotations

from scoring_engine.report.rounds import rounds
from scoring_engine.season.result import ColumnInfo, Table

COLUMNS = [
    ColumnInfo("after"),
    ColumnInfo("contestant"),
    ColumnInfo("rank", None, "integer"),
    ColumnInfo("status"),
    ColumnInfo("decided_by"),
    ColumnInfo("total", {"zh": "总积分", "en": "points"}, "number"),
    ColumnInfo("empty"),
]


def test_statuses_and_links_are_said_in_the_readers_words_and_empty_columns_left_out():
    rows = [("1", "A", 1, "ranked", "total", "10.0", None), ("1", "B", None, "withdrawn", None, None, None)]
    said = rounds(Table(COLUMNS, rows), "zh").splitlines()
    assert said[0].split() == ["截至", "选手", "名次", "状态", "名次依据", "总积分"]
    assert said[2].split() == ["1", "A", "1", "总积分", "10.0"]
    assert said[3].split() == ["1", "B", "弃权"]


def test_where_all_are_ranked_there_is_no_status():
    said = rounds(Table(COLUMNS, [("1", "A", 1, "ranked", "total", "10.0", None)]), "en").splitlines()
    assert said[0].split() == ["after", "contestant", "rank", "decided", "by", "points"]
