"""From what a page sends to events for the ledger: who may write what, and what the server adds.

The server adds who wrote it (`by`), when (`at`: its own clock, whatever that of the device says) and, for those who write in one
name only, the judge. What was an event before is never changed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.live.contest import Answer
from scoring_engine.live.refusals import forbidden
from scoring_engine.live.roles import OWN, extent
from scoring_engine.live.scene import BLANK, DRAFT, RETURNED
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from starlette.types import Scope

    from scoring_engine.live.access import Session
    from scoring_engine.live.room import Room

CONCLUDED = frozenset(("confirmed", "published"))
"""Kinds that have a path of their own, for they are written only where nothing stands in the way."""

LENGTH = 120
"""Characters of an id at most."""

log = logging.getLogger("scoring_engine.live")

Ready = list[tuple[int, dict[str, Any]]]


def stamped(
    room: Room, session: Session, competition: str, events: Sequence[Mapping[str, Any]], at: str
) -> tuple[Ready, list[Answer | None]]:
    """The events that may go on to intake, each with its place, and for each place the answer to one that may not."""
    ready: Ready = []
    answers: list[Answer | None] = []
    for place, event in enumerate(events):
        made = {name: value for name, value in event.items() if name not in ("seq", "by", "at")}
        made = {"id": made.pop("id", ""), "at": at, "competition": made.pop("competition", None) or competition, **made, "by": session.name}
        problem = _problem(room, session, made)
        if problem is None:
            ready.append((place, made))
            answers.append(None)
        else:
            rule, message = problem
            answers.append(Answer(str(made["id"])[:LENGTH], "rejected", None, rule, "", message))
    return ready, answers


def _problem(room: Room, session: Session, event: dict[str, Any]) -> tuple[str, Message] | None:
    """Why the session may not write the event; None where it may. Fills in what only the session can know."""
    id, kind = event["id"], event.get("kind")
    if not isinstance(id, str) or not 0 < len(id) <= LENGTH:
        return "id", Message("an event needs an id of its own, a text of up to {most} characters", {"most": str(LENGTH)})
    scope = extent(session.role, f"write:{kind}") if isinstance(kind, str) else None
    if scope is None:
        return "role", forbidden(f"write:{kind}"[:60]).message
    if session.competition and event["competition"] != session.competition:
        return "role", Message("this link is for another competition")
    if kind in CONCLUDED:
        return "path", Message("a result is confirmed and published with the button for it, which checks what stands in the way")
    if kind == "opened":
        _pin(room, event)
    if scope == OWN:
        return _not_own(room, session, event)
    return None


def _not_own(room: Room, session: Session, event: dict[str, Any]) -> tuple[str, Message] | None:
    """Why an event is not in the session's own name; the judge is filled in where it is left out."""
    if event.get("kind") == "voided":
        return _not_own_to_void(room, session, event)
    if not session.judge:
        return "role", Message("this link is not that of a judge; marks are given with a judge's own link")
    if event.setdefault("judge", session.judge) != session.judge:
        return "other-judge", Message("a judge writes in the own name only")
    if event.get("kind") == "recused" and not event.get("contestant"):
        return "contestant", Message("name the contestant; the organizer records a recusal for all of them")
    return None


def _not_own_to_void(room: Room, session: Session, event: Mapping[str, Any]) -> tuple[str, Message] | None:
    """A judge takes back own marks of a sheet that is not handed in; a timekeeper what it recorded itself."""
    known = room.contest.known(str(event.get("event")))
    if known is None:
        return None  # intake says so
    if session.role == "timekeeper":
        mine = known.kind in ("deduction", "record") and known.by == session.name
    else:
        mine = known.kind in ("score", "comment") and bool(session.judge) and known.judge == session.judge
        scene = room.settled_scene(str(event["competition"])) if mine else None
        state = scene.sheets.get(known.contestant, {}).get(session.judge, BLANK) if scene is not None else BLANK
        if state not in (BLANK, DRAFT, RETURNED):
            return "submitted", Message("the sheet is handed in or locked; have it returned first")
    return None if mine else ("role", Message("this is not your own entry; ask the head judge"))


def _pin(room: Room, event: dict[str, Any]) -> None:
    """An opening names the rulebook that the server runs, pins it, and has a seed for lots."""
    plans = room.contest.plans
    named = event.get("ruleset") or (plans[0]["id"] if len(plans) == 1 else None)
    plan = next((plan for plan in plans if plan["id"] == named), None)
    if plan is not None:
        event["ruleset"] = plan["id"]
        event.setdefault("version", plan["version"])
        event.setdefault("sha256", plan["sha256"])
        if len(plan["stages"]) == 1:
            event.setdefault("stage", next(iter(plan["stages"])))
    event.setdefault("seed", secrets.token_hex(8))


def written(scope: Scope, session: Session, answers: Sequence[Answer]) -> None:
    """Log the events that were refused."""
    client = (scope.get("client") or ("?",))[0]
    for one in answers:
        if one.status == "rejected":
            log.warning("refused event %r from %s (%s %s): %s", one.id[:LENGTH], client, session.role, session.name, one.rule)
