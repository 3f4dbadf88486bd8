"""Acknowledged only when it is durable, and all who wait share a commit, however long a commit takes."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.sqlite import SqliteStore
from scoring_engine.events.ledger.store import Store
from scoring_engine.live.contest import Contest
from scoring_engine.ruleset.store import plan_of
from tests.live.running import CONTEST, TALK, event, opening

JUDGES = 50
Said = TypeVar("Said")


def together(work: Coroutine[Any, Any, Said]) -> Said:
    """What the coroutine gives; in a thread of its own, for browser tests leave a loop running in theirs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class SlowStore(SqliteStore):
    """A ledger on a disk that takes longer for each commit; knows how many have ended, and the last event of each."""

    added = 0.0

    def __init__(self, path: str) -> None:
        self.durable: list[int] = []
        super().__init__(path, create=True)

    def _make_durable(self, connection: sqlite3.Connection) -> None:
        time.sleep(self.added)
        super()._make_durable(connection)
        self.durable.append(connection.execute("SELECT seq FROM head").fetchone()[0])


@pytest.fixture
def slow(tmp_path: Path) -> Any:
    with SlowStore(str(tmp_path / "contest.db")) as store:
        contest = Contest(store, [plan_of(str(TALK))])
        people = [event("judge", judge=f"J{n}") for n in range(JUDGES)] + [event("contestant", contestant="S1")]
        first = [{"competition": CONTEST, **one} for one in (opening(), *people)]
        assert {answer.status for answer in contest.submit(first).result()} == {"accepted"}
        yield store, contest
        contest.close()


def mark(judge: int, value: int) -> dict[str, Any]:
    return event("score", competition=CONTEST, judge=f"J{judge}", contestant="S1", criterion="content", value=value)


@pytest.mark.parametrize("added", [0.02, 0.2])
def test_fifty_in_the_same_instant_share_a_commit(slow: tuple[SlowStore, Contest], added: float) -> None:
    store, contest = slow
    store.added = added
    before = len(store.durable)

    async def instant() -> list[int]:
        answers = await asyncio.gather(*(contest.post([mark(judge, 40)]) for judge in range(JUDGES)))
        return [one.seq or 0 for (one,) in answers]

    numbers = together(instant())
    commits = store.durable[before:]
    assert 1 <= len(commits) <= 2  # one, or two where the machine was held up while they came
    assert max(numbers) == commits[-1]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + JUDGES))


@pytest.mark.parametrize("added", [0.02, 0.2])
def test_an_answer_comes_after_the_commit_that_holds_the_mark_and_waits_for_no_more_than_two(
    slow: tuple[SlowStore, Contest], tmp_path: Path, added: float
) -> None:
    store, contest = slow
    store.added = added
    waited: list[int] = []

    async def judge(number: int, disk: Store) -> None:
        await asyncio.sleep(added * number / JUDGES)  # while commits are on their way
        for value in range(3):
            before = len(store.durable)
            (answer,) = await contest.post([mark(number, value)])
            assert answer.status == "accepted"
            assert answer.seq is not None
            assert disk.head().seq >= answer.seq  # another process that looks now finds it
            waited.append(next(n for n, seq in enumerate(store.durable[before:], 1) if seq >= answer.seq))

    async def all_of_them() -> None:
        with open_ledger(tmp_path / "contest.db", readonly=True) as disk:
            await asyncio.gather(*(judge(number, disk) for number in range(10)))

    together(all_of_them())
    assert len(waited) == 30
    assert max(waited) <= 2  # the one that was on its way when the mark came, and its own


def test_nothing_is_acknowledged_where_the_commit_fails(slow: tuple[SlowStore, Contest], monkeypatch: pytest.MonkeyPatch) -> None:
    store, contest = slow
    head = store.head()

    def broken(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(store, "_make_durable", broken)

    async def instant() -> list[Any]:
        return await asyncio.gather(*(contest.post([mark(judge, 40)]) for judge in range(JUDGES)), return_exceptions=True)

    refused = together(instant())
    assert {getattr(one, "status", None) for one in refused} == {503}
    assert store.head() == head
    monkeypatch.undo()
    assert contest.head == head.seq
    assert contest.submit([mark(0, 41)]).result()[0].seq == head.seq + 1
