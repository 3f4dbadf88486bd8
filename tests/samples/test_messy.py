"""The bad sample: each wrong line is listed with its field and rule, the rest is processed as if they were not there."""

from __future__ import annotations

from tests.samples import compare, messy, oracle
from tests.samples.replaying import replayed


def test_each_wrong_line_is_listed_and_nothing_else() -> None:
    found = [(row["line"], row["field"], row["rule"]) for row in replayed("messy.jsonl").rejected.records()]
    assert sorted(found) == [(row["line"], row["field"], row["rule"]) for row in messy.expected()]


def test_each_rejection_says_what_to_do_on_one_line() -> None:
    for row in replayed("messy.jsonl").rejected.records():
        assert row["reason"], row
        assert "\n" not in row["reason"], row


def test_the_good_lines_count() -> None:
    """Three sheets of 45 + 27 + 18 = 90, two of 40 + 25 + 15 = 80; the third judge of S2 is recused."""
    rows = {row["contestant"]: row for row in replayed("messy.jsonl").standings.records()}
    assert {who: (row["rank"], compare.exact(row["total"]), row["status"]) for who, row in rows.items()} == {
        "S1": (1, 90, "ranked"),
        "S2": (2, 80, "ranked"),
        "S3": (None, "", "withdrawn"),
    }


def test_the_list_for_readers_is_complete() -> None:
    text = (oracle.SAMPLES / "README.md").read_text(encoding="utf-8")
    for row in messy.expected():
        assert f"| {row['line']} | {row['field'] or '–'} | `{row['rule']}` | {row['why']} |" in text
