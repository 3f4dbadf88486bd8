"""Functions of one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring import arithmetic, calendar
from scoring_engine.scoring.choosing import merged
from scoring_engine.scoring.entries import entry_of
from scoring_engine.scoring.evaluator import NODES, Evaluator
from scoring_engine.scoring.operators import by_zero
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.tables import key_ints
from scoring_engine.scoring.vectors import (
    Bools,
    Number,
    Text,
    Truth,
    Vector,
    constant,
    nothing,
)

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


def _call(e: Evaluator, expr: Expr) -> Vector:
    return _FUNCTIONS[expr[1]](e, expr[2:])


def _whole(expr: Expr) -> int:
    """A literal whole number."""
    number, places = int(expr[1]), int(expr[2])
    return int(number // 10**places)


def _if(e: Evaluator, args: Sequence[Expr]) -> Vector:
    """Notices of a branch count only in the rows that take it."""
    condition = e.truth(args[0])
    return merged(condition, _on_rows(e, args[1], condition), _on_rows(e, args[2], ~condition))


def _on_rows(e: Evaluator, expr: Expr, rows: Bools) -> Vector:
    """The column of `expr`, with notices only from `rows`."""
    before = len(e.batch.notices)
    value = e(expr)
    if len(e.batch.notices) > before and not rows.all():
        del e.batch.notices[before:]
        part = e.table.take(e.table.name, rows)
        Evaluator(part, e.batch, e.quiet)(expr)
    return value


def _else(e: Evaluator, args: Sequence[Expr]) -> Vector:
    value = e.hushed()(args[0])
    return merged(value.present, value, e(args[1]))


def _has(e: Evaluator, args: Sequence[Expr]) -> Vector:
    return Truth(e.hushed()(args[0]).present)


def _pick(sign: str) -> Callable[[Evaluator, Sequence[Expr]], Vector]:
    def apply(e: Evaluator, args: Sequence[Expr]) -> Vector:
        result = e.number(args[0])
        for arg in args[1:]:
            other = e.number(arg)
            better = arithmetic.compare(sign, other, result)
            result = arithmetic.choose(better.true, other, result).mask(other.present & result.present)
        return result

    return apply


def _power(e: Evaluator, args: Sequence[Expr]) -> Vector:
    result, bad = arithmetic.power(e.number(args[0]), e.number(args[1]), _whole(args[2]) if len(args) > 2 else 12)
    e.note("no-power", bad, Message("a power of a negative number has no value here; test the base first"))
    return result


def _mod(e: Evaluator, args: Sequence[Expr]) -> Vector:
    result, zero = arithmetic.modulo(e.number(args[0]), e.number(args[1]))
    by_zero(e, zero)
    return result


def _abs(e: Evaluator, args: Sequence[Expr]) -> Vector:
    return arithmetic.absolute(e.number(args[0]))


def _window(e: Evaluator, args: Sequence[Expr]) -> Vector:
    """The id of the window that a time falls into."""
    name = args[0][1]
    time = e.number(args[1])
    codes, outside = calendar.window_codes(time, e.batch.plan["windows"][name]["rows"], e.batch.lexicon)
    e.note(
        "outside-windows",
        outside,
        Message("the time lies outside all windows of {name}; record it within one, or widen them", {"name": name}),
    )
    return codes


def _calendar(function: Callable[[Number], Number]) -> Callable[[Evaluator, Sequence[Expr]], Vector]:
    return lambda e, args: function(e.number(args[0]))


def _days(e: Evaluator, args: Sequence[Expr]) -> Vector:
    return arithmetic.subtract(calendar.day(e.number(args[1])), calendar.day(e.number(args[0])))


def _after(e: Evaluator, args: Sequence[Expr]) -> Vector:
    return calendar.after(e.number(args[0]), arithmetic.rounded(e.number(args[1]), 0, "floor"))


def _age(e: Evaluator, args: Sequence[Expr]) -> Vector:
    return calendar.age(e.number(args[0]), e.number(args[1]))


def _to_text(e: Evaluator, args: Sequence[Expr]) -> Vector:
    value = e(args[0])
    if isinstance(value, Text):
        return value
    ints = key_ints([value])[0]
    _, first, inverse = np.unique(ints, return_index=True, return_inverse=True)
    codes = e.batch.lexicon.codes(key_texts(e.batch, value.take(first)))
    return Text(codes[inverse.reshape(e.table.size)]).mask(value.present)


def _size(e: Evaluator, args: Sequence[Expr]) -> Vector:
    """The number of entries of a list or mapping parameter."""
    result: Vector = nothing(e.table.size)
    for value, competitions in e.batch.dated(e.batch.plan["params"][args[0][1]]["values"]):
        for index in args[0][2] if len(args[0]) > 2 else []:
            value = entry_of(value, [str(index[1])]) or ["list"]
        count = constant(len(value[1]) if value[0] == "map" else len(value) - 1, e.table.size)
        rows = np.ones(e.table.size, bool) if competitions is None else competitions[e.table.competition]
        result = merged(rows, count, result)
    return result


_FUNCTIONS: dict[str, Callable[[Evaluator, Sequence[Expr]], Vector]] = {
    "abs": _abs,
    "least": _pick("<"),
    "greatest": _pick(">"),
    "if": _if,
    "else": _else,
    "has": _has,
    "power": _power,
    "mod": _mod,
    "window": _window,
    "weekday": _calendar(calendar.weekday),
    "day": _calendar(calendar.day),
    "month": _calendar(calendar.month),
    "year": _calendar(calendar.year),
    "days": _days,
    "after": _after,
    "age": _age,
    "text": _to_text,
    "size": _size,
}


NODES.update(call=_call)
