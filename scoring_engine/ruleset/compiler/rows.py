"""Derived tables as tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import conditions, of_kind, typed
from scoring_engine.ruleset.compiler.kinds import ANY, Type, joined
from scoring_engine.ruleset.compiler.names import Bound
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Group, Scope, Table, Task, column_step
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.models import Rows
from scoring_engine.ruleset.plan import Step


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
