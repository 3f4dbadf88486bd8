"""Exact numbers: (numerator, denominator) in lowest terms, the denominator positive. The same values as `scoring.arithmetic`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import gcd, lcm
from typing import TypeAlias

from scoring_engine.single.unsure import Unsure

Ratio: TypeAlias = "tuple[int, int]"

MOST, FINEST = 4 * 10**8, 10**9
"""No value that is kept is larger, and no denominator: far from where 64 bits, or the ratios that conditions compare, would end."""


def ratio(num: int, den: int = 1) -> Ratio:
    """num / den in lowest terms; `den` is not 0."""
    if den == 1:
        return num, 1
    shared = gcd(num, den)
    if den < 0:
        shared = -shared
    return num // shared, den // shared


def kept(value: Ratio) -> Ratio:
    """The value, where it is small enough that nothing overflows anywhere."""
    if abs(value[0]) > MOST * value[1] or value[1] > FINEST:
        raise Unsure("a large number")
    return value


def add(a: Ratio, b: Ratio) -> Ratio:
    """a + b."""
    return ratio(a[0] + b[0], a[1]) if a[1] == b[1] else ratio(a[0] * b[1] + b[0] * a[1], a[1] * b[1])


def subtract(a: Ratio, b: Ratio) -> Ratio:
    """a - b."""
    return add(a, (-b[0], b[1]))


def multiply(a: Ratio, b: Ratio) -> Ratio:
    """a · b."""
    return ratio(a[0] * b[0], a[1] * b[1])


ARITHMETIC: dict[str, Callable[[Ratio, Ratio], Ratio]] = {"+": add, "-": subtract, "*": multiply}

COMPARISONS: dict[str, Callable[[Ratio, Ratio], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a[0] * b[1] < b[0] * a[1],
    "<=": lambda a, b: a[0] * b[1] <= b[0] * a[1],
    ">": lambda a, b: a[0] * b[1] > b[0] * a[1],
    ">=": lambda a, b: a[0] * b[1] >= b[0] * a[1],
}


def over_one(values: Sequence[Ratio]) -> tuple[list[int], int]:
    """The numerators of the values over one denominator, and this."""
    dens = {den for _, den in values}
    if len(dens) == 1:
        return [num for num, _ in values], dens.pop()
    den = lcm(*dens)
    return [num * (den // own) for num, own in values], den


def total(values: Sequence[Ratio]) -> Ratio:
    """The sum."""
    nums, den = over_one(values)
    return ratio(sum(nums), den)


def mean(values: Sequence[Ratio]) -> Ratio:
    """The mean of at least one value."""
    nums, den = over_one(values)
    return ratio(sum(nums), den * len(nums))


def median(values: Sequence[Ratio]) -> Ratio:
    """The median of at least one value; of an even number of them the mean of the two in the middle."""
    nums, den = over_one(values)
    nums.sort()
    return ratio(nums[(len(nums) - 1) // 2] + nums[len(nums) // 2], 2 * den)


def smallest(values: Sequence[Ratio]) -> Ratio:
    """The least of at least one value."""
    nums, den = over_one(values)
    return ratio(min(nums), den)


def largest(values: Sequence[Ratio]) -> Ratio:
    """The greatest of at least one value."""
    nums, den = over_one(values)
    return ratio(max(nums), den)


AGGREGATES: dict[str, Callable[[Sequence[Ratio]], Ratio]] = {
    "sum": total,
    "mean": mean,
    "median": median,
    "min": smallest,
    "max": largest,
}
"""What is made of at least one number."""


def rounded(a: Ratio, places: int, mode: str) -> Ratio:
    """`a` at so many decimals; half_up parts ties away from zero."""
    scale = 10**places
    num, den = a[0] * scale, a[1]
    if mode == "floor":
        return ratio(num // den, scale)
    if mode == "ceiling":
        return ratio(-(-num // den), scale)
    whole, rest = divmod(abs(num), den)
    if (mode == "half_up" and 2 * rest >= den) or (mode == "half_even" and (2 * rest > den or (2 * rest == den and whole % 2 == 1))):
        whole += 1
    return ratio(-whole if num < 0 else whole, scale)


def fixed(a: Ratio, places: int) -> int:
    """`a` times 10**places for showing, its half away from zero."""
    num, den = rounded(a, places, "half_up")
    scale: int = 10**places
    return num * (scale // den)


def scaled(text: str, places: int) -> int:
    """The plain decimal `text` (see `notation.plain`) times 10**places.

    Raises:
        Unsure: it has more decimals, or is large.
    """
    whole, _, part = text.partition(".")
    if len(part) > places or len(whole) + places > 15:
        raise Unsure("a number with too many digits")
    missing: int = 10 ** (places - len(part))
    return int(whole + part) * missing
