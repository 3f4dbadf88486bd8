"""Binding whole formulas: calls, and the table that an aggregate looks at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.compiler.names import Aggregation, Bound, Names
from scoring_engine.ruleset.compiler.report import Path, help_with, listed
from scoring_engine.ruleset.compiler.tables import Table
from scoring_engine.ruleset.formula import AGGREGATES, FUNCTIONS, MODES, Node


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


class Binder(Names):
    """Binds formulas."""

    def inside(self, table: Table) -> Binder:
        """A binder for the inside of an aggregate over `table`."""
        inner = Binder(self.scope, self.own, self.needs, table, self.among)
        inner.path = self.path
        return inner

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
