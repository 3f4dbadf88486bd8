"""Random rules over random facts: durable-rules, the columnar engine and the plain reading give the same answers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_by_hand import facts, leaf, num, rule

from scoring_engine.decisions import columnar, rete
from scoring_engine.decisions import facts as f
from scoring_engine.decisions.literals import bind

EDGES = [0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**61, 2**62, 2**63 - 1]
INTEGERS = st.one_of(st.integers(-5, 5), st.integers(-120, 120), st.sampled_from([*EDGES, *(-e for e in EDGES)]))
TEXTS = st.one_of(
    st.sampled_from(
        ["", "a", "ab", "b", '"', '\\"', "\\", "'", "第一", "第一名", "é", "é", "\x00", "\n", "true", "1", "😀", "x" * 1000, "x" * 1001]
    ),
    st.text(max_size=3),
)
DAYS = st.integers(-3, 3).map(lambda d: d * 86_400_000_000 + 20_000 * 86_400_000_000)
NAMES = st.sampled_from(["rank", "总分", "place", "f0", "kind", "id", "sid", "$s", "a.b", "$or"])


@st.composite
def columns(draw: st.DrawFn, size: int) -> dict[str, tuple[Any, list[Any]]]:
    """name → (Field, the same as Python values)"""
    made: dict[str, tuple[Any, list[Any]]] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=5, unique=True)):
        kind = draw(st.sampled_from(["number", "number", "text", "truth", "time"]))
        if kind == "number":
            places = draw(st.integers(0, 9))
            values = draw(st.lists(st.none() | INTEGERS, min_size=size, max_size=size))
            made[name] = (f.number(values, places), [None if v is None else Fraction(v, 10**places) for v in values])
        elif kind == "text":
            texts = draw(st.lists(st.none() | TEXTS, min_size=size, max_size=size))
            made[name] = (f.text(texts), texts)
        elif kind == "truth":
            truths = draw(st.lists(st.none() | st.booleans(), min_size=size, max_size=size))
            made[name] = (f.truth(truths), truths)
        else:
            times = draw(st.lists(st.none() | DAYS, min_size=size, max_size=size))
            made[name] = (f.time(times), [None if v is None else Fraction(v) for v in times])
    return made


@st.composite
def operands(draw: st.DrawFn, kind: str) -> Any:
    if kind == "number":
        return num(draw(INTEGERS), draw(st.integers(0, 9)))
    if kind == "text":
        return ["text", draw(TEXTS)]
    if kind == "truth":
        return ["bool", draw(st.booleans())]
    return ["time", str(np.datetime64(draw(DAYS), "us"))]


@st.composite
def leaves(draw: st.DrawFn, made: dict[str, tuple[Any, list[Any]]], params: dict[str, Any]) -> Any:
    name = draw(st.sampled_from(sorted(made)))
    kind = made[name][0].kind
    ordered = kind in ("number", "time")
    op = draw(st.sampled_from(["==", "!=", "in", "has", "lacks", *(["<", "<=", ">", ">="] * 2 if ordered else [])]))
    if op in ("has", "lacks"):
        return leaf(name, op)
    operand = ["list", *draw(st.lists(operands(kind), max_size=4))] if op == "in" else draw(operands(kind))
    if draw(st.booleans()):
        params[f"p{len(params)}"] = draw(st.sampled_from([operand, operand, operand, ["none"] if op != "in" else ["list"]]))
        operand = ["param", f"p{len(params) - 1}", []]
    return leaf(name, op, operand)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Any, list[dict[str, Any]], dict[str, Any], list[int]]:
    size = draw(st.integers(1, 8))
    made = draw(columns(size))
    params: dict[str, Any] = {}
    decisions = [
        rule(f"规则-{i}", *draw(st.lists(st.lists(leaves(made, params), max_size=4), max_size=3))) for i in range(draw(st.integers(1, 5)))
    ]
    rows = [{name: values[i] for name, (_, values) in made.items()} for i in range(size)]
    competition = sorted(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    return decisions, {name: field for name, (field, _) in made.items()}, rows, params, competition


@pytest.mark.skipif(not rete.available(), reason=f"durable-rules cannot be used here: {rete.available().reason}")
@settings(max_examples=3000, deadline=None)
@given(cases())
def test_three_readings_of_random_rules(case: Any) -> None:
    decisions, fields, rows, params, competition = case
    rules = bind(decisions, fields, lambda expr: params[expr[1]])
    table = facts(fields, competition)
    by_columns, by_rete = columnar.masks(rules, table), rete.masks(rules, table)
    for decision in decisions:
        expected = [plain.rule_holds(decision, row, params) for row in rows]
        assert by_columns[decision["id"]].tolist() == expected
        assert by_rete[decision["id"]].tolist() == expected
        for row, holds in enumerate(expected):
            failed = columnar.failures(rules, table, decision["id"], row)
            # a rule fails where it has no alternative at all, or a leaf that fails in each of them
            assert (failed == []) == (holds or not decision["alternatives"])
            assert {x.alternative for x in failed} == (set() if holds else set(range(len(decision["alternatives"]))))
            assert all(not plain.leaf_holds(x.leaf, rows[row][x.leaf["field"]], params) for x in failed)
