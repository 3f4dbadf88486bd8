"""How values are written in a log: numbers in plain decimal notation, objects and lists as canonical JSON.

While a source is read, a number is its text behind `MARK`, which no text of an event can hold: numbers are never made floats,
and a parser marks them at the speed of C.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

MARK = "\0"
"""Stands before the text of a number while a source is read; an event with this character in a text is rejected."""

DIGITS = 40
"""The most digits that a number may have before, and after, its decimal point."""


DEPTH = 32
"""How deep objects and lists may be nested; how deep an interpreter could go differs from one to the next."""


class NestingError(ValueError):
    """A value that is nested more than `DEPTH` deep."""


class OversizeError(ValueError):
    """A number with more digits than `DIGITS` on one side of the point, however it is written (1e400)."""


def plain(text: str) -> str | None:
    """The JSON number `text` in plain decimal notation: no exponent, no needless zeros, no negative zero.

    None if `text` is not a JSON number.

    Raises:
        OversizeError: it has too many digits. Found without writing them out.
    """
    body = text[1:] if text[:1] == "-" else text
    if _digits(body) and body[0] != "0" and len(body) <= DIGITS:
        return text
    whole, _, fraction = body.partition(".")
    if len(body) <= DIGITS and _digits(whole + fraction) and whole and whole[0] != "0" and fraction and fraction[-1] != "0":
        return text
    mantissa, exponent, power = body.partition("e")
    if not exponent:
        mantissa, exponent, power = body.partition("E")
    whole, point, fraction = mantissa.partition(".")
    if not _digits(whole) or (whole[0] == "0" and len(whole) > 1) or (point and not _digits(fraction)):
        return None
    shift = 0
    if exponent:
        size = power[1:] if power[:1] in ("+", "-") else power
        if not _digits(size):
            return None
        size = size.lstrip("0")
        shift = int(size or "0") if len(size) < 7 else 10**7
        if power[0] == "-":
            shift = -shift
    digits = whole + fraction
    significant = digits.lstrip("0")
    before = len(whole) + shift - (len(digits) - len(significant))
    significant = significant.rstrip("0")
    if not significant:
        return "0"
    if before > DIGITS or len(significant) - before > DIGITS:
        raise OversizeError
    if before <= 0:
        value = "0." + "0" * -before + significant
    elif before >= len(significant):
        value = significant + "0" * (before - len(significant))
    else:
        value = significant[:before] + "." + significant[before:]
    return value if body is text else "-" + value


def _digits(text: str) -> bool:
    return text.isdigit() and text.isascii()


def json_text(value: Any, depth: int = DEPTH) -> str:
    """Canonical JSON of a value read from a source: keys sorted, no spaces, numbers (marked texts) in plain notation.

    Raises:
        OversizeError: a number in it has too many digits.
        NestingError: it is nested more than `depth` deep.
    """
    if depth < 0:
        raise NestingError
    if isinstance(value, str):
        return (plain(value[1:]) or "null") if value[:1] == MARK else encode_basestring(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(key)}:{json_text(value[key], depth - 1)}" for key in sorted(value)]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([json_text(item, depth - 1) for item in value]) + "]"
    return "null" if value is None else "true" if value else "false"
