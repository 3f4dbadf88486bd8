"""From the events of one contest to its base tables, where intake would admit every one of them without a word.

Events are gone through in their order; what held when is what was said last. Whatever the general intake would reject or note is not
for this room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from scoring_engine.events.notation import plain
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.scoring.words import NO_COMMENT, OUT, RECUSED_MARK, STATUSES
from scoring_engine.season.forms import STATES
from scoring_engine.single.numbers import ratio, scaled
from scoring_engine.single.reading import is_day
from scoring_engine.single.table import Contest, Row, Table, Value
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import FieldPlan, Plan, StagePlan
    from scoring_engine.single.reading import Event


def standing(events: list[Event]) -> tuple[list[Event], dict[str, str]]:
    """The events that no other one voids, and for each amendment among them the id of the event that it amends."""
    place = {event.id: number for number, event in enumerate(events)}
    dead: set[str] = set()
    for number in range(len(events) - 1, -1, -1):
        event = events[number]
        if event.kind in ("voided", "amended"):
            _known(event, {field.name for field in KINDS[event.kind].fields} if event.kind == "voided" else event.fields)
            if place.get(event.fields["event"], number) >= number:
                raise Unsure("an event that names no earlier one")
            if event.kind == "voided" and event.id not in dead:
                dead.add(event.fields["event"])
    roots: dict[str, str] = {}
    for event in events:
        if event.kind == "amended":
            target = event.fields["event"]
            root = roots.get(target, target)
            if events[place[root]].kind not in ("score", "deduction", "contestant", "judge"):
                raise Unsure("an amendment of something else")
            roots[event.id] = root
    alive = [e for e in events if e.id not in dead and e.kind != "voided" and (e.kind != "amended" or roots[e.id] not in dead)]
    return alive, roots


class Admitted:
    """The standing events of one competition.

    opened   the one that opens it
    named    the rulebook's id, the stage, the version and the SHA-256 that it names, "" for what it does not
    state    how far the competition has come
    """

    def __init__(self, id: str, events: list[Event], roots: Mapping[str, str]) -> None:
        openings = [event for event in events if event.kind == "opened"]
        if len(openings) != 1:
            raise Unsure("not one opening")
        self.id = id
        self.events = events
        self.roots = roots
        self.opened = openings[0]
        self.named = tuple(self.opened.fields.get(name, "") for name in ("ruleset", "stage", "version", "sha256"))
        self.state = STATES[max(map(STATES.index, {event.kind for event in events} & {*STATES}), default=0)]

    def contest(self, plan: Plan, stage: StagePlan) -> Contest:
        """The competition with its base tables."""
        said = self.opened.fields
        day = said.get("date", self.opened.at[:10])
        if day and not is_day(day):
            raise Unsure("an odd date")
        desk = Desk(Contest(self.id, said, day, plan, stage))
        for event in self.events:
            if event.id in self.roots:
                desk.amend(event, self.roots[event.id])
            elif event.kind in _KINDS:
                _KINDS[event.kind](desk, event)
            else:
                raise Unsure(f"an event {event.kind}")
        desk.finish()
        return desk.contest


def _known(event: Event, names: Iterable[str]) -> dict[str, str]:
    """The fields of the event, which must have all that its kind requires, and no others than `names`."""
    fields = event.fields
    for field in KINDS[event.kind].fields:
        value = fields.get(field.name)
        if value is None:
            if field.required:
                raise Unsure(f"{event.kind} without {field.name}")
        elif field.one_of and value not in field.one_of:
            raise Unsure(f"{event.kind}: {field.name} is {value}")
    if not fields.keys() <= set(names):
        raise Unsure(f"a further field of {event.kind}")
    return fields


class Desk:
    """What was said so far."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.stage = contest.stage
        self.opened: Row = {}
        self.contestants: dict[str, Row] = {}
        self.judges: dict[str, Row] = {}
        self.marks: dict[tuple[Value, ...], tuple[str, Row]] = {}
        self.deductions: dict[str, Row] = {}
        self.comments: list[Row] = []
        self.records: dict[str, dict[object, Row]] = {name: {} for name in self.stage["records"]}
        self.locked: set[str] = set()
        self.submitted: set[tuple[str, str]] = set()
        self.recused: set[tuple[str, str]] = set()
        self.given: dict[str, Event] = {}
        self._names = {kind: frozenset(field.name for field in KINDS[kind].fields) for kind in KINDS}
        self.criteria: Mapping[str, tuple[int, int, int]] = {}
        if self.stage["sheet"] is not None:
            self.criteria = {name: (c["low"], c["high"], c["step"]) for name, c in self.stage["sheet"]["criteria"].items()}

    def fields(self, event: Event, more: Iterable[str] = ()) -> dict[str, str]:
        """The fields of an event, checked; people whom it names are on the lists."""
        names = self._names[event.kind]
        fields = _known(event, {*names, *more} if more else names)
        if "contestant" in fields and fields["contestant"] not in self.contestants and event.kind != "contestant":
            raise Unsure("a stranger")
        if "judge" in fields and fields["judge"] not in self.judges and event.kind != "judge":
            raise Unsure("a strange judge")
        return fields

    def declared(self, fields: Mapping[str, str], plans: Mapping[str, FieldPlan]) -> Row:
        """Declared fields as values."""
        return {name: self.value(fields.get(name), plan) for name, plan in plans.items()}

    def value(self, text: str | None, plan: FieldPlan) -> Value:
        """The value of a declared field."""
        if text is None:
            if plan["required"]:
                raise Unsure("a required field is missing")
            return None
        kind = plan["type"]
        if kind in ("integer", "decimal"):
            if plain(text) != text:
                raise Unsure("an odd number")
            number = scaled(text, plan["places"])
            low, high, step = plan["low"], plan["high"], plan["step"]
            within = (low is None or number >= low) and (high is None or number <= high)
            if not within or (step is not None and (number - (low or 0)) % step):
                raise Unsure("a number out of range")
            return ratio(number, 10 ** plan["places"])
        if kind == "text" and not (plan["one_of"] and text not in plan["one_of"]):
            return text
        if kind == "boolean" and text in ("true", "false"):
            return text == "true"
        if (kind == "contestant" and text in self.contestants) or (kind == "judge" and text in self.judges):
            return text
        raise Unsure(f"a field of type {kind}")

    # --- kinds --------------------------------------------------------------------------------------------------------------

    def open(self, event: Event) -> None:
        """The opening."""
        fields = self.fields(event, self.stage["fields"])
        if "feeds" in fields:
            raise Unsure("an opening with links")
        self.opened = {"id": self.contest.id, **self.declared(fields, self.stage["fields"])}

    def enter(self, event: Event) -> None:
        """A contestant."""
        roster = self.stage["roster"]
        fields = self.fields(event, roster)
        if any(plan["type"] == "contestant" for plan in roster.values()):
            raise Unsure("a contestant who names others")
        who = fields["contestant"]
        known = self.contestants.get(who, {"order": None, "lot": None})  # who was entered before keeps the place on the list, and lots
        row = {"contestant": who, "name": fields.get("name", who), "order": known["order"], "lot": known["lot"]}
        self.contestants[who] = row | self.declared(fields, roster)
        self.given.setdefault(event.id, event)

    def seat(self, event: Event) -> None:
        """A judge; what was said last counts."""
        fields = self.fields(event)
        self.given.setdefault(event.id, event)
        self.judges.pop(fields["judge"], None)
        self.judges[fields["judge"]] = {name: fields.get(name) for name in ("judge", "name", "unit", "role")}

    def draw(self, event: Event) -> None:
        """A lot."""
        fields = self.fields(event)
        name = "lot" if fields.get("purpose") == "lot" else "order"
        if name not in self.stage["roster"]:
            self.contestants[fields["contestant"]][name] = ratio(scaled(fields["value"], 0))

    def mark(self, event: Event) -> None:
        """A mark. The later one of a cell counts."""
        sheet = self.stage["sheet"]
        if sheet is None:
            raise Unsure("a mark without a sheet")
        keys = sheet["keys"]
        fields = self.fields(event, keys)
        judge, contestant = fields["judge"], fields["contestant"]
        if self.contest.status.get(contestant, "") in OUT or "" in self.locked or contestant in self.locked:
            raise Unsure("a mark for somebody who is out, or locked")
        if (judge, contestant) in self.submitted or not self.recused.isdisjoint(((judge, contestant), (judge, ""))):
            raise Unsure("a sheet that is handed in, or a judge recused")
        cell: Row = {"contestant": contestant, "criterion": fields["criterion"], "judge": judge}
        for name, plan in keys.items():
            if name not in fields:
                raise Unsure("a mark without a key")
            cell[name] = self.value(fields[name], plan)
        self._put(event, cell, fields["value"])
        self.given[event.id] = event

    def _put(self, event: Event, cell: Row, value: str) -> None:
        sheet = self.stage["sheet"]
        assert sheet is not None
        bounds = self.criteria.get(cell["criterion"])
        number = scaled(value, sheet["places"])
        if bounds is None or not bounds[0] <= number <= bounds[1] or (number - bounds[0]) % bounds[2]:
            raise Unsure("a mark that is not admitted")
        key = tuple(cell.values())
        self.marks.pop(key, None)
        row = {**cell, "value": ratio(number, 10 ** sheet["places"]), "seq": (event.seq, 1)}
        self.marks[key] = event.id, row

    def deduct(self, event: Event) -> None:
        """A deduction."""
        fields = self.fields(event)
        self._take_off(event, event.id, fields["contestant"], fields["value"], fields["reason"])
        self.given[event.id] = event

    def _take_off(self, event: Event, root: str, contestant: str, value: str, reason: str) -> None:
        plan = self.stage["deductions"]
        if plan is None or (plan["reasons"] and reason not in plan["reasons"]):
            raise Unsure("a deduction that is not admitted")
        number = scaled(value, plan["places"])
        if number < 0 or (plan["most"] is not None and number > plan["most"]):
            raise Unsure("a deduction out of range")
        self.deductions.pop(root, None)
        row = {"contestant": contestant, "value": ratio(number, 10 ** plan["places"]), "reason": reason, "seq": (event.seq, 1)}
        self.deductions[root] = row

    def amend(self, event: Event, root: str) -> None:
        """An amendment: another value of a mark or a deduction, or other fields of who is entered, from here on."""
        own = self.given.get(root)
        if own is None:
            raise Unsure("an amendment of what is not there")
        said = {name: value for name, value in event.fields.items() if name not in ("event", "reason", "by")}
        if own.kind in ("contestant", "judge"):
            if said.get(own.kind, own.fields[own.kind]) != own.fields[own.kind]:
                raise Unsure("an entry for somebody else")
            own.fields |= said
            _KINDS[own.kind](self, own)
            return
        value = said.pop("value", own.fields["value"])
        if any(own.fields.get(name) != text for name, text in said.items()):
            raise Unsure("an amendment of another field")
        own.fields["value"] = value
        if own.kind == "deduction":
            self._take_off(event, root, own.fields["contestant"], value, own.fields["reason"])
            return
        cell: Row = {name: own.fields[name] for name in ("contestant", "criterion", "judge")}
        sheet = self.stage["sheet"]
        assert sheet is not None
        cell |= {name: self.value(own.fields[name], plan) for name, plan in sheet["keys"].items()}
        self._put(event, cell, value)

    def comment(self, event: Event) -> None:
        """A judge's words."""
        fields = self.fields(event)
        self.comments.append({"contestant": fields.get("contestant"), "judge": fields.get("judge"), "seq": (event.seq, 1)})

    def record(self, event: Event) -> None:
        """A countable fact."""
        name = event.fields.get("record", "")
        if name not in self.records:
            raise Unsure("a record of another kind")
        plan = self.contest.plan["records"][name]
        fields = self.fields(event, plan["fields"])
        if plan["contestant"] == "required" and "contestant" not in fields:
            raise Unsure("a record of nobody")
        row = self.declared(fields, plan["fields"])
        row |= {"contestant": fields.get("contestant"), "judge": fields.get("judge"), "seq": (event.seq, 1)}
        key = tuple([row[column] for column in plan["key"]])
        if None in key or (key and key in self.records[name] and plan["repeat"] == "reject"):
            raise Unsure("a record without a key, or repeated")
        self.records[name].pop(key, None)
        self.records[name][key or event.id] = row

    def status(self, event: Event) -> None:
        """Somebody is absent, or back."""
        self.contest.status[self.fields(event)["contestant"]] = "" if event.kind == "reinstated" else event.kind

    def decide(self, event: Event) -> None:
        """What people decided of a tie: the order of those who are level."""
        fields = self.fields(event)
        if fields["about"] != "tie":
            raise Unsure("a decision about a rule")
        if "contestant" in fields and "value" in fields:
            self.contest.decided[fields["contestant"]] = scaled(fields["value"], 6)

    def lock(self, event: Event) -> None:
        """No more marks, or marks again."""
        who = self.fields(event).get("contestant", "")
        (self.locked.add if event.kind == "locked" else self.locked.discard)(who)

    def submit(self, event: Event) -> None:
        """A sheet is handed in, or goes back."""
        fields = self.fields(event)
        sheet = fields["judge"], fields["contestant"]
        (self.submitted.add if event.kind == "submitted" else self.submitted.discard)(sheet)

    def recuse(self, event: Event) -> None:
        """A judge does not judge somebody."""
        fields = self.fields(event)
        self.recused.add((fields["judge"], fields.get("contestant", "")))

    def reach(self, event: Event) -> None:
        """The result is confirmed, or public; see `Admitted.state`."""
        self.fields(event)

    # --- tables -------------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """The base tables, and what only the end shows."""
        marks = [row for _, row in self.marks.values()]
        if self.recused:
            late = [row for row in marks if not self.recused.isdisjoint(((row["judge"], row["contestant"]), (row["judge"], "")))]
            marks = [row for row in marks if row not in late]
            self.contest.notices += [("recused-mark", row["contestant"], RECUSED_MARK) for row in late]
        sheet = self.stage["sheet"]
        sheets, commented = ({(row["judge"], row["contestant"]) for row in rows} for rows in (marks, self.comments))
        if sheet is not None and sheet["comment"] == "required":
            self.contest.notices += [("no-comment", contestant, NO_COMMENT) for _, contestant in sheets - commented]
        for who, row in self.contestants.items():
            recused = sum((judge, "") in self.recused or (judge, who) in self.recused for judge in self.judges)
            row["@judges"] = (len(self.judges) - recused, 1)
        keys = [] if sheet is None else list(sheet["keys"])
        status = self.contest.status
        self._table("competition", [self.opened], self.opened)
        self._table("contestants", self.contestants.values(), ("contestant", "name", "order", "lot", "@judges", *self.stage["roster"]))
        self._table("judges", self.judges.values(), ("judge", "name", "unit", "role"))
        out = [{"contestant": who, "status": status[who]} for who in self.contestants if status.get(who, "") in STATUSES[1:]]
        self._table("statuses", out, ("contestant", "status"))
        self._table("marks", marks, ("contestant", *keys, "criterion", "judge", "value", "seq"))
        self._table("deductions", self.deductions.values(), ("contestant", "value", "reason", "seq"))
        self._table("comments", self.comments, ("contestant", "judge", "seq"))
        for name in ("bonuses", "advanced", "barred"):  # nothing comes from elsewhere
            if name in self.stage["tables"]:
                self._table(name, [], self.stage["tables"][name]["columns"])
        for name, rows in self.records.items():
            self._table(name, rows.values(), (*self.contest.plan["records"][name]["fields"], "contestant", "judge", "seq"))

    def _table(self, name: str, rows: Iterable[Row], columns: Iterable[str]) -> None:
        plan = self.stage["tables"].get(name)
        self.contest.tables[name] = Table(name, list(rows), columns, plan["key"] if plan else ())


_KINDS: dict[str, Callable[[Desk, Event], None]] = {
    "opened": Desk.open,
    "contestant": Desk.enter,
    "judge": Desk.seat,
    "draw": Desk.draw,
    "score": Desk.mark,
    "deduction": Desk.deduct,
    "comment": Desk.comment,
    "record": Desk.record,
    "absent": Desk.status,
    "excused": Desk.status,
    "withdrawn": Desk.status,
    "disqualified": Desk.status,
    "reinstated": Desk.status,
    "discretion": Desk.decide,
    "locked": Desk.lock,
    "unlocked": Desk.lock,
    "submitted": Desk.submit,
    "returned": Desk.submit,
    "recused": Desk.recuse,
    "confirmed": Desk.reach,
    "published": Desk.reach,
}
"""What each kind of event says. Those that are not here are not for this room."""
