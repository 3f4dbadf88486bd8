"""Small panel contests by chance: rulebooks, logs under them, and logs in which something is odd."""

from __future__ import annotations

import csv
import io
import json
from random import Random
from typing import Any

Fields = dict[str, Any]

MODES = ("half_up", "half_even", "floor", "ceiling", "truncate")
NAMES = ("a", "b", "c")
SHEETS: tuple[Fields, ...] = (
    {"from": 0, "to": 100, "step": 0.5},
    {"from": 0, "to": 10, "step": 0.1},
    {"from": -5, "to": 5, "step": 1},
    {"from": 1, "to": 6, "step": 0.25},
)
TOTALS = (
    "sum(panel.weight * panel.value) / 100",
    "mean(panel.value)",
    "max(panel.value) - min(panel.value)",
    "else(sum(panel.value), 0) * 1.5",
    "median(panel.value) + count(marks) / 3",
    "sum(marks.value) / greatest(1, count(marks))",
    "if(count(marks) > 6, sum(panel.value), least(3, count(marks)))",
    "round(sum(panel.value) / 7, 3, half_even)",
    "-abs(sum(panel.value))",
    "sum(panel.value where panel.judges > 1)",
)
TIES = ("high", "low", "mean", "dense", "ordinal")
SECONDS = ("count(marks)", "max(marks.value)", "min(marks.value)", "sum(panel.value where criterion == 'a')", "distinct(marks.value)")


def rulebook(r: Random) -> Fields:
    """A rulebook of one stage, as what its YAML says."""
    whole_sheets = r.random() < 0.2
    sheet: Fields = {"marks": r.choice(SHEETS), "comment": "none", "criteria": {}}
    for name in NAMES[: r.randint(1, 3)]:
        sheet["criteria"][name] = {"weight": r.choice([1, 30, 12.5])} | ({"marks": r.choice(SHEETS)} if r.random() < 0.2 else {})
    panel: Fields = {"of": "judge" if whole_sheets else "criterion", "then": r.choice(["mean", "sum", "median", "min", "max"])}
    if r.random() < 0.6:
        panel["trim"] = {"high": r.randint(0, 2), "low": r.randint(0, 2), "from": r.randint(0, 4)}
    if r.random() < 0.4:
        panel["round"] = {"places": r.randint(0, 3), "mode": r.choice(MODES)}
    total = "sum(panel.value)" if whole_sheets else r.choice(TOTALS)
    by: list[Any] = ["total", {"measure": "second", "order": r.choice(["up", "down"])}, {"discretion": "recorded"}][: r.randint(1, 3)]
    stage: Fields = {
        "sheet": sheet,
        "panel": panel,
        "missing": {name: r.choice(["unranked", "last"]) for name in ("absent", "withdrawn", "excused", "disqualified")},
        "rounding": {"places": r.randint(0, 4), "mode": r.choice(MODES), "rank_on": r.choice(["published", "exact"])},
        "measures": {
            "total": total,
            "second": r.choice([text for text in SECONDS if not (whole_sheets and "panel" in text)]),
            "seated": "mean(marks.value where judge != 'J1')",
        },
        "ranking": {
            "by": by,
            "ties": r.choice(["competition", "dense", "ordinal"]),
            "unresolved": r.choice(["shared", "pending"]),
            "last": {
                "tied": r.choice(["pending", "all_tied", "none"]),
                "all_level": r.choice(["none", "all_tied"]),
                "alone": r.choice(["none", "last"]),
                "absent_is_last": r.random() < 0.5,
                "absent_shields_lowest": r.random() < 0.5,
            },
        },
    }
    stage["missing"]["judge"] = r.choice(["exclude", "exclude", "wait"])
    if r.random() < 0.5:
        stage["deductions"] = {"most": 5, "places": 1, "reasons": ["late", "rude"]}
        stage["measures"]["total"] += " - deductions"
    if r.random() < 0.4:
        stage["roster"] = {"town": {"type": "text", "required": True}, "age": {"type": "integer", "from": 0, "to": 120}}
        if r.random() < 0.5:
            stage["ranked_within"] = ["town"]
    if r.random() < 0.25:
        sheet["comment"] = "required"
    if r.random() < 0.25 and not whole_sheets:
        sheet["keys"] = {"round": {"type": "text", "one_of": ["r1", "r2"]}}
        sheet["complete"] = r.random() < 0.5
    if r.random() < 0.3:
        stage["fields"] = {"level": {"type": "integer", "from": 1, "to": 3, "required": True}}
        stage["measures"]["total"] = f"({stage['measures']['total']}) * competition.level"
    if r.random() < 0.3:
        stage["records"] = ["timing"]
        stage["measures"]["seconds"] = r.choice(["timing.seconds", "else(timing.seconds, 60) - 60"])
        by.append({"measure": "seconds", "order": "up"})
    if r.random() < 0.3:
        stage["measures"]["level_with"] = {"place": "second", "ties": r.choice(TIES), "order": r.choice(["up", "down"]), "within": []}
    if r.random() < 0.2:
        stage["measures"]["called"] = "else(order, lot)"
    if r.random() < 0.2:
        stage["ranking"]["only"] = [r.choice(["has(second)", "second > 2", "not (name == 'P1')"])]
    stage["decisions"] = {
        "winner": {"when": [f"rank <= {r.randint(1, 2)}"], "then": [{"certificate": "winner", "if_tied": r.choice(["each", "ask"])}]},
        "last": {"when": ["place == last"], "then": [{"flag": "last"}]},
        "money": {"when": {"any": ["total >= params.least", "rank == 3"]}, "then": [{"cash": "params.money"}]},
        "unscored": {"when": [{"not": "total > 3"}, "status in [ranked, unscored]"], "then": [{"award": "effort"}]},
    }
    left_out = {*r.sample(sorted(stage["decisions"]), r.randint(0, 4))}
    left_out |= {"money", "unscored"} if stage["rounding"]["rank_on"] == "exact" else set()  # no condition tests an exact ratio
    stage["decisions"] = {name: rule for name, rule in stage["decisions"].items() if name not in left_out}
    timing = {"fields": {"seconds": {"type": "integer", "required": True}}, "contestant": "required", "key": ["contestant"]}
    timing["repeat"] = r.choice(["replace", "reject"])
    params = {"least": {"ref": "1", "value": 4}, "money": {"ref": "1", "values": {"2024-01-01": 100, "2024-06-01": 250.5}}}
    records = {"timing": timing} if "records" in stage else {}
    book: Fields = {"format": "ruleset/1", "id": "chance", "version": "1", "source": {"id": "x", "title": "x"}, "params": params}
    return book | ({"records": records} if records else {}) | {"stages": {"final": stage}}


class Maker:
    """Makes the events of one contest under a rulebook."""

    def __init__(self, r: Random, book: Fields, competition: str = "K") -> None:
        self.r = r
        self.competition = competition
        self.stage = book["stages"]["final"]
        self.events: list[Fields] = []
        self.minute = 0

    def add(self, kind: str, **fields: Any) -> str:
        """One more event; returns its id."""
        number = len(self.events) + 1
        self.minute += self.r.randint(0, 2)
        fine = self.r.choice(["", "", ".125", ".123456789"])
        zone = self.r.choice(["+08:00", "Z", "-11:30"])
        at = f"2024-10-{11 + self.minute // 1440:02}T{self.minute // 60 % 24:02}:{self.minute % 60:02}:00{fine}{zone}"
        id = f"{self.competition}{number}"
        self.events.append({"seq": 3 * number, "id": id, "at": at, "competition": self.competition, "kind": kind, **fields})
        return id

    def value(self, criterion: str) -> float | int:
        """A mark that is admitted."""
        marks = self.stage["sheet"]["criteria"][criterion].get("marks", self.stage["sheet"]["marks"])
        steps = round((marks["to"] - marks["from"]) / marks["step"])
        few = self.r.random() < 0.5  # ties
        return round(marks["from"] + marks["step"] * (self.r.randint(0, 2) if few else self.r.randint(0, steps)), 2)

    def make(self) -> list[Fields]:
        """The events."""
        r = self.r
        pinned: Fields = {"version": "1"} if r.random() < 0.5 else {}
        if "fields" in self.stage:
            pinned["level"] = r.randint(1, 3)
        self.add("opened", ruleset="chance", stage="final", **pinned, **({"date": "2024-03-01", "name": "赛"} if r.random() < 0.3 else {}))
        people = [f"P{n}" for n in range(r.randint(0, 6))]
        judges = [f"J{n}" for n in range(1, r.randint(1, 6))]
        for person in people:
            roster: Fields = {"town": r.choice("xy")} | ({"age": r.randint(1, 99)} if r.random() < 0.5 else {})
            name: Fields = {"name": r.choice(["第 {}", 'a "{}", b', "{}\\", "= {}"]).format(person)} if r.random() < 0.5 else {}
            self.add("contestant", contestant=person, **name, **(roster if "roster" in self.stage else {}))
            if r.random() < 0.3:
                self.add(
                    "draw",
                    contestant=person,
                    value=r.randint(1, 9),
                    **({"purpose": r.choice(["order", "lot"])} if r.random() < 0.5 else {}),
                )
        for judge in judges:
            self.add("judge", judge=judge, **({"role": "head", "unit": "u"} if r.random() < 0.2 else {}))
        recused = {(judge, person) for judge in judges for person in people if r.random() < 0.05}
        for judge, person in sorted(recused):
            self.add("recused", judge=judge, contestant=person)
        away = {person for person in people if r.random() < 0.15}
        for person in sorted(away):
            self.add(r.choice(["absent", "withdrawn", "excused", "disqualified"]), contestant=person, reason="x")
        marked: list[Fields] = []
        share = r.choice([1.0, 1.0, 0.8])
        for person in people:
            for judge in judges:
                for criterion in self.stage["sheet"]["criteria"]:
                    for key in ({"round": name} for name in ("r1", "r2")) if "keys" in self.stage["sheet"] else ({},):
                        if person not in away and (judge, person) not in recused and r.random() < share:
                            cell = {"judge": judge, "contestant": person, "criterion": criterion, **key}
                            again = self.add("score", **cell, value=self.value(criterion))
                            marked.append({"event": again, "criterion": criterion, "judge": judge})
                            if r.random() < 0.03:
                                self.add("score", **cell, value=self.value(criterion))
                if r.random() < 0.1:
                    self.add("submitted", judge=judge, contestant=person)
                    if r.random() < 0.5:
                        self.add("returned", judge=judge, contestant=person, reason="again")
                if self.stage["sheet"]["comment"] == "required" and r.random() < 0.8:
                    self.add("comment", judge=judge, contestant=person, text="好")
            if r.random() < 0.1:
                self.add("locked", contestant=person)
                if r.random() < 0.5:
                    self.add("unlocked", contestant=person)
        self.afterwards(marked, people, judges, recused)
        return self.events

    def afterwards(self, marked: list[Fields], people: list[str], judges: list[str], recused: set[tuple[str, str]]) -> None:
        """Amendments, voids, deductions and what else comes in a contest."""
        r = self.r
        changed: list[str] = []
        for mark in r.sample(marked, min(len(marked), r.randint(0, 4))):
            repeated: Fields = {"criterion": mark["criterion"], "judge": mark["judge"]} if r.random() < 0.5 else {}
            value = self.value(mark["criterion"])
            target = r.choice(changed) if changed and r.random() < 0.1 else mark["event"]
            changed.append(self.add("amended", event=target, value=value, reason="misread", by="J1", **repeated))
        for mark in r.sample(marked, min(len(marked), r.randint(0, 2))):
            changed.append(self.add("voided", event=mark["event"], reason="twice"))
        if changed and r.random() < 0.3:
            self.add("voided", event=r.choice(changed), reason="not so")
        for person in people:
            if r.random() < 0.2 and "deductions" in self.stage:
                off = self.add("deduction", contestant=person, value=round(r.randint(0, 50) / 10, 1), reason=r.choice(["late", "rude"]))
                if r.random() < 0.3:
                    self.add("amended", event=off, value=1.5, reason="less", by="head")
            if r.random() < 0.1:
                self.add("reinstated", contestant=person, reason="came")
            if r.random() < 0.1 and judges and (judges[0], person) not in recused:
                self.add("comment", judge=judges[0], contestant=person, text="好")
            if "records" in self.stage and r.random() < 0.7:
                self.add("record", record="timing", contestant=person, seconds=r.randint(50, 70))
                if r.random() < 0.1:
                    self.add("record", record="timing", contestant=person, seconds=61)
        for person in people:
            if r.random() < 0.3:
                self.add("discretion", about="tie", contestant=person, value=r.randint(1, 3), approver="head", reason="decided")
        for entry in [event for event in self.events if event["kind"] in ("contestant", "judge")]:
            if r.random() < 0.06:
                again = {name: entry[name] for name in entry if name not in ("seq", "id", "at", "competition", "kind", "name")}
                self.add(entry["kind"], **again, **({"name": "anew"} if r.random() < 0.5 else {}))
            if r.random() < 0.06:
                self.add("amended", event=entry["id"], name="更正", reason="misspelt", by="office")
        if r.random() < 0.1 and judges:
            who: Fields = {"contestant": people[0]} if people and r.random() < 0.7 else {}
            self.add("recused", judge=judges[-1], **who)
        if r.random() < 0.3:
            self.add("locked")
        if r.random() < 0.3:
            self.add("confirmed", version=1)
            if r.random() < 0.5:
                self.add("published")


def contests(r: Random, book: Fields) -> list[Fields]:
    """The events of a contest, now and then of several, one after the other or in turn."""
    several = [Maker(r, book, competition).make() for competition in r.choice(["K", "K", "K", "KL", "LKM"])]
    events = [event for one in several for event in one]
    if len(several) > 1 and r.random() < 0.5:
        own = [iter(one) for one in several]
        turns = [number for number, one in enumerate(several) for _ in one]
        r.shuffle(turns)
        events = [next(own[number]) for number in turns]
    for number, event in enumerate(events, 1):
        event["seq"] = 3 * number
    return events


def text(events: list[Fields], form: str, r: Random | None = None) -> str:
    """A log of the events as JSON Lines or CSV; `r` dresses it as one program or another writes it."""
    r = r or Random(0)
    end, mark = r.choice(["\n", "\n", "\r\n"]), r.choice(["", "", "\ufeff"])
    if form == "jsonl":
        escaped = r.random() < 0.5
        return mark + "".join(json.dumps(event, ensure_ascii=escaped) + end for event in events)
    names = list(dict.fromkeys(name for event in events for name in event))
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=end, quoting=r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
    writer.writerow(names)
    writer.writerows([event.get(name, "") for name in names] for event in events)
    return mark + file.getvalue()


def parquet(events: list[Fields], path: str) -> None:
    """The same as a file of Parquet."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    names = list(dict.fromkeys(name for event in events for name in event))
    columns = {name: [event.get(name) for event in events] for name in names}
    whole = {name for name in names if name == "seq" and all(type(value) is int and abs(value) < 2**63 for value in columns[name])}
    cells = {name: [value if name in whole or value is None else str(value) for value in columns[name]] for name in names}
    write_table(pa.table({name: pa.array(cells[name], pa.int64() if name in whole else pa.string()) for name in names}), path)


ODD: tuple[Any, ...] = (
    None, "", " ", "x", 0, -1, 101, 3.25, 1e400, "7", "07", True, [], {"a": 1}, "J1", "P1", "a", "K3", "2024-13-01T00:00:00+08:00",
    "2024-10-11 09:31:02.5Z", "2024-10-11", "K", "L", "score", "scores", "absent", "a,b", 'say "x"', "tab\there", "\u2028", "\\", 2**60,
)  # fmt: skip


def odd(r: Random, events: list[Fields]) -> list[Fields]:
    """The events with something odd: a field changed, added or left out, an event twice, in another place, or missing."""
    events = [dict(event) for event in events]
    for _ in range(r.randint(1, 3)):
        place = r.randrange(len(events))
        event = events[place]
        kind = r.randrange(6)
        if kind == 0:
            event[r.choice([*event, "value", "reason", "feeds", "extra"])] = r.choice(ODD)
        elif kind == 1:
            event.pop(r.choice(list(event)))
        elif kind == 2:
            events.insert(r.randrange(len(events) + 1), dict(event))
        elif kind == 3 and len(events) > 1:
            events.insert(r.randrange(len(events)), events.pop(place))
        elif kind == 4 and len(events) > 1:
            events.pop(place)
        else:
            other = dict(r.choice(events))
            event.update({name: other[name] for name in r.sample(sorted(other), 1)})
        if not events:
            break
    if r.random() < 0.5:  # in the order of the lines
        events = [{name: value for name, value in event.items() if name != "seq"} for event in events]
    return events


def odd_text(r: Random, log: str) -> str:
    """The log with something odd in its characters."""
    place = r.randrange(len(log) + 1)
    piece = r.choice(["\r", "\n", "\n\n", "\ufeff", '"', "\\u0041", "\\", ",", "{", "}", " ", "\0", "0", "-", ".", "e5", "文"])
    cut = r.random() < 0.3
    return log[:place] + ("" if cut else piece) + log[place + (r.randint(1, 3) if cut else 0) :]
