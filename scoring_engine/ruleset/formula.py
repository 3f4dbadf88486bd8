"""Formulas: from text to a syntax tree in which every node knows where it was written.

The grammar is that of arithmetic as everybody writes it:

    or  and  not  == != < <= > >= in  + -  * /  -x  a.b  a[i, j]  f(x, y)  sum(x where y)

with numbers (exact decimals), 'text' or "text", true, false, none, and names of Unicode letters, digits and _. A name with
a hyphen is read as one name where such a name exists (`names`), and as a difference otherwise; put spaces around a minus.

What can be called stands in `functions`. What a name means is not known here, see `compiler.names`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import did_you_mean
from scoring_engine.ruleset.functions import AGGREGATES, FUNCTIONS

__all__ = ["AGGREGATES", "FUNCTIONS", "MODES", "FormulaError", "Node", "names_in", "parse"]

MODES = ("half_up", "half_even", "floor", "truncate", "ceiling")


class Node(NamedTuple):
    """A node of a syntax tree. `at` and `end` are its place in the text, `value` and `args` depend on the kind:

    num    value (integer, decimals)        text   value          truth  value        none
    name   value                            dot    value is the name after the dot, args the thing before it
    index  args: the thing, the indexes     call   value is the function, args
    where  args: the condition, as the last argument of a call
    op     value is the operator, args      not neg  args         list   args
    """

    kind: str
    at: int
    end: int
    value: Any = None
    args: tuple[Node, ...] = ()


class FormulaError(Exception):
    """What is wrong with a formula, at characters `at` to `end` of its text."""

    def __init__(self, at: int, end: int, message: Message, help: Message | None = None) -> None:
        super().__init__(message.say())
        self.at = at
        self.end = end
        self.message = message
        self.help = help


MOST_NODES = 250  # so that later walks over the tree stay far from the recursion limit
MOST_NESTED = 40
MOST_DIGITS = 18  # what fits int64

KEYWORDS = ("and", "or", "not", "in", "where", "true", "false", "none")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_POWER = {"or": 1, "and": 2, **dict.fromkeys((*_COMPARISONS, "in", "not"), 4), "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARE, _SIGN = 3, 4, 7

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<date>\d{4}-\d\d-\d\d(?!\d))
  | (?P<num>\d+(?:\.\d+)?)
  | (?P<name>[^\W\d]\w*(?:-\w+)*)
  | (?P<text>'[^']*'|"[^"]*")
  | (?P<op>==|!=|<=|>=|<(?!>)|[-+*/(),.\[\]>])
  | (?P<bad>.)
  | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)

_INSTEAD = {
    "=": "==", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "·": "*",
    "÷": "/", "−": "-", "–": "-", "（": "(", "）": ")", "，": ",", "、": ",", "。": ".", "．": ".", "［": "[", "］": "]",
    "【": "[", "】": "]", "＋": "+", "－": "-", "＝": "==", "＜": "<", "＞": ">", "＊": "*", "／": "/", "{": "[", "}": "]",
    "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    end: int


def parse(text: str, names: Collection[str] = ()) -> Node:
    """The syntax tree of a formula. `names` are the names with a hyphen that exist. Raises FormulaError."""
    parser = _Parser(_tokens(text, names))
    if parser.token.kind == "end":
        raise FormulaError(0, len(text), Message("the formula is empty"))
    node = parser.expression(0)
    parser.finish()
    return node


def _tokens(text: str, names: Collection[str]) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            raise FormulaError(at, len(text), Message("this is no formula"))
        start, end = match.span(kind)
        word = match[kind]
        if kind == "bad":
            raise _bad_character(text, start)
        if kind == "date":
            raise FormulaError(start, end, Message("a date stands in quotes"), Message('write "{text}"', {"text": word}))
        if kind == "name" and "-" in word:
            while "-" in word and word not in names:
                word = word.rpartition("-")[0]
            end = start + len(word)
        if kind == "num":
            if end < len(text) and (text[end].isalnum() or text[end] == "_"):
                while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                    end += 1
                help = Message("put a text in quotes: '{text}'", {"text": text[start:end]})
                raise FormulaError(start, end, Message("a name cannot begin with a digit"), help)
            if len(word) - ("." in word) > MOST_DIGITS:
                raise FormulaError(start, end, Message("the number has more than {most} digits", {"most": str(MOST_DIGITS)}))
        tokens.append(_Token(kind, word, start, end))
        if kind == "end":
            return tokens
        at = end


def _bad_character(text: str, at: int) -> FormulaError:
    two, one = text[at : at + 2], text[at]
    if one in "'\"":
        return FormulaError(at, len(text), Message("the quote is not closed"))
    if two == "<>":
        return FormulaError(at, at + 2, Message('"{text}" is no operator', {"text": two}), Message('write "{text}"', {"text": "!="}))
    if one == "%":
        help = Message("write / 100 for per cent, mod(a, b) for the rest of a division")
        return FormulaError(at, at + 1, Message('"{text}" is no operator', {"text": one}), help)
    if one == "^":
        return FormulaError(at, at + 1, Message('"{text}" is no operator', {"text": one}), Message("write power(x, y)"))
    wrong = two if two in _INSTEAD else one
    instead = Message('write "{text}"', {"text": _INSTEAD[wrong]}) if wrong in _INSTEAD else None
    return FormulaError(at, at + len(wrong), Message('"{text}" cannot stand in a formula', {"text": wrong}), instead)


class _Parser:
    """A Pratt parser: `expression(power)` reads as long as operators bind more tightly than `power`."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.token = tokens[0]
        self.nodes = 0
        self.nested = 0

    def next(self) -> _Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
            self.token = self.tokens[self.position]
        return token

    def expect(self, text: str, opened: _Token) -> _Token:
        if self.token.kind == "op" and self.token.text == text:
            return self.next()
        if self.token.kind == "end":
            message = Message('"{text}" is not closed', {"text": opened.text})
            raise FormulaError(opened.at, opened.end, message, Message('"{text}" is missing', {"text": text}))
        raise self.unexpected()

    def node(self, kind: str, at: int, end: int, value: Any = None, args: tuple[Node, ...] = ()) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise FormulaError(at, end, Message("the formula is too long"), Message("split it into several measures"))
        return Node(kind, at, end, value, args)

    def unexpected(self) -> FormulaError:
        token = self.token
        if token.kind == "end":
            return FormulaError(token.at, token.end, Message("the formula ends too early"))
        help = None
        before = self.tokens[self.position - 1] if self.position else None
        if token.kind == "name" and token.text.lower() in KEYWORDS and token.text not in KEYWORDS:
            help = Message('write "{text}"', {"text": token.text.lower()})
        elif token.text == "where":
            help = Message("a condition belongs into an aggregate, as in sum(x where y), or into an entry where: of its own")
        elif token.kind == "op" and before is not None and token.text == before.text == "*":
            help = Message("write power(x, y)")
        elif token.kind == "name" and before is not None and before.kind in ("name", "num", "text"):
            help = Message("an operator is missing in front of it, or quotes around a text of several words")
        return FormulaError(token.at, token.end, Message('"{text}" is not expected here', {"text": token.text}), help)

    def finish(self) -> None:
        if self.token.kind != "end":
            raise self.unexpected()

    def expression(self, power: int) -> Node:
        self.nested += 1
        if self.nested > MOST_NESTED:
            message = Message("the formula is nested too deeply")
            raise FormulaError(self.token.at, self.token.end, message, Message("split it into several measures"))
        left = self.prefix()
        while (binding := self.binding()) > power:
            left = self.infix(left, binding)
        self.nested -= 1
        return left

    def binding(self) -> int:
        token = self.token
        if token.kind == "op" or (token.kind == "name" and token.text in ("and", "or", "in", "not")):
            return _POWER.get(token.text, 0)
        return 0

    def infix(self, left: Node, binding: int) -> Node:
        token = self.next()
        operator, end = token.text, token.end
        if operator == "not":
            if self.token.text != "in":
                raise FormulaError(token.at, token.end, Message('"{text}" is not expected here', {"text": "not"}))
            self.next()
        if operator in ("in", "not"):
            right = self.items()
            inside = self.node("op", left.at, right.end, "in", (left, right))
            return inside if operator == "in" else self.node("not", left.at, right.end, None, (inside,))
        right = self.expression(binding)
        if operator in _COMPARISONS and self.binding() == _COMPARE:
            help = Message("write a < b and b < c")
            raise FormulaError(self.token.at, self.token.end, Message("comparisons cannot be chained"), help)
        return self.node("op", left.at, max(right.end, end), operator, (left, right))

    def items(self) -> Node:
        opened = self.token
        if opened.kind == "name" and opened.text not in KEYWORDS:
            return self.expression(_COMPARE)
        if opened.kind != "op" or opened.text != "[":
            help = Message('write the values in brackets: x in ["a", "b"]')
            raise FormulaError(opened.at, max(opened.end, opened.at), Message('a list is missing after "in"'), help)
        self.next()
        args = self.arguments("]", opened)
        if not args:
            raise FormulaError(opened.at, self.tokens[self.position - 1].end, Message("the list is empty"))
        return self.node("list", opened.at, self.tokens[self.position - 1].end, None, tuple(args))

    def arguments(self, close: str, opened: _Token) -> list[Node]:
        """What stands up to the closing bracket, which is read as well."""
        args: list[Node] = []
        if self.token.kind == "op" and self.token.text == close:
            self.next()
            return args
        while True:
            args.append(self.expression(0))
            if close == ")" and self.token.text == "where" and self.token.kind == "name":
                at = self.next().at
                condition = self.expression(0)
                args.append(self.node("where", at, condition.end, None, (condition,)))
            elif self.token.kind == "op" and self.token.text == ",":
                self.next()
                continue
            self.expect(close, opened)
            return args

    def prefix(self) -> Node:
        token = self.token
        if token.kind == "num":
            self.next()
            whole, _, decimals = token.text.partition(".")
            decimals = decimals.rstrip("0")
            return self.node("num", token.at, token.end, (int(whole + decimals), len(decimals)))
        if token.kind == "text":
            self.next()
            return self.node("text", token.at, token.end, token.text[1:-1])
        if token.kind == "name":
            return self.word()
        if token.kind == "op" and token.text == "-":
            self.next()
            inner = self.expression(_SIGN)
            if inner.kind == "num":
                return Node("num", token.at, inner.end, (-inner.value[0], inner.value[1]))
            return self.node("neg", token.at, inner.end, None, (inner,))
        if token.kind == "op" and token.text == "(":
            self.next()
            inner = self.expression(0)
            closed = self.expect(")", token)
            return self.postfix(inner._replace(at=token.at, end=closed.end))
        raise self.unexpected()

    def word(self) -> Node:
        token = self.next()
        if token.text == "not":
            inner = self.expression(_NOT)
            return self.node("not", token.at, inner.end, None, (inner,))
        if token.text in ("true", "false"):
            return self.node("truth", token.at, token.end, token.text == "true")
        if token.text == "none":
            return self.node("none", token.at, token.end)
        if token.text in KEYWORDS:
            self.position -= 1
            self.token = token
            raise self.unexpected()
        if self.token.kind == "op" and self.token.text == "(":
            opened = self.next()
            if token.text not in FUNCTIONS and token.text not in AGGREGATES:
                names = (*FUNCTIONS, *AGGREGATES)
                message = Message('there is no function "{name}"', {"name": token.text})
                raise FormulaError(token.at, token.end, message, did_you_mean(token.text, names))
            args = self.arguments(")", opened)
            return self.postfix(self.node("call", token.at, self.tokens[self.position - 1].end, token.text, tuple(args)))
        return self.postfix(self.node("name", token.at, token.end, token.text))

    def postfix(self, node: Node) -> Node:
        while self.token.kind == "op" and self.token.text in (".", "["):
            opened = self.next()
            if opened.text == ".":
                name = self.token
                if name.kind not in ("name", "num"):
                    raise FormulaError(opened.at, opened.end, Message("a name is missing after the dot"))
                self.next()
                node = self.node("dot", node.at, name.end, name.text, (node,))
            else:
                args = self.arguments("]", opened)
                if not args:
                    raise FormulaError(opened.at, opened.end + 1, Message("the brackets are empty"))
                node = self.node("index", node.at, self.tokens[self.position - 1].end, None, (node, *args))
        return node


def names_in(node: Node) -> list[Node]:
    """All name nodes of a tree, in the order of the text."""
    found: list[Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.kind == "name":
            found.append(current)
        stack.extend(reversed(current.args))
    return found
