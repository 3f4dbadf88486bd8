"""The tables of a stage and their columns, and the tasks that make them.

A `Task` makes a table (its key is `(table, "")`) or one column (`(table, column)`). Tasks are first bound, which finds out
what each needs, then put in order, then turned into steps: at that time the types of all that a task needs are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from scoring_engine.ruleset.compiler.kinds import ANY, Type
from scoring_engine.ruleset.compiler.report import Path, Reporter, help_with

if TYPE_CHECKING:
    from scoring_engine.messages import Message
    from scoring_engine.ruleset.compiler.names import Bound
    from scoring_engine.ruleset.compiler.values import Shape
    from scoring_engine.ruleset.models import Stage
    from scoring_engine.ruleset.plan import Expr, ParamPlan, Step, WindowPlan

Key = tuple[str, str]


class Column:
    """A column: its type once that is known, and the task after which it is there."""

    __slots__ = ("_type", "computed", "key", "like", "name")

    def __init__(self, name: str, key: Key, type: Type | None = None, computed: bool = False, like: Column | None = None) -> None:
        self.name = name
        self.key = key
        self.computed = computed
        self.like = like
        self._type = type

    @property
    def type(self) -> Type:
        """The type; ANY where the column could not be made."""
        if self._type is not None:
            return self._type
        return ANY if self.like is None else self.like.type

    @type.setter
    def type(self, type: Type) -> None:
        self._type = type


class Group(NamedTuple):
    """How the rows of a grouped table belong to those of its source: pairs of columns, and what the source's rows satisfy."""

    source: Table
    pairs: list[list[str]]
    where: list[Bound]


class Table:
    """A table.

    key     the columns that identify a row
    made    "events", "plan" or "step"
    rows    the key values of a table of fixed rows
    source  the table that a filter took its rows from; its columns are fetched when they are named
    lazy    columns that are made only where something names them
    lost    the table could not be understood: every column is taken to be there
    depth   how many tables are behind it, each made from the next
    """

    __slots__ = ("columns", "depth", "group", "key", "lazy", "lost", "made", "name", "path", "rows", "scope", "source")

    def __init__(self, scope: Scope, name: str, path: Path, made: str, key: list[str] | None = None) -> None:
        self.scope = scope
        self.name = name
        self.path = path
        self.made = made
        self.key = key or []
        self.columns: dict[str, Column] = {}
        self.rows: list[list[str]] | None = None
        self.source: Table | None = None
        self.group: Group | None = None
        self.lazy: dict[str, Callable[[], Column]] = {}
        self.lost = False
        self.depth = 0

    def base(self, name: str, type: Type) -> Column:
        """Add a column that is there as soon as the table is."""
        column = self.columns[name] = Column(name, (self.name, ""), type)
        return column

    def computed(self, name: str, task: Task) -> Column:
        """Add a column that a task makes."""
        column = self.columns[name] = Column(name, task.key, None, computed=True)
        self.scope.add(task)
        return column

    def find(self, name: str) -> Column | None:
        """The column of this name; None where there is none."""
        if name in self.columns:
            return self.columns[name]
        if name in self.lazy:
            column = self.columns[name] = self.lazy.pop(name)()
            return column
        if self.lost:
            return Column(name, (self.name, ""), ANY)
        if self.source is None:
            return None
        theirs = self.source.find(name)
        if theirs is None:
            return None
        if not theirs.computed:
            column = self.columns[name] = Column(name, (self.name, ""), like=theirs)
            return column
        pulled = self.computed(name, Pull(self, theirs))
        pulled.like = theirs
        return pulled

    def names(self) -> list[str]:
        """The names of all columns that a rulebook can write."""
        own = dict.fromkeys((*self.columns, *self.lazy, *(self.source.names() if self.source else ())))
        return [name for name in own if not name.startswith("@")]


class Task:
    """Something that becomes steps of the plan. `needs` is filled by `bind`."""

    def __init__(self, key: Key, path: Path) -> None:
        self.key = key
        self.path = path
        self.needs: dict[Key, None] = {}

    @property
    def shown(self) -> str:
        """What the task makes, as a person would name it."""
        return self.key[1] or self.key[0]

    def bind(self, scope: Scope) -> None:
        """Find out what the names in its formulas mean."""

    def emit(self, scope: Scope) -> list[Step]:
        """The steps; called after those of everything it needs."""
        return []


class Given(Task):
    """A column whose expression is known."""

    def __init__(self, table: str, name: str, path: Path, expr: Expr, type: Type | Column, needs: list[Key]) -> None:
        super().__init__((table, name), path)
        self.expr = expr
        self.type = type
        self.needs = dict.fromkeys([(table, ""), *needs])

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        column = scope.tables[self.key[0]].columns[self.key[1]]
        column.type = self.type if isinstance(self.type, Type) else self.type.type
        return [column_step(self.key, scope.reporter.line(self.path), self.expr, column.type)]


class Pull(Given):
    """A computed column of a filter's source, fetched for the rows that were left in."""

    def __init__(self, table: Table, theirs: Column) -> None:
        super().__init__(table.name, theirs.name, table.path, ["source", theirs.name], theirs, [theirs.key])


def column_step(key: Key, line: int, expr: Expr, type: Type, quiet: bool = False) -> Step:
    """The step that computes a column."""
    kind = {"any": "number", "list": "text"}.get(type.kind, type.kind)
    step: Step = {"do": "column", "table": key[0], "line": line, "name": key[1], "expr": expr, "kind": kind, "places": type.places}
    if quiet:
        step["quiet"] = True
    return step


class Book(NamedTuple):
    """What all stages of a rulebook share."""

    reporter: Reporter
    lost: frozenset[str]
    hyphened: frozenset[str]
    params: Mapping[str, ParamPlan]
    shapes: Mapping[str, Shape]
    scales: Mapping[str, Shape]
    windows: Mapping[str, WindowPlan]
    records: frozenset[str]


class Scope:
    """One stage under compilation.

    published  decimals and mode to which a measure of the ranking chain is rounded where it does not round itself; None
               where the ranking goes by exact values
    chain      the names of the measures in the ranking chain
    """

    def __init__(self, book: Book, name: str, stage: Stage) -> None:
        self.book = book
        self.reporter = book.reporter
        self.name = name
        self.stage = stage
        self.path: Path = ("stages", name)
        self.mode: str = stage.rounding.mode
        self.published: tuple[int, str] | None = None
        self.chain: frozenset[str] = frozenset()
        self.tables: dict[str, Table] = {}
        self.tasks: dict[Key, Task] = {}
        self.unbound: list[Task] = []

    def table(self, name: str, path: Path, made: str, key: list[str] | None = None) -> Table:
        """Add a table."""
        table = self.tables[name] = Table(self, name, path, made, key)
        return table

    def could_be(self, name: str) -> Message | None:
        """How a table of this name would come about, where the stage could have it."""
        if name in self.book.records:
            return help_with("add {name} to records: of the stage", name=name)
        if name in ("marks", "criteria", "panel", "sheets"):
            return help_with("it is made from sheet: and panel: of the stage")
        return help_with("say deductions: in the stage") if name == "deductions" else None

    def add(self, task: Task) -> None:
        """Add a task, to be bound."""
        self.tasks[task.key] = task
        self.unbound.append(task)

    def bind(self) -> None:
        """Bind every task; binding one may add others."""
        at = 0
        while at < len(self.unbound):
            self.unbound[at].bind(self)
            at += 1
        self.unbound.clear()
