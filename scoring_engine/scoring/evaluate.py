"""Formulas over whole columns: one function for each node of `ruleset.plan.Expr`.

`evaluate(expr, table, batch)` gives the column that `expr` has in `table`. Nothing here loops over rows; a look-up goes over
the different keys only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.ruleset.plan import Aggregate, Expr
from scoring_engine.scoring import arithmetic, calendar, segments
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.segments import Segments
from scoring_engine.scoring.tables import Groups, Table, group_rows, key_ints, match_rows, pack
from scoring_engine.scoring.vectors import (
    Bools,
    Ints,
    Number,
    Text,
    Truth,
    Vector,
    constant,
    missing_like,
    nothing,
    of_one_kind,
    order_keys,
    parse_decimal,
)


class Evaluator:
    """Evaluates expressions over one table. `quiet` keeps notices back, where a default stands in for what is missing."""

    __slots__ = ("batch", "quiet", "table")

    def __init__(self, table: Table, batch: Batch, quiet: bool = False) -> None:
        self.table = table
        self.batch = batch
        self.quiet = quiet

    def __call__(self, expr: Expr) -> Vector:
        """The column of `expr`."""
        return _NODES[expr[0]](self, expr)

    def number(self, expr: Expr) -> Number:
        """The column of an expression that is a number (or always missing)."""
        value = self(expr)
        if not isinstance(value, Number):
            raise TypeError(f"not a number: {expr!r}")
        return value

    def truth(self, expr: Expr) -> Bools:
        """Where a condition holds; missing counts as not."""
        value = self(expr)
        return value.true if isinstance(value, Truth) else np.zeros(self.table.size, bool)

    def conditions(self, exprs: Sequence[Expr]) -> Bools:
        """Where all conditions hold."""
        mask = np.ones(self.table.size, bool)
        for expr in exprs:
            mask &= self.truth(expr)
        return mask

    def on(self, table: Table) -> Evaluator:
        """The same over another table."""
        return self if table is self.table else Evaluator(table, self.batch, self.quiet)

    def hushed(self) -> Evaluator:
        """The same without notices."""
        return Evaluator(self.table, self.batch, True)

    def note(self, code: str, rows: Bools, message: Message) -> None:
        """Note `code` for `rows` of the table."""
        if not self.quiet:
            self.batch.notice(code, self.table, rows, message)


def evaluate(expr: Expr, table: Table, batch: Batch, *, quiet: bool = False) -> Vector:
    """The column that `expr` has in `table`."""
    return Evaluator(table, batch, quiet)(expr)


# --- leaves ---------------------------------------------------------------------------------------------------------


def _num(e: Evaluator, expr: Expr) -> Vector:
    return constant(expr[1], e.table.size, expr[2])


def _text(e: Evaluator, expr: Expr) -> Vector:
    return Text(np.full(e.table.size, e.batch.lexicon.code(expr[1]), np.int64))


def _bool(e: Evaluator, expr: Expr) -> Vector:
    return Truth(np.full(e.table.size, bool(expr[1])))


def _time(e: Evaluator, expr: Expr) -> Vector:
    time = calendar.parse_time(expr[1])
    return nothing(e.table.size) if time is None else constant(time, e.table.size)


def _source(e: Evaluator, expr: Expr) -> Vector:
    assert e.table.origin is not None, "only a table made by filtering has a source"
    source, rows = e.table.origin
    return source.columns[expr[1]].take(rows)


def _none(e: Evaluator, expr: Expr) -> Vector:
    return nothing(e.table.size)


def _col(e: Evaluator, expr: Expr) -> Vector:
    return e.table.columns[expr[1]]


def _ref(e: Evaluator, expr: Expr) -> Vector:
    return _joined(e, e.batch.tables["contestants"], [expr[1]], ["contestant"], expr[2])


def _far(e: Evaluator, expr: Expr) -> Vector:
    other = e.batch.tables[expr[1]]
    if not other.keys:
        return _of_competition(e, other, expr[2])
    return _joined(e, other, other.keys, other.keys, expr[2])


def _of_competition(e: Evaluator, other: Table, column: str) -> Vector:
    """A column of a table with one row a competition."""
    rows = np.full(len(e.batch.competitions), -1, np.int64)
    rows[other.competition] = np.arange(other.size)
    return _picked(other.columns[column], rows[e.table.competition])


def _joined(e: Evaluator, other: Table, own: Sequence[str], theirs: Sequence[str], column: str) -> Vector:
    """A column of the row of `other` that the own columns name; missing where there is none."""
    return _picked(other.columns[column], e.table.row_in(other, own, theirs))


def _picked(vector: Vector, rows: Ints) -> Vector:
    """The values of `rows`, missing where a row is -1."""
    known = rows >= 0
    if vector.size == 0:
        return missing_like(vector, rows.size)
    picked = vector.take(np.where(known, rows, 0))
    return picked if known.all() else picked.mask(known)


# --- parameters and look-up tables ----------------------------------------------------------------------------------


def _param(e: Evaluator, expr: Expr) -> Vector:
    result: Vector | None = None
    for value, competitions in e.batch.dated(e.batch.plan["params"][expr[1]]["values"]):
        vector = _looked_up(e, value, expr[2] if len(expr) > 2 else [], f"params.{expr[1]}")
        if competitions is None:
            return vector
        rows = competitions[e.table.competition]
        result = vector.mask(rows) if result is None else merged(rows, vector, result)
    return nothing(e.table.size) if result is None else result


def _scale(e: Evaluator, expr: Expr) -> Vector:
    return _looked_up(e, e.batch.plan["scales"][expr[1]], expr[2], f"scales.{expr[1]}")


def _index(e: Evaluator, expr: Expr) -> Vector:
    """`list column [ n ]`: the column holds lists as JSON."""
    base = e(expr[1])
    index = e(expr[2][0])
    if not isinstance(base, Text):
        return nothing(e.table.size)
    import json

    result: Vector = nothing(e.table.size)
    for code in np.unique(base.codes[base.codes >= 0]).tolist():
        items = json.loads(e.batch.lexicon.texts[code], parse_float=str, parse_int=str)
        entry = ["list", *(_literal(str(item)) for item in items)]
        rows = base.codes == code
        part = _entries(e, entry, [index.mask(rows)], "list")
        result = merged(rows, part, result)
    return result


def _literal(text: str) -> Expr:
    """A value written as text: a number where it is one."""
    number = parse_decimal(text)
    return ["text", text] if number is None else ["num", *number]


def _looked_up(e: Evaluator, value: Any, index: Sequence[Expr], name: str) -> Vector:
    """The entry of a (nested) list or mapping that the index expressions name."""
    return e(value) if not index else _entries(e, value, [e(i) for i in index], name)


def _entries(e: Evaluator, value: Any, keys: Sequence[Vector], name: str) -> Vector:
    present = np.ones(e.table.size, bool)
    for key in keys:
        present &= key.present
    packed = np.where(present, pack([key_ints([key])[0] - _lowest(key) for key in keys]), -1)
    distinct, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    texts = [key_texts(e.batch, key.take(first)) for key in keys]
    entries: list[Expr | None] = []
    for i, code in enumerate(distinct.tolist()):
        entries.append(None if code < 0 else _entry(value, [column[i] for column in texts]))
    result = _assembled(e, entries).take(inverse.reshape(e.table.size))
    absent = np.array([entry is None for entry in entries], bool)[inverse.reshape(e.table.size)] & present
    if absent.any() and not e.quiet:
        row = int(np.flatnonzero(absent)[0])
        wanted = ", ".join(column[int(inverse.reshape(e.table.size)[row])] for column in texts)
        e.note(
            "no-entry",
            absent,
            Message("{name} has no entry for {key}; add it to the rulebook or give a default with else(…)", {"name": name, "key": wanted}),
        )
    return result


def _lowest(key: Vector) -> int:
    """What makes number keys non-negative for packing."""
    if isinstance(key, Number) and key.size:
        ints = key_ints([key])[0]
        return min(0, int(ints.min()))
    return 0


def _entry(value: Any, keys: Sequence[str]) -> Expr | None:
    """The entry that `keys` name; lists count from 1."""
    for key in keys:
        if not isinstance(value, list):
            return None
        if value[0] == "map":
            value = value[1].get(key)
        elif value[0] == "list":
            value = value[int(key)] if key.isdigit() and 1 <= int(key) < len(value) else None
        else:
            return None
        if value is None:
            return None
    return value if isinstance(value, list) else None


def _assembled(e: Evaluator, entries: Sequence[Expr | None]) -> Vector:
    """Literal entries as a column."""
    kinds = {entry[0] for entry in entries if entry is not None}
    ok = np.array([entry is not None for entry in entries], bool)
    if kinds == {"text"}:
        return Text(np.array([-1 if entry is None else e.batch.lexicon.code(entry[1]) for entry in entries], np.int64))
    if kinds == {"bool"}:
        return Truth(np.array([entry is not None and bool(entry[1]) for entry in entries], bool), ok)
    if kinds <= {"num"}:
        places = max((entry[2] for entry in entries if entry is not None), default=0)
        ints = [0 if entry is None else entry[1] * 10 ** (places - entry[2]) for entry in entries]
        return Number(np.array(ints, np.int64), 10**places, ok)
    raise TypeError(f"entries of different kinds: {', '.join(sorted(kinds))}")


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


def _band(e: Evaluator, expr: Expr) -> Vector:
    """The entry of the largest key that is not above the value."""
    value = e.number(expr[2])
    result: Vector = nothing(e.table.size)
    found = np.zeros(e.table.size, bool)
    for mapping, competitions in _mappings(e, expr[1]):
        rows = np.ones(e.table.size, bool) if competitions is None else competitions[e.table.competition]
        for threshold, entry in _thresholds(mapping):
            reached = rows & arithmetic.compare(">=", value, constant(threshold[0], e.table.size, threshold[1])).true
            found |= reached
            result = merged(reached, e(entry), result)
    e.note(
        "no-entry",
        value.present & ~found,
        Message("{name} has no band as low as the value; add one to the rulebook", {"name": f"{expr[1][0]}s.{expr[1][1]}"}),
    )
    return result


def _mappings(e: Evaluator, node: Expr) -> list[tuple[Any, Bools | None]]:
    """The mappings that a param or scale node leads to, each with the competitions for which it is in force (None: all)."""
    keys = [str(index[1]) for index in node[2]]
    if node[0] == "scale":
        return [(_entry(e.batch.plan["scales"][node[1]], keys), None)]
    return [(_entry(value, keys), competitions) for value, competitions in e.batch.dated(e.batch.plan["params"][node[1]]["values"])]


def _thresholds(mapping: Any) -> list[tuple[tuple[int, int], Expr]]:
    """The numeric keys of a mapping in ascending order, with their entries."""
    keys = [(parsed, entry) for key, entry in (mapping[1] if mapping else {}).items() if (parsed := parse_decimal(key)) is not None]
    most = max((places for (_, places), _ in keys), default=0)
    return sorted(keys, key=lambda item: item[0][0] * 10 ** (most - item[0][1]))


# --- operators ------------------------------------------------------------------------------------------------------


def _op(e: Evaluator, expr: Expr) -> Vector:
    _, op, left, right = expr
    if op in ("and", "or"):
        first, second = e.truth(left), e.truth(right)
        return Truth(first & second if op == "and" else first | second)
    if op == "in":
        return _in(e, left, right)
    if op in arithmetic.COMPARISONS:
        return _comparison(e, op, e(left), e(right))
    a, b = e.number(left), e.number(right)
    if op == "+":
        return arithmetic.add(a, b)
    if op == "-":
        return arithmetic.subtract(a, b)
    if op == "*":
        return arithmetic.multiply(a, b)
    quotient, zero = arithmetic.divide(a, b)
    _by_zero(e, zero)
    return quotient


def _by_zero(e: Evaluator, zero: Bools) -> None:
    e.note("division-by-zero", zero, Message("the denominator is 0, so there is no value; say what holds then with else(…)"))


def _comparison(e: Evaluator, op: str, a: Vector, b: Vector) -> Truth:
    if isinstance(a, Number) and isinstance(b, Number):
        return arithmetic.compare(op, a, b)
    ok = a.present & b.present
    if type(a) is not type(b):
        return Truth(np.zeros(ok.size, bool), np.zeros(ok.size, bool))
    left, right = key_ints([a, b])
    return Truth(np.asarray(arithmetic.COMPARISONS[op](left, right), bool), ok)


def _in(e: Evaluator, left: Expr, right: Expr) -> Truth:
    """`x in [a, b]` and `x in params.list`."""
    value = e(left)
    if right[0] == "param":
        found = np.zeros(e.table.size, bool)
        for entry, competitions in e.batch.dated(e.batch.plan["params"][right[1]]["values"]):
            hit = _member(e, value, entries_of(entry) or [])
            found |= hit if competitions is None else hit & competitions[e.table.competition]
        return Truth(found, value.present)
    return Truth(_member(e, value, right[1:]), value.present)


def entries_of(value: Any) -> list[Expr] | None:
    """What is in a list, or the keys of a mapping; None for a single value."""
    if value[0] == "map":
        return [["text", key] for key in value[1]]
    return list(value[1:]) if value[0] == "list" else None


def _member(e: Evaluator, value: Vector, items: Sequence[Expr]) -> Bools:
    found = np.zeros(e.table.size, bool)
    for item in items:
        found |= _comparison(e, "==", value, e(item)).true
    return found


def _not(e: Evaluator, expr: Expr) -> Vector:
    value = e(expr[1])
    return Truth(~value.values, value.ok) if isinstance(value, Truth) else Truth(np.ones(e.table.size, bool))


def _neg(e: Evaluator, expr: Expr) -> Vector:
    return arithmetic.negate(e.number(expr[1]))


def _round(e: Evaluator, expr: Expr) -> Vector:
    return arithmetic.rounded(e.number(expr[1]), expr[2], expr[3])


# --- functions of one row -------------------------------------------------------------------------------------------


def _call(e: Evaluator, expr: Expr) -> Vector:
    return _FUNCTIONS[expr[1]](e, expr[2:])


def _whole(expr: Expr) -> int:
    """A literal whole number."""
    number, places = int(expr[1]), int(expr[2])
    return int(number // 10**places)


def _rounding(mode: str) -> Callable[[Evaluator, Sequence[Expr]], Vector]:
    def apply(e: Evaluator, args: Sequence[Expr]) -> Vector:
        chosen = args[2][1] if len(args) > 2 else mode
        return arithmetic.rounded(e.number(args[0]), _whole(args[1]) if len(args) > 1 else 0, chosen)

    return apply


def merged(condition: Bools, a: Vector, b: Vector) -> Vector:
    """a where the condition holds, else b. A column that is missing throughout takes the other's kind."""
    left, right = of_one_kind([a, b])
    if isinstance(left, Number) and isinstance(right, Number):
        return arithmetic.choose(condition, left, right)
    if isinstance(left, Text) and isinstance(right, Text):
        return Text(np.where(condition, left.codes, right.codes))
    assert isinstance(left, Truth)
    assert isinstance(right, Truth)
    return Truth(np.where(condition, left.values, right.values), np.where(condition, left.present, right.present))


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
    _by_zero(e, zero)
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
            value = _entry(value, [str(index[1])]) or ["list"]
        count = constant(len(value[1]) if value[0] == "map" else len(value) - 1, e.table.size)
        rows = np.ones(e.table.size, bool) if competitions is None else competitions[e.table.competition]
        result = merged(rows, count, result)
    return result


_FUNCTIONS: dict[str, Callable[[Evaluator, Sequence[Expr]], Vector]] = {
    "round": _rounding("half_up"),
    "floor": _rounding("floor"),
    "ceiling": _rounding("ceiling"),
    "truncate": _rounding("truncate"),
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


# --- aggregates and places ------------------------------------------------------------------------------------------


def _grouped(e: Evaluator, agg: Aggregate) -> tuple[Table, Groups, Ints]:
    """The table looked at, the groups of the own rows, and the group of each row of that table."""
    if agg["within"] is not None:
        groups = group_rows(e.table, agg["within"])
        return e.table, groups, groups.index
    other = e.batch.tables[agg["table"]]
    pairs = agg["on"]
    groups, theirs = match_rows(e.table, [own for own, _ in pairs], other, [their for _, their in pairs])
    return other, groups, theirs


def _agg(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    other, groups, theirs = _grouped(e, agg)
    eyes = e.on(other)
    if agg["where"]:
        theirs = np.where(eyes.conditions(agg["where"]), theirs, -1)
    op = agg["op"]
    value = eyes(agg["expr"]) if op != "count" else None
    gaps = _gaps(value, theirs, groups.count) if op not in ("count", "any", "all", "first", "last") else None
    if agg["running"]:
        return _running(e, agg, eyes, value if isinstance(value, Number) else None, theirs, groups.count)
    theirs = _left_in(e, agg, eyes, value, theirs, groups)
    result, empty = _reduced(eyes, agg, value, theirs, groups.count)
    if gaps is not None:
        result = result.mask(~gaps)
    spread = _picked(result, groups.index)
    if agg["empty"] is not None and empty.any():
        hollow = empty[groups.index] & (groups.index >= 0)
        spread = merged(hollow, e(agg["empty"]), spread)
    return spread


def _gaps(value: Vector | None, theirs: Ints, count: int) -> Bools | None:
    """The groups in which a value is missing."""
    if value is None or value.present.all():
        return None
    gaps = np.zeros(count + 1, bool)
    gaps[theirs[~value.present & (theirs >= 0)]] = True
    return gaps[:count]


def _left_in(e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Vector | None, theirs: Ints, groups: Groups) -> Ints:
    """The groups of the rows that best, drop, middle and trim leave in; -1 for the others."""
    trim = agg["trim"] if agg["trim"] and (agg["trim"]["high"] or agg["trim"]["low"]) else None
    if agg["best"] is None and agg["drop"] is None and agg["middle"] is None and trim is None:
        return theirs
    sorted_rows, keep = _kept(e, agg, eyes, value, theirs, groups, trim)
    result = np.full(theirs.size, -1, np.int64)
    result[sorted_rows.order[keep]] = sorted_rows.group[keep]
    return result


def _kept(
    e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Vector | None, theirs: Ints, groups: Groups, trim: dict[str, int] | None
) -> tuple[Segments, Bools]:
    """The segments sorted best first, and which of their rows are left in."""
    by = eyes(agg["by"]) if agg["by"] is not None else value
    keys = [] if by is None else order_keys(by, descending=agg["order"] == "down")
    ordered = Segments(theirs, groups.count, keys)
    if trim is not None and trim["from"]:
        short = (ordered.counts < trim["from"]) & (ordered.counts > 0)
        e.note(
            "panel-small",
            short[groups.index] & (groups.index >= 0),
            Message("fewer than {least} values, so none is left out; see the rulebook's trim", {"least": str(trim["from"])}),
        )
    keep = segments.kept(
        ordered,
        best=_each_group(e, agg["best"], groups),
        drop=_each_group(e, agg["drop"], groups),
        middle=_each_group(e, agg["middle"], groups),
        trim=trim,
    )
    return ordered, keep


def _each_group(e: Evaluator, expr: Expr | None, groups: Groups) -> Ints | None:
    """A whole number for each group, from its first row; 0 where missing."""
    if expr is None:
        return None
    value = arithmetic.rounded(e.number(expr), 0, "floor")
    result = np.zeros(groups.count + 1, np.int64)
    rows = np.flatnonzero(groups.index >= 0)[::-1]
    result[groups.index[rows]] = np.where(value.present, value.num, 0).astype(np.int64)[rows]
    return result[: groups.count]


def _reduced(eyes: Evaluator, agg: Aggregate, value: Vector | None, theirs: Ints, count: int) -> tuple[Vector, Bools]:
    """One value for each group, and which groups are empty."""
    op = agg["op"]
    if op == "count":
        counts = np.bincount(theirs[theirs >= 0], minlength=count).astype(np.int64)
        return Number(counts), np.zeros(count, bool)
    assert value is not None
    if op in ("first", "last"):
        by = eyes(agg["by"]) if agg["by"] is not None else None
        ordered = Segments(theirs, count, [] if by is None else order_keys(by, descending=agg["order"] == "down"))
        at = ordered.starts if op == "first" else ordered.starts + ordered.counts - 1
        filled = ordered.counts > 0
        rows = np.full(count, -1, np.int64)
        rows[filled] = ordered.order[at[filled]]
        return _picked(value, rows), ~filled
    parts = Segments(theirs, count)
    empty = parts.counts == 0
    if op in ("any", "all"):
        true = value.true if isinstance(value, Truth) else np.zeros(value.size, bool)
        hits = np.bincount(parts.group[true[parts.order]], minlength=count)
        return Truth(hits > 0 if op == "any" else hits == parts.counts), np.zeros(count, bool)
    if op == "distinct":
        return Number(segments.distinct(parts, value)), np.zeros(count, bool)
    if op in ("min", "max"):
        return _picked(value, segments.extreme(parts, value, largest=op == "max")), empty
    if not isinstance(value, Number):
        raise TypeError(f"{op} of what is not a number")
    result = {
        "sum": lambda: segments.total(parts, value),
        "product": lambda: segments.product(parts, value),
        "median": lambda: segments.median(theirs, count, value),
        "mean": lambda: _mean(parts, value),
    }[op]()
    return result.mask(~empty), empty


def _mean(parts: Segments, value: Number) -> Number:
    total = segments.total(parts, value)
    return arithmetic.divide(total, Number(np.maximum(parts.counts, 1)))[0]


def _running(e: Evaluator, agg: Aggregate, eyes: Evaluator, value: Number | None, theirs: Ints, count: int) -> Vector:
    """Cumulated over the own table's rows in the order `by`."""
    by = eyes(agg["by"]) if agg["by"] is not None else None
    ordered = Segments(theirs, count, [] if by is None else order_keys(by, descending=agg["order"] == "down"))
    through = segments.running(ordered, agg["op"], value)
    rows = np.full(e.table.size, -1, np.int64)
    rows[ordered.order] = np.arange(ordered.order.size)
    return _picked(through, rows)


def _place(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    _, groups, theirs = _grouped(e, agg)
    value = e(agg["expr"])
    theirs = np.where(e.conditions(agg["where"]) & value.present, theirs, -1)
    keys = order_keys(value, descending=agg["order"] == "down")
    if agg["by"] is not None:
        keys = [*keys, *order_keys(e(agg["by"]), descending=False)]
    ordered = Segments(theirs, groups.count, keys)
    place, den = segments.places(ordered, keys, agg["ties"])
    result = np.zeros(e.table.size, np.int64)
    result[ordered.order] = place
    return Number(result, den, theirs >= 0)


def _keep(e: Evaluator, expr: Expr) -> Vector:
    agg: Aggregate = expr[1]
    _, groups, theirs = _grouped(e, agg)
    value = e(agg["expr"])
    theirs = np.where(e.conditions(agg["where"]), theirs, -1)
    ordered, keep = _kept(e, agg, e, value, theirs, groups, agg["trim"])
    result = np.zeros(e.table.size, bool)
    result[ordered.order[keep]] = True
    return Truth(result)


_NODES: dict[str, Callable[[Evaluator, Expr], Vector]] = {
    "num": _num,
    "text": _text,
    "bool": _bool,
    "time": _time,
    "source": _source,
    "none": _none,
    "col": _col,
    "ref": _ref,
    "far": _far,
    "param": _param,
    "scale": _scale,
    "index": _index,
    "band": _band,
    "op": _op,
    "not": _not,
    "neg": _neg,
    "call": _call,
    "agg": _agg,
    "place": _place,
    "keep": _keep,
    "round": _round,
}
