"""Links that compare many values of each contestant: count-back and sorted lists.

The values are given as pairs `owner`, `value`: the row of the contestant, and a code of which smaller is better. Pairs
come in any order; a contestant without a pair has an empty list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .classes import WORST, block_starts, changes, level, part

if TYPE_CHECKING:
    from typing import Literal

    from .classes import Ints

BEST = np.iinfo(np.int64).min


def by_countback(classes: Ints, owner: Ints, value: Ints, *, limit: Ints | int | None = None) -> Ints:
    """Part level rows by a count-back over a histogram: more of the best value wins, then more of the next, and so on.

    Args:
        classes: int64[n].
        owner: row of each pair, int64[m].
        value: code of each pair, int64[m]. For a full count-back any order key will do. For a cut one the codes are
            counted from 0 within the competition, see `codes_within`.
        limit: only the values with a code below it are counted: 3 compares the numbers of best, second and third
            values. A number, or int64[n].

    Returns:
        refined classes, int64[n].

    Worked example (places): a 1 1 5, b 1 1 4, c 1 2 2 2. Numbers of first places 2 2 1, so c is behind. Of second
    places a and b have none, of third none, of fourth 0 and 1: b, a, c. With limit 2 a and b stay level.
    """
    if limit is not None:
        counted = value < np.broadcast_to(np.asarray(limit), len(classes))[owner]
        owner, value = owner[counted], value[counted]
    # Two histograms differ first at the value where the sorted lists differ first, and there the larger count is the
    # smaller element (or an element where the other list has ended).
    return by_sorted_list(classes, owner, value)


def by_sorted_list(
    classes: Ints,
    owner: Ints,
    value: Ints,
    *,
    first: Literal["best", "worst", "earliest", "latest"] = "best",
    position: Ints | None = None,
    missing: Literal["worse", "better"] = "worse",
) -> Ints:
    """Part level rows by their lists of values, compared element by element; the better first difference wins.

    Args:
        classes: int64[n].
        owner: row of each pair, int64[m].
        value: order key of each pair, int64[m]; smaller is better.
        first: where the comparison begins: with the best or the worst value of each list, or with the earliest or the
            latest by `position`. Element by element means the k-th of one list against the k-th of the other: where
            contestants may lack an element that the others have (a round missed), give them one with `WORST`.
        position: int64[m], wanted for earliest and latest. Values at equal positions are taken best first.
        missing: where a list has ended and the other has not, its element counts as worse than any value, or as better.

    Returns:
        refined classes, int64[n].

    Worked example: a 1 4, b 2 2, c 1 4 4. Best first: b begins with 2 and is behind; a and c are equal for two elements,
    then a has none: c, a, b. With missing better: a, c, b. Worst first: b 2 leads; a 4 1, c 4 4: b, a, c.
    """
    tied = level(classes)
    kept = tied[owner]
    owner, value = owner[kept], value[kept]
    if first == "best":
        order = np.lexsort((value, owner))
    elif first == "worst":
        order = np.lexsort((value, owner))[::-1]
    else:
        if position is None:
            raise ValueError(f"first = {first} needs positions")
        at = position[kept]
        order = np.lexsort((value, at if first == "earliest" else ~at, owner))
    owner, value = owner[order], value[order]
    length = np.bincount(owner, minlength=len(classes))
    begin = np.zeros(len(classes), np.int64)
    heads = np.flatnonzero(changes(owner))
    begin[owner[heads]] = heads

    refined = classes.copy()
    active = np.flatnonzero(tied)
    ended = WORST if missing == "worse" else BEST
    more = np.zeros(len(classes), np.bool_)
    for depth in range(int(length.max(initial=0))):
        own = np.full(len(active), ended)
        there = length[active] > depth
        own[there] = value[begin[active[there]] + depth]
        after, alone = part(refined[active], own)
        refined[active] = after
        # a class whose lists have all ended is level for good
        more[:] = False
        more[after[length[active] > depth + 1]] = True
        active = active[more[after] & ~alone]
        if not len(active):
            break
    return refined


def codes_within(groups: Ints, keys: Ints) -> Ints:
    """Number the different keys of each group from 0, smallest first: the codes that a cut count-back wants.

    Args:
        groups: group of each value, int64[m].
        keys: order key of each value, int64[m].

    Returns:
        int64[m]. Groups 0 0 0 1 1 with keys 25 18 25 12 10 have the codes 1 0 1 1 0.
    """
    order = np.lexsort((keys, groups))
    new_group = changes(groups[order])
    new_key = new_group | changes(keys[order])
    number = np.cumsum(new_key) - 1
    codes = np.empty(len(keys), np.int64)
    codes[order] = number - number[block_starts(new_group)]
    return codes
