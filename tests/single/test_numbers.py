"""Exact numbers in lowest terms are those of `fractions`, and are rounded as `decimal` rounds."""

from __future__ import annotations

import decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.single import numbers
from scoring_engine.single.unsure import Unsure

RATIOS = st.builds(Fraction, st.integers(-(10**6), 10**6), st.integers(1, 5000))
MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "truncate": decimal.ROUND_DOWN,
}


def pair(value: Fraction) -> numbers.Ratio:
    return value.numerator, value.denominator


@given(RATIOS, RATIOS)
def test_arithmetic(a: Fraction, b: Fraction) -> None:
    assert numbers.add(pair(a), pair(b)) == pair(a + b)
    assert numbers.subtract(pair(a), pair(b)) == pair(a - b)
    assert numbers.multiply(pair(a), pair(b)) == pair(a * b)
    assert [apply(pair(a), pair(b)) for apply in numbers.COMPARISONS.values()] == [a == b, a != b, a < b, a <= b, a > b, a >= b]


@given(st.lists(RATIOS, min_size=1, max_size=9))
def test_aggregates(values: list[Fraction]) -> None:
    expected = {"sum": sum(values), "mean": sum(values) / len(values), "median": median(values), "min": min(values), "max": max(values)}
    assert {op: reduce([*map(pair, values)]) for op, reduce in numbers.AGGREGATES.items()} == {
        op: pair(Fraction(value)) for op, value in expected.items()
    }


@given(st.integers(-(10**9), 10**9), st.integers(0, 5), st.integers(0, 4), st.sampled_from(sorted(MODES)))
def test_decimals_are_rounded_as_decimal_rounds(num: int, own: int, places: int, mode: str) -> None:
    value = decimal.Decimal(num).scaleb(-own)
    expected = value.quantize(decimal.Decimal(1).scaleb(-places), MODES[mode])
    assert numbers.rounded(numbers.ratio(num, 10**own), places, mode) == pair(Fraction(expected))


@pytest.mark.parametrize(
    ("value", "places", "mode", "expected"),
    [
        ((1, 3), 2, "half_up", (33, 100)),
        ((2, 3), 2, "half_up", (67, 100)),
        ((-2, 3), 2, "truncate", (-33, 50)),  # -0.66
        ((-2, 3), 2, "floor", (-67, 100)),
        ((1, 8), 2, "half_even", (3, 25)),  # 0.125: 0.12
        ((3, 8), 2, "half_even", (19, 50)),  # 0.375: 0.38
        ((-5, 2), 0, "half_up", (-3, 1)),
    ],
)
def test_worked_roundings(value: numbers.Ratio, places: int, mode: str, expected: numbers.Ratio) -> None:
    assert numbers.rounded(value, places, mode) == expected


def test_scaled_texts() -> None:
    assert [numbers.scaled(text, 2) for text in ("92.5", "-0.5", "0", "7", "12.34")] == [9250, -50, 0, 700, 1234]
    for text in ("1.234", "1234567890123456"):
        with pytest.raises(Unsure):
            numbers.scaled(text, 2)
