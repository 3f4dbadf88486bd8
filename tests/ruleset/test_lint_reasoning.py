"""The linter's verdict on a condition against trying every row there can be."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ruleset.test_lint import found, rule, with_rules

RANKS = [Fraction(n) for n in range(1, 9)]
TOTALS = [None, *(Fraction(n, 4) for n in range(0, 401, 25)), *(Fraction(n, 100) for n in (1, 4999, 5001, 9974, 9975, 9976, 9999))]
PLACES = ["first", "last", "between", "only", "last-pending"]
STATUSES = ["ranked", "unranked", "unscored", "absent", "excused", "withdrawn", "disqualified"]
UNITS = [None, "A", "B", "C"]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
}


def rows() -> list[dict[str, Any]]:
    """Every row, as far as ranks up to 8 and totals in quarters show them: only the ranked have a rank and a place."""
    ranked = [
        {"rank": rank, "place": place, "status": "ranked", "total": total, "unit": unit}
        for rank, place, total, unit in product(RANKS, PLACES, TOTALS[1:], UNITS)
    ]
    others = [
        {"rank": None, "place": None, "status": status, "total": total, "unit": unit}
        for status, total, unit in product(STATUSES[1:], TOTALS, UNITS)
    ]
    return ranked + others


ROWS = rows()

numbers = st.sampled_from(list(COMPARE)[:6])
leaves = st.one_of(
    st.tuples(st.just("rank"), numbers, st.integers(1, 7).map(Fraction)),
    st.tuples(st.just("total"), numbers, st.sampled_from([Fraction(0), Fraction(50), Fraction("99.75"), Fraction(100)])),
    st.tuples(st.just("place"), st.sampled_from(["==", "!="]), st.sampled_from(PLACES)),
    st.tuples(st.just("status"), st.sampled_from(["==", "!="]), st.sampled_from(STATUSES)),
    st.tuples(st.just("unit"), st.sampled_from(["==", "!="]), st.sampled_from(["A", "B"])),
    st.tuples(st.just("unit"), st.just("in"), st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=2, unique=True)),
    st.tuples(st.sampled_from(["rank", "total", "unit"]), st.sampled_from(["has", "lacks"]), st.none()),
)


def written(leaf: tuple[str, str, Any]) -> str:
    field, op, value = leaf
    if op in ("has", "lacks"):
        return f"has({field})" if op == "has" else f"{{not: has({field})}}"
    if isinstance(value, Fraction):
        return f"{field} {op} {float(value):g}"
    return f"{field} {op} [{', '.join(value)}]" if isinstance(value, list) else f"{field} {op} '{value}'"


def satisfied(leaf: tuple[str, str, Any], row: dict[str, Any]) -> bool:
    field, op, value = leaf
    if op in ("has", "lacks"):
        return (row[field] is not None) == (op == "has")
    return row[field] is not None and COMPARE[op](row[field], value)


@settings(max_examples=150, deadline=None)
@given(st.lists(leaves, min_size=1, max_size=4))
def test_impossible_means_that_no_row_satisfies_it(condition: list[tuple[str, str, Any]]) -> None:
    lines = "".join(f"\n          - {written(leaf)}" for leaf in condition)
    codes = {d.code for d in found(with_rules(rule("a", lines))) if d.severity == "error"}
    possible = any(all(satisfied(leaf, row) for leaf in condition) for row in ROWS)
    assert codes <= {"L204", "L205"}
    assert possible == (not codes)


@settings(max_examples=60, deadline=None)
@given(st.lists(leaves, min_size=1, max_size=3), st.lists(leaves, min_size=1, max_size=3))
def test_a_counter_example_satisfies_both_rules(first: list[tuple[str, str, Any]], second: list[tuple[str, str, Any]]) -> None:
    rules = [
        rule(name, "".join(f"\n          - {written(leaf)}" for leaf in condition), then)
        for name, condition, then in (("a", first, "{award: honours}"), ("b", second, "{bar: honours}"))
    ]
    for diagnostic in found(with_rules(*rules)):
        if diagnostic.code == "L207":
            assert any(all(satisfied(leaf, row) for leaf in first + second) for row in ROWS)
