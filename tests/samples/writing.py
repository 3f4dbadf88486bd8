"""What the makers of sample logs share: a writer of events, a clock, chance in whole numbers."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

Event = dict[str, Any]


class Writer:
    """Collects events with their times; at the end they are put in order and numbered."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.count: dict[str, int] = {}

    def add(self, at: datetime, competition: str, kind: str, **fields: Any) -> str:
        """Adds an event and returns its id. Fields that are None are left out."""
        number = self.count[competition] = self.count.get(competition, 0) + 1
        event = {"id": f"{competition}/{number:04}", "at": at, "competition": competition, "kind": kind}
        self.events.append(event | {name: value for name, value in fields.items() if value is not None})
        return str(event["id"])

    def scores(self, competition: str) -> list[Event]:
        """The marks of a competition so far."""
        return [event for event in self.events if event["competition"] == competition and event["kind"] == "score"]

    def ordered(self) -> list[Event]:
        """The events by time, numbered, as they stand in the file."""
        by_time = sorted(self.events, key=lambda event: event["at"])
        return [{"seq": seq} | event | {"at": event["at"].strftime("%Y-%m-%dT%H:%M:%S+08:00")} for seq, event in enumerate(by_time, 1)]

    def lines(self) -> list[str]:
        """The events as lines of a file."""
        return [json.dumps(event, ensure_ascii=False) for event in self.ordered()]


class Clock:
    """A time that goes on by some seconds with every look at it."""

    def __init__(self, start: datetime, seconds: int = 7) -> None:
        self.time = start
        self.seconds = seconds

    def __call__(self, more: int = 0) -> datetime:
        self.time += timedelta(seconds=self.seconds + more)
        return self.time


def bell(rng: random.Random, middle: int, width: int) -> int:
    """A whole number around `middle`, at most `width` away, the middle more often: the mean of four dice."""
    return middle + sum(rng.randint(-width, width) for _ in range(4)) // 4


def mark(half_points: int) -> float:
    """A mark in steps of a half, between 40 and 99; halves are exact in a float, and JSON writes them as people do."""
    value = max(80, min(198, half_points))
    return value // 2 if value % 2 == 0 else value / 2


def tenths(value: int) -> float:
    """A mark given in tenths. The float is the one that JSON writes with one decimal; nothing is computed with it."""
    return value // 10 if value % 10 == 0 else float(f"{value // 10}.{value % 10}")


def pinned(ruleset: str) -> dict[str, str]:
    """Which rulebook a competition is held under, by id, version and bytes."""
    data = (ROOT / "rulesets" / f"{ruleset.replace('-', '_')}.yaml").read_bytes()
    return {"ruleset": ruleset, "version": "2024.1", "sha256": hashlib.sha256(data).hexdigest()}
