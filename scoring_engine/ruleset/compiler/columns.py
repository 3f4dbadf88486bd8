"""Columns and derived tables as tasks."""

from __future__ import annotations

from collections.abc import Mapping

from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import aggregation, typed
from scoring_engine.ruleset.compiler.kinds import Type, number
from scoring_engine.ruleset.compiler.names import Aggregation, Bound, tree
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Scope, Table, Task, column_step
from scoring_engine.ruleset.formula import FormulaError, Node, parse
from scoring_engine.ruleset.models import Column
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
