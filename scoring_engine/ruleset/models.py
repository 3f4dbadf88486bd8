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

    zh: str = Field(default="", description="the text in Chinese")
    en: str = Field(default="", description="the text in English")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value


Ref = Annotated[str, Field(description="the clause of the document")]
Shown = Annotated[Label | None, Field(description="what it is called where it is shown; its name when left out")]


class Source(Entry):
    """The document that the rulebook encodes."""

    id: str = Field(description="a short sign of the document")
    title: str = Field(default="", description="its title")
    issuer: str = Field(default="", description="who issued it")
    dated: str = Field(default="", description="the day of issue; undated parameters hold from then on")
    note: str = Field(default="", description="what a reader should know about it")


class Param(Entry):
    """A value that the document leaves open or that changes with time, with its clause.

    `values` is dated: the entry in force on the competition's date counts. `value` is for one that never changes; a plain
    number, text, truth value or list is short for it.
    A value is a number, a text, a truth value, a list (read with `params.x[n]`, counted from 1) or a mapping
    (read with `params.x[key]`); lists and mappings may nest.
    """

    ref: Ref = ""
    label: Shown = None
    unit: str = Field(default="", description="unit of the value, as shown")
    open: Truth = Field(default=False, description="the document leaves this value to those who apply it")
    value: Any = Field(default=None, description="the value, where it never changes")
    values: dict[str, Any] | None = Field(default=None, description="ISO date → value in force from that day on")
    low: Number | None = Field(default=None, alias="from", description="smallest number admitted")
    high: Number | None = Field(default=None, alias="to", description="largest number admitted")
    one_of: dict[str, Label] | None = Field(default=None, description="the values admitted; a list is short for it")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return {"value": value}
        return value | {"one_of": _mapping(value["one_of"])} if "one_of" in value else value

    @model_validator(mode="after")
    def _one(self) -> Param:
        if (self.value is None) == (self.values is None):
            raise fault("give either value or values", ["value", "values"])
        return self


class DataField(Entry):
    """One field of a record, of the roster or of the competition's opening event."""

    type: Literal["text", "integer", "decimal", "boolean", "date", "time", "contestant", "judge", "list"] = Field(
        default="text", description="kind of value; contestant and judge are ids of such"
    )
    label: Shown = None
    unit: str = Field(default="", description="unit of the value, as shown")
    places: Whole = Field(default=0, ge=0, le=9, description="decimals carried by a decimal field")
    low: Number | None = Field(default=None, alias="from", description="smallest value admitted")
    high: Number | None = Field(default=None, alias="to", description="largest value admitted")
    step: Positive | None = Field(default=None, description="the value is `from` (or 0) plus a multiple of it")
    one_of: dict[str, Label] | None = Field(default=None, description="the values admitted; a list is short for it")
    required: Truth = Field(default=False, description="an event without it is rejected")

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

    label: Shown = None
    ref: Ref = ""
    fields: dict[Name, DataField] = Field(default={}, description="the fields of the event")
    contestant: Literal["required", "optional", "none"] = Field(default="required", description="whether the event names a contestant")
    key: list[str] = Field(default=[], description="fields that identify the fact; the columns other tables join on")
    repeat: Literal["replace", "reject"] = Field(default="replace", description="a second event with the same key")


class Span(Entry):
    """One named span of days, both ends included."""

    low: str = Field(alias="from", description="first day")
    high: str = Field(alias="to", description="last day")
    label: Shown = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"from": value[0], "to": value[1]} if isinstance(value, list) and len(value) == 2 else value


class Window(Entry):
    """Calendar windows. They become a table of the same name with the columns `from` and `to`, one row a window.

    Either named `spans`, or a period `from`–`to` cut at each day, week (from Monday), month, quarter or year.
    """

    label: Shown = None
    ref: Ref = ""
    low: str | None = Field(default=None, alias="from", description="first day of the period")
    high: str | None = Field(default=None, alias="to", description="last day of the period")
    every: Literal["day", "week", "month", "quarter", "year"] | None = Field(default=None, description="where the period is cut")
    spans: dict[str, Span] | None = Field(default=None, description="name → span; [first day, last day] is short for one")

    @model_validator(mode="after")
    def _one(self) -> Window:
        periodic = self.low is not None and self.high is not None and self.every is not None
        if periodic == (self.spans is not None):
            raise fault("give either from, to and every, or spans", ["spans"])
        return self


class Round(Entry):
    """A declared rounding point."""

    places: Whole = Field(ge=0, le=9, description="decimals")
    mode: Mode | None = Field(default=None, description="the stage's mode when left out")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"places": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Trim(Entry):
    """Leave out the k highest and the k lowest, from a number of values up; below it nothing is left out, and a notice is given."""

    high: Whole = Field(default=0, ge=0, description="how many of the highest are left out")
    low: Whole = Field(default=0, ge=0, description="how many of the lowest are left out")
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
    sum: Formula | None = Field(default=None, description="the sum of a formula over the rows")
    count: Formula | None = Field(default=None, description="number of rows of a table")
    distinct: Formula | None = Field(default=None, description="number of different values")
    mean: Formula | None = Field(default=None, description="the mean of the rows, an exact ratio until it is rounded")
    median: Formula | None = Field(default=None, description="the value in the middle; of two, their mean")
    min: Formula | None = Field(default=None, description="the smallest value")
    max: Formula | None = Field(default=None, description="the largest value")
    first: Formula | None = Field(default=None, description="the value of the first row in the order `by`")
    last: Formula | None = Field(default=None, description="the value of the last row in the order `by`")
    product: Formula | None = Field(default=None, description="the product of the values")
    any: Formula | None = Field(default=None, description="whether a condition holds for at least one row")
    all: Formula | None = Field(default=None, description="whether a condition holds for all rows")
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
    trim: Trim | None = Field(default=None, description="leave out the highest and the lowest values")
    running: Truth = Field(default=False, description="over the rows up to this one in the order `by`")
    ties: Literal["high", "low", "mean", "dense", "ordinal"] = Field(
        default="high", description="place of level rows: the highest, lowest or mean of the places they fill; dense; in row order"
    )
    empty: Formula | None = Field(default=None, description="the value where no row is left")
    round: Round | None = Field(default=None, description="the declared rounding of the result")
    label: Shown = None
    unit: str = Field(default="", description="unit of the value, as shown")
    ref: Ref = ""
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

    of: str = Field(description="the table whose rows are taken")
    where: list[Formula] = Field(default=[], description="conditions that a row must satisfy, all of them")
    set: dict[Name, Formula] = Field(description="column of the new table → formula over the old row")

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

    label: Shown = None
    ref: Ref = ""
    source: str | None = Field(default=None, alias="from", description="the table that is filtered or grouped")
    each: list[Projection] | None = Field(default=None, description="row sets that are put under each other")
    every: list[str] | None = Field(default=None, description="tables whose keys are combined")
    where: list[Formula] = Field(default=[], description="conditions that a row must satisfy, all of them")
    by: dict[Name, Formula] | None = Field(default=None, description="the keys of the groups; a list is short for columns of the same name")
    key: list[str] = Field(default=[], description="columns that identify a row (each, or from without by)")
    columns: dict[Name, Column] = Field(default={}, description="further columns, computed in the order that they need")

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

    low: Number = Field(alias="from", description="smallest mark")
    high: Number = Field(alias="to", description="largest mark (满分)")
    step: Positive = Field(default=Decimal(1), description="a mark is `from` plus a multiple of it")


class Criterion(Entry):
    """One line of the score sheet (评分项)."""

    label: Shown = None
    weight: Formula | None = Field(default=None, description="a number or params.x; 1 when left out")
    marks: Marks | None = Field(default=None, description="the sheet's when left out")
    ref: Ref = ""
    help: Label | None = Field(default=None, description="a hint for the judge on the entry form")


class Sheet(Entry):
    """The score sheet (评分表): marks are given for contestant × keys × criterion × judge.

    It makes the table `marks` with the columns contestant, the keys, criterion, judge, value, weight, best (满分), at, seq,
    and the table `criteria` with a row for each line: criterion, weight, low, best. A weight is there before anything is
    computed: it can name parameters and fields of the competition's opening.
    """

    marks: Marks | None = Field(default=None, description="range and step of the marks, where a criterion has none of its own")
    criteria: dict[Name, Criterion] = Field(min_length=1, description="the lines of the sheet")
    keys: dict[Name, DataField] = Field(default={}, description="further coordinates of a mark: a round, a topic, an element")
    complete: Truth = Field(default=False, description="every combination of the keys' one_of values must have marks")
    weights: Number | None = Field(default=None, description="what the weights must add up to")
    comment: Literal["required", "optional", "none"] = Field(default="optional", description="whether a judge must comment (点评)")
    ref: Ref = ""


class Outlier(Entry):
    """What stands out among the marks of the judges (偏离). It is pointed out to people and changes no result.

    The middle is the median of what the judges gave on the same line; with `of: judge` it is that of their weighted sheets.
    What lies farther from it than `distance`, or than `share` of the range, stands out; just as far does not.
    """

    distance: Positive | None = Field(default=None, description="in marks; with `of: judge` in the unit of the sheets, Σ weight × mark")
    share: Annotated[Positive, Field(lt=100)] | None = Field(
        default=None, description="per cent of the range from the lowest to the highest mark, or sheet, that can be given"
    )
    least: Whole = Field(default=3, ge=3, alias="from", description="number of judges from which it applies")
    ref: Ref = ""

    @model_validator(mode="after")
    def _any(self) -> Outlier:
        if self.distance is None and self.share is None:
            raise fault("give distance, share or both")
        return self


class Panel(Entry):
    """How the judges' marks of one line become one value (去掉最高最低分).

    It makes the table `panel`: keys contestant, the sheet's keys and criterion; columns value, weight, judges. Every line
    that is due is a row, marked or not; of a sheet with keys that need not be complete, every line that has marks.
    Where the sheet has no keys, `criterion.x` is a contestant's value of the line x. What a mark is worth is a further
    column `worth` of `marks`.

    With `of: judge` each judge's sheet, the sum of weight × mark, is trimmed as a whole: the keys are then contestant and
    the sheet's keys. A sheet on which a line is missing does not count. These sheets are the table `sheets`.
    """

    of: Literal["criterion", "judge"] = Field(
        default="criterion", description="what is trimmed: the marks of each criterion, or the weighted sheet of each judge"
    )
    worth: Formula | None = Field(
        default=None, description="what a mark is worth before trimming, e.g. a look-up; the mark itself when left out"
    )
    trim: Trim = Field(default=Trim(), description="leave out the highest and the lowest")
    then: Literal["mean", "sum", "median", "min", "max"] = Field(default="mean", description="what the rest become")
    middle: Formula | None = Field(default=None, description="use only the n values in the middle")
    round: Round | None = Field(default=None, description="the declared rounding of the panel value; exact when left out")
    outlier: Outlier | None = Field(default=None, description="which marks, or sheets, stand out; nothing does when left out")
    ref: Ref = ""


Policy = Literal["unranked", "last"]


class Missing(Entry):
    """What happens to what is not there. A rulebook must say it."""

    judge: Literal["exclude", "wait"] = Field(description="a judge who has not marked: leave out, or the line stays open")
    recused: Literal["exclude"] = Field(default="exclude", description="a judge who must not mark this contestant (回避)")
    absent: Policy = Field(description="a contestant who did not come (缺考)")
    withdrawn: Policy = Field(description="a contestant who gave up (弃权)")
    excused: Policy = Field(default="unranked", description="a contestant with leave (请假)")
    disqualified: Policy = Field(default="unranked", description="a contestant whose result is void (取消成绩)")
    unscored: Literal["unranked"] = Field(default="unranked", description="a contestant of whom a ranking measure is missing")


class Rounding(Entry):
    """The stage's rounding. `places` and `mode` hold for each measure of the ranking chain that does not round itself."""

    places: Whole = Field(ge=0, le=9, description="decimals")
    mode: Mode = Field(description="half_up is 四舍五入")
    rank_on: Literal["published", "exact"] = Field(
        default="published", description="rank on the rounded value that is published, or on the exact one"
    )
    ref: Ref = ""


class Deductions(Entry):
    """Deductions by event (扣分): the reasons admitted. They make the measure `deductions`, 0 where there are none."""

    reasons: dict[Name, Label] = Field(default={}, description="the reasons admitted; any when left out")
    most: Number | None = Field(default=None, description="largest single deduction")
    places: Whole = Field(default=2, ge=0, le=9, description="decimals of a deduction")
    ref: Ref = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value | {"reasons": _mapping(value["reasons"])} if isinstance(value, dict) and "reasons" in value else value


class Among(Entry):
    """A table among the level contestants only: rows whose contestant and opponent are both level."""

    of: str = Field(description="the table")
    opponent: str = Field(default="opponent", description="its column with the other contestant")
    by: list[Column] = Field(min_length=1, description="aggregates over those rows, in order")
    orders: list[Order] = Field(default=[], description="down or up for each aggregate; down when left out")
    restart: Literal["never", "after_split"] = Field(
        default="never", description="begin anew among those still level once some were parted"
    )


class Link(Entry):
    """One link of the ranking chain: exactly one of the ways to part contestants that are level so far."""

    measure: str | None = Field(default=None, description="a measure of the contestant")
    countback: Formula | None = Field(default=None, description="values of a finer table: more of the best value wins, then of the next")
    sorted: Formula | None = Field(default=None, description="values of a finer table compared one by one as sorted lists")
    among: Among | None = Field(default=None, description="results of those level against each other")
    majority: Formula | None = Field(
        default=None, description="places of a finer table: the majority of places, with iteration over those level"
    )
    lot: Literal["seeded", "recorded"] | None = Field(
        default=None, description="a lot from the recorded seed, or drawn by hand and recorded"
    )
    discretion: Literal["recorded"] | None = Field(default=None, description="an order that a person decided and recorded")

    order: Order | None = Field(default=None, description="down: larger is better (default); up: smaller is better")
    when: Formula | None = Field(default=None, description="the link counts only where this holds for the competition")
    where: list[Formula] = Field(default=[], description="conditions that a row of the finer table must satisfy")
    first: Literal["best", "worst", "earliest", "latest"] | None = Field(default=None, description="where a sorted comparison begins")
    by: Formula | None = Field(default=None, description="the order for earliest and latest")
    limit: Formula | None = Field(default=None, description="compare only so many values")
    label: Shown = None
    ref: Ref = ""

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

    tied: Literal["pending", "all_tied", "none"] = Field(
        default="pending", description="a tie for the last place: open until it is decided, all of them are last, or nobody"
    )
    all_level: Literal["none", "all_tied"] = Field(default="none", description="everybody level: nobody is last, or all are")
    alone: Literal["none", "last"] = Field(default="none", description="one contestant only: nobody is last, or this one is")
    absent_is_last: Truth = Field(default=False, description="who was absent takes the last place")
    absent_shields_lowest: Truth = Field(default=False, description="an absent contestant keeps the lowest ranked one from being last")
    ref: Ref = ""


class Ranking(Entry):
    """The ordered chain that makes ranks."""

    by: list[Link] = Field(min_length=1, description="the links of the chain, the first one that parts two contestants decides")
    only: list[Formula] = Field(default=[], description="who is ranked; others are present but not ranked")
    ties: Literal["competition", "dense", "ordinal"] = Field(
        default="competition", description="after two on rank 1: rank 3, rank 2 (dense), or ranks without ties in the order of the table"
    )
    unresolved: Literal["shared", "pending"] = Field(description="what an open tie at the end of the chain is")
    last: Last = Field(default=Last(), description="who is last")
    ref: Ref = ""


class Quota(Entry):
    """How many may receive a grade: a number, or a share of a group, rounded down unless said otherwise."""

    count: Formula | None = Field(default=None, description="a number")
    share: Formula | None = Field(default=None, description="per cent")
    of: list[Formula] = Field(default=["status == ranked"], description="who makes up the whole that the share is taken of")
    round: Literal["floor", "half_up", "ceiling"] = Field(default="floor", description="how a share becomes a number")
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

    award: str | None = Field(default=None, description="an award of this name")
    cash: Formula | None = Field(default=None, description="an amount of money")
    certificate: str | None = Field(default=None, description="a certificate of this name")
    title: str | None = Field(default=None, description="a title of this name")
    bonus: Formula | None = Field(default=None, description="points for another competition, see `to`")
    deduction: Formula | None = Field(default=None, description="points taken off in another competition, see `to`")
    bar: list[str] | None = Field(default=None, description="honours and grades that are closed, here or where `to` leads")
    grade: str | None = Field(default=None, description="one of the grades of the stage")
    flag: str | None = Field(default=None, description="a remark on the result")
    advance: list[str] | None = Field(default=None, description="the measures that travel along; [] for none")
    step: str | None = Field(default=None, description="name of a ladder in params; the rung is `value`")
    ask: str | None = Field(default=None, description="a decision that a person must record")

    value: Formula | None = Field(default=None, description="the rung of a step; of other consequences what is shown with them")
    to: str | None = Field(default=None, description="the link along which it travels")
    whom: list[str] = Field(default=["contestant"], alias="for", description="for whom it is")
    quota: Quota | None = Field(default=None, description="how many may receive it")
    approve: str | None = Field(default=None, description="who must approve it first")
    if_tied: Literal["each", "split", "ask"] = Field(
        default="each",
        description="what a shared rank does: each the whole value, the values of the ranks taken up are shared out, or a person decides",
    )
    label: Shown = None

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

    test: str | None = Field(default=None, description="one comparison; a plain text is short for it")
    all: list[Condition] | None = Field(default=None, description="all of these hold; a plain list is short for it")
    any: list[Condition] | None = Field(default=None, description="at least one of these holds")
    no: Condition | None = Field(default=None, alias="not", description="this does not hold")

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

    ref: Ref = ""
    label: Shown = None
    over: str = Field(
        default="contestants",
        description="the table whose rows are looked at; where they belong to no contestant only flag and ask can follow",
    )
    when: Condition = Field(description="the conditions")
    then: list[Consequence] = Field(min_length=1, description="the consequences")


class Stage(Entry):
    """One kind of competition: who competes, what is recorded, how it is measured, ranked and decided."""

    label: Shown = None
    ref: Ref = ""
    fields: dict[Name, DataField] = Field(default={}, description="fields of the opening event; columns of the table `competition`")
    contestant: Label = Field(default=Label(zh="选手", en="contestant"), description="what a contestant is called")
    roster: dict[Name, DataField] = Field(default={}, description="fields of the contestant event")
    carried: dict[Name, DataField] = Field(
        default={}, description="what contestants bring along that advanced from another rulebook; columns of the table `advanced`"
    )
    ranked_within: list[str] = Field(default=[], description="roster fields or measures that divide the table (分类, 组别)")
    sheet: Sheet | None = Field(default=None, description="the score sheet")
    panel: Panel | None = Field(default=None, description="from the marks of the judges to one value")
    records: list[str] = Field(default=[], description="kinds of record admitted")
    deductions: Deductions | None = Field(default=None, description="deductions by event")
    missing: Missing = Field(description="what happens to what is not there")
    rounding: Rounding = Field(description="the declared rounding")
    rows: dict[Name, Rows] = Field(default={}, description="derived tables, and further columns of tables")
    measures: dict[Name, Column] = Field(min_length=1, description="columns of the contestants")
    ranking: Ranking = Field(description="the chain that makes ranks")
    grades: dict[Name, Label] = Field(default={}, description="the grades, best first; a contestant gets the best that is open to him")
    decisions: dict[Name, Decision] = Field(default={}, description="the rules")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value | {"grades": _mapping(value["grades"])} if isinstance(value, dict) and "grades" in value else value


class Example(Entry):
    """A worked example. `given` is a small competition; `expect` asserts values and reasons.

    given: `contestants` (id → roster fields), `judges` (ids), `marks` (contestant → criterion → marks in the order of the
    judges, null for none; with sheet keys, key values come first), `records` (kind → list of rows), `events` (further
    events), `opened` (fields of the opening event), `params` (values in place of the rulebook's: another reading of it).
    expect: `standings` (rows with any columns of the standings), `decisions` (rows contestant, rule, consequence, value),
    `not` (rows contestant, rule, failed: the condition that failed), `rejected` (rows rule, id), `notices` (rows code),
    `carried` (rows kind, to, contestant, value).
    """

    name: str = Field(description="what the example shows")
    ref: Ref = ""
    stage: str = Field(description="the stage that is played")
    given: dict[str, Any] = Field(description="the small competition")
    expect: dict[str, Any] = Field(description="what must come out")


class Clause(Entry):
    """Where a clause of the document went: into a rule, into a parameter, or left out with the reason."""

    clause: str = Field(description="the number of the clause")
    text: str = Field(default="", description="its words")
    status: Literal["rule", "param", "left_out"] = Field(description="where it went")
    by: list[str] = Field(default=[], description="paths of the entries that carry it, e.g. stages.final.decisions.prize")
    why: str = Field(default="", description="the reason, where it was left out")


class Ruleset(Entry):
    """A rulebook."""

    format: Literal["ruleset/1"] = Field(description="the version of this language")
    id: Name = Field(description="the id that an opening event names")
    version: str = Field(description="the version that an opening event pins")
    label: Shown = None
    source: Source = Field(description="the document")
    params: dict[Name, Param] = Field(default={}, description="values that are open or change with time")
    scales: dict[Name, dict[str, Any]] = Field(default={}, description="look-up tables: key → value, or key → key → value")
    records: dict[Name, Record] = Field(default={}, description="kinds of countable facts")
    windows: dict[Name, Window] = Field(default={}, description="calendars")
    stages: dict[Name, Stage] = Field(min_length=1, description="the kinds of competition")
    clauses: list[Clause] = Field(default=[], description="where each clause of the document went")
    tests: list[Example] = Field(default=[], description="worked examples")
