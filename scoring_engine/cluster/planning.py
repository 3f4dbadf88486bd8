"""Parts of whole competitions out of the files of a log."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from scoring_engine.cluster.parts import Task

if TYPE_CHECKING:
    from scoring_engine.cluster.text import Text
    from scoring_engine.events.fast import Part

SIZE = 24 << 20
"""Bytes of JSON Lines in a part of a large log: more of them make a part larger and no event cheaper."""

MANY = 64
"""Parts that a log is cut into at least, where they are not smaller than `FEW` bytes: so that it takes little memory for its size."""

FEW = 12 << 20

LEAST = 2 << 20
"""Bytes of JSON Lines in a part at least: smaller ones cost more to begin than to compute."""

TERSE = 2
"""How many times the bytes of CSV an event has as JSON Lines."""

ROWS = 100_000
"""Rows of Parquet in a part."""


def plan(paths: Sequence[str]) -> list[Task] | None:
    """Parts of the files where competitions stand together, each competition in one file; None where it shows at once that
    they do not.

    Raises:
        InputError: a file cannot be read.
    """
    pieces: list[Part] = []
    for path in paths:
        cut = _parquet(path) if path.lower().endswith(".parquet") else _text(path)
        if cut is None:
            return None
        pieces += cut
    return [Task(number, (piece,)) for number, piece in enumerate(pieces)]


def _text(path: str) -> list[Part] | None:
    from scoring_engine.cluster.text import Text
    from scoring_engine.events.fast import Part

    text = Text(path)
    terse = TERSE if text.header else 1
    size = size_for(text.size * terse) // terse
    if text.size <= size:
        return [Part(path, text.start, text.size, text.header)] if text.start < text.size else []
    if not text.together():
        return None
    cuts = _season(text, size) if text.linked() else text.cuts(size)
    return None if cuts is None else [Part(path, start, end, text.header) for start, end in pairwise(cuts) if end > start]


def _season(text: Text, size: int) -> list[int] | None:
    """Where to cut a log of competitions that feed one another; None where what belongs together is far apart."""
    from scoring_engine.cluster.openings import ends, links, of_text

    found = links(of_text(text))
    return chosen(found.position[ends(found)].tolist(), text.start, text.size, size)


def chosen(possible: Sequence[int], start: int, end: int, size: int) -> list[int] | None:
    """Of the possible cuts those that make parts of about `size`; None where one would be very much larger."""
    cuts = [start]
    for at, following in pairwise([*possible, end]):
        if following - cuts[-1] > size:
            cuts.append(at)
    cuts.append(end)
    return None if max(b - a for a, b in pairwise(cuts)) > LARGE * size else cuts


LARGE = 8
"""How many times the size that was asked for a part may have before the log is rather sorted first."""


def size_for(total: int) -> int:
    """The bytes of a part of `total` bytes of JSON Lines: memory follows them, and each part has a cost of its own. A log that is not
    large has as many for each processor, so that all end together."""
    most = processors() * min(SIZE, max(FEW, total // MANY))
    return max(LEAST, -(-total // (processors() * max(1, -(-total // most)))))


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parquet(path: str) -> list[Part] | None:
    from scoring_engine.cluster.tables import cuts
    from scoring_engine.events.fast import Part

    rows = cuts(path, ROWS)
    return None if rows is None else [Part(path, start, end) for start, end in pairwise(rows) if end > start]
