"""The sample of document S3: a culture bureau of 13 units, 5 branches and 77 persons in the spring of 2017.

Made by chance from a fixed seed. What must be in it is planted, and each such place says so.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.samples.names import GIVEN, SURNAMES
from tests.samples.writing import Writer, pinned

NAME = "discussion-2017"
UNITS = (
    "办公室",
    "组织人事科",
    "计划财务科",
    "艺术科",
    "社会文化科",
    "文化产业科",
    "市场管理科",
    "市图书馆",
    "市群艺馆",
    "市博物馆",
    "市歌舞团",
    "市上党梆子剧团",
    "市文化市场执法队",
)
MEETINGS = tuple(date(2017, 3, day) for day in (2, 3, 9, 10, 16, 17, 23, 24, 30))
DUE = {  # item of a unit: its last day
    "check_superior": date(2017, 4, 15),
    "check_advanced": date(2017, 4, 15),
    "check_served": date(2017, 4, 15),
    "model": date(2017, 4, 30),
    "self_check": date(2017, 4, 30),
    "functions": date(2017, 5, 30),
    "personal_duties": date(2017, 5, 30),
    "flowchart": date(2017, 5, 30),
    "plan": date(2017, 5, 30),
    "timetable": date(2017, 5, 30),
}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute)


class Campaign:
    """Writes the log."""

    def __init__(self) -> None:
        self.rng = random.Random(20170228)
        self.log = Writer()
        self.staff: dict[str, list[str]] = {}

    def add(self, when: datetime, kind: str, **fields: object) -> str:
        """Adds an event of the campaign."""
        return self.log.add(when, NAME, kind, **fields)

    def record(self, when: datetime, record: str, **fields: object) -> str:
        """Adds a record of the campaign."""
        return self.add(when, "record", record=record, **fields)

    def handed_in(self, contestant: str, item: str, last: date, late: int = 4, missing: int = 2) -> None:
        """A deliverable: mostly in the last six days, `late` and `missing` of a hundred times not."""
        chance = self.rng.randrange(100)
        if chance < missing:
            return
        day = last + timedelta(days=self.rng.randint(1, 6) if chance < missing + late else -self.rng.randint(0, 5))
        self.record(at(day, self.rng.randint(8, 17), self.rng.randrange(60)), "delivered", contestant=contestant, item=item)

    def open(self) -> None:
        """The campaign, who takes part."""
        start = at(date(2017, 2, 27))
        self.add(
            start, "opened", **pinned("grand-discussion") | {"version": "2017.1"}, stage="campaign", name="大讨论活动", date="2017-02-28"
        )
        self.add(start, "contestant", contestant="WH", name="市文化局", group="bureau")
        for number in range(1, 6):
            self.add(start, "contestant", contestant=f"B{number}", name=f"第{'一二三四五'[number - 1]}党支部", group="branch")
        person = 0
        for number, name in enumerate(UNITS, 1):
            unit = f"K{number:02}"
            self.add(start, "contestant", contestant=unit, name=name, group="unit")
            self.staff[unit] = []
            for _ in range(self.rng.randint(5, 8)):
                person += 1
                self.staff[unit].append(f"P{person:03}")
                full = self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)
                self.add(start, "contestant", contestant=f"P{person:03}", name=full, group="person", unit=unit)

    def study(self) -> None:
        """Sessions, speeches and their papers, discussion papers."""
        for unit, people in self.staff.items():
            for day in MEETINGS:
                if unit == "K13" and day >= date(2017, 3, 23):
                    continue  # planted: the enforcement team was on duty and left out the last topic
                held = day
                if unit == "K08" and day == date(2017, 3, 16):
                    held = date(2017, 3, 15)  # planted: the library met on a Wednesday
                away = self.rng.choice((0, 0, 0, 1))
                absent = 1 if self.rng.randrange(100) < 4 else 0
                self.record(
                    at(held, 17, 30),
                    "session",
                    contestant=unit,
                    held=held.isoformat(),
                    staff=len(people),
                    on_leave=away,
                    present=len(people) - away - absent,
                )
                for speaker in self.rng.sample(people, 2):
                    self.record(at(held, 16), "speech", contestant=speaker, held=held.isoformat())
                    if self.rng.randrange(100) >= 3:
                        self.record(
                            at(held + timedelta(days=self.rng.randint(0, 3)), 10), "paper", contestant=speaker, held=held.isoformat()
                        )
            for one in people:
                self.handed_in(one, "material", date(2017, 3, 30))
        for number in range(1, 6):
            self.handed_in(f"B{number}", "outcome", date(2017, 3, 30), late=0, missing=0)

    def compare(self) -> None:
        """Checks, appraisals, opinion forms, issues."""
        for unit in self.staff:
            for item, last in DUE.items():
                if last.month == 4:
                    self.handed_in(unit, item, last)
            batches = [(12, 11), (10, 9), (6, 5)]
            if unit == "K05":
                batches = [(12, 10), (11, 9)]  # planted: 23 forms returned, 19 valid
            if unit == "K06":
                batches = [(12, 10), (11, 10)]  # planted: the twentieth came on 2 May, see below
            for number, (returned, valid) in enumerate(batches):
                day = date(2017, 4, 6) + timedelta(days=7 * number + self.rng.randint(0, 3))
                if unit == "K06" and number == 1:
                    day = date(2017, 5, 2)
                event = self.record(at(day, 15), "opinions", contestant=unit, batch=f"第{number + 1}批", returned=returned, valid=valid)
                if unit == "K02" and number == 0:
                    # planted: a typing error, 9 valid and not 11, found a day later: 9 + 9 + 5 = 23 are still enough
                    self.add(at(day + timedelta(days=1)), "amended", event=event, valid=9, reason="录入错误", by="办公室")
            for number in range(1, self.rng.randint(3, 6)):
                found = date(2017, 4, 4) + timedelta(days=self.rng.randint(0, 10))
                self.record(
                    at(found, 11),
                    "issue",
                    contestant=unit,
                    issue=f"{number}",
                    found_by=self.rng.choice(("上级要求", "先进地区", "服务对象")),
                )
                if (unit, number) not in (("K03", 2), ("K11", 1)):  # planted: two issues are still open in June
                    self.record(at(found + timedelta(days=self.rng.randint(5, 40)), 11), "close_out", contestant=unit, issue=f"{number}")
        self.handed_in("WH", "deputies", date(2017, 4, 15), late=0, missing=0)
        self.handed_in("WH", "advisers", date(2017, 4, 15), late=0, missing=0)
        self.record(at(date(2017, 4, 27), 15), "delivered", contestant="WH", item="standards_meeting")
        self.record(at(date(2017, 4, 28), 15), "delivered", contestant="WH", item="exchange")

    def improve(self) -> None:
        """Own rectifications and the ledgers; what the leading group decided at the end."""
        for unit, people in self.staff.items():
            for item, last in DUE.items():
                if last.month == 5:
                    self.handed_in(unit, item, last, late=3, missing=1)
            for one in people:
                self.handed_in(one, "own_rectification", date(2017, 5, 7))
        # planted: delivered twice, the second one a day late: the first counts, the second is rejected
        self.record(at(date(2017, 3, 29)), "delivered", contestant="WH", item="material")  # not the bureau's to deliver: no duty of it
        self.record(at(date(2017, 4, 29)), "delivered", contestant="WH", item="exchange")
        # planted: a session entered for the wrong unit and taken out again; a person and a unit that nobody knows; an impossible number
        wrong = self.record(at(date(2017, 3, 8), 17), "session", contestant="K01", held="2017-03-08", staff=6, on_leave=0, present=6)
        self.add(at(date(2017, 3, 8), 18), "voided", event=wrong, reason="单位录错")
        self.record(at(date(2017, 3, 9), 18), "speech", contestant="P999", held="2017-03-09")
        self.record(at(date(2017, 3, 10), 18), "session", contestant="K02", held="2017-03-12", staff=7, on_leave=-1, present=7)
        # planted: one person retired in April, one was on sick leave throughout
        self.add(at(date(2017, 4, 20)), "withdrawn", contestant="P003", reason="退休")
        self.add(at(date(2017, 3, 1)), "excused", contestant="P010", reason="病假")
        end = at(date(2017, 6, 5), 15)
        for contestant, grant in (("WH", True), ("B1", True), ("B2", True), ("B3", False), ("P001", True), ("P004", True)):
            self.add(end, "discretion", about="praise", contestant=contestant, grant=grant, approver="领导小组", reason="领导小组会议研究")
        self.add(end, "confirmed", version=1)


def lines() -> list[str]:
    """The lines of the log; one of them comes twice, as after a lost connection."""
    campaign = Campaign()
    campaign.open()
    campaign.study()
    campaign.compare()
    campaign.improve()
    found = campaign.log.lines()
    return [*found, found[200]]
