"""The tables of `sample_events/grand_discussion.jsonl` computed apart from the engine, from the text of document S3.

Persons owe 讨论材料 by 30 March and 本人整改意见 by 7 May and a paper for each speech; branches the outcome of the five topics by 30 March;
units eleven items and nine sessions on Thursdays and Fridays; the bureau four items. Complete = (on time + late) / due.

What is not there is missing when its last day is over by the end of the log, and not due before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.documents.plain import Book, Decision, Event, Row, day_of, per_cent, ranks, shown

A15, A30, M30 = date(2017, 4, 15), date(2017, 4, 30), date(2017, 5, 30)
OWED: dict[str, dict[str, date]] = {
    "person": {"material": date(2017, 3, 30), "own_rectification": date(2017, 5, 7)},
    "branch": {"outcome": date(2017, 3, 30)},
    "unit": {
        "check_superior": A15,
        "check_advanced": A15,
        "check_served": A15,
        "model": A30,
        "forms": A30,
        "self_check": A30,
        "functions": M30,
        "personal_duties": M30,
        "flowchart": M30,
        "plan": M30,
        "timetable": M30,
    },
    "bureau": {"deputies": A15, "advisers": A15, "standards_meeting": A30, "exchange": A30},
}
MEETINGS = [date(2017, 3, day) for day in (2, 3, 9, 10, 16, 17, 23, 24, 30)]
TOPICS = {
    "speeches": (date(2017, 2, 28), date(2017, 3, 2)),
    "deployments": (date(2017, 3, 3), date(2017, 3, 9)),
    "discipline": (date(2017, 3, 10), date(2017, 3, 16)),
    "duties": (date(2017, 3, 17), date(2017, 3, 23)),
    "commitment": (date(2017, 3, 24), date(2017, 3, 30)),
}
PHASES = {
    "study": (date(2017, 2, 28), date(2017, 3, 30)),
    "compare": (date(2017, 3, 31), A30),
    "improve": (date(2017, 5, 1), date(2017, 5, 31)),
}
FORMS = 20


class Contestant:
    """What one contestant owes and did."""

    def __init__(self, book: Book, event: Event) -> None:
        self.id: str = event["contestant"]
        self.group: str = event["group"]
        self.mine = [r for r in book.records if r.get("contestant") == self.id]
        self.until = book.last
        self.tasks: list[tuple[date, str]] = []  # last day, state
        self.flags: list[tuple[str, str]] = []  # name, value
        self.forms, self.forms_on = 0, None
        for record in self.of("opinions"):
            self.forms += record["valid"]
            if self.forms >= FORMS and self.forms_on is None:
                self.forms_on = day_of(record["at"])
            if record["valid"] > record["returned"]:
                self.flags.append(("more-valid-than-returned", ""))
        for item, last in OWED[self.group].items():
            handed = self.forms_on if item == "forms" else next((day_of(r["at"]) for r in self.of("delivered") if r["item"] == item), None)
            self.task(last, handed is not None, handed is not None and handed > last)
        self.topics = 0
        if self.group == "unit":
            self.sessions()
            if self.forms < FORMS and self.until > A30:
                self.flags.append(("forms-short", str(self.forms)))
        papers = {r["held"] for r in self.of("paper")}
        for speech in self.of("speech"):
            self.tasks.append((date.fromisoformat(speech["held"]), "done" if speech["held"] in papers else "missing"))  # due at once
            self.flags += [("no-paper", speech["held"])] * (speech["held"] not in papers)
        closed = {r["issue"] for r in self.of("close_out")}
        self.issues = [r["issue"] in closed for r in self.of("issue")]
        self.flags += [("open-issue", r["issue"]) for r in self.of("issue") if r["issue"] not in closed]
        for phase, (first, last) in PHASES.items():
            if any(first <= day <= last and state != "done" for day, state in self.tasks):
                self.flags.append(("behind", phase))

    def task(self, last: date, there: bool, late: bool) -> None:
        """Something that has a last day."""
        if there or last < self.until:
            self.tasks.append((last, "late" if late else "done" if there else "missing"))

    def of(self, record: str) -> list[Event]:
        """The contestant's records of one kind."""
        return [r for r in self.mine if r["record"] == record]

    def sessions(self) -> None:
        """Sessions count with everybody who is not on leave, on the Thursdays and Fridays."""
        full = set()
        for session in self.of("session"):
            held = date.fromisoformat(session["held"])
            if session["present"] >= session["staff"] - session["on_leave"]:
                full.add(held)
            else:
                self.flags.append(("thin-session", session["held"]))
            if held not in MEETINGS:
                self.flags.append(("off-day", session["held"]))
        for day in MEETINGS:
            self.task(day, day in full, False)
        left_out = {topic: last for topic, (first, last) in TOPICS.items() if not any(first <= day <= last for day in full)}
        self.topics = len(TOPICS) - len(left_out)
        self.flags += [("topic-left-out", topic) for topic, last in left_out.items() if last < self.until]

    def count(self, state: str) -> int:
        """How many tasks are in a state."""
        return sum(s == state for _, s in self.tasks)


def rejections(book: Book) -> dict[str, str]:
    """Events that the rules do not admit: unknown contestant, number below its bound, second delivery of the same thing."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str, str]] = set()
    for record in book.records:
        if record["contestant"] not in book.contestants:
            found[record["id"]] = "unknown-contestant"
        elif record.get("on_leave", 0) < 0:
            found[record["id"]] = "range"
        elif record["record"] in ("delivered", "paper"):
            key = (record["record"], record["contestant"], record.get("item") or record["held"])
            if key in seen:
                found[record["id"]] = "repeat"
            seen.add(key)
    book.records = [r for r in book.records if r["id"] not in found]
    return found


def tables(found: dict[str, Book]) -> tuple[list[Row], list[Decision], dict[str, str]]:
    """Standings, decisions and rejections."""
    book = found["discussion-2017"]
    rejected = rejections(book)
    rows: list[Row] = []
    decisions: list[Decision] = []
    everyone = [Contestant(book, event) for event in book.contestants.values()]
    for group in OWED:
        members = [one for one in everyone if one.group == group]
        complete = {one.id: per_cent(one.count("done") + one.count("late"), len(one.tasks)) for one in members}
        place = ranks({one.id: (complete[one.id], -one.count("late")) for one in members if one.id not in book.status and one.tasks})
        for one in members:
            closure = per_cent(one.issues.count(True), len(one.issues))
            rows.append(
                {
                    "competition": book.id,
                    "scope": group,
                    "contestant": one.id,
                    "rank": str(place.get(one.id, "")),
                    "status": book.status.get(one.id, "ranked" if one.tasks else "unscored"),
                    "due": str(len(one.tasks)),
                    "done": str(one.count("done")),
                    "late": str(one.count("late")),
                    "missing": str(one.count("missing")),
                    "complete": shown(complete[one.id]),
                    "speeches": str(len(one.of("speech"))),
                    "forms": str(one.forms) if group == "unit" else "",
                    "topics": str(one.topics) if group == "unit" else "",
                    "issues": str(len(one.issues)),
                    "closure": shown(closure),
                }
            )
            decisions += _decisions(book, one, closure is None or closure == 100, complete[one.id] == 100)
    return rows, decisions, rejected


RULES = {"more-valid-than-returned": "forms-impossible"}


def _decisions(book: Book, one: Contestant, all_closed: bool, complete: bool) -> Iterator[Decision]:
    for flag, value in one.flags:
        yield book.id, one.id, RULES.get(flag, flag), "flag", flag, value, "", "granted"
    if one.id in book.status or not one.tasks:
        return
    if complete and one.count("late") == 0 and all_closed:
        status = book.settled("praise", one.id)
        yield book.id, one.id, "praise", "award", "praise", "", "", status
        yield book.id, one.id, "praise", "bonus", "", "1", "year-end", status
    if one.count("missing") >= 1 or one.count("late") >= 2:
        yield book.id, one.id, "criticism", "ask", "circulate-criticism", "", "", book.settled("criticism", one.id)
        yield book.id, one.id, "criticism", "flag", "criticism-proposed", "", "year-end", "granted"
