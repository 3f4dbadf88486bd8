"""Exact arithmetic on `Number` columns.

Every operation looks at the magnitude of its operands first: within int64 it runs there, beyond it in Python integers, so
that nothing wraps. A missing operand gives a missing result.
"""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.vectors import LIMIT, Array, Bools, Number, Truth, both, magnitude


def _times(a: Array, b: Array | int) -> Array:
    """The product, in int64 where it fits."""
    if isinstance(b, int) and b == 1:
        return a
    if a.dtype == object or (not isinstance(b, int) and b.dtype == object) or magnitude(a) * magnitude(b) > LIMIT:
        return a.astype(object) * (b if isinstance(b, int) else b.astype(object))
    return a * b


def _plus(a: Array, b: Array) -> Array:
    """The sum, in int64 where it fits."""
    if a.dtype == object or b.dtype == object or magnitude(a) + magnitude(b) > LIMIT:
        a, b = a.astype(object), b.astype(object)
    total: Array = a + b
    return total


def _aligned(a: Number, b: Number) -> tuple[Array, Array, Array | int]:
    """The numerators of both over one denominator."""
    if isinstance(a.den, int) and isinstance(b.den, int):
        if a.den == b.den:
            return a.num, b.num, a.den
        from math import lcm

        den = lcm(a.den, b.den)
        return _times(a.num, den // a.den), _times(b.num, den // b.den), den
    if not isinstance(a.den, int) and not isinstance(b.den, int) and (a.den is b.den or np.array_equal(a.den, b.den)):
        return a.num, b.num, a.den
    return _times(a.num, b.den), _times(b.num, a.den), _denominator(a, b)


def _denominator(a: Number, b: Number) -> Array | int:
    """The product of the denominators."""
    if isinstance(a.den, int):
        return a.den * b.den if isinstance(b.den, int) else _times(b.den, a.den)
    return _times(a.den, b.den)


def add(a: Number, b: Number) -> Number:
    """a + b."""
    left, right, den = _aligned(a, b)
    return Number(_plus(left, right), den, both(a.ok, b.ok))


def negate(a: Number) -> Number:
    """-a."""
    return Number(-a.num, a.den, a.ok)


def subtract(a: Number, b: Number) -> Number:
    """a - b."""
    return add(a, negate(b))


def multiply(a: Number, b: Number) -> Number:
    """a · b."""
    return Number(_times(a.num, b.num), _denominator(a, b), both(a.ok, b.ok))


def divide(a: Number, b: Number) -> tuple[Number, Bools]:
    """a / b as an exact ratio, and where b is zero (missing there)."""
    zero = b.present & (b.num == 0)
    top, bottom = _times(a.num, b.den), _times(b.num, a.den)
    if zero.any() or b.ok is not None:
        bottom = np.where(b.num == 0, 1, bottom)
    negative = bottom < 0
    if negative.any():
        top, bottom = np.where(negative, -top, top), np.where(negative, -bottom, bottom)
    ok = both(a.ok, b.ok)
    return Number(top, bottom, ok if not zero.any() else both(ok, ~zero)), zero


def compare(op: str, a: Number, b: Number) -> Truth:
    """The truth of `a op b`, op one of == != < <= > >=."""
    left, right, _ = _aligned(a, b)
    return Truth(np.asarray(COMPARISONS[op](left, right), bool), both(a.ok, b.ok))


COMPARISONS = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def rounded(a: Number, places: int, mode: str) -> Number:
    """`a` at `places` decimals. half_up parts ties away from zero (四舍五入), floor and ceiling go down and up, truncate to zero."""
    scale = 10**places
    if isinstance(a.den, int) and scale % a.den == 0:
        return Number(_times(a.num, scale // a.den), scale, a.ok)
    num, den = _times(a.num, scale), a.den
    if not isinstance(den, int) and den.dtype == object:
        num = num.astype(object)
    if num.dtype == object and not isinstance(den, int):
        den = den.astype(object)
    if mode in ("floor", "ceiling"):
        result = num // den if mode == "floor" else -(-num // den)
        return Number(_settle(result), scale, a.ok)
    negative = num < 0
    size = np.where(negative, -num, num)
    whole = size // den
    rest = size - whole * den
    if mode == "half_up":
        whole = whole + (rest >= den - rest)
    elif mode == "half_even":
        gap = den - rest
        whole = whole + ((rest > gap) | ((rest == gap) & (whole % 2 == 1)))
    return Number(_settle(np.where(negative, -whole, whole)), scale, a.ok)


def _settle(values: Array) -> Array:
    """Python integers back to int64 where they fit."""
    if values.dtype == object and magnitude(values) <= LIMIT:
        return values.astype(np.int64)
    return values


def absolute(a: Number) -> Number:
    """|a|."""
    return Number(np.where(a.num < 0, -a.num, a.num), a.den, a.ok)


def choose(condition: Bools, a: Number, b: Number) -> Number:
    """a where the condition holds, else b."""
    left, right, den = _aligned(a, b)
    ok = None if a.ok is None and b.ok is None else np.where(condition, a.present, b.present)
    return Number(np.where(condition, left, right), den, ok)


def modulo(a: Number, b: Number) -> tuple[Number, Bools]:
    """The rest of a / b with the sign of b, and where b is zero (missing there)."""
    zero = b.present & (b.num == 0)
    left, right, den = _aligned(a, b)
    right = np.where(right == 0, 1, right)
    return Number(left % right, den, both(both(a.ok, b.ok), ~zero)), zero


def power(base: Number, exponent: Number, places: int) -> tuple[Number, Bools]:
    """base ** exponent cut (not rounded) at `places` decimals, and where it is undefined (missing there).

    The power of decimals is irrational as a rule. It is computed with 60 significant digits by the decimal arithmetic of the
    standard library, which is the same on every machine, once for each different pair of operands.
    """
    from decimal import ROUND_DOWN, Context, Decimal

    context = Context(prec=60, rounding=ROUND_DOWN, Emax=10**6, Emin=-(10**6))
    unit = Decimal(1).scaleb(-places)
    ok = base.present & exponent.present
    num = np.zeros(base.size, object)
    bad = np.zeros(base.size, bool)
    seen: dict[tuple[int, int, int, int], int | None] = {}
    tops, bottoms = _pair(base)
    powers, parts = _pair(exponent)
    for row in np.flatnonzero(ok).tolist():
        key = (tops[row], bottoms[row], powers[row], parts[row])
        if key not in seen:
            b = context.divide(Decimal(key[0]), Decimal(key[1]))
            e = context.divide(Decimal(key[2]), Decimal(key[3]))
            if (b < 0 and e != e.to_integral_value()) or (b == 0 and e <= 0):
                seen[key] = None
            else:
                result = context.power(b, e) if b else Decimal(0)
                seen[key] = int(result.quantize(unit, context=context).scaleb(places, context))
        value = seen[key]
        if value is None:
            bad[row] = True
        else:
            num[row] = value
    return Number(_settle(num), 10**places, ok & ~bad), bad


def _pair(a: Number) -> tuple[list[int], list[int]]:
    """Numerators and denominators as Python integers."""
    return a.num.tolist(), [a.den] * a.size if isinstance(a.den, int) else a.den.tolist()
