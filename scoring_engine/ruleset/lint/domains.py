"""What values a column can have, and which of them tell the comparisons of a rule apart.

A comparison with a constant can change its answer only at the constant. So a few values of each column (the constants,
one value in each gap between them, and "missing") stand for all values: what holds for all of them holds always, what
holds for none never. That makes the analysis of rules exact, and each finding comes with a concrete example.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

Value = Fraction | str | bool | None
"""A number, a text (also a time, in ISO form), a truth value, or None for a missing value."""

OTHER = "…"  # stands for a text that no comparison names


class Domain(NamedTuple):
    """The values that a column can have.

    kind     number, text, truth or time
    low      smallest number, None where there is no bound; high likewise
    step     the number is a multiple of it, None where it may be any; 0 for the number 0 alone
    texts    the texts that there are, None where they are not known
    missing  whether the value can be missing
    """

    kind: str
    low: Fraction | None = None
    high: Fraction | None = None
    step: Fraction | None = None
    texts: tuple[str, ...] | None = None
    missing: bool = True


class Comparison(NamedTuple):
    """A comparison with a constant: == != < <= > >= with one value, `in` with several, has and lacks with none."""

    op: str
    values: tuple[Value, ...] = ()

    def holds(self, value: Value) -> bool:
        """Whether a value satisfies it; a missing one satisfies only lacks."""
        if self.op in ("has", "lacks"):
            return (value is not None) == (self.op == "has")
        if value is None or not self.values or self.values[0] is None:
            return False
        if self.op == "in":
            return value in self.values
        other = self.values[0]
        if self.op in ("==", "!="):
            return (value == other) == (self.op == "==")
        if isinstance(value, bool) or isinstance(other, bool) or isinstance(value, str) != isinstance(other, str):
            return False
        below, level = value < other, value == other  # type: ignore[operator]
        return {"<": below, "<=": below or level, ">": not below and not level, ">=": not below}[self.op]


def representatives(domain: Domain, tests: Iterable[Comparison]) -> list[Value]:
    """Values of the domain that stand for all of it, as far as the tests can tell."""
    constants = {value for test in tests for value in test.values if value is not None}
    found: list[Value]
    if domain.kind == "any":  # what it is compared with tells what it is
        kinds = ["truth" if isinstance(c, bool) else "number" if isinstance(c, Fraction) else "text" for c in constants]
        domain = domain._replace(kind=kinds[0] if kinds else "text")
    if domain.kind == "truth":
        found = [True, False]
    elif domain.kind == "number":
        found = list(_numbers(domain, sorted(c for c in constants if isinstance(c, Fraction))))
    elif domain.texts is not None:
        found = list(domain.texts)
    elif domain.kind == "time":
        times = sorted(c for c in constants if isinstance(c, str))
        found = [*times, *(f"{time} +" for time in times), ""]
    else:
        found = [*sorted(c for c in constants if isinstance(c, str)), OTHER]
    return [*found, None] if domain.missing else found


def _numbers(domain: Domain, constants: Collection[Fraction]) -> list[Value]:
    """The constants, the bounds, and a number in each gap, as far as the domain has them; by size."""
    points = sorted({*constants, *(bound for bound in (domain.low, domain.high) if bound is not None)})
    if not points:
        return [Fraction(0)]
    step = domain.step or None
    found: set[Fraction] = set()
    for point in points:
        if step is None:
            found.add(point)
        else:  # the multiples next to the point on both sides, and the point itself where it is one
            found |= {step * floor(point / step), step * ceil(point / step)}
            found |= {step * (ceil(point / step) - 1), step * (floor(point / step) + 1)}
    if step is None:
        found |= {points[0] - 1, points[-1] + 1}
        found |= {(a + b) / 2 for a, b in pairwise(points)}
    low, high = domain.low, domain.high
    return [n for n in sorted(found) if (low is None or n >= low) and (high is None or n <= high)]


def shown(value: Value) -> str:
    """A value as a person would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value or "(earlier)"
    for places in range(10):
        if (scaled := value * 10**places).denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            sign = "-" if value < 0 else ""
            return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return str(value)
