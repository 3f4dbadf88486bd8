"""What the oracles share: the log as a person reads it, rounding with fractions, tables as CSV. Nothing of scoring_engine."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
EXPECTED = Path(__file__).parent / "expected"

Event = dict[str, Any]
Row = dict[str, str]
Decision = tuple[str, str, str, str, str, str, str, str]
DECISION = ("competition", "contestant", "rule", "consequence", "name", "value", "to", "status")


def half_up(value: Fraction, places: int) -> str:
    """四舍五入 to so many places, halves away from zero."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    digits = str(scaled.numerator // scaled.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return "-" + text if value < 0 and digits.strip("0") else text


def per_cent(part: int, whole: int) -> Fraction | None:
    """part of whole in per cent, None where there is no whole."""
    return Fraction(part, whole) * 100 if whole else None


def shown(value: Fraction | None, places: int = 2) -> str:
    """A number as a table shows it; nothing where there is none."""
    return "" if value is None else half_up(value, places)


def plain_number(value: Fraction | None) -> str:
    """A number as the decisions show it: with no more decimals than it has."""
    text = shown(value)
    return text.rstrip("0").removesuffix(".") if "." in text else text


def truth(value: bool) -> str:
    """A truth value as a table shows it."""
    return "true" if value else "false"


def day_of(text: str) -> date:
    """The day of an ISO time on the clock of its place, or an ISO day."""
    return date.fromisoformat(text[:10])


def last_of_month(day: date) -> date:
    """The last day of the month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


class Book:
    """One competition of a log: its opening, its contestants, and what was recorded, after voids and amendments."""

    def __init__(self, opened: Event) -> None:
        self.id: str = opened["competition"]
        self.opened = opened
        self.contestants: dict[str, Event] = {}
        self.status: dict[str, str] = {}
        self.records: list[Event] = []
        self.scores: list[Event] = []
        self.granted: dict[tuple[str, str], bool] = {}
        self.order: dict[str, int] = {}
        self.rejected: dict[str, str] = {}
        self.last = day_of(opened["at"])

    def of(self, kind: str, **fields: object) -> list[Event]:
        """The records of a kind whose fields have these values."""
        return [r for r in self.records if r["record"] == kind and all(r.get(name) == value for name, value in fields.items())]

    def settled(self, rule: str, contestant: str) -> str:
        """What became of a proposal."""
        return {None: "pending", True: "granted", False: "refused"}[self.granted.get((rule, contestant))]


def books(text: str) -> dict[str, Book]:
    """The competitions of a log. An event that comes twice counts once; a voided one not at all; an amended one as amended."""
    events: dict[str, Event] = {}
    for line in text.splitlines():
        event = json.loads(line, parse_float=Fraction)
        events.setdefault(event["id"], event)
    for event in events.values():
        if event["kind"] == "amended":
            envelope = ("id", "seq", "at", "competition", "kind", "event", "reason", "by")
            events[event["event"]] |= {name: value for name, value in event.items() if name not in envelope}
    gone = {event["event"] for event in events.values() if event["kind"] == "voided"}
    found: dict[str, Book] = {}
    for event in events.values():
        if event["id"] in gone:
            continue
        if event["kind"] == "opened":
            found[event["competition"]] = Book(event)
            continue
        book = found[event["competition"]]
        book.last = max(book.last, day_of(event["at"]))
        if event["kind"] == "contestant":
            book.contestants[event["contestant"]] = event
        elif event["kind"] == "record":
            book.records.append(event)
        elif event["kind"] == "score":
            book.scores.append(event)
        elif event["kind"] in ("absent", "excused", "withdrawn", "disqualified"):
            book.status[event["contestant"]] = event["kind"]
        elif event["kind"] == "discretion" and event["about"] == "tie":
            book.order[event["contestant"]] = event["value"]
        elif event["kind"] == "discretion":
            book.granted[event["about"], event["contestant"]] = event["grant"]
    return found


def ranks(keys: Mapping[str, tuple[Any, ...]]) -> dict[str, int]:
    """1 2 2 4 by falling keys."""
    return {one: 1 + sum(other > key for other in keys.values()) for one, key in keys.items()}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as the text of a CSV file, in order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(sorted(map(list, rows)))
    return out.getvalue()


def standings(rows: Iterable[Row]) -> str:
    """Standings as a CSV file: the columns that every table has, then those of the stages in the order of their appearance."""
    rows = list(rows)
    columns = ["competition", "scope", "contestant", "rank", "status"]
    columns += [name for name in dict.fromkeys(name for row in rows for name in row) if name not in columns]
    return table(columns, [[row.get(name, "") for name in columns] for row in rows])
