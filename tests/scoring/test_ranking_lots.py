"""Seeded lots and recorded orders."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import by_keys, by_lot, by_recorded, start


def ints(*values):
    return np.array(values, np.int64)


def test_lot_worked_example():
    # printf '2024|final|a' | sha256sum: 8799…, b: 4ee6…, c: 4432…, so c b a
    classes = start(ints(0, 0, 0))
    assert by_lot(classes, ints(0, 0, 0), ["final"], ["2024"], ["a", "b", "c"]).tolist() == [2, 1, 0]


def test_another_seed_another_order():
    # printf '3|final|a' | sha256sum and so on, see the digests below
    digests = {name: hashlib.sha256(f"3|final|{name}".encode()).hexdigest() for name in "abc"}
    expected = [sorted(digests.values()).index(digests[name]) for name in "abc"]
    assert by_lot(start(ints(0, 0, 0)), ints(0, 0, 0), ["final"], ["3"], ["a", "b", "c"]).tolist() == expected


def test_only_level_rows_draw_and_no_seed_is_no_lot():
    classes = ints(0, 1, 1, 3, 3)
    competition = ints(0, 0, 0, 1, 1)
    found = by_lot(classes, competition, ["final", "other"], ["2024", None], ["x", "a", "b", "a", "b"])
    assert found.tolist() == [0, 2, 1, 3, 3]


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=3)), unique=True, max_size=12))
def test_lot_equals_sorting_by_digest(rows):
    names, seeds = ["甲", "b|", ""], ["", "种子", "1"]
    groups = [competition for competition, _ in rows]
    digest = [hashlib.sha256(f"{seeds[c]}|{names[c]}|{who}".encode()).digest() for c, who in rows]
    order = sorted(range(len(rows)), key=lambda row: (groups[row], digest[row]))
    found = by_lot(start(ints(*groups)), ints(*groups), names, seeds, [who for _, who in rows])
    assert found.tolist() == [order.index(row) for row in range(len(rows))]


def test_recorded_order_worked_example():
    classes = start(ints(0, 0, 0))
    value = ints(2, 1, 3)
    assert by_recorded(classes, value, np.array([True, True, False])).tolist() == [0, 0, 0]
    assert by_recorded(classes, value, np.array([True, True, True])).tolist() == [1, 0, 2]


def test_a_record_for_one_tie_does_not_touch_another():
    classes = ints(0, 0, 2, 2)
    assert by_recorded(classes, ints(2, 1, 2, 1), np.array([True, True, True, False])).tolist() == [1, 0, 2, 2]


def test_rows_recorded_with_the_same_value_stay_level():
    assert by_recorded(start(ints(0, 0, 0)), ints(1, 2, 2), np.ones(3, bool)).tolist() == [0, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=12))
def test_recorded_order_equals_the_rule_as_told(rows):
    n = len(rows)
    classes = by_keys(start(ints(*(r[0] for r in rows))), [ints(*(r[1] for r in rows))])
    found = by_recorded(classes, ints(*(r[2] for r in rows)), np.array([r[3] for r in rows], bool))
    for row in range(n):
        level = [other for other in range(n) if rows[other][:2] == rows[row][:2]]
        better = [o for o in level if rows[o][2] < rows[row][2]] if all(rows[o][3] for o in level) else []
        ahead = [o for o in range(n) if rows[o][:2] < rows[row][:2]]
        assert found[row] == len(ahead) + len(better)
