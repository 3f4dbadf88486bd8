"""Types of the leaves of a formula: what is written out, columns, entries of parameters and look-up tables."""

from __future__ import annotations

from scoring_engine.messages import Label, Message
from scoring_engine.ruleset.compiler.kinds import ANY, ENTRY, TEXT, TIME, TRUTH, Type, number
from scoring_engine.ruleset.compiler.names import Bound
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.tables import Scope
from scoring_engine.ruleset.compiler.values import Shape, is_time
from scoring_engine.ruleset.diagnostics import did_you_mean, suggest
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.plan import Expr

Typed = tuple[Expr, Type]

NONE: Expr = ["none"]


class Leaves:
    """Types the leaves of one formula, and what is looked up in parameters and tables."""

    def __init__(self, scope: Scope, bound: Bound) -> None:
        self.scope = scope
        self.path = bound.path

    def error(self, code: str, node: Node, text: str, help: Message | None = None, /, **args: str | Label) -> Typed:
        """Report an error at a node; gives what stands for it."""
        self.scope.reporter.within(code, self.path, node.at, node.end, Message(text, args), help)
        return NONE, ANY

    def of_kind(self, node: Node, *kinds: str) -> Typed:
        """A node that must be of one of the kinds. A text that is an ISO day can stand for a time."""
        if node.kind == "text" and "time" in kinds and "text" not in kinds and is_time(node.value):
            return ["time", node.value], TIME
        expr, type = self.type(node)
        if type.kind in kinds or type.kind == "any":
            return expr, type
        words = [Type(kind).word for kind in kinds]
        wanted = Label(zh="或".join(word["zh"] for word in words), en=" or ".join(word["en"] for word in words))
        help = None
        if kinds == ("truth",) and type.kind == "number":
            help = help_with("compare it, as in x > 0")
        return self.error("E302", node, "{wanted} is expected here; this is {found}", help, wanted=wanted, found=type.word)

    def type(self, node: Node) -> Typed:
        """The expression and type of a node."""
        method = getattr(self, "_" + node.kind)
        result: Typed = method(node)
        return result

    # --- leaves ---

    def _num(self, node: Node) -> Typed:
        value, places = node.value
        return ["num", value, places], number(places, rounded=True)

    def _text(self, node: Node) -> Typed:
        return ["text", node.value], TEXT._replace(values=frozenset([node.value]))

    def _truth(self, node: Node) -> Typed:
        return ["bool", node.value], TRUTH

    def _none(self, node: Node) -> Typed:
        return NONE, ANY

    def _lost(self, node: Node) -> Typed:
        return NONE, ANY

    def _mode(self, node: Node) -> Typed:
        return ["text", node.value], TEXT

    _window = _mode

    def _word(self, node: Node) -> Typed:
        """A bare word where nothing makes it a text."""
        word, table = node.value
        if word in self.scope.book.lost:
            return NONE, ANY
        near = suggest(word, self.scope.tables[table].names())
        help = (
            help_with('did you mean "{name}"? A text stands in quotes', name=near)
            if near
            else help_with("a text stands in quotes: '{name}'", name=word)
        )
        if word in self.scope.tables:
            help = help_with("{name} is a table; say what is wanted of its rows, as in count({name})", name=word)
        elif word in self.scope.book.shapes:
            help = help_with("write params.{name}", name=word)
        return self.error("E301", node, '{table} has no column "{name}"', help, table=table, name=word)

    def _outer(self, node: Node) -> Typed:
        word, own, looked = node.value
        help = help_with(
            "only columns of {looked} can be named here; those of the contestant are written contestant.{name}", looked=looked, name=word
        )
        return self.error("E301", node, '"{name}" is a column of {own}, not of {looked}', help, name=word, own=own, looked=looked)

    def _col(self, node: Node) -> Typed:
        table, name = node.value
        return ["col", name], self.column(table, name)

    def _ref(self, node: Node) -> Typed:
        table, via, name = node.value
        type = self.column(table, via)
        if type.kind != "any" and type.names != "contestant":
            help = help_with("a dot leads from a column of type contestant, or from a table")
            return self.error("E302", node, '"{name}" does not name a contestant', help, name=via)
        return ["ref", via, name], self.column("contestants", name)

    def _far(self, node: Node) -> Typed:
        table, name = node.value
        return ["far", table, name], self.column(table, name)

    def column(self, table: str, name: str) -> Type:
        """The type of a column that is there."""
        column = self.scope.tables[table].find(name)
        return ANY if column is None else column.type

    def _item(self, node: Node) -> Typed:
        base, type = self.type(node.args[0])
        index, _ = self.of_kind(node.args[1], "number")
        if type.kind not in ("list", "any"):
            return self.error("E302", node.args[0], "brackets follow a list; this is {found}", None, found=type.word)
        return ["index", base, [index]], ENTRY

    # --- parameters and look-up tables ---

    def _param(self, node: Node) -> Typed:
        return self.entry(node, self.scope.book.shapes[node.value], "params." + node.value)

    def _scale(self, node: Node) -> Typed:
        return self.entry(node, self.scope.book.scales[node.value], "scales." + node.value)

    def entry(self, node: Node, shape: Shape, shown: str) -> Typed:
        """A single value of a parameter or look-up table."""
        indexes, found = self.walk(node, shape, shown)
        if found is None:
            return NONE, ANY
        if found.items is not None or found.entries is not None:
            help = help_with("name an entry, as in {name}[…]", name=shown)
            return self.error("E302", node, "{name} is {found} here, not a single value", help, name=shown, found=found.word)
        if found.type is None:
            return self.error("E302", node, "the entries of {name} are values of different kinds", None, name=shown)
        return [node.kind, node.value, indexes], found.type

    def walk(self, node: Node, shape: Shape, shown: str) -> tuple[list[Expr], Shape | None]:
        """Follow the indexes of a node into a shape; None where they lead nowhere, which is reported."""
        indexes: list[Expr] = []
        for arg in node.args:
            if shape.items is None and shape.entries is None:
                if shape.type is None or shape.type.kind != "any":
                    self.error("E302", arg, "{name} is {found} here and has no entries", None, name=shown, found=shape.word)
                return indexes, None
            expr, key = self.key(arg, shape, shown)
            indexes.append(expr)
            entry = shape.at(key)
            if entry is None:
                names = list(shape.entries or [str(i + 1) for i in range(len(shape.items or ()))])
                help = did_you_mean(key or "", names)
                self.error("E310", arg, '{name} has no entry "{key}"', help, name=shown, key=key or "")
                return indexes, None
            shape = entry
        return indexes, shape

    def key(self, arg: Node, shape: Shape, shown: str) -> tuple[Expr, str | None]:
        """An index, and the key where it is written out."""
        if arg.kind == "word":
            word = arg.value[0]
            if shape.entries is not None and (word in shape.entries or word in self.scope.book.lost):
                return ["text", word], word if word in shape.entries else None
            if shape.entries is not None:
                names = [*shape.entries, *self.scope.tables[arg.value[1]].names()]
                return self.error("E310", arg, '{name} has no entry "{key}"', did_you_mean(word, names), name=shown, key=word)[0], None
        if arg.kind == "outer" and shape.entries is not None and arg.value[0] in shape.entries:
            return ["text", arg.value[0]], arg.value[0]
        if shape.items is not None:
            expr, _ = self.of_kind(arg, "number")
        else:
            expr, _ = self.of_kind(arg, "number", "text", "truth")
        if expr[0] == "text":
            return expr, expr[1]
        if expr[0] == "num" and expr[2] == 0:
            return expr, str(expr[1])
        return expr, None
