"""Marks and sheets that stand out by the rule that the rulebook declares (`outlier:` of a panel). They are pointed out; no result changes.

All of it is exact: marks, their middle and the limits are fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.review.concordance import median
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.vectors import Number, Text

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr
    from scoring_engine.scoring.batch import Batch
    from scoring_engine.scoring.tables import Table

Line = tuple[str, ...]
"""What the judges of a panel mark alike: contestant, keys of the sheet and, where marks are compared, criterion."""


class Outlying(NamedTuple):
    """A mark, or a weighted sheet, that stands out. `middle` is the median of all judges', `allowed` the largest distance
    from it that does not stand out."""

    line: Line
    judge: str
    value: Fraction
    middle: Fraction
    allowed: Fraction


def standing_out(values: Sequence[Fraction], allowed: Fraction) -> list[int]:
    """The places of the values that lie farther than `allowed` from the median of all. That of the others alone would be drawn along by
    the one that is wrong, and in a small panel the right ones would stand out from it, too.

    >>> standing_out([Fraction(8), Fraction(9), Fraction(5)], Fraction(2))
    [2]
    """
    middle = median(values)
    return [at for at, value in enumerate(values) if abs(value - middle) > allowed]


def outlying(batch: Batch, competition: int, contestant: str = "") -> list[Outlying]:
    """What stands out in a competition (of one contestant, where one is named), in the order of its lines; nothing where the rulebook
    declares no rule.

    competition   index in the batch
    """
    panel = batch.stage["panel"]
    rule = panel["outlier"] if panel else None
    if panel is None or rule is None:
        return []
    sheets = panel["of"] == "judge"
    table = batch.tables["sheets" if sheets else "marks"]
    ranges = _ranges(batch, competition, sheets)
    found: list[Outlying] = []
    for line, given in _lines(batch, table, competition, contestant).items():
        if len(given) < rule["from"]:
            continue
        allowed = _allowed(rule["distance"], rule["share"], ranges["" if sheets else line[-1]])
        values = [value for _, value in given]
        found += [Outlying(line, given[at][0], values[at], median(values), allowed) for at in standing_out(values, allowed)]
    return found


def _allowed(distance: Expr | None, share: Expr | None, range: Fraction) -> Fraction:
    """The largest distance that does not stand out, by either of the limits."""
    limits = [] if distance is None else [number(distance)]
    if share is not None:
        limits.append(number(share) * range / 100)
    return min(limits)


def number(node: Expr) -> Fraction:
    """A number of the plan."""
    return Fraction(node[1], 10 ** node[2])


def _ranges(batch: Batch, competition: int, sheets: bool) -> dict[str, Fraction]:
    """How far apart two marks of each criterion can lie; of whole sheets under ""."""
    table = batch.tables["criteria"]
    part = table.take("criteria", np.flatnonzero(table.competition == competition))
    low, best, weight = ([value or Fraction() for value in _fractions(part, name)] for name in ("low", "best", "weight"))
    apart = [top - bottom for top, bottom in zip(best, low, strict=True)]
    if sheets:
        return {"": sum((abs(by) * far for by, far in zip(weight, apart, strict=True)), Fraction())}
    return dict(zip(key_texts(batch, part.columns["criterion"]), apart, strict=True))


def _lines(batch: Batch, table: Table, competition: int, contestant: str) -> dict[Line, list[tuple[str, Fraction]]]:
    """The values of each line by judge; those that are missing are left out."""
    wanted = table.competition == competition
    if contestant:
        who = table.columns["contestant"]
        assert isinstance(who, Text)
        wanted = wanted & (who.codes == batch.lexicon.code(contestant))
    part = table.take(table.name, np.flatnonzero(wanted))
    names = [name for name in table.keys if name != "judge"]
    columns = [key_texts(batch, part.columns[name]) for name in (*names, "judge")]
    found: dict[Line, list[tuple[str, Fraction]]] = {}
    for *line, judge, value in zip(*columns, _fractions(part, "value"), strict=True):
        if value is not None:
            found.setdefault(tuple(line), []).append((judge, value))
    return found


def _fractions(table: Table, name: str) -> list[Fraction | None]:
    vector = table.columns[name]
    assert isinstance(vector, Number)
    dens = [vector.den] * vector.size if isinstance(vector.den, int) else vector.den.tolist()
    rows = zip(vector.num.tolist(), dens, vector.present.tolist(), strict=True)
    return [Fraction(int(num), int(den)) if ok else None for num, den, ok in rows]
