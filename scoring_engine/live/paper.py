"""Paper sheets that are typed in: every mark at least twice, and nothing counts until two entries agree on it.

The entries are kept beside the log, so a second person on another machine, or after a restart, types without seeing the first. When
they are compared, the cells in which no two entries agree are named; of these alone a further entry is made, until none is left. Then the
marks become events like any other, the comments too, and the sheets that are full are handed in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

from scoring_engine.live.refusals import Refusal, both, malformed
from scoring_engine.live.scene import BLANK, DRAFT, RETURNED
from scoring_engine.live.views import form
from scoring_engine.live.writing import stamped
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.live.access import Keep, Session
    from scoring_engine.live.room import Room
    from scoring_engine.live.scene import Scene

View = dict[str, Any]
Cell = tuple[str, str]
"""Contestant and criterion."""

NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?")
MOST = 20
"""Entries of one pile of sheets at most; whoever needs more begins anew."""
COMMENT = 2000
"""Characters of a comment at most."""


class Paper:
    """The entries of all piles of paper sheets; a pile is what one judge gave all contestants, for one value of each key."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._lock = Lock()

    def look(self, scene: Scene, judge: str, keys: Mapping[str, Any]) -> View:
        """What was entered of a pile: {judge, keys, entries: [{by, at}], differences: [{contestant, criterion, values}]}.

        Marks are told only where entries differ.
        """
        _known(scene, judge, keys)
        entries = self._entries(scene, judge, keys)
        return _shown(judge, keys, entries, _differences(scene, judge, entries))

    def discard(self, scene: Scene, judge: str, keys: Mapping[str, Any]) -> View:
        """Forget the entries of a pile, to begin anew."""
        _known(scene, judge, keys)
        with self._lock:
            self._put(scene, judge, keys, [])
        return _shown(judge, keys, [], [])

    def enter(self, room: Room, scene: Scene, session: Session, given: Mapping[str, Any], at: str) -> View:
        """Record an entry {id, judge, keys, marks: {contestant: {criterion: text}}, comments: {contestant: text}, submit}, compare it
        with those before, and store the marks when every cell is settled: the view with `stored` {marks, sheets}, or None.

        submit   hand in sheets that have marks on every line for the keys given, where the rulebook does not say which keys are due

        Raises:
            Refusal: it cannot be read, marks cannot be given (`cells` lists them), or the events are not admitted.
        """
        judge, keys = given.get("judge"), given.get("keys") or {}
        if not isinstance(judge, str) or not isinstance(keys, dict):
            raise malformed("judge, keys")
        _known(scene, judge, keys)
        entry = {"id": str(given.get("id", ""))[:120], "by": session.name, "at": at, **_read(scene, given)}
        with self._lock:
            entries = self._entries(scene, judge, keys)
            if entry["id"] and any(entry["id"] == one["id"] for one in entries):
                return _shown(judge, keys, entries, _differences(scene, judge, entries))
            if len(entries) >= MOST:
                raise Refusal(409, "too-many-entries", Message("these sheets were typed {most} times; begin anew", {"most": str(MOST)}))
            entries = [*entries, entry]
            differing = _differences(scene, judge, entries)
            if len(entries) < 2 or differing:
                self._put(scene, judge, keys, entries)
                return _shown(judge, keys, entries, differing)
            stored = _store(room, scene, session, _Pile(judge, keys, entries, given.get("submit") is True), at)
            self._put(scene, judge, keys, [])
        return {**_shown(judge, keys, [], []), "stored": stored}

    def _entries(self, scene: Scene, judge: str, keys: Mapping[str, Any]) -> list[View]:
        kept: list[View] = json.loads(self._keep.get(_key(scene, judge, keys)) or "[]")
        return kept

    def _put(self, scene: Scene, judge: str, keys: Mapping[str, Any], entries: list[View]) -> None:
        self._keep.put(_key(scene, judge, keys), json.dumps(entries, ensure_ascii=False) if entries else None)


class _Pile:
    """Entries that agree, about to become events."""

    def __init__(self, judge: str, keys: Mapping[str, Any], entries: list[View], submit: bool) -> None:
        self.judge, self.keys, self.entries, self.submit = judge, keys, entries, submit

    def mark(self, cell: Cell) -> str:
        """What two entries agree on."""
        return _agreed([entry["marks"][cell[0]][cell[1]] for entry in self.entries if cell[1] in entry["marks"].get(cell[0], {})]) or ""

    def comment(self, contestant: str) -> str:
        """The comment that was typed last."""
        typed = [entry["comments"].get(contestant, "") for entry in self.entries]
        return next((text for text in reversed(typed) if text), "")


def _key(scene: Scene, judge: str, keys: Mapping[str, Any]) -> str:
    named = json.dumps({name: str(value) for name, value in sorted(keys.items())}, ensure_ascii=False)
    return f"live/paper/{json.dumps([scene.info.id, judge], ensure_ascii=False)}/{named}"


def _known(scene: Scene, judge: str, keys: Mapping[str, Any]) -> None:
    """Raises Refusal unless there is such a judge, and the keys are those of the sheet."""
    sheet = scene.stage["sheet"]
    if sheet is None:
        raise Refusal(409, "no-sheet", Message("this stage has no score sheet"))
    if judge not in [person.id for person in scene.judges]:
        raise Refusal(400, "unknown-judge", Message("“{value}” is not on the list of judges; enter the judge first", {"value": judge[:40]}))
    if set(keys) != set(sheet["keys"]):
        raise malformed(f"keys: {', '.join(sheet['keys'])}")
    for name, value in keys.items():
        admitted = sheet["keys"][name]["one_of"]
        if isinstance(value, (dict, list)) or value in ("", None) or (admitted is not None and str(value) not in admitted):
            args = {"key": name, "value": str(value)[:40]}
            raise Refusal(400, "key", Message("{key} is missing, or “{value}” is none of its values", args))


def _read(scene: Scene, given: Mapping[str, Any]) -> View:
    """The marks and comments of an entry; all marks that cannot be given are refused together."""
    marks, comments = given.get("marks"), given.get("comments") or {}
    if not isinstance(marks, dict) or not isinstance(comments, dict):
        raise malformed("marks, comments")
    plan = form(scene)
    assert plan is not None
    lines = {line["id"]: line for line in plan["criteria"]}
    read: dict[str, dict[str, str]] = {}
    faults = []
    for contestant, row in marks.items():
        if contestant not in scene.names or not isinstance(row, dict) or not set(row) <= set(lines):
            raise malformed(f"marks: {contestant}")
        for criterion, value in row.items():
            text = str(value).strip()
            problem = None if text == "" else _fault(text, lines[criterion])
            if problem is not None:
                faults.append({"contestant": contestant, "criterion": criterion, "message": both(problem)})
            read.setdefault(contestant, {})[criterion] = _plain(text) if problem is None else ""
    if faults:
        text = "{count} marks cannot be given; nothing of this entry was kept"
        raise Refusal(422, "marks", Message(text, {"count": str(len(faults))}), cells=faults)
    said = {who: str(text).strip()[:COMMENT] for who, text in comments.items() if who in scene.names and str(text).strip()}
    return {"marks": read, "comments": said}


def _fault(text: str, line: Mapping[str, str]) -> Message | None:
    """Why a mark cannot be given on a line."""
    args = {"value": text[:20], "low": line["low"], "high": line["high"], "step": line["step"]}
    if not NUMBER.fullmatch(text):
        return Message("“{value}” is not a number", args)
    value, low = Decimal(text), Decimal(line["low"])
    if not low <= value <= Decimal(line["high"]):
        return Message("{value} is not between {low} and {high}", args)
    if (value - low) % Decimal(line["step"]):
        return Message("{value} is off the step: {low} and then by {step}", args)
    return None


def _plain(text: str) -> str:
    """A number in the one way of writing it: 7.50 and 07.5 are 7.5."""
    return f"{Decimal(text).normalize() + 0:f}" if text else ""


def _open(scene: Scene, judge: str) -> list[str]:
    """The contestants whose sheet of the judge can still be filled in."""
    return [who for who, states in scene.sheets.items() if states.get(judge) in (BLANK, DRAFT, RETURNED)]


def _agreed(values: list[str]) -> str | None:
    """The value that two entries have in common; the latest such. None where there is none."""
    return next((value for at, value in reversed(list(enumerate(values))) if value in values[:at]), None)


def _differences(scene: Scene, judge: str, entries: list[View]) -> list[View]:
    """The cells on which no two entries agree, once there are two. What an entry leaves out is blank in it, but from the third on,
    which are of the cells that differ."""
    if len(entries) < 2:
        return []
    sheet = scene.stage["sheet"]
    assert sheet is not None
    found = []
    for contestant in _open(scene, judge):
        for criterion in sheet["criteria"]:
            values = [
                entry["marks"].get(contestant, {}).get(criterion, "")
                for number, entry in enumerate(entries)
                if number < 2 or criterion in entry["marks"].get(contestant, {})
            ]
            if _agreed(values) is None:
                found.append({"contestant": contestant, "criterion": criterion, "values": values})
    return found


def _shown(judge: str, keys: Mapping[str, Any], entries: list[View], differences: list[View]) -> View:
    return {
        "judge": judge, "keys": dict(keys), "entries": [{"by": entry["by"], "at": entry["at"]} for entry in entries],
        "differences": differences, "stored": None,
    }  # fmt: skip


def _store(room: Room, scene: Scene, session: Session, pile: _Pile, at: str) -> View:
    """Write what the entries agree on; all of it or nothing."""
    sheet = scene.stage["sheet"]
    assert sheet is not None
    name = f"paper-{pile.entries[-1]['id'] or at}"
    events: list[dict[str, Any]] = []
    handed = 0
    for contestant in _open(scene, pile.judge):
        whose = {"judge": pile.judge, "contestant": contestant}
        given = {criterion: pile.mark((contestant, criterion)) for criterion in sheet["criteria"]}
        marks = {criterion: value for criterion, value in given.items() if value != ""}
        for criterion, value in marks.items():
            score = {"kind": "score", **whose, "criterion": criterion, **pile.keys, "value": Decimal(value)}
            events.append({"id": f"{name}-{len(events)}", **score})
        if comment := pile.comment(contestant):
            events.append({"id": f"{name}-{len(events)}", "kind": "comment", **whose, "text": comment})
        if marks and _full(scene, pile, contestant, marks):
            events.append({"id": f"{name}-{len(events)}", "kind": "submitted", **whose})
            handed += 1
    if not events:
        raise Refusal(409, "nothing", Message("nothing was typed, or all of these sheets are handed in already"))
    ready, refused = stamped(room, session, scene.info.id, events, at)
    answers = [one for one in refused if one is not None] or room.contest.submit([event for _, event in ready], whole=True).result()
    rejected = next((one for one in answers if one.status == "rejected" and one.rule != "together"), None)
    if rejected is not None:
        raise Refusal(422, rejected.rule, rejected.message or Message("it was not admitted"))
    return {"marks": sum(event["kind"] == "score" for event in events), "sheets": handed}


def _full(scene: Scene, pile: _Pile, contestant: str, marks: Mapping[str, str]) -> bool:
    """Whether a sheet is full with these marks: every line, for all values of the keys where the rulebook names those that are due."""
    sheet = scene.stage["sheet"]
    assert sheet is not None
    lines = list(sheet["criteria"])
    now = tuple(str(pile.keys[name]) for name in scene.keys)
    there = {(*mark.keys, mark.criterion) for mark in scene.marked.get(contestant, {}).get(pile.judge, [])}
    there |= {(*now, criterion) for criterion in marks}
    if not scene.due and not pile.submit:
        return False
    return all((*part, line) in there for part in scene.due or [now] for line in lines)
