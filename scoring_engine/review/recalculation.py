"""What a number would be if one mark were another: the derivation calculated again, with trimming and rounding, in exact numbers.

Only what depends on the mark is calculated anew. A formula that takes another branch, or does what is not known here, has no answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import floor

from scoring_engine.review.concordance import mean, median
from scoring_engine.review.derivation import Derivation, Node
from scoring_engine.review.exact import Value

OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
REDUCTIONS: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": lambda values: sum(values, Fraction()),
    "mean": mean,
    "median": median,
    "min": min,
    "max": max,
}


class Unknown(Exception):  # noqa: N818  (an answer, not an error)
    """The formula has no answer here."""


class Recalculation:
    """The numbers of one contestant as functions of one mark."""

    def __init__(self, derivation: Derivation, mark: str) -> None:
        self.cells = derivation.cells
        self.mark = mark
        self.touched = {mark}
        for cell in self.cells.values():  # each after those that it uses
            if cell.node is not None and not self.touched.isdisjoint(_uses(cell.node)):
                self.touched.add(cell.id)
        self._live: dict[int, bool] = {}

    def _lives(self, node: Node) -> bool:
        """Whether a formula depends on the mark."""
        live = self._live.get(id(node))
        if live is None:
            live = self._live[id(node)] = not self.touched.isdisjoint(_uses(node))
        return live

    def value(self, cell: str, mark: Fraction) -> Value:
        """What a cell would be.

        Raises:
            Unknown: see the module.
        """
        return self._cell(cell, mark, {})

    def _cell(self, id: str, mark: Fraction, known: dict[str, Value]) -> Value:
        if id == self.mark:
            return mark
        cell = self.cells[id]
        if id not in self.touched or cell.node is None:
            return cell.value
        if id not in known:
            known[id] = self._node(cell.node, mark, known)
        return known[id]

    def _node(self, node: Node, mark: Fraction, known: dict[str, Value]) -> Value:
        if not self._lives(node):
            return node.value
        if node.do == "cell":
            return self._cell(node.cell, mark, known)
        if node.do == "agg":
            return self._aggregate(node, mark, known)
        parts = [self._node(part, mark, known) for part in node.parts]
        if node.do in ("if", "else"):
            if parts[0] != node.parts[0].value:
                raise Unknown
            return parts[-1]
        if node.do == "call" and node.name == "has":
            return parts[0] is not None
        numbers = [part for part in parts if isinstance(part, Fraction)]
        if len(numbers) < len(parts):
            raise Unknown
        if node.do == "op" and node.name in OPERATIONS:
            return OPERATIONS[node.name](*numbers)
        if node.do == "round":
            return _rounded(numbers[0], node.info["places"], node.info["mode"])
        if node.do == "neg":
            return -numbers[0]
        if node.do == "call" and node.name in ("greatest", "least"):
            return max(numbers) if node.name == "greatest" else min(numbers)
        raise Unknown

    def _aggregate(self, node: Node, mark: Fraction, known: dict[str, Value]) -> Value:
        if node.name not in REDUCTIONS or any(item.state == "over" for item in node.items):
            raise Unknown
        values = []
        for item in node.items:
            value = None if item.node is None else self._node(item.node, mark, known)
            if not isinstance(value, Fraction):
                raise Unknown
            values.append(value)
        trim = node.info.get("trim")
        if trim and len(values) >= trim["from"]:
            values = sorted(values)[trim["low"] : len(values) - trim["high"]]
        return REDUCTIONS[node.name](values)


def _uses(node: Node) -> Iterator[str]:
    """The cells that a formula names."""
    if node.cell:
        yield node.cell
    for part in node.parts:
        yield from _uses(part)
    for item in node.items:
        if item.node is not None:
            yield from _uses(item.node)


def _rounded(value: Fraction, places: int, mode: str) -> Fraction:
    scale = 10**places
    scaled = abs(value) * scale
    whole = floor(scaled)
    rest = scaled - whole
    half = Fraction(1, 2)
    if mode == "half_up":
        whole += rest >= half
    elif mode == "half_even":
        whole += rest > half or (rest == half and whole % 2 == 1)
    elif mode == "floor":
        whole += value < 0 and rest > 0
    elif mode == "ceiling":
        whole += value > 0 and rest > 0
    elif mode != "truncate":
        raise Unknown
    return Fraction(whole, scale) * (-1 if value < 0 else 1)
