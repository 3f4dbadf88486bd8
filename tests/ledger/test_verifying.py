"""A ledger that somebody laid hands on: whatever was changed, left out or moved is found, and the first place named."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.verifying import Verdict, verify
from tests.ledger.build import chained, mark

AT = "2024-10-11T12:00:00+08:00"
EVENTS = [mark(number, at=AT) for number in range(1, 11)]


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = str(tmp_path / "contest.db")
    with open_ledger(path, create=True) as store:
        store.append(EVENTS[:4])
        store.append(EVENTS[4:])
    return path


def tamper(path: str, *statements: str) -> None:
    """Changes the file as one would who knows how: the triggers are taken away first."""
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def verdict(path: str, noted: bytes | None = None) -> Verdict:
    with open_ledger(path, readonly=True) as store:
        return verify(store, noted)


def test_a_ledger_that_nobody_touched_is_in_order(path: str) -> None:
    assert verdict(path) == ((10, chained(EVENTS)), None)


def test_an_empty_ledger_is_in_order(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "new.db", create=True) as store:
        assert verify(store) == ((0, bytes(32)), None)


@pytest.mark.parametrize("seq", [1, 5, 10])
@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE events SET body = replace(body, '\"value\":', '\"value\":9') WHERE seq = {seq}", "changed"),
        ("UPDATE events SET body = body || ' ' WHERE seq = {seq}", "changed"),
        ("UPDATE events SET body = '' WHERE seq = {seq}", "changed"),
        ("UPDATE events SET body = CAST(x'ff00fe' AS TEXT) WHERE seq = {seq}", "changed"),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = {seq}", "hash was changed"),
        ("UPDATE events SET id = 'other' WHERE seq = {seq}", "filed under the id other"),
        ("UPDATE events SET competition = 'other' WHERE seq = {seq}", "filed under"),
        ("UPDATE events SET competition = CAST(x'ff' AS TEXT) WHERE seq = {seq}", "filed under"),
        ("DELETE FROM events WHERE seq = {seq}", "missing"),
    ],
)
def test_one_event_laid_hands_on_is_named(path: str, tampering: str, says: str, seq: int) -> None:
    tamper(path, tampering.format(seq=seq))
    found = verdict(path)
    assert found.fault is not None
    assert found.fault.seq == seq
    assert says in found.fault.message.say()
    assert str(seq) in found.fault.message.say()
    assert found.head == (seq - 1, chained(EVENTS[: seq - 1]))


@pytest.mark.parametrize(
    ("statements", "seq"),
    [
        (["DELETE FROM events WHERE seq > 7"], 8),
        (["DELETE FROM events"], 1),
        (["DELETE FROM events WHERE seq = 4", "UPDATE events SET seq = seq - 1 WHERE seq > 4"], 4),
        (["DELETE FROM events WHERE seq = 4", "UPDATE events SET seq = seq - 1 WHERE seq > 4", "UPDATE head SET seq = 9"], 4),
        (["DELETE FROM events WHERE seq = 1", "UPDATE events SET seq = seq - 1"], 1),
        # two events change places, with everything that is theirs
        ([f"UPDATE events SET seq = {new} WHERE seq = {old}" for old, new in [(4, 100), (7, 4), (100, 7)]], 4),
        ([f"UPDATE events SET seq = {new} WHERE seq = {old}" for old, new in [(9, 100), (10, 9), (100, 10)]], 9),
        # an event from nowhere
        (["INSERT INTO events SELECT 11, 'e11', competition, replace(body, 'e10', 'e11'), hash FROM events WHERE seq = 10"], 11),
        (["INSERT INTO events SELECT 0, 'e0', competition, body, hash FROM events WHERE seq = 10"], 1),
        (["UPDATE head SET seq = 12"], 11),
        (["UPDATE head SET seq = 9, hash = (SELECT hash FROM events WHERE seq = 9)"], 10),
        (["UPDATE head SET hash = zeroblob(32)"], 10),
    ],
)  # fmt: skip
def test_events_missing_moved_or_put_in_are_found_at_the_first_place(path: str, statements: list[str], seq: int) -> None:
    tamper(path, *statements)
    found = verdict(path)
    assert found.fault is not None
    assert found.fault.seq == seq


def test_a_chain_reckoned_anew_is_found_by_a_hash_that_was_noted(path: str, tmp_path: Path) -> None:
    noted = chained(EVENTS[:6])
    assert verdict(path, noted).fault is None
    other = str(tmp_path / "other.db")
    with open_ledger(other, create=True) as store:
        store.append([{**event, "value": 99} if event["id"] == "e3" else event for event in EVENTS])
    assert verdict(other).fault is None
    found = verdict(other, noted).fault
    assert found is not None
    assert noted.hex() in found.message.say()


def test_a_file_with_a_spoilt_page_is_said_to_be_damaged_after_the_last_good_event(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    with open_ledger(path, create=True) as store:
        store.append([mark(number, at=AT, comment="x" * 500) for number in range(1, 5001)])
    content = bytearray(path.read_bytes())
    page = 4096
    start = content.index(b'"e2500"') // page * page
    content[start : start + page] = b"\xa5" * page
    path.write_bytes(bytes(content))
    found = verdict(str(path))
    assert found.fault is not None
    assert found.fault.seq <= 2500
    assert "damaged" in found.fault.message.say()


CHANGES = [
    "UPDATE {events} SET body = '{{}}' WHERE seq = 3",
    "UPDATE {events} SET seq = 30 WHERE seq = 3",
    "DELETE FROM {events} WHERE seq = 3",
    "DELETE FROM {events}",
    "UPDATE {head} SET seq = 1",
    "UPDATE {head} SET hash = hash",
    "DELETE FROM {head}",
]


@pytest.mark.parametrize(
    "statement",
    [
        *(change.format(events="events", head="head") for change in CHANGES),
        "INSERT OR REPLACE INTO events VALUES (3, 'e3', 'final', '{}', zeroblob(32))",
        "INSERT OR REPLACE INTO events VALUES (11, 'e3', 'final', '{}', zeroblob(32))",
        "INSERT OR IGNORE INTO events VALUES (3, 'e3', 'final', '{}', zeroblob(32))",
        "INSERT INTO events VALUES (12, 'e12', 'final', '{}', zeroblob(32))",
    ],
)
def test_sqlite_refuses_to_change_what_is_stored(path: str, statement: str) -> None:
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
    assert verdict(path).fault is None


CLEARINGS = ["TRUNCATE ledger_events", "TRUNCATE ledger_head"]


@pytest.mark.parametrize("statement", [*(change.format(events="ledger_events", head="ledger_head") for change in CHANGES), *CLEARINGS])
def test_postgres_refuses_to_change_what_is_stored(postgres_url: str, statement: str) -> None:
    import psycopg

    with open_ledger(postgres_url, create=True) as store:
        store.append(EVENTS)
    with psycopg.connect(postgres_url) as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute(statement)  # type: ignore[call-overload]
    assert verdict(postgres_url) == ((10, chained(EVENTS)), None)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE ledger_events SET body = replace(body, 'V1', 'V2') WHERE seq = 6", 6),
        ("DELETE FROM ledger_events WHERE seq = 6", 6),
        ("DELETE FROM ledger_events WHERE seq = 10", 10),
    ],
)
def test_what_was_done_to_a_postgres_ledger_is_found(postgres_url: str, statement: str, seq: int) -> None:
    import psycopg

    with open_ledger(postgres_url, create=True) as store:
        store.append(EVENTS)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("ALTER TABLE ledger_events DISABLE TRIGGER ALL")
        connection.execute(statement)  # type: ignore[call-overload]
    found = verdict(postgres_url).fault
    assert found is not None
    assert found.seq == seq


def test_the_first_of_several_faults_is_named(path: str) -> None:
    change, remove = "UPDATE events SET body = '{{}}' WHERE seq = {}", "DELETE FROM events WHERE seq = {}"
    tamper(path, change.format(8), remove.format(3), change.format(9))
    found = verdict(path).fault
    assert found is not None
    assert found.seq == 3
