"""What is wrong in a rulebook, where and what to do: « » mark the places that are to be blamed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.ruleset.compile import compile
from scoring_engine.ruleset.loader import load_text
from tests.ruleset.compiling import RANKED, found, marked, rulebook

SHARED = """\
params:
  cash: {value: [3000, 2000]}
  top: 3
  level: {value: {county: 1, city: 2}}
  start: 2024-03-01
  units: [east, west]
scales:
  grade: {0: low, 60: high}
  mixed: {a: 1, b: text}
records:
  lap: {fields: {round: integer, pace: {type: decimal, places: 3}, clean: boolean, tyre: {one_of: [soft, hard]}}, key: [contestant, round]}
  race: {contestant: none, fields: {round: integer, boats: integer}, key: [round]}
  note: {fields: {text: text}}
windows:
  month: {from: 2024-01-01, to: 2024-03-31, every: month}
"""
STAGE = """\
    records: [lap, race]
    fields: {season: {one_of: [old, new]}, discards: list}
    roster: {unit: text, born: date, side: {one_of: [left, right]}}
"""


def cases(title: str) -> Any:
    """The cases under a title of `wrong.txt`, as the arguments of a test."""
    text = (Path(__file__).parent / "wrong.txt").read_text("utf-8").partition(f"== {title}\n")[2].partition("\n==")[0]
    found: list[tuple[str, str, str, str | None]] = []
    for block in text.strip().split("\n\n"):
        written, _, said = block.partition("\n! ")
        said, _, help = said.partition("\n? ")
        code, _, message = said.partition(" ")
        found.append((written.replace("\n", "\n    "), code, message, help or None))
    return pytest.mark.parametrize(("text", "code", "message", "help"), found, ids=[written for written, *_ in found])


def check(text: str, code: str, message: str, help: str | None = None) -> None:
    """The only diagnostic has this code and says this, at the marked place."""
    diagnostics = found(text)
    said = [(d.code, d.message.say(), None if d.help is None else d.help.say()) for d in diagnostics]
    assert said == [(code, message, help)]
    assert [(d.line, d.column, d.length) for d in diagnostics] == marked(text)


@cases("formulas")
def test_formulas(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook(f"{STAGE}    measures:\n      total: 1\n      a: 1\n      x: >-\n        {text}\n", SHARED), code, message, help)


@cases("entries")
def test_entries(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook(f"{STAGE}    {text}\n", SHARED), code, message, help)


def test_a_measure_of_the_chain_cannot_go_by_the_rank() -> None:
    ranking = "    ranking: «{by: [total], unresolved: shared}»\n"
    message = "these depend on each other: ranking (line 9) → total (line 10) → ranking (line 9)"
    check(rulebook("    measures: {total: 6 - rank}\n", "", ranking), "E305", message, "take one of them out of the circle")


def test_a_cycle_over_tables_names_every_member() -> None:
    text = """\
    records: [lap]
    rows:
      quick: {from: lap, where: pace < contestant.mark}
      best: {from: quick, by: [contestant], columns: {pace: {min: pace}}}
    measures:
      mark: min(best.pace) + 1
      total: 1
"""
    found_here = [d for d in found(rulebook(text, SHARED)) if d.code == "E305"]
    assert [d.message.say() for d in found_here] == [
        "these depend on each other: quick (line 27) → mark (line 30) → pace (line 28) → quick (line 27); and with them best (line 28)"
    ]


RULES = "measures: {total: 1, half: 1 / 2, cut: {value: 1 / 2, round: 2}, word: born}\n    decisions:\n      r:\n"


@cases("conditions")
def test_conditions(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook(f"{STAGE}    {RULES}        when: {text}\n        then: [{{flag: f}}]\n", SHARED), code, message, help)


def test_a_condition_with_too_many_alternatives() -> None:
    either = "{any: [rank == 1, rank == 2, rank == 3]}"
    text = f"{STAGE}    {RULES}        «when»: [{', '.join([either] * 4)}]\n        then: [{{flag: f}}]\n"
    # 3 · 3 · 3 · 3 = 81 alternatives, less those that say the same twice
    check(
        rulebook(text, SHARED),
        "E309",
        "the condition has more than 64 alternatives",
        "split the rule, or make part of the condition a measure",
    )


def test_a_list_that_is_a_parameter_cannot_be_negated() -> None:
    text = f"{STAGE}    {RULES}        «when»: {{not: unit in params.units}}\n        then: [{{flag: f}}]\n"
    help = "make it a measure, as in listed: x in params.list, and test not: listed"
    check(rulebook(text, SHARED), "E308", '"unit in params.units" cannot be negated, because the list is a parameter', help)


@cases("consequences")
def test_consequences(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook(f"{STAGE}    {RULES}        when: [rank <= 3]\n        then: [{text}]\n", SHARED), code, message, help)


@cases("rules over other tables")
def test_rules_over_other_tables(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook(f"{STAGE}    measures: {{total: 1}}\n    decisions: {{r: {{{text}}}}}\n", SHARED), code, message, help)


@cases("links")
def test_links(text: str, code: str, message: str, help: str | None) -> None:
    ranking = f"    ranking:\n      unresolved: shared\n      by:\n        - {text}\n"
    check(rulebook(f"{STAGE}    measures: {{total: 1}}\n", SHARED, ranking), code, message, help)


@cases("shared")
def test_what_is_shared(text: str, code: str, message: str, help: str | None) -> None:
    check(rulebook("    measures: {total: 1}\n", text + "\n"), code, message, help)


@cases("sheets")
def test_sheets(text: str, code: str, message: str, help: str | None) -> None:
    panel = "    panel: {then: mean}\n"
    check(rulebook(f"    sheet: {text}\n{panel}    measures: {{total: sum(panel.value)}}\n"), code, message, help)


def test_a_share_of_sheets_whose_reach_is_not_known() -> None:
    sheet = "    sheet: {marks: {from: 0, to: 5}, criteria: {quality: {}, effect: {}}}\n"
    panel = "    panel: {of: judge, worth: value * 2, outlier: {«share»: 20}}\n"
    text = "what sheets of worth: can reach is not known, so there is no share of it"
    check(
        rulebook(sheet + panel + "    measures: {total: sum(panel.value)}\n"),
        "E312",
        text,
        "give distance: instead, in the unit of the sheets",
    )


def test_a_line_of_the_sheet_that_is_not_there() -> None:
    sheet = "    sheet: {marks: {from: 0, to: 5}, criteria: {quality: {}, effect: {}}}\n    panel: {then: mean}\n"
    check(
        rulebook(sheet + "    measures: {total: criterion.«qualiti»}\n"),
        "E301",
        'the sheet has no line "qualiti"',
        'did you mean "quality"?',
    )


def test_a_panel_without_a_sheet() -> None:
    check(rulebook("    «panel»: {then: mean}\n    measures: {total: 1}\n"), "E315", "a panel needs a score sheet", "add sheet:")


def test_all_errors_come_in_one_run_and_none_brings_others_with_it() -> None:
    text = f"""\
{STAGE}    measures:
      a: «b» + 1
      total: a * 2
      c: sum(lap.«pce»)
      d: c + total
      e: "total +"
      f: e + 1
    decisions:
      r:
        when: [f > 3, «rnk» < 2]
        then: [{{bonus: d, to: x}}, {{cash: 'params.cash[«unit»]'}}]
"""
    diagnostics = found(rulebook(text, SHARED))
    places = [(d.line, d.column, d.length) for d in diagnostics if d.code != "E300"]
    assert places == marked(rulebook(text, SHARED))
    assert [d.message.say() for d in diagnostics if d.code == "E300"] == ["the formula ends too early"]


def test_what_the_loader_lost_is_no_error_again() -> None:
    text = rulebook("    measures:\n      x: {}\n      total: x + 1\n")
    assert [d.code[:2] for d in found(text)] == ["E2"]


# --- nothing raises -------------------------------------------------------------------------------------------------

BOOKS = sorted((Path(__file__).parents[2] / "rulesets").glob("**/*.yaml"))
WORDS = ["sum(", "count(", "contestants", "panel.value", "rank", "none", "where", "params.", "[", "]", "(", ")", "-", "contestant", "true"]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(BOOKS), st.integers(0, 10**6))
def test_no_change_of_a_rulebook_raises(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = path.read_text("utf-8").split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        column = chance.randrange(len(lines[at]) + 1)
        put = chance.choice((chance.choice(WORDS), "", lines[chance.randrange(len(lines))]))
        lines[at] = lines[at][:column] + put + lines[at][column + chance.randint(0, 2) :]
    loaded = load_text("\n".join(lines))
    plan, diagnostics = compile(loaded)
    assert plan is None or not diagnostics
    assert all(d.line >= 1 and d.column >= 1 and d.message.say() for d in diagnostics)


def test_ranked_is_a_rulebook_on_its_own() -> None:
    assert found(rulebook("    measures: {total: 1}\n", "", RANKED)) == []
