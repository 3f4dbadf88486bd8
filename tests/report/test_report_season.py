from __future__ import annotations

from types import SimpleNamespace

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
        settled=[],
        log_sha256="1f" * 32,
        digest="2e" * 32,
    )


def test_a_competition_is_a_table_with_the_measures_own_labels_and_who_is_not_ranked():
    text = season(result("a"))
    assert text.splitlines()[:7] == [
        "━━ Day of a · a ━━",
        "ruleset talk@1 (abababababab, pinned by the log)",
        "rank  contestant  name    total  quality  decided by  status",
        "────  ──────────  ──────  ─────  ───────  ──────────  ──────",
        "   1  V07         东河村  91.36    92.40",
        "   2  V03         Xi      91.30     9.85  quality",
        "      V09         南山村                              absent",
    ]


def test_decisions_say_their_kind_and_status_in_words_and_leave_empty_columns_out():
    row = ("a", "V07", "top", "cash", "3000", "", "6(4)", "", "pending", "two are level")
    text = season(result("a", decisions=[row]))
    assert "── Decisions ──" in text
    assert "contestant  rule  consequence  value  clause  status   note" in text
    assert "V07 东河村  top   cash          3000  6(4)    pending  two are level" in text


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


def test_a_long_table_shows_its_two_ends():
    rows = [("a", "final", "", f"V{n}", f"name {n}", n, "ranked", f"{200 - n}.00", "", f"{200 - n}.00", None) for n in range(1, 101)]
    one = result("a")
    one.standings = Table(STANDINGS, rows)
    lines = season(one).splitlines()
    assert lines[3].endswith("─")
    assert lines[4].split() == ["1", "V1", "name", "1", "199.00"]
    assert lines[33].split()[0] == "30"
    assert lines[34] == "… and 60 more; --full shows all"
    assert lines[35].split()[0] == "91"
    assert lines[44].split()[0] == "100"
    assert len(season(one, full=True).splitlines()) == len(lines) + 59


def test_a_long_table_of_groups_shows_the_two_ends_of_each():
    rows = [("a", "final", f"group {n // 50}", f"V{n}", "", n % 50 + 1, "ranked", "1.00", "", "1.00", None) for n in range(100)]
    one = result("a")
    one.standings = Table(STANDINGS, rows)
    text = season(one)
    assert text.count("… and 30 more; --full shows all") == 2
    for shown in ("V0 ", "V14 ", "V45 ", "V49 ", "V50 ", "V64 ", "V95 ", "V99 "):
        assert f" {shown}" in text
    for hidden in ("V15 ", "V44 ", "V65 ", "V94 "):
        assert f" {hidden}" not in text


def test_the_frequent_ones_of_a_long_list_of_decisions_are_only_counted():
    row = ("V07", "grade", "grade", "", "", "7", "good")
    rows = [("a", *row, "refused", "") for _ in range(40)] + [("a", *row, "granted", "") for _ in range(30)]
    text = season(result("a", decisions=rows))
    assert "grade  grade        good  refused     40  7" in text
    assert text.count("V07 东河村") == 30
    assert "… and 40 more; --full shows all" in text
    assert season(result("a", decisions=rows), full=True).count("V07 东河村") == 70


def test_rules_links_and_outcomes_are_called_by_their_labels():
    stage = {
        "measures": [{"name": "quality", "label": {"zh": "质量", "en": "Quality"}}],
        "ranking": {"by": [{"name": "quality", "label": {"zh": "quality", "en": "quality"}}]},
        "decisions": [
            {"id": "top", "label": {"zh": "前三", "en": "Top three"}, "then": [{"name": "cup", "label": {"zh": "奖杯", "en": "The cup"}}]}
        ],
        "grades": {},
        "sheet": None,
        "fields": {},
        "roster": {},
        "records": [],
    }
    stage["ranking"]["within"] = []  # type: ignore[index]
    one = result("a", decisions=[("a", "V07", "top", "award", "", "", "", "cup", "granted", "")])
    batch = SimpleNamespace(stage=stage, plan={"params": {}, "windows": {}}, competitions=["a"])
    one.settled = [SimpleNamespace(scored=SimpleNamespace(batch=batch))]
    english, chinese = season(one), season(one, "zh")
    assert "V03         Xi      91.30     9.85  Quality" in english
    assert "V07 东河村  Top three  award        The cup  granted" in english
    assert "V07 东河村  前三    表彰  奖杯  生效" in chinese
