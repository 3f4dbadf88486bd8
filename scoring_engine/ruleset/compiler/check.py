"""Checking bound formulas and turning them into expressions of the plan.

Called in the order of the tasks, so that the types of all columns that a formula names are known. Every error is reported
where it stands; what is wrong has the type ANY, which fits everywhere, so that one mistake is one diagnostic.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoring_engine.messages import Message
from scoring_engine.ruleset.compiler.kinds import ANY, RATIO, TEXT, TIME, TRUTH, Type, joined, number
from scoring_engine.ruleset.compiler.names import Aggregation, Bound
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.tables import Scope
from scoring_engine.ruleset.compiler.values import Shape, is_time
from scoring_engine.ruleset.diagnostics import did_you_mean, suggest
from scoring_engine.ruleset.formula import AGGREGATES, FUNCTIONS, Node
from scoring_engine.ruleset.plan import Aggregate, Expr

Typed = tuple[Expr, Type]

NONE: Expr = ["none"]
CUT = 12  # decimals of a power where none are given


def typed(scope: Scope, bound: Bound | None) -> Typed:
    """The expression and type of a bound formula; a missing value where the formula was wrong."""
    return (NONE, ANY) if bound is None else _Typer(scope, bound).type(bound.node)


def of_kind(scope: Scope, bound: Bound | None, *kinds: str) -> Typed:
    """The same, where only some kinds of value are admitted."""
    if bound is None:
        return NONE, ANY
    return _Typer(scope, bound).of_kind(bound.node, *kinds)


def conditions(scope: Scope, bounds: Sequence[Bound]) -> list[Expr]:
    """The expressions of conditions."""
    return [of_kind(scope, bound, "truth")[0] for bound in bounds]


def aggregation(scope: Scope, agg: Aggregation) -> Typed:
    """The expression and type of an aggregate, place or keep."""
    expr, type = (["bool", True], TRUTH) if agg.op == "count" else typed(scope, agg.expr)
    if agg.op == "place":
        expr, type = of_kind(scope, agg.expr, "number", "time")
    elif agg.op in AGGREGATES and agg.op != "count":
        expr, type = of_kind(scope, agg.expr, *AGGREGATES[agg.op].operand)
    empty: Expr | None = None
    result = _result(agg, type)
    if agg.empty is not None:
        empty, default = of_kind(scope, agg.empty, result.kind) if result.kind != "any" else typed(scope, agg.empty)
        result = joined([result, default]) or result
    if agg.op in ("first", "last") and agg.by is None and agg.table.find("seq") is None:
        help = help_with("say by: what the order goes by")
        text = "the rows of {table} have no order of their own, so none of them is the {op}"
        scope.reporter.within("E306", agg.path, agg.at, agg.end, Message(text, {"table": agg.table.name, "op": agg.op}), help)
    plan: Aggregate = {
        "op": agg.op,
        "table": agg.table.name,
        "expr": expr,
        "where": conditions(scope, agg.where),
        "on": agg.on,
        "within": agg.within,
        "by": None if agg.by is None else of_kind(scope, agg.by, "number", "time")[0],
        "order": agg.order,
        "best": None if agg.best is None else of_kind(scope, agg.best, "number")[0],
        "drop": None if agg.drop is None else of_kind(scope, agg.drop, "number")[0],
        "middle": None if agg.middle is None else of_kind(scope, agg.middle, "number")[0],
        "trim": agg.trim,
        "running": agg.running,
        "ties": agg.ties,
        "empty": empty,
        "line": scope.reporter.line(agg.path),
    }
    return ["agg" if agg.op in AGGREGATES else agg.op, plan], result


def _result(agg: Aggregation, operand: Type) -> Type:
    """The type of an aggregate over values of type `operand`."""
    if agg.op == "keep":
        return TRUTH
    if agg.op == "place":
        return RATIO if agg.ties == "mean" else number(0, rounded=True)
    result = AGGREGATES[agg.op].result
    if result == "same":
        return operand._replace(rounded=False) if agg.op == "sum" else operand
    if result in ("ratio", "exact"):
        return RATIO
    return TRUTH if result == "truth" else number(0, rounded=True)


class _Typer:
    """Types one formula."""

    def __init__(self, scope: Scope, bound: Bound) -> None:
        self.scope = scope
        self.path = bound.path

    def error(self, code: str, node: Node, text: str, help: Message | None = None, /, **args: str) -> Typed:
        self.scope.reporter.within(code, self.path, node.at, node.end, Message(text, args), help)
        return NONE, ANY

    def of_kind(self, node: Node, *kinds: str) -> Typed:
        """A node that must be of one of the kinds. A text that is an ISO day can stand for a time."""
        if node.kind == "text" and "time" in kinds and "text" not in kinds and is_time(node.value):
            return ["time", node.value], TIME
        expr, type = self.type(node)
        if type.kind in kinds or type.kind == "any":
            return expr, type
        wanted = " or ".join(Type(kind).word for kind in kinds)
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
        return ["index", base, [index]], ANY

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

    # --- operators ---

    def _neg(self, node: Node) -> Typed:
        expr, type = self.of_kind(node.args[0], "number")
        return ["neg", expr], type

    def _not(self, node: Node) -> Typed:
        expr, _ = self.of_kind(node.args[0], "truth")
        return ["not", expr], TRUTH

    def _op(self, node: Node) -> Typed:
        op = node.value
        if op in ("and", "or"):
            left, right = self.of_kind(node.args[0], "truth")[0], self.of_kind(node.args[1], "truth")[0]
            return ["op", op, left, right], TRUTH
        if op == "in":
            return self.within(node)
        if op in ("+", "-", "*", "/"):
            return self.arithmetic(node)
        left, right = self.comparable(node.args[0], node.args[1], op)
        return ["op", op, left, right], TRUTH

    def arithmetic(self, node: Node) -> Typed:
        op = node.value
        left, a = self.of_kind(node.args[0], "number")
        right, b = self.of_kind(node.args[1], "number")
        if op == "/":
            if right[0] == "num" and right[1] == 0:
                return self.error("E302", node.args[1], "the denominator is 0")
            return ["op", op, left, right], RATIO
        places = None
        if a.places is not None and b.places is not None:
            places = a.places + b.places if op == "*" else max(a.places, b.places)
        return ["op", op, left, right], number(places)

    def comparable(self, a: Node, b: Node, op: str) -> tuple[Expr, Expr]:
        """Both sides of a comparison. A bare word is a text beside a text, a text that is a day a time beside a time."""
        for node in (a, b):
            if node.kind == "none":
                self.error("E302", node, "a missing value equals nothing", help_with("write has(x), or not has(x)"))
                return NONE, NONE
        if self.is_word(a) and not self.is_word(b):
            right, left = self.comparable(b, a, op)
            return left, right
        left, type = self.type(a)
        right, other = self.beside(b, type)
        if type.kind == "text" and other.kind == "time" and a.kind == "text":
            left, type = self.beside(a, other)
        if type.kind == "any" or other.kind == "any":
            return left, right
        if type.kind != other.kind:
            self.error("E302", b, "{a} cannot be compared with {b}", None, a=type.word, b=other.word)
        elif op not in ("==", "!=") and type.kind not in ("number", "time"):
            self.error("E302", a, "{a} has no order, so only == and != compare it", None, a=type.word)
        elif type.kind == "text" and type.known and other.known and not (type.known & other.known):
            written = b if b.kind == "text" else a
            self.unknown_value(written, other if written is b else type, type if written is b else other)
        return left, right

    @staticmethod
    def is_word(node: Node) -> bool:
        return node.kind in ("word", "outer", "text")

    def beside(self, node: Node, type: Type) -> Typed:
        """A node that stands beside a value of a known type."""
        if type.kind in ("text", "any"):
            word = self.word_of(node, type)
            if word is not None:
                if type.known is not None and word not in type.known:
                    if word in self.scope.book.lost:
                        return NONE, ANY
                    return self.unknown_value(node, TEXT._replace(values=frozenset([word])), type)
                if type.known is None and node.kind == "word" and self.misspelt(word, node.value[1]):
                    return self.type(node)
                return ["text", word], TEXT._replace(values=frozenset([word]))
        if type.kind == "time" and node.kind == "text":
            if is_time(node.value):
                return ["time", node.value], TIME
            return self.error("E310", node, '"{text}" is no date', help_with("write a day as 2024-08-31"), text=node.value)
        return self.type(node)

    def misspelt(self, word: str, table: str) -> bool:
        """Whether a word that could be any text looks like the name of a column."""
        from difflib import get_close_matches

        return word not in self.scope.book.lost and bool(get_close_matches(word, self.scope.tables[table].names(), 1, 0.8))

    def word_of(self, node: Node, type: Type) -> str | None:
        """The text that a bare word stands for. A word that is a column too is a text where it is one of the known values."""
        if node.kind in ("word", "outer"):
            word: str = node.value[0]
            return word
        if node.kind == "text":
            text: str = node.value
            return text
        if node.kind == "col" and type.known and node.value[1] in type.known:
            other = self.column(*node.value)
            if other.kind != "text":
                column: str = node.value[1]
                return column
        return None

    def unknown_value(self, node: Node, given: Type, known: Type) -> Typed:
        names = sorted(known.values or ())
        text = ", ".join(sorted(given.values or ()))
        return self.error("E310", node, '"{text}" is none of the values that stand there', did_you_mean(text, names), text=text)

    def within(self, node: Node) -> Typed:
        """`x in [a, b]` and `x in params.list`."""
        left, type = self.type(node.args[0])
        right = node.args[1]
        if right.kind == "list":
            items = [self.comparable_item(item, type) for item in right.args]
            return ["op", "in", left, ["list", *items]], TRUTH
        if right.kind not in ("param", "lost"):
            return self.error("E302", right, 'a list is expected behind "in"', help_with("write x in [a, b] or x in params.list"))
        if right.kind == "lost":
            return NONE, ANY
        indexes, shape = self.walk(right, self.scope.book.shapes[right.value], "params." + right.value)
        if shape is None:
            return NONE, ANY
        if shape.items is None and shape.entries is None:
            return self.error("E302", right, "params.{name} is {found}, not a list", None, name=right.value, found=shape.word)
        if shape.items is not None:
            member = shape.at(None)
            if member is None or member.type is None or ("any" not in (member.type.kind, type.kind) and member.type.kind != type.kind):
                found = member.type.word if member and member.type else "mixed"
                return self.error("E302", right, "{a} cannot be compared with {b}", None, a=type.word, b=found)
        return ["op", "in", left, ["param", right.value, indexes]], TRUTH

    def comparable_item(self, item: Node, type: Type) -> Expr:
        expr, other = self.beside(item, type)
        if "any" not in (type.kind, other.kind) and type.kind != other.kind:
            self.error("E302", item, "{a} cannot be compared with {b}", None, a=type.word, b=other.word)
        return expr

    def _list(self, node: Node) -> Typed:
        return self.error("E302", node, 'a list stands behind "in" only')

    def _where(self, node: Node) -> Typed:
        return NONE, ANY

    # --- calls ---

    def _agg(self, node: Node) -> Typed:
        return aggregation(self.scope, node.value)

    def _call(self, node: Node) -> Typed:
        special = getattr(self, "_call_" + node.value, None)
        if special is not None:
            result: Typed = special(node)
            return result
        function = FUNCTIONS[node.value]
        kinds = [*function.args, *[function.args[-1]] * len(node.args)]
        exprs, same = [], []
        for kind, arg in zip(kinds, node.args, strict=False):
            expr, type = self.type(arg) if kind in ("any", "same", "window") else self.of_kind(arg, kind)
            exprs.append(expr)
            if kind == "same":
                same.append((arg, type))
        if function.result == "same":
            return ["call", node.value, *exprs], self.one_kind(same)
        result_type = number(0, rounded=True) if function.result == "number" else Type(function.result)
        return ["call", node.value, *exprs], result_type

    def one_kind(self, both: Sequence[tuple[Node, Type]]) -> Type:
        """The type of values of which one is chosen."""
        type = joined(type for _, type in both)
        if type is not None:
            return type
        first = next(type for _, type in both if type.kind != "any")
        node, other = next((node, type) for node, type in both if type.kind not in ("any", first.kind))
        self.error("E302", node, "both must be of one kind: {a} and {b}", None, a=first.word, b=other.word)
        return ANY

    def whole(self, node: Node, most: int = 18) -> int:
        """A whole number that is written out, from 0."""
        if node.kind == "num" and node.value[1] == 0 and 0 <= node.value[0] <= most:
            places: int = node.value[0]
            return places
        if node.kind != "lost":
            self.error("E303", node, "a whole number from 0 to {most} is written out here", None, most=str(most))
        return 0

    def rounding(self, node: Node, places: Node | None, mode: str) -> Typed:
        expr, _ = self.of_kind(node, "number")
        whole = 0 if places is None else self.whole(places, 9)
        return ["round", expr, whole, mode], number(whole, rounded=True)

    def _call_round(self, node: Node) -> Typed:
        mode = node.args[2].value if len(node.args) > 2 and node.args[2].kind == "mode" else self.scope.mode
        return self.rounding(node.args[0], node.args[1], mode)

    def _call_floor(self, node: Node) -> Typed:
        return self.rounding(node.args[0], node.args[1] if len(node.args) > 1 else None, node.value)

    _call_ceiling = _call_floor
    _call_truncate = _call_floor

    def _call_abs(self, node: Node) -> Typed:
        expr, type = self.of_kind(node.args[0], "number")
        return ["call", "abs", expr], type

    def alike(self, nodes: Sequence[Node]) -> list[Typed]:
        """Values of which one is chosen. A text that is a day is a time beside a time."""
        both = [self.type(node) for node in nodes]
        if any(type.kind == "time" for _, type in both):
            both = [(["time", n.value], TIME) if n.kind == "text" and is_time(n.value) else b for n, b in zip(nodes, both, strict=True)]
        return both

    def _call_if(self, node: Node) -> Typed:
        condition, _ = self.of_kind(node.args[0], "truth")
        values = self.alike(node.args[1:])
        type = self.one_kind([(arg, type) for arg, (_, type) in zip(node.args[1:], values, strict=True)])
        return ["call", "if", condition, values[0][0], values[1][0] if len(values) > 1 else NONE], type

    def _call_else(self, node: Node) -> Typed:
        (first, a), (second, b) = self.alike(node.args)
        return ["call", "else", first, second], self.one_kind([(node.args[0], a), (node.args[1], b)])

    def ordered(self, node: Node) -> Typed:
        both = [(arg, *self.of_kind(arg, "number", "time")) for arg in node.args]
        return ["call", node.value, *(expr for _, expr, _ in both)], self.one_kind([(arg, type) for arg, _, type in both])

    _call_least = ordered
    _call_greatest = ordered

    def _call_power(self, node: Node) -> Typed:
        base, type = self.of_kind(node.args[0], "number")
        exponent, _ = self.of_kind(node.args[1], "number")
        if len(node.args) > 2:
            places = self.whole(node.args[2])
        else:
            times = exponent[1] if exponent[0] == "num" and exponent[2] == 0 else -1
            exact = type.places is not None and times >= 0 and type.places * times <= CUT
            places = (type.places or 0) * times if exact else CUT
        return ["call", "power", base, exponent, ["num", places, 0]], number(places)

    def _call_mod(self, node: Node) -> Typed:
        expr, type = self.arithmetic(node._replace(kind="op", value="-"))
        return (expr, type) if expr is NONE else (["call", "mod", expr[2], expr[3]], type)

    def _call_band(self, node: Node) -> Typed:
        table, value = node.args
        expr, _ = self.of_kind(value, "number")
        if table.kind not in ("param", "scale"):
            return (
                (NONE, ANY)
                if table.kind == "lost"
                else self.error("E303", table, "params.x or scales.x is expected here", help_with("for example band(scales.grade, total)"))
            )
        shapes = self.scope.book.shapes if table.kind == "param" else self.scope.book.scales
        shown = f"{table.kind}s.{table.value}"
        indexes, shape = self.walk(table, shapes[table.value], shown)
        if shape is None:
            return NONE, ANY
        if shape.entries is None or not all(_is_number(key) for key in shape.entries):
            return self.error("E303", table, "band needs a mapping whose keys are all numbers; {name} is none", None, name=shown)
        entry = shape.at(None)
        if entry is None or entry.type is None:
            return self.error("E302", table, "the entries of {name} are values of different kinds", None, name=shown)
        return ["band", [table.kind, table.value, indexes], expr], entry.type

    def _call_after(self, node: Node) -> Typed:
        expr, _ = self.of_kind(node.args[0], "time")
        days, type = self.of_kind(node.args[1], "number")
        if type.places != 0 and type.kind != "any":
            return self.error("E302", node.args[1], "whole days are expected here", help_with("round it, as in floor(x)"))
        return ["call", "after", expr, days], TIME

    def _call_window(self, node: Node) -> Typed:
        if node.args[0].kind != "window":
            return NONE, ANY
        expr, _ = self.of_kind(node.args[1], "time")
        rows = self.scope.book.windows[node.args[0].value]["rows"]
        return ["call", "window", ["text", node.args[0].value], expr], TEXT._replace(values=frozenset(row[0] for row in rows))

    def _call_size(self, node: Node) -> Typed:
        param = node.args[0]
        if param.kind != "param":
            if param.kind != "lost":
                return self.error("E303", param, "params.x is expected here", help_with("for example size(params.cash)"))
            return NONE, ANY
        indexes, shape = self.walk(param, self.scope.book.shapes[param.value], "params." + param.value)
        if shape is not None and shape.items is None and shape.entries is None:
            return self.error("E302", param, "params.{name} is {found}, not a list", None, name=param.value, found=shape.word)
        return ["call", "size", ["param", param.value, indexes]], number(0, rounded=True)


def _is_number(text: str) -> bool:
    whole, dot, decimals = text.removeprefix("-").partition(".")
    return whole.isdecimal() and whole.isascii() and (not dot or (decimals.isdecimal() and decimals.isascii()))
