"""Other servers on the same ledger: what they store and change reaches the pages of this one.

Only a ledger in PostgreSQL has several writers. Its events are waited for; who may enter and what the operator shows, which are
kept beside the log, are looked at every `EVERY` seconds.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from scoring_engine.events.ledger.errors import LedgerError
from scoring_engine.live.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from scoring_engine.live.access import Access
    from scoring_engine.live.contest import Contest
    from scoring_engine.live.show import Shows

EVERY = 1.0

log = logging.getLogger("scoring_engine.live")


class Follower:
    """Follows from its making to `stop`, in a thread of its own.

    stir   called where something that is shown and no event has changed
    """

    def __init__(self, contest: Contest, access: Access, shows: Shows, stir: Callable[[], None]) -> None:
        self._contest = contest
        self._access = access
        self._shows = shows
        self._stir = stir
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when nothing is followed any more."""
        self._stopped.set()
        self._thread.join(2 * EVERY)

    def _run(self) -> None:
        well = True
        while not self._stopped.is_set():
            try:
                self._turn()
                well = True
            except (LedgerError, Refusal) as error:
                if well:  # once, and not every second, until it is mended
                    log.warning("the ledger cannot be followed: %s", error)
                well = False
                self._stopped.wait(EVERY)

    def _turn(self) -> None:
        if self._contest.store.wait(self._contest.head, EVERY):
            self._contest.submit([]).result()  # before it looks at what came here, the writer takes in what is there
        if self._access.reload() | self._shows.reload():
            self._stir()
