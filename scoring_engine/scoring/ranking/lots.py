"""Links that do not measure: a lot drawn from a recorded seed, and an order that people recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .classes import by_keys, level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .classes import Ints, Truths


def by_lot(
    classes: Ints,
    competition: Ints,
    names: Sequence[str],
    seeds: Sequence[str | None],
    contestants: Sequence[str],
) -> Ints:
    """Part level rows by a lot that anybody can draw again: the order of SHA-256("seed|competition|contestant").

    The text is UTF-8 and the digests are compared as bytes, smallest first. Only level rows are hashed. A competition
    without a seed has no lot: its level rows stay level.

    Args:
        classes: int64[n].
        competition: code of each row's competition, int64[n].
        names: id of each competition, by code.
        seeds: recorded seed of each competition, by code.
        contestants: id of each row's contestant.

    Returns:
        refined classes, int64[n].

    Worked example: `printf '2024|final|a' | sha256sum` begins with 8799, for b with 4ee6, for c with 4432: c, b, a.
    """
    from hashlib import sha256

    rows = np.flatnonzero(level(classes))
    drawn, digests = [], []
    for row, code in zip(rows.tolist(), competition[rows].tolist(), strict=True):
        seed = seeds[code]
        if seed is not None:
            drawn.append(row)
            digests.append(sha256(f"{seed}|{names[code]}|{contestants[row]}".encode()).digest())
    if not drawn:
        return classes
    words = np.frombuffer(b"".join(digests), ">u8").reshape(-1, 4).astype(np.uint64)
    # the order of unsigned words is that of signed ones once the top bit is turned over
    signed = (words ^ np.uint64(1 << 63)).view(np.int64)
    keys = np.zeros((4, len(classes)), np.int64)
    keys[:, drawn] = signed.T
    return by_keys(classes, list(keys), rows=np.array(drawn, np.int64))


def by_recorded(classes: Ints, value: Ints, present: Truths) -> Ints:
    """Part level rows by a recorded order: lots drawn by hand, or a decision of those entitled to it.

    A class is parted only where each of its rows has a recorded value. Where one has none the whole class stays level:
    the record was made for another tie (of two, before a correction made it three), and does not say where the third
    belongs. Rows recorded with the same value stay level.

    Args:
        classes: int64[n].
        value: recorded order, int64[n]; smaller is better.
        present: whether a value is recorded, bool[n].

    Returns:
        refined classes, int64[n].

    Worked example: a, b and c level; recorded a 2, b 1: nobody is parted. With c 3 as well: b, a, c.
    """
    complete = np.ones(len(classes), np.bool_)
    complete[classes[~present]] = False
    return by_keys(classes, [value], rows=np.flatnonzero(complete[classes]))
