"""From classes to the numbers that are published: rank, field, tied, and which link decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .classes import block_starts, changes, level

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from .classes import Ints, Truths


class Standing(NamedTuple):
    """The outcome of a chain. All arrays have one entry a row, in the order of the rows given.

    order          row numbers, group after group, best first; level rows in the order of the final key
    rank           1 for the best of its group
    rank_from_last 1 for the last of its group
    field          number of rows in the group
    tied           the row is level with another at the end of the chain
    pending        the row is level with another and the rulebook wants such a tie decided by people (待集体研究)
    decided_by     index of the link that parted the row from the one above it; for the first of a group from the one
                   below; -1 where there is nobody to be parted from
    decided_below  index of the link that parted the row from the one below it; -1 for the last of a group

    Above and below are counted past the rows that the row is level with: three rows that share rank 2 have all been
    parted from the first by the same link.
    """

    order: Ints
    rank: Ints
    rank_from_last: Ints
    field: Ints
    tied: Truths
    pending: Truths
    decided_by: Ints
    decided_below: Ints


def settle(
    history: Sequence[Ints],
    *,
    ties: Literal["competition", "dense", "ordinal"] = "competition",
    unresolved: Literal["shared", "pending"] = "shared",
    final: Ints | None = None,
) -> Standing:
    """Rank numbers at the end of the chain.

    Args:
        history: the classes before the first link (`start(groups)`) and after each link, so one more than links. A link
            that holds for some competitions only is `np.where(holds, after, before)`.
        ties: competition 1 2 2 4, dense 1 2 2 3, ordinal 1 2 3 4 (level rows in the order of `final`).
        unresolved: whether level rows share their rank for good or wait for a decision. They share the number either way.
        final: int64[n], an order of the rows of each group for listing level rows (a draw, the order of the ids); the
            order of the rows when left out.

    Worked example, one group, links 0 and 1:

        row        a  b  c  d  e
        start      0  0  0  0  0
        link 0     0  1  1  1  4        a leads, e is behind
        link 1     0  2  1  2  4        c before b and d, who stay level
        rank       1  3  2  3  5        (dense 1 3 2 3 4)
        from last  5  2  4  2  1        (dense 4 2 3 2 1)
        decided_by 0  1  0  1  0        a: from c; b, d: from c; c: from a; e: from b and d
        below      0  0  1  0 -1
    """
    groups, classes = history[0], history[-1]
    n = len(classes)
    order = _order(classes) if final is None else np.lexsort((final, classes))
    group, block = groups[order], classes[order]
    new_group, new_class = changes(group), changes(block)
    group_of = np.cumsum(new_group) - 1
    class_of = np.cumsum(new_class) - 1
    field = np.bincount(group_of)[group_of]
    size = np.bincount(class_of)[class_of]
    position = np.arange(n) - block_starts(new_group)
    if ties == "ordinal":
        rank = position + 1
        from_last = field - position
    elif ties == "dense":
        rank = class_of - class_of[block_starts(new_group)] + 1
        from_last = np.bincount(group_of[new_class])[group_of] - rank + 1
    else:
        rank = block - group + 1
        from_last = field - (block - group) - size + 1
    above, below = _deciders([step[order] for step in history], new_group, new_class, class_of)

    def back(values: Ints) -> Ints:
        out = np.empty_like(values)
        out[order] = values
        return out

    tied = back(size) > 1
    return Standing(
        order=order,
        rank=back(rank),
        rank_from_last=back(from_last),
        field=back(field),
        tied=tied,
        pending=tied if unresolved == "pending" else np.zeros(n, np.bool_),
        decided_by=back(above),
        decided_below=back(below),
    )


def _order(classes: Ints) -> Ints:
    """The rows by class, those of one class in their own order. A class is the place of its first row, so only level rows are sorted."""
    place = classes.copy()
    tied = np.flatnonzero(level(classes))
    if len(tied):
        within = classes[tied]
        order = np.argsort(within, kind="stable")
        ordered = within[order]
        place[tied[order]] = ordered + np.arange(len(tied)) - block_starts(changes(ordered))
    rows = np.empty(len(classes), np.int64)
    rows[place] = np.arange(len(classes))
    return rows


def _deciders(steps: Sequence[Ints], new_group: Truths, new_class: Truths, class_of: Ints) -> tuple[Ints, Ints]:
    """The link that parted each row from the class above and from the class below, rows in ranking order."""
    heads = np.flatnonzero(new_class)
    # one entry a class: the link that parted it from the class before it, -1 at the head of a group
    link = np.full(len(heads) + 1, -1, np.int64)
    inner = np.flatnonzero(~new_group[heads])
    for index in range(len(steps) - 2, -1, -1):
        step = steps[index + 1]
        link[inner[step[heads[inner]] != step[heads[inner] - 1]]] = index
    above, below = link[class_of], link[class_of + 1]
    return np.where(above < 0, below, above), below
