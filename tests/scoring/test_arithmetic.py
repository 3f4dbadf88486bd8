"""Exact arithmetic against `fractions`, which knows nothing of the engine's representation."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring import arithmetic
from scoring_engine.scoring.vectors import Number, Text, dense, order_keys, parse_decimal

BIG = 2**62
MODES = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "truncate": ROUND_DOWN,
}


@st.composite
def numbers(draw: st.DrawFn, size: int) -> Number:
    """A column of fixed-point values or ratios, some missing, some near the limit of 64 bits."""
    top = draw(st.sampled_from([50, 10**6, BIG]))
    num = draw(st.lists(st.integers(-top, top), min_size=size, max_size=size))
    ok = draw(st.one_of(st.none(), st.lists(st.booleans(), min_size=size, max_size=size)))
    if draw(st.booleans()):
        den: int | np.ndarray = 10 ** draw(st.integers(0, 6))
    else:
        den = np.array(draw(st.lists(st.integers(1, draw(st.sampled_from([9, 2**40]))), min_size=size, max_size=size)), np.int64)
    return Number(np.array(num, np.int64), den, None if ok is None else np.array(ok, bool))


def fractions(value: Number) -> list[Fraction | None]:
    dens = [value.den] * value.size if isinstance(value.den, int) else value.den.tolist()
    return [Fraction(n, d) if ok else None for n, d, ok in zip(value.num.tolist(), dens, value.present.tolist(), strict=True)]


@given(st.data(), st.sampled_from(["add", "subtract", "multiply"]))
def test_sums_and_products(data: st.DataObject, name: str) -> None:
    a, b = data.draw(numbers(4)), data.draw(numbers(4))
    plain = {"add": lambda x, y: x + y, "subtract": lambda x, y: x - y, "multiply": lambda x, y: x * y}[name]
    wanted = [None if x is None or y is None else plain(x, y) for x, y in zip(fractions(a), fractions(b), strict=True)]
    assert fractions(getattr(arithmetic, name)(a, b)) == wanted


@given(st.data())
def test_quotients_are_exact_and_missing_where_the_divisor_is_zero(data: st.DataObject) -> None:
    a, b = data.draw(numbers(4)), data.draw(numbers(4))
    quotient, zero = arithmetic.divide(a, b)
    pairs = list(zip(fractions(a), fractions(b), strict=True))
    assert fractions(quotient) == [None if x is None or not y else x / y for x, y in pairs]
    assert zero.tolist() == [y == 0 for _, y in pairs]


@given(st.data(), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
def test_comparisons(data: st.DataObject, op: str) -> None:
    a, b = data.draw(numbers(4)), data.draw(numbers(4))
    result = arithmetic.compare(op, a, b)
    for x, y, value, ok in zip(fractions(a), fractions(b), result.values.tolist(), result.present.tolist(), strict=True):
        assert ok == (x is not None and y is not None)
        if x is not None and y is not None:
            assert value == eval(f"x {op} y", {"x": x, "y": y})


@given(st.data(), st.integers(0, 4), st.sampled_from(sorted(MODES)))
def test_rounding_agrees_with_the_decimal_module(data: st.DataObject, places: int, mode: str) -> None:
    a = data.draw(numbers(4))
    result = arithmetic.rounded(a, places, mode)
    for x, y in zip(fractions(a), fractions(result), strict=True):
        if x is None or y is None:
            assert x is y
            continue
        # a Decimal of x with far more digits than a tie could hide in: 10**places · x is a tie only if it is exact
        scaled = x * 10**places
        below = scaled.numerator // scaled.denominator
        rest = scaled - below
        stand_in = Decimal(below) + (Decimal("0.5") if rest == Fraction(1, 2) else Decimal("0.25") if 0 < rest < Fraction(1, 2) else
                                     Decimal("0.75") if rest else Decimal(0))  # fmt: skip
        from decimal import Context

        wide = Context(prec=60)
        assert y * 10**places == int(stand_in.quantize(Decimal(1), MODES[mode], wide))


@pytest.mark.parametrize(
    ("value", "mode", "wanted"),
    [
        # 四舍五入 parts ties away from zero; worked by hand
        ((125, 100), "half_up", 13),
        ((-125, 100), "half_up", -13),
        ((125, 100), "half_even", 12),
        ((135, 100), "half_even", 14),
        ((-121, 100), "floor", -13),
        ((-129, 100), "truncate", -12),
        ((121, 100), "ceiling", 13),
    ],
)
def test_rounding_ties_by_hand(value: tuple[int, int], mode: str, wanted: int) -> None:
    assert arithmetic.rounded(Number(np.array([value[0]]), value[1]), 1, mode).num.tolist() == [wanted]


@given(st.data(), st.booleans())
def test_order_keys_sort_as_the_values_do_missing_last(data: st.DataObject, descending: bool) -> None:
    a = data.draw(numbers(6))
    try:
        codes = dense(order_keys(a, descending=descending), a.size)
    except OverflowError:
        return
    values = fractions(a)
    for i, x in enumerate(values):
        for j, y in enumerate(values):
            if x is None or y is None:
                assert (codes[i] < codes[j]) == (x is not None and y is None)
            else:
                assert (codes[i] < codes[j]) == (x > y if descending else x < y)


def test_a_stored_value_that_does_not_fit_is_an_error_that_names_it() -> None:
    wide = arithmetic.multiply(Number(np.array([BIG])), Number(np.array([BIG])))
    assert wide.num.tolist() == [BIG * BIG]
    with pytest.raises(OverflowError, match=r"contestants\.total"):
        wide.settled("contestants.total")


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_decimals_are_read_exactly(value: int, places: int) -> None:
    text = str(Decimal(value).scaleb(-places))
    parsed = parse_decimal(text)
    assert parsed is not None
    assert Fraction(parsed[0], 10 ** parsed[1]) == Fraction(value, 10**places)


@pytest.mark.parametrize("text", ["", ".", "-", "1e400", "NaN", "Infinity", "1_000", "１２", " 1", "0x1", "1.2.3", "9" * 50, "--1", "1e"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    assert parse_decimal(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"), [("92.50", (925, 1)), ("9.25e1", (925, 1)), ("-0.5", (-5, 1)), ("5.", (5, 0)), (".5", (5, 1)), ("1e3", (1000, 0))]
)
def test_decimals_by_hand(text: str, wanted: tuple[int, int]) -> None:
    assert parse_decimal(text) == wanted


@pytest.mark.parametrize(
    ("base", "exponent", "wanted"),
    [
        # floor(25.4347 * (18 - 10.5) ** 1.81), the 100 m of the decathlon in 10.50 s, is 975 in the published tables
        ("7.5", "1.81", "975"),
        # floor(25.4347 * (18 - 11.00) ** 1.81) is 861
        ("7.0", "1.81", "861"),
    ],
)
def test_powers_agree_with_published_tables(base: str, exponent: str, wanted: str) -> None:
    def number(text: str) -> Number:
        value, places = parse_decimal(text) or (0, 0)
        return Number(np.array([value]), 10**places)

    power, bad = arithmetic.power(number(base), number(exponent), 12)
    points = arithmetic.rounded(arithmetic.multiply(number("25.4347"), power), 0, "floor")
    assert not bad.any()
    assert points.num.tolist() == [int(wanted)]


def test_a_late_column_is_made_once_when_it_is_looked_at() -> None:
    made = []

    def make() -> Number:
        made.append(1)
        return Number(np.array([5, 7, 9]), 10, np.array([True, False, True]))

    late = Number.late(3, 10, make)
    part = late.take(np.array([2, 0])).take(np.array([True, False]))
    assert (late.size, part.size, late.places, made) == (3, 1, 1, [])
    assert part.num.tolist() == [9]
    assert part.present.tolist() == [True]
    assert late.num.tolist() == [5, 7, 9]
    assert made == [1]
    text = Text.late(2, lambda: made.append(2) or np.array([4, -1]))
    assert (text.size, made) == (2, [1])
    assert (text.codes.tolist(), text.present.tolist(), made) == ([4, -1], [True, False], [1, 2])
    with pytest.raises(AttributeError):
        late.digits  # noqa: B018
