"""Types of the functions of one row."""

from __future__ import annotations

from collections.abc import Sequence

from scoring_engine.ruleset.compiler.expressions import NONE, Typed
from scoring_engine.ruleset.compiler.kinds import ANY, TEXT, TIME, Type, joined, number
from scoring_engine.ruleset.compiler.operators import Operators
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.values import is_time
from scoring_engine.ruleset.formula import FUNCTIONS, Node

CUT = 12  # decimals of a power where none are given


class Calls(Operators):
    """Types calls. A function that `FUNCTIONS` describes wholly needs nothing here."""

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
        """A declared rounding point."""
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
        """The smallest or largest of values that have an order."""
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
