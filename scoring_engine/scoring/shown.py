"""Values as texts: the keys of look-up tables, decimals for messages."""

from __future__ import annotations

from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.vectors import (
    Text,
    Truth,
    Vector,
)


def key_texts(batch: Batch, vector: Vector) -> list[str]:
    """The text form of values as keys of look-up tables: 3, 0.5, DNF, true."""
    if isinstance(vector, Text):
        return batch.lexicon.decode(vector.codes)
    if isinstance(vector, Truth):
        return ["true" if v else "false" for v in vector.true.tolist()]
    dens = [vector.den] * vector.size if isinstance(vector.den, int) else vector.den.tolist()
    return [decimal_text(num, den) for num, den in zip(vector.num.tolist(), dens, strict=True)]


def decimal_text(num: int, den: int) -> str:
    """num/den as a decimal without trailing zeros, or as n/d where it is none."""
    whole, rest = divmod(abs(num), den)
    sign = "-" if num < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    digits = ""
    while rest and len(digits) < 20:
        digit, rest = divmod(rest * 10, den)
        digits += str(digit)
    return f"{sign}{whole}.{digits}" if not rest else f"{num}/{den}"
