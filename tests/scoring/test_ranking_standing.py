"""The state of a ranking, order keys, and rank numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import WORST, by_keys, level, settle, start


def ints(*values):
    return np.array(values, np.int64)


def test_worked_example_of_the_state():
    groups = ints(0, 0, 0, 0, 1, 1)
    classes = start(groups)
    assert classes.tolist() == [0, 0, 0, 0, 4, 4]
    classes = by_keys(classes, [ints(7, 5, 7, 9, 1, 2)])
    assert classes.tolist() == [1, 0, 1, 3, 4, 5]
    assert level(classes).tolist() == [True, False, True, False, False, False]


def test_groups_need_not_be_sorted_or_small():
    assert start(ints(9_000_000_000, -4, 9_000_000_000)).tolist() == [1, 0, 1]


def test_a_second_key_parts_only_those_level_on_the_first():
    # a 1,9  b 1,3  c 0,50: c leads by the first key although its second is the worst
    assert by_keys(start(ints(0, 0, 0)), [ints(1, 1, 0), ints(9, 3, 50)]).tolist() == [2, 1, 0]


def test_missing_goes_last_and_stays_level():
    assert by_keys(start(ints(0, 0, 0)), [ints(WORST, 3, WORST)]).tolist() == [1, 0, 1]


def test_only_the_rows_named_are_parted():
    groups = ints(0, 0, 1, 1)
    assert by_keys(start(groups), [ints(2, 1, 2, 1)], rows=ints(2, 3)).tolist() == [0, 0, 3, 2]


def test_nothing_to_do():
    classes = ints(0, 1, 2)
    assert by_keys(classes, [ints(3, 2, 1)]) is classes
    assert by_keys(start(ints(0, 0)), []).tolist() == [0, 0]
    empty = np.zeros(0, np.int64)
    assert start(empty).tolist() == by_keys(empty, [empty]).tolist() == []
    assert settle([start(empty)]).rank.tolist() == []


@pytest.mark.parametrize(
    ("ties", "rank", "from_last"),
    [
        # classes a | c | b d | e; five rows
        ("competition", [1, 3, 2, 3, 5], [5, 2, 4, 2, 1]),
        ("dense", [1, 3, 2, 3, 4], [4, 2, 3, 2, 1]),
        # by the final key d (4) comes before b (8)
        ("ordinal", [1, 4, 2, 3, 5], [5, 2, 4, 3, 1]),
    ],
)
def test_worked_example_of_ranks(ties, rank, from_last):
    history = [ints(0, 0, 0, 0, 0), ints(0, 1, 1, 1, 4), ints(0, 2, 1, 2, 4)]
    standing = settle(history, ties=ties, final=ints(9, 8, 7, 4, 1), unresolved="pending")
    assert standing.rank.tolist() == rank
    assert standing.rank_from_last.tolist() == from_last
    assert standing.order.tolist() == [0, 2, 3, 1, 4]
    assert standing.field.tolist() == [5] * 5
    assert standing.tied.tolist() == standing.pending.tolist() == [False, True, False, True, False]
    # a is the first: parted by link 0 from c below. c from a: link 0. b and d from c: link 1. e from b and d: link 0.
    assert standing.decided_by.tolist() == [0, 1, 0, 1, 0]
    assert standing.decided_below.tolist() == [0, 0, 1, 0, -1]


def test_alone_and_all_level_have_no_decider():
    standing = settle([ints(0, 1, 1), ints(0, 1, 1)])
    assert standing.decided_by.tolist() == standing.decided_below.tolist() == [-1, -1, -1]
    assert standing.rank.tolist() == [1, 1, 1]
    assert standing.rank_from_last.tolist() == [1, 1, 1]
    assert standing.field.tolist() == [1, 2, 2]
    assert standing.pending.tolist() == [False] * 3


@st.composite
def fields(draw):
    """Groups and up to three keys of few values, so that there are many ties."""
    n = draw(st.integers(1, 25))
    groups = draw(st.lists(st.integers(-2, 2), min_size=n, max_size=n))
    keys = draw(st.lists(st.lists(st.sampled_from([-5, 0, 1, 2, WORST]), min_size=n, max_size=n), min_size=1, max_size=3))
    return groups, keys


def first_difference(a, b):
    return next(i for i in range(len(a)) if a[i] != b[i])


@given(fields(), st.sampled_from(["competition", "dense", "ordinal"]))
def test_ranks_and_deciders_equal_a_plain_sort(field, ties):
    groups, keys = field
    n = len(groups)
    history = [start(ints(*groups))]
    for key in keys:
        history.append(by_keys(history[-1], [ints(*key)]))
    final = list(range(n, 0, -1))
    standing = settle(history, ties=ties, final=ints(*final))
    assert by_keys(history[0], [ints(*key) for key in keys]).tolist() == history[-1].tolist()

    for group in set(groups):
        rows = [row for row in range(n) if groups[row] == group]
        value = {row: tuple(key[row] for key in keys) for row in rows}
        rows.sort(key=lambda row: (value[row], final[row]))
        distinct = sorted(set(value.values()))
        for index, row in enumerate(rows):
            better = [other for other in rows if value[other] < value[row]]
            worse = [other for other in rows if value[other] > value[row]]
            place = distinct.index(value[row])
            expected = {
                "competition": (len(better) + 1, len(worse) + 1),
                "dense": (place + 1, len(distinct) - place),
                "ordinal": (index + 1, len(rows) - index),
            }[ties]
            assert (standing.rank[row], standing.rank_from_last[row]) == expected
            assert standing.field[row] == len(rows)
            assert standing.tied[row] == (len(better) + len(worse) + 1 < len(rows))

            below = first_difference(value[row], distinct[place + 1]) if place + 1 < len(distinct) else -1
            above = first_difference(value[row], distinct[place - 1]) if place else below
            assert (standing.decided_by[row], standing.decided_below[row]) == (above, below)
    listed = [groups[row] for row in standing.order.tolist()]
    assert listed == sorted(listed)


@given(fields(), st.randoms(use_true_random=False))
def test_a_permutation_of_the_rows_permutes_the_result(field, random):
    groups, keys = field
    shuffled = list(range(len(groups)))
    random.shuffle(shuffled)

    def run(rows):
        history = [start(ints(*(groups[r] for r in rows)))]
        for key in keys:
            history.append(by_keys(history[-1], [ints(*(key[r] for r in rows))]))
        return settle(history)

    plain, other = run(range(len(groups))), run(shuffled)
    for name in ("rank", "rank_from_last", "field", "tied", "decided_by", "decided_below"):
        assert getattr(plain, name)[shuffled].tolist() == getattr(other, name).tolist()
