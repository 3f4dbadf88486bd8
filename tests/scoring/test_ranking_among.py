"""The mini-table among level contestants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import by_keys, by_mini_table, start


def ints(*values):
    return np.array(values, np.int64)


def both_sides(matches):
    """Matches (one, other, goals of one, goals of other) as pairs: owner, opponent, points, goal difference."""
    rows = []
    for one, other, goals, against in matches:
        for side, opposite, own, conceded in ((one, other, goals, against), (other, one, against, goals)):
            rows.append((side, opposite, 3 if own > conceded else own == conceded, own - conceded))
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return [ints(*column) for column in columns]


def league(matches, n):
    """owner, opponent and the criteria points, then goal difference; more is better."""
    owner, opponent, points, difference = both_sides(matches)

    def compute(counts):
        keys = []
        for value in (points, difference):
            total = np.zeros(n, np.int64)
            np.add.at(total, owner[counts], value[counts])
            keys.append(-total)
        return keys

    return owner, opponent, compute


# a, b, c, d level. a beat b 3:0, b beat c 1:0, c beat a 2:0, a beat d 1:0, b beat d 4:0, c beat d 1:0.
#   among the four: a 6 (+2), b 6 (+2), c 6 (+2), d 0
#   a: 3:0 0:2 1:0 = +2     b: 0:3 1:0 4:0 = +2     c: 0:1 2:0 1:0 = +2
CIRCLE = [(0, 1, 3, 0), (1, 2, 1, 0), (2, 0, 2, 0), (0, 3, 1, 0), (1, 3, 4, 0), (2, 3, 1, 0)]


def test_without_restart_one_pass():
    owner, opponent, compute = league(CIRCLE, 4)
    assert by_mini_table(start(ints(0, 0, 0, 0)), owner, opponent, compute).tolist() == [0, 0, 0, 3]


def test_restart_among_those_still_level():
    # without d: a 3 (3:0 0:2 = +1), b 3 (0:3 1:0 = -2), c 3 (0:1 2:0 = +1). b is parted by the difference, and a and c
    # are level; the match of a and c alone: c won.
    owner, opponent, compute = league(CIRCLE, 4)
    assert by_mini_table(start(ints(0, 0, 0, 0)), owner, opponent, compute, restart="after_split").tolist() == [1, 2, 0, 3]


def test_only_matches_inside_a_class_count():
    # two classes of two. The matches across them would turn both orders round.
    matches = [(0, 1, 1, 0), (2, 3, 1, 0), (1, 2, 9, 0), (3, 0, 9, 0)]
    owner, opponent, compute = league(matches, 4)
    assert by_mini_table(ints(0, 0, 2, 2), owner, opponent, compute).tolist() == [0, 1, 2, 3]


def test_opponents_that_are_not_ranked_do_not_count():
    owner, opponent, points = ints(0, 1), ints(-1, -1), ints(3, 0)

    def compute(counts):
        total = np.zeros(2, np.int64)
        np.add.at(total, owner[counts], points[counts])
        return [-total]

    assert by_mini_table(start(ints(0, 0)), owner, opponent, compute).tolist() == [0, 0]


def test_rows_alone_are_not_asked_about():
    owner, opponent, _ = league(CIRCLE, 4)
    classes = ints(0, 1, 2, 3)

    def never(counts):
        raise AssertionError("nobody is level")

    assert by_mini_table(classes, owner, opponent, never).tolist() == [0, 1, 2, 3]


def order(level, matches, restart):
    """The rule as told: the blocks of a level group, best first."""
    inside = [m for m in matches if m[0] in level and m[1] in level]
    points, difference = dict.fromkeys(level, 0), dict.fromkeys(level, 0)
    for one, other, goals, against in inside:
        points[one] += 3 if goals > against else goals == against
        points[other] += 3 if against > goals else goals == against
        difference[one] += goals - against
        difference[other] += against - goals
    value = {who: (-points[who], -difference[who]) for who in level}
    blocks = [[who for who in level if value[who] == v] for v in sorted(set(value.values()))]
    if restart == "never" or len(blocks) == 1:
        return blocks
    return [deeper for block in blocks for deeper in (order(block, matches, restart) if len(block) > 1 else [block])]


@st.composite
def seasons(draw):
    n = draw(st.integers(2, 8))
    groups = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    before = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    fixture = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(0, 2), st.integers(0, 2))
    matches = draw(st.lists(fixture.filter(lambda m: m[0] != m[1]), max_size=20))
    return groups, before, matches


@settings(max_examples=300)
@given(seasons(), st.sampled_from(["never", "after_split"]))
def test_mini_table_equals_the_rule_as_told(season, restart):
    groups, before, matches = season
    n = len(groups)
    owner, opponent, compute = league(matches, n)
    classes = by_keys(start(ints(*groups)), [ints(*before)])
    found = by_mini_table(classes, owner, opponent, compute, restart=restart)

    expected, seen = [0] * n, 0
    for value in sorted({(groups[row], before[row]) for row in range(n)}):
        for block in order([row for row in range(n) if (groups[row], before[row]) == value], matches, restart):
            for row in block:
                expected[row] = seen
            seen += len(block)
    assert found.tolist() == expected


@pytest.mark.parametrize("restart", ["never", "after_split"])
def test_no_pairs_at_all(restart):
    owner, opponent, compute = league([], 3)
    assert by_mini_table(start(ints(0, 0, 0)), owner, opponent, compute, restart=restart).tolist() == [0, 0, 0]
