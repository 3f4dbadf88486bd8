"""Exact values as people read them: decimals where they end, fractions where they do not."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = Fraction | str | bool | None
"""One value: a number, a text (times are ISO texts), a truth value, or missing."""

DIGITS = 20
"""A decimal with more digits after its point than this is written as a fraction."""


def fraction(text: str) -> Fraction:
    """The number that a decimal or a fraction is: "92.5", "447/5"."""
    return Fraction(text)


def places_of(number: Fraction) -> int | None:
    """How many decimals the number has; None where they do not end, or are more than `DIGITS`."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    return places if rest == 1 and places <= DIGITS else None


def decimal(number: Fraction, places: int) -> str:
    """The number with that many decimals, half up where it has more.

    >>> decimal(Fraction(447, 5), 2), decimal(Fraction(-1, 8), 2), decimal(Fraction(2, 3), 0)
    ('89.40', '-0.13', '1')
    """
    whole, rest = divmod(abs(number) * 10**places, 1)
    scaled = whole + (2 * rest >= 1)
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if number < 0 and scaled else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def exact(value: Value) -> str | None:
    """The value in full: a decimal without trailing zeros, a fraction where there is none; None where it is missing.

    >>> exact(Fraction(185, 2)), exact(Fraction(2, 3)), exact(True), exact("DNF")
    ('92.5', '2/3', 'true', 'DNF')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        places = places_of(value)
        return str(value) if places is None else decimal(value, places)
    return value


def shown(value: Value, places: int | None) -> str | None:
    """The value with its declared places; in full where none are declared or it has more."""
    if isinstance(value, Fraction) and places is not None:
        own = places_of(value)
        if own is not None and own <= places:
            return decimal(value, places)
    return exact(value)


def rounded(value: Fraction, places: int) -> str:
    """The value for a person who does not want a fraction: at most that many decimals, half up."""
    own = places_of(value)
    return decimal(value, places if own is None or own > places else own)
