"""The reference page of the language, generated from the models and the table of functions.

    python -m scoring_engine.ruleset.reference > docs/reference.md

Every example on the page is compiled by a test, in the rulebook `SETTING`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from scoring_engine.ruleset import models
from scoring_engine.ruleset.functions import AGGREGATES, FUNCTIONS


class Example(NamedTuple):
    """At most three lines of a rulebook. `place` is the mark in `SETTING` where they stand."""

    place: str
    text: str


# A rulebook with some of everything. An example takes the place of the mark of its kind; the other marks are deleted.
SETTING = """\
format: ruleset/1
id: example
version: "1"
source: {id: E, title: An example, dated: 2024-01-01}
params:
  cash: [3000, 2000, 1000]
  ladder: [talk, warning, transfer]
  days_to_mend: 10
  #params
scales:
  points: {1: 25, 2: 18, 3: 15}
  level: {0: fair, 60: good, 85: excellent}
  #scales
records:
  finish:
    fields: {race: text, place: integer, time: {type: decimal, places: 2}, code: {one_of: [DNF, DNS]}}
    key: [contestant, race]
  match:
    contestant: none
    fields: {home: contestant, away: contestant, home_goals: integer, away_goals: integer}
  report: {fields: {speaker: text, done: date, good: boolean}}
  #records
windows:
  month: {from: 2024-01-01, to: 2024-12-31, every: month}
  #windows
stages:
  main:
    fields: {rainy: boolean}
    roster: {unit: text, leader: text, born: date}
    sheet:
      marks: {from: 0, to: 100}
      #sheet
      criteria:
        content: {weight: 60}
        speech: {weight: 40}
        #criteria
    panel:
      round: 2
      #panel
    records: [finish, match, report]
    deductions: {reasons: [overtime]}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    rows:
      side:
        each:
          - {of: match, set: {contestant: home, opponent: away, goals: home_goals, against: away_goals}}
          - {of: match, set: {contestant: away, opponent: home, goals: away_goals, against: home_goals}}
        key: [contestant, opponent]
      finish:
        columns:
          points: else(scales.points[place], 0)
          #finish
      #rows
    measures:
      merit: sum(panel.value)
      total: {value: merit - deductions, round: 2}
      goals: else(sum(side.goals), 0)
      #measures
    ranking:
      by:
        - total
        #by
      unresolved: shared
      #ranking
    grades: [excellent, good]
    decisions:
      usual: {when: [rank <= 3], then: [{certificate: third, if_tied: each}]}
      #decisions
"""

EXAMPLES: dict[str, Example] = {
    # parameters, look-up tables, records, calendars
    "Param.value": Example("params", "leading: 3                            # short for {value: 3}"),
    "Param.values": Example("params", "bonus:\n  ref: 七(四)\n  values: {2024-01-01: [3, 2, 1], 2025-01-01: [4, 2, 1]}"),
    "Ruleset.scales": Example("scales", "difficulty: {A: {1: 2.5, 2: 3.1}, B: {1: 2.7}}   # scales.difficulty['A', 1]"),
    "Record.fields": Example("records", "lecture: {fields: {topic: text, minutes: {type: integer, from: 1, to: 240}}}"),
    "Record.key": Example(
        "records", "test:\n  fields: {phase: {one_of: [before, after]}, score: {type: decimal, places: 1}}\n  key: [contestant, phase]"
    ),
    "Record.contestant": Example("records", "survey: {contestant: none, fields: {asked: integer, aware: integer}}"),
    "Window.every": Example("windows", "quarter: {from: 2024-01-01, to: 2024-12-31, every: quarter}"),
    "Window.spans": Example("windows", "phase: {spans: {study: [2024-02-28, 2024-03-30], mend: {from: 2024-05-01, to: 2024-05-31}}}"),
    # sheet and panel
    "Criterion.weight": Example("criteria", "bearing: {label: {zh: 形象, en: bearing}, weight: 20}"),
    "Criterion.marks": Example("criteria", "bearing: {marks: {from: 0, to: 20, step: 0.5}}"),
    "Sheet.keys": Example("sheet", "keys: {round: {type: integer, from: 1, to: 3}}"),
    "Sheet.comment": Example("sheet", "comment: required                     # 现场点评"),
    "Panel.trim": Example("panel", "trim: {high: 1, low: 1, from: 5}      # from five judges up"),
    "Panel.of": Example("panel", "of: judge                             # trim whole sheets, not the marks of a criterion"),
    "Panel.middle": Example("panel", "middle: 3                             # the three marks in the middle"),
    "Panel.then": Example("panel", "then: median"),
    "Panel.outlier": Example("panel", "outlier: {distance: 10}               # more than 10 from the middle of the panel"),
    "Outlier.share": Example("panel", "outlier: {share: 20, from: 5}         # a fifth of the range, from five judges up"),
    "Panel.worth": Example("panel", "worth: value * best / 100             # a mark as a share of the full mark"),
    # derived tables
    "Rows.from": Example("rows", "finished: {from: finish, where: not has(code)}"),
    "Rows.by": Example("rows", "unit: {from: contestants, by: [unit], columns: {people: count(contestants)}}"),
    "Rows.each": Example("rows", "both:\n  each: [{of: match, set: {contestant: home}}, {of: match, set: {contestant: away}}]"),
    "Rows.every": Example("rows", "due: {every: [contestants, month], columns: {late: day(month.to) < 20000}}"),
    "Rows.columns": Example("rows", "match: {columns: {drawn: home_goals == away_goals}}"),
    # columns
    "Column.value": Example("measures", "net: merit - deductions               # short for {value: merit - deductions}"),
    "Column.sum": Example("measures", "points: {sum: finish.points}"),
    "Column.count": Example("measures", "starts: {count: finish}"),
    "Column.distinct": Example("measures", "speakers: {distinct: report.speaker}"),
    "Column.mean": Example("measures", "pace: {mean: finish.time, round: 3}"),
    "Column.median": Example("measures", "usual: {median: finish.place}"),
    "Column.min": Example("measures", "fastest: {min: finish.time}"),
    "Column.max": Example("measures", "slowest: {max: finish.time}"),
    "Column.first": Example("measures", "opening: {first: finish.place, by: seq}"),
    "Column.last": Example("measures", "latest: {last: finish.place, by: at}"),
    "Column.product": Example("measures", "odds: {product: finish.place}"),
    "Column.any": Example("measures", "podium: {any: finish.place <= 3}"),
    "Column.all": Example("measures", "steady: {all: finish.place <= 10}"),
    "Column.place": Example("measures", "seed: {place: merit}                  # 1 for the best"),
    "Column.keep": Example("finish", "counts: {keep: points, within: [contestant], best: 2}   # a column of finish"),
    "Column.of": Example("measures", "worst: {max: time, of: finish}"),
    "Column.where": Example("measures", "wins: {count: finish, where: [place == 1, not has(code)]}"),
    "Column.match": Example("measures", "lost: {sum: match.home_goals, match: {contestant: away}}"),
    "Column.within": Example("measures", "unit_best: {max: merit, within: [unit]}"),
    "Column.by": Example("measures", "early: {sum: finish.points, best: 2, by: seq, order: up}"),
    "Column.order": Example("measures", "quick: {place: goals, order: up}"),
    "Column.best": Example("measures", "best_two: {sum: finish.points, best: 2}"),
    "Column.drop": Example("measures", "nett: {sum: finish.points, drop: 1}"),
    "Column.middle": Example("measures", "centre: {mean: finish.time, middle: 3, round: 2}"),
    "Column.trim": Example("measures", "fair: {mean: finish.time, trim: {high: 1, low: 1, from: 5}, round: 2}"),
    "Column.running": Example("finish", "so_far: {sum: points, within: [contestant], by: seq, running: true}   # a column of finish"),
    "Column.ties": Example("measures", "half_place: {place: merit, ties: mean}"),
    "Column.empty": Example("measures", "points: {sum: finish.points, empty: 0}"),
    "Column.round": Example("measures", "rate: {value: goals / 3, round: {places: 1, mode: half_even}}"),
    # ranking
    "Link.measure": Example("by", "- {measure: goals, order: down}       # a plain name is short for {measure: name}"),
    "Link.countback": Example("by", "- {countback: finish.place, order: up}   # more first places, then more second places"),
    "Link.sorted": Example("by", "- {sorted: finish.place, order: up, first: best}   # each best result, then each next one"),
    "Link.among": Example("by", "- among: {of: side, by: [{sum: goals}, {sum: goals - against}]}"),
    "Link.majority": Example("by", "- {majority: finish.place}"),
    "Link.lot": Example("by", "- {lot: seeded}                       # or recorded: drawn by hand, an event of kind draw"),
    "Link.discretion": Example("by", "- {discretion: recorded}              # open until a person decides and says why"),
    "Link.when": Example("by", "- {measure: goals, when: competition.rainy}"),
    "Ranking.only": Example("ranking", "only: [unit != 'guests']              # the others are present but not ranked"),
    "Ranking.ties": Example("ranking", "ties: dense                           # 1 2 2 3"),
    "Ranking.last": Example("ranking", "last: {tied: all_tied, absent_is_last: true}"),
    # rules
    "Condition.test": Example("decisions", "top: {when: rank <= 3, then: [{flag: top}]}"),
    "Condition.all": Example("decisions", "top: {when: [rank <= 3, total >= 60], then: [{flag: top}]}   # a list is short for all"),
    "Condition.any": Example("decisions", "top: {when: {any: [rank == 1, total >= 95]}, then: [{flag: top}]}"),
    "Condition.not": Example("decisions", "top: {when: [rank == 1, {not: total < 60}], then: [{flag: top}]}"),
    "Decision.over": Example("decisions", "dnf: {over: finish, when: [code == 'DNF'], then: [{flag: dnf}]}"),
    "Consequence.award": Example("then", "{award: skills-expert}"),
    "Consequence.cash": Example("then", '{cash: "params.cash[rank]", if_tied: split}'),
    "Consequence.certificate": Example("then", "{certificate: 荣誉证书}"),
    "Consequence.title": Example("then", "{title: expert, quota: 3}"),
    "Consequence.bonus": Example("then", "{bonus: 2, to: year-end}"),
    "Consequence.deduction": Example("then", "{deduction: 0.5, to: year-end}"),
    "Consequence.bar": Example("then", "{bar: [honours, excellent], to: year-end}"),
    "Consequence.grade": Example("then", "{grade: excellent, quota: {share: 20, round: floor}}"),
    "Consequence.flag": Example("then", "{flag: talk, label: {zh: 约谈, en: to be talked to}}"),
    "Consequence.advance": Example("then", "{advance: [total], to: final}"),
    "Consequence.step": Example("then", "{step: ladder, value: 2}              # the second rung of params.ladder"),
    "Consequence.ask": Example("then", "{ask: vacant}"),
    "Consequence.for": Example("then", "{cash: 500, for: leader, if_tied: each}"),
    "Consequence.approve": Example("then", "{bonus: 1, to: year-end, approve: 镇党委}"),
    "Quota.within": Example("then", "{grade: excellent, quota: {share: 20, within: [unit]}}"),
}

_SECTIONS: list[tuple[str, list[str]]] = [
    ("A rulebook", ["Ruleset", "Source", "Label", "Param", "Clause"]),
    ("Facts and calendars", ["Record", "DataField", "Window", "Span"]),
    ("A stage", ["Stage", "Missing", "Rounding", "Round", "Deductions"]),
    ("The score sheet", ["Sheet", "Criterion", "Marks", "Panel", "Trim", "Outlier"]),
    ("Columns and tables", ["Column", "Rows", "Projection"]),
    ("Ranking", ["Ranking", "Link", "Among", "Last"]),
    ("Rules", ["Decision", "Condition", "Consequence", "Quota"]),
    ("Worked examples", ["Example"]),
]

_INTRODUCTION = """\
# The ruleset language

<!-- generated by python -m scoring_engine.ruleset.reference; do not edit -->

A rulebook is a YAML file. This page lists everything that can stand in it. An editor that knows JSON Schema checks and
completes it while you write: `scoring-engine schema > ruleset.schema.json`.

How values are read: `3` is a whole number, `1.10` an exact decimal, `true` and `false` are truth values, `null` or `~` is
nothing. Everything else is text as it stands: `on`, `yes`, `12:30`, `2024-01-01` and `007` too. What stands in quotes is
text. Keys are text. A text that holds `: ` or ` #`, begins with one of `[ { * & ! % @ > |`, or holds a comma inside braces
goes in quotes. Where text is wanted a number may stand without quotes.
"""

_FORMULAS = """\
## Formulas

A formula computes a value from the columns of a row.

- `or and not`, `== != < <= > >=`, `x in [a, b]`, `+ - * /`, unary `-`, brackets.
- Numbers are exact decimals, `/` and means are exact ratios until they are rounded. A text stands in quotes, `'DNF'`; beside
  `==`, `!=` and `in` a bare word that is no column is a text too. `true`, `false`, `none` (missing).
- A bare name is a column of the row's own table. `a.b` is column `b` of the contestant in column `a`, or of the row of the table `a`
  that has the same keys. `params.x`, `params.x[1]`, `params.x['key']`, `scales.s[a, b]`, `competition.field`.
- An aggregate in a formula looks at the table whose dotted name stands in it: `sum(finish.points where finish.place <= 10)`.
- A missing value makes the result missing, except in `has`, `else`, `if`, `and` and `or`. A division by zero or a look-up without entry
  is missing too, and is listed among the notices of the result unless it stands in `else(…)`.
"""


def page() -> str:
    """The reference page as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for title, names in _SECTIONS:
        yield f"## {title}\n"
        for name in names:
            yield from _entry(getattr(models, name))
        if title == "Columns and tables":
            yield _FORMULAS
            yield from _functions()


def _entry(model: type[BaseModel]) -> Iterator[str]:
    yield f"### {model.__name__}\n"
    yield f"{_paragraphs(model.__doc__ or '')}\n"
    yield "| entry | type | default | |"
    yield "|---|---|---|---|"
    for name, info in model.model_fields.items():
        yield f"| `{info.alias or name}` | {_type(info.annotation)} | {_default(info)} | {_cell(info.description or '')} |"
    yield ""
    examples = [example for key, example in EXAMPLES.items() if key.partition(".")[0] == model.__name__]
    if examples:
        yield "```yaml"
        for example in examples:
            yield example.text
        yield "```\n"


def _functions() -> Iterator[str]:
    yield "| function | gives | |"
    yield "|---|---|---|"
    for function in FUNCTIONS.values():
        yield f"| `{function.name}` | {_cell(function.doc)} | `{_cell(function.example)}` |"
    yield ""
    yield "| aggregate | gives | |"
    yield "|---|---|---|"
    for aggregate in AGGREGATES.values():
        yield f"| `{aggregate.name}` | {_cell(aggregate.doc)} | `{_cell(aggregate.example)}` |"
    yield ""


def _paragraphs(text: str) -> str:
    """A docstring as Markdown: its lines without the indentation of the code."""
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _type(annotation: Any) -> str:
    """A type in words."""
    if annotation == models.Formula:
        return "formula"
    for known, word in (
        (models.Truth, "true, false"),
        (models.Whole, "whole number"),
        (models.Number, "number"),
        (models.Positive, "number"),
    ):
        if annotation == known:
            return word
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(args[0])
    if origin in (Union, UnionType):
        return " or ".join(_type(arg) for arg in args if arg is not type(None))
    if origin is Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is list:
        return f"list of {_type(args[0])}"
    if origin is dict:
        return f"name → {_type(args[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    words = {str: "text", int: "whole number", bool: "true, false", Any: "any value"}
    return words.get(annotation, "number")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    default = info.get_default(call_default_factory=True)
    if default is PydanticUndefined or default in (None, "", [], {}) or isinstance(default, BaseModel):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{default}`"


def rulebook(example: Example) -> str:
    """The setting with an example in its place; a consequence gets a rule around it."""
    place, lines = example.place, example.text.split("\n")
    if place == "then":
        place, lines = "decisions", [f"shown: {{when: [rank == 1], then: [{lines[0].partition('  ')[0]}]}}"]
    result = []
    for line in SETTING.split("\n"):
        mark = line.strip()
        if mark == f"#{place}":
            indent = line[: line.index("#")]
            result += [indent + text for text in lines]
        elif not mark.startswith("#"):
            result.append(line)
    return "\n".join(result)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(page())
