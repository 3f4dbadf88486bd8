"""The compiled rulebook: plain data that the later rooms execute.

A `Plan` is JSON-serialisable through and through (no floats: numbers are `["num", integer, places]`), so that a rulebook
that was checked once can be kept and loaded without pydantic and YAML. Everything in it is resolved: defaults filled in,
short forms spelled out, names bound to columns, steps in an order in which each uses only what earlier ones made.

Expressions (`Expr`) are nested lists whose first item names the node:

    ["num", 925, 1]                 92.5
    ["text", "DNF"]  ["bool", true]
    ["time", "2024-08-10"]          an ISO day, or an ISO day and time
    ["none"]                        a missing value
    ["col", "points"]               a column of the row's own table
    ["ref", "opponent", "points"]   column `points` of the contestant that column `opponent` names
    ["far", "race", "boats"]        a column of another table whose keys are all columns of this one (the same names)
    ["source", "points"]            in a table made by `filter`: a column of the row that this row was made from
    ["param", "cash", [expr…]]      a parameter, read with index expressions (lists from 1, mappings by key)
    ["scale", "goe", [expr…]]       an entry of a look-up table
    ["index", column, [expr]]       the entry of a column of type list, counted from 1
    ["band", table, expr]           the entry of the largest key that is not above the value; table is a param or scale
                                    node that leads to a mapping whose keys are numbers
    ["op", "+", a, b]               + - * / == != < <= > >= and or in (b is ["list", …] or a param node: a list, or the keys of a mapping)
    ["not", a]  ["neg", a]
    ["call", "round", a, …]         functions of one row, see `formula.FUNCTIONS`; always with all arguments: defaults of
                                    places and mode filled in. Modes, window tables and places are ["text"] and ["num"].
    ["agg", {…}]                    an `Aggregate`
    ["place", {…}]  ["keep", {…}]   window operations over the row's own table, an `Aggregate` too
    ["round", expr, places, mode]   a declared rounding point (places and mode are plain values)

Conditions of a list (`where`, `only`) must all hold; a missing one does not hold.

Base tables, made by the intake from events and by the kernel from the plan, are listed with their columns in
`StagePlan.tables`; so are the derived ones. Columns whose name begins with @ are the compiler's and are not shown:

    criteria    one row for each line of the sheet: criterion, weight (`CriterionPlan.weight`), low, best
    @keys/K     one row for each value of the sheet's key K (`TablePlan.rows`), made only where the sheet is complete
    contestants @judges: number of judges of the competition that are not recused for the contestant;
                @position: made by the rank step, rank + 0, 1, 2 … within a shared rank, in the order of the table
    T           @by/…: what a `group` step groups by where it is not a column
    @rule/i     value of the consequence i of a rule; @rule/i/quota and @rule/i/of the size of its quota and who makes
                up the whole; @rule/i/each the value at one's own position where `if_tied: split`
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from scoring_engine.messages import Label

Expr = list[Any]
Kind = Literal["number", "text", "truth", "time"]


LabelPlan: TypeAlias = Label


class FieldPlan(TypedDict):
    """A declared field of an event. Bounds and step are integers scaled by 10**places, `one_of` the values with their labels."""

    type: str
    places: int
    low: int | None
    high: int | None
    step: int | None
    one_of: dict[str, LabelPlan] | None
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
    """How marks become a panel value, for reading; the steps do it.

    outlier    {distance, share, from, ref}: numbers as nodes, per cent for share, or None; None where nothing stands out
    """

    of: str
    trim: dict[str, int]
    then: str
    round: dict[str, Any] | None
    outlier: dict[str, Any] | None
    line: int


class Aggregate(TypedDict):
    """An aggregate, a place or a keep.

    op         sum count distinct mean median min max first last product any all place keep
    table      the table whose rows are looked at
    expr       what is aggregated, over that table's columns (for count: ["bool", true]); what a place goes by
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
    cross     make `table` with a row for each combination of the keys of the tables `sources` that satisfies `where`
    group     make `table` with a row for each distinct `by` {key: expr over source} of `source` rows that satisfy `where`
    rank      compute rank, place, status, tied, field, rank_from_last, decided_by and @position of `contestants` by the
              ranking chain

    filter also remembers which row of the source each row was made from, for ["source", column] of later steps; the
    columns that the source has at that moment are kept. `places` of a column are its decimals where they are known:
    None for a ratio and for what is no number. `quiet`: notices of the evaluation are dropped (the value of a consequence
    is computed for all rows; where a rule fires and the value is missing the decisions say so).
    """

    do: str
    table: str
    line: int
    name: NotRequired[str]
    expr: NotRequired[Expr]
    kind: NotRequired[str]
    places: NotRequired[int | None]
    quiet: NotRequired[bool]
    source: NotRequired[str]
    sources: NotRequired[list[str]]
    where: NotRequired[list[Expr]]
    parts: NotRequired[list[dict[str, Any]]]
    by: NotRequired[dict[str, Expr]]
    key: NotRequired[list[str]]


class ColumnPlan(TypedDict):
    """A column of a table: its kind (number, text, truth, time), its decimals (None: a ratio, or no number), whether a step
    computes it, and what its texts name: "contestant", "judge" or ""."""

    kind: str
    places: int | None
    computed: bool
    names: str


class TablePlan(TypedDict):
    """A table. `made` says how: "events", "plan" (from the plan alone: criteria, windows, keys) or "step".

    `rows` are the key values of a table of fixed rows, None for all others.
    """

    key: list[str]
    columns: dict[str, ColumnPlan]
    made: str
    rows: list[list[str]] | None
    line: int


class MeasurePlan(TypedDict):
    """A published measure, in the order of the rulebook. `places` None: a ratio, shown at the stage's places."""

    name: str
    kind: str
    label: LabelPlan
    unit: str
    ref: str
    places: int | None
    show: bool
    line: int


class LinkPlan(TypedDict):
    """One link of the ranking chain. `name` is what `decided_by` shows.

    kind     measure countback sorted among majority lot discretion
    measure  the column of contestants (measure); its rounding is part of its own steps
    when     an expression over the table `competition`
    table    the finer table (countback, sorted, among, majority); it has a column `contestant`
    expr, where, by   over that table's columns
    first    best worst earliest latest (sorted)
    limit    an expression over `competition`
    among    {opponent: column, by: [{expr: over contestants, order}], restart}; the aggregates in expr that look at `table`
             see only rows whose contestant and opponent are level
    mode     seeded or recorded (lot, discretion)
    """

    kind: str
    name: str
    order: str
    measure: str | None
    when: Expr | None
    table: str | None
    expr: Expr | None
    where: list[Expr]
    first: Literal["best", "worst", "earliest", "latest"] | None
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
    ties: Literal["competition", "dense", "ordinal"]
    unresolved: Literal["shared", "pending"]
    last: dict[str, Any]
    line: int


class Leaf(TypedDict):
    """One comparison of a condition: `field op operand`, where operand is an Expr of num, text, bool, param or list.

    op: == != < <= > >= in has lacks; the operand of in is a list of literals or a parameter that is a list.
    A missing field satisfies no comparison, negated or not; only has and lacks see it.
    """

    field: str
    op: str
    operand: Expr | None
    text: str
    line: int


class OutcomePlan(TypedDict):
    """One consequence of a rule. `column` names the hidden column of the rule's table that holds its value.

    column   the hidden column with the amount, the rung of a step or, for others, what is shown with them; None: nothing
    whom     columns of the rule's table that hold the ids of those who get it; [] where its rows belong to nobody
    carry    the measures that travel along (advance)
    honours  what a bar closes (bar)
    quota    {by: count | share, column, of, round, within}: hidden columns of contestants with the number or per cent and
             with who makes up the whole
    if_tied  each, ask; split is already done in `column`
    """

    kind: str
    name: str
    column: str | None
    honours: list[str]
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
    tables: dict[str, TablePlan]
    steps: list[Step]
    measures: list[MeasurePlan]
    ranking: RankingPlan
    grades: dict[str, LabelPlan]
    decisions: list[DecisionPlan]
    line: int


class ParamPlan(TypedDict):
    """A parameter: [[from-date or "", value]] with numbers as ["num", integer, places], lists as ["list", …] and
    mappings as ["map", {key: …}]. `one_of` are the texts admitted, labelled."""

    values: list[list[Any]]
    unit: str
    ref: str
    label: LabelPlan
    one_of: dict[str, LabelPlan] | None
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
