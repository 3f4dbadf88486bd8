"""Count-back and sorted lists."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import by_countback, by_keys, by_sorted_list, codes_within, start


def ints(*values):
    return np.array(values, np.int64)


def pairs(lists):
    """owner and value arrays of a list of lists."""
    owner = [row for row, values in enumerate(lists) for _ in values]
    return ints(*owner), ints(*(value for values in lists for value in values))


def ranked(groups, rows, compare):
    """Classes by the definition: the number of rows of earlier groups and of better rows of the own group."""
    return [sum(groups[o] < groups[r] or (groups[o] == groups[r] and compare(o, r) < 0) for o in rows) for r in rows]


def test_countback_worked_example():
    # a 1 1 5, b 1 1 4, c 1 2 2 2: c has one first place only; the fourth place of b comes before the fifth of a
    owner, value = pairs([[1, 1, 5], [1, 1, 4], [1, 2, 2, 2]])
    level = start(ints(0, 0, 0))
    assert by_countback(level, owner, value).tolist() == [1, 0, 2]
    # cut after the first two places (codes 0 and 1): a and b have two first places and no second one
    assert by_countback(level, owner, value - 1, limit=2).tolist() == [0, 0, 2]
    assert by_countback(level, owner, value - 1, limit=ints(2, 2, 2)).tolist() == [0, 0, 2]
    # cut after the fourth: b has a fourth place, a has none
    assert by_countback(level, owner, value - 1, limit=4).tolist() == [1, 0, 2]
    assert by_countback(level, owner, value - 1, limit=0).tolist() == [0, 0, 0]


def test_one_value_more_wins_the_countback():
    # everything equal but for a further last place
    owner, value = pairs([[1, 9], [1, 9, 9]])
    assert by_countback(start(ints(0, 0)), owner, value).tolist() == [1, 0]


def test_sorted_list_worked_example():
    # a 1 4, b 2 2, c 1 4 4
    owner, value = pairs([[4, 1], [2, 2], [4, 1, 4]])
    level = start(ints(0, 0, 0))
    assert by_sorted_list(level, owner, value).tolist() == [1, 2, 0]
    assert by_sorted_list(level, owner, value, missing="better").tolist() == [0, 2, 1]
    # worst first: a 4 1, b 2 2, c 4 4 1
    assert by_sorted_list(level, owner, value, first="worst").tolist() == [1, 0, 2]


def test_latest_and_earliest_first():
    # races 1 2 3 in the order of the positions 10 20 30
    #   a 3 1 2    b 1 3 2    c 2 2 3
    owner, value = pairs([[3, 1, 2], [1, 3, 2], [2, 2, 3]])
    position = ints(10, 20, 30, 10, 20, 30, 10, 20, 30)
    level = start(ints(0, 0, 0))
    # last race: c behind; race 2: a 1 before b 3
    assert by_sorted_list(level, owner, value, first="latest", position=position).tolist() == [0, 1, 2]
    # first race: b 1, c 2, a 3
    assert by_sorted_list(level, owner, value, first="earliest", position=position).tolist() == [2, 0, 1]


def test_equal_positions_are_taken_best_first():
    owner, value = pairs([[5, 1], [1, 5]])
    level = start(ints(0, 0))
    for first in ("earliest", "latest"):
        assert by_sorted_list(level, owner, value, first=first, position=ints(7, 7, 7, 7)).tolist() == [0, 0]


def test_earliest_wants_positions():
    owner, value = pairs([[1], [2]])
    with pytest.raises(ValueError, match="position"):
        by_sorted_list(start(ints(0, 0)), owner, value, first="earliest")


def test_rows_without_values_and_rows_alone():
    owner, value = pairs([[], [3], [], [1]])
    assert by_sorted_list(ints(0, 0, 0, 3), owner, value).tolist() == [1, 0, 1, 3]
    none = np.zeros(0, np.int64)
    assert by_sorted_list(start(ints(0, 0)), none, none).tolist() == [0, 0]
    assert by_sorted_list(none, none, none).tolist() == []


def test_codes_within_groups():
    assert codes_within(ints(0, 0, 0, 1, 1), ints(25, 18, 25, 12, 10)).tolist() == [1, 0, 1, 1, 0]


@st.composite
def fields(draw):
    n = draw(st.integers(1, 12))
    groups = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    lists = draw(st.lists(st.lists(st.integers(0, 3), max_size=4), min_size=n, max_size=n))
    shuffled = draw(st.permutations(range(sum(map(len, lists)))))
    return groups, lists, shuffled


@given(fields(), st.one_of(st.none(), st.integers(0, 4)))
def test_countback_equals_counting(field, limit):
    groups, lists, shuffled = field
    counters = [Counter(values) for values in lists]

    def compare(a, b):
        for value in range(4 if limit is None else limit):
            if counters[a][value] != counters[b][value]:
                return counters[b][value] - counters[a][value]
        return 0

    owner, value = pairs(lists)
    found = by_countback(start(ints(*groups)), owner[shuffled], value[shuffled], limit=limit)
    assert found.tolist() == ranked(groups, range(len(groups)), compare)


@given(fields(), st.sampled_from(["best", "worst", "earliest", "latest"]), st.sampled_from(["worse", "better"]), st.data())
def test_sorted_list_equals_element_by_element(field, first, missing, data):
    groups, lists, shuffled = field
    when = [data.draw(st.permutations(range(len(values)))) for values in lists]

    def arranged(row):
        if first in ("best", "worst"):
            return sorted(lists[row], reverse=first == "worst")
        return [value for _, value in sorted(zip(when[row], lists[row], strict=True), reverse=first == "latest")]

    def compare(a, b):
        one, other = arranged(a), arranged(b)
        for x, y in zip(one, other, strict=False):
            if x != y:
                return x - y
        return (len(other) - len(one)) * (1 if missing == "worse" else -1)

    owner, value = pairs(lists)
    position = ints(*(at for order in when for at in order))
    found = by_sorted_list(
        start(ints(*groups)), owner[shuffled], value[shuffled], first=first, position=position[shuffled], missing=missing
    )
    assert found.tolist() == ranked(groups, range(len(groups)), compare)


@given(fields())
def test_a_link_parts_only_those_level_before(field):
    groups, lists, _ = field
    key = [len(values) % 2 for values in lists]
    owner, value = pairs(lists)
    before = by_keys(start(ints(*groups)), [ints(*key)])
    after = by_countback(before, owner, value)
    order = np.argsort(after, kind="stable")
    assert before[order].tolist() == sorted(before.tolist())
