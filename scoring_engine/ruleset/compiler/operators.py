"""Types of operators: arithmetic, comparisons, membership. Here a bare word becomes a text."""

from __future__ import annotations

from scoring_engine.ruleset.compiler.expressions import NONE, Leaves, Typed
from scoring_engine.ruleset.compiler.kinds import ANY, RATIO, TEXT, TIME, TRUTH, WORDS, Type, number
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.values import is_time
from scoring_engine.ruleset.diagnostics import did_you_mean
from scoring_engine.ruleset.formula import Node
from scoring_engine.ruleset.plan import Expr


class Operators(Leaves):
    """Types operators."""

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
        """A sum, difference, product or quotient."""
        op = node.value
        left, a = self.of_kind(node.args[0], "number")
        right, b = self.of_kind(node.args[1], "number")
        if op == "/" and right[0] == "num" and right[1] == 0:
            return self.error("E302", node.args[1], "the denominator is 0")
        if ANY in (a, b):
            return ["op", op, left, right], ANY
        if op == "/":
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
        """Whether it is a text, or may be one."""
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
        """Report a text that is none of the known ones."""
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
                found = member.type.word if member and member.type else WORDS["mixed"]
                return self.error("E302", right, "{a} cannot be compared with {b}", None, a=type.word, b=found)
        return ["op", "in", left, ["param", right.value, indexes]], TRUTH

    def comparable_item(self, item: Node, type: Type) -> Expr:
        """An item of a list in which a value of `type` is looked for."""
        expr, other = self.beside(item, type)
        if "any" not in (type.kind, other.kind) and type.kind != other.kind:
            self.error("E302", item, "{a} cannot be compared with {b}", None, a=type.word, b=other.word)
        return expr

    def _list(self, node: Node) -> Typed:
        return self.error("E302", node, 'a list stands behind "in" only')

    def _where(self, node: Node) -> Typed:
        return NONE, ANY
