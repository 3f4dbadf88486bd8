"""Why a result cannot be confirmed or published yet: all reasons at once, each with what is to be done.

What is open by nature (a tie that people must decide, a decision that a rule asks for) is `soft`: who confirms may say that it is
known and goes on; everything else must be settled first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scoring_engine.live.refusals import both
from scoring_engine.live.scene import BLANK, DRAFT, RETURNED, SUBMITTED, Mark, Scene
from scoring_engine.messages import LANGUAGES, Message

Codes = tuple[str, ...]


class Blocker(NamedTuple):
    """One reason. `said` has its words in both languages where they differ in more than the template."""

    code: str
    message: Message
    contestant: str = ""
    judge: str = ""
    soft: bool = False
    said: dict[str, str] | None = None

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        shown = self._asdict()
        del shown["said"]
        return {**shown, "message": self.said or both(self.message)}


def blockers(scene: Scene) -> list[Blocker]:
    """Everything that stands between a competition and its confirmation."""
    found = [*_people(scene), *_sheets(scene), *_objections(scene), *_rejected(scene), *_open(scene)]
    return sorted(found, key=lambda blocker: blocker.soft)


def _people(scene: Scene) -> list[Blocker]:
    found = []
    if not scene.ids:
        found.append(Blocker("no-contestants", Message("nobody is on the list of contestants")))
    if scene.stage["sheet"] is not None and not scene.judges:
        found.append(Blocker("no-judges", Message("no judge is entered")))
    return found


def _sheets(scene: Scene) -> list[Blocker]:
    """Sheets that are not handed in, lines without a mark, missing comments, contestants without a result."""
    sheet = scene.stage["sheet"]
    found: list[Blocker] = []
    if sheet is not None:
        judges = {judge.id: judge.name for judge in scene.judges}
        for contestant, states in scene.sheets.items():
            if contestant in scene.out:
                continue
            for judge, state in states.items():
                args = {"judge": judges[judge], "name": scene.names[contestant]}
                marks = scene.marked.get(contestant, {}).get(judge, [])
                if state in (BLANK, DRAFT):
                    text = "{judge} has not handed in the sheet of {name}" if state == DRAFT else "{judge} has not judged {name}"
                    found.append(Blocker("not-submitted", Message(text, args), contestant, judge))
                elif state == RETURNED:
                    text = "the sheet of {name} was returned to {judge} and is not handed in again"
                    found.append(Blocker("returned", Message(text, args), contestant, judge))
                if (marks or state == SUBMITTED) and _gaps(scene, marks):
                    found.append(Blocker("missing-marks", Message("{judge} left lines of {name} without a mark", args), contestant, judge))
                if marks and sheet["comment"] == "required" and (contestant, judge) not in scene.commented:
                    text = "{judge} owes the comment on {name} that the rulebook requires"
                    found.append(Blocker("no-comment", Message(text, args), contestant, judge))
    for row in scene.standings:
        if row["status"] == "unscored":
            name = {"name": str(row["name"])}
            text = "{name} has no result and is neither absent, excused nor withdrawn"
            found.append(Blocker("unscored", Message(text, name), str(row["contestant"])))
    return found


def _gaps(scene: Scene, marks: list[Mark]) -> bool:
    """Whether a part of a judge's sheet lacks a line: of those that are due, or else of those that have marks."""
    sheet = scene.stage["sheet"]
    assert sheet is not None
    counts = dict.fromkeys(scene.due, 0)
    for mark in marks:
        counts[mark.keys] = counts.get(mark.keys, 0) + 1
    return any(count < len(sheet["criteria"]) for count in counts.values())


def _objections(scene: Scene) -> list[Blocker]:
    ruled = {event.get("event") for event in scene.standing("ruling")}
    return [
        Blocker(
            "open-objection",
            Message("the objection “{reason}” waits for its ruling", {"reason": str(objection.get("reason", ""))[:60]}),
            str(objection.get("contestant", "")),
        )
        for objection in scene.standing("objection")
        if objection["id"] not in ruled
    ]


def _rejected(scene: Scene) -> list[Blocker]:
    """Events in the log that do not count (any more), as when a contestant was voided after being marked."""
    return [
        Blocker("rejected", Message("the event {id} does not count: {why}", {"id": r.id, "why": r.message.say()}))
        for r in scene.result.rejections
        if r.competition == scene.info.id
    ]


def _open(scene: Scene) -> list[Blocker]:
    """Ties and decisions that wait for people."""
    tied = scene.table.columns.get("tied")
    found = []
    ranks: dict[tuple[str, int], list[str]] = {}
    if tied is not None and scene.stage["ranking"]["unresolved"] == "pending":
        shown = dict(zip(scene.ids, scene.column("contestants", "tied"), strict=True))
        for row in scene.standings:
            if row["rank"] is not None and shown.get(str(row["contestant"])) == "true":
                ranks.setdefault((str(row["scope"]), int(row["rank"])), []).append(str(row["name"]))
    for (scope, rank), names in ranks.items():
        args = {"rank": str(rank), "names": ", ".join(names), "scope": scope}
        text = "{scope}: rank {rank} is shared by {names} and must be decided" if scope else "rank {rank} is shared by {names}, decide it"
        found.append(Blocker("open-tie", Message(text, args), soft=True))
    for row in scene.pending:
        who = str(row["contestant"])
        words = Message("{name}: {rule} waits for a decision ({note})", {"name": scene.names.get(who, who)})
        said = {
            lang: words._replace(args={**words.args, "rule": row["label"][lang], "note": row["note"][lang]}).say(lang) for lang in LANGUAGES
        }
        found.append(Blocker("pending", words, who, soft=True, said=said))
    return found


SETUP = frozenset(("opened", "judge", "draw", "confirmed", "published", "locked", "unlocked", "comment", "submitted"))
"""Kinds that leave a confirmed result as it was."""


def publication(scene: Scene) -> list[Blocker]:
    """Everything that stands between a competition and its publication: it must be confirmed as it is now."""
    found = blockers(scene)
    if not scene.standing("confirmed"):
        found.insert(0, Blocker("not-confirmed", Message("the head judge has not confirmed the result")))
    elif changed(scene):
        found.insert(0, Blocker("changed", Message("the result has changed since it was confirmed; have it confirmed again")))
    return found


def changed(scene: Scene) -> bool:
    """Whether a result that was confirmed may have changed since."""
    confirmed = scene.standing("confirmed")
    if not confirmed:
        return False
    mine = scene.log.competition.texts.index(scene.info.id)
    later = (scene.log.seq > confirmed[-1]["seq"]) & (scene.log.competition.codes == mine)
    kinds = {scene.log.kind.texts[code] for code in np.unique(scene.log.kind.codes[later]).tolist()}
    return bool(kinds - SETUP)
