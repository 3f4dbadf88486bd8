"""Aggregates over segments against plain Python over lists."""

from __future__ import annotations

import statistics
from fractions import Fraction
from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring import segments
from scoring_engine.scoring.segments import Segments
from scoring_engine.scoring.vectors import Number, order_keys

ROWS = st.lists(st.tuples(st.integers(-1, 3), st.integers(-50, 50), st.integers(1, 7)), max_size=14)


def columns(rows: list[tuple[int, int, int]], ratio: bool) -> tuple[np.ndarray, Number, list[list[Fraction]]]:
    group = np.array([g for g, _, _ in rows], np.int64)
    num = np.array([n for _, n, _ in rows], np.int64)
    den = np.array([d for _, _, d in rows], np.int64) if ratio else 10
    value = Number(num, den)
    lists: list[list[Fraction]] = [[] for _ in range(4)]
    for g, n, d in rows:
        if g >= 0:
            lists[g].append(Fraction(n, d if ratio else 10))
    return group, value, lists


def fraction(value: Number, row: int) -> Fraction:
    return Fraction(int(value.num[row]), value.den if isinstance(value.den, int) else int(value.den[row]))


@given(ROWS, st.booleans())
def test_sum_product_median_extremes_and_distinct(rows: list[tuple[int, int, int]], ratio: bool) -> None:
    group, value, lists = columns(rows, ratio)
    parts = Segments(group, 4)
    total, product, median = segments.total(parts, value), segments.product(parts, value), segments.median(group, 4, value)
    largest, smallest = segments.extreme(parts, value, largest=True), segments.extreme(parts, value, largest=False)
    different = segments.distinct(parts, value)
    for g, values in enumerate(lists):
        assert fraction(total, g) == sum(values)
        assert fraction(product, g) == prod(values, start=Fraction(1))
        assert different[g] == len(set(values))
        if values:
            assert fraction(median, g) == statistics.median(values)
            assert fraction(value, largest[g]) == max(values)
            assert fraction(value, smallest[g]) == min(values)
        else:
            assert largest[g] == smallest[g] == -1


@given(ROWS, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.integers(0, 6))
def test_what_is_left_in(rows: list[tuple[int, int, int]], best: int, drop: int, high: int, low: int, least: int) -> None:
    group, value, lists = columns(rows, False)
    ordered = Segments(group, 4, order_keys(value, descending=True))

    def left(**kept: object) -> list[list[Fraction]]:
        mask = segments.kept(ordered, **({"best": None, "drop": None, "middle": None, "trim": None} | kept))  # type: ignore[arg-type]
        result: list[list[Fraction]] = [[] for _ in range(4)]
        for row, g in zip(ordered.order[mask].tolist(), ordered.group[mask].tolist(), strict=True):
            result[g].append(fraction(value, row))
        return result

    n = np.full(4, best, np.int64)
    assert left(best=n) == [sorted(values, reverse=True)[:best] for values in lists]
    n = np.full(4, drop, np.int64)
    assert left(drop=n) == [sorted(values, reverse=True)[: max(len(values) - drop, 0)] for values in lists]
    trimmed = left(trim={"high": high, "low": low, "from": least})
    for values, got in zip(lists, trimmed, strict=True):
        whole = sorted(values, reverse=True)
        assert got == (whole if len(whole) < least else whole[high : max(len(whole) - low, high)])


@given(ROWS)
def test_places_within_segments(rows: list[tuple[int, int, int]]) -> None:
    group, value, lists = columns(rows, False)
    keys = order_keys(value, descending=True)
    ordered = Segments(group, 4, keys)
    for ties in ("high", "low", "mean", "dense"):
        place, den = segments.places(ordered, keys, ties)
        for at, row in enumerate(ordered.order.tolist()):
            mine, all_ = fraction(value, row), lists[int(ordered.group[at])]
            better, level = sum(v > mine for v in all_), sum(v == mine for v in all_)
            wanted = {
                "high": Fraction(better + 1),
                "low": Fraction(better + level),
                "mean": Fraction(2 * better + level + 1, 2),
                "dense": Fraction(len({v for v in all_ if v > mine}) + 1),
            }[ties]
            assert Fraction(int(place[at]), den) == wanted


@given(ROWS, st.sampled_from(["sum", "min", "max", "count"]))
def test_running_values(rows: list[tuple[int, int, int]], op: str) -> None:
    group, value, _ = columns(rows, False)
    ordered = Segments(group, 4)
    result = segments.running(ordered, op, value)
    seen: dict[int, list[Fraction]] = {}
    for at, row in enumerate(ordered.order.tolist()):
        values = seen.setdefault(int(ordered.group[at]), [])
        values.append(fraction(value, row))
        wanted = {"sum": sum(values), "min": min(values), "max": max(values), "count": Fraction(len(values))}[op]
        assert fraction(result, at) == wanted
