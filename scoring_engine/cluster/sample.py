"""The competitions that durable-rules decides too: as many as asked for, chosen by a seed.

Each competition has a rank, which its id and the seed make; those with the lowest ranks are chosen. So the choice is the same however the
log is cut and whoever computes it. Which competitions there are, their openings tell, which are found without reading the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.cluster.openings import of_table, of_text
from scoring_engine.cluster.parts import number_of
from scoring_engine.cluster.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]


def ranks(names: Iterable[str], seed: int) -> Words:
    """The rank of each competition: 64 bits without any pattern (splitmix64 over the number of its id)."""
    mixed = np.fromiter(map(number_of, names), np.int64).view(np.uint64)
    mixed += np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ mixed >> np.uint64(31)


def limit(paths: Sequence[str], count: int, seed: int) -> int:
    """The highest rank that is chosen: so many competitions of those that the files open have this or a lower one.

    Raises:
        InputError: a file cannot be read.
    """
    names = {opening.competition for path in paths for opening in (of_table(path) if _is_table(path) else of_text(Text(path)))}
    found = ranks(names, seed)
    return int(np.partition(found, count - 1)[count - 1]) if count < found.size else 2**64 - 1


def _is_table(path: str) -> bool:
    return path.lower().endswith(".parquet")
