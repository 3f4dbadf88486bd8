"""The tables and columns that a stage derives, from its entries to tasks."""

from __future__ import annotations

from collections.abc import Mapping

from scoring_engine.ruleset.compiler.base import Base
from scoring_engine.ruleset.compiler.columns import ColumnTask
from scoring_engine.ruleset.compiler.kinds import ANY
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.rows import CrossTask, FilterTask, GroupTask, StackTask, stacked_columns
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Table
from scoring_engine.ruleset.models import Column, Rows

MOST_DEEP = 41
"""Tables made from each other in a row from which on they are refused, so that no walk along them exhausts the stack."""


class Derived(Base):
    """Makes the derived tables, further columns and measures of one stage."""

    def derived(self) -> None:
        """Further columns of tables that are there; then derived tables with theirs, each after those it is made from."""
        for name, rows in self.stage.rows.items():
            if not _makes(rows):
                self.extended(name, rows)
        waiting = {name: rows for name, rows in self.stage.rows.items() if _makes(rows)}
        while waiting:
            ready = [
                name
                for name, rows in waiting.items()
                if all(source not in waiting or not _makes(waiting[source]) for source in _sources(rows))
            ]
            if not ready:
                self.circle(waiting)
                break
            for name in ready:
                rows = waiting.pop(name)
                self.make(name, rows)
                if name in self.scope.tables:
                    self.columns(name, rows)
                    self.deeper(name, rows)

    def deeper(self, name: str, rows: Rows) -> None:
        """Note how many tables are behind one; too many are an error."""
        table = self.scope.tables[name]
        table.depth = 1 + max((self.scope.tables[source].depth for source in _sources(rows) if source in self.scope.tables), default=0)
        if table.depth == MOST_DEEP:
            text = "more than {most} tables are made from each other in a row"
            self.reporter.at_key("E315", (*self.path, "rows", name), text, None, most=str(MOST_DEEP - 1))
        if table.depth >= MOST_DEEP:
            table.lost, table.source = True, None

    def circle(self, waiting: Mapping[str, Rows]) -> None:
        """Derived tables that are made from each other."""
        names = list(waiting)
        lines = ", ".join(f"{name} (line {self.reporter.line((*self.path, 'rows', name))})" for name in names)
        self.reporter.at_key("E305", (*self.path, "rows", names[0]), "these tables are made from each other: {names}", None, names=lines)
        for name in names:
            self.lost(name, (*self.path, "rows", name))

    def source(self, name: str, path: Path) -> Table | None:
        """A table that another one is made from."""
        if name in self.scope.tables:
            return self.scope.tables[name]
        self.unknown_table(name, path)
        return None

    def unknown_table(self, name: str, path: Path) -> None:
        """There is no such table."""
        if help := self.scope.could_be(name):
            self.reporter.error("E301", path, 'this stage has no table "{name}"', help, name=name)
        else:
            known = [table for table in self.scope.tables if not table.startswith("@")]
            self.reporter.unknown(path, name, known, 'there is no table "{name}"')

    def make(self, name: str, rows: Rows) -> None:
        """A derived table."""
        path: Path = (*self.path, "rows", name)
        if not self.named(name, path):
            return
        if rows.source is not None:
            source = self.source(rows.source, (*path, "from"))
            if source is None:
                self.lost(name, path)
            elif rows.by is not None:
                self.grouped(name, rows, source, path)
            else:
                table = self.scope.table(name, path, "step", list(rows.key or source.key))
                table.source = source
                table.lost = source.lost
                self.scope.add(FilterTask(table, source, rows))
        elif rows.each is not None:
            table = self.scope.table(name, path, "step", list(rows.key))
            for column in stacked_columns(self.scope, rows):
                table.base(column, ANY)
            self.scope.add(StackTask(table, rows))
        else:
            self.crossed(name, rows, path)
        for key, given in (("where", rows.where), ("key", rows.key)):
            wrong = rows.each is not None if key == "where" else rows.every is not None or rows.by is not None
            if given and wrong:
                self.reporter.at_key("E315", (*path, key), "{name}: does not go with this kind of table", None, name=key)

    def grouped(self, name: str, rows: Rows, source: Table, path: Path) -> None:
        """A table with a row for each group."""
        table = self.scope.table(name, path, "step")
        task = GroupTask(table, source, rows)
        self.scope.add(task)
        task.prepare(self.scope)

    def crossed(self, name: str, rows: Rows, path: Path) -> None:
        """A table with a row for each combination of keys."""
        table = self.scope.table(name, path, "step")
        sources = []
        for i, of in enumerate(rows.every or ()):
            source = self.source(of, (*path, "every", i))
            if source is None:
                table.lost = True
                continue
            if not source.key and not source.lost:
                help = help_with("give it a key:, or name a table that has one")
                self.reporter.error("E315", (*path, "every", i), "{table} has no key to combine", help, table=of)
            for key in source.key:
                theirs = source.find(key)
                if key in table.columns:
                    self.reporter.error("E315", (*path, "every", i), "two of the tables have the key {name}", None, name=key)
                elif theirs is not None:
                    table.columns[key] = Cell(key, (name, ""), like=theirs)
                    table.key.append(key)
            sources.append(source)
        self.scope.add(CrossTask(table, sources, rows.where))

    def extended(self, name: str, rows: Rows) -> None:
        """Further columns of a table that is there."""
        path: Path = (*self.path, "rows", name)
        if name not in self.scope.tables:
            help = self.scope.could_be(name) or help_with("say from:, each: or every: to make a new one")
            self.reporter.at_key("E301", path, 'there is no table "{name}" to add columns to', help, name=name)
            self.lost(name, path)
        for key in ("where", "by", "key"):
            if key in rows.model_fields_set:
                self.reporter.at_key("E315", (*path, key), "{name}: needs from:", None, name=key)
        self.columns(name, rows)

    def columns(self, name: str, rows: Rows) -> None:
        """The columns under the entry of a table."""
        table = self.scope.tables[name]
        for column, entry in rows.columns.items():
            path: Path = (*self.path, "rows", name, "columns", column)
            if self.taken(table, column, path):
                published = self.scope.published if name == "contestants" and column in self.scope.chain else None
                table.computed(column, ColumnTask(table, column, entry, path, published=published))

    def measures(self) -> None:
        """The measures, and the built-in one of deductions."""
        contestants = self.scope.tables["contestants"]
        if self.stage.deductions is not None and "deductions" not in self.stage.measures:
            column = Column.model_validate({"sum": "value", "of": "deductions", "empty": "0"})
            contestants.computed("deductions", ColumnTask(contestants, "deductions", column, (*self.path, "deductions")))
        for name, entry in self.stage.measures.items():
            path: Path = (*self.path, "measures", name)
            if entry.show and name in ("competition", "stage", "scope"):
                help = help_with("choose another name, or say show: false")
                self.reporter.at_key("E311", path, 'standings have a column "{name}" already', help, name=name)
            if self.taken(contestants, name, path):
                published = self.scope.published if name in self.scope.chain else None
                contestants.computed(name, ColumnTask(contestants, name, entry, path, published=published))


def _makes(rows: Rows) -> bool:
    """Whether it makes a table, and does not only add columns to one."""
    return rows.source is not None or rows.each is not None or rows.every is not None


def _sources(rows: Rows) -> list[str]:
    """The tables that a derived table is made from."""
    if rows.source is not None:
        return [rows.source]
    return [part.of for part in rows.each or ()] + list(rows.every or ())
