"""Who is first and who is last (末位), with the policies for the cases in which that is not plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .classes import block_starts, by_both, changes

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from .classes import Ints

    Codes = NDArray[np.int8]

NONE, FIRST, BETWEEN, LAST, ONLY, LAST_PENDING = range(6)
"""The codes of the places; their texts are `scoring.words.PLACES`."""


def places(
    groups: Ints,
    classes: Ints,
    absent: Ints | None = None,
    *,
    tied: Literal["pending", "all_tied", "none"] = "pending",
    all_level: Literal["none", "all_tied"] = "none",
    alone: Literal["none", "last"] = "none",
    absent_is_last: bool = False,
    absent_shields_lowest: bool = False,
) -> tuple[Codes, Codes]:
    """The place of each ranked row and of each absentee.

    Every group is judged by itself, by its classes at the end of the chain (not by rank numbers, so the method of
    ranking makes no difference). Rows that are not ranked are not here: whoever is disqualified has been left out and
    the others have moved up, an excused contestant is nobody's last, and a withdrawn one is an absentee only if the
    caller says so by naming it in `absent`.

    Args:
        groups: group of each ranked row, int64[n].
        classes: classes of the ranked rows, int64[n].
        absent: group of each absentee, int64[k], numbered as `groups`; a group may have absentees only.
        tied: the tie for last that no link has parted. pending: a person must say who is last; all_tied: all of them
            are; none: nobody is. A tie parted by a recorded decision is no tie any more.
        all_level: the whole group, of two or more, is level. none: nobody is first or last; all_tied: all are last.
        alone: one ranked contestant. none: it is the only one, neither first nor last; last: it is last.
        absent_is_last: absentees take the last place, whatever the others did.
        absent_shields_lowest: where a group has an absentee, the lowest ranked is not last.

    Returns:
        codes of the ranked rows, int8[n], and of the absentees, int8[k]; see `scoring.words.PLACES`.

    Worked cases, points in brackets:

        a (9)  b (7)  c (5)           first, between, last
        a (9)  b (7)                  first, last (a small group has a last place like any other)
        a (9)  b (7)  c (5)  d (5)    tie for last: c and d last-pending; all_tied: both last; none: both between
        a (9)  b (9)  c (5)           both first, last (a tie at the top is shown by `tied`, not here)
        a (9)  b (9)  c (9)           all level: all between; all_tied: all last
        a (9)                         only; alone=last: last
        a (9)  b (7)  c (5)  d absent            c last, d has no place
            absent_is_last                       c last and d last: c is the lowest who competed, d stayed away
            absent_shields_lowest                c between, d has no place: nobody is last
            both                                 c between, d last
        a (9)  b (5)  c (5)  d absent, shielded  b and c between: nothing is left to decide
        a (9)  d absent                          a only, d has no place (absent_is_last: last)
        d absent, e absent                       no place (absent_is_last: both last)
        a (9)  b (7)  c disqualified             b last: c is left out
        a (9)  b (7)  c excused                  b last: c is left out and may make it up
    """
    order = by_both(groups, classes)
    group, block = groups[order], classes[order]
    new_group = changes(group)
    new_class = new_group | changes(block)
    group_of, class_of = np.cumsum(new_group) - 1, np.cumsum(new_class) - 1
    field = np.bincount(group_of)[group_of]
    class_size = np.bincount(class_of)[class_of]
    number = class_of - class_of[block_starts(new_group)]
    top = number == 0
    bottom = number == np.bincount(group_of[new_class])[group_of] - 1
    shielded = np.zeros(len(group), np.bool_)
    if absent is not None and absent_shields_lowest:
        shielded = np.isin(group, absent)

    lowest = np.full(len(group), LAST, np.int8)
    lowest[class_size > 1] = {"pending": LAST_PENDING, "all_tied": LAST, "none": BETWEEN}[tied]
    lowest[shielded] = BETWEEN
    place = np.where(top, np.int8(FIRST), np.where(bottom, lowest, np.int8(BETWEEN)))
    place[top & bottom] = BETWEEN if all_level == "none" else LAST
    place[field == 1] = ONLY if alone == "none" else LAST
    place[shielded & top & bottom & (place == LAST)] = BETWEEN
    place[shielded & (field == 1)] = ONLY

    codes = np.empty(len(group), np.int8)
    codes[order] = place
    away = np.full(0 if absent is None else len(absent), LAST if absent_is_last else NONE, np.int8)
    return codes, away
