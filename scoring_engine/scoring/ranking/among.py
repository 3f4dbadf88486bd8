"""The link that compares level contestants by what happened among themselves only: the mini-table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .classes import by_keys, level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from .classes import Ints, Truths


def by_mini_table(
    classes: Ints,
    owner: Ints,
    opponent: Ints,
    compute: Callable[[Truths], Sequence[Ints]],
    *,
    restart: Literal["never", "after_split"] = "never",
) -> Ints:
    """Part level rows by criteria over the pairs of which both sides are level with each other.

    All criteria are applied in turn to the mini-table of the class as it was. With `after_split`, when that has parted a
    class, a new mini-table is made among those still level and all criteria are applied again, until nothing changes.

    Args:
        classes: int64[n].
        owner: row of the contestant whose result each pair is, int64[m].
        opponent: row of the other side, int64[m]; -1 where the opponent is not ranked.
        compute: gets bool[m], the pairs that count, and returns the criteria: order keys int64[n] each, smaller is
            better. Keys of rows that have no pair that counts, and are not level, are not looked at.
        restart: "never" or "after_split".

    Returns:
        refined classes, int64[n].

    Worked example (criteria: points, then difference): a, b, c, d level. Points among the four a 6, b 6, c 6, d 0;
    difference among the four a 3, b 2, c 2. "never": a, then b and c level, then d. "after_split": the encounter of b
    and c counts alone; who won it is second.
    """
    active = np.flatnonzero(level(classes))
    known = opponent >= 0
    while len(active):
        open_ = np.zeros(len(classes), np.bool_)
        open_[active] = True
        counts = known & open_[owner] & (classes[owner] == classes[opponent])
        refined = by_keys(classes, compute(counts), rows=active)
        if restart == "never":
            return refined
        # only rows of a class that was parted, and that are still level, are in a new situation
        size = np.bincount(refined, minlength=len(classes))
        was = np.bincount(classes, minlength=len(classes))
        parted = size[refined[active]] < was[classes[active]]
        active = active[parted & (size[refined[active]] > 1)]
        classes = refined
    return classes
