"""The ledger in a PostgreSQL database, for several servers at once.

The seq comes from the row of `ledger_head`, which a transaction locks before it looks and leaves changed: who writes after it
waits for its end, so events become visible in the order of their seq. (A sequence would give out 7 and 8 to two transactions of
which 8 may end first; a reader who has seen 8 then never asks for 7.) NOTIFY, sent with the transaction, wakes who waits.

A database holds one ledger, or one in each schema: postgresql://host/contests?options=-csearch_path%3Dfinal
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, LiteralString

from scoring_engine.events.ledger.appending import add
from scoring_engine.events.ledger.chain import GENESIS
from scoring_engine.events.ledger.committer import Committer
from scoring_engine.events.ledger.errors import LedgerError, NotStoredError
from scoring_engine.events.ledger.store import CHUNK, FORMAT, Batch, Clock, Entry, Head, Job, Replace, Store, local_time
from scoring_engine.messages import Message

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
except ModuleNotFoundError as error:
    raise LedgerError(Message("PostgreSQL ledgers need the package psycopg: pip install 'scoring-engine[postgres]'")) from error

if TYPE_CHECKING:
    from psycopg import Connection

CHANNEL: LiteralString = "scoring_engine_ledger"
"""What writers notify and readers listen to; who is woken by another ledger of the database sees no news in its own."""

PATIENCE = 10
"""Seconds to wait for the server, where the URL does not say how many (connect_timeout)."""

_TABLES: LiteralString = """
CREATE TABLE ledger_events (
    seq bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    competition text NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE ledger_head (one int PRIMARY KEY CHECK (one = 1), format int NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE ledger_notes (key text PRIMARY KEY, value text NOT NULL);
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a ledger is append-only'; END $$;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE OR DELETE ON ledger_events
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER events_are_not_cleared BEFORE TRUNCATE ON ledger_events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER head_goes_on BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.seq <= OLD.seq) EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER head_stays BEFORE DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER head_is_not_cleared BEFORE TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""


class PostgresStore(Store):
    """The ledger in the database at `url`; see `open_ledger`."""

    shared = True

    def __init__(self, url: str, create: bool = False, readonly: bool = False, clock: Clock | None = None) -> None:
        self.name = shown(url)
        self._url = url
        self._clock = clock or local_time
        self._committer: Committer[Job] | None = None
        self._closed = False
        self._reader: Connection[Any] | None = None
        self._reading = threading.Lock()
        self._listener: Connection[Any] | None = None
        self._listening = threading.Lock()
        self._connection: Connection[Any] | None = None
        try:
            self._reader = self._connect()
            if create and not readonly and not _is_there(self._reader):
                _make(self._reader)
            self._check_format(self._reader)
            if not readonly:
                self._committer = Committer(self.name, self._commit, self._finish)
        except BaseException as error:
            self.close()
            if isinstance(error, psycopg.Error):
                raise self._unreadable(error) from error
            raise

    # -- opening -------------------------------------------------------------------------------------------------------

    def _connect(self) -> Connection[Any]:
        patience: dict[str, Any] = {} if "connect_timeout" in conninfo_to_dict(self._url) else {"connect_timeout": PATIENCE}
        connection = psycopg.connect(self._url, autocommit=True, client_encoding="utf8", application_name="scoring-engine", **patience)
        with connection.cursor() as cursor:  # a server may be set to acknowledge before a transaction is durable
            if cursor.execute("SHOW synchronous_commit").fetchone() == ("off",):
                cursor.execute("SET synchronous_commit = on")
        return connection

    def _check_format(self, connection: Connection[Any]) -> None:
        if not _is_there(connection):
            raise LedgerError(Message("{file}: there is no such ledger; check the path", {"file": self.name}))
        row = connection.execute("SELECT format FROM ledger_head").fetchone()
        if row is not None and row[0] > FORMAT:
            text = "{file} is a ledger of format {version}, and this program knows formats up to {known}; bring scoring-engine up to date"
            raise LedgerError(Message(text, {"file": self.name, "version": str(row[0]), "known": str(FORMAT)}))

    # -- writing, in the committer's thread ----------------------------------------------------------------------------

    def _commit(self, jobs: list[Job]) -> list[Any]:
        try:
            connection = self._fresh()
            with connection.transaction():
                return self._write(connection, jobs)
        except psycopg.Error as error:
            text = "{file}: {problem}; this may not be stored. Send it again: what is there already counts once"
            raise NotStoredError(Message(text, {"file": self.name, "problem": _first_line(error)})) from error

    def _fresh(self) -> Connection[Any]:
        """The connection that writes; a new one where the server has let go of the last."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.execute("SELECT 1")
            if not self._connection.closed:
                return self._connection
        self._connection = self._connect()
        return self._connection

    def _write(self, connection: Connection[Any], jobs: list[Job]) -> list[Any]:
        batches = [job for job in jobs if isinstance(job, Batch)]
        row = connection.execute("SELECT seq, hash FROM ledger_head FOR UPDATE").fetchone()
        if row is None:
            raise LedgerError(Message("{file} is damaged: its end is not recorded; go on with a copy of it", {"file": self.name}))
        ids = [draft.id for batch in batches for draft in batch.drafts]
        known = {}
        if ids:
            stored = connection.execute("SELECT id, seq, body FROM ledger_events WHERE id = ANY(%s)", (ids,))
            known = {id: (seq, body) for id, seq, body in stored}
        addition = add(batches, Head(*row), known, self._clock())
        if addition.rows:
            insert: LiteralString = (
                "INSERT INTO ledger_events SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bytea[])"
            )
            connection.execute(insert, [list(column) for column in zip(*addition.rows, strict=True)])
            connection.execute("UPDATE ledger_head SET seq = %s, hash = %s", addition.head)
            connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
        appended = iter(addition.answers)
        return [_replace(connection, job) if isinstance(job, Replace) else next(appended) for job in jobs]

    def _finish(self) -> None:
        if self._connection is not None:
            self._connection.close()

    # -- reading -------------------------------------------------------------------------------------------------------

    def bodies(self, after_seq: int = 0, chunk: int = CHUNK) -> Iterator[tuple[int, bytes]]:
        """The seq and the canonical JSON of the events after `after_seq`, read `chunk` at a time."""
        query: LiteralString = "SELECT seq, body FROM ledger_events WHERE seq > %s ORDER BY seq LIMIT %s"
        while rows := self._select(query, after_seq, chunk):
            for seq, body in rows:
                yield seq, body.encode()
            after_seq = rows[-1][0]

    def entries(self) -> Iterator[Entry]:
        """All rows, ordered by seq."""
        query: LiteralString = "SELECT seq, id, competition, body, hash FROM ledger_events WHERE seq > %s ORDER BY seq LIMIT %s"
        seq = -(2**63)
        while rows := self._select(query, seq, CHUNK):
            for seq, id, competition, body, hash in rows:
                yield Entry(seq, id, competition, body.encode(), hash)

    def head(self) -> Head:
        """The end of the chain."""
        rows = self._select("SELECT seq, hash FROM ledger_head")
        if not rows:
            raise LedgerError(Message("{file} is damaged: its end is not recorded; go on with a copy of it", {"file": self.name}))
        return Head(*rows[0])

    def wait(self, after_seq: int, timeout: float) -> bool:
        """Whether there are events after `after_seq`; waits for one as long as `timeout` seconds."""
        end = time.monotonic() + timeout
        if self.head().seq > after_seq:
            return True
        # One connection listens, whoever waits: the second one to wait looks when the first has been woken.
        if not self._listening.acquire(timeout=max(0, timeout)):
            return self.head().seq > after_seq
        try:
            if self._listener is None or self._listener.closed:
                self._listener = self._connect()
                self._listener.execute(f"LISTEN {CHANNEL}")
            while self.head().seq <= after_seq:
                if (left := end - time.monotonic()) <= 0:
                    return False
                for _ in self._listener.notifies(timeout=left, stop_after=1):
                    pass
            return True
        except psycopg.Error as error:
            raise self._unreadable(error) from error
        finally:
            self._listening.release()

    def find(self, prefix: str) -> dict[str, str]:
        """The notes whose keys begin with `prefix`."""
        return dict(self._select('SELECT key, value FROM ledger_notes WHERE starts_with(key, %s) ORDER BY key COLLATE "C"', prefix))

    def get(self, key: str) -> str | None:
        """The note `key`."""
        rows = self._select("SELECT value FROM ledger_notes WHERE key = %s", key)
        return rows[0][0] if rows else None

    def _select(self, query: LiteralString, *values: object) -> list[Any]:
        with self._reading:
            if self._closed:
                raise LedgerError(Message("{file} was closed", {"file": self.name}))
            try:
                if self._reader is not None:
                    with suppress(psycopg.OperationalError):  # the server may have been started anew; ask once more
                        return self._reader.execute(query, values).fetchall()
                self._reader = self._connect()
                return self._reader.execute(query, values).fetchall()
            except psycopg.Error as error:
                raise self._unreadable(error) from error

    def _unreadable(self, error: psycopg.Error) -> LedgerError:
        return LedgerError(Message("{file}: {problem}", {"file": self.name, "problem": _first_line(error)}))

    def _release(self) -> None:
        self._closed = True
        for connection in (self._reader, self._listener):
            if connection is not None:
                connection.close()


def shown(url: str) -> str:
    """The URL as messages show it: without the password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise LedgerError(Message("{file}: {problem}", {"file": url.partition("@")[2] or url, "problem": _first_line(error)})) from None
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host') or ''}{port}/{parts.get('dbname') or ''}"


def _is_there(connection: Connection[Any]) -> bool:
    # Asked of the catalogue's table and not by to_regclass(), which may not yet know of a table that another has just made.
    query: LiteralString = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'ledger_head'"
    return connection.execute(query).fetchone() is not None


def _make(connection: Connection[Any]) -> None:
    """Makes the tables, all of them or none; of several who want to, one does."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (0x53434C47,))
        if not _is_there(connection):
            connection.execute(_TABLES)
            connection.execute("INSERT INTO ledger_head VALUES (1, %s, 0, %s)", (FORMAT, GENESIS))


def _replace(connection: Connection[Any], job: Replace) -> bool:
    if job.checked:
        row = connection.execute("SELECT value FROM ledger_notes WHERE key = %s", (job.key,)).fetchone()
        if (row[0] if row else None) != job.old:
            return False
    if job.new is None:
        connection.execute("DELETE FROM ledger_notes WHERE key = %s", (job.key,))
    else:
        set_: LiteralString = "INSERT INTO ledger_notes VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        connection.execute(set_, (job.key, job.new))
    return True


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
