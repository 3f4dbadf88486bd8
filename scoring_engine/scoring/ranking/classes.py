"""The state of a ranking under way: who is level with whom.

A ranking is a chain of links, each of which parts contestants that were level so far. All contestants of all groups
(competitions, divisions) are rows of the same arrays. The state is one int64 array `classes`: the class of a row is the
number of rows that stand before its class, all groups put one after the other. Rows of one class are level.

    groups    0  0  0  0  1  1          two groups, of four and of two
    classes   0  0  0  0  4  4          `start`: everybody of a group is level
    key       7  5  7  9  1  2          smaller is better
    classes   1  0  1  3  4  5          `by_keys`: the second row leads, the two with 7 share the next class

Numbered in this way a link touches the level rows only, and the class is the rank but for the start of the group.
Nothing here depends on the order of the rows: a permutation of them permutes the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Truths = NDArray[np.bool_]

WORST = np.iinfo(np.int64).max
"""The order key of what is not there: behind every value."""


def start(groups: Ints) -> Ints:
    """Classes before the first link: all rows of a group are level.

    Args:
        groups: int64[n], any number for each group; groups follow each other in the order of these numbers.

    Returns:
        classes, int64[n].
    """
    if not len(groups):
        return np.zeros(0, np.int64)
    if (groups[1:] >= groups[:-1]).all():
        return block_starts(changes(groups))
    order = np.argsort(groups, kind="stable")
    classes = np.empty(len(groups), np.int64)
    classes[order] = block_starts(changes(groups[order]))
    return classes


def level(classes: Ints) -> Truths:
    """The rows that are level with another row, bool[n]."""
    return np.bincount(classes, minlength=len(classes))[classes] > 1


def by_keys(classes: Ints, keys: Sequence[Ints], rows: Ints | None = None) -> Ints:
    """Part level rows by order keys: the first key, where that is equal the second, and so on.

    Args:
        classes: int64[n].
        keys: arrays int64[n]; smaller is better. Turn a measure of which more is better around before, and give rows
            without a value `WORST`.
        rows: the rows that may be parted, int64[k]; all when left out. Of a class either all rows or none.

    Returns:
        refined classes, int64[n]. Rows that are alone in their class keep it.
    """
    tied = level(classes)
    active = np.flatnonzero(tied) if rows is None else rows[tied[rows]]
    if not len(active) or not keys:
        return classes
    refined = classes.copy()
    for key in keys:
        refined[active], alone = part(refined[active], key[active])
        active = active[~alone]
        if not len(active):
            break
    return refined


def part(before: Ints, key: Ints) -> tuple[Ints, Truths]:
    """Part whole classes by one key.

    Args:
        before: the class of each row; every class is here with all its rows.
        key: smaller is better.

    Returns:
        the refined class of each row, and whether the row is alone in it.
    """
    order = by_both(before, key)
    old, own = before[order], key[order]
    new_class = changes(old)
    new_block = new_class | changes(own)
    after, alone = np.empty_like(before), np.empty(len(before), np.bool_)
    # the class of a block is its old class plus the rows of that class in front of it
    after[order] = old + block_starts(new_block) - block_starts(new_class)
    alone[order] = new_block & np.append(new_block[1:], True)
    return after, alone


def by_both(first: Ints, second: Ints) -> Ints:
    """An order of rows by two columns. Rows that are equal in both stand together in any order."""
    if not len(first):
        return np.zeros(0, np.int64)
    low, lowest = int(first.min()), int(second.min())
    width = int(second.max()) - lowest + 1
    both = (int(first.max()) - low + 1) * width
    if both > WORST:
        return np.lexsort((second, first))
    keys = (first - low) * width + (second - lowest)
    bits = len(keys).bit_length()
    if both << bits > WORST:
        return np.argsort(keys)
    keys <<= bits  # numbers are sorted much faster than rows by numbers
    keys |= np.arange(len(keys))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys


def changes(ordered: Ints) -> Truths:
    """True where a value differs from the one before it, and at the first."""
    differs = np.empty(len(ordered), np.bool_)
    differs[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=differs[1:])
    return differs


def block_starts(heads: Truths) -> Ints:
    """For each position the position at which its block began; `heads` is true where a block begins."""
    return np.maximum.accumulate(np.where(heads, np.arange(len(heads)), 0))
