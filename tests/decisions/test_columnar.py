"""The columnar engine on conditions worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from rules_by_hand import facts, leaf, num, rule

from scoring_engine.decisions import columnar
from scoring_engine.decisions import facts as f
from scoring_engine.decisions.literals import ConditionError, bind


def held(alternatives: list, fields: dict) -> list[bool]:
    rules = bind([rule("r", *alternatives)], fields)
    return columnar.masks(rules, facts(fields))["r"].tolist()


def test_numbers_are_compared_across_scales() -> None:
    # 92.5, 92.6 and missing against 92.55: the column has one decimal, the literal two
    x = {"x": f.number([925, 926, None], places=1)}
    assert held([[leaf("x", "<", num(9255, 2))]], x) == [True, False, False]
    assert held([[leaf("x", "<=", num(9255, 2))]], x) == [True, False, False]
    assert held([[leaf("x", ">", num(9255, 2))]], x) == [False, True, False]
    assert held([[leaf("x", ">=", num(9255, 2))]], x) == [False, True, False]
    assert held([[leaf("x", "==", num(9255, 2))]], x) == [False, False, False]
    assert held([[leaf("x", "!=", num(9255, 2))]], x) == [True, True, False]
    assert held([[leaf("x", "==", num(9260, 2))]], x) == [False, True, False]
    # negative values: −0.5 and −0.6 against −0.55
    y = {"y": f.number([-5, -6], places=1)}
    assert held([[leaf("y", "<", num(-55, 2))]], y) == [False, True]
    assert held([[leaf("y", ">=", num(-55, 2))]], y) == [True, False]


def test_a_literal_beyond_int64_decides_for_every_value() -> None:
    x = {"x": f.number([2**63 - 1, -(2**63) + 1, None])}
    huge = num(10**30)
    assert held([[leaf("x", "<", huge)]], x) == [True, True, False]
    assert held([[leaf("x", ">=", huge)]], x) == [False, False, False]
    assert held([[leaf("x", "!=", huge)]], x) == [True, True, False]
    assert held([[leaf("x", "==", huge)]], x) == [False, False, False]
    assert held([[leaf("x", ">", num(-(10**30)))]], x) == [True, True, False]
    assert held([[leaf("x", "<=", num(-(10**30)))]], x) == [False, False, False]


def test_a_missing_value_satisfies_no_comparison_and_lacks_alone_sees_it() -> None:
    fields = {"n": f.number([None, 1]), "t": f.text([None, "a"]), "b": f.truth([None, False]), "d": f.time([None, 0])}
    for field, operand in [("n", num(5)), ("t", ["text", "z"]), ("b", ["bool", True]), ("d", ["time", "2024-01-01"])]:
        assert held([[leaf(field, "!=", operand)]], fields) == [False, True]
        assert held([[leaf(field, "==", operand)]], fields) == [False, False]
        assert held([[leaf(field, "has")]], fields) == [False, True]
        assert held([[leaf(field, "lacks")]], fields) == [True, False]
    assert held([[leaf("n", "<", num(5))]], fields) == [False, True]


def test_membership() -> None:
    fields = {"n": f.number([10, 25, 30, None], places=1), "t": f.text(["a", "b", "c", None])}
    assert held([[leaf("n", "in", ["list", num(1), num(25, 1), num(333, 2)])]], fields) == [True, True, False, False]
    assert held([[leaf("t", "in", ["list", ["text", "c"], ["text", "zz"]])]], fields) == [False, False, True, False]
    assert held([[leaf("t", "in", ["list"])]], fields) == [False] * 4


def test_alternatives_and_conjunctions() -> None:
    fields = {"rank": f.number([1, 3, 4, None]), "place": f.text(["first", "last", "last", None])}
    alternatives = [[leaf("rank", "<=", num(3)), leaf("place", "!=", ["text", "last"])], [leaf("rank", ">", num(3))]]
    assert held(alternatives, fields) == [True, False, True, False]
    assert held([[]], fields) == [True] * 4  # `all` of nothing
    assert held([], fields) == [False] * 4


def test_parameters_are_asked_of_the_resolver_and_missing_ones_are_never_met() -> None:
    fields = {"rank": f.number([1, 2, 3])}
    leading = [[leaf("rank", "<=", ["param", "leading", []])]]
    rules = bind([rule("r", *leading)], fields, lambda expr: num(2) if expr[1] == "leading" else ["none"])
    assert columnar.masks(rules, facts(fields))["r"].tolist() == [True, True, False]
    rules = bind([rule("r", *leading)], fields, lambda expr: ["none"])
    assert columnar.masks(rules, facts(fields))["r"].tolist() == [False] * 3


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    # 2024-08-10 is day 19 945 of the epoch: 54 years of 365 days, 13 leap days, 222 days of 2024 before it
    day = (54 * 365 + 13 + 222) * 86_400_000_000
    fields = {"due": f.time([day - 1, day, day + 1])}
    assert held([[leaf("due", "<", ["time", "2024-08-10"])]], fields) == [True, False, False]
    assert held([[leaf("due", "<=", ["time", "2024-08-10T00:00:00+08:00"])]], fields) == [True, True, False]


def test_ratios_compare_exactly() -> None:
    import numpy as np

    # 1/3, 2/3, 1/4, −1/3 and 5/0
    rates = f.ratio(np.array([1, 2, 1, 1, 5]), np.array([3, 3, 4, -3, 0]), np.ones(5, bool), places=2)
    fields = {"rate": rates}
    assert held([[leaf("rate", ">", num(33, 2))]], fields) == [True, True, False, False, False]
    assert held([[leaf("rate", ">=", num(34, 2))]], fields) == [False, True, False, False, False]
    assert held([[leaf("rate", "==", num(25, 2))]], fields) == [False, False, True, False, False]
    assert held([[leaf("rate", "<", num(-33, 2))]], fields) == [False, False, False, True, False]
    assert held([[leaf("rate", "<=", num(-34, 2))]], fields) == [False] * 5
    assert held([[leaf("rate", "lacks")]], fields) == [False] * 4 + [True]
    with pytest.raises(OverflowError):
        f.ratio(np.array([2**62]), np.array([1]), np.ones(1, bool))


def test_kinds_are_not_mixed() -> None:
    fields = {"n": f.number([1]), "t": f.text(["9"])}
    for wrong in (
        leaf("t", "==", num(9), 7),
        leaf("n", "==", ["text", "9"], 7),
        leaf("t", "<", ["text", "a"], 7),
        leaf("x", "has", None, 7),
    ):
        with pytest.raises(ConditionError) as error:
            bind([rule("r", [wrong])], fields)
        assert error.value.line == 7


def test_failures_name_the_leaf_the_value_and_the_gap() -> None:
    fields = {"rank": f.number([5, None]), "total": f.number([895, 950], places=1), "place": f.text(["last", "first"])}
    near = [leaf("rank", "<=", ["param", "leading", []]), leaf("total", ">=", num(90))]
    far = [leaf("rank", "==", num(1)), leaf("total", ">", num(100)), leaf("place", "!=", ["text", "last"])]
    rules = bind([rule("r", far, near)], fields, lambda _: num(3))
    rows = facts(fields)
    first, second, *rest = columnar.failures(rules, rows, "r", 0)
    assert (first.alternative, first.leaf["field"], first.actual, first.needed, first.short) == (1, "rank", "5", "3", "2")
    assert (second.alternative, second.leaf["field"], second.actual, second.needed, second.short) == (1, "total", "89.5", "90", "0.5")
    assert [(r.alternative, r.leaf["field"], r.short) for r in rest] == [(0, "rank", "4"), (0, "total", "10.5"), (0, "place", "")]
    assert columnar.failures(rules, rows, "r", 1)[0].actual == "-"
    assert columnar.failures(bind([rule("r", [leaf("rank", "has")])], fields), rows, "r", 0) == []


def test_the_gap_of_a_time_is_a_stretch_of_time() -> None:
    microseconds = int(np.datetime64("2024-08-12T15:00", "us").astype(np.int64))
    fields = {"at": f.time([microseconds, microseconds - 15 * 3_600_000_000])}
    rules = bind([rule("r", [leaf("at", "<=", ["time", "2024-08-10"])])], fields)
    assert [columnar.failures(rules, facts(fields), "r", row)[0].short for row in (0, 1)] == ["2 15:00:00", "2"]
    assert [f.span(0), f.span(59_000_000), f.span(86_400_000_000)] == ["0", "0:00:59", "1"]
