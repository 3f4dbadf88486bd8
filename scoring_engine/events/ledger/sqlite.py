"""The ledger in an SQLite file.

One connection, in the committer's thread, owns all writes and all checkpoints; every other connection is read-only, and a
lock keeps other programs from writing. This is also what makes it safe with SQLite 3.7.0 to 3.51.2, whose WAL mode has a
defect (the "WAL-reset bug", mended in 3.51.3): two connections that write or checkpoint at the same instant can lose
pages that were committed. Here there are never two. A read-only connection does not checkpoint, not even the last one when
it closes, for it cannot lock the file for writing.

WAL with synchronous=FULL: a transaction is in the write-ahead log, and that on the disk, when COMMIT returns; readers do not
wait for the writer, nor it for them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from scoring_engine.events.ledger.appending import add
from scoring_engine.events.ledger.chain import GENESIS
from scoring_engine.events.ledger.committer import Committer
from scoring_engine.events.ledger.errors import LedgerError, NotStoredError
from scoring_engine.events.ledger.lock import WriterLock
from scoring_engine.events.ledger.store import CHUNK, FORMAT, Batch, Clock, Entry, Head, Job, Replace, Store, local_time
from scoring_engine.messages import Message

APPLICATION = 0x5343_4C47
"""Marks an SQLite file as a ledger ("SCLG"), in its header."""

POLL = 0.05
"""Seconds between two looks of a reader, in another process than the writer, for new events."""

SCRATCH = 1 << 20
"""Bytes; with less than this free, a disk counts as full."""

_TABLES = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    competition TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END;
CREATE TRIGGER events_are_appended BEFORE INSERT ON events
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END;
CREATE TRIGGER head_goes_on BEFORE UPDATE ON head WHEN NEW.seq <= OLD.seq BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END;
"""
# The trigger on INSERT is there for INSERT OR REPLACE, which deletes without asking the trigger on DELETE.


class SqliteStore(Store):
    """The ledger in the SQLite file at `path`; see `open_ledger`."""

    def __init__(self, path: str, create: bool = False, readonly: bool = False, clock: Clock | None = None) -> None:
        self.name = path
        self._path = Path(path).absolute()
        self._clock = clock or local_time
        self._committer: Committer[Job] | None = None
        self._lock: WriterLock | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._arrived = threading.Condition()
        self._seq = 0
        if self._path.is_dir():
            raise LedgerError(Message("{file} is a folder; name a file in it", {"file": path}))
        if not self._path.exists() and (readonly or not create):
            raise LedgerError(Message("{file}: there is no such ledger; check the path", {"file": path}))
        if not self._path.parent.is_dir():
            raise LedgerError(Message("{file}: there is no such folder; check the path", {"file": path}))
        try:
            if not readonly:
                self._lock = WriterLock(path)
                self._open_writer(create)
            self._reader = self._open_reader()
            self._check_format(self._reader)
        except BaseException as error:
            self.close()
            if isinstance(error, sqlite3.Error):
                raise self._unreadable(error) from error
            raise

    # -- opening -------------------------------------------------------------------------------------------------------

    def _open_writer(self, create: bool) -> None:
        """Opens the one connection that writes, and starts the thread that owns it from then on."""
        self._connection = self._connect("rwc" if create else "rw")
        try:
            self._make(self._connection, create)
            self._seq = self._read_head(self._connection).seq
        except BaseException:
            self._connection.close()
            raise
        self._committer = Committer(self.name, self._commit, self._finish)

    def _connect(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False, timeout=10)

    def _make(self, connection: sqlite3.Connection, create: bool) -> None:
        """Makes the tables in a new file; all of them or, if that is cut short, none."""
        if create and _is_blank(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.strip().split(";\n"):
                connection.execute(statement)
            connection.execute("INSERT INTO head VALUES (1, 0, ?)", (GENESIS,))
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("COMMIT")
        self._check_format(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: through the drive's own cache

    def _open_reader(self) -> sqlite3.Connection:
        connection = self._connect("ro")
        connection.text_factory = bytes
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            # A folder that cannot be written, where the write-ahead log of even a reader would be. With no log left
            # behind, and nobody who could write one, the file alone is the ledger.
            if os.access(self._path.parent, os.W_OK) or os.path.exists(f"{self._path}-wal"):
                raise
            connection = self._connect("ro&immutable=1")
            connection.text_factory = bytes
        return connection

    def _check_format(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise LedgerError(Message("{file} is a database, but not a ledger; name another file", {"file": self.name}))
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            text = "{file} is a ledger of format {version}, and this program knows formats up to {known}; bring scoring-engine up to date"
            raise LedgerError(Message(text, {"file": self.name, "version": str(version), "known": str(FORMAT)}))

    # -- writing, in the committer's thread ----------------------------------------------------------------------------

    def _commit(self, jobs: list[Job]) -> list[Any]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            answers, head = self._write(connection, jobs)
            self._make_durable(connection)
        except sqlite3.Error as error:
            _roll_back(connection)
            raise self._not_stored(error) from error
        except BaseException:
            _roll_back(connection)
            raise
        if head.seq > self._seq:
            with self._arrived:
                self._seq = head.seq
                self._arrived.notify_all()
        return answers

    def _write(self, connection: sqlite3.Connection, jobs: list[Job]) -> tuple[list[Any], Head]:
        batches = [job for job in jobs if isinstance(job, Batch)]
        # The head is read anew each time: what the database says holds, after a failed transaction, too.
        head = self._read_head(connection)
        addition = add(batches, head, _known(connection, batches), self._clock())
        if addition.rows:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", addition.rows)
            connection.execute("UPDATE head SET seq = ?, hash = ?", addition.head)
        appended = iter(addition.answers)
        answers: list[Any] = [_replace(connection, job) if isinstance(job, Replace) else next(appended) for job in jobs]
        return answers, addition.head

    def _make_durable(self, connection: sqlite3.Connection) -> None:
        connection.execute("COMMIT")

    def _finish(self) -> None:
        """The end of the thread: everything into the one file, where no reader of another process is in the way."""
        self._close_reader()
        with suppress(sqlite3.Error):  # what stays in the write-ahead log is found there by the next one who opens the ledger
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _not_stored(self, error: sqlite3.Error) -> NotStoredError:
        if _is_full(error) or shutil.disk_usage(self._path.parent).free < SCRATCH:
            text = "{file}: the disk is full; nothing of this was stored. Free some space and send it again"
            return NotStoredError(Message(text, {"file": self.name}))
        return NotStoredError(Message("{file}: {problem}; nothing of this was stored", {"file": self.name, "problem": str(error)}))

    # -- reading -------------------------------------------------------------------------------------------------------

    def bodies(self, after_seq: int = 0, chunk: int = CHUNK) -> Iterator[tuple[int, bytes]]:
        """The seq and the canonical JSON of the events after `after_seq`, read `chunk` at a time."""
        query = "SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        while rows := self._select(query, after_seq, chunk):
            yield from rows
            after_seq = rows[-1][0]

    def entries(self) -> Iterator[Entry]:
        """All rows, ordered by seq."""
        query = "SELECT seq, id, competition, body, hash FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        seq = -(2**63)
        while rows := self._select(query, seq, CHUNK):
            for seq, id, competition, body, hash in rows:
                yield Entry(seq, _text(id), _text(competition), bytes(body), bytes(hash))

    def head(self) -> Head:
        """The end of the chain."""
        ((seq, hash),) = self._select("SELECT seq, hash FROM head")
        return Head(seq, hash)

    def wait(self, after_seq: int, timeout: float) -> bool:
        """Whether there are events after `after_seq`; waits for one as long as `timeout` seconds."""
        if self._committer is not None:
            with self._arrived:
                return self._arrived.wait_for(lambda: self._seq > after_seq, timeout)
        end = time.monotonic() + timeout
        while self.head().seq <= after_seq:
            if (left := end - time.monotonic()) <= 0:
                return False
            time.sleep(min(POLL, left))
        return True

    def find(self, prefix: str) -> dict[str, str]:
        """The notes whose keys begin with `prefix`."""
        rows = self._select("SELECT key, value FROM notes WHERE substr(key, 1, ?) = ? ORDER BY key", len(prefix), prefix)
        return {key.decode(): value.decode() for key, value in rows}

    def get(self, key: str) -> str | None:
        """The note `key`."""
        rows = self._select("SELECT value FROM notes WHERE key = ?", key)
        return rows[0][0].decode() if rows else None

    def _select(self, query: str, *values: object) -> list[Any]:
        with self._reading:
            if self._reader is None:
                raise LedgerError(Message("{file} was closed", {"file": self.name}))
            try:
                return self._reader.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise self._unreadable(error) from error

    def _read_head(self, connection: sqlite3.Connection) -> Head:
        row = connection.execute("SELECT seq, hash FROM head").fetchone()
        if row is None:
            raise LedgerError(Message("{file} is damaged: its end is not recorded; go on with a copy of it", {"file": self.name}))
        return Head(*row)

    def _unreadable(self, error: sqlite3.Error) -> LedgerError:
        code = _code(error)
        if code == "SQLITE_NOTADB":
            return LedgerError(Message("{file} is not a ledger; name another file", {"file": self.name}))
        if code.startswith("SQLITE_CORRUPT"):
            text = "{file} is damaged ({problem}); go on with a copy of it, or with the log exported last"
            return LedgerError(Message(text, {"file": self.name, "problem": str(error)}))
        if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
            return LedgerError(Message("{file}: no permission to open it; ask its owner", {"file": self.name}))
        if _is_full(error) or shutil.disk_usage(self._path.parent).free < SCRATCH:
            return LedgerError(Message("{file}: the disk is full; free some space", {"file": self.name}))
        return LedgerError(Message("{file}: {problem}", {"file": self.name, "problem": str(error)}))

    def _close_reader(self) -> None:
        with self._reading:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def _release(self) -> None:
        self._close_reader()
        if self._lock is not None:
            self._lock.release()


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Whether the file is new, or its making was cut short."""
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _known(connection: sqlite3.Connection, batches: list[Batch]) -> dict[str, tuple[int, str]]:
    """id → seq and body of those events that are stored already."""
    known = {}
    for batch in batches:
        for draft in batch.drafts:
            row = connection.execute("SELECT seq, body FROM events WHERE id = ?", (draft.id,)).fetchone()
            if row is not None:
                known[draft.id] = row
    return known


def _replace(connection: sqlite3.Connection, job: Replace) -> bool:
    if job.checked:
        row: tuple[str] | None = connection.execute("SELECT value FROM notes WHERE key = ?", (job.key,)).fetchone()
        if (row[0] if row else None) != job.old:
            return False
    if job.new is None:
        connection.execute("DELETE FROM notes WHERE key = ?", (job.key,))
    else:
        connection.execute("INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (job.key, job.new))
    return True


def _roll_back(connection: sqlite3.Connection) -> None:
    """Ends the transaction, which an error of the disk may have ended already."""
    if connection.in_transaction:
        with suppress(sqlite3.Error):  # if it cannot be ended, the next BEGIN fails, and nothing is stored until one succeeds
            connection.execute("ROLLBACK")


def _is_full(error: sqlite3.Error) -> bool:
    return _code(error) in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


def _code(error: sqlite3.Error) -> str:
    """SQLite's name for the error; "" for one of Python's own."""
    return getattr(error, "sqlite_errorname", "")
