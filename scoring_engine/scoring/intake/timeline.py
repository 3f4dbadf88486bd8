"""What held for a key at a moment: the last event before it."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.vectors import Ints

END = np.iinfo(np.int64).max // 4
"""A moment after all events."""


class Timeline:
    """Values set for keys at moments (positions in the log). Keys are packed integers ≥ 0."""

    __slots__ = ("_keys", "_moments", "_values")

    def __init__(self, keys: Ints, moments: Ints, values: Ints) -> None:
        order = np.lexsort((moments, keys))
        self._keys, self._moments, self._values = keys[order], moments[order], values[order]

    def before(self, keys: Ints, moments: Ints, default: int) -> Ints:
        """For each key the value set last before the moment, `default` where none was."""
        if not self._keys.size:
            return np.full(keys.size, default, np.int64)
        distinct, starts = np.unique(self._keys, return_index=True)
        ends = np.append(starts[1:], self._keys.size)
        slot = np.searchsorted(distinct, keys)
        slot[slot == distinct.size] = 0
        known = distinct[slot] == keys
        result = np.full(keys.size, default, np.int64)
        wanted = np.flatnonzero(known)
        span = int(self._moments.max()) + 2
        offset = np.searchsorted(distinct, self._keys) * span + self._moments
        at = np.searchsorted(offset, slot[wanted] * span + np.minimum(moments[wanted], span - 1)) - 1
        found = (at >= starts[slot[wanted]]) & (at < ends[slot[wanted]])
        result[wanted[found]] = self._values[at[found]]
        return result

    def latest(self, keys: Ints, default: int) -> Ints:
        """For each key the value that holds at the end."""
        return self.before(keys, np.full(keys.size, END, np.int64), default)
