"""Links, PINs, sessions, and what comes from elsewhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from scoring_engine.live.access import PAUSE, STRANGERS, TRIES, Access
from scoring_engine.live.guard import HEADERS
from scoring_engine.live.refusals import Refusal
from tests.live.running import SITE, TALK, event, running, sheet, talk


class Notes:
    """Kept texts, as a ledger keeps them."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def put(self, key: str, value: str | None) -> None:
        assert value is not None
        self.texts[key] = value

    def replace(self, key: str, old: str | None, new: str | None) -> bool:
        if self.texts.get(key) != old:
            return False
        self.put(key, new)
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(notes: Notes, clock: Clock) -> Access:
    return Access(notes, clock)


def rule(access: Access, fragment: str, pin: str, address: str = "10.0.0.9") -> str:
    with pytest.raises(Refusal) as refused:
        access.exchange(fragment, pin, address)
    return refused.value.rule


def test_a_link_works_once(access: Access) -> None:
    issued = access.issue("judge", "c1", "J1", "周文渊")
    token = access.exchange(issued.fragment, issued.pin, "10.0.0.1")
    session = access.session(token)
    assert session is not None
    assert (session.role, session.judge, session.competition, session.name) == ("judge", "J1", "c1", "周文渊")
    assert rule(access, issued.fragment, issued.pin) == "used"
    assert access.session(token + "x") is None
    assert access.session("") is None


def test_nothing_secret_is_kept_in_the_clear(access: Access, notes: Notes) -> None:
    issued = access.issue("judge", "c1", "J1")
    token = access.exchange(issued.fragment, issued.pin, "10.0.0.1")
    kept = "".join(notes.texts.values())
    assert issued.fragment.partition(".")[2] not in kept
    assert token not in kept
    assert "$argon2id$" in kept
    assert json.dumps(access.links()).count("argon2") == 0
    assert issued.pin not in json.dumps(access.links())


def test_sessions_outlive_the_server_and_not_their_time(access: Access, notes: Notes, clock: Clock) -> None:
    issued = access.issue("judge", "c1", "J1")
    token = access.exchange(issued.fragment, issued.pin, "10.0.0.1")
    later = Access(notes, clock)
    assert later.session(token) is not None
    clock.now += 4 * 86400
    assert later.session(token) is None


def test_revoking_ends_the_session_and_closes_the_link(access: Access) -> None:
    used, unused = access.issue("judge", "c1", "J1"), access.issue("judge", "c1", "J2")
    session = access.session(access.exchange(used.fragment, used.pin, "a"))
    assert session is not None
    for issued in (used, unused):
        access.revoke(issued.id)
        assert rule(access, issued.fragment, issued.pin) == "revoked"
    assert not access.alive(session)
    with pytest.raises(Refusal):
        access.revoke("none")


def test_wrong_pins_pause_the_card_and_never_close_it(access: Access, clock: Clock) -> None:
    issued = access.issue("judge", "c1", "J1")
    wrong = "000000" if issued.pin != "000000" else "111111"
    for _ in range(TRIES - 1):
        assert rule(access, issued.fragment, wrong) == "wrong-pin"
    assert rule(access, issued.fragment, wrong) == "pause"
    assert rule(access, issued.fragment, issued.pin) == "pause"  # the right one waits, too
    clock.now += PAUSE + 1
    assert rule(access, issued.fragment, wrong) == "pause"
    clock.now += PAUSE + 2
    assert rule(access, issued.fragment, issued.pin) == "pause"  # twice as long
    clock.now += PAUSE
    assert access.session(access.exchange(issued.fragment, issued.pin, "a")) is not None


def test_a_stranger_cannot_lock_anybody_out(access: Access) -> None:
    issued = access.issue("judge", "c1", "J1")
    for n in range(STRANGERS + 5):
        found = rule(access, f"{issued.id}.guess{n}", "123456")
        assert found == ("unknown-link" if n < STRANGERS else "too-many")
    assert access.links()[0]["wrong"] == 0
    assert access.session(access.exchange(issued.fragment, issued.pin, "10.0.0.9")) is not None  # from the same address


def test_what_is_wrong_with_a_link_is_told_only_to_who_holds_it(access: Access) -> None:
    issued = access.issue("judge", "c1", "J1")
    access.revoke(issued.id)
    assert rule(access, f"{issued.id}.other", issued.pin) == rule(access, "ffffffff.other", "1") == rule(access, "", "") == "unknown-link"


def test_the_links_of_an_earlier_start_are_closed(access: Access) -> None:
    old, judge = access.issue("organizer"), access.issue("judge", "c1", "J1")
    access.revoke_unused("organizer")
    assert rule(access, old.fragment, old.pin) == "revoked"
    assert access.exchange(judge.fragment, judge.pin, "a")


def test_a_link_says_whom_it_is_for(access: Access) -> None:
    for role, judge in (("king", ""), ("judge", "")):
        with pytest.raises(Refusal):
            access.issue(role, "c1", judge)


# -- over HTTP -------------------------------------------------------------------------------------------------------------


def test_cookies_and_headers(tmp_path: Path) -> None:
    for tls in (False, True):
        with running(tmp_path, tls=tls) as room:
            issued = room.live.access.issue("organizer")
            stranger = room.stranger()
            stranger.headers["origin"] = SITE.replace("http:", "https:") if tls else SITE
            body = json.dumps({"secret": issued.fragment, "pin": issued.pin})
            answer = stranger.client.post("/api/session", content=body, headers={**stranger.headers, "content-type": "application/json"})
            assert answer.status_code == 204
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert ("Secure" in cookie) == tls
            assert cookie.startswith("__Host-scoring=" if tls else "scoring=")
            for name, value in HEADERS:
                assert answer.headers[name.decode()] == value.decode()
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": SITE}, 204),
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"origin": SITE, "sec-fetch-site": "same-origin"}, 204),
        ({}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "https://localhost:8000"}, 403),
        ({"origin": SITE, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": SITE, "sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": SITE, "host": "evil.example:8000"}, 421),
        ({"origin": "http://evil.example:8000", "host": "evil.example:8000"}, 421),
        ({"origin": "http://192.168.1.7:8000", "host": "192.168.1.7:8000"}, 204),
        ({"origin": "http://[fe80::1]:8000", "host": "[fe80::1]:8000"}, 204),
        ({"origin": "http://contest.lan:8000", "host": "contest.lan:8000"}, 204),
        ({"origin": SITE, "host": ""}, 421),
    ],
)
def test_only_pages_of_this_server_change_something(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    with running(tmp_path, hosts=("contest.lan",)) as room:
        issued = room.live.access.issue("organizer")
        body = json.dumps({"secret": issued.fragment, "pin": issued.pin})
        answer = room.stranger().client.post("/api/session", content=body, headers={"content-type": "application/json", **headers})
        assert answer.status_code == status
        assert (room.live.access.links()[0]["state"] == "used") == (status == 204)


def test_forms_of_other_pages_cannot_pass_for_json(tmp_path: Path) -> None:
    with talk(tmp_path) as (_, organizer):
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            answer = organizer.client.post("/api/events", content=b'{"events": []}', headers={**organizer.headers, "content-type": kind})
            assert answer.status_code == 415


def test_without_a_session_nothing_is_seen_or_done(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, _):
        stranger = room.stranger()
        for path in ("/api/me", "/api/sheet", "/api/state", "/api/stream", "/api/panel/S1", "/api/blockers", "/api/links", "/api/setup",
                     "/api/events", "/api/verify", "/export/log.jsonl", "/export/standings.csv"):  # fmt: skip
            stranger.get(path, 401)
        for path in ("/api/events", "/api/confirm", "/api/publish", "/api/links", "/api/preview", "/api/setup", "/api/current",
                     "/api/reveal", "/api/freeze", "/api/order"):  # fmt: skip
            stranger.send(path, {"events": []}, 401)
        stranger.send("/api/roster", None, 401)
        stranger.send("/api/links/x", None, 401, "DELETE")
        stranger.client.cookies.set("scoring", "made-up")
        stranger.get("/api/me", 401)


def test_a_revoked_link_ends_what_it_was_used_for(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        made = organizer.send("/api/links", {"role": "judge", "judge": "J1"}, 201)
        assert made["url"].startswith(f"{SITE}/#")
        assert made["qr"].startswith("data:image/svg+xml")
        judge = room.stranger()
        judge.send("/api/session", {"secret": made["url"].partition("#")[2], "pin": made["pin"]}, 204)
        judge.accept(*sheet("J1", "S1", 45, 27, 18))
        organizer.send(f"/api/links/{made['id']}", None, 204, "DELETE")
        refused = judge.send("/api/events", {"events": sheet("J1", "S2", 45)}, 401)
        assert refused["rule"] == "no-session"
        assert refused["message"]["zh"]
        assert len(organizer.get("/api/panel/S1")["judges"][0]["marks"]) == 3  # what was stored stays
        assert organizer.send("/api/links", {"role": "judge", "judge": "nobody"}, 400)["rule"] == "unknown-judge"


def test_leaving(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, _):
        judge = room.browser("judge", "J1")
        judge.send("/api/leave", None, 204)
        judge.get("/api/me", 401)


def test_every_refusal_is_logged_and_no_secret_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), talk(tmp_path) as (room, _):
        judge = room.browser("judge", "J1")
        issued = room.live.access.issue("judge", "", "J2")
        before = len(caplog.records)
        judge.get("/api/links", 403)
        judge.refuse(event("score", contestant="S1", criterion="content", value=1000))
        room.stranger().send("/api/session", {"secret": issued.fragment, "pin": "no"}, 401)
        said = [record.getMessage() for record in caplog.records[before:] if "refused" in record.getMessage()]
        assert len(said) == 3
        assert "/api/links" in said[0]
        assert "judge J1" in said[0]
        assert "range" in said[1]
        assert "wrong-pin" in said[2]
        assert issued.fragment.partition(".")[2] not in caplog.text
        assert issued.pin not in caplog.text


def test_pages_need_a_session_of_their_role(tmp_path: Path) -> None:
    with running(tmp_path, TALK) as room:
        for path in ("/judge", "/head", "/console", "/screen", "/timekeeper", "/print/summary"):
            answer = room.stranger().client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
