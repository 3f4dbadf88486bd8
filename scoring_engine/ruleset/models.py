"""The ruleset language: one pydantic model for each thing a rulebook can say.

The models are the single source of the language. The JSON Schema for editors and the reference page are generated
from them; the compiler (`compile.py`) turns a valid `Ruleset` into a `plan.Plan`, which is all that the later rooms see.

What the models know: the shape of each entry. What they do not know: whether a name exists or a formula makes sense
(`compile.py`), and whether a rulebook is wise (`lint/`).

Formulas are written as text (see `formula.py`). An entry that is a plain string or number where a mapping is expected is
the short form of its first field, as `total: merit - deductions` is of `total: {value: merit - deductions}`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Mode = Literal["half_up", "half_even", "floor", "truncate", "ceiling"]
Order = Literal["down", "up"]
Truth = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]


def _decimal(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[Decimal, Field(strict=True), BeforeValidator(_decimal, json_schema_input_type=float)]
Positive = Annotated[
    Decimal,
    Field(strict=True, gt=0),
    BeforeValidator(_decimal, json_schema_input_type=Annotated[float, Field(gt=0)]),
]
Name = Annotated[str, Field(pattern=r"^[^\W\d][\w-]*$", description="a letter, then letters, digits, _ or -")]
Formula = Annotated[str, Field(description="a formula, see the language reference")]


def fault(text: str, given: list[str] | None = None, **args: str) -> PydanticCustomError:
    """What is wrong with an entry as a whole: a message template with its arguments; `given` are the keys to blame."""
    return PydanticCustomError("entry", text, {"template": text, "args": args, "given": given or [], **args})


def _mapping(value: Any) -> Any:
    """A list of names as the mapping that it is short for; anything else as it is."""
    if isinstance(value, list) and all(isinstance(v, (str, int, Decimal)) and not isinstance(v, bool) for v in value):
        return {str(v): str(v) for v in value}
    return value


class Entry(BaseModel):
    """What every entry shares: unknown keys are errors, entries do not change once read, a number can stand for a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Label(Entry):
    """A text in Chinese and English. A plain string stands for both."""

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value


class Source(Entry):
    """The document that the rulebook encodes."""

    id: str
    title: str = ""
    issuer: str = ""
    dated: str = ""
    note: str = ""


class Param(Entry):
    """A value that the document leaves open or that changes with time, with its clause.

    `values` is dated: the entry in force on the competition's date counts. `value` is for one that never changes; a plain
    number, text, truth value or list is short for it.
    A value is a number, a text, a truth value, a list (read with `params.x[n]`, counted from 1) or a mapping
    (read with `params.x[key]`); lists and mappings may nest.
    """

    ref: str = ""
    label: Label | None = None
    unit: str = ""
    open: Truth = Field(default=False, description="the document leaves this value to those who apply it")
    value: Any = None
    values: dict[str, Any] | None = Field(default=None, description="ISO date → value in force from that day on")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"value": value}

    @model_validator(mode="after")
    def _one(self) -> Param:
        if (self.value is None) == (self.values is None):
            raise fault("give either value or values", ["value", "values"])
        return self


class DataField(Entry):
    """One field of a record, of the roster or of the competition's opening event."""

    type: Literal["text", "integer", "decimal", "boolean", "date", "time", "contestant", "judge", "list"] = "text"
    label: Label | None = None
    unit: str = ""
    places: Whole = Field(default=0, ge=0, le=9, description="decimals carried by a decimal field")
    low: Number | None = Field(default=None, alias="from", description="smallest value admitted")
    high: Number | None = Field(default=None, alias="to", description="largest value admitted")
    step: Positive | None = None
    one_of: dict[str, Label] | None = Field(default=None, description="the values admitted; a list is short for it")
    required: Truth = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"type": value}
        return value | {"one_of": _mapping(value["one_of"])} if isinstance(value, dict) and "one_of" in value else value


class Record(Entry):
    """A countable fact: its fields, and what makes two of them the same fact.

    Every record event becomes one row of a table of the same name, with the columns `contestant`, `judge`, `at`, `seq`
    and the declared fields.
    """

    label: Label | None = None
    ref: str = ""
    fields: dict[Name, DataField] = {}
    contestant: Literal["required", "optional", "none"] = "required"
    key: list[str] = Field(default=[], description="fields that identify the fact; the columns other tables join on")
    repeat: Literal["replace", "reject"] = Field(default="replace", description="a second event with the same key")


class Span(Entry):
    """One named span of days, both ends included."""

    low: str = Field(alias="from")
    high: str = Field(alias="to")
    label: Label | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"from": value[0], "to": value[1]} if isinstance(value, list) and len(value) == 2 else value


class Window(Entry):
    """Calendar windows. They become a table of the same name with the columns `from` and `to`, one row a window.

    Either named `spans`, or a period `from`–`to` cut at each week (from Monday), month, quarter or year.
    """

    label: Label | None = None
    ref: str = ""
    low: str | None = Field(default=None, alias="from")
    high: str | None = Field(default=None, alias="to")
    every: Literal["week", "month", "quarter", "year"] | None = None
    spans: dict[str, Span] | None = None

    @model_validator(mode="after")
    def _one(self) -> Window:
        periodic = self.low is not None and self.high is not None and self.every is not None
        if periodic == (self.spans is not None):
            raise fault("give either from, to and every, or spans", ["spans"])
        return self


class Round(Entry):
    """A declared rounding point."""

    places: Whole = Field(ge=0, le=9)
    mode: Mode | None = Field(default=None, description="the stage's mode when left out")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"places": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Trim(Entry):
    """Leave out the k highest and the k lowest, from a number of values up; below it nothing is left out, and a notice is given."""

    high: Whole = Field(default=0, ge=0)
    low: Whole = Field(default=0, ge=0)
    least: Whole = Field(default=0, ge=0, alias="from", description="number of values from which the trim applies")


AGGREGATES = ("sum", "count", "distinct", "mean", "median", "min", "max", "first", "last", "product", "any", "all")


class Column(Entry):
    """A named column: exactly one of the operations `value … keep`, and what qualifies it.

    An aggregate looks at another table (found from the dotted names in it, or `of`) and matches its rows to this row by
    this table's keys; with `within` it looks at the rows of its own table that agree in the named columns.
    Missing values make an aggregate missing: leave them out with `where: has(x)`. Where no row is left the result is
    `empty` (count, any and all are 0, false and true by themselves), and missing when that is not given.
    """

    value: Formula | None = Field(default=None, description="a formula over the columns of this row")
    sum: Formula | None = None
    count: Formula | None = Field(default=None, description="number of rows of a table")
    distinct: Formula | None = Field(default=None, description="number of different values")
    mean: Formula | None = None
    median: Formula | None = None
    min: Formula | None = None
    max: Formula | None = None
    first: Formula | None = Field(default=None, description="the value of the first row in the order `by`")
    last: Formula | None = Field(default=None, description="the value of the last row in the order `by`")
    product: Formula | None = None
    any: Formula | None = None
    all: Formula | None = None
    place: Formula | None = Field(default=None, description="place of this row within its group, 1 for the best")
    keep: Formula | None = Field(default=None, description="true for the rows that best, drop, middle or trim leave in")

    of: str | None = Field(default=None, description="the table whose rows are looked at")
    where: list[Formula] = Field(default=[], description="conditions that a row must satisfy, all of them")
    match: dict[str, str] = Field(default={}, description="key of this table → column of the other table, where they differ")
    within: list[str] | None = Field(default=None, description="columns that make a group of this table; [] is the whole competition")
    by: Formula | None = Field(default=None, description="what best, worst, middle, first, last and running go by; the value, or seq")
    order: Order | None = Field(default=None, description="down: larger is better (default); up: smaller is better")
    best: Formula | None = Field(default=None, description="use only the n best values")
    drop: Formula | None = Field(default=None, description="leave out the n worst values")
    middle: Formula | None = Field(default=None, description="use only the n values in the middle")
    trim: Trim | None = None
    running: Truth = Field(default=False, description="over the rows up to this one in the order `by`")
    ties: Literal["high", "low", "mean", "dense", "ordinal"] = Field(
        default="high", description="place of level rows: the highest, lowest or mean of the places they fill; dense; in row order"
    )
    empty: Formula | None = Field(default=None, description="the value where no row is left")
    round: Round | None = None
    label: Label | None = None
    unit: str = ""
    ref: str = ""
    show: Truth = Field(default=True, description="a column of the published table")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
            return {"value": value}
        if isinstance(value, dict) and isinstance(value.get("where"), str):
            return value | {"where": [value["where"]]}
        return value

    @property
    def operation(self) -> str:
        """The name of the one operation given."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one(self) -> Column:
        given = [name for name in OPERATIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise fault("give exactly one operation of {ways}", given, ways=", ".join(OPERATIONS))
        return self


OPERATIONS = ("value", *AGGREGATES, "place", "keep")


class Projection(Entry):
    """One of the row sets that are put under each other: the rows of a table, with columns named anew."""

    of: str
    where: list[Formula] = []
    set: dict[Name, Formula]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value | {"where": [value["where"]]} if isinstance(value, dict) and isinstance(value.get("where"), str) else value


class Rows(Entry):
    """A derived table, or further columns of a table that exists.

    `from` filters (`where`) or groups (`by`) another table; `each` puts projections under each other (both sides of a
    match); `every` makes one row for each combination of the keys of the named tables (so that nothing is left out
    because nothing happened). Without any of the three, `columns` are added to the table of this name.
    """

    label: Label | None = None
    ref: str = ""
    source: str | None = Field(default=None, alias="from")
    each: list[Projection] | None = None
    every: list[str] | None = None
    where: list[Formula] = []
    by: dict[Name, Formula] | None = Field(default=None, description="the keys of the groups; a list is short for columns of the same name")
    key: list[str] = Field(default=[], description="columns that identify a row (each, or from without by)")
    columns: dict[Name, Column] = {}

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if "by" in value:
            value = value | {"by": _mapping(value["by"])}
        if isinstance(value.get("where"), str):
            value = value | {"where": [value["where"]]}
        return value

    @model_validator(mode="after")
    def _one(self) -> Rows:
        if sum(v is not None for v in (self.source, self.each, self.every)) > 1:
            raise fault("give one of from, each and every", ["from", "each", "every"])
        if self.by is not None and self.source is None:
            raise fault("by needs from", ["by"])
        return self


class Marks(Entry):
    """The range and step of a mark."""

    low: Number = Field(alias="from")
    high: Number = Field(alias="to")
    step: Positive = Decimal(1)


class Criterion(Entry):
    """One line of the score sheet (评分项)."""

    label: Label | None = None
    weight: Formula | None = Field(default=None, description="a number or params.x; 1 when left out")
    marks: Marks | None = Field(default=None, description="the sheet's when left out")
    ref: str = ""
    help: Label | None = None


class Sheet(Entry):
    """The score sheet (评分表): marks are given for contestant × keys × criterion × judge.

    It makes the table `marks` with the columns contestant, the keys, criterion, judge, value, weight, best (满分), at, seq.
    """

    marks: Marks | None = None
    criteria: dict[Name, Criterion] = Field(min_length=1)
    keys: dict[Name, DataField] = Field(default={}, description="further coordinates of a mark: a round, a topic, an element")
    complete: Truth = Field(default=False, description="every combination of the keys' one_of values must have marks")
    weights: Number | None = Field(default=None, description="what the weights must add up to")
    comment: Literal["required", "optional", "none"] = "optional"
    ref: str = ""


class Panel(Entry):
    """How the judges' marks of one line become one value (去掉最高最低分).

    It makes the table `panel`: keys contestant, the sheet's keys and criterion; columns value, weight, judges. With
    `of: judge` each judge's weighted sheet is trimmed as a whole: the keys are then contestant and the sheet's keys.
    """

    of: Literal["criterion", "judge"] = "criterion"
    worth: Formula | None = Field(
        default=None, description="what a mark is worth before trimming, e.g. a look-up; the mark itself when left out"
    )
    trim: Trim = Trim()
    then: Literal["mean", "sum", "median", "min", "max"] = "mean"
    middle: Formula | None = None
    round: Round | None = None
    ref: str = ""


Policy = Literal["unranked", "last"]


class Missing(Entry):
    """What happens to what is not there. A rulebook must say it."""

    judge: Literal["exclude", "wait"] = Field(description="a judge who has not marked: leave out, or the line stays open")
    recused: Literal["exclude"] = "exclude"
    absent: Policy
    withdrawn: Policy
    excused: Policy = "unranked"
    disqualified: Policy = "unranked"
    unscored: Literal["unranked"] = "unranked"


class Rounding(Entry):
    """The stage's rounding. `places` and `mode` hold for each measure of the ranking chain that does not round itself."""

    places: Whole = Field(ge=0, le=9)
    mode: Mode
    rank_on: Literal["published", "exact"] = "published"
    ref: str = ""


class Deductions(Entry):
    """Deductions by event (扣分): the reasons admitted. They make the measure `deductions`, 0 where there are none."""

    reasons: dict[Name, Label] = {}
    most: Number | None = Field(default=None, description="largest single deduction")
    places: Whole = Field(default=2, ge=0, le=9)
    ref: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value | {"reasons": _mapping(value["reasons"])} if isinstance(value, dict) and "reasons" in value else value


class Among(Entry):
    """A table among the level contestants only: rows whose contestant and opponent are both level."""

    of: str
    opponent: str = "opponent"
    by: list[Column] = Field(min_length=1, description="aggregates over those rows, in order")
    orders: list[Order] = []
    restart: Literal["never", "after_split"] = Field(
        default="never", description="begin anew among those still level once some were parted"
    )


class Link(Entry):
    """One link of the ranking chain: exactly one of the ways to part contestants that are level so far."""

    measure: str | None = Field(default=None, description="a measure of the contestant")
    countback: Formula | None = Field(default=None, description="values of a finer table: more of the best value wins, then of the next")
    sorted: Formula | None = Field(default=None, description="values of a finer table compared one by one as sorted lists")
    among: Among | None = None
    majority: Formula | None = Field(
        default=None, description="places of a finer table: the majority of places, with iteration over those level"
    )
    lot: Literal["seeded", "recorded"] | None = Field(
        default=None, description="a lot from the recorded seed, or drawn by hand and recorded"
    )
    discretion: Literal["recorded"] | None = Field(default=None, description="an order that a person decided and recorded")

    order: Order | None = None
    when: Formula | None = Field(default=None, description="the link counts only where this holds for the competition")
    where: list[Formula] = []
    first: Literal["best", "worst", "earliest", "latest"] | None = Field(default=None, description="where a sorted comparison begins")
    by: Formula | None = Field(default=None, description="the order for earliest and latest")
    limit: Formula | None = Field(default=None, description="compare only so many values")
    label: Label | None = None
    ref: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"measure": value}
        if isinstance(value, dict) and isinstance(value.get("where"), str):
            return value | {"where": [value["where"]]}
        return value

    @model_validator(mode="after")
    def _one(self) -> Link:
        given = [kind for kind in LINKS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise fault("give exactly one of {ways}", given, ways=", ".join(LINKS))
        return self

    @property
    def kind(self) -> str:
        """Which of the ways it is."""
        return next(kind for kind in LINKS if getattr(self, kind) is not None)


LINKS = ("measure", "countback", "sorted", "among", "majority", "lot", "discretion")


class Last(Entry):
    """Who is last (末位), DOMAIN §3. All defaults are shown in the result."""

    tied: Literal["pending", "all_tied", "none"] = "pending"
    all_level: Literal["none", "all_tied"] = "none"
    alone: Literal["none", "last"] = "none"
    absent_is_last: Truth = False
    absent_shields_lowest: Truth = False
    ref: str = ""


class Ranking(Entry):
    """The ordered chain that makes ranks."""

    by: list[Link] = Field(min_length=1)
    only: list[Formula] = Field(default=[], description="who is ranked; others are present but not ranked")
    ties: Literal["competition", "dense", "ordinal"] = "competition"
    unresolved: Literal["shared", "pending"] = Field(description="what an open tie at the end of the chain is")
    last: Last = Last()
    ref: str = ""


class Quota(Entry):
    """How many may receive a grade: a number, or a share of a group, rounded down unless said otherwise."""

    count: Formula | None = None
    share: Formula | None = Field(default=None, description="per cent")
    of: list[Formula] = Field(default=["status == ranked"], description="who makes up the whole that the share is taken of")
    round: Literal["floor", "half_up", "ceiling"] = "floor"
    within: list[str] = Field(default=[], description="a quota of its own for each value of these columns")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool):
            return {"count": value}
        return value

    @model_validator(mode="after")
    def _one(self) -> Quota:
        if (self.count is None) == (self.share is None):
            raise fault("give either count or share", ["count", "share"])
        return self


class Consequence(Entry):
    """What follows when a rule holds: exactly one of the closed vocabulary.

    `for` names whom it is for: `contestant` itself or fields of the roster that hold ids (a unit's leaders).
    `to` names the link in the competition's `feeds` that an event is sent along. `approve` makes it pending until a
    `discretion` event with approver and reason settles it. `if_tied` says what a shared rank does to a value.
    """

    award: str | None = None
    cash: Formula | None = None
    certificate: str | None = None
    title: str | None = None
    bonus: Formula | None = None
    deduction: Formula | None = None
    bar: list[str] | None = None
    grade: str | None = None
    flag: str | None = None
    advance: list[str] | None = Field(default=None, description="the measures that travel along; [] for none")
    step: str | None = Field(default=None, description="name of a ladder in params; the rung is `value`")
    ask: str | None = Field(default=None, description="a decision that a person must record")

    value: Formula | None = Field(default=None, description="the rung of a step")
    to: str | None = None
    whom: list[str] = Field(default=["contestant"], alias="for")
    quota: Quota | None = None
    approve: str | None = None
    if_tied: Literal["each", "split", "ask"] = "each"
    label: Label | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(value.get("bar"), str):
                value = value | {"bar": [value["bar"]]}
            if isinstance(value.get("for"), str):
                value = value | {"for": [value["for"]]}
            if isinstance(value.get("of"), str) and "bar" in value:
                value = {k: v for k, v in value.items() if k != "of"} | {"to": value["of"]}
        return value

    @property
    def kind(self) -> str:
        """Which consequence it is."""
        return next(k for k in CONSEQUENCES if getattr(self, k) is not None)

    @model_validator(mode="after")
    def _one(self) -> Consequence:
        given = [kind for kind in CONSEQUENCES if getattr(self, kind) is not None]
        if len(given) != 1:
            raise fault("give exactly one of {ways}", given, ways=", ".join(CONSEQUENCES))
        if (self.quota is not None) and self.grade is None and self.title is None and self.advance is None:
            raise fault("a quota belongs to a grade, a title or an advance", ["quota"])
        return self


CONSEQUENCES = ("award", "cash", "certificate", "title", "bonus", "deduction", "bar", "grade", "flag", "advance", "step", "ask")


class Condition(Entry):
    """`all`, `any` or `not` over conditions, or one comparison a line: `field OP literal`, `field in [..]`, `has(field)`."""

    test: str | None = None
    all: list[Condition] | None = None
    any: list[Condition] | None = None
    no: Condition | None = Field(default=None, alias="not")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"test": value}
        if isinstance(value, list):
            return {"all": value}
        return value

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if sum(v is not None for v in (self.test, self.all, self.any, self.no)) != 1:
            raise fault("give exactly one of a comparison, all, any and not", ["test", "all", "any", "not"])
        return self


class Decision(Entry):
    """A rule: when its conditions hold for a row, its consequences follow."""

    ref: str = ""
    label: Label | None = None
    over: str = Field(default="contestants", description="the table whose rows are looked at; it must have a column `contestant`")
    when: Condition
    then: list[Consequence] = Field(min_length=1)


class Stage(Entry):
    """One kind of competition: who competes, what is recorded, how it is measured, ranked and decided."""

    label: Label | None = None
    ref: str = ""
    fields: dict[Name, DataField] = Field(default={}, description="fields of the opening event; columns of the table `competition`")
    contestant: Label = Label(zh="选手", en="contestant")
    roster: dict[Name, DataField] = Field(default={}, description="fields of the contestant event")
    ranked_within: list[str] = Field(default=[], description="roster fields or measures that divide the table (分类, 组别)")
    sheet: Sheet | None = None
    panel: Panel | None = None
    records: list[str] = Field(default=[], description="kinds of record admitted")
    deductions: Deductions | None = None
    missing: Missing
    rounding: Rounding
    rows: dict[Name, Rows] = {}
    measures: dict[Name, Column] = Field(min_length=1)
    ranking: Ranking
    grades: dict[Name, Label] = Field(default={}, description="the grades, best first; a contestant gets the best that is open to him")
    decisions: dict[Name, Decision] = {}

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value | {"grades": _mapping(value["grades"])} if isinstance(value, dict) and "grades" in value else value


class Example(Entry):
    """A worked example. `given` is a small competition; `expect` asserts values and reasons.

    given: `contestants` (id → roster fields), `judges` (ids), `marks` (contestant → criterion → marks in the order of the
    judges, null for none; with sheet keys, key values come first), `records` (kind → list of rows), `events` (further
    events), `opened` (fields of the opening event).
    expect: `standings` (rows with any columns of the standings), `decisions` (rows contestant, rule, consequence, value),
    `not` (rows contestant, rule, failed: the condition that failed), `rejected` (rows rule, id), `notices` (rows code),
    `carried` (rows kind, to, contestant, value).
    """

    name: str
    ref: str = ""
    stage: str
    given: dict[str, Any]
    expect: dict[str, Any]


class Clause(Entry):
    """Where a clause of the document went: into a rule, into a parameter, or left out with the reason."""

    clause: str
    text: str = ""
    status: Literal["rule", "param", "left_out"]
    by: list[str] = Field(default=[], description="paths of the entries that carry it, e.g. stages.town.decisions.top-three")
    why: str = ""


class Ruleset(Entry):
    """A rulebook."""

    format: Literal["ruleset/1"]
    id: Name
    version: str
    label: Label | None = None
    source: Source
    params: dict[Name, Param] = {}
    scales: dict[Name, dict[str, Any]] = Field(default={}, description="look-up tables: key → value, or key → key → value")
    records: dict[Name, Record] = {}
    windows: dict[Name, Window] = {}
    stages: dict[Name, Stage] = Field(min_length=1)
    clauses: list[Clause] = []
    tests: list[Example] = []
