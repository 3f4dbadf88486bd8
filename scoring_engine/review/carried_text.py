"""What came to a contestant from other competitions and what went on, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.naming import Names
from scoring_engine.review.wording import CONSEQUENCES, STATUSES, honours, outcome, said

Json = dict[str, Any]


def carried(part: Json, names: Names) -> Iterator[str]:
    """What was received and what was sent."""
    yield from names.listed(Message("received:"), [_arrived(one, names) for one in part.get("received", [])])
    yield from names.listed(Message("sent:"), [_went(one, names) for one in part["sent"]])


def _arrived(one: Json, names: Names) -> list[str]:
    """What was received: from where and on whose account, by which rule."""
    values = ", ".join(f"{names('contestants', name)} {value}" for name, value in one["values"].items())
    origin = " · ".join(filter(None, (one["from"], one["rule"])))
    who = names.person(one["for"]) if one.get("for") else ""
    return [said(CONSEQUENCES, one["kind"], names.lang), origin, who, values]


def _went(one: Json, names: Names) -> list[str]:
    """What was sent: what, to whom, and how it fares there."""
    value = f" {one['value']}" if "value" in one else f" {honours(one, names.lang)}" if "honours" in one else ""
    target = one["target"] or names.say(Message("nowhere: the opening event names no such link"))
    there = one["there"]
    return [
        f"{said(CONSEQUENCES, one['kind'], names.lang)}{value}",
        f"→ {one['to']} ({target}): {names.person(one['recipient'])}",
        one["rule"],
        "" if there is None else _fares(there, names),
    ]


def _fares(there: Json, names: Names) -> str:
    """Where somebody came in the next competition and what it brought."""
    place = Message("rank {rank} of {field}", {"rank": there["rank"], "field": there["field"]})
    rank = said(STATUSES, there["status"], names.lang) if there["rank"] is None else names.say(place)
    total = "" if there["total"] is None else there["total"]["value"]
    given = [
        outcome(one, names.lang) + ("" if one["status"] == "granted" else f" [{said(STATUSES, one['status'], names.lang)}]")
        for one in there["given"]
    ]
    return ", ".join(filter(None, (rank, total, *given)))
