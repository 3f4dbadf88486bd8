"""Whatever happens to the program, the disk or the file: a clear message, nothing that was acknowledged lost, nothing half-written."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.errors import HeldError, LedgerError, NotStoredError
from scoring_engine.events.ledger.sqlite import SqliteStore
from scoring_engine.events.ledger.verifying import verify
from tests.ledger.build import mark

ROOT = Path(__file__).parents[2]
AT = "2024-10-11T12:00:00+08:00"


def writer(url: str, prefix: str, threads: int = 8) -> subprocess.Popen[bytes]:
    """Another process that writes to the ledger."""
    command = [sys.executable, "-m", "tests.ledger.writer", url, prefix, str(threads)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> dict[str, int]:
    """Ends the process at once, some time after its first acknowledgement; id → seq of all that it acknowledged."""
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(process.stdout.read)  # or the pipe fills, and the writer waits
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        output = first + rest.result()
    process.wait()
    process.stdout.close()
    pairs = [item.split("=") for item in output.decode().split()]
    return {id: int(seq) for id, seq in pairs}


def test_ten_rounds_of_kill_9_under_load_lose_no_acknowledged_event(url: str) -> None:
    acknowledged: dict[str, int] = {}
    dice = random.Random(9)
    for number in range(10):
        now = kill_after(writer(url, f"round{number}"), dice.uniform(0, 0.4))
        assert now
        acknowledged |= now
        if number % 2:  # every other time the next writer is the first to open the ledger again
            continue
        with open_ledger(url, readonly=True) as store:
            assert verify(store).fault is None
    with open_ledger(url) as store:
        verdict = verify(store)
        stored = {event["id"]: event["seq"] for event in store.read()}
    assert verdict.fault is None
    assert verdict.head.seq == len(stored)
    assert acknowledged.items() <= stored.items()
    for id, seq in stored.items():  # both events of a batch, or none
        if id.endswith("a"):
            assert stored[id[:-1] + "b"] == seq + 1


def test_a_second_writer_is_told_who_is_there(tmp_path: Path) -> None:
    path = str(tmp_path / "contest.db")
    process = writer(path, "first")
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(HeldError) as held:
            open_ledger(path)
        assert f"process {process.pid} on " in held.value.say()
        assert path in held.value.say()
        with open_ledger(path, readonly=True) as reader:  # readers are not kept out
            assert reader.head().seq > 0
    finally:
        acknowledged = kill_after(process, 0)
    with open_ledger(path) as store:  # and the lock ends with its holder
        assert store.head().seq >= len(acknowledged)


def test_a_second_writer_is_kept_out_whatever_it_calls_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "contest.db", tmp_path / "link.db"
    link.symlink_to(path)
    with open_ledger(path, create=True) as store:
        for name in (path, link, os.path.relpath(path)):
            with pytest.raises(HeldError, match=str(os.getpid())):
                open_ledger(name)
        store.append([mark(1)])
    with open_ledger(link) as store:
        assert store.head().seq == 1


def test_a_lock_that_does_not_say_who_holds_it_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    with open_ledger(path, create=True):
        for content in (b"", b"{", b"[]"):
            Path(f"{path}-lock").write_bytes(content)
            with pytest.raises(HeldError, match="another program writes"):
                open_ledger(path)


def test_what_is_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "contest.db"), create=True)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_readers_can_neither_write_nor_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    with open_ledger(path, create=True) as store:
        store.append([mark(1)])
        reader = SqliteStore(str(path), readonly=True)
        assert reader._reader is not None
        for statement in ("INSERT INTO notes VALUES ('a', 'b')", "DROP TABLE notes", "PRAGMA wal_checkpoint(TRUNCATE)"):
            with pytest.raises(sqlite3.OperationalError):
                reader._reader.execute(statement)
        before = Path(f"{path}-wal").read_bytes()
        reader.close()
        assert Path(f"{path}-wal").read_bytes() == before


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "contest.db"), create=True)
    store.append([mark(1)])
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    stored = 1
    big = [mark(number, comment="x" * 1000) for number in range(2, 1000)]
    with pytest.raises(NotStoredError, match="the disk is full"):
        store.append(big)
    assert store.head().seq == stored
    store.append(big[:5])  # what there is room for goes on
    assert store.head().seq == 6
    store._connection.execute("PRAGMA max_page_count = 100000")
    assert [appended.duplicate for appended in store.append(big)] == [True] * 5 + [False] * 993
    assert verify(store) == (store.head(), None)
    store.close()


FULL = """
import resource, sys
from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.errors import NotStoredError
from tests.ledger.build import mark
store = open_ledger(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
refused = 0
for number in range(1, 400):
    try:
        store.append([mark(number, id=f"{half}{number}", comment="x" * 3000) for half in "ab"])
        print(number)
    except NotStoredError as error:
        assert "stored" in error.say()
        refused += 1
assert refused, "the limit was never reached"
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.append([mark(400, id="a400"), mark(400, id="b400")])
store.close()
"""


@pytest.mark.parametrize("limit", [65_000, 200_000, 1_234_567])
def test_writes_that_fail_in_the_midst_leave_whole_batches_and_the_ledger_goes_on(tmp_path: Path, limit: int) -> None:
    path = str(tmp_path / "contest.db")
    open_ledger(path, create=True).close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", FULL, path, str(limit)], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    acknowledged = {half + number for number in done.stdout.split() for half in "ab"} | {"a400", "b400"}
    with open_ledger(path, readonly=True) as store:
        assert verify(store).fault is None
        stored = {event["id"] for event in store.read()}
    assert acknowledged <= stored
    assert all({"a" + id[1:], "b" + id[1:]} <= stored for id in stored)


def set_version(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize("readonly", [True, False])
def test_a_ledger_of_a_newer_format_is_left_alone(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "contest.db"
    open_ledger(path, create=True).close()
    set_version(path, 7)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=re.escape(f"{path} is a ledger of format 7")):
        open_ledger(path, readonly=readonly, create=not readonly)
    assert path.read_bytes() == before
    set_version(path, 1)
    open_ledger(path).close()  # the lock was let go


def test_a_postgres_ledger_of_a_newer_format_is_left_alone(postgres_url: str) -> None:
    import psycopg

    open_ledger(postgres_url, create=True).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE ledger_head SET format = 7, seq = 1")
    with pytest.raises(LedgerError, match="format 7"):
        open_ledger(postgres_url, create=True)


@pytest.mark.parametrize("readonly", [True, False])
def test_what_is_no_ledger_is_left_alone(tmp_path: Path, readonly: bool) -> None:
    text, other, empty = tmp_path / "text.db", tmp_path / "other.db", tmp_path / "empty.db"
    text.write_text('{"id": "e1"}\n' * 1000)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE people (name)")
    connection.close()
    empty.write_bytes(b"")
    for path, says in (
        (text, "is not a ledger"),
        (other, "not a ledger"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "a.db", "no such"),
    ):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(LedgerError, match=says):
            open_ledger(path, readonly=readonly, create=not readonly)
        assert (path.read_bytes() if path.is_file() else b"") == before
    if readonly:
        with pytest.raises(LedgerError, match="not a ledger"):
            open_ledger(empty, readonly=True)
    else:
        with open_ledger(empty, create=True) as store:  # an empty file is as good as none
            assert store.head().seq == 0


def test_a_copy_of_what_an_ended_writer_left_behind_is_read(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    acknowledged = kill_after(writer(str(path), "only"), 0.1)
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("contest.db*"):
        shutil.copy(file, copy)
    with open_ledger(copy / "contest.db", readonly=True) as store:
        assert acknowledged.items() <= {event["id"]: event["seq"] for event in store.read()}.items()


def test_a_ledger_is_checked_while_it_is_written_to(url: str) -> None:
    process = writer(url, "busy")
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with open_ledger(url, readonly=True) as reader:
            seqs = [0]
            while seqs[-1] < 200:
                verdict = verify(reader)
                assert verdict.fault is None
                seqs.append(verdict.head.seq)
        assert seqs == sorted(seqs)
    finally:
        kill_after(process, 0)


def test_two_servers_write_to_one_postgres_ledger_without_a_gap_and_readers_skip_nothing(postgres_url: str) -> None:
    processes = [writer(postgres_url, f"server{number}", threads=4) for number in range(2)]
    seen: list[int] = []
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        with open_ledger(postgres_url, readonly=True) as reader:
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                assert reader.wait(seen[-1] if seen else 0, 10)
                seen += [event["seq"] for event in reader.read(seen[-1] if seen else 0)]
    finally:
        acknowledged = [kill_after(process, 0) for process in processes]
    assert seen == list(range(1, len(seen) + 1))
    with open_ledger(postgres_url) as store:
        assert verify(store).fault is None
        stored = {event["id"]: event["seq"] for event in store.read()}
    for own in acknowledged:
        assert own.items() <= stored.items()
    assert {id[:7] for id in stored} == {"server0", "server1"}


def test_a_connection_that_the_server_ended_is_made_anew(postgres_url: str) -> None:
    import psycopg

    with open_ledger(postgres_url, create=True) as store:
        store.append([mark(1)])
        with psycopg.connect(postgres_url, autocommit=True) as other:
            own = "datname = current_database() AND pid <> pg_backend_pid()"
            other.execute(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {own}")  # type: ignore[call-overload]
        time.sleep(0.2)
        assert store.append([mark(2)])[0].seq == 2
        assert [event["id"] for event in store.read()] == ["e1", "e2"]


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(LedgerError) as error:
        open_ledger("postgresql://organizer:sesame@127.0.0.1:1/contest", create=True)
    assert "postgresql://organizer@127.0.0.1:1/contest" in error.value.say()
    assert "sesame" not in error.value.say()
    with pytest.raises(LedgerError):
        open_ledger("postgresql://organizer:sesame@[half/contest")
