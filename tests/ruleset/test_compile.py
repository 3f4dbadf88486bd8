"""From rulebooks to plans: expressions, types and orders worked by hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.ruleset.compile import compile
from scoring_engine.ruleset.loader import load, load_text
from tests.ruleset.compiling import FOOT, RANKED, column, compiled, place, rulebook, stage_of

ROOT = Path(__file__).parents[2]
SHEET = """\
    sheet:
      marks: {from: 0, to: 100, step: 0.5}
      criteria: {content: 60, speech: {weight: 40}}
"""
PANEL = "    panel: {trim: {high: 1, low: 1, from: 5}, then: mean, round: 2}\n"
TALK = SHEET.replace("content: 60", "content: {weight: 60}") + PANEL


def aggregate(op: str, table: str, expr: Any, **more: Any) -> Any:
    """An aggregate with the defaults spelled out."""
    base = {
        "op": op, "table": table, "expr": expr, "where": [], "on": [], "within": None, "by": None, "order": "down", "best": None,
        "drop": None, "middle": None, "trim": None, "running": False, "ties": "high", "empty": None,
    }  # fmt: skip
    return ["agg", base | more]


def bare(expr: Any) -> Any:
    """An expression without lines."""
    if isinstance(expr, dict):
        return {key: bare(value) for key, value in expr.items() if key != "line"}
    return [bare(item) for item in expr] if isinstance(expr, list) else expr


def measure(formula: str, stage: str = "", shared: str = "", ranking: str = "    ranking: {by: [total], unresolved: shared}\n") -> Any:
    """The expression of a measure that takes no part in the ranking, so that nothing rounds it."""
    text = rulebook(f'{stage}    measures:\n      total: 1\n      x: "{formula}"\n', shared, ranking)
    return bare(column(stage_of(text), "contestants", "x"))


# --- the sheet and the panel ----------------------------------------------------------------------------------------


def test_the_panel_has_a_row_for_every_line_that_is_due() -> None:
    stage = stage_of(rulebook(TALK + "    measures: {total: sum(panel.weight * panel.value) / 100}\n"))
    cross = stage["steps"][place(stage, "panel")]
    assert (cross["do"], cross["sources"], cross["key"]) == ("cross", ["contestants", "criteria"], ["contestant", "criterion"])
    on = [["contestant", "contestant"], ["criterion", "criterion"]]
    has = ["call", "has", ["col", "value"]]
    mean = aggregate("mean", "marks", ["col", "value"], on=on, where=[has], trim={"high": 1, "low": 1, "from": 5})
    assert bare(column(stage, "panel", "value")) == ["round", mean, 2, "half_up"]
    assert bare(column(stage, "panel", "judges")) == aggregate("count", "marks", ["bool", True], on=on, where=[has])
    assert column(stage, "panel", "weight") == ["far", "criteria", "weight"]
    weighted = aggregate("sum", "panel", ["op", "*", ["col", "weight"], ["col", "value"]], on=[["contestant", "contestant"]])
    total = ["round", ["op", "/", weighted, ["num", 100, 0]], 2, "half_up"]
    assert bare(column(stage, "contestants", "total")) == total
    assert stage["sheet"] is not None
    assert (stage["sheet"]["places"], stage["sheet"]["criteria"]["content"]["weight"]) == (1, ["num", 60, 0])
    assert [stage["sheet"]["criteria"]["speech"][key] for key in ("low", "high", "step")] == [0, 1000, 5]  # type: ignore[literal-required]


def test_a_judge_who_has_not_marked_is_waited_for() -> None:
    text = rulebook(TALK + "    measures: {total: sum(panel.value)}\n").replace("judge: exclude", "judge: wait")
    stage = stage_of(text)
    everyone = ["op", "==", ["col", "judges"], ["ref", "contestant", "@judges"]]
    assert column(stage, "panel", "value") == ["call", "if", everyone, ["col", "@value"], ["none"]]
    assert place(stage, "panel", "@value") < place(stage, "panel", "value") < place(stage, "contestants", "total")


def test_what_stands_out_changes_no_step() -> None:
    text = rulebook(TALK + "    measures: {total: sum(panel.value)}\n")
    plain, declared = (stage_of(one) for one in (text, text.replace("round: 2}\n", "round: 2, outlier: {distance: 7.5, from: 4}}\n", 1)))
    assert plain["panel"] is not None
    assert declared["panel"] is not None
    assert plain["panel"]["outlier"] is None
    assert declared["panel"]["outlier"] == {"distance": ["num", 75, 1], "share": None, "from": 4, "ref": ""}
    assert declared["steps"] == plain["steps"]


def test_a_judges_sheet_that_is_trimmed_as_a_whole_must_be_complete() -> None:
    text = rulebook(TALK.replace("{trim:", "{of: judge, trim:") + "    measures: {total: panel.value / 100}\n")
    stage = stage_of(text)
    group = stage["steps"][place(stage, "sheets")]
    assert (group["do"], group["source"], group["by"]) == (
        "group",
        "marks",
        {"contestant": ["col", "contestant"], "judge": ["col", "judge"]},
    )
    complete = ["op", "==", ["col", "@lines"], ["num", 2, 0]]
    assert column(stage, "sheets", "value") == ["call", "if", complete, ["col", "@sum"], ["none"]]
    value = column(stage, "panel", "value")
    assert (value[1][1]["table"], value[1][1]["on"], value[2:]) == ("sheets", [["contestant", "contestant"]], [2, "half_up"])
    assert stage["tables"]["panel"]["key"] == ["contestant"]
    assert column(stage, "contestants", "total") == ["round", ["op", "/", ["far", "panel", "value"], ["num", 100, 0]], 2, "half_up"]


def test_with_keys_every_line_with_marks_counts_or_all_of_a_complete_sheet() -> None:
    keys = "      keys: {round: {one_of: [first, second]}}\n"
    open_ended = stage_of(
        rulebook(SHEET.replace("content: 60", "content: {}") + keys + PANEL + "    measures: {total: sum(panel.value)}\n")
    )
    step = open_ended["steps"][place(open_ended, "panel")]
    assert (step["do"], list(step["by"])) == ("group", ["contestant", "round", "criterion"])
    due = stage_of(
        rulebook(
            SHEET.replace("content: 60", "content: {}")
            + keys
            + "      complete: true\n"
            + PANEL
            + "    measures: {total: sum(panel.value)}\n"
        )
    )
    step = due["steps"][place(due, "panel")]
    assert (step["do"], step["sources"]) == ("cross", ["contestants", "@keys/round", "criteria"])
    assert due["tables"]["@keys/round"]["rows"] == [["first"], ["second"]]


def test_what_a_mark_is_worth_is_a_column_of_the_marks() -> None:
    sheet = TALK.replace("{trim:", "{worth: 'scales.grade[value]', trim:")
    stage = stage_of(rulebook(sheet + "    measures: {total: sum(panel.value)}\n", "scales: {grade: {1: 0.5, 2: 1.25}}\n"))
    assert column(stage, "marks", "worth") == ["scale", "grade", [["col", "value"]]]
    assert column(stage, "panel", "value")[1][1]["expr"] == ["col", "worth"]
    assert place(stage, "marks", "worth") < place(stage, "panel", "value")


def test_a_line_of_the_sheet_can_be_named() -> None:
    ranking = "    ranking: {by: [total, criterion.speech], unresolved: shared}\n"
    stage = stage_of(rulebook(TALK + "    measures: {total: criterion.content + 2 * criterion.speech}\n", ranking=ranking))
    where = [["op", "==", ["col", "criterion"], ["text", "speech"]]]
    on = [["contestant", "contestant"]]
    assert bare(column(stage, "contestants", "criterion.speech")) == aggregate("max", "panel", ["col", "value"], on=on, where=where)
    speech = ["op", "*", ["num", 2, 0], ["col", "criterion.speech"]]
    assert column(stage, "contestants", "total") == ["op", "+", ["col", "criterion.content"], speech]
    assert [(link["measure"], link["name"]) for link in stage["ranking"]["by"]] == [
        ("total", "total"),
        ("criterion.speech", "criterion.speech"),
    ]


def test_deductions_are_a_measure() -> None:
    stage = stage_of(rulebook("    deductions: {reasons: [late], most: 2.5}\n    measures: {total: 100 - deductions}\n"))
    total = aggregate("sum", "deductions", ["col", "value"], on=[["contestant", "contestant"]], empty=["num", 0, 0])
    assert bare(column(stage, "contestants", "deductions")) == total
    assert stage["deductions"] is not None
    assert (stage["deductions"]["most"], stage["deductions"]["places"]) == (250, 2)


# --- rounding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "rounded"),
    [
        ("{mean: run.score}", [2, "half_up"]),
        ("{mean: run.score, round: 3}", None),  # declares its own
        ("round(mean(run.score), 3)", None),
        ("floor(mean(run.score))", None),
        ("{max: run.score}", [2, "half_up"]),  # three decimals come in, two are published
        ("{sum: run.whole}", None),  # exact with no decimals
        ("sum(run.whole) / 2", [2, "half_up"]),
        ("sum(run.whole) * 0.25", None),
        ("sum(run.whole) * 0.125", [2, "half_up"]),
        ("else(round(mean(run.score), 4), 0)", None),  # every value is a rounded one, or written out
        ("round(mean(run.score), 4) + 1", [2, "half_up"]),
        ("best", None),  # as its own definition rounds it
        ("{min: run.at}", None),
    ],
)
def test_a_measure_of_the_chain_is_rounded_once(definition: str, rounded: Any) -> None:
    records = "records:\n  run: {fields: {score: {type: decimal, places: 3}, whole: integer}}\n"
    best = "      best: {max: run.score, round: 3}\n"
    stage = "    records: [run]\n    measures:\n" + best + f"      total: {definition}\n"
    expr = column(stage_of(rulebook(stage, records)), "contestants", "total")
    own = expr[0] == "round" and expr[2:] == [2, "half_up"]
    assert own == (rounded is not None)
    exact = rulebook(stage, records).replace("mode: half_up}", "mode: half_up, rank_on: exact}")
    assert column(stage_of(exact), "contestants", "total") == (expr[1] if own else expr)


def test_roundings_take_the_mode_of_the_stage_unless_they_say_another() -> None:
    text = rulebook(
        "    measures: {total: 'round(1 / 3, 3)', b: 'round(1 / 3, 3, floor)', c: ceiling(1 / 3), d: {value: 1 / 3, round: 1}}\n"
    )
    stage = stage_of(text.replace("half_up", "half_even"))
    third = ["op", "/", ["num", 1, 0], ["num", 3, 0]]
    assert [column(stage, "contestants", name) for name in ("total", "b", "c", "d")] == [
        ["round", third, 3, "half_even"],
        ["round", third, 3, "floor"],
        ["round", third, 0, "ceiling"],
        ["round", third, 1, "half_even"],
    ]
    assert [(m["name"], m["places"]) for m in stage["measures"]] == [("total", 3), ("b", 3), ("c", 0), ("d", 1)]


# --- expressions ----------------------------------------------------------------------------------------------------

SHARED = """\
params:
  cash: {values: {2024-06-01: [3000, 2000.50], 2024-01-01: [1000]}}
  rules: {value: {old: {win: 2, first: goals}, new: {win: 3, first: difference}}}
  pass: 60
  deadline: 2024-08-10
  units: [east, west]
scales:
  place: {1: 10, 2: 8, DNF: 0}
  grade: {0: low, 60: fair, 85.5: high}
records:
  side: {fields: {points: integer, won: boolean, opponent: contestant, round: integer}, key: [contestant, round]}
  lap: {fields: {round: integer, pace: {type: decimal, places: 3}}}
windows:
  month: {from: 2024-01-01, to: 2024-03-15, every: month}
"""
STAGE = """\
    records: [side, lap]
    fields: {season: {one_of: [old, new]}, discards: list, held: date}
    roster: {unit: text, born: date, grade: {one_of: [junior, senior]}}
"""


@pytest.mark.parametrize(
    ("formula", "expr"),
    [
        ("params.pass", ["param", "pass", []]),
        ("params.cash[1]", ["param", "cash", [["num", 1, 0]]]),
        ("params.rules[competition.season].win", ["param", "rules", [["far", "competition", "season"], ["text", "win"]]]),
        ("scales.place[contestant]", ["scale", "place", [["col", "contestant"]]]),
        ("scales.place['DNF']", ["scale", "place", [["text", "DNF"]]]),
        ("scales.place[DNF]", ["scale", "place", [["text", "DNF"]]]),
        ("band(scales.grade, 85.5)", ["band", ["scale", "grade", []], ["num", 855, 1]]),
        ("size(params.cash)", ["call", "size", ["param", "cash", []]]),
        ("competition.discards[3]", ["index", ["far", "competition", "discards"], [["num", 3, 0]]]),
        ("grade == junior", ["op", "==", ["col", "grade"], ["text", "junior"]]),
        ("junior == grade", ["op", "==", ["text", "junior"], ["col", "grade"]]),
        ("grade in [junior, 'senior']", ["op", "in", ["col", "grade"], ["list", ["text", "junior"], ["text", "senior"]]]),
        ("unit in params.units", ["op", "in", ["col", "unit"], ["param", "units", []]]),
        ("competition.held <= params.deadline", ["op", "<=", ["far", "competition", "held"], ["param", "deadline", []]]),
        ("born >= '2000-01-01'", ["op", ">=", ["col", "born"], ["time", "2000-01-01"]]),
        ("age(born, competition.date)", ["call", "age", ["col", "born"], ["far", "competition", "date"]]),
        ("after(born, 30)", ["call", "after", ["col", "born"], ["num", 30, 0]]),
        ("window(month, competition.held)", ["call", "window", ["text", "month"], ["far", "competition", "held"]]),
        ("power(params.pass, 2)", ["call", "power", ["param", "pass", []], ["num", 2, 0], ["num", 0, 0]]),
        ("power(1.5, 2)", ["call", "power", ["num", 15, 1], ["num", 2, 0], ["num", 2, 0]]),
        ("power(1.5, 1.81)", ["call", "power", ["num", 15, 1], ["num", 181, 2], ["num", 12, 0]]),
        ("if(grade == junior, 1)", ["call", "if", ["op", "==", ["col", "grade"], ["text", "junior"]], ["num", 1, 0], ["none"]]),
        ("contestant.unit", ["ref", "contestant", "unit"]),
        ("-params.pass", ["neg", ["param", "pass", []]]),
    ],
)
def test_expressions(formula: str, expr: Any) -> None:
    assert measure(formula, STAGE, SHARED) == expr


def test_aggregates_find_their_table_by_the_dots() -> None:
    on = [["contestant", "contestant"]]
    assert measure("sum(side.points)", STAGE, SHARED) == aggregate("sum", "side", ["col", "points"], on=on)
    won = [["col", "won"]]
    assert measure("count(side where won)", STAGE, SHARED) == aggregate("count", "side", ["bool", True], on=on, where=won)
    other = ["op", "!=", ["ref", "opponent", "unit"], ["ref", "contestant", "unit"]]
    assert measure("sum(side.points where opponent.unit != contestant.unit)", STAGE, SHARED) == aggregate(
        "sum", "side", ["col", "points"], on=on, where=[other]
    )
    # Of two tables the one that the other is looked up from is the one whose rows count.
    stage = STAGE + "    rows: {round: {from: lap, by: [round], columns: {best: {min: pace}}}}\n"
    product = ["op", "*", ["col", "points"], ["far", "round", "best"]]
    assert measure("sum(side.points * round.best)", stage, SHARED) == aggregate("sum", "side", product, on=on)


def test_a_grouped_table_looks_at_the_rows_of_its_groups() -> None:
    rows = """\
    rows:
      tally:
        from: side
        where: won
        by: {contestant: contestant, half: "if(round <= 5, 1, 2)"}
        columns:
          points: {sum: points, best: params.pass}
          games: count(side)
"""
    stage = stage_of(rulebook(STAGE + rows + "    measures: {total: {sum: tally.points}}\n", SHARED))
    half = ["call", "if", ["op", "<=", ["col", "round"], ["num", 5, 0]], ["num", 1, 0], ["num", 2, 0]]
    assert column(stage, "side", "@by/tally/half") == half
    group = stage["steps"][place(stage, "tally")]
    assert group["by"] == {"contestant": ["col", "contestant"], "half": ["col", "@by/tally/half"]}
    assert group["where"] == [["col", "won"]]
    on = [["contestant", "contestant"], ["half", "@by/tally/half"]]
    points = aggregate("sum", "side", ["col", "points"], on=on, where=[["col", "won"]], best=["param", "pass", []])
    assert bare(column(stage, "tally", "points")) == points
    assert bare(column(stage, "tally", "games")) == aggregate("count", "side", ["bool", True], on=on, where=[["col", "won"]])
    assert (
        place(stage, "side", "@by/tally/half")
        < place(stage, "tally")
        < place(stage, "tally", "points")
        < place(stage, "contestants", "total")
    )


def test_both_sides_of_a_match_are_rows() -> None:
    shared = (
        "records: {match: {contestant: none, fields: {home: contestant, away: contestant, hg: integer, ag: integer}, key: [home, away]}}\n"
    )
    rows = """\
    records: [match]
    rows:
      game:
        each:
          - {of: match, set: {contestant: home, opponent: away, for: hg, against: ag}}
          - {of: match, set: {contestant: away, opponent: home, for: ag, against: hg}, where: has(hg)}
        columns: {points: "if(for > against, 3, if(for == against, 1, 0))"}
    measures: {total: {sum: game.points}}
"""
    text = rulebook(rows, shared).replace("where: has(hg)", "where: [has(hg)]")
    stage = stage_of(text)
    stack = stage["steps"][place(stage, "game")]
    away = {"contestant": ["col", "away"], "opponent": ["col", "home"], "for": ["col", "ag"], "against": ["col", "hg"]}
    assert stack["parts"][1] == {"of": "match", "where": [["call", "has", ["col", "hg"]]], "set": away}
    assert stage["tables"]["game"]["columns"]["opponent"]["names"] == "contestant"


def test_a_filter_fetches_what_its_source_computes() -> None:
    rows = """\
    rows: {finalists: {from: contestants, where: rank <= 3, columns: {ahead: {place: total, order: down}}}}
    measures: {total: 1, gap: "else(max(finalists.ahead), 0)"}
"""
    stage = stage_of(rulebook(rows))
    assert column(stage, "finalists", "total") == ["source", "total"]
    assert place(stage, "contestants", "rank") < place(stage, "finalists") < place(stage, "finalists", "ahead")
    assert place(stage, "finalists", "total") < place(stage, "finalists", "ahead")


def test_every_combination_of_keys_is_a_row() -> None:
    rows = """\
    rows:
      side: {columns: {month: "window(month, at)"}}
      duty: {every: [contestants, month], where: contestant.grade == junior, columns: {games: count(side), met: games >= 2}}
    measures: {total: count(duty where met)}
"""
    stage = stage_of(rulebook(STAGE + rows, SHARED))
    cross = stage["steps"][place(stage, "duty")]
    assert (cross["sources"], cross["key"]) == (["contestants", "month"], ["contestant", "month"])
    assert cross["where"] == [["op", "==", ["ref", "contestant", "grade"], ["text", "junior"]]]
    on = [["contestant", "contestant"], ["month", "month"]]
    assert bare(column(stage, "duty", "games")) == aggregate("count", "side", ["bool", True], on=on)
    assert stage["tables"]["month"]["made"] == "plan"


def test_running_totals_places_and_keeps_go_over_the_own_rows() -> None:
    rows = """\
    rows:
      side:
        columns:
          so_far: {sum: points, within: [contestant], running: true, by: round}
          place: {place: points, within: [round], ties: mean}
          counts: {keep: points, within: [contestant], drop: 1}
    measures: {total: {sum: side.points, where: side.counts}, reached: {min: side.at, where: so_far >= 10}}
"""
    stage = stage_of(rulebook(STAGE + rows, SHARED))
    running = aggregate("sum", "side", ["col", "points"], within=["contestant"], running=True, by=["col", "round"], order="up")
    assert bare(column(stage, "side", "so_far")) == running
    assert bare(column(stage, "side", "place")) == [
        "place",
        aggregate("place", "side", ["col", "points"], within=["round"], ties="mean")[1],
    ]
    keep = aggregate("keep", "side", ["col", "points"], within=["contestant"], drop=["num", 1, 0])
    assert bare(column(stage, "side", "counts")) == ["keep", keep[1]]
    assert stage["tables"]["side"]["columns"]["place"]["places"] is None
    assert {m["name"]: m["kind"] for m in stage["measures"]} == {"total": "number", "reached": "time"}


def test_keys_that_differ_are_matched_and_none_leaves_one_out() -> None:
    rows = """\
    rows:
      side: {columns: {before: round - 1, last: {sum: points, of: side, match: {round: none, before: round}}}}
    measures: {total: {sum: side.last}, all: {count: lap, match: {contestant: none}}}
"""
    stage = stage_of(rulebook(STAGE + rows, SHARED))
    assert column(stage, "side", "last")[1]["on"] == [["contestant", "contestant"], ["before", "round"]]
    assert column(stage, "contestants", "all")[1]["on"] == []


# --- order ----------------------------------------------------------------------------------------------------------


def test_a_measure_may_be_used_before_it_is_defined() -> None:
    stage = stage_of(rulebook("    measures: {total: a + b, b: a * 2, a: 1}\n"))
    order = [step["name"] for step in stage["steps"] if step["do"] == "column"]
    assert order == ["a", "b", "total"]


def test_a_thousand_measures_in_a_row_are_no_burden() -> None:
    chain = "".join(f"      m{i}: m{i + 1} + 1\n" for i in range(1000))
    stage = stage_of(rulebook(f"    measures:\n      total: m0\n{chain}      m1000: 0\n"))
    assert [step["name"] for step in stage["steps"] if step["do"] == "column"][:2] == ["m1000", "m999"]


def test_the_rank_comes_before_what_uses_it() -> None:
    stage = stage_of(rulebook("    measures: {prize: 'params.cash[rank]', total: 2, share: rank / field}\n", "params: {cash: [5, 3]}\n"))
    assert place(stage, "contestants", "total") < place(stage, "contestants", "rank") < place(stage, "contestants", "prize")


# --- ranking --------------------------------------------------------------------------------------------------------


def test_the_links_of_a_chain() -> None:
    ranking = """\
    ranking:
      by:
        - total
        - {measure: speed, order: up, when: season == old}
        - {countback: side.points, where: side.won, limit: 3}
        - {sorted: points, first: latest, where: side.round > 1, order: up}
        - among: {of: side, by: [{sum: side.points}, {value: "sum(side.points) / count(side)"}], orders: [up], restart: after_split}
        - {majority: side.round}
        - {lot: seeded}
        - {discretion: recorded}
      only: [grade == junior]
      unresolved: pending
    ranked_within: [unit]
"""
    stage = stage_of(rulebook(STAGE + "    measures: {total: 1, speed: {min: lap.pace}}\n", SHARED, ranking))
    links = stage["ranking"]["by"]
    assert [link["name"] for link in links] == [
        "total", "speed", "countback(side.points)", "sorted(points, latest)", "among(side)", "majority(side.round)", "lot", "discretion",
    ]  # fmt: skip
    assert [link["order"] for link in links] == ["down", "up", "down", "up", "down", "up", "up", "up"]
    assert links[1]["when"] == ["op", "==", ["col", "season"], ["text", "old"]]
    assert (links[2]["table"], links[2]["expr"], links[2]["where"], links[2]["limit"]) == (
        "side",
        ["col", "points"],
        [["col", "won"]],
        ["num", 3, 0],
    )
    assert (links[3]["table"], links[3]["first"], links[3]["by"]) == ("side", "latest", None)
    points = aggregate("sum", "side", ["col", "points"], on=[["contestant", "contestant"]])
    games = aggregate("count", "side", ["bool", True], on=[["contestant", "contestant"]])
    assert bare(links[4]["among"]) == {
        "opponent": "opponent",
        "by": [{"expr": points, "order": "up"}, {"expr": ["op", "/", points, games], "order": "down"}],
        "restart": "after_split",
    }
    assert (links[6]["mode"], links[7]["mode"]) == ("seeded", "recorded")
    assert stage["ranking"]["only"] == [["op", "==", ["col", "grade"], ["text", "junior"]]]
    assert stage["ranking"]["within"] == ["unit"]
    assert place(stage, "contestants", "speed") < place(stage, "contestants", "rank")


# --- rules ----------------------------------------------------------------------------------------------------------


def rule(when: str, then: str = "[{flag: f}]", more: str = "", shared: str = "", over: str = "") -> Any:
    """The plan of a rule."""
    measures = "    measures: {total: 1, late: 2, half: {value: 1 / 2, round: 1}}\n"
    text = f"{more}{measures}    decisions:\n      r:\n{over}        when: {when}\n        then: {then}\n"
    return stage_of(rulebook(text, shared))["decisions"][0]


def leaves(plan: Any) -> list[list[list[Any]]]:
    """The alternatives of a rule as (field, operator, operand)."""
    return [[[leaf["field"], leaf["op"], leaf["operand"]] for leaf in alternative] for alternative in plan["alternatives"]]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("[rank <= 3]", [[["rank", "<=", ["num", 3, 0]]]]),
        ("[3 >= rank, total > 0.5]", [[["rank", "<=", ["num", 3, 0]], ["total", ">", ["num", 5, 1]]]]),
        ("place == last", [[["place", "==", ["text", "last"]]]]),
        ("place == last-pending", [[["place", "==", ["text", "last-pending"]]]]),
        ("[tied]", [[["tied", "==", ["bool", True]]]]),
        ("[not tied]", [[["tied", "!=", ["bool", True]]]]),
        ("[has(late), not has(half)]", [[["late", "has", None], ["half", "lacks", None]]]),
        ("{any: [rank == 1, rank == 2]}", [[["rank", "==", ["num", 1, 0]]], [["rank", "==", ["num", 2, 0]]]]),
        ("{not: {all: [rank > 3, tied]}}", [[["rank", "<=", ["num", 3, 0]]], [["tied", "!=", ["bool", True]]]]),
        ("{not: {any: [rank > 3, tied]}}", [[["rank", "<=", ["num", 3, 0]], ["tied", "!=", ["bool", True]]]]),
        ("['status in [absent, excused]']", [[["status", "in", ["list", ["text", "absent"], ["text", "excused"]]]]]),
        ("{not: 'rank in [1, 2]'}", [[["rank", "!=", ["num", 1, 0]], ["rank", "!=", ["num", 2, 0]]]]),
        ("[rank <= 3, {any: [tied, {not: half < 0.25}]}]", [
            [["rank", "<=", ["num", 3, 0]], ["tied", "==", ["bool", True]]],
            [["rank", "<=", ["num", 3, 0]], ["half", ">=", ["num", 25, 2]]],
        ]),
    ],
)  # fmt: skip
def test_conditions_in_disjunctive_normal_form(when: str, expected: Any) -> None:
    assert leaves(rule(when)) == expected


def test_the_tree_of_a_condition_is_kept_as_written() -> None:
    tree = rule("[rank <= 3, {not: {any: [tied, half < 0.25]}}]")["tree"]
    assert list(tree) == ["all"]
    assert tree["all"][0]["text"] == "rank <= 3"
    assert [leaf["text"] for leaf in tree["all"][1]["not"]["any"]] == ["tied", "half < 0.25"]


def test_parameters_in_conditions() -> None:
    plan = rule("[rank <= params.top, unit in params.units]", more="    roster: {unit: text}\n", shared="params: {top: 3, units: [a, b]}\n")
    assert leaves(plan) == [[["rank", "<=", ["param", "top", []]], ["unit", "in", ["param", "units", []]]]]


def test_values_of_consequences_are_hidden_columns_without_notices() -> None:
    text = """\
    roster: {leader: text}
    measures: {total: 1}
    decisions:
      prize:
        when: [rank <= 3]
        then:
          - {cash: "params.cash[rank]", if_tied: split}
          - {bonus: 2, to: next, for: [contestant, leader]}
          - {flag: note, value: total}
          - {bar: [honours, excellent], of: next}
      best:
        when: [has(rank)]
        then: [{grade: A, quota: {share: params.share, within: [leader]}}, {advance: [total], to: next, quota: 5}]
    grades: [A, B]
"""
    stage = stage_of(rulebook(text, "params: {cash: [3000, 2000], share: 20}\n"))
    hidden = {
        step["name"]: step
        for step in stage["steps"]
        if step.get("name", "").startswith("@prize") or step.get("name", "").startswith("@best")
    }
    assert all(step["quiet"] for step in hidden.values())
    assert hidden["@prize/0/each"]["expr"] == ["param", "cash", [["col", "@position"]]]
    each = ["call", "else", ["col", "@prize/0/each"], ["num", 0, 0]]
    assert bare(hidden["@prize/0"]["expr"]) == ["round", aggregate("mean", "contestants", each, within=["rank"]), 2, "half_up"]
    prize, best = stage["decisions"]
    assert [(o["kind"], o["column"], o["whom"], o["to"]) for o in prize["then"]] == [
        ("cash", "@prize/0", ["contestant"], None),
        ("bonus", "@prize/1", ["contestant", "leader"], "next"),
        ("flag", "@prize/2", ["contestant"], None),
        ("bar", None, ["contestant"], "next"),
    ]
    assert prize["then"][3]["honours"] == ["honours", "excellent"]
    assert best["then"][0]["quota"] == {
        "by": "share",
        "column": "@best/0/quota",
        "of": "@best/0/of",
        "round": "floor",
        "within": ["leader"],
    }
    assert hidden["@best/0/of"]["expr"] == ["op", "==", ["col", "status"], ["text", "ranked"]]
    assert hidden["@best/1/quota"]["expr"] == ["num", 5, 0]
    assert best["then"][1]["carry"] == ["total"]


def test_rules_over_other_tables_fetch_whom_they_name_from_the_roster() -> None:
    more = "    roster: {leader: text}\n    records: [report]\n"
    shared = "records: {report: {fields: {late: boolean}}}\n"
    plan = rule("[late]", "[{flag: f, for: leader}]", more, shared, "        over: report\n")
    assert (plan["table"], plan["then"][0]["whom"]) == ("report", ["leader"])
    stage = stage_of(
        rulebook(
            f"{more}    measures: {{total: 1}}\n    decisions: {{r: {{over: report, when: [late], then: [{{flag: f, for: leader}}]}}}}\n",
            shared,
        )
    )
    assert column(stage, "report", "leader") == ["ref", "contestant", "leader"]


def test_rules_over_rows_that_belong_to_nobody_can_flag() -> None:
    more = "    rows: {competition: {columns: {pairs: count(contestants)}}}\n"
    plan = rule("[pairs < 28]", "[{flag: short, value: pairs}]", more, over="        over: competition\n")
    assert (plan["table"], plan["then"][0]["whom"], plan["then"][0]["column"]) == ("competition", [], "@r/0")


# --- what is shared -------------------------------------------------------------------------------------------------


def test_parameters_and_look_up_tables() -> None:
    plan = compiled(rulebook(STAGE + "    measures: {total: 1}\n", SHARED))
    assert plan["params"]["cash"]["values"] == [
        ["2024-01-01", ["list", ["num", 1000, 0]]],
        ["2024-06-01", ["list", ["num", 3000, 0], ["num", 20005, 1]]],
    ]
    assert plan["params"]["deadline"]["values"] == [["", ["time", "2024-08-10"]]]
    assert plan["scales"]["grade"] == ["map", {"0": ["text", "low"], "60": ["text", "fair"], "85.5": ["text", "high"]}]


@pytest.mark.parametrize(
    ("window", "rows"),
    [
        (
            "{from: 2024-01-30, to: 2024-03-02, every: month}",
            "2024-01 2024-01-30 2024-01-31, 2024-02 2024-02-01 2024-02-29, 2024-03 2024-03-01 2024-03-02",
        ),
        ("{from: 2024-12-30, to: 2025-01-06, every: week}", "2025-W01 2024-12-30 2025-01-05, 2025-W02 2025-01-06 2025-01-06"),
        ("{from: 2024-05-15, to: 2024-07-01, every: quarter}", "2024-Q2 2024-05-15 2024-06-30, 2024-Q3 2024-07-01 2024-07-01"),
        ("{from: 2023-11-01, to: 2024-01-01, every: year}", "2023 2023-11-01 2023-12-31, 2024 2024-01-01 2024-01-01"),
        ("{from: 2024-02-28, to: 2024-02-29, every: day}", "2024-02-28 2024-02-28 2024-02-28, 2024-02-29 2024-02-29 2024-02-29"),
        (
            "{spans: {late: [2024-05-01, 2024-05-31], early: {from: params.start, to: 2024-04-30}}}",
            "early 2024-04-01 2024-04-30, late 2024-05-01 2024-05-31",
        ),
    ],
)
def test_windows(window: str, rows: str) -> None:
    plan = compiled(rulebook("    measures: {total: 1}\n", f"params: {{start: 2024-04-01}}\nwindows: {{w: {window}}}\n"))
    assert [row[:3] for row in plan["windows"]["w"]["rows"]] == [row.split() for row in rows.split(", ")]


def test_declared_fields() -> None:
    fields = "{a: {type: decimal, from: 0, to: 10.5, step: 0.25}, b: {type: integer, from: -3}, c: {one_of: [x, y], required: true}}"
    stage = stage_of(rulebook(f"    roster: {fields}\n    measures: {{total: a}}\n"))
    assert [stage["roster"]["a"][key] for key in ("places", "low", "high", "step")] == [2, 0, 1050, 25]  # type: ignore[literal-required]
    assert [stage["roster"]["b"][key] for key in ("places", "low", "high")] == [0, -3, None]  # type: ignore[literal-required]
    labels = {"x": {"zh": "x", "en": "x"}, "y": {"zh": "y", "en": "y"}}
    assert (stage["roster"]["c"]["one_of"], stage["roster"]["c"]["required"]) == (labels, True)


def test_what_contestants_bring_along() -> None:
    text = rulebook("    carried: {merit: {type: decimal, places: 2}}\n    measures: {total: last(advanced.merit)}\n")
    assert "no order" in str([d.message.say() for d in compile(load_text(text))[1]])
    stage = stage_of(text.replace("last(advanced", "max(advanced"))
    assert stage["tables"]["advanced"]["columns"]["merit"]["places"] == 2


def test_what_advances_arrives_with_its_kind() -> None:
    first = "    roster: {unit: text}\n    measures: {total: 1, word: unit, late: total > 1}\n"
    first += "    decisions: {go: {when: [rank <= 3], then: [{advance: [total, word, late], to: next}]}}\n"
    second = FOOT + RANKED + "    measures: {total: 'max(advanced.total)', a: any(advanced.late), b: distinct(advanced.word)}\n"
    plan = compiled(rulebook(first) + "  t:\n" + second)
    columns = plan["stages"]["t"]["tables"]["advanced"]["columns"]
    assert {name: (columns[name]["kind"], columns[name]["places"]) for name in ("total", "word", "late")} == {
        "total": ("number", 4),
        "word": ("text", None),
        "late": ("truth", None),
    }


# --- the rulebooks that are there -----------------------------------------------------------------------------------

BOOKS = sorted((ROOT / "rulesets").glob("**/*.yaml"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_rulebook_of_the_project_compiles(path: Path) -> None:
    loaded = load(path)
    plan, found = compile(loaded)
    assert plan is not None, [(d.line, d.message.say()) for d in [*loaded.diagnostics, *found]]
    for stage in plan["stages"].values():
        made = {name for name, table in stage["tables"].items() if table["made"] != "step"}
        for step in stage["steps"]:
            if step["do"] != "column" and step["do"] != "rank":
                made.add(step["table"])
            assert step["table"] in made


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_compiling_is_quick(path: Path) -> None:
    loaded = load(path)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        compile(loaded)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.06 * max(1, loaded.text.count("\n") / 300)
