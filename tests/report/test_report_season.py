from __future__ import annotations

from scoring_engine.report.season import LINES, first_rejected, season
from scoring_engine.season.result import Table
from tests.report.fakes import DECISIONS, NOTICES, REJECTED, STANDINGS, Replay, competition, standings


def result(*competitions: str, decisions=(), rejected=(), notices=(), note="") -> Replay:
    return Replay(
        competitions=[competition(c, note) for c in competitions],
        standings=Table(STANDINGS, [row for c in competitions for row in standings(c)]),
        decisions=Table(DECISIONS, list(decisions)),
        rejected=Table(REJECTED, list(rejected)),
        notices=Table(NOTICES, list(notices)),
        log_sha256="1f" * 32,
        digest="2e" * 32,
    )


def test_a_competition_is_a_table_with_the_measures_own_labels_and_who_is_not_ranked():
    text = season(result("a"))
    assert text.splitlines()[:7] == [
        "━━ Day of a · a ━━",
        "ruleset talk@1 (abababababab, pinned by the log)",
        "  rank  contestant  name    total  quality  decided by",
        "──────  ──────────  ──────  ─────  ───────  ──────────",
        "     1  V07         东河村  91.36    92.40",
        "     2  V03         Xi      91.30     9.85  quality",
        "absent  V09         南山村",
    ]


def test_decisions_say_their_kind_and_status_in_words_and_leave_empty_columns_out():
    row = ("a", "V07", "top", "cash", "3000", "", "6(4)", "", "pending", "two are level")
    text = season(result("a", decisions=[row]))
    assert "── Decisions ──" in text
    assert "contestant  rule  consequence  value  clause  status   note" in text
    assert "V07         top   cash         3000   6(4)    pending  two are level" in text


def test_a_stage_of_many_competitions_is_summarised_unless_all_is_asked_for():
    many = [f"g{n}" for n in range(5)]
    rows = [(c, "V07", "top", "cash", "3000", "", "6(4)", "", "granted", "") for c in many]
    text = season(result(*many, decisions=rows))
    assert "━━ final: 5 competitions ━━" in text
    assert "g4           Day of g4        3       2  东河村  91.36" in text
    assert "top   cash               granted      5  6(4)" in text
    assert "南山村" not in text
    full = season(result(*many, decisions=rows), full=True)
    assert full.count("南山村") == 5
    assert "5 competitions" not in full


def test_long_lists_are_cut_and_say_so():
    rows = [(n, f"e{n}", "value", "101", "range", "too large", "log.jsonl", n, "a") for n in range(1, 101)]
    text = season(result("a", rejected=rows))
    assert "━━ 100 events rejected ━━" in text
    assert f"… and {100 - LINES} more; --full shows all" in text
    assert "e100" in season(result("a", rejected=rows), full=True)


def test_notes_notices_and_hashes_are_there():
    text = season(result("a", notices=[("a", "untrimmed", "V03", "four marks only")], note="another rulebook than the log names"))
    assert "another rulebook than the log names" in text
    assert "four marks only" in text
    assert text.endswith(f"log {'1f' * 8} · result {'2e' * 8}\n")


def test_strict_says_the_first_rejected_event_in_one_line():
    rows = [(7, "e7", "value", "101", "range", "value 101 is not within 0 to 100", "log.jsonl", 7, "a")]
    assert first_rejected(result("a", rejected=rows), "en") == "log.jsonl:7: event e7 is not admitted: value 101 is not within 0 to 100"
