"""What held for a key at a moment: the last event before it."""

from __future__ import annotations

import numpy as np

from scoring_engine.scoring.intake.roll import END, NONE
from scoring_engine.scoring.vectors import Ints, fits


class Timeline:
    """Values set for keys at moments (positions in the log). Keys are integers in [0, space); -1 stands for no key."""

    __slots__ = ("_distinct", "_ends", "_moments", "_slots", "_space", "_starts", "_values")

    def __init__(self, keys: Ints = NONE, moments: Ints = NONE, values: Ints = NONE, space: int = 0) -> None:
        order = np.lexsort((moments, keys))
        order = order[keys[order] >= 0]
        self._distinct, self._starts = np.unique(keys[order], return_index=True)
        self._ends = np.append(self._starts[1:], order.size)[: self._distinct.size]
        self._moments, self._values = moments[order], values[order]
        self._space = space
        self._slots: Ints | None = None

    def __bool__(self) -> bool:
        """Whether anything was ever set."""
        return self._distinct.size > 0

    def before(self, keys: Ints, moments: Ints, default: int) -> Ints:
        """For each key the value set last before the moment, `default` where none was."""
        result = np.full(keys.size, default, np.int64)
        if not self:
            return result
        slot = self._find(keys)
        wanted = np.flatnonzero(slot >= 0)
        slot, moment = slot[wanted], moments[wanted]
        span = int(self._moments.max()) + 2
        offset = np.repeat(np.arange(self._distinct.size), self._ends - self._starts) * span + self._moments
        at = np.searchsorted(offset, slot * span + np.minimum(moment, span - 1)) - 1
        found = at >= self._starts[slot]
        result[wanted[found]] = self._values[at[found]]
        return result

    def _find(self, keys: Ints) -> Ints:
        """The place of each key among those that were ever set, -1 for others."""
        if self._slots is None and fits(self._space, keys.size):
            self._slots = np.full(self._space + 1, -1, np.int64)
            self._slots[self._distinct] = np.arange(self._distinct.size)
        if self._slots is not None:
            return self._slots[keys]
        at = np.minimum(np.searchsorted(self._distinct, keys), self._distinct.size - 1)
        return np.where(self._distinct[at] == keys, at, -1)

    def known(self, keys: Ints) -> Ints:
        """The places of those keys of which something is ever said."""
        return np.flatnonzero(self._find(keys) >= 0)

    def has(self, border: int, *, below: bool) -> bool:
        """Whether something is ever said of a key below the border, or of one from it on."""
        return bool(self and (self._distinct[0] < border if below else self._distinct[-1] >= border))

    def latest(self, keys: Ints, default: int) -> Ints:
        """For each key the value that holds at the end."""
        return self.before(keys, np.full(keys.size, END, np.int64), default)

    def at_the_end(self, value: int) -> Ints:
        """The keys that have `value` at the end, ascending."""
        return np.asarray(self._distinct[self._values[self._ends - 1] == value])


NEVER = Timeline()
"""Nothing was ever set."""
