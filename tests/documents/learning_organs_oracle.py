"""The tables of `sample_events/learning_organs.jsonl` computed apart from the engine, from the text of document S1 and the open parameters.

Open parameters: common indicators 40 %, a change in per cent of the base, 3/2/1/1 points for ministry/pilot/department/spread up to 10, an
independent verifier, one leading organ in each category with one point.
"""

from __future__ import annotations

from fractions import Fraction

from tests.documents.plain import Book, Decision, Event, Row, half_up, per_cent, plain_number, ranks, shown

POINTS = {"ministry": 3, "pilot": 2, "department": 1, "spread": 1}
STATES = ("posed", "entered", "solved", "verified")


def rounded(value: Fraction | None) -> Fraction | None:
    """To two places, half up."""
    return None if value is None else Fraction(half_up(value, 2))


def result(indicator: Event, figure: Event | None) -> Fraction | None:
    """What was reached: as published, or amount, share in per cent, change in per cent."""
    if figure is None:
        return None
    if "stated" in figure:
        return Fraction(figure["stated"])
    if indicator["form"] == "share":
        return Fraction(figure["amount"]) / Fraction(figure["whole"]) * 100
    if indicator["form"] == "change":
        return (Fraction(figure["amount"]) - Fraction(figure["base"])) / Fraction(figure["base"]) * 100
    return Fraction(figure["amount"])


def state(indicator: Event, figure: Event | None) -> str:
    """met, missed, undecided (the bound does not settle it) or unreported."""
    reached = result(indicator, figure)
    if figure is None or reached is None:
        return "unreported"
    bound, target = figure.get("bound", "exact"), Fraction(indicator["target"])
    better = reached >= target if indicator["better"] == "up" else reached <= target
    sure = {"exact": True, "at_least": better == (indicator["better"] == "up"), "at_most": better == (indicator["better"] == "down")}[bound]
    return "undecided" if not sure else "met" if better else "missed"


class Organ:
    """One organ's figures."""

    def __init__(self, book: Book, event: Event) -> None:
        self.id: str = event["contestant"]
        self.category: str = event["category"]
        self.mine = [r for r in book.records if r["contestant"] == self.id]
        self.decisions: list[Decision] = []
        self.book = book
        figures = {r["indicator"]: r for r in self.of("figure")}
        self.indicators = [(r, state(r, figures.get(r["indicator"]))) for r in self.of("indicator")]
        for indicator, how in self.indicators:
            if how == "missed":
                self.flag("target-missed", indicator["indicator"])
            if how == "undecided":
                self.say("exact-figure", "ask", "exact-figure", indicator["indicator"])
        self.common, self.individual = self.share("common"), self.share("individual")
        self.achievements = Fraction(min(10, sum(POINTS[r["level"]] * r["number"] for r in self.of("achievement"))))
        self.score = None
        if self.common is not None and self.individual is not None:
            self.score = rounded(self.common * 40 / 100 + self.individual * 60 / 100 + self.achievements)

    def of(self, record: str) -> list[Event]:
        """The organ's records of one kind."""
        return [r for r in self.mine if r["record"] == record]

    def share(self, kind: str) -> Fraction | None:
        """Weight met in per cent of the weight that is decided."""
        decided = [(r["weight"], how) for r, how in self.indicators if r["class"] == kind and how in ("met", "missed")]
        return rounded(per_cent(sum(w for w, how in decided if how == "met"), sum(w for w, _ in decided)))

    def count(self, how: str) -> int:
        """How many indicators are in a state."""
        return sum(state == how for _, state in self.indicators)

    def say(self, rule: str, consequence: str, name: str, value: str = "", to: str = "") -> None:
        """A decision; what is asked for is open."""
        self.decisions.append((self.book.id, self.id, rule, consequence, name, value, to, "pending" if consequence == "ask" else "granted"))

    def flag(self, name: str, value: str = "") -> None:
        """A flag of the rule of the same name."""
        self.say(name, "flag", name, value)

    def problems(self) -> tuple[int, int]:
        """Problems posed and closed: all four states in order, verified by somebody else."""
        found: dict[str, dict[str, Event]] = {}
        for stride in self.of("stride"):
            found.setdefault(stride["problem"], {}).setdefault(stride["state"], stride)
        closed = 0
        for problem, by_state in found.items():
            times = [by_state[s]["at"] if s in by_state else "" for s in STATES]
            reached = max(i for i, time in enumerate(times) if time)
            in_order = all(times[: reached + 1]) and times[: reached + 1] == sorted(times[: reached + 1])
            own = "verified" in by_state and "solved" in by_state and by_state["verified"]["who"] == by_state["solved"]["who"]
            if not in_order:
                self.flag("out-of-order", problem)
            if own:
                self.flag("own-verifier", problem)
            closed += reached == 3 and in_order and not own
        return len(found), closed

    def row(self) -> Row:
        """The organ's row, without the rank; what is to be said about it goes into `decisions`."""
        courses, pairs, tasks = self.of("course"), self.of("pair"), self.of("task")
        for course in courses:
            if course.get("persons", 0) > course["attendances"]:
                self.flag("attendances-are-not-persons")
        for pair in pairs:
            if any(
                other is not pair and (other["mentor"] == pair["mentor"] or other["apprentice"] == pair["apprentice"]) for other in pairs
            ):
                self.flag("not-one-to-one", pair["mentor"])
        for task in tasks:
            if not task["done"]:
                self.flag("list-unfinished", task["item"])
        posed, closed = self.problems()
        surveys = [r for r in self.of("survey") if r["as_of"] <= "2024-10-31"]
        found = sum(r["found"] for r in surveys)
        resolution = rounded(per_cent(sum(r["resolved"] for r in surveys), found))
        if resolution is not None and resolution < 90:
            self.flag("resolution-short", plain_number(resolution))
        return {
            "competition": self.book.id,
            "scope": self.category,
            "contestant": self.id,
            "unreported": str(self.count("unreported")),
            "undecided": str(self.count("undecided")),
            "common": shown(self.common),
            "individual": shown(self.individual),
            "achievements": half_up(self.achievements, 0),
            "score": shown(self.score),
            "terms": str(len(courses)),
            "lessons": str(sum(c["lessons"] for c in courses)),
            "attendances": str(sum(c["attendances"] for c in courses)),
            "speakers": str(len({r["speaker"] for r in self.of("lecture")})),
            "mentors": str(len({r["mentor"] for r in pairs})),
            "listed": str(len(tasks)),
            "settled": str(sum(t["done"] for t in tasks)),
            "posed": str(posed),
            "closed": str(closed),
            "found": str(found),
            "resolution": shown(resolution),
        }


def rejections(book: Book) -> dict[str, str]:
    """Unknown organs, rounds that do not exist, a step of a problem that was taken before."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str, str]] = set()
    for record in book.records:
        if record["contestant"] not in book.contestants:
            found[record["id"]] = "unknown-contestant"
        elif record["record"] == "survey" and record["round"] not in (1, 2):
            found[record["id"]] = "range"
        elif record["record"] == "stride":
            key = (record["contestant"], record["problem"], record["state"])
            if key in seen:
                found[record["id"]] = "repeat"
            seen.add(key)
    book.records = [r for r in book.records if r["id"] not in found]
    return found


def tables(found: dict[str, Book]) -> tuple[list[Row], list[Decision], dict[str, str]]:
    """Standings, decisions and rejections."""
    book = found["organs-2024"]
    rejected = rejections(book)
    rows: list[Row] = []
    decisions: list[Decision] = []
    everyone = [Organ(book, event) for event in book.contestants.values()]
    for category in dict.fromkeys(one.category for one in everyone):
        members = [one for one in everyone if one.category == category]
        told = {one.id: one.row() for one in members}
        place = ranks(
            {
                one.id: (one.score, one.individual, Fraction(told[one.id]["resolution"] or -1))
                for one in members
                if one.count("unreported") == 0 and one.score is not None
            }
        )
        for one in members:
            status = "ranked" if one.id in place else "unranked" if one.count("unreported") else "unscored"
            rows.append(told[one.id] | {"rank": str(place.get(one.id, "")), "status": status})
            if place.get(one.id) == 1:
                one.say("leading", "bonus", "", "1", "year-end")
            decisions += one.decisions
    surveyed = {r["contestant"] for r in book.of("survey")}
    assert len(everyone) == 108
    assert len(surveyed) == 105
    city = found["city-2024"]
    total = city.of("total")[0]
    rows.append(
        {
            "competition": city.id,
            "scope": "",
            "contestant": "linyi",
            "rank": "1",
            "status": "ranked",
            "organs": str(total["organs"]),
            "units": str(total["units"]),
            "found": str(total["found"]),
            "rate": shown(Fraction(total["rate"])),
            "resolved_at_least": shown(Fraction(total["found"] * total["rate"], 100)),
            "verdict": "reached",
        }
    )
    for rule in ("two-counts", "resolution-reached"):
        decisions.append((city.id, "linyi", rule, "flag", rule, "", "", "granted"))
    return rows, decisions, rejected
