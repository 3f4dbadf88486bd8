"""Formulas of a compiled rulebook as functions of one row.

`bind` makes the function of an expression over a table; what it aggregates or looks up is found then, once. `NODES`, `CALLS` and the
tables of `numbers` say what is vouched for; an expression with anything else is not for this room, and neither is one that would make
the general engine note something else than a group too small to be trimmed: a denominator of 0, no entry for a key.

Both sides of `and`, `or` and `else` are evaluated, as there, for what they might have noted; of `if` only the branch taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from scoring_engine.scoring.entries import entry_of
from scoring_engine.scoring.words import too_few
from scoring_engine.single import numbers
from scoring_engine.single.numbers import Ratio, ratio, rounded
from scoring_engine.single.table import SOURCE, Contest, Row, Table, Value
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Aggregate, Expr

Function: TypeAlias = "Callable[[Row], Any]"
"""Of a row, its `Value`."""


class Eyes:
    """The table over which an expression is; `quiet` where a default stands in for what is missing."""

    __slots__ = ("contest", "quiet", "table")

    def __init__(self, contest: Contest, table: Table, quiet: bool = False) -> None:
        self.contest = contest
        self.table = table
        self.quiet = quiet

    def on(self, table: Table) -> Eyes:
        """The same over another table."""
        return Eyes(self.contest, table, self.quiet)

    def bind(self, expr: Expr) -> Function:
        """The function of an expression."""
        node = NODES.get(expr[0])
        if node is None:
            raise Unsure(f"a formula with {expr[0]}")
        return node(self, expr)

    def number(self, expr: Expr) -> Callable[[Row], Ratio | None]:
        """The function of an expression that is a number."""
        function = self.bind(expr)

        def checked(row: Row) -> Ratio | None:
            value = function(row)
            if value is not None and type(value) is not tuple:
                raise Unsure("what should be a number")
            return value

        return checked

    def conditions(self, exprs: Sequence[Expr]) -> Callable[[Row], bool]:
        """Whether all conditions hold; a missing one does not."""
        functions = [self.bind(expr) for expr in exprs]

        def holds(row: Row) -> bool:
            met = [function(row) is True for function in functions]  # each of them, for what it might note
            return all(met)

        return holds

    def named(self, name: str) -> Table:
        """A table of the contest."""
        table = self.contest.tables.get(name)
        if table is None:
            raise Unsure(f"the table {name}")
        return table


# ---- literals and columns ---------------------------------------------------------------------------------------------------


def _constant(value: Value) -> Function:
    return lambda row: value


def _col(eyes: Eyes, expr: Expr) -> Function:
    name = expr[1]
    if name not in eyes.table.columns:
        raise Unsure(f"the column {eyes.table.name}.{name}")
    return lambda row: row[name]


def _source(eyes: Eyes, expr: Expr) -> Function:
    name = expr[1]
    if not all(SOURCE in row and name in row[SOURCE] for row in eyes.table.rows):
        raise Unsure(f"the column {name} of a source")
    return lambda row: row[SOURCE][name]


def _far(eyes: Eyes, expr: Expr) -> Function:
    other = eyes.named(expr[1])
    return _joined(eyes, other, other.keys, other.keys, expr[2])


def _ref(eyes: Eyes, expr: Expr) -> Function:
    return _joined(eyes, eyes.named("contestants"), [expr[1]], ["contestant"], expr[2])


def _joined(eyes: Eyes, other: Table, own: Sequence[str], theirs: Sequence[str], column: str) -> Function:
    """A column of the last row of `other` that the own columns name."""
    if column not in other.columns or not set(own) <= eyes.table.columns:
        raise Unsure(f"the column {other.name}.{column}")
    found = {key: rows[-1] for key, rows in other.groups(theirs).items()}

    def look(row: Row) -> Value:
        there = found.get(tuple([row[name] for name in own]))
        return None if there is None else there[column]

    return look


# ---- parameters -------------------------------------------------------------------------------------------------------------


def in_force(contest: Contest, name: str) -> Any:
    """The value of a parameter on the day of the contest; where the day is not known, the last one."""
    values = contest.plan["params"][name]["values"]
    starts = [start for start, _ in values]
    if starts != sorted(starts):
        raise Unsure("a parameter whose dates are not in order")
    for start, value in reversed(values):
        if not start or not contest.day or start <= contest.day:
            return value
    raise Unsure("a parameter that is not in force")


def _param(eyes: Eyes, expr: Expr) -> Function:
    return _looked_up(eyes, in_force(eyes.contest, expr[1]), expr[2] if len(expr) > 2 else [])


def _scale(eyes: Eyes, expr: Expr) -> Function:
    return _looked_up(eyes, eyes.contest.plan["scales"][expr[1]], expr[2])


def _looked_up(eyes: Eyes, value: Any, index: Sequence[Expr]) -> Function:
    if not index:
        return _constant(literal(value))
    keys = [eyes.bind(key) for key in index]
    kinds = set()

    def look(row: Row) -> Value:
        wanted = [key(row) for key in keys]
        if None in wanted:
            return None
        entry = entry_of(value, [_key(key) for key in wanted])
        if entry is None:
            if eyes.quiet:
                return None
            raise Unsure("no entry for a key")
        kinds.add(entry[0])
        if len(kinds) > 1:
            raise Unsure("entries of different kinds")
        return literal(entry)

    return look


def _key(value: Value) -> str:
    """A text or a whole number as the key of a look-up table."""
    if type(value) is str:
        return value
    if type(value) is not tuple or value[1] != 1:
        raise Unsure("an odd key")
    return str(value[0])


def literal(expr: Any) -> Value:
    """The value of a literal."""
    if expr[0] == "num":
        return ratio(expr[1], 10 ** expr[2])
    if expr[0] in ("text", "bool"):
        value: Value = str(expr[1]) if expr[0] == "text" else bool(expr[1])
        return value
    raise Unsure(f"a literal {expr[0]}")


def members(contest: Contest, expr: Expr) -> list[Value]:
    """What is in a list of literals, in a parameter that is a list, or the keys of one that is a mapping."""
    if expr[0] == "list":
        return [literal(item) for item in expr[1:]]
    value = in_force(contest, expr[1]) if expr[0] == "param" and not expr[2] else ["?"]
    if value[0] == "map":
        return list(value[1])
    if value[0] != "list":
        raise Unsure("not a list")
    return [literal(item) for item in value[1:]]


# ---- operators --------------------------------------------------------------------------------------------------------------


def _op(eyes: Eyes, expr: Expr) -> Function:
    _, op, left, right = expr
    if op in numbers.ARITHMETIC:
        return _arithmetic(eyes, numbers.ARITHMETIC[op], left, right)
    if op in numbers.COMPARISONS:
        a, b = eyes.bind(left), eyes.bind(right)
        return lambda row: compared(op, a(row), b(row))
    if op == "/":
        return _divided(eyes, left, right)
    if op == "in":
        value, wanted = eyes.bind(left), members(eyes.contest, right)
        return lambda row: None if (own := value(row)) is None else any(compared("==", own, one) is True for one in wanted)
    if op not in ("and", "or"):
        raise Unsure(f"the operator {op}")
    a, b, whole = eyes.bind(left), eyes.bind(right), op == "and"

    def result(row: Row) -> bool:
        first, second = a(row) is True, b(row) is True
        return first and second if whole else first or second

    return result


def _arithmetic(eyes: Eyes, apply: Callable[[Ratio, Ratio], Ratio], left: Expr, right: Expr) -> Function:
    a, b = eyes.number(left), eyes.number(right)

    def result(row: Row) -> Ratio | None:
        x, y = a(row), b(row)
        return None if x is None or y is None else apply(x, y)

    return result


def _divided(eyes: Eyes, left: Expr, right: Expr) -> Function:
    a, b = eyes.number(left), eyes.number(right)

    def result(row: Row) -> Ratio | None:
        x, y = a(row), b(row)
        if y is not None and y[0] == 0:
            if eyes.quiet:
                return None
            raise Unsure("a denominator of 0")
        return None if x is None or y is None else ratio(x[0] * y[1], x[1] * y[0])

    return result


def compared(op: str, a: Value, b: Value) -> bool | None:
    """`a op b`; missing where one is, or where they are of different kinds."""
    if a is None or b is None or type(a) is not type(b):
        return None
    if type(a) is tuple and type(b) is tuple:
        return numbers.COMPARISONS[op](a, b)
    if op not in ("==", "!="):
        raise Unsure("an order of what is no number")
    return (a == b) == (op == "==")


TRUTHS = {"op": ("==", "!=", "<", "<=", ">", ">=", "and", "or", "in"), "call": ("has",), "not": (), "bool": ()}
"""Expressions that are truth values for certain, of which `not` is vouched for: by node, what must follow ((): anything)."""


def _not(eyes: Eyes, expr: Expr) -> Function:
    of = expr[1]
    if of[0] == "col":
        plan = eyes.contest.stage["tables"].get(eyes.table.name)
        truth = plan is not None and of[1] in plan["columns"] and plan["columns"][of[1]]["kind"] == "truth"
    else:
        truth = of[0] in TRUTHS and (not TRUTHS[of[0]] or of[1] in TRUTHS[of[0]])
    if not truth:
        raise Unsure("a denial of what may be no truth value")
    value = eyes.bind(of)
    return lambda row: None if (own := value(row)) is None else not own


def _neg(eyes: Eyes, expr: Expr) -> Function:
    value = eyes.number(expr[1])
    return lambda row: None if (own := value(row)) is None else (-own[0], own[1])


def _round(eyes: Eyes, expr: Expr) -> Function:
    value, places, mode = eyes.number(expr[1]), expr[2], expr[3]
    return lambda row: None if (own := value(row)) is None else rounded(own, places, mode)


# ---- functions --------------------------------------------------------------------------------------------------------------


def _call(eyes: Eyes, expr: Expr) -> Function:
    call = CALLS.get(expr[1])
    if call is None:
        raise Unsure(f"the function {expr[1]}")
    return call(eyes, expr[2:])


def _if(eyes: Eyes, args: Sequence[Expr]) -> Function:
    condition, first, second = map(eyes.bind, args)
    return lambda row: first(row) if condition(row) is True else second(row)


def _else(eyes: Eyes, args: Sequence[Expr]) -> Function:
    value, other = Eyes(eyes.contest, eyes.table, True).bind(args[0]), eyes.bind(args[1])

    def result(row: Row) -> Value:
        own: Value = value(row)
        instead: Value = other(row)
        return instead if own is None else own

    return result


def _has(eyes: Eyes, args: Sequence[Expr]) -> Function:
    value = Eyes(eyes.contest, eyes.table, True).bind(args[0])
    return lambda row: value(row) is not None


def _pick(sign: str) -> Callable[[Eyes, Sequence[Expr]], Function]:
    better = numbers.COMPARISONS[sign]

    def bind(eyes: Eyes, args: Sequence[Expr]) -> Function:
        functions = [eyes.number(arg) for arg in args]

        def result(row: Row) -> Ratio | None:
            values = [function(row) for function in functions]
            best = values[0]
            for value in values[1:]:
                if value is None or best is None:
                    return None
                if better(value, best):
                    best = value
            return best

        return result

    return bind


def _abs(eyes: Eyes, args: Sequence[Expr]) -> Function:
    value = eyes.number(args[0])
    return lambda row: None if (own := value(row)) is None else (abs(own[0]), own[1])


# ---- aggregates -------------------------------------------------------------------------------------------------------------


def _agg(eyes: Eyes, expr: Expr) -> Function:
    """One value for each group of rows, found at once."""
    agg: Aggregate = expr[1]
    op, trim = agg["op"], agg["trim"]
    trims = bool(trim and (trim["high"] or trim["low"]))
    unlike = agg["running"] or any(agg[name] is not None for name in ("by", "best", "drop", "middle"))
    if unlike or (trims and agg["within"] is not None):
        raise Unsure("an aggregate in an order")
    other = eyes.table if agg["within"] is not None else eyes.named(agg["table"])
    pairs = [(name, name) for name in agg["within"]] if agg["within"] is not None else agg["on"]
    own, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if not (set(own) <= eyes.table.columns and set(theirs) <= other.columns):
        raise Unsure("an aggregate over other columns")
    if agg["empty"] is not None and agg["empty"][0] not in ("num", "none", "text", "bool"):
        raise Unsure("a default that is a formula")
    default = None if agg["empty"] is None else eyes.bind(agg["empty"])({})
    values = _values(eyes.on(other), agg, other.groups(theirs))
    reduce = _reducer(op, trim if trims else None, agg["order"])
    results = {key: reduce(group) for key, group in values.items()}
    hollow = _HOLLOW.get(op, EMPTY)
    least = trim["from"] if trim and trims and not eyes.quiet else 0
    small = {key for key, group in values.items() if 0 < len(group) < least}

    def result(row: Row) -> Value:
        key = tuple([row[name] for name in own])
        if None in key:
            return None
        if key in small:
            eyes.contest.notices.append(("panel-small", row.get("contestant") or "", too_few(least)))
        value = results.get(key, hollow)
        return default if value is EMPTY else value

    return result


EMPTY: Any = object()
"""Of a group in which there is nothing to aggregate."""

_HOLLOW: dict[str, Any] = {"count": (0, 1), "distinct": (0, 1), "any": False, "all": True}
"""What is aggregated of no rows, where that is not nothing."""


def _values(eyes: Eyes, agg: Aggregate, groups: Mapping[tuple[Value, ...], list[Row]]) -> dict[tuple[Value, ...], list[Value]]:
    """The values of the rows that are counted, by group."""
    counted, value = eyes.conditions(agg["where"]), eyes.bind(agg["expr"])
    rows = {id(row): (counted(row), value(row)) for row in eyes.table.rows}  # of rows in no group too, for what they might note
    found = {}
    for key, group in groups.items():
        found[key] = [own for holds, own in [rows[id(row)] for row in group] if holds]
    return found


def _reducer(op: str, trim: Mapping[str, int] | None, order: str) -> Callable[[list[Value]], Any]:
    """What makes the value of a group of its rows' values."""
    if trim is not None and op not in numbers.AGGREGATES:
        raise Unsure(f"the aggregate {op} without the highest and lowest")
    if op == "count":
        return lambda values: (len(values), 1)
    if op == "any":
        return lambda values: any(value is True for value in values)
    if op == "all":
        return lambda values: all(value is True for value in values)
    if op == "distinct":
        return lambda values: (len(set(values)), 1) if None not in values else None
    if op not in numbers.AGGREGATES:
        raise Unsure(f"the aggregate {op}")
    apply = numbers.AGGREGATES[op]

    def reduce(values: list[Value]) -> Any:
        if None in values:
            return None
        nums = [value for value in values if type(value) is tuple]
        if len(nums) < len(values):
            raise Unsure(f"{op} of what is no number")
        if trim is not None and len(nums) >= trim["from"]:
            nums = _trimmed(nums, trim, order)
        return apply(nums) if nums else EMPTY

    return reduce


def _trimmed(values: list[Ratio], trim: Mapping[str, int], order: str) -> list[Ratio]:
    """The values without the highest and the lowest."""
    first, last = (trim["high"], trim["low"]) if order == "down" else (trim["low"], trim["high"])
    if not values:
        return values
    nums, den = numbers.over_one(values)
    nums.sort(reverse=True)
    return [ratio(num, den) for num in nums[first : max(len(nums) - last, first)]]


def _place(eyes: Eyes, expr: Expr) -> Function:
    """The place of each row by a number, among the rows that are alike in some columns."""
    agg: Aggregate = expr[1]
    within, ties, sign = agg["within"], agg["ties"], -1 if agg["order"] == "down" else 1
    if within is None or agg["by"] is not None or not set(within) <= eyes.table.columns:
        raise Unsure("a place in another order")
    holds, number = eyes.conditions(agg["where"]), eyes.number(agg["expr"])
    values = {id(row): value for row in eyes.table.rows if all([holds(row), (value := number(row)) is not None])}
    places: dict[int, Ratio] = {}
    for group in eyes.table.groups(within).values():
        rows = [id(row) for row in group if id(row) in values]
        nums = numbers.over_one([values[row] or (0, 1) for row in rows])[0] if rows else []
        order = sorted(range(len(rows)), key=lambda place, nums=nums: sign * nums[place])  # type: ignore[misc]
        start = dense = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and nums[order[end]] == nums[order[start]]:
                end += 1
            dense += 1
            for turn in range(start, end):
                level = {"high": start + 1, "low": end, "dense": dense, "ordinal": turn + 1}
                places[rows[order[turn]]] = ratio(start + 1 + end, 2) if ties == "mean" else (level[ties], 1)
            start = end
    return lambda row: places.get(id(row))


Node: TypeAlias = "Callable[[Eyes, Expr], Function]"

NODES: dict[str, Node] = {
    "num": lambda eyes, expr: _constant(literal(expr)),
    "text": lambda eyes, expr: _constant(literal(expr)),
    "bool": lambda eyes, expr: _constant(literal(expr)),
    "none": lambda eyes, expr: _constant(None),
    "col": _col,
    "source": _source,
    "far": _far,
    "ref": _ref,
    "param": _param,
    "scale": _scale,
    "op": _op,
    "not": _not,
    "neg": _neg,
    "round": _round,
    "call": _call,
    "agg": _agg,
    "place": _place,
}
"""The nodes of formulas that are vouched for."""

CALLS: dict[str, Callable[[Eyes, Sequence[Expr]], Function]] = {
    "if": _if,
    "else": _else,
    "has": _has,
    "least": _pick("<"),
    "greatest": _pick(">"),
    "abs": _abs,
}
"""The functions that are vouched for."""
