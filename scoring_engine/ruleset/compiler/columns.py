"""Columns and derived tables as tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring_engine.ruleset.compiler.check import aggregation, conditions, of_kind, typed
from scoring_engine.ruleset.compiler.kinds import ANY, Type, joined, number
from scoring_engine.ruleset.compiler.names import Aggregation, Binder, Bound, tree
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Group, Scope, Table, Task, column_step
from scoring_engine.ruleset.formula import FormulaError, Node, parse
from scoring_engine.ruleset.models import Column, Rows
from scoring_engine.ruleset.plan import Expr, Step

_QUALIFIERS = {
    "value": frozenset[str](),
    "place": frozenset({"where", "within", "by", "order", "ties"}),
    "keep": frozenset({"where", "within", "by", "order", "best", "drop", "middle", "trim"}),
}
_ANY_AGGREGATE = frozenset({"of", "where", "match", "within", "by", "order", "best", "drop", "middle", "trim", "running", "empty"})
_NO_CHOICE = frozenset({"best", "drop", "middle", "trim"})
_FLAT = ("count", "distinct", "any", "all")
_ALL_QUALIFIERS = (*sorted(_ANY_AGGREGATE), "ties")


class ColumnTask(Task):
    """A column as the rulebook defines it.

    `published` (places, mode): the column takes part in the ranking and is rounded so where it does not round itself.
    `paths` leads from an operation to where its formula stands, where that is not below `path`. `quiet`: see `plan.Step`.
    """

    def __init__(
        self,
        table: Table,
        name: str,
        column: Column,
        path: Path,
        *,
        published: tuple[int, str] | None = None,
        paths: Mapping[str, Path] | None = None,
        among: Table | None = None,
        shown: str = "",
    ) -> None:
        super().__init__((table.name, name), path)
        self.table = table
        self.column = column
        self.published = published
        self.paths = paths or {}
        self.among = among
        self.name = shown or name
        self.content: Bound | Aggregation | None = None

    @property
    def shown(self) -> str:
        """The name that a person knows."""
        return self.name

    def bind(self, scope: Scope) -> None:
        """Bind the formulas."""
        self.needs[(self.table.name, "")] = None
        binder = Binder(scope, self.table, self.needs, among=self.among)
        self.content = content(binder, self.column, self.path, self.paths)

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        expr, type = valued(scope, self.content, self.column, self.path)
        if self.published is not None and type.kind == "number" and not type.rounded:
            places, mode = self.published
            if type.places is None or type.places > places:
                expr, type = ["round", expr, places, mode], number(places, rounded=True)
        cell = self.table.find(self.key[1])
        if cell is not None:
            cell.type = type
        return [column_step(self.key, scope.reporter.line(self.path), expr, type)]


def content(binder: Binder, column: Column, path: Path, paths: Mapping[str, Path] | None = None) -> Bound | Aggregation | None:
    """What a column says, bound. Reports what does not go together."""
    op = column.operation
    scope = binder.scope
    where_op = (paths or {}).get(op, (*path, op))
    allowed = _QUALIFIERS.get(op, _ANY_AGGREGATE - _NO_CHOICE if op in _FLAT else _ANY_AGGREGATE)
    given = [name for name in _ALL_QUALIFIERS if name in column.model_fields_set and name not in allowed]
    for name in given:
        help = None
        if op == "value":
            help = (
                help_with("write else(…, default)") if name == "empty" else help_with("it belongs to an aggregate such as sum: or count:")
            )
        scope.reporter.at_key("E306", (*path, name), "{name}: does not go with {op}:", help, name=name, op=op)
    text = getattr(column, op)
    if op == "value":
        return binder.formula(text, where_op)
    if op in ("place", "keep"):
        return _over_own(binder, column, path, where_op)
    return _aggregate(binder, column, path, where_op)


def _common(binder: Binder, inner: Binder, column: Column, path: Path) -> dict[str, Bound | None]:
    """The qualifiers that are formulas: `by` over the table looked at, the others over the own one."""
    result = {"by": None if column.by is None else inner.formula(column.by, (*path, "by"))}
    for name in ("best", "drop", "middle", "empty"):
        text = getattr(column, name)
        result[name] = None if text is None else binder.formula(text, (*path, name))
    return result


def _within(binder: Binder, column: Column, path: Path) -> list[str]:
    """The columns of `within`, each of which must exist."""
    for i, name in enumerate(column.within or ()):
        if binder.column(binder.own, name) is None:
            known = binder.own.names()
            binder.scope.reporter.unknown((*path, "within", i), name, known, '{table} has no column "{name}"', table=binder.own.name)
    return [name for name in column.within or () if binder.own.find(name) is not None]


def _over_own(binder: Binder, column: Column, path: Path, where_op: Path) -> Aggregation | None:
    op = column.operation
    within = _within(binder, column, path)
    expr = binder.formula(getattr(column, op), where_op)
    parts = _common(binder, binder, column, path)
    if op == "keep" and not any(getattr(column, name) is not None for name in _NO_CHOICE):
        binder.scope.reporter.at_key("E306", where_op, "keep: needs one of best, drop, middle and trim")
    if expr is None:
        return None
    return Aggregation(
        op, binder.own, expr, binder.conditions(column.where, (*path, "where")), [], where_op, 0, len(getattr(column, op)),
        within=within, by=parts["by"], order=column.order or "down", best=parts["best"], drop=parts["drop"], middle=parts["middle"],
        trim=trim_of(column), ties=column.ties,
    )  # fmt: skip


def _aggregate(binder: Binder, column: Column, path: Path, where_op: Path) -> Aggregation | None:
    op, scope, own = column.operation, binder.scope, binder.own
    text: str = getattr(column, op)
    node = tree(scope, text, where_op)
    if node is None:
        return None
    binder.path = where_op
    if column.within is not None:
        table, default = own, False
        if op == "count" and (node.kind != "name" or node.value != own.name):
            help = help_with("write count: {table}; conditions stand under where:", table=own.name)
            binder.error("E306", node, "with within: the rows of {table} itself are looked at", help, table=own.name)
            return None
        if column.of is not None and column.of != own.name:
            scope.reporter.error("E306", (*path, "of"), "with within: the rows of {table} itself are looked at", None, table=own.name)
    else:
        found = _looked_at(binder, column, op, node, path)
        if found is None:
            return None
        table, default = found
        if table is own and not column.match:
            help = help_with("add within: [] for all rows of the competition, or within: [columns] for groups")
            binder.error("E306", node, "the table looked at is {table} itself, whose rows are single rows here", help, table=own.name)
            return None
    if column.running and column.within is None:
        help = help_with("add within: [columns]")
        scope.reporter.at_key("E306", (*path, "running"), "running: goes over the rows of the own table", help)
    inner = binder.inside(table)
    inner.path = where_op
    expr = None if op == "count" else inner.bound(node, where_op)
    where = inner.conditions(column.where, (*path, "where"))
    pairs: list[list[str]] = []
    within = None
    if column.within is None:
        match = dict(column.match)
        for mine, theirs in column.match.items():
            if own.find(mine) is None:
                scope.reporter.at_key("E301", (*path, "match", mine), '{table} has no column "{name}"', None, table=own.name, name=mine)
                del match[mine]
            elif theirs != "none" and table.find(theirs) is None:
                scope.reporter.unknown(
                    (*path, "match", mine), theirs, table.names(), '{table} has no column "{name}"', table=table.name
                )  # fmt: skip
                return None
        binder.path = where_op
        found_pairs = binder.pairs(table, match, node)
        if found_pairs is None:
            return None
        pairs = found_pairs
        if default and own.group is not None:
            where = [*own.group.where, *where]
    else:
        within = _within(binder, column, path)
    parts = _common(binder, inner, column, path)
    binder.needs[(table.name, "")] = None
    return Aggregation(
        op, table, expr, where, pairs, where_op, 0, len(text),
        within=within, by=parts["by"], order=column.order or ("up" if op in ("first", "last") or column.running else "down"),
        best=parts["best"], drop=parts["drop"], middle=parts["middle"], trim=trim_of(column), running=column.running,
        ties=column.ties, empty=parts["empty"],
    )  # fmt: skip


def _looked_at(binder: Binder, column: Column, op: str, node: Node, path: Path) -> tuple[Table, bool] | None:
    """The table that `of` or the dotted names of the column's formulas name."""
    scope = binder.scope
    group = binder.own.group
    if column.of is not None and op != "count":
        if column.of not in scope.tables:
            scope.reporter.unknown((*path, "of"), column.of, list(scope.tables), 'there is no table "{name}"')
            return None
        table = scope.tables[column.of]
        return table, group is not None and table is group.source
    others = [found for text in (*column.where, *([column.by] if column.by else ())) if (found := _silent(scope, text))]
    return binder.looked_at(op, node, others, node)


def _silent(scope: Scope, text: str) -> Node | None:
    """The tree of a formula whose errors are reported elsewhere."""
    try:
        return parse(text, scope.book.hyphened)
    except FormulaError:
        return None


def trim_of(column: Column) -> dict[str, int] | None:
    """The trim of a column as the plan has it."""
    return None if column.trim is None else {"high": column.trim.high, "low": column.trim.low, "from": column.trim.least}


def valued(scope: Scope, content: Bound | Aggregation | None, column: Column, path: Path) -> tuple[Expr, Type]:
    """The expression and type of a column, with its declared rounding."""
    expr, type = aggregation(scope, content) if isinstance(content, Aggregation) else typed(scope, content)
    if column.round is not None:
        if type.kind not in ("number", "any"):
            scope.reporter.at_key("E302", (*path, "round"), "only numbers are rounded; this is {found}", None, found=type.word)
            return expr, type
        expr, type = ["round", expr, column.round.places, column.round.mode or scope.mode], number(column.round.places, rounded=True)
    return expr, type


# --- derived tables -------------------------------------------------------------------------------------------------


class FilterTask(Task):
    """The rows of a table that satisfy conditions."""

    def __init__(self, table: Table, source: Table, rows: Rows) -> None:
        super().__init__((table.name, ""), table.path)
        self.table = table
        self.source = source
        self.rows = rows
        self.where: list[Bound] = []

    def bind(self, scope: Scope) -> None:
        """Bind the conditions."""
        self.needs[(self.source.name, "")] = None
        binder = Binder(scope, self.source, self.needs)
        self.where = binder.conditions(self.rows.where, (*self.path, "where"))
        for i, key in enumerate(self.table.key):
            if binder.column(self.source, key) is None:
                path = (*self.path, "key", i)
                scope.reporter.unknown(path, key, self.source.names(), '{table} has no column "{name}"', table=self.source.name)

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        step: Step = {"do": "filter", "table": self.table.name, "line": scope.reporter.line(self.path), "source": self.source.name}
        step["where"] = conditions(scope, self.where)
        step["key"] = self.table.key
        return [step]


def stacked_columns(scope: Scope, rows: Rows) -> dict[str, bool]:
    """The columns of a stacked table, and whether they come along unnamed: `contestant` does where no part sets it."""
    parts = rows.each or []
    columns = dict.fromkeys((name for part in parts for name in part.set), False)
    if "contestant" not in columns and all((source := scope.tables.get(part.of)) and source.find("contestant") for part in parts):
        columns = {"contestant": True, **columns}
    return columns


class StackTask(Task):
    """Projections of tables put under each other."""

    def __init__(self, table: Table, rows: Rows) -> None:
        super().__init__((table.name, ""), table.path)
        self.table = table
        self.rows = rows
        self.parts: list[tuple[Table, list[Bound], dict[str, Bound | None]]] = []

    def bind(self, scope: Scope) -> None:
        """Bind conditions and columns of each part. Each part sets the same columns."""
        columns = stacked_columns(scope, self.rows)
        for i, part in enumerate(self.rows.each or ()):
            path = (*self.path, "each", i)
            if part.of not in scope.tables:
                scope.reporter.unknown((*path, "of"), part.of, list(scope.tables), 'there is no table "{name}"')
                continue
            source = scope.tables[part.of]
            self.needs[(source.name, "")] = None
            binder = Binder(scope, source, self.needs)
            where = binder.conditions(part.where, (*path, "where"))
            values = {name: binder.formula(text, (*path, "set", name)) for name, text in part.set.items()}
            for name in columns:
                if name not in part.set and columns[name]:
                    values[name] = binder.bound(Node("name", 0, 0, name), path)
                elif name not in part.set:
                    help = help_with("write {name}: none where this part has no such value", name=name)
                    scope.reporter.at_key("E315", (*path, "set"), 'this part does not set "{name}"', help, name=name)
            self.parts.append((source, where, values))
        for i, key in enumerate(self.rows.key):
            if key not in columns:
                scope.reporter.unknown((*self.path, "key", i), key, list(columns), 'the parts do not set "{name}"')

    def emit(self, scope: Scope) -> list[Step]:
        """The one step; the types of the columns are what all parts have in common."""
        plans: list[dict[str, Any]] = []
        kinds: dict[str, list[Type]] = {}
        for source, where, values in self.parts:
            both = {name: typed(scope, bound) for name, bound in values.items()}
            for name, (_, type) in both.items():
                known = joined(kinds.get(name, ()))
                if known is not None and joined([known, type]) is None:
                    path = (*self.path, "each", len(plans), "set", name)
                    scope.reporter.error("E315", path, "this is {a}, but {b} in another part", None, a=type.word, b=known.word)
                    type = known
                kinds.setdefault(name, []).append(type)
            plans.append({"of": source.name, "where": conditions(scope, where), "set": {name: expr for name, (expr, _) in both.items()}})
        for name, types in kinds.items():
            self.table.columns[name].type = joined(types) or ANY
        step: Step = {"do": "stack", "table": self.table.name, "line": scope.reporter.line(self.path), "parts": plans}
        step["key"] = self.table.key
        return [step]


class CrossTask(Task):
    """One row for each combination of the keys of several tables."""

    def __init__(self, table: Table, sources: list[Table], where: Sequence[str] = ()) -> None:
        super().__init__((table.name, ""), table.path)
        self.table = table
        self.sources = sources
        self.texts = where
        self.where: list[Bound] = []

    def bind(self, scope: Scope) -> None:
        """Bind the conditions, which see the keys and what is looked up by them; the keys of the sources must be there."""
        self.where = Binder(scope, self.table, self.needs).conditions(self.texts, (*self.path, "where"))
        self.needs.pop(self.key, None)
        for source in self.sources:
            self.needs[(source.name, "")] = None
            for key in source.key:
                column = source.find(key)
                if column is not None:
                    self.needs[column.key] = None

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        step: Step = {"do": "cross", "table": self.table.name, "line": scope.reporter.line(self.path)}
        step["sources"] = [source.name for source in self.sources]
        step["where"] = conditions(scope, self.where)
        step["key"] = self.table.key
        return [step]


class ByTask(Task):
    """A hidden column of the source of a grouped table that holds what its rows are grouped by."""

    def __init__(self, source: Table, group: Table, key: str, text: str, path: Path) -> None:
        super().__init__((source.name, f"@by/{group.name}/{key}"), path)
        self.source = source
        self.text = text
        self.bounds: Bound | None = None
        self.key_of = key

    @property
    def shown(self) -> str:
        """The key that it is for."""
        return self.key_of

    def bind(self, scope: Scope) -> None:
        """Bind the formula."""
        self.needs[(self.source.name, "")] = None
        self.bounds = Binder(scope, self.source, self.needs).formula(self.text, self.path)

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        expr, type = of_kind(scope, self.bounds, "text", "number", "truth", "time")
        self.source.columns[self.key[1]].type = type
        return [column_step(self.key, scope.reporter.line(self.path), expr, type)]


class GroupTask(Task):
    """One row for each group of the rows of a table."""

    def __init__(self, table: Table, source: Table, rows: Rows) -> None:
        super().__init__((table.name, ""), table.path)
        self.table = table
        self.source = source
        self.rows = rows
        self.where: list[Bound] = []
        self.columns: dict[str, str] = {}

    def prepare(self, scope: Scope) -> None:
        """Make the keys and say how the source's rows belong to them; done before anything is bound."""
        for key, text in (self.rows.by or {}).items():
            path = (*self.path, "by", key)
            name = text.strip()
            theirs = self.source.find(name) if name.replace("_", "").isalnum() else None
            if theirs is None:
                task = ByTask(self.source, self.table, key, text, path)
                theirs = self.source.computed(task.key[1], task)
            self.columns[key] = theirs.name
            self.table.columns[key] = Cell(key, (self.table.name, ""), like=theirs)
        self.table.key = list(self.columns)
        self.table.group = Group(self.source, [[key, name] for key, name in self.columns.items()], self.where)

    def bind(self, scope: Scope) -> None:
        """Bind the conditions; the columns that are grouped by must be there."""
        self.needs[(self.source.name, "")] = None
        self.where.extend(Binder(scope, self.source, self.needs).conditions(self.rows.where, (*self.path, "where")))
        for name in self.columns.values():
            column = self.source.find(name)
            if column is not None:
                self.needs[column.key] = None

    def emit(self, scope: Scope) -> list[Step]:
        """The one step."""
        step: Step = {"do": "group", "table": self.table.name, "line": scope.reporter.line(self.path), "source": self.source.name}
        step["where"] = conditions(scope, self.where)
        step["by"] = {key: ["col", name] for key, name in self.columns.items()}
        step["key"] = self.table.key
        return [step]
