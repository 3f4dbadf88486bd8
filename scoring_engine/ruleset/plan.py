"""The compiled rulebook: plain data that the later rooms execute.

A `Plan` is JSON-serialisable through and through (no floats: numbers are `["num", integer, places]`), so that a rulebook
that was checked once can be kept and loaded without pydantic and YAML. Everything in it is resolved: defaults filled in,
short forms spelled out, names bound to columns, steps in an order in which each uses only what earlier ones made.

Expressions (`Expr`) are nested lists whose first item names the node:

    ["num", 925, 1]                 92.5
    ["text", "DNF"]  ["bool", true]
    ["none"]                        a missing value
    ["col", "points"]               a column of the row's own table
    ["ref", "opponent", "points"]   column `points` of the contestant that column `opponent` names
    ["far", "race", "boats"]        a column of another table whose keys are all columns of this one
    ["param", "cash", [expr…]]      a parameter, read with index expressions (lists from 1, mappings by key)
    ["scale", "goe", [expr…]]       an entry of a look-up table
    ["band", "goe", expr]           the entry of the largest key that is not above the value
    ["op", "+", a, b]               + - * / == != < <= > >= and or in (b is ["list", …])
    ["not", a]  ["neg", a]
    ["call", "round", a, …]         functions of one row, see `formula.FUNCTIONS`
    ["agg", {…}]                    an `Aggregate`
    ["place", {…}]  ["keep", {…}]   window operations over the row's own table, an `Aggregate` too
    ["round", expr, places, mode]   a declared rounding point
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Expr = list[Any]
Kind = Literal["number", "text", "truth", "time"]


class LabelPlan(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


class FieldPlan(TypedDict):
    """A declared field of an event. Bounds and step are integers scaled by 10**places."""

    type: str
    places: int
    low: int | None
    high: int | None
    step: int | None
    one_of: list[str] | None
    required: bool
    label: LabelPlan
    line: int


class RecordPlan(TypedDict):
    """A kind of record."""

    fields: dict[str, FieldPlan]
    contestant: str
    key: list[str]
    repeat: str
    label: LabelPlan
    line: int


class CriterionPlan(TypedDict):
    """One line of the sheet; low, high, step scaled by 10**places of the sheet."""

    low: int
    high: int
    step: int
    weight: Expr
    label: LabelPlan
    help: LabelPlan
    ref: str
    line: int


class SheetPlan(TypedDict):
    """The score sheet. `places` is the scale of its marks."""

    places: int
    criteria: dict[str, CriterionPlan]
    keys: dict[str, FieldPlan]
    complete: bool
    comment: str
    line: int


class PanelPlan(TypedDict):
    """How marks become a panel value."""

    of: str
    worth: Expr
    trim: dict[str, int]
    then: str
    middle: Expr | None
    round: dict[str, Any] | None
    line: int


class Aggregate(TypedDict):
    """An aggregate, a place or a keep.

    op         sum count distinct mean median min max first last product any all place keep
    table      the table whose rows are looked at
    expr       what is aggregated, over that table's columns (for count: ["bool", true])
    where      conditions over that table's columns
    on         pairs [own column, their column] that match; own table's keys as a rule
    within     columns of the own table (place, keep and aggregates over the own table); None otherwise
    by         order expression over that table, None for the natural one (value, or seq for first, last, running)
    order      down up
    best drop middle   expressions over the *own* table's columns (n for each group), or None
    trim       {high, low, from} or None
    running    bool
    ties       high low mean dense ordinal
    empty      expression over the own table, or None
    """

    op: str
    table: str
    expr: Expr
    where: list[Expr]
    on: list[list[str]]
    within: list[str] | None
    by: Expr | None
    order: str
    best: Expr | None
    drop: Expr | None
    middle: Expr | None
    trim: dict[str, int] | None
    running: bool
    ties: str
    empty: Expr | None
    line: int


class Step(TypedDict):
    """One thing to do. `do` says what:

    column    compute `expr` as column `name` of `table`
    filter    make `table` from the rows of `source` that satisfy `where` (all columns kept)
    stack     make `table` from `parts`: [{of, where, set: {column: expr}}]
    cross     make `table` with a row for each combination of the keys of the tables `sources`
    group     make `table` with a row for each distinct `by` {key: expr over source} of `source` rows that satisfy `where`
    rank      compute rank, rank_label, place, status, tied, decided_by of `contestants` by the ranking chain
    """

    do: str
    table: str
    line: int
    name: NotRequired[str]
    expr: NotRequired[Expr]
    kind: NotRequired[str]
    source: NotRequired[str]
    sources: NotRequired[list[str]]
    where: NotRequired[list[Expr]]
    parts: NotRequired[list[dict[str, Any]]]
    by: NotRequired[dict[str, Expr]]
    key: NotRequired[list[str]]


class MeasurePlan(TypedDict):
    """A published measure, in the order of the rulebook."""

    name: str
    kind: str
    label: LabelPlan
    unit: str
    ref: str
    places: int | None
    show: bool
    line: int


class LinkPlan(TypedDict):
    """One link of the ranking chain. `name` is what `decided_by` shows."""

    kind: str
    name: str
    order: str
    measure: str | None
    when: Expr | None
    table: str | None
    expr: Expr | None
    where: list[Expr]
    first: str | None
    by: Expr | None
    limit: Expr | None
    among: dict[str, Any] | None
    mode: str | None
    label: LabelPlan
    line: int


class RankingPlan(TypedDict):
    """The chain and its policies. `only` are expressions over contestants."""

    by: list[LinkPlan]
    only: list[Expr]
    within: list[str]
    ties: str
    unresolved: str
    last: dict[str, Any]
    line: int


class Leaf(TypedDict):
    """One comparison of a condition: `field op operand`, where operand is an Expr of num, text, bool, param or list.

    op: == != < <= > >= in has lacks. A missing field satisfies no comparison, negated or not; only has and lacks see it.
    """

    field: str
    op: str
    operand: Expr | None
    text: str
    line: int


class OutcomePlan(TypedDict):
    """One consequence of a rule. `column` names the hidden column of the rule's table that holds its value."""

    kind: str
    name: str
    column: str | None
    carry: list[str]
    to: str | None
    whom: list[str]
    quota: dict[str, Any] | None
    approve: str | None
    if_tied: str
    label: LabelPlan
    line: int


class DecisionPlan(TypedDict):
    """A rule in disjunctive normal form: it holds where all leaves of one of `alternatives` hold.

    `tree` is the condition as written, for explanations: a leaf, {"all": [...]}, {"any": [...]} or {"not": ...}.
    """

    id: str
    ref: str
    label: LabelPlan
    table: str
    alternatives: list[list[Leaf]]
    tree: dict[str, Any]
    then: list[OutcomePlan]
    line: int


class StagePlan(TypedDict):
    """One stage, compiled."""

    id: str
    label: LabelPlan
    contestant: LabelPlan
    fields: dict[str, FieldPlan]
    roster: dict[str, FieldPlan]
    records: list[str]
    sheet: SheetPlan | None
    panel: PanelPlan | None
    deductions: dict[str, Any] | None
    missing: dict[str, str]
    rounding: dict[str, Any]
    tables: dict[str, dict[str, Any]]
    steps: list[Step]
    measures: list[MeasurePlan]
    ranking: RankingPlan
    grades: dict[str, LabelPlan]
    decisions: list[DecisionPlan]
    line: int


class ParamPlan(TypedDict):
    """A parameter: [[from-date or "", value]] with numbers as ["num", integer, places], lists as ["list", …] and
    mappings as ["map", {key: …}]."""

    values: list[list[Any]]
    unit: str
    ref: str
    label: LabelPlan
    open: bool
    line: int


class WindowPlan(TypedDict):
    """Windows as a list of [id, first day, last day (ISO), label]."""

    rows: list[list[Any]]
    line: int


class Plan(TypedDict):
    """A compiled rulebook. `sha256` is that of the file's bytes."""

    format: Literal["plan/1"]
    id: str
    version: str
    sha256: str
    file: str
    label: LabelPlan
    source: dict[str, str]
    params: dict[str, ParamPlan]
    scales: dict[str, Any]
    records: dict[str, RecordPlan]
    windows: dict[str, WindowPlan]
    stages: dict[str, StagePlan]
    clauses: list[dict[str, Any]]
