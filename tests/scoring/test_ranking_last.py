"""First and last places: every case of the table of defaults, and its policies."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.scoring.ranking import PLACES, by_keys, places, start


def ints(*values):
    return np.array(values, np.int64)


def texts(points, absent=0, **policy):
    """The places of one group: of the ranked by their points (more is better), and of so many absentees."""
    groups = np.zeros(len(points), np.int64)
    classes = by_keys(start(groups), [-ints(*points)])
    ranked, away = places(groups, classes, np.zeros(absent, np.int64), **policy)
    return [PLACES[code] for code in ranked.tolist()], [PLACES[code] for code in away.tolist()]


@pytest.mark.parametrize(
    ("points", "policy", "expected"),
    [
        ([9, 7, 5], {}, ["first", "between", "last"]),
        # a small group has a last place like any other: of two, and of three where rank 3 is both rewarded and last
        ([9, 7], {}, ["first", "last"]),
        # tie for last
        ([9, 7, 5, 5], {}, ["first", "between", "last-pending", "last-pending"]),
        ([9, 7, 5, 5], {"tied": "all_tied"}, ["first", "between", "last", "last"]),
        ([9, 7, 5, 5], {"tied": "none"}, ["first", "between", "between", "between"]),
        # tie for first
        ([9, 9, 5], {}, ["first", "first", "last"]),
        # all tied; the policy for a tie for last does not matter
        ([9, 9, 9], {}, ["between"] * 3),
        ([9, 9, 9], {"tied": "all_tied"}, ["between"] * 3),
        ([9, 9, 9], {"all_level": "all_tied"}, ["last"] * 3),
        # one contestant; the policy for all level does not matter
        ([9], {}, ["only"]),
        ([9], {"all_level": "all_tied"}, ["only"]),
        ([9], {"alone": "last"}, ["last"]),
        ([], {}, []),
    ],
)
def test_cases_without_absentees(points, policy, expected):
    assert texts(points, **policy) == (expected, [])


@pytest.mark.parametrize(
    ("points", "policy", "expected"),
    [
        # the default: an absentee neither is last nor shields
        ([9, 7, 5], {}, (["first", "between", "last"], [""])),
        ([9, 7, 5], {"absent_is_last": True}, (["first", "between", "last"], ["last"])),
        ([9, 7, 5], {"absent_shields_lowest": True}, (["first", "between", "between"], [""])),
        ([9, 7, 5], {"absent_is_last": True, "absent_shields_lowest": True}, (["first", "between", "between"], ["last"])),
        # shielded, there is nothing left to decide about a tie for last
        ([9, 5, 5], {"absent_shields_lowest": True}, (["first", "between", "between"], [""])),
        ([9, 5, 5], {"absent_shields_lowest": True, "tied": "all_tied"}, (["first", "between", "between"], [""])),
        ([9, 5, 5], {}, (["first", "last-pending", "last-pending"], [""])),
        # one ranked and one absentee
        ([9], {}, (["only"], [""])),
        ([9], {"absent_is_last": True}, (["only"], ["last"])),
        ([9], {"alone": "last", "absent_shields_lowest": True}, (["only"], [""])),
        # all level and one absentee
        ([9, 9], {"all_level": "all_tied"}, (["last", "last"], [""])),
        ([9, 9], {"all_level": "all_tied", "absent_shields_lowest": True}, (["between", "between"], [""])),
        # nobody came
        ([], {"absent_is_last": True}, ([], ["last"])),
    ],
)
def test_cases_with_an_absentee(points, policy, expected):
    assert texts(points, 1, **policy) == expected


def test_a_shield_covers_its_own_group_only():
    groups = ints(4, 4, 8, 8)
    classes = by_keys(start(groups), [ints(1, 2, 1, 2)])
    ranked, away = places(groups, classes, ints(8, 9), absent_shields_lowest=True)
    assert [PLACES[code] for code in ranked.tolist()] == ["first", "last", "first", "between"]
    assert away.tolist() == [0, 0]


def test_a_tie_for_last_parted_by_a_decision_is_none():
    # a 9, b 5, c 5; a recorded decision puts b behind c
    groups = ints(0, 0, 0)
    classes = by_keys(start(groups), [ints(-9, -5, -5), ints(0, 2, 1)])
    assert [PLACES[code] for code in places(groups, classes)[0].tolist()] == ["first", "last", "between"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=14),
    st.lists(st.integers(0, 4), max_size=4),
    st.fixed_dictionaries(
        {
            "tied": st.sampled_from(["pending", "all_tied", "none"]),
            "all_level": st.sampled_from(["none", "all_tied"]),
            "alone": st.sampled_from(["none", "last"]),
            "absent_is_last": st.booleans(),
            "absent_shields_lowest": st.booleans(),
        }
    ),
)
def test_places_equal_the_policies_as_told(rows, absent, policy):
    groups = ints(*(group for group, _ in rows))
    classes = by_keys(start(groups), [ints(*(value for _, value in rows))])
    ranked, away = places(groups, classes, ints(*absent), **policy)

    expected = {}
    for group, members in groupby(sorted(range(len(rows)), key=lambda row: rows[row]), key=lambda row: rows[row][0]):
        inside = list(members)
        values = sorted({rows[row][1] for row in inside})
        shielded = policy["absent_shields_lowest"] and group in absent
        lowest = [row for row in inside if rows[row][1] == values[-1]]
        for row in inside:
            if len(inside) == 1:
                text = "last" if policy["alone"] == "last" and not shielded else "only"
            elif len(values) == 1:
                text = "last" if policy["all_level"] == "all_tied" and not shielded else "between"
            elif rows[row][1] == values[0]:
                text = "first"
            elif row not in lowest or shielded:
                text = "between"
            elif len(lowest) == 1:
                text = "last"
            else:
                text = {"pending": "last-pending", "all_tied": "last", "none": "between"}[policy["tied"]]
            expected[row] = text
    assert [PLACES[code] for code in ranked.tolist()] == [expected[row] for row in range(len(rows))]
    assert [PLACES[code] for code in away.tolist()] == ["last" if policy["absent_is_last"] else ""] * len(absent)
