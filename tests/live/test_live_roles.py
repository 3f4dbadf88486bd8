"""Every cell of the table of roles and actions, asked of the running server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.live.roles import ACTIONS, ROLES
from tests.live.running import CONTEST, Browser, Running, event, sheet, talk

# What the design says, written out by hand: for each action the roles that may take it, "own" in small letters.
# J judge, T timekeeper, H head, O organizer, S screen, A auditor; j, h, t: in the own name only.
WANTED = {
    "write:opened": "O", "write:contestant": "O", "write:judge": "O", "write:draw": "O",
    "write:score": "jhO", "write:comment": "jhO", "write:submitted": "jhO", "write:recused": "jHO",
    "write:voided": "jtHO", "write:amended": "HO", "write:returned": "HO", "write:locked": "HO", "write:unlocked": "HO",
    "write:confirmed": "H", "write:published": "O", "write:deduction": "THO", "write:record": "THO",
    "write:absent": "HO", "write:excused": "HO", "write:withdrawn": "HO", "write:disqualified": "HO", "write:reinstated": "HO",
    "write:objection": "HO", "write:ruling": "HO", "write:discretion": "HO",
    "write:bonus": "O", "write:advanced": "O", "write:barred": "O",
    "sheet": "jhTO", "state": "jTHOSA", "panel": "HOA", "blockers": "HOA", "export": "OA", "print": "HOA",
    "links": "O", "preview": "HO", "current": "O", "reveal": "O", "freeze": "O", "roster": "O", "order": "O", "setup": "O",
    "paper": "O",
}  # fmt: skip
LETTERS = {"judge": "J", "timekeeper": "T", "head": "H", "organizer": "O", "screen": "S", "auditor": "A"}

CELLS = [(action, role) for action in WANTED for role in ROLES]

FIELDS: dict[str, dict[str, Any]] = {
    "opened": {"competition": "other", "date": "2024-01-01", "ruleset": "talk-contest", "stage": "final"},
    "contestant": {"contestant": "S9"},
    "judge": {"judge": "J9"},
    "draw": {"contestant": "S1", "value": 1},
    "score": {"judge": "J1", "contestant": "S1", "criterion": "content", "value": 40},
    "comment": {"judge": "J1", "contestant": "S1", "text": "好"},
    "submitted": {"judge": "J1", "contestant": "S1"},
    "recused": {"judge": "J1", "contestant": "S2"},
    "voided": {"event": "old", "reason": "x"},
    "amended": {"event": "old", "value": 41, "reason": "x"},
    "returned": {"judge": "J1", "contestant": "S1", "reason": "x"},
    "locked": {"contestant": "S3"},
    "unlocked": {"contestant": "S3"},
    "deduction": {"contestant": "S1", "value": 1, "reason": "violation"},
    "record": {"record": "timing", "contestant": "S1", "seconds": 400},
    "objection": {"contestant": "S1", "reason": "x"},
    "ruling": {"event": "objected", "upheld": False, "reason": "x"},
    "discretion": {"about": "tie", "contestant": "S1", "value": 1, "approver": "x", "reason": "x"},
    "bonus": {"contestant": "S1", "value": 1},
    "advanced": {"contestant": "S1", "source": "x"},
    "barred": {"contestant": "S1", "honours": ["x"]},
}

LOOKS = {
    "sheet": "/api/sheet", "state": "/api/state", "panel": "/api/panel/S1", "blockers": "/api/blockers",
    "export": "/export/log.jsonl", "paper": "/api/paper?judge=J1", "setup": "/api/setup", "links": "/api/links",
}  # fmt: skip
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "preview": ("/api/preview", {"events": [{"id": "p", "kind": "locked", "contestant": "S1"}]}),
    "current": ("/api/current", {"contestant": "S1"}),
    "reveal": ("/api/reveal", {"ranking": "hidden"}),
    "freeze": ("/api/freeze", {"frozen": False}),
    "order": ("/api/order", {}),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, Browser]]]:
    """A talk contest with a browser of each role; the head judge is a judge, too."""
    with talk(tmp_path_factory.mktemp("roles")) as (room, organizer):
        browsers = {role: room.browser(role, {"judge": "J1", "head": "J2"}.get(role, "")) for role in ROLES} | {"organizer": organizer}
        organizer.accept({"id": "old", "kind": "score", "judge": "J1", "contestant": "S3", "criterion": "content", "value": 40})
        organizer.accept({"id": "objected", "kind": "objection", "reason": "x"})
        yield room, browsers


def test_the_table_is_the_one_of_the_design() -> None:
    letters = {
        action: {LETTERS[role].lower() if extent == "own" else LETTERS[role] for role, extent in cells.items()}
        for action, cells in ACTIONS.items()
    }
    assert letters == {action: set(roles) for action, roles in WANTED.items()} | {"decisions": set("HOA")}


@pytest.mark.parametrize(("action", "role"), CELLS, ids=[f"{a}-{r}" for a, r in CELLS])
def test_cell(stage: tuple[Running, dict[str, Browser]], action: str, role: str) -> None:
    _, browsers = stage
    browser, letter = browsers[role], LETTERS[role]
    may = letter in WANTED[action] or letter.lower() in WANTED[action]
    if action in LOOKS:
        assert (browser.client.get(LOOKS[action]).status_code != 403) == may
    elif action in CHANGES:
        path, value = CHANGES[action]
        assert (_status(browser, path, value) != 403) == may
    elif action == "print":
        answer = browser.client.get("/print/summary")
        assert (answer.status_code != 303) == may
    elif action == "roster":
        answer = browser.client.post("/api/roster?kind=judge&name=a.csv", content=b"judge\nJ7\n", headers=browser.headers)
        assert (answer.status_code != 403) == may
    elif action in ("write:confirmed", "write:published"):
        path = {"write:confirmed": "/api/confirm", "write:published": "/api/publish"}[action]
        assert _status(browser, path, {}) == (409 if may else 403)
        refused = browser.write(event(action.removeprefix("write:")))[0]
        assert refused["rule"] == ("path" if may else "role")
    else:
        kind = action.removeprefix("write:")
        fields = dict(FIELDS.get(kind, {"contestant": "S2", "reason": "x"}))
        if role == "head" and fields.get("judge") and letter.lower() in WANTED[action]:
            fields["judge"] = "J2"
        result = browser.write(event(kind, **fields))[0]
        refused_by_role = result["status"] == "rejected" and result["rule"] == "role"
        if kind == "voided" and role == "timekeeper":
            assert refused_by_role  # a mark is not the timekeeper's own; see the test below
        else:
            assert refused_by_role != may, result


def _status(browser: Browser, path: str, value: Any) -> int:
    import json

    headers = {**browser.headers, "content-type": "application/json"}
    return int(browser.client.post(path, content=json.dumps(value), headers=headers).status_code)


def test_own_is_own(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        one, two, head = room.browser("judge", "J1"), room.browser("judge", "J2"), room.browser("head")
        keeper, other = room.browser("timekeeper", name="甲"), room.browser("timekeeper", name="乙")
        marks = sheet("J1", "S1", 45, 27, 18)
        one.accept(*marks)
        assert two.refuse(event("score", judge="J1", contestant="S1", criterion="content", value=1)) == "other-judge"
        assert two.refuse(event("submitted", judge="J1", contestant="S1")) == "other-judge"
        assert two.refuse(event("recused", judge="J1", contestant="S1")) == "other-judge"
        assert two.refuse(event("voided", event=marks[0]["id"], reason="x")) == "role"
        assert head.refuse(event("score", contestant="S1", criterion="content", value=1)) == "role"
        assert one.refuse(event("recused")) == "contestant"
        one.accept(event("voided", event=marks[0]["id"], reason="wrong line"))
        one.accept(event("submitted", contestant="S1"))
        assert one.refuse(event("voided", event=marks[1]["id"], reason="x")) == "submitted"
        took = event("deduction", contestant="S1", value=1, reason="violation")
        keeper.accept(took)
        assert other.refuse(event("voided", event=took["id"], reason="x")) == "role"
        keeper.accept(event("voided", event=took["id"], reason="typed twice"))
        assert organizer.refuse(event("score", judge="J7", contestant="S1", criterion="content", value=1)) == "unknown-judge"


def test_a_link_is_for_one_competition(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        organizer.accept(event("opened", competition="second", ruleset="talk-contest", stage="final"))
        judge = room.browser("judge", "J1", CONTEST)
        assert judge.refuse(event("score", competition="second", contestant="S1", criterion="content", value=1)) == "role"
        judge.get("/api/state?competition=second", 403)
