"""What every store of a ledger does: the same tests for SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from scoring_engine.events.errors import InputError
from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.errors import ConflictError, LedgerError
from scoring_engine.events.ledger.store import Store
from tests.ledger.build import chained, mark

NOON = "2024-10-11T12:00:00+08:00"


@pytest.fixture
def store(url: str):
    with open_ledger(url, create=True) as store:
        yield store


def test_events_are_numbered_from_one_and_read_as_they_were_written(store: Store) -> None:
    first, second = store.append([mark(1, at=NOON), mark(2, at=NOON, value=Decimal("92.50"), comment='清楚 "好"\n')])
    assert (first.seq, first.id, first.at, first.duplicate) == (1, "e1", NOON, False)
    assert (second.seq, second.id, second.duplicate) == (2, "e2", False)
    events = list(store.read())
    assert events == [
        {**mark(1, at=NOON), "seq": 1},
        {**mark(2, at=NOON), "seq": 2, "value": Decimal("92.5"), "comment": '清楚 "好"\n'},
    ]
    assert list(store.read(1)) == events[1:]
    assert list(store.read(2)) == []


def test_read_of_one_competition_leaves_out_the_others(store: Store) -> None:
    store.append([mark(1), mark(2, competition="semifinal"), mark(3)])
    assert [event["id"] for event in store.read(competition="final")] == ["e1", "e3"]
    assert [event["seq"] for event in store.read(1, "final")] == [3]


def test_head_is_the_chain_over_canonical_json(store: Store) -> None:
    assert store.head() == (0, bytes(32))
    events = [mark(number, at=NOON, comment="点评") for number in range(1, 8)]
    store.append(events[:3])
    store.append(events[3:])
    assert store.head() == (7, chained(events))


def test_notation_of_numbers_and_order_of_fields_make_no_difference(store: Store) -> None:
    store.append([mark(1, at=NOON, value=Decimal("92.50"))])
    for value in (92.5, Decimal("9.25e1"), Decimal("92.500")):
        (again,) = store.append([dict(reversed(mark(1, at=NOON, value=value, comment=None, unit="").items()))])
        assert again.duplicate
    body = (
        '{"at":"2024-10-11T12:00:00+08:00","competition":"final","contestant":"V1","criterion":"quality",'
        '"id":"e1","judge":"J1","kind":"score","value":92.5}'
    )
    assert list(store.bodies()) == [(1, body.encode())]
    assert store.head() == (1, hashlib.sha256(bytes(32) + body.encode()).digest())


def test_an_event_delivered_twice_counts_once(store: Store) -> None:
    store.append([mark(1), mark(2)])
    head = store.head()
    answers = store.append([mark(2), mark(1)])
    assert [(answer.seq, answer.duplicate) for answer in answers] == [(2, True), (1, True)]
    assert store.head() == head
    mixed = store.append([mark(2), mark(3), mark(3)])
    assert [(answer.seq, answer.duplicate) for answer in mixed] == [(2, True), (3, False), (3, True)]


def test_an_id_with_other_content_is_a_conflict_and_stores_nothing_of_its_batch(store: Store) -> None:
    store.append([mark(1)])
    head = store.head()
    with pytest.raises(ConflictError) as conflict:
        store.append([mark(2), mark(1, value=5), mark(3)])
    assert (conflict.value.id, conflict.value.seq) == ("e1", 1)
    assert "e1" in conflict.value.say()
    with pytest.raises(ConflictError) as conflict:
        store.append([mark(2), mark(2, value=5)])
    assert (conflict.value.id, conflict.value.seq) == ("e2", None)
    assert store.head() == head
    assert [answer.seq for answer in store.append([mark(2)])] == [2]


def test_the_ledger_gives_the_time_where_none_came_and_a_retry_keeps_the_first(url: str) -> None:
    times = iter(["2024-10-11T09:00:00+08:00", "2024-10-11T08:00:00+08:00", "2024-10-11T07:00:00+08:00"])
    with open_ledger(url, create=True, clock=lambda: next(times)) as store:
        store.append([mark(1)])
        (retry,) = store.append([mark(1)])
        assert (retry.at, retry.duplicate) == ("2024-10-11T09:00:00+08:00", True)
        with pytest.raises(ConflictError):
            store.append([mark(1, at=NOON)])


def test_a_clock_that_goes_back_does_not_change_the_order(url: str) -> None:
    times = iter(["2024-10-11T09:00:00+08:00", "2024-10-11T08:00:00+08:00", "2031-01-01T00:00:00+08:00"])
    with open_ledger(url, create=True, clock=lambda: next(times)) as store:
        for number in (1, 2, 3):
            store.append([mark(number)])
        events = list(store.read())
    assert [(event["seq"], event["id"]) for event in events] == [(1, "e1"), (2, "e2"), (3, "e3")]
    assert [event["at"][:13] for event in events] == ["2024-10-11T09", "2024-10-11T08", "2031-01-01T00"]


def test_the_machines_clock_is_written_with_its_offset(store: Store) -> None:
    before = datetime.now().astimezone()
    (appended,) = store.append([mark(1)])
    at = datetime.fromisoformat(appended.at)
    assert at.utcoffset() == before.utcoffset()
    assert abs((at - before).total_seconds()) < 60


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (mark(1, id=None), "id"),
        (mark(1, id=""), "id"),
        (mark(1, competition=None), "competition"),
        (mark(1, kind=7), "kind"),
        (mark(1, seq=1), "seq"),
        (mark(1, at=5), "time"),
        (mark(1, value=float("nan")), "not a number"),
        (mark(1, value=10**60), "digits"),
        (mark(1, comment="a\0b"), "NUL"),
        (mark(1, comment="\ud800"), "half of a character"),
        (mark(1, comment=b"bytes"), "bytes"),
        ("text", "dict"),
    ],
)
def test_what_is_no_event_is_refused_and_nothing_stored(store: Store, event: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        store.append([mark(9), event])
    assert store.head().seq == 0


def test_nothing_appended_is_nothing_done(store: Store) -> None:
    assert store.append([]) == []
    assert store.head() == (0, bytes(32))


def test_many_threads_append_at_once_and_none_is_lost(store: Store) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: store.append([mark(2 * number), mark(2 * number + 1)]), range(200)))
    seqs = [appended.seq for answer in answers for appended in answer]
    assert sorted(seqs) == list(range(1, 401))
    assert all(second.seq == first.seq + 1 for first, second in answers)  # a batch stays together
    stored = {event["id"]: event["seq"] for event in store.read()}
    assert stored == {appended.id: appended.seq for answer in answers for appended in answer}


def test_one_bad_batch_among_many_at_once_harms_no_other(store: Store) -> None:
    store.append([mark(1)])
    futures = [store.submit([mark(1, value=7), mark(1000)]) if n % 10 == 0 else store.submit([mark(n)]) for n in range(2, 52)]
    for number, future in enumerate(futures, 2):
        if number % 10 == 0:
            assert isinstance(future.exception(), ConflictError)
        else:
            assert [appended.id for appended in future.result()] == [f"e{number}"]
    events = [{name: value for name, value in event.items() if name != "seq"} for event in store.read()]
    assert "e1000" not in {event["id"] for event in events}
    assert store.head() == (46, chained(events))


def test_reading_goes_on_beyond_a_chunk(store: Store) -> None:
    store.append([mark(number) for number in range(1, 2502)])
    assert [event["id"] for event in store.read(1)] == [f"e{number}" for number in range(2, 2502)]
    assert [entry.seq for entry in store.entries()] == list(range(1, 2502))


def test_the_ledger_is_the_same_when_it_is_opened_again(url: str) -> None:
    with open_ledger(url, create=True) as store:
        store.append([mark(1), mark(2)])
        head, events = store.head(), list(store.read())
    with open_ledger(url) as store:
        assert (store.head(), list(store.read())) == (head, events)
        assert [appended.seq for appended in store.append([mark(2), mark(3)])] == [2, 3]


def test_a_reader_sees_what_is_stored_and_cannot_write(url: str, store: Store) -> None:
    store.append([mark(1)])
    with open_ledger(url, readonly=True) as reader:
        assert [event["id"] for event in reader.read()] == ["e1"]
        store.append([mark(2)])
        assert [event["id"] for event in reader.read(1)] == ["e2"]
        for write in (lambda: reader.append([mark(3)]), lambda: reader.put("a", "b"), lambda: reader.replace("a", None, "b")):
            with pytest.raises(LedgerError, match="reading only"):
                write()


@pytest.mark.parametrize("opened", ["writer", "reader"])
def test_wait_wakes_up_when_an_event_comes(url: str, store: Store, opened: str) -> None:
    waiting = store if opened == "writer" else open_ledger(url, readonly=True)
    try:
        assert not waiting.wait(0, 0.05)
        with ThreadPoolExecutor(1) as pool:
            woken = pool.submit(waiting.wait, 0, 30)
            store.append([mark(1)])
            assert woken.result(20)
        assert waiting.wait(0, 0)
        assert not waiting.wait(1, 0)
    finally:
        waiting.close()


def test_notes_are_set_found_taken_away_and_no_part_of_the_log(url: str) -> None:
    with open_ledger(url, create=True) as store:
        head = store.head()
        for key, value in [("link/b", "2"), ("link/a", "密"), ("link_c", "3"), ("other", "4")]:
            store.put(key, value)
        assert store.find("link/") == {"link/a": "密", "link/b": "2"}
        assert store.find("") == {"link/a": "密", "link/b": "2", "link_c": "3", "other": "4"}
        store.put("link/a", "5")
        store.put("other", None)
        assert (store.get("link/a"), store.get("other")) == ("5", None)
        assert store.head() == head
    with open_ledger(url) as store:
        assert store.find("link") == {"link/a": "5", "link/b": "2", "link_c": "3"}


def test_a_note_is_replaced_by_exactly_one_of_many_at_once(store: Store) -> None:
    store.put("secret", "unused")
    with ThreadPoolExecutor(20) as pool:
        wins = list(pool.map(lambda n: store.replace("secret", "unused", f"used by {n}"), range(100)))
    assert wins.count(True) == 1
    assert store.get("secret") == f"used by {wins.index(True)}"
    assert not store.replace("secret", None, "new")
    assert store.replace("secret", f"used by {wins.index(True)}", None)
    assert store.replace("secret", None, "new")
    assert store.get("secret") == "new"


def test_after_close_nothing_is_taken_and_everything_handed_in_is_stored(url: str) -> None:
    store = open_ledger(url, create=True)
    futures: list[Any] = [store.submit([mark(number)]) for number in range(1, 101)]
    store.close()
    store.close()
    assert [future.result()[0].seq for future in futures] == list(range(1, 101))
    late: list[Callable[[], object]] = [lambda: store.append([mark(101)]), store.head, lambda: list(store.read())]
    for call in late:
        with pytest.raises(LedgerError, match="closed"):
            call()


def test_a_ledger_that_is_not_there_is_not_made_by_reading_it(url: str) -> None:
    for readonly in (True, False):
        with pytest.raises(LedgerError, match="no such ledger"):
            open_ledger(url, readonly=readonly)
