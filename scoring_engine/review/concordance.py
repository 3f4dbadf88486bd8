"""Agreement of rankings, exactly: ranks with ties, Kendall's W, and how often two orders agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations


def ranks(values: Sequence[Fraction]) -> list[Fraction]:
    """The rank of each value, the largest first; equal values share the mean of their ranks.

    >>> [str(rank) for rank in ranks([Fraction(9), Fraction(7), Fraction(9)])]
    ['3/2', '3', '3/2']
    """
    better = {value: sum(other > value for other in values) for value in set(values)}
    same = Counter(values)
    return [better[value] + Fraction(same[value] + 1, 2) for value in values]


def kendall_w(rows: Sequence[Sequence[Fraction]]) -> Fraction | None:
    """Kendall's coefficient of concordance of m rankings of n things, corrected for ties: 1 where all agree, 0 where there is nothing
    that they agree on. `rows` holds the values that each judge gives to the same things in the same order.

    W = 12 S / (m² (n³ − n) − m Σ(t³ − t)), S the sum of squares of the rank sums about their mean, t the sizes of ties.
    None where it is not defined: fewer than two judges or things, or everybody ties everything.
    """
    m, n = len(rows), len(rows[0]) if rows else 0
    if m < 2 or n < 2:
        return None
    ranked = [ranks(row) for row in rows]
    sums = [sum(column, Fraction()) for column in zip(*ranked, strict=True)]
    mean = sum(sums, Fraction()) / n
    squares = sum(((one - mean) ** 2 for one in sums), Fraction())
    ties = sum(size**3 - size for row in rows for size in Counter(row).values())
    below = m * m * (n**3 - n) - m * ties
    return 12 * squares / below if below else None


def same_order(one: Sequence[Fraction], other: Sequence[Fraction]) -> tuple[int, int]:
    """Of the pairs of things that both put into an order: how many both put into the same one, and how many there are."""
    same = both = 0
    for i, j in combinations(range(len(one)), 2):
        sign = _sign(one[i] - one[j]) * _sign(other[i] - other[j])
        both += sign != 0
        same += sign > 0
    return same, both


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle one of at least one value, or the mean of the two in the middle."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def mean(values: Sequence[Fraction]) -> Fraction:
    """The mean of at least one value."""
    return sum(values, Fraction()) / len(values)


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
