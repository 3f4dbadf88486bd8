"""A contest that runs in the test: its ledger, its application, and browsers of every role."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that httpx will have a successor
    from starlette.testclient import TestClient

from scoring_engine.events.ledger import open_ledger
from scoring_engine.live.app import Live
from scoring_engine.live.contest import Contest
from scoring_engine.ruleset.store import plan_of

ROOT = Path(__file__).parents[2]
TALK = ROOT / "rulesets" / "talk_contest.yaml"
PLAIN = ROOT / "tests" / "season" / "plain_contest.yaml"
SITE = "http://localhost:8000"
CONTEST = "final-2024"

Event = dict[str, Any]
_numbers = itertools.count(1)


def event(kind: str, **fields: Any) -> Event:
    """An event with an id of its own."""
    return {"id": f"t{next(_numbers)}", "kind": kind, **fields}


def opening(ruleset: str = "talk-contest") -> Event:
    return event("opened", competition=CONTEST, ruleset=ruleset, stage="final", name="决赛", date="2024-11-08", seed="2024")


def sheet(judge: str, contestant: str, *marks: float | str, names: tuple[str, ...] = ("content", "language", "bearing")) -> list[Event]:
    """The marks of a sheet, in the order of its lines."""
    return [
        event("score", judge=judge, contestant=contestant, criterion=name, value=Decimal(str(mark)))
        for name, mark in zip(names, marks, strict=False)
    ]


class Browser:
    """Somebody's page."""

    def __init__(self, client: TestClient, origin: str = SITE) -> None:
        self.client = client
        self.headers = {"origin": origin, "sec-fetch-site": "same-origin"}

    def get(self, path: str, status: int = 200) -> Any:
        """What is answered to a look."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if "application/json" in answer.headers.get("content-type", "") else answer.content

    def send(self, path: str, value: Any = None, status: int | tuple[int, ...] = (200, 201, 204), method: str = "POST") -> Any:
        """What is answered to a change."""
        import json

        body = json.dumps({} if value is None else value, default=_number)
        answer = self.client.request(method, path, content=body, headers={**self.headers, "content-type": "application/json"})
        assert answer.status_code in ((status,) if isinstance(status, int) else status), (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def write(self, *events: Event, status: int = 200) -> list[dict[str, Any]]:
        """The answers to events."""
        results: list[dict[str, Any]] = self.send("/api/events", {"events": list(events)}, status)["results"]
        return results

    def accept(self, *events: Event) -> list[int]:
        """The seq of events that must be accepted."""
        results = self.write(*events)
        assert [r["status"] for r in results] == ["accepted"] * len(events), results
        return [r["seq"] for r in results]

    def refuse(self, one: Event) -> str:
        """The rule by which an event is rejected; a message in both languages comes with it."""
        result = self.write(one)[0]
        assert result["status"] == "rejected", result
        assert result["message"]["en"]
        assert result["message"]["zh"]
        return str(result["rule"])


def _number(value: Any) -> Any:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral() else float(value)  # as a browser writes it


class Running:
    """A running contest and the browsers around it."""

    def __init__(self, live: Live, contest: Contest) -> None:
        self.live = live
        self.contest = contest

    def browser(self, role: str, judge: str = "", competition: str = CONTEST, name: str = "") -> Browser:
        """A new browser that has signed in with a new link."""
        issued = self.live.access.issue(role, competition, judge, name)
        browser = self.stranger()
        browser.send("/api/session", {"secret": issued.fragment, "pin": issued.pin}, 204)
        return browser

    def stranger(self) -> Browser:
        """A new browser that has not signed in."""
        return Browser(TestClient(self.live.asgi, base_url=SITE, follow_redirects=False))


@contextmanager
def running(folder: Path, ruleset: Path = TALK, **options: Any) -> Iterator[Running]:
    """A contest on a ledger in `folder`; a second call with the same folder goes on with it."""
    store = open_ledger(folder / "contest.db", create=True)
    contest = Contest(store, [plan_of(str(ruleset))])
    live = Live(contest, **options)
    try:
        with TestClient(live.asgi, base_url=SITE):
            yield Running(live, contest)
    finally:
        contest.close()
        store.close()


@contextmanager
def talk(folder: Path, judges: int = 3, speakers: int = 3, **options: Any) -> Iterator[tuple[Running, Browser]]:
    """A talk contest with judges J1 … and speakers S1 … entered, and its organizer."""
    with running(folder, **options) as room:
        organizer = room.browser("organizer", competition="")
        organizer.accept(opening())
        organizer.accept(
            *(event("judge", judge=f"J{n}", name=f"评委{n}", role="head" if n == 1 else "judge") for n in range(1, judges + 1)),
            *(event("contestant", contestant=f"S{n}", name=f"选手{n}", unit=f"单位{n}") for n in range(1, speakers + 1)),
        )
        yield room, organizer
