"""What each role sees of a competition.

A view is built from what its role may know and nothing else, so there is no field to forget: a judge's view is made of that
judge's own marks, the screen's of the table that the operator lets through.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoring_engine.live.blockers import blockers, changed
from scoring_engine.live.refusals import both
from scoring_engine.live.scene import SUBMITTED, Scene
from scoring_engine.live.show import HIDDEN, LIVE, STEPS
from scoring_engine.scoring.shown import decimal_text, key_texts

if TYPE_CHECKING:
    from scoring_engine.live.access import Session
    from scoring_engine.live.show import Show

View = dict[str, Any]

ROSTER = (
    "opened", "contestant", "judge", "draw", "recused", "absent", "excused", "withdrawn", "disqualified", "reinstated", "voided", "amended",
)  # fmt: skip
"""Kinds after which a page reads its list and sheet again."""


def info(scene: Scene) -> View:
    """What everybody may know of a competition."""
    return {
        "competition": scene.info.id,
        "name": scene.info.name or scene.info.id,
        "stage": scene.info.stage,
        "label": scene.info.labels,
        "contestant_label": scene.stage["contestant"],
        "ruleset": {"id": scene.info.ruleset, "version": scene.info.version, "label": scene.plan["label"]},
        "state": scene.info.state,
    }


def sheet(scene: Scene, session: Session, show: Show) -> View:
    """The sheet to be filled in, and what the session's own judge has put on it so far.

    marks      [{contestant, keys, criterion, value, id}]: a list, as keys are the rulebook's
    states     contestant → state of the own sheet; returned → the reason of the last return
    entered    for an organizer: contestant or judge → id of the event that a correction of the lists names
    """
    judge = session.judge
    return {
        **info(scene),
        "judge": judge,
        "sheet": form(scene),
        "deductions": _deductions(scene),
        "records": _records(scene),
        "contestants": _listed(scene, show, judge),
        "marks": [
            {
                "contestant": mark.contestant, "keys": dict(zip(scene.keys, mark.keys, strict=True)), "criterion": mark.criterion,
                "value": mark.value, "id": mark.id,
            }
            for mark in scene.marks
            if judge and mark.judge == judge
        ],
        "comments": {
            str(event.get("contestant", "")): str(event["text"])
            for event in scene.standing("comment")
            if judge and event.get("judge") == judge
        },
        "states": own_states(scene, judge),
        "returned": reasons(scene, judge),
        "entered": _entered(scene) if session.role == "organizer" else {},
        "seq": int(scene.log.seq[-1]) if scene.log.size else 0,
    }  # fmt: skip


def _entered(scene: Scene) -> View:
    """The events that entered the contestants and judges; of several the last, which counts."""
    return {kind: {str(event[kind]): event["id"] for event in scene.standing(kind)} for kind in ("contestant", "judge")}


def form(scene: Scene) -> View | None:
    """The form of the sheet, None where the stage has none; numbers are texts in plain decimals.

    divide   what Σ weight × mark is divided by for the running total: 100 where the weights add up to 100, else 1
    """
    plan = scene.stage["sheet"]
    if plan is None:
        return None
    scale = 10 ** plan["places"]
    weights = dict(zip(scene.column("criteria", "criterion"), _exact(scene, "criteria", "weight"), strict=True))
    hundred = sum(map(Fraction, weights.values())) == 100 and len(weights) > 1
    return {
        "criteria": [
            {
                "id": name, "label": line["label"], "help": line["help"], "weight": weights[name], "ref": line["ref"],
                **{bound: decimal_text(line[bound], scale) for bound in ("low", "high", "step")},
            }
            for name, line in plan["criteria"].items()
        ],
        "keys": [
            {"id": name, "type": field["type"], "label": field["label"], "one_of": field["one_of"]} for name, field in plan["keys"].items()
        ],
        "complete": plan["complete"],
        "comment": plan["comment"],
        "places": plan["places"],
        "divide": "100" if hundred else "1",
    }  # fmt: skip


def _exact(scene: Scene, table: str, name: str) -> list[str]:
    return key_texts(scene.batch, scene.batch.tables[table].columns[name].take(scene.rows(table)))


def _deductions(scene: Scene) -> View | None:
    plan = scene.stage["deductions"]
    if plan is None:
        return None
    most = None if plan["most"] is None else decimal_text(plan["most"], 10 ** plan["places"])
    return {"reasons": plan["reasons"], "most": most, "places": plan["places"]}


def _records(scene: Scene) -> list[View]:
    """The kinds of record that the stage admits, with their fields."""
    found = []
    for name in scene.stage["records"]:
        plan = scene.plan["records"][name]
        fields = [
            {
                "id": id, "type": field["type"], "label": field["label"], "one_of": field["one_of"], "required": field["required"],
                "low": None if field["low"] is None else decimal_text(field["low"], 10 ** field["places"]),
                "high": None if field["high"] is None else decimal_text(field["high"], 10 ** field["places"]),
            }
            for id, field in plan["fields"].items()
        ]  # fmt: skip
        found.append({"id": name, "label": plan["label"], "contestant": plan["contestant"], "key": plan["key"], "fields": fields})
    return found


def _listed(scene: Scene, show: Show, judge: str = "") -> list[View]:
    """The contestants in running order."""
    return [{**row, "current": row["id"] == show.current} for row in scene.contestants]


def own_states(scene: Scene, judge: str) -> dict[str, str]:
    """The state of each sheet of one judge."""
    return {contestant: states[judge] for contestant, states in scene.sheets.items() if judge in states}


def reasons(scene: Scene, judge: str) -> dict[str, str]:
    """Why sheets of the judge were returned last."""
    return {str(e["contestant"]): str(e.get("reason", "")) for e in scene.standing("returned") if judge and e.get("judge") == judge}


def roster_seq(scene: Scene) -> int:
    """Seq of the last event that changes lists or sheets from outside."""
    rows = [int(scene.log.frames[kind].rows[-1]) for kind in ROSTER if kind in scene.log.frames]
    return int(scene.log.seq[max(rows)]) if rows else 0


def judge_state(scene: Scene, judge: str, show: Show) -> View:
    """A judge: the own sheets, the list, who is on. `mine` is the seq of the last own event: when it is newer than the page's own,
    another device of the judge has marked."""
    return {
        **info(scene), "current": show.current, "roster": roster_seq(scene), "mine": _last_of(scene, judge),
        "states": own_states(scene, judge), "returned": reasons(scene, judge),
    }  # fmt: skip


def _last_of(scene: Scene, judge: str) -> int:
    """The seq of the last mark, comment, submission or return of the judge."""
    last = 0
    for kind in ("score", "comment", "submitted", "returned"):
        frame = scene.log.frames.get(kind)
        column = None if frame is None else frame.columns.get("judge")
        if frame is not None and column is not None and judge in column.texts:
            rows = frame.rows[column.codes == column.texts.index(judge)]
            last = max(last, int(scene.log.seq[rows[-1]]) if rows.size else 0)
    return last


def timekeeper_state(scene: Scene, show: Show) -> View:
    """A timekeeper: the list, who is on, deductions and records. No marks and no table."""
    return {
        **info(scene), "current": show.current, "roster": roster_seq(scene),
        "contestants": _listed(scene, show), "deductions": scene.standing("deduction"), "records": scene.standing("record"),
    }  # fmt: skip


def desk_state(scene: Scene, show: Show) -> View:
    """Head judge, organizer and auditor: everything that is decided or to be decided; marks are asked for a contestant at a time."""
    return {
        **info(scene), "current": show.current, "show": show._asdict(), "roster": roster_seq(scene),
        "contestants": _listed(scene, show),
        "judges": [judge._asdict() for judge in scene.judges],
        "sheets": scene.sheets,
        "outliers": scene.outliers,
        "measures": scene.measures(),
        "standings": scene.standings,
        "decisions": scene.decisions,
        "pending": scene.pending,
        "deductions": scene.standing("deduction"),
        "objections": _objections(scene),
        "changed": changed(scene),
        "versions": {kind: len(scene.standing(kind)) for kind in ("confirmed", "published")},
        "blockers": [blocker.shown() for blocker in blockers(scene)],
        "notices": _notices(scene),
    }  # fmt: skip


def _objections(scene: Scene) -> list[View]:
    rulings = {event.get("event"): event for event in scene.standing("ruling")}
    return [{**event, "ruling": rulings.get(event["id"])} for event in scene.standing("objection")]


def _notices(scene: Scene) -> list[View]:
    """What a person should know, in both languages."""
    found: dict[tuple[str, str], View] = {}
    for notice in scene.batch.notices:
        who = scene.batch.lexicon.decode(notice.contestant)
        for competition, contestant in zip(notice.competition.tolist(), who, strict=True):
            if competition == scene.index:
                found[notice.code, contestant] = {"code": notice.code, "contestant": contestant, "message": both(notice.message)}
    return list(found.values())


def screen_state(scene: Scene, seen: Scene | None, show: Show) -> View:
    """The big screen. `seen` is the competition as far as the operator's freeze lets events through.

    current    id, name, roster fields, and ticks [{judge, name, done}] of who has handed in
    next       who follows in the running order
    revealed   the rows of the standings of contestants whose result is shown by itself
    Rows have the roster's `fields` and the labels of `awards` beside the columns of the standings.

    standings  the rows that are shown: none, all, or so many of the ranked from the end (`ranked` of them in all), one step
               more for those who are not ranked
    """
    frozen = seen or scene
    rows = frozen.standings
    ranked = [row for row in rows if row["rank"] is not None]
    unranked = [row for row in rows if row["rank"] is None]
    shown: list[View] = []
    if show.ranking == LIVE:
        shown = rows
    elif show.ranking == STEPS:
        shown = ranked[max(0, len(ranked) - show.steps) :] + (unranked if show.steps > len(ranked) else [])
    assert show.ranking in (HIDDEN, LIVE, STEPS)
    return {
        **info(scene), "current": _on(scene, show.current), "next": _next(scene, show.current),
        "ranking": show.ranking, "steps": show.steps, "frozen": show.freeze is not None,
        "ranked": len(ranked), "measures": frozen.measures(), "standings": _dressed(frozen, shown),
        "revealed": _dressed(frozen, [row for row in rows if row["contestant"] in show.revealed]),
        "listed": len(scene.ids),
    }  # fmt: skip


AWARDS = ("award", "title", "certificate", "grade")
"""Consequences that the screen shows beside a row."""


def _dressed(scene: Scene, rows: list[View]) -> list[View]:
    """Rows of the standings with the contestant's roster fields and the awards that are granted."""
    fields = {str(row["id"]): {name: row[name] for name in scene.stage["roster"]} for row in scene.contestants}
    labels = {outcome["name"]: outcome["label"] for plan in scene.stage["decisions"] for outcome in plan["then"] if outcome["name"]}
    labels |= scene.stage["grades"]
    awards: dict[str, list[Any]] = {}
    for one in scene.decisions:
        if one["consequence"] in AWARDS and one["status"] == "granted":
            awards.setdefault(str(one["contestant"]), []).append(labels.get(str(one["name"]), {"zh": one["name"], "en": one["name"]}))
    return [{**row, "fields": fields.get(str(row["contestant"]), {}), "awards": awards.get(str(row["contestant"]), [])} for row in rows]


def _next(scene: Scene, contestant: str) -> View | None:
    """Who follows in the running order, of those who are there; the first where nobody is on."""
    waiting = [row for row in scene.contestants if not row["status"] or row["id"] == contestant]
    at = next((place for place, row in enumerate(waiting) if row["id"] == contestant), -1)
    return waiting[at + 1] if at + 1 < len(waiting) else None


def _on(scene: Scene, contestant: str) -> View | None:
    row = next((row for row in scene.contestants if row["id"] == contestant), None)
    if row is None:
        return None
    states = scene.sheets.get(contestant, {})
    names = {judge.id: judge.name for judge in scene.judges}
    ticks = [
        {"judge": judge, "name": names[judge], "done": state in (SUBMITTED, "locked")}
        for judge, state in states.items()
        if state != "recused"
    ]
    return {**row, "ticks": ticks}
