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
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.ruleset.compiler.report import STAND_IN, Path, help_with, listed
from scoring_engine.ruleset.compiler.tables import Column, Key, Scope, Table
from scoring_engine.ruleset.diagnostics import did_you_mean
from scoring_engine.ruleset.formula import AGGREGATES, FUNCTIONS, MODES, FormulaError, Node, parse


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


def join(own: Table, other: Table, match: dict[str, str] | None = None) -> list[list[str]] | str:
    """The pairs of columns by which rows of `other` belong to a row of `own`; the key that cannot be matched where they do not.

    Every key of `own` must be a column of `other` (of the name that `match` gives; `none` leaves the key out), unless the
    key of `other` is made of columns of `own`: then it is the coarser table, as races are to results.
    """
    match = match or {}
    pairs: list[list[str]] = []
    missing = ""
    for key in dict.fromkeys((*own.key, *match)):
        theirs = match.get(key, key)
        if theirs == "none":
            continue
        if other.find(theirs) is not None:
            pairs.append([key, theirs])
        else:
            missing = missing or key
    if missing:
        if not match and other.key and all(own.find(key) is not None for key in other.key):
            return [[key, key] for key in other.key]
        return missing
    return pairs


class Binder:
    """Binds formulas over the rows of `own`; inside an aggregate over those of `looked`.

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

    def inside(self, table: Table) -> Binder:
        """A binder for the inside of an aggregate over `table`."""
        inner = Binder(self.scope, self.own, self.needs, table, self.among)
        inner.path = self.path
        return inner

    # --- helpers ---

    def error(self, code: str, node: Node, text: str, help: Message | None = None, /, **args: str) -> Node:
        """Report an error at a node; gives the node that stands for it."""
        self.scope.reporter.within(code, self.path, node.at, node.end, Message(text, args), help)
        return Node("lost", node.at, node.end)

    def unknown(self, node: Node, name: str, names: Collection[str], text: str, /, **args: str) -> Node:
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
        """The node with its names bound."""
        if node.kind == "name":
            return self.name(node)
        if node.kind in ("dot", "index"):
            return self.chain(node)
        if node.kind == "call":
            return self.aggregate(node) if node.value in AGGREGATES else self.call(node)
        if node.args:
            return node._replace(args=tuple(self.bind(arg) for arg in node.args))
        return node

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

    # --- calls ---

    def call(self, node: Node) -> Node:
        """A function of one row."""
        function = FUNCTIONS[node.value]
        args = node.args
        if args and args[-1].kind == "where":
            return self.error(
                "E303", args[-1], "{name} takes no where", help_with("conditions belong to aggregates and to if(…)"), name=node.value
            )
        most = len(args) if function.more else len(function.args)
        if not function.least <= len(args) <= most:
            given = str(len(args))
            text = (
                "{name} takes {least} arguments, not {given}"
                if function.least == most
                else "{name} takes {least} to {most} arguments, not {given}"
            )
            if function.more:
                text = "{name} takes at least {least} arguments, not {given}"
            help = help_with("for example {example}", example=function.example)
            return self.error("E303", node, text, help, name=node.value, least=str(function.least), most=str(most), given=given)
        kinds = [*function.args, *[function.args[-1]] * (len(args) - len(function.args))]
        return node._replace(args=tuple(self.argument(kind, arg) for kind, arg in zip(kinds, args, strict=False)))

    def argument(self, kind: str, arg: Node) -> Node:
        """An argument; modes and calendars are names of their own."""
        if kind == "mode":
            if arg.kind in ("name", "text") and arg.value in MODES:
                return arg._replace(kind="mode")
            return self.error("E303", arg, "this is no rounding mode", help_with("one of {names}", names=listed(MODES)))
        if kind == "window":
            if arg.kind in ("name", "text") and arg.value in self.scope.book.windows:
                return arg._replace(kind="window")
            if arg.kind in ("name", "text"):
                return self.unknown(arg, arg.value, list(self.scope.book.windows), 'there is no calendar "{name}"')
            return self.error("E303", arg, "the name of a calendar is expected here", help_with("for example window(month, at)"))
        return self.bind(arg)

    def aggregate(self, node: Node) -> Node:
        """An aggregate written as a call."""
        if self.looked is not None:  # inside another one the rows looked at are the own rows
            deeper = Binder(self.scope, self.looked, self.needs, among=self.among)
            deeper.path = self.path
            return deeper.aggregate(node)
        op, args = node.value, node.args
        where = args[-1] if args and args[-1].kind == "where" else None
        plain = args[:-1] if where else args
        if len(plain) != 1:
            if op in ("min", "max") and len(plain) > 1:
                other = "least" if op == "min" else "greatest"
                help = help_with("write {other}(…) to choose among values of one row", other=other)
            else:
                help = help_with("for example {example}", example=AGGREGATES[op].example)
            return self.error("E303", node, "{name} takes one argument, not {given}", help, name=op, given=str(len(plain)))
        found = self.looked_at(op, plain[0], [where] if where else [], node)
        if found is None:
            return Node("lost", node.at, node.end)
        table, default = found
        if table is self.own:
            help = help_with("write it with within: as an entry of its own, as in {{{name}: …, within: []}}", name=op)
            return self.error(
                "E306", node, "the table looked at is {table} itself, whose rows are single rows here", help, table=table.name
            )
        inner = self.inside(table)
        expr = None if op == "count" else Bound(self.path, inner.bind(plain[0]))
        conditions = [Bound(self.path, inner.bind(where.args[0]))] if where else []
        pairs = self.pairs(table, {}, node)
        if pairs is None:
            return Node("lost", node.at, node.end)
        if default and self.own.group is not None:
            conditions = [*self.own.group.where, *conditions]
        self.needs[(table.name, "")] = None
        return node._replace(kind="agg", value=Aggregation(op, table, expr, conditions, pairs, self.path, node.at, node.end), args=())

    def looked_at(self, op: str, expr: Node, others: Sequence[Node], whole: Node) -> tuple[Table, bool] | None:
        """The table that an aggregate looks at, and whether it is the source of the own grouped table."""
        group = self.own.group
        if op == "count":
            if expr.kind != "name" or expr.value not in self.scope.tables:
                if expr.kind == "name":
                    self.no_table(expr, expr.value, 'there is no table "{name}"')
                else:
                    self.error("E306", expr, "count counts the rows of a table", help_with("write count(table where condition)"))
                return None
            table = self.scope.tables[expr.value]
            return table, group is not None and table is group.source
        table_or_none = self.table_in([expr, *others], whole)
        if table_or_none is not None:
            return table_or_none, group is not None and table_or_none is group.source
        if any(node.kind == "lost" for node in (expr, *others)):
            return None
        if group is not None:
            return group.source, True
        if self.among is not None:
            return self.among, False
        example = next((name for name in self.scope.tables if not name.startswith("@") and name != self.own.name), "table")
        help = help_with("put the table's name before the column, as in {name}({table}.…)", name=op, table=example)
        unknown = self.stray_table([expr, *others])
        if unknown is not None:
            self.no_table(unknown, unknown.value, 'there is no table "{name}"')
        else:
            self.error("E306", whole, "it is not said which table's rows {name} looks at", help, name=op)
        return None

    def table_in(self, nodes: Iterable[Node], whole: Node) -> Table | None:
        """The one table that dotted names in `nodes` lead to; of several the one that the others are looked up from."""
        found = {name: self.scope.tables[name] for name in heads(nodes) if name in self.scope.tables and name != "competition"}
        if len(found) > 1:
            finest = [
                table
                for table in found.values()
                if all(other is table or (other.key and all(table.find(key) for key in other.key)) for other in found.values())
            ]
            if len(finest) != 1:
                self.error(
                    "E306",
                    whole,
                    "rows of several tables are mixed here: {names}",
                    help_with("look at one table"),
                    names=listed(list(found)),
                )
                return finest[0] if finest else next(iter(found.values()))
            return finest[0]
        return next(iter(found.values()), None)

    def stray_table(self, nodes: Iterable[Node]) -> Node | None:
        """A name before a dot that is nothing."""
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node.kind == "dot" and node.args[0].kind == "name":
                base = node.args[0]
                if base.value not in ("params", "scales", "competition", "criterion") and self.own.find(base.value) is None:
                    return base
            stack.extend(node.args)
        return None

    def pairs(self, table: Table, match: dict[str, str], node: Node | None, path: Path = ()) -> list[list[str]] | None:
        """How the rows of `table` belong to the own row; reports where they do not."""
        group = self.own.group
        if group is not None and table is group.source and not match:
            for own, theirs in group.pairs:
                self.column(self.own, own)
                self.column(table, theirs)
            return group.pairs
        if not self.own.key and self.own.name != "competition" and not match:
            help = help_with("give {own} a key:, or say match: {{column: column of {table}}}", own=self.own.name, table=table.name)
            self.unjoined(node, path, "{own} has no key, so its rows cannot be matched with those of {table}", help, table, "")
            return None
        found = join(self.own, table, match)
        if isinstance(found, str):
            help = help_with(
                "add the column to {table}, or say match: {{{key}: column of {table}}}; {key}: none takes the rows of every {key}",
                table=table.name,
                key=found,
            )
            self.unjoined(node, path, '{table} has no column "{key}" to match its rows with those of {own}', help, table, found)
            return None
        for own, theirs in found:
            self.column(self.own, own)
            self.column(table, theirs)
        return found

    def unjoined(self, node: Node | None, path: Path, text: str, help: Message, table: Table, key: str) -> None:
        """Two tables that do not join."""
        args: dict[str, Any] = {"own": self.own.name, "table": table.name, "key": key}
        if node is not None:
            self.error("E304", node, text, help, **args)
        else:
            self.scope.reporter.error("E304", path, text, help, **args)


def _tail(step: Node) -> Node:
    """The part of `a.b` behind the dot."""
    return step._replace(at=step.end - len(step.value))


def heads(nodes: Iterable[Node]) -> list[str]:
    """The names before the dots in `nodes`, outside of aggregates within them."""
    found: dict[str, None] = {}
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if node.kind == "dot" and node.args[0].kind == "name":
            found[node.args[0].value] = None
        elif not (node.kind == "call" and node.value in AGGREGATES):
            stack.extend(reversed(node.args))
    return list(found)
