"""Two servers on one PostgreSQL ledger: each shows what the other stores, and neither stores what the other's events rule out."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.errors import GrownError
from scoring_engine.events.ledger.verifying import verify
from scoring_engine.events.reading import read
from scoring_engine.live.access import Access
from scoring_engine.live.contest import Contest, Moved
from scoring_engine.live.refusals import Refusal
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.replay import replay
from tests.live.running import CONTEST, TALK, event, opening
from tests.live.serving import judge_of, served, setup, sheet_of, stream

PEOPLE = [event("judge", judge=f"J{n}") for n in (1, 2)] + [event("contestant", contestant=f"S{n}") for n in (1, 2)]


def test_a_mark_through_one_server_shows_on_the_screen_of_the_other(postgres_url: str, tmp_path: Path) -> None:
    with served(tmp_path, ledger=postgres_url) as (_, here):
        setup(here)
        with served(tmp_path, ledger=postgres_url) as (_, there):
            screen = stream(there)
            assert next(screen)["standings"][0]["total"] is None
            judge = judge_of(here, "J1")
            judge.accept(*sheet_of("J1", "S1"))
            shown = next(f for f in screen if f["standings"][0]["total"] is not None)
            assert shown["standings"][0]["total"] == "90.00"
            # what the operator shows, and who may no longer enter, follow too
            here.call("POST", "/api/current", {"contestant": "S2"})
            assert next(f for f in screen if f["current"] == "S2")
            link = next(link["id"] for link in here.call("GET", "/api/links")[1]["links"] if link["judge"] == "J1")
            judge.port = there.port
            page = stream(judge)
            next(page)
            here.call("DELETE", f"/api/links/{link}")
            assert next(f for f in page if f["event"] == "closed")
            assert judge.call("GET", "/api/me")[0] == 401
            # and a mark through the other comes back, in the one order of the ledger
            seq = there.accept(*sheet_of("J2", "S1"))
            assert here.call("GET", "/api/state")[1]["standings"][0]["total"] is not None
            assert here.accept(*sheet_of("J2", "S2"))[0] == seq[-1] + 1


@pytest.fixture
def two(postgres_url: str) -> Any:
    """Two contests on one ledger."""
    with open_ledger(postgres_url, create=True) as one, open_ledger(postgres_url) as other:
        contests = [Contest(store, [plan_of(str(TALK))]) for store in (one, other)]
        first = [{"competition": CONTEST, **each} for each in (opening(), *PEOPLE)]
        assert {a.status for a in contests[0].submit(first).result()} == {"accepted"}
        yield contests
        for contest in contests:
            contest.close()


def mark(judge: str, value: int) -> dict[str, Any]:
    return event("score", competition=CONTEST, judge=judge, contestant="S1", criterion="content", value=value)


def test_what_the_other_server_has_locked_is_locked(two: list[Contest]) -> None:
    one, other = two
    lock = event("locked", competition=CONTEST)
    assert one.submit([lock]).result()[0].status == "accepted"
    assert other.submit([mark("J1", 40)]).result()[0].rule == "locked"  # nobody has told it: it looks before it stores
    assert other.submit([lock]).result()[0].status == "duplicate"
    assert other.submit([{**lock, "contestant": "S1"}]).result()[0].rule == "id-conflict"
    with pytest.raises(Moved):
        other.submit([mark("J1", 40)], expected=one.head - 1).result()


def test_a_writer_that_looked_too_early_looks_again(two: list[Contest], monkeypatch: pytest.MonkeyPatch) -> None:
    """The other server stores a lock after this one has looked at its mark, and before it stores it."""
    one, other = two
    append = other.store.append
    tries = []

    def late(events: Any, after: int | None = None) -> Any:
        tries.append(after)
        if len(tries) == 1:
            one.submit([event("locked", competition=CONTEST)]).result()
        return append(events, after)

    monkeypatch.setattr(other.store, "append", late)
    answers = other.submit([mark("J1", 40)]).result()
    assert [a.rule for a in answers] == ["locked"]
    assert len(tries) == 1  # looked at again, it was not handed to the ledger any more
    with pytest.raises(GrownError):
        append([mark("J2", 40)], other.head - 1)


def test_both_at_once_end_with_one_ledger_and_one_result(two: list[Contest]) -> None:
    answers: list[Any] = []

    def judge(contest: Contest, name: str) -> None:
        for n in range(25):
            answers.extend(contest.submit([mark(name, n)]).result())

    threads = [threading.Thread(target=judge, args=pair) for pair in zip(two, ("J1", "J2"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status for a in answers} == {"accepted"}
    assert sorted(a.seq for a in answers) == list(range(len(PEOPLE) + 2, len(PEOPLE) + 52))
    for contest in two:
        contest.submit([]).result()
        assert contest.digest() == replay(read(list(contest.store.read())), contest.plans).digest
        assert verify(contest.store).fault is None


def test_links_of_two_servers_do_not_undo_one_another(postgres_url: str) -> None:
    with open_ledger(postgres_url, create=True) as one, open_ledger(postgres_url) as other:
        here, there = Access(one), Access(other)
        first = here.issue("screen")
        second = there.issue("screen")  # it has not heard of the first
        assert {link["id"] for link in there.links()} == {first.id, second.id}
        token = there.exchange(first.fragment, first.pin, "x")
        assert here.session(token) is None
        ended = threading.Event()
        here.ended = ended.set
        assert here.reload()
        assert ended.is_set()
        assert here.session(token) is not None
        here.revoke(first.id)
        with pytest.raises(Refusal):
            there.revoke("none")
        assert there.session(token) is None  # it has looked before it changed anything
        assert not here.reload()
