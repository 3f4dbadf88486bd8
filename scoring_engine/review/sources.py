"""The events behind rows: who wrote them, when and why, and what an amendment changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.times import write

if TYPE_CHECKING:
    from scoring_engine.events.log import Log

SAID = ("by", "reason", "approver", "text")
"""Fields that say who wrote an event, and why."""


class Sources:
    """The events of a log by competition and sequence number."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._place = {name: code for code, name in enumerate(log.competition.texts)}
        self._ids: dict[str, int] | None = None

    def event(self, competition: str, seq: int) -> dict[str, Any] | None:
        """seq, id, kind, at, by, reason of the event; for an amendment also what it amends and the value before."""
        found = self.position(competition, seq)
        return None if found is None else self.describe(found)

    def position(self, competition: str, seq: int) -> int | None:
        """Where the event is in the log; None where there is no such event."""
        code = self._place.get(competition, -2)
        start, end = np.searchsorted(self.log.seq, [seq, seq + 1]).tolist()
        return next((at for at in range(start, end) if self.log.competition.codes[at] == code), None)

    def describe(self, at: int) -> dict[str, Any]:
        """The event at a position of the log."""
        log = self.log
        kind = log.kind.texts[log.kind.codes[at]]
        event: dict[str, Any] = {"seq": int(log.seq[at]), "id": log.id[at], "kind": kind, "at": self.moment(at)}
        event |= {name: text for name in SAID if (text := self.field(at, name))}
        if kind == "amended" and (target := self.field(at, "event")):
            event["amends"] = target
            before = self._before(target)
            if before is not None:
                event["before"] = before
        return event

    def field(self, at: int, name: str) -> str | None:
        """A field of the event at a position; None where it is not given."""
        log = self.log
        frame = log.frames[log.kind.texts[log.kind.codes[at]]]
        column = frame.columns.get(name)
        if column is None:
            return None
        code = int(column.codes[int(np.searchsorted(frame.rows, at))])
        return None if code < 0 else column.texts[code]

    def moment(self, at: int) -> str | None:
        """When the event at a position happened, as its writer's clock had it."""
        if self.log.at[at] == MISSING_TIME:
            return None
        return write(self.log.at[at : at + 1], self.log.offset[at : at + 1])[0]

    def _before(self, id: str) -> str | None:
        """The value that the event `id` gave."""
        if self._ids is None:
            self._ids = {name: at for at, name in enumerate(self.log.id)}
        at = self._ids.get(id)
        return None if at is None else self.field(at, "value")
