"""One truth: what runs is the replay of the ledger, and what intake lets in is what a replay admits."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.log import Log
from scoring_engine.events.reading import read
from scoring_engine.live.contest import Contest, Moved
from scoring_engine.live.intake import refusals
from scoring_engine.live.refusals import Refusal
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.opening import Plans
from scoring_engine.season.replay import replay
from tests.season.contests import CONTEST, RULEBOOK, contests, ranks, totals, written

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLAN = plan_of(str(RULEBOOK))

Event = dict[str, Any]


def bare(events: list[Event]) -> list[Event]:
    """The events as they come from pages: without seq, with a time."""
    return [{"at": "2024-11-08T10:00:00+08:00"} | {k: v for k, v in e.items() if k != "seq"} for e in written(events)]


def wrong(chance: random.Random, events: list[Event]) -> Event:
    """An event that no intake admits, or one that depends on what is there."""
    base = {"id": f"w{chance.randrange(10**9)}", "competition": CONTEST, "at": "2024-11-08T10:00:00+08:00"}
    return base | chance.choice(
        [
            {"kind": "score", "judge": "j0", "contestant": "nobody", "criterion": "form", "value": 90},
            {"kind": "score", "judge": "j0", "contestant": "p0", "criterion": "form", "value": 101},
            {"kind": "score", "judge": "j0", "contestant": "p0", "criterion": "style", "value": 90},
            {"kind": "score", "judge": "j0", "contestant": "p0", "value": 90},
            {"kind": "locked", "contestant": "p0"},
            {"kind": "unlocked", "contestant": "p0"},
            {"kind": "submitted", "judge": "j0", "contestant": "p0"},
            {"kind": "returned", "judge": "j0", "contestant": "p0", "reason": "x"},
            {"kind": "voided", "event": "no such event", "reason": "x"},
            {"kind": "amended", "event": chance.choice(events)["id"], "value": 88, "reason": "x", "by": "h"},
            {"kind": "ruling", "event": "no such event", "upheld": True, "reason": "x"},
            {"kind": "deduction", "contestant": "p0", "value": 1, "reason": "no such reason"},
            {"kind": "no such kind"},
            {"kind": "opened", "ruleset": "plain-contest", "stage": "final"},
        ]
    )


@FEW
@given(contests(), st.integers(0, 2**32))
def test_after_every_event_the_result_is_that_of_a_replay_of_the_ledger(events: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    told = bare(events)
    with TemporaryDirectory() as folder, open_ledger(f"{folder}/c.db", create=True) as store:
        contest = Contest(store, [PLAN])
        try:
            stored: list[str] = []
            for event in told:
                answer = contest.submit([event]).result()[0]
                if answer.status == "accepted":
                    stored.append(event["id"])
                if chance.random() < 0.3:
                    other = wrong(chance, told)
                    if contest.submit([other]).result()[0].status == "accepted":
                        stored.append(other["id"])
                if chance.random() < 0.2:
                    again = contest.submit([event]).result()[0].status
                    assert again in (("duplicate",) if answer.status == "accepted" else ("rejected", "accepted"))
                    if again == "accepted":  # what was locked has been unlocked meanwhile
                        stored.append(event["id"])
                if chance.random() < 0.25:
                    log = read(list(store.read()))
                    assert contest.digest() == replay(log, [PLAN]).digest
            log = read(list(store.read()))
            assert log.id == stored
            assert contest.digest() == replay(log, [PLAN]).digest
        finally:
            contest.close()


@FEW
@given(contests())
def test_events_that_are_right_are_all_admitted_and_give_the_result_by_hand(events: list[Event]) -> None:
    recused = any(e["kind"] in ("recused", "absent") for e in events)  # then later marks are rightly refused
    with TemporaryDirectory() as folder, open_ledger(f"{folder}/c.db", create=True) as store:
        contest = Contest(store, [PLAN])
        try:
            answers = contest.submit(bare(events)).result()
            if not recused:
                assert {answer.status for answer in answers} == {"accepted"}
            rows = {row["contestant"]: row for row in contest.settled().result.standings.records()}
            wanted = totals(events)
            for contestant, rank in ranks(wanted).items():
                assert rows[contestant]["rank"] == rank
        finally:
            contest.close()


@FEW
@given(contests(), st.integers(0, 2**32))
def test_the_answer_for_marks_does_not_depend_on_other_marks(events: list[Event], seed: int) -> None:
    """What `Contest` relies on when it leaves earlier marks out of the log that intake is run over."""
    chance = random.Random(seed)
    told = bare(events)
    controls = [{"id": f"k{n}", "competition": CONTEST, "kind": kind, "judge": "j0", "contestant": "p0", "reason": "x"}
                for n, kind in enumerate(("submitted", "returned"))]  # fmt: skip
    controls.append({"id": "k9", "competition": CONTEST, "kind": "locked", "contestant": "p0"})
    past = [*told, *chance.sample(controls, chance.randrange(4))]
    new = [wrong(chance, told) for _ in range(6)] + [
        {"id": f"m{n}", "competition": CONTEST, "kind": "score", "judge": "j0", "contestant": "p0", "criterion": "form", "value": n}
        for n in (80, 81, 82)
    ]
    new = [event for event in new if event["kind"] == "score"]
    number = {event["id"]: n for n, event in enumerate([*past, *new], 1)}

    def verdict(kept: list[Event]) -> set[tuple[str, str]]:
        log = Log.concat([read([{**e, "seq": number[e["id"]]} for e in kept]), read([{**e, "seq": number[e["id"]]} for e in new])])
        ids = {event["id"] for event in new}
        return {(r.id, r.rule) for r in refusals(log, [PLAN], Plans({PLAN["id"]: PLAN}, lambda *_: None)) if r.id in ids}

    assert verdict(past) == verdict([event for event in past if event["kind"] not in ("score", "comment")])


@pytest.fixture
def contest(tmp_path: Path) -> Any:
    with open_ledger(tmp_path / "c.db", create=True) as store:
        contest = Contest(store, [PLAN])
        people = [{"kind": "opened", "ruleset": "plain-contest", "stage": "final"}, {"kind": "judge", "judge": "j1"}]
        people += [{"kind": "contestant", "contestant": f"p{n}"} for n in range(5)]
        contest.submit([{"id": f"s{n}", "competition": "c1", **event} for n, event in enumerate(people)]).result()
        yield contest
        contest.close()


def mark(id: str, value: Any = 90, **fields: Any) -> Event:
    return {
        "id": id,
        "competition": "c1",
        "kind": "score",
        "judge": "j1",
        "contestant": "p1",
        "criterion": "form",
        "value": value,
        **fields,
    }


def test_together_or_not_at_all(contest: Contest) -> None:
    answers = contest.submit([mark("a"), mark("b", 1000)], whole=True).result()
    assert [(a.status, a.rule) for a in answers] == [("rejected", "together"), ("rejected", "range")]
    assert contest.known("a") is None
    answers = contest.submit([mark("a"), mark("b", 1000)]).result()
    assert [a.status for a in answers] == ["accepted", "rejected"]


def test_what_was_written_in_view_of_an_older_state_is_not_stored(contest: Contest) -> None:
    head = contest.head
    contest.submit([mark("a")]).result()
    with pytest.raises(Moved):
        contest.submit([mark("b")], expected=head).result()
    assert contest.submit([mark("b")], expected=contest.head).result()[0].status == "accepted"


def test_an_event_that_rests_on_a_refused_one_is_refused_with_it(contest: Contest) -> None:
    void = {"id": "v", "competition": "c1", "kind": "voided", "event": "bad", "reason": "x"}
    answers = contest.submit([mark("bad", 1000), void]).result()
    assert [(a.status, a.rule) for a in answers] == [("rejected", "range"), ("rejected", "unknown-event")]


def test_delivered_again_it_counts_once_and_otherwise_it_is_another_event(contest: Contest) -> None:
    first = contest.submit([mark("a", 90)]).result()[0]
    again = contest.submit([mark("a", 90, device="phone", at="2024-01-01T00:00:00Z")]).result()[0]
    assert again == ("a", "duplicate", first.seq, "", "", None)
    assert contest.submit([mark("a", 91)]).result()[0].rule == "id-conflict"
    assert [a.status for a in contest.submit([mark("b"), mark("b"), mark("b", 7)]).result()] == ["accepted", "duplicate", "rejected"]


def test_a_mark_of_another_device_is_said(contest: Contest) -> None:
    assert contest.submit([mark("a", 90, device="phone")]).result()[0].message is None
    assert contest.submit([mark("b", 91, device="phone")]).result()[0].message is None
    said = contest.submit([mark("c", 80, device="tablet")]).result()[0].message
    assert said is not None
    assert "91" in said.say("en")
    assert contest.submit([mark("d", 80, device="phone")]).result()[0].message is None  # the same value again


def test_many_at_once_each_get_their_own_answer(contest: Contest) -> None:
    answers: dict[str, Any] = {}

    def judge(name: str, value: int) -> None:
        answers[name] = contest.submit([mark(name, value)]).result()[0]

    threads = [threading.Thread(target=judge, args=(f"m{n}", 20 * n)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: a.status for name, a in answers.items()} == {f"m{n}": "accepted" if n <= 5 else "rejected" for n in range(10)}
    assert len({a.seq for a in answers.values() if a.seq}) == 6


def test_a_ledger_that_cannot_be_written_is_said_and_nothing_is_acknowledged(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(events: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(contest.store, "append", full)
    with pytest.raises(Refusal) as refused:
        contest.submit([mark("a")]).result()
    assert refused.value.status == 503
    monkeypatch.undo()
    assert contest.submit([mark("a")]).result()[0].status == "accepted"  # the page sends it again


def test_the_contest_goes_on_where_the_ledger_was_left(tmp_path: Path) -> None:
    digests = []
    for value in (90, 91):
        with open_ledger(tmp_path / "c.db", create=True) as store:
            contest = Contest(store, [PLAN])
            if contest.head == 0:
                contest.submit([{"id": "o", "competition": "c1", "kind": "opened", "ruleset": "plain-contest", "stage": "final"},
                                {"id": "j", "competition": "c1", "kind": "judge", "judge": "j1"},
                                {"id": "p", "competition": "c1", "kind": "contestant", "contestant": "p1"}]).result()  # fmt: skip
            else:
                assert contest.digest() == digests[-1]
                assert contest.submit([mark("m90")]).result()[0].status == "duplicate"
            contest.submit([mark(f"m{value}", value)]).result()
            digests.append(contest.digest())
            contest.close()
            with pytest.raises(Refusal):
                contest.submit([mark("late")]).result()


def test_competitions_that_feed_one_another_in_a_circle_are_refused(contest: Contest) -> None:
    link = {"kind": "opened", "ruleset": "plain-contest", "stage": "final"}
    assert contest.submit([{"id": "x", "competition": "c2", "feeds": {"a": "c3"}, **link}]).result()[0].status == "accepted"
    answer = contest.submit([{"id": "y", "competition": "c3", "feeds": {"a": "c2"}, **link}]).result()[0]
    assert (answer.status, answer.rule) == ("rejected", "replay")
    assert contest.settled().fault is None
