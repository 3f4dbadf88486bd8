"""Binding: what the names of a formula mean.

The tree keeps its shape; nodes of names, dots, brackets and calls are replaced by

    col    value (table, column)            ref    value (table, column that holds a contestant, column)
    far    value (table, column)            param scale  value name, args the indexes
    item   args (list column, index)        agg    value `Aggregation`
    window mode  value name                 band   args (param or scale, number)
    word   value (word, table): a bare word that is no column, text where it is compared
    outer  value (word, own table, table looked at): a word that is a column, but of the table outside of an aggregate
    lost   something wrong that was reported
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from scoring_engine.messages import Label, Message
from scoring_engine.ruleset.compiler.report import STAND_IN, Path, help_with
from scoring_engine.ruleset.compiler.tables import Column, Key, Scope, Table
from scoring_engine.ruleset.diagnostics import did_you_mean
from scoring_engine.ruleset.formula import FormulaError, Node, parse


class Bound(NamedTuple):
    """A bound formula and where it stands in the file."""

    path: Path
    node: Node


class Aggregation(NamedTuple):
    """An aggregate, place or keep with everything in it bound. `path`, `at`, `end` is where errors about the whole point to."""

    op: str
    table: Table
    expr: Bound | None
    where: list[Bound]
    on: list[list[str]]
    path: Path
    at: int
    end: int
    within: list[str] | None = None
    by: Bound | None = None
    order: str = "down"
    best: Bound | None = None
    drop: Bound | None = None
    middle: Bound | None = None
    trim: dict[str, int] | None = None
    running: bool = False
    ties: str = "high"
    empty: Bound | None = None


def tree(scope: Scope, text: str, path: Path) -> Node | None:
    """The syntax tree of a formula of the file; None where it is wrong, which is reported."""
    if text == STAND_IN:
        return None
    try:
        return parse(text, scope.book.hyphened)
    except FormulaError as error:
        scope.reporter.within("E300", path, error.at, error.end, error.message, error.help)
        return None


class Names:
    """Binds the names of formulas over the rows of `own`; inside an aggregate over those of `looked`.

    `needs` collects the keys of all tasks that must come first. `among` is the table that aggregates look at where they
    name none.
    """

    def __init__(self, scope: Scope, own: Table, needs: dict[Key, None], looked: Table | None = None, among: Table | None = None) -> None:
        self.scope = scope
        self.own = own
        self.needs = needs
        self.looked = looked
        self.among = among
        self.path: Path = ()

    @property
    def here(self) -> Table:
        """The table whose columns bare names mean."""
        return self.looked or self.own

    def formula(self, text: str, path: Path) -> Bound | None:
        """A formula of the file, bound."""
        node = tree(self.scope, text, path)
        return None if node is None else self.bound(node, path)

    def bound(self, node: Node, path: Path) -> Bound:
        """A parsed formula, bound."""
        self.path = path
        return Bound(path, self.bind(node))

    def conditions(self, texts: Iterable[str], path: Path) -> list[Bound]:
        """A list of conditions, bound."""
        found = (self.formula(text, (*path, i)) for i, text in enumerate(texts))
        return [bound for bound in found if bound is not None]

    # --- helpers ---

    def error(self, code: str, node: Node, text: str, help: Message | None = None, /, **args: str | Label) -> Node:
        """Report an error at a node; gives the node that stands for it."""
        self.scope.reporter.within(code, self.path, node.at, node.end, Message(text, args), help)
        return Node("lost", node.at, node.end)

    def unknown(self, node: Node, name: str, names: Collection[str], text: str, /, **args: str | Label) -> Node:
        """A name that is none of `names`."""
        if name in self.scope.book.lost:
            return Node("lost", node.at, node.end)
        return self.error("E301", node, text, did_you_mean(name, names), name=name, **args)

    def no_table(self, node: Node, name: str, text: str) -> Node:
        """A name that is no table."""
        if help := self.scope.could_be(name):
            return self.error("E301", node, 'this stage has no table "{name}"', help, name=name)
        names = [table for table in self.scope.tables if not table.startswith("@")]
        return self.unknown(node, name, names, text)

    def column(self, table: Table, name: str) -> Column | None:
        """The column, noted as needed."""
        column = table.find(name)
        if column is not None:
            self.needs[column.key] = None
            self.needs[(table.name, "")] = None
        return column

    # --- nodes ---

    def bind(self, node: Node) -> Node:
        """The node with its names bound; see `Binder`."""
        raise NotImplementedError

    def name(self, node: Node) -> Node:
        """A bare name: a column of this table, or a word."""
        if self.column(self.here, node.value) is not None:
            return node._replace(kind="col", value=(self.here.name, node.value))
        if self.looked is not None and self.looked is not self.own and self.own.find(node.value) is not None:
            return node._replace(kind="outer", value=(node.value, self.own.name, self.looked.name))
        return node._replace(kind="word", value=(node.value, self.here.name))

    def chain(self, node: Node) -> Node:
        """`a.b`, `a[i]` and longer."""
        steps: list[Node] = []
        base = node
        while base.kind in ("dot", "index"):
            steps.append(base)
            base = base.args[0]
        steps.reverse()
        if base.kind != "name":
            return self.error(
                "E300", steps[0], "a dot or bracket follows a name only", help_with("make it a measure, and use the measure's name")
            )
        if base.value in ("params", "scales"):
            return self.entry(node, base, steps)
        if steps[0].kind == "index":
            return self.item(node, self.name(base), steps)
        return self.item(node, self.dotted(base, steps[0]), steps[1:])

    def indexes(self, steps: Sequence[Node]) -> tuple[Node, ...]:
        """What stands behind the name of a parameter, as index nodes; a name behind a dot is a text."""
        found: list[Node] = []
        for step in steps:
            if step.kind == "dot":
                found.append(Node("text", step.end - len(step.value), step.end, step.value))
            else:
                found.extend(self.bind(arg) for arg in step.args[1:])
        return tuple(found)

    def entry(self, node: Node, base: Node, steps: Sequence[Node]) -> Node:
        """`params.x…` and `scales.x…`."""
        if steps[0].kind != "dot":
            return self.error("E300", steps[0], 'write a name behind "{name}", as in {name}.x', None, name=base.value)
        name = steps[0].value
        where = steps[0]._replace(at=steps[0].end - len(name))
        if base.value == "params":
            if name not in self.scope.book.shapes:
                return self.unknown(where, name, list(self.scope.book.shapes), 'there is no parameter "{name}"')
            return Node("param", node.at, node.end, name, self.indexes(steps[1:]))
        if name not in self.scope.book.scales:
            return self.unknown(where, name, list(self.scope.book.scales), 'there is no look-up table "{name}"')
        return Node("scale", node.at, node.end, name, self.indexes(steps[1:]))

    def item(self, node: Node, column: Node, steps: Sequence[Node]) -> Node:
        """An entry of a column that holds a list."""
        if not steps or column.kind == "lost":
            return column
        index = steps[0].args[1:]
        if len(steps) > 1 or steps[0].kind == "dot" or len(index) != 1:
            return self.error(
                "E300", steps[-1], "nothing more can follow here", help_with("a dot leads to one column, a bracket to one entry of it")
            )
        return Node("item", node.at, node.end, None, (column, self.bind(index[0])))

    def dotted(self, base: Node, step: Node) -> Node:
        """`a.b` where a is no parameter."""
        first, second = base.value, step.value
        whole = step._replace(at=base.at)
        here, tables = self.here, self.scope.tables
        if first == "competition" and "competition" in tables:
            competition = tables["competition"]
            if self.column(competition, second) is None:
                return self.unknown(_tail(step), second, competition.names(), 'the competition has no "{name}"')
            return Node("col" if here is competition else "far", whole.at, whole.end, ("competition", second))
        if self.looked is not None and first == self.looked.name:
            if self.column(self.looked, second) is None:
                return self.unknown(_tail(step), second, self.looked.names(), '{table} has no column "{name}"', table=first)
            return Node("col", whole.at, whole.end, (first, second))
        own = here.find(first)
        if own is not None and (first not in tables or (own.type.names == "contestant" and not own.computed)):
            return self.reference(whole, first, second, step)
        if first == "criterion" and first not in tables:
            return self.criterion(whole, second, step)
        if first in tables:
            return self.far(whole, tables[first], second, step)
        if self.scope.could_be(first):
            return self.no_table(base, first, "")
        names = [*here.names(), *(name for name in tables if not name.startswith("@")), "params", "scales"]
        return self.unknown(base, first, names, 'there is no table and no column "{name}"')

    def reference(self, whole: Node, via: str, name: str, step: Node) -> Node:
        """A column of the contestant that a column names."""
        contestants = self.scope.tables["contestants"]
        self.column(self.here, via)
        if self.column(contestants, name) is None:
            return self.unknown(_tail(step), name, contestants.names(), 'a contestant has no "{name}"')
        return Node("ref", whole.at, whole.end, (self.here.name, via, name))

    def criterion(self, whole: Node, name: str, step: Node) -> Node:
        """`criterion.x`: the panel's value of one line of the sheet."""
        sheet = self.scope.stage.sheet
        if sheet is None:
            return self.error("E301", whole, "this stage has no score sheet")
        if name not in sheet.criteria:
            return self.unknown(_tail(step), name, list(sheet.criteria), 'the sheet has no line "{name}"')
        column = f"criterion.{name}"
        contestants = self.scope.tables["contestants"]
        if contestants.find(column) is None:
            help = help_with(
                "take the lines that are meant from the table panel: sum(panel.value where panel.criterion == {name})", name=name
            )
            return self.error("E301", whole, "there is not one value of this line for each contestant here", help)
        self.column(contestants, column)
        if self.here is contestants:
            return Node("col", whole.at, whole.end, ("contestants", column))
        if self.here.find("contestant") is None:
            return self.error("E301", whole, "{table} has no contestant", None, table=self.here.name)
        return Node("ref", whole.at, whole.end, (self.here.name, "contestant", column))

    def far(self, whole: Node, table: Table, name: str, step: Node) -> Node:
        """A column of another table that has one row for this one."""
        if self.column(table, name) is None:
            return self.unknown(_tail(step), name, table.names(), '{table} has no column "{name}"', table=table.name)
        if table is self.here:
            return Node("col", whole.at, whole.end, (table.name, name))
        lacking = [key for key in table.key if self.here.find(key) is None]
        if lacking or not table.key:
            help = help_with("say what is wanted of them: sum({table}.{name}), max({table}.{name}) …", table=table.name, name=name)
            text = "there is not one row of {table} for each row of {here}, but several or none"
            return self.error("E304", whole, text, help, table=table.name, here=self.here.name)
        for key in table.key:
            self.column(self.here, key)
            self.column(table, key)
        return Node("far", whole.at, whole.end, (table.name, name))


def _tail(step: Node) -> Node:
    """The part of `a.b` behind the dot."""
    return step._replace(at=step.end - len(step.value))
