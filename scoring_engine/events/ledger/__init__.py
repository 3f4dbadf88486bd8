"""The ledger: an append-only store of events in which each is chained to all before it.

A ledger is an SQLite file (`contest.db`) or, by a URL, a PostgreSQL database. `open_ledger` gives the `Store` of either;
the modules of the two are imported when one is opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring_engine.events.ledger.store import Store

SUFFIXES = (".db", ".sqlite", ".sqlite3")
SCHEMES = ("postgresql://", "postgres://")


def is_ledger(path: str) -> bool:
    """Whether a path or URL names a ledger, rather than a file of events."""
    return path.lower().endswith(SUFFIXES) or path.startswith(SCHEMES)


def open_ledger(
    url: str | os.PathLike[str], *, create: bool = False, readonly: bool = False, clock: Callable[[], str] | None = None
) -> Store:
    """The ledger at `url`: the path of an SQLite file, or postgresql://user:password@host/database.

    create     make it if there is none
    readonly   for reading only; as many readers as wanted may be there beside the one writer of an SQLite file
    clock      gives the time, as ISO text with its offset, of events that come without; the machine's when None

    Raises:
        LedgerError: there is none, it is no ledger, it is of a newer format, it is damaged, or another program writes to it.
    """
    path = os.fspath(url)
    if path.startswith(SCHEMES):
        from scoring_engine.events.ledger.postgres import PostgresStore

        return PostgresStore(path, create, readonly, clock)
    from scoring_engine.events.ledger.sqlite import SqliteStore

    return SqliteStore(path, create, readonly, clock)
