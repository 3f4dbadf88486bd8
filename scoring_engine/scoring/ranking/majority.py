"""Links over places given by judges or won in rounds: the majority of places, and review of one position at a time.

The rules are those of the majority system with eleven rules (1937, 1956): rules 5 to 8, for one round, are `by_majority`;
rules 10 and 11, for those level on the sum of several rounds (rule 9), are `by_position` with the two reviews
`by_places_within` and `by_majority(first=…)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .classes import by_keys, level, part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .classes import Ints

LARGEST_SUM = 2**62


def by_majority(
    classes: Ints,
    owner: Ints,
    place: Ints,
    size: Ints | int,
    *,
    column: Ints | None = None,
    first: Ints | int | None = None,
) -> Ints:
    """Part level rows by the majority of their places.

    The columns are looked at in turn: in column c the places c and better count. A row has its majority in the first
    column where it has more than half of `size` places.

    1. An earlier majority is better (rules 5 and 8: where nobody has one, the next column is included).
    2. In the same column the larger majority is better (rule 6).
    3. Of equal ones that with the smaller sum of those places (rule 7a).
    4. Where these are equal too, the next columns are included for the rows still level only; in each the larger number
       is better, then the smaller sum; rows that are then parted stay parted, and those still level go on to the
       following column without the others (rule 7b).
    5. Rows that never get a majority come behind those that do, by number of places, then by sum.

    Args:
        classes: int64[n].
        owner: row of each place, int64[m].
        place: the places, int64[m], 1 for the best; any size, and in any unit (halves as 2 × the place).
        size: how many places a full panel gives, a number or int64[n]; the majority is size // 2 + 1.
        column: the column in which each place counts, int64[m], where that is not the place: a shared place 2.5
            counts from column 3 on but adds 2.5 to a sum. The place when left out.
        first: the first column looked at, a number or int64[n]; column 1 when left out. (Rule 11 begins with the
            position under review.)

    Returns:
        refined classes, int64[n].

    Raises:
        OverflowError: the sum of a contestant's places does not fit.

    Worked example, 5 judges, so 3 are a majority (sums in brackets):

        judge  1 2 3 4 5    1   1-2   1-3   1-4
        a      1 1 2 4 4    2   3(4)  3
        b      2 3 1 1 3    2   3(4)  5
        c      3 2 3 2 1    1   3(5)
        d      4 4 4 3 2    0   1     2     5

        Three have a majority in column 2, equally large; c has the larger sum. For a and b, level there too, column 3 is
        included, where b has more: b a c d.
    """
    rows = np.flatnonzero(level(classes))
    if not len(rows):
        return classes
    number = np.full(len(classes), -1, np.int64)
    number[rows] = np.arange(len(rows))
    column = place if column is None else column
    kept = number[owner] >= 0
    holder, place, column = number[owner[kept]], place[kept], column[kept]
    lengths = np.bincount(holder, minlength=len(rows))
    _refuse_overflow(lengths, place)

    # places sorted by contestant and column; a code for each column that occurs, `never` behind all
    columns, code = np.unique(column, return_inverse=True)
    never = len(columns)
    spread = holder * (never + 1) + code
    order = np.argsort(spread, kind="stable")
    spread, code = spread[order], code[order]
    # sums over all contestants may wrap around; the difference of two of them, one contestant's sum, is exact again
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(place[order])))
    end = np.cumsum(lengths)
    begin = end - lengths

    def counted(which: Ints, upto: Ints) -> tuple[Ints, Ints]:
        """Number and sum of the places of these contestants up to the column with this code."""
        stop = np.searchsorted(spread, which * (never + 1) + upto, side="right")
        return stop - begin[which], sums[stop] - sums[begin[which]]

    def per_row(value: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(value, np.int64), len(classes))[rows]

    which = np.arange(len(rows))
    needed = per_row(size) // 2 + 1
    reached = np.full(len(rows), never, np.int64)
    enough = lengths >= needed
    reached[enough] = code[(begin + needed - 1)[enough]]
    if first is not None:
        reached = np.maximum(reached, np.searchsorted(columns, per_row(first), side="right") - 1)

    refined = classes.copy()
    current, alone = part(classes[rows], reached)
    refined[rows] = current
    while True:
        which, upto = which[~alone], reached[~alone]
        if not len(which):
            return refined
        count, total = counted(which, upto)
        current, _ = part(refined[rows[which]], -count)
        current, alone = part(current, total)
        refined[rows[which]] = current
        # the next column in which one of the rows still level has a place
        following = np.full(len(which), never, np.int64)
        more = begin[which] + count < end[which]
        following[more] = code[(begin[which] + count)[more]]
        nearest = np.full(len(classes), never, np.int64)
        np.minimum.at(nearest, current, following)
        following = nearest[current]
        alone |= following == never
        reached = following


def by_places_within(classes: Ints, owner: Ints, place: Ints, bound: Ints, *, column: Ints | None = None) -> Ints:
    """Part level rows by the places up to a bound: the larger number is better, of equal ones the smaller sum (rule 10).

    Args:
        classes: int64[n].
        owner: row of each place, int64[m].
        place: the places, int64[m].
        bound: the last place that counts for each row, int64[n].
        column: what is held against the bound, int64[m]; the place when left out.

    Returns:
        refined classes, int64[n].

    Raises:
        OverflowError: the sum of a contestant's places does not fit.
    """
    within = (place if column is None else column) <= bound[owner]
    owner, place = owner[within], place[within]
    count = np.bincount(owner, minlength=len(classes))
    _refuse_overflow(count, place)
    total = np.zeros(len(classes), np.int64)
    np.add.at(total, owner, place)
    return by_keys(classes, [-count, total])


def by_position(classes: Ints, groups: Ints, reviews: Sequence[Callable[[Ints, Ints], Ints]]) -> Ints:
    """Part level rows one position at a time, each position by the reviews in turn.

    The position under review is the best that the level rows share. The first review names those who may have it; where
    they are several the next review names some of them, and so on; who is left at the end gets the position (together,
    if they are several). All others are level again and the next position is reviewed, from the first review on. One
    exception: where a review after the first parts exactly two rows, the second of them gets the next position.

    This is how rules 10 and 11 part those who are level on the sum of their places in several rounds (`of_round`,
    `placing`); the second review takes the places that all judges gave in all rounds together:

        by_position(classes, groups, [
            lambda level, position: by_places_within(level, of_round, placing, position),
            lambda level, position: by_majority(level, of_mark, mark, size, first=position),
        ])

    Args:
        classes: int64[n].
        groups: the classes before the first link (`start`), int64[n]; they tell which position a class begins at.
        reviews: functions of the classes and of the position under review of each row (int64[n], from 1) that return
            refined classes.

    Returns:
        refined classes, int64[n]. One round a position: made for ties of tens of rows, not of thousands.

    Worked example, places won in four rounds, a and b and c level on the sum 8 for position 1:

        a 1 1 3 3    two places within 1
        b 2 3 1 2    one
        c 3 2 2 1    one
        a gets 1. For position 2 b and c have three places within 2, both with the sum 5. If the next review puts c
        before b, c gets 2 and b 3.
    """
    settled = ~level(classes)
    while not settled.all():
        position = classes - groups + 1
        leading = ~settled
        second = np.zeros(len(classes), np.bool_)
        current = classes
        for number, review in enumerate(reviews):
            before = current
            refined = review(before, position)
            # the best part of a class keeps the number of the class
            best = leading & (refined == before)
            if number:
                pair = np.bincount(classes[leading], minlength=len(classes)) == 2
                parted = np.bincount(classes[best], minlength=len(classes)) == 1
                second |= leading & ~best & (pair & parted)[classes]
            leading = best
            leaders = np.bincount(classes[leading], minlength=len(classes))[classes]
            seconds = np.bincount(classes[second], minlength=len(classes))[classes]
            current = classes + np.where(leading | settled, 0, leaders + np.where(second, 0, seconds))
        settled = settled | leading | second
        classes = current
        settled = settled | ~level(classes)
    return classes


def _refuse_overflow(count: Ints, place: Ints) -> None:
    """An error where so many of these places might not fit into a sum."""
    if len(place) and int(count.max()) * max(-int(place.min()), int(place.max())) > LARGEST_SUM:
        raise OverflowError("the sum of a contestant's places is too large")
