"""What the operator shows: who is on, what is revealed, what is frozen.

None of this is in the log, for nothing of it bears on the result; it is kept beside the log, so that a restart changes nothing on
the screen. A freeze is a filter over events: the screen shows the result of the log up to the event at which it was frozen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.live.refusals import malformed

if TYPE_CHECKING:
    from scoring_engine.live.access import Keep

HIDDEN, LIVE, STEPS = "hidden", "live", "steps"


class Show(NamedTuple):
    """The operator's state of one competition.

    current    id of the contestant who is on, "" for nobody
    ranking    hidden: no table; live: the table as it grows; steps: the table from the last place up
    steps      how many rows from the end of the table are shown, with `steps`
    revealed   contestants whose own result is shown
    freeze     seq of the last event that the screen sees, None for all
    """

    current: str = ""
    ranking: str = HIDDEN
    steps: int = 0
    revealed: tuple[str, ...] = ()
    freeze: int | None = None


class Shows:
    """The operator's states of all competitions, kept in the ledger's notes."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._states: dict[str, Show] = {}

    def of(self, competition: str) -> Show:
        """The state of a competition."""
        if competition not in self._states:
            kept = json.loads(self._keep.get(f"live/show/{competition}") or "{}")
            self._states[competition] = Show(**{**kept, "revealed": tuple(kept.get("revealed", ()))})
        return self._states[competition]

    def reload(self) -> bool:
        """Take in what another server has kept; whether there was anything."""
        before = dict(self._states)
        self._states.clear()
        return any(self.of(competition) != state for competition, state in before.items())

    def change(self, competition: str, **changes: Any) -> Show:
        """Set parts of the state; durable on return."""
        state = self.of(competition)._replace(**changes)
        self._keep.put(f"live/show/{competition}", json.dumps(state._asdict(), ensure_ascii=False))
        self._states[competition] = state
        return state


def reveal(state: Show, wish: Mapping[str, Any], contestants: set[str]) -> dict[str, Any]:
    """The changes that a wish {ranking?, steps?, contestant?, revealed?} of the operator asks for.

    contestant, revealed   show (true, the default) or hide one contestant's own result

    Raises:
        Refusal: it is none.
    """
    changes: dict[str, Any] = {}
    if "ranking" in wish:
        if wish["ranking"] not in (HIDDEN, LIVE, STEPS):
            raise malformed("ranking: hidden, live, steps")
        changes["ranking"] = wish["ranking"]
        if wish["ranking"] != state.ranking:
            changes["steps"] = 0
    if "steps" in wish:
        steps = wish["steps"]
        if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= 100_000:
            raise malformed("steps: 0, 1, 2 …")
        changes["steps"] = steps
    if "contestant" in wish:
        who, shown = wish["contestant"], wish.get("revealed", True)
        if who not in contestants or not isinstance(shown, bool):
            raise malformed(f"contestant: {who}")
        others = tuple(name for name in state.revealed if name != who)
        changes["revealed"] = (*others, who) if shown else others
    if not changes:
        raise malformed("ranking, steps, contestant")
    return changes
