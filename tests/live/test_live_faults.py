"""What goes wrong on a contest day: a clear answer each time, nothing lost, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.errors import HeldError
from scoring_engine.live.guard import MEGABYTE
from tests.live.running import Browser, Event, Running, event, talk


def mark(**fields: Any) -> Event:
    return event("score", **{"contestant": "S1", "criterion": "content", "value": 40} | fields)


def test_marks_that_do_not_belong_there(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        judge = room.browser("judge", "J1")
        assert judge.refuse(mark(value=50.5)) == "range"
        assert judge.refuse(mark(value=40.25)) == "places"
        assert judge.refuse(mark(value=40.3)) == "step"
        assert judge.refuse(mark(value=-1)) == "range"
        assert judge.refuse(mark(value="forty")) == "value-is-text"
        assert judge.refuse(mark(contestant="S9")) == "unknown-contestant"
        assert judge.refuse(mark(criterion="voice")) == "unknown-criterion"
        assert judge.refuse(mark(colour="red")) == "unknown-field"
        assert judge.refuse(event("score", contestant="S1", criterion="content")) == "missing-field"
        organizer.accept(event("recused", judge="J1", contestant="S2", reason="亲属"))
        assert judge.refuse(mark(contestant="S2")) == "recused"
        organizer.accept(event("withdrawn", contestant="S3", reason="x"))
        assert judge.refuse(mark(contestant="S3")) == "status"
        judge.accept(mark(), event("submitted", contestant="S1"))
        assert judge.refuse(mark(value=41)) == "submitted"
        organizer.accept(event("returned", judge="J1", contestant="S1", reason="漏打"))
        judge.accept(mark(value=41))
        organizer.accept(event("locked"))
        assert judge.refuse(mark(value=42)) == "locked"
        assert [row["total"] for row in organizer.get("/api/state")["standings"] if row["contestant"] == "S1"] == [None]
        log = organizer.get("/export/log.jsonl").decode()
        assert '"value": 42' not in log
        assert '"value": 41' in log


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"events": 1}', b'{"events": [1]}', b'{"events": []}',
     b'{"events": [{}], "events": []}',
     b'{"events": [{"id": "a", "value": NaN}]}', b"[" * 5000, b'{"events": ' + b"[" * 100_000, b'{"a":' * 50_000],
)  # fmt: skip
def test_broken_requests(stage: tuple[Running, Browser], body: bytes) -> None:
    room, organizer = stage
    answer = organizer.client.post("/api/events", content=body, headers={**organizer.headers, "content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["rule"] == "malformed"
    assert answer.json()["message"]["zh"]
    assert room.contest.head == 7


@pytest.mark.parametrize(
    "fields",
    [
        {"id": 7}, {"id": ""}, {"id": "x" * 200}, {"id": None}, {"kind": 7}, {"kind": None}, {"kind": "no"},
        {"competition": 7}, {"competition": "no"},
        {"value": {"a": 1}}, {"value": [1]}, {"value": True}, {"value": "\x00"}, {"value": "\ud800"}, {"judge": {"a": "\x00"}},
        {"contestant": ["S1"]},
        {"contestant": "\x00"}, {"value": 10**400}, {"value": "1e999999999"}, {"criterion": "{braces}"}, {"note": "x" * 100_000},
        {"at": "yesterday"},
    ],
)  # fmt: skip
def test_odd_events(stage: tuple[Running, Browser], fields: dict[str, Any]) -> None:
    room, organizer = stage
    one = mark(judge="J1") | fields
    result = organizer.write(one)[0]
    if "at" in fields:
        assert result["status"] == "accepted"  # the server's clock counts
        organizer.accept(event("voided", event=one["id"], reason="x"))
        return
    head = room.contest.head
    assert result["status"] == "rejected"
    assert result["message"]["en"]
    assert room.contest.head == head
    assert room.contest.settled().fault is None
    assert organizer.accept(event("comment", judge="J1", contestant="S1", text="还好"))  # the server goes on


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with talk(tmp_path_factory.mktemp("faults")) as (room, organizer):
        yield room, organizer


def test_bodies_that_are_too_large(stage: tuple[Running, Browser]) -> None:
    room, organizer = stage
    headers = {**organizer.headers, "content-type": "application/json"}
    head = room.contest.head
    large = json.dumps({"events": [event("comment", judge="J1", text="x" * MEGABYTE)]})
    assert organizer.client.post("/api/events", content=large, headers=headers).status_code == 413

    def parts() -> Any:  # without a length told beforehand
        for _ in range(40):
            yield b" " * 65536

    assert organizer.client.post("/api/events", content=parts(), headers=headers).status_code == 413
    many = json.dumps({"events": [{"id": str(n)} for n in range(1001)]})
    assert organizer.client.post("/api/events", content=many, headers=headers).status_code == 413
    assert room.contest.head == head


def test_a_clock_that_is_wrong_is_said_and_the_servers_counts(stage: tuple[Running, Browser]) -> None:
    room, organizer = stage
    one = mark(judge="J2") | {"at": "1999-01-01T00:00:00+08:00"}
    answer = organizer.send("/api/events", {"events": [one], "clock": "1999-01-01T00:00:00+08:00"})
    assert "notice" in answer
    stored = next(e for e in room.contest.store.read() if e["id"] == one["id"])
    assert not stored["at"].startswith("1999")
    right = organizer.send("/api/events", {"events": [mark(judge="J2")], "clock": answer["clock"]})
    assert "notice" not in right
    for clock in (7, "noon", "2024-01-01", None):
        organizer.send("/api/events", {"events": [mark(judge="J2")], "clock": clock})


def test_twice_from_two_devices(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        phone, tablet = room.browser("judge", "J1"), room.browser("judge", "J1")
        one = mark(value=40, device="phone")
        assert [r["status"] for r in phone.write(one)] == ["accepted"]
        assert [r["status"] for r in phone.write(one)] == ["duplicate"]  # the same once more: the answer had been lost
        assert [r["status"] for r in tablet.write({**one, "device": "tablet"})] == ["duplicate"]  # from a code that was shown
        other = tablet.write(mark(value=30, device="tablet"))[0]
        assert other["status"] == "accepted"
        assert "40" in other["message"]["en"]
        marks = organizer.get("/api/panel/S1")["judges"][0]["marks"]
        assert [m["value"] for m in marks] == ["30"]
        assert phone.get("/api/state")["mine"] == other["seq"]


def test_a_second_server_on_the_ledger(tmp_path: Path) -> None:
    with talk(tmp_path), pytest.raises(HeldError) as held:
        open_ledger(tmp_path / "contest.db")
    assert held.value.message.say("zh") != held.value.message.say("en")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with talk(tmp_path) as (room, organizer):
        one = mark(judge="J1")

        def full(events: Any) -> Any:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(room.contest.store, "append", full)
        refused = organizer.send("/api/events", {"events": [one]}, 503)
        assert refused["rule"] == "ledger"
        monkeypatch.undo()
        organizer.accept(one)


def test_a_failure_is_said_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with talk(tmp_path) as (room, organizer):
        monkeypatch.setattr(room.live.room, "setup", lambda: 1 / 0)
        answer = organizer.client.get("/api/setup")
        assert answer.status_code == 500
        assert "Traceback" not in answer.text
        assert answer.json()["rule"] == "failed"


def test_what_cannot_be_computed_stops_no_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with talk(tmp_path) as (room, organizer):
        from scoring_engine.live import contest as module

        def broken(*_: Any, **__: Any) -> Any:
            raise OverflowError("a number")

        organizer.accept(mark(judge="J1"))
        room.contest.settled()
        monkeypatch.setattr(module, "replay", broken)
        organizer.accept(mark(judge="J2"))
        state = organizer.get("/api/state")
        assert state["fault"]["en"]
        monkeypatch.undo()
        organizer.accept(mark(judge="J3"))
        state = organizer.get("/api/state")
        assert state["fault"] is None
        assert len([j for j in organizer.get("/api/panel/S1")["judges"] if j["marks"]]) == 3


def test_nothing_is_open_yet(tmp_path: Path) -> None:
    from tests.live.running import running

    with running(tmp_path) as room:
        organizer = room.browser("organizer", competition="")
        assert organizer.get("/api/state")["state"] == "none"
        assert organizer.get("/api/sheet", 404)["rule"] == "no-competition"
        assert organizer.send("/api/current", {"contestant": ""}, 404)["rule"] == "no-competition"
        made = organizer.send("/api/setup", {"name": "决赛", "date": "2024-11-08"})
        assert made["results"][0]["status"] == "accepted"
        assert organizer.get("/api/sheet")["competition"] == made["competition"]
        opened = next(iter(room.contest.store.read()))
        assert opened["sha256"] == room.contest.plans[0]["sha256"]
        assert len(opened["seed"]) == 16
