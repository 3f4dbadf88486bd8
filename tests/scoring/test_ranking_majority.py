"""The majority of places and the review of one position at a time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import by_keys, by_majority, by_places_within, by_position, start


def ints(*values):
    return np.array(values, np.int64)


def pairs(lists):
    owner = [row for row, values in enumerate(lists) for _ in values]
    return ints(*owner), ints(*(value for values in lists for value in values))


def majority(lists, size, **options):
    owner, place = pairs(lists)
    return by_majority(start(np.zeros(len(lists), np.int64)), owner, place, size, **options).tolist()


def test_worked_example():
    # the table of the docstring: b a c d
    table = [[1, 1, 2, 4, 4], [2, 3, 1, 1, 3], [3, 2, 3, 2, 1], [4, 4, 4, 3, 2]]
    assert majority(table, 5) == [1, 0, 2, 3]


def test_a_majority_of_first_places_wins_whatever_the_others_are():
    # a is first for three of five and last for two; b is second for all: a, by rule 5. Mean places 2.2 and 2.
    assert majority([[1, 1, 1, 4, 4], [2, 2, 2, 2, 2], [3, 3, 3, 1, 3], [4, 4, 4, 3, 1]], 5) == [0, 1, 2, 3]


def test_no_majority_of_firsts_includes_the_second_places():
    # firsts: a 2, b 2, c 1. Column 2: a 1 1 2 = 3, b 1 1 2 2 2 = 5, c 1 2 = 2.
    # The larger majority is b's although it is not first more often.
    assert majority([[1, 1, 2, 3, 3], [2, 2, 1, 1, 2], [3, 3, 3, 2, 1]], 5) == [1, 0, 2]


def test_equal_majorities_go_to_the_smaller_sum():
    # column 2: a 1 2 2 = 3 (5), b 1 1 2 = 3 (4)
    assert majority([[1, 2, 2, 3, 3], [2, 1, 1, 3, 4], [3, 3, 3, 1, 1], [4, 4, 4, 2, 2]], 5)[:2] == [1, 0]


def test_identical_places_stay_level():
    assert majority([[2, 1, 2], [1, 2, 2], [3, 3, 1]], 3) == [0, 0, 2]


def test_after_a_split_those_still_level_go_on_in_the_next_column():
    # five places, majority 3. Column 1: a, b, c have three firsts each. Column 2: a has four, b and c three with the
    # sum 3. Column 3: b has four, c three. Column 4 would give c five: too late.
    table = [[1, 1, 1, 2, 9], [1, 1, 1, 3, 9], [1, 1, 1, 4, 4]]
    assert majority(table, 5) == [0, 1, 2]
    # what the split left behind does not come back: c is behind b though it is better from column 4 on
    assert majority(table[1:], 5) == [0, 1]


def test_places_may_be_large():
    big = 2**40
    assert majority([[big, big, big + 1], [big, big, big + 2]], 3) == [0, 1]


def test_without_a_majority_behind_those_that_have_one():
    # of seven: a has four; b and c have given two and three places, d none
    assert majority([[9, 9, 9, 9], [1, 1], [1, 1, 8], []], 7) == [0, 2, 1, 3]


def test_size_and_first_column_may_differ_by_row():
    owner, place = pairs([[1, 3, 3], [2, 2, 2], [1, 3, 3], [2, 2, 2]])
    classes = start(ints(0, 0, 1, 1))
    # group 0: a panel of three: column 2 gives b its majority. Group 1: a panel of one: a has it in column 1.
    assert by_majority(classes, owner, place, ints(3, 3, 1, 1)).tolist() == [1, 0, 2, 3]
    # from column 3 on, in group 1 only: there both have three, sums 7 and 6
    assert by_majority(classes, owner, place, ints(3, 3, 1, 1), first=ints(1, 1, 3, 3)).tolist() == [1, 0, 3, 2]


def test_a_shared_place_counts_from_the_next_column():
    # in halves: a 2.5 and 4, b 3 and 3; majority of two places is two. With the columns of whole places: column 3: b
    # has two. a has one up to 3 (its 2.5 counts there), so b.
    owner, place = pairs([[5, 8], [6, 6]])
    column = -(-place // 2) * 2
    assert by_majority(start(ints(0, 0)), owner, place, 2, column=column).tolist() == [1, 0]
    # of three places, majority two: a 2.5 2.5 9, b 3 3 2: column 3: b has three
    owner, place = pairs([[5, 5, 18], [6, 6, 4]])
    assert by_majority(start(ints(0, 0)), owner, place, 3, column=-(-place // 2) * 2).tolist() == [1, 0]
    # a 2.5 2.5 9, b 3 3 9: both two up to column 3, sums 5 and 6
    owner, place = pairs([[5, 5, 18], [6, 6, 18]])
    assert by_majority(start(ints(0, 0)), owner, place, 3, column=-(-place // 2) * 2).tolist() == [0, 1]


def test_a_sum_that_does_not_fit_is_an_error():
    with pytest.raises(OverflowError, match="places"):
        majority([[2**62, 2**62], [1, 1]], 3)
    owner, place = pairs([[2**62, 2**62], [1, 1]])
    with pytest.raises(OverflowError, match="places"):
        by_places_within(start(ints(0, 0)), owner, place, place[::2])


def test_nothing_level():
    classes = ints(0, 1)
    none = np.zeros(0, np.int64)
    assert by_majority(classes, none, none, 3).tolist() == [0, 1]


def test_places_within():
    # up to 2: a 1 2 (3), b 1 1 (2), c 1; b, a, c
    owner, place = pairs([[1, 2, 5], [1, 1, 6], [1, 3, 3]])
    assert by_places_within(start(ints(0, 0, 0)), owner, place, ints(2, 2, 2)).tolist() == [1, 0, 2]


# --- oracles, written as the rules are told ---------------------------------------------------------------------------


def award_dance(marks, size, column=1):
    """Rules 5 to 8: lists of contestants in order, those level for good in one list. marks: contestant → places."""
    need = size // 2 + 1
    waiting, result = set(marks), []
    last = max((place for places in marks.values() for place in places), default=0)
    while column <= last and waiting:
        having = [who for who in waiting if sum(p <= column for p in marks[who]) >= need]
        result += order_column(having, marks, column, last)
        waiting -= set(having)
        column += 1
    total = {who: (-len(marks[who]), sum(marks[who])) for who in waiting}
    for value in sorted(set(total.values())):
        result.append({who for who in waiting if total[who] == value})
    return result


def order_column(having, marks, column, last):
    """Rules 6 and 7 among those with a majority in a column."""
    if not having:
        return []
    if column > last:
        return [set(having)]
    value = {}
    for who in having:
        counted = [p for p in marks[who] if p <= column]
        value[who] = (-len(counted), sum(counted))
    result = []
    for best in sorted(set(value.values())):
        level = [who for who in having if value[who] == best]
        result += [set(level)] if len(level) == 1 else order_column(level, marks, column + 1, last)
    return result


def classes_of(blocks, n):
    classes, seen = [0] * n, 0
    for block in blocks:
        for who in block:
            classes[who] = seen
        seen += len(block)
    return classes


@st.composite
def panels(draw):
    """Marks of a final: each judge gives each place once. contestant → places in the order of the judges."""
    n, size = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    marks = [draw(st.permutations(range(1, n + 1))) for _ in range(size)]
    return [[mark[who] for mark in marks] for who in range(n)], size


@given(panels())
def test_majority_equals_the_rules_as_told(panel):
    table, size = panel
    expected = classes_of(award_dance(dict(enumerate(table)), size), len(table))
    assert majority(table, size) == expected


@given(
    st.lists(st.lists(st.integers(1, 4), max_size=5), min_size=1, max_size=7),
    st.integers(1, 6),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_majority_of_any_lists_equals_the_rules_as_told(table, size, column, random):
    expected = classes_of(award_dance(dict(enumerate(table)), size, column), len(table))
    owner, place = pairs(table)
    shuffled = list(range(len(owner)))
    random.shuffle(shuffled)
    classes = start(np.zeros(len(table), np.int64))
    assert by_majority(classes, owner[shuffled], place[shuffled], size, first=column).tolist() == expected


@given(panels(), panels())
def test_groups_do_not_touch_each_other(one, other):
    # the same in one call for two finals, as many rows behind each other
    (table, size), (table2, size2) = one, other
    owner, place = pairs(table + table2)
    groups = ints(*[0] * len(table), *[1] * len(table2))
    sizes = ints(*[size] * len(table), *[size2] * len(table2))
    found = by_majority(start(groups), owner, place, sizes).tolist()
    assert found == majority(table, size) + [len(table) + c for c in majority(table2, size2)]


def final_order(dances, size):
    """Rules 9 to 11 for a final of several dances. dances: for each dance contestant → places by the judges.

    Returns contestant → position (from 1), equal for those level for good.
    """
    everybody = range(len(dances[0]))
    placing = {who: [] for who in everybody}
    for marks in dances:
        at = 1
        for block in award_dance(dict(enumerate(marks)), size):
            for who in block:
                placing[who].append(Fraction(2 * at + len(block) - 1, 2))
            at += len(block)
    pooled = {who: [place for marks in dances for place in marks[who]] for who in everybody}
    total = {who: sum(placing[who]) for who in everybody}
    position, at = {}, 1
    for value in sorted(set(total.values())):
        waiting = [who for who in everybody if total[who] == value]
        while waiting:
            # rule 10
            within = {who: [p for p in placing[who] if p <= at] for who in waiting}
            best = min((-len(within[who]), sum(within[who])) for who in waiting)
            leaders = [who for who in waiting if (-len(within[who]), sum(within[who])) == best]
            winners = [leaders]
            if len(leaders) > 1:
                # rule 11
                blocks = award_dance({who: pooled[who] for who in leaders}, size * len(dances), at)
                winners = blocks if len(leaders) == 2 else blocks[:1]
            for block in winners:
                for who in block:
                    position[who] = at
                    waiting.remove(who)
                at += len(block)
    return position, placing, total


@st.composite
def finals(draw):
    n, size, dances = draw(st.integers(2, 6)), draw(st.sampled_from([1, 2, 3, 5])), draw(st.integers(1, 4))
    table = []
    for _ in range(dances):
        marks = [draw(st.permutations(range(1, n + 1))) for _ in range(size)]
        table.append([[mark[who] for mark in marks] for who in range(n)])
    return table, size


@settings(max_examples=400)
@given(finals())
def test_rules_9_to_11_equal_the_rules_as_told(final):
    dances, size = final
    n = len(dances[0])
    position, placing, total = final_order(dances, size)

    groups = start(np.zeros(n, np.int64))
    of_dance, halves = pairs([[int(2 * p) for p in placing[who]] for who in range(n)])
    of_mark, mark = pairs([[p for marks in dances for p in marks[who]] for who in range(n)])
    reviews = [
        lambda level, at: by_places_within(level, of_dance, halves, 2 * at),
        lambda level, at: by_majority(level, of_mark, mark, size * len(dances), first=at),
    ]
    classes = by_keys(groups, [ints(*(int(2 * total[who]) for who in range(n)))])
    found = by_position(classes, groups, reviews)
    assert (found + 1).tolist() == [position[who] for who in range(n)]


def test_one_position_at_a_time_worked_example():
    # a 1 1 3 3, b 2 3 1 2, c 3 2 2 1, d behind; all three have the sum 8.
    # Position 1: within 1 a has two, b and c one: a. Position 2: within 2 b and c have three, sum 5 each; the second
    # review (the larger number wins here) puts c first.
    groups = start(ints(0, 0, 0, 0))
    owner, place = pairs([[1, 1, 3, 3], [2, 3, 1, 2], [3, 2, 2, 1], [4, 4, 4, 4]])
    asked = []

    def second(level, position):
        asked.append(position.tolist())
        return by_keys(level, [ints(0, 8, 7, 0)])

    classes = by_keys(groups, [ints(8, 8, 8, 16)])
    found = by_position(classes, groups, [lambda level, at: by_places_within(level, owner, place, at), second])
    assert found.tolist() == [0, 2, 1, 3]
    assert [row[1] for row in asked] == [1, 2]


def test_those_not_chosen_are_level_again():
    # three level for position 1. The first review prefers at position 1 a, then b, then c; at position 2 c before b.
    # What the review said of b and c for position 1 does not count for position 2.
    preference = {1: ints(0, 1, 2), 2: ints(0, 2, 1)}
    groups = start(ints(0, 0, 0))

    def review(level, position):
        return by_keys(level, [preference[int(position.max())]])

    assert by_position(groups, groups, [review]).tolist() == [0, 2, 1]


def test_two_leaders_parted_by_a_later_review_take_two_positions():
    # the first review: a and b before c. The second: a before b. b has position 2 without another review, which would
    # have given it to c.
    groups = start(ints(0, 0, 0))

    def first(level, position):
        return by_keys(level, [ints(0, 0, 1) if position.max() == 1 else ints(0, 1, 0)])

    def second(level, position):
        return by_keys(level, [ints(0, 1, 0)])

    assert by_position(groups, groups, [first, second]).tolist() == [0, 1, 2]


def test_who_cannot_be_parted_shares_the_position():
    groups = start(ints(0, 0, 0, 1))
    classes = by_position(groups, groups, [lambda level, position: by_keys(level, [ints(1, 0, 0, 0)])])
    assert classes.tolist() == [2, 0, 0, 3]
