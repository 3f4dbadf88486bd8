"""The sample of document S0: a town of 18 units and 86 staff from August to December 2024.

Made by chance from a fixed seed. What must be in it is planted, and each such place says so.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.samples.names import GIVEN, SURNAMES
from tests.samples.writing import Writer, pinned, tenths

TOWN, UNITS, STAFF, PAIRS = (f"drive-{what}-2024" for what in ("town", "units", "staff", "pairs"))
CONTESTS = {"drive-contest-2024Q3": date(2024, 9, 20), "drive-contest-2024Q4": date(2024, 12, 13)}
YEAR_END = "year-end-2024"
BRANCHES = ("长城", "东庄", "西庄", "南梁", "北塬", "柳沟", "石门", "杨桥", "马岭", "清水", "白石", "红崖")
OFFICES = ("党政办公室", "党建工作办公室", "经济发展办公室", "社会治理办公室", "乡村振兴办公室", "综合行政执法队")
MONTHS = (8, 9, 10, 11, 12)
WORKFLOWS = ("study", "documents", "petitions", "instructions", "replies", "information", "services", "reception", "finance", "seals")
EVENTS = ("enforcement", "petitions", "emergency", "revival", "governance")
LEADERS = tuple(f"P{n:03}" for n in range(1, 12))


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute)


class Drive:
    """Writes the log."""

    def __init__(self) -> None:
        self.rng = random.Random(20240815)
        self.log = Writer()
        self.staff = [f"P{n:03}" for n in range(1, 87)]
        self.names = {one: self.rng.choice(SURNAMES) + self.rng.choice(GIVEN) for one in self.staff}
        self.units = [f"U{n:02}" for n in range(1, 19)]
        self.unit_of = {one: self.units[n % 18] for n, one in enumerate(self.staff)}

    def open(self, competition: str, stage: str, name: str, day: date, **fields: object) -> None:
        """Opens one of the competitions."""
        self.log.add(
            at(day, 7), competition, "opened", **pinned("capability-drive"), stage=stage, name=name, date=day.isoformat(), **fields
        )

    def record(self, competition: str, day: date, record: str, contestant: str | None = None, hour: int = 16, **fields: object) -> str:
        """Adds a record."""
        return self.log.add(at(day, hour, self.rng.randrange(60)), competition, "record", record=record, contestant=contestant, **fields)

    # --- the town -------------------------------------------------------------------------------------------------------

    def town(self) -> None:
        """Speakers of each month, the course, the cases."""
        self.open(TOWN, "town", "镇级安排", date(2024, 8, 1))
        self.log.add(at(date(2024, 8, 1)), TOWN, "contestant", contestant="town", name="长城镇")
        for month in MONTHS:
            days = [date(2024, month, day) for day in (7, 14, 21, 28)]
            leaders = self.rng.sample(LEADERS, 4)
            cadres = self.rng.sample(self.staff[11:], 6)
            if month == 11:
                leaders[3] = leaders[0]  # planted: in November one leader spoke twice: three distinct
            if month == 10:
                cadres.append(cadres[2])  # planted: seven learning reports by six cadres are enough
            for role, people in (("leader", leaders), ("cadre", cadres)):
                for number, speaker in enumerate(people):
                    module = self.rng.choice(("story", "reading", "insight"))
                    held = days[number % 4] if number < 4 else days[number % 4] + timedelta(days=1)
                    self.record(
                        TOWN,
                        held,
                        "speech",
                        "town",
                        hour=15 + number // 4,
                        speaker=speaker,
                        role=role,
                        held=held.isoformat(),
                        module=module,
                    )
        for leader in LEADERS:
            self.record(TOWN, date(2024, 8, 2), "leader", "town", person=leader)
            if leader != "P009":
                self.record(TOWN, date(2024, 12, 3), "trained", "town", person=leader)
        self.record(TOWN, date(2024, 12, 27), "trained", "town", person="P009")  # made up for it before the year's end
        self.record(TOWN, date(2024, 10, 18), "conference", "town", held="2024-10-18")
        for case, side, output in (
            ("反1", "negative", "remedy"),
            ("反2", "negative", None),
            ("正1", "positive", "practice"),
            ("正2", "positive", "practice"),
        ):
            self.record(TOWN, date(2024, 10, 11), "case", "town", case=case, side=side)
            if output is not None:  # planted: the second negative case has no remedy
                self.record(TOWN, date(2024, 11, 20), "output", "town", case=case, what=output)
        self.log.add(at(date(2025, 1, 6)), TOWN, "confirmed", version=1)

    # --- units ----------------------------------------------------------------------------------------------------------

    def unit_work(self) -> None:
        """Plans, weekly meetings, lectures, contests, trainings with tests, workflows."""
        self.open(UNITS, "units", "支部、镇属单位", date(2024, 8, 1))
        for number, unit in enumerate(self.units):
            name = f"{BRANCHES[number]}村党支部" if number < 12 else f"镇{OFFICES[number - 12]}"
            body = "branch" if number < 12 else "office"
            self.log.add(at(date(2024, 8, 1), 10, number), UNITS, "contestant", contestant=unit, name=name, body=body)
        for held, reason in ((date(2024, 10, 2), "国庆节"), (date(2024, 9, 11), "防汛值守")):
            self.record(UNITS, held - timedelta(days=7), "recess", held=held.isoformat(), reason=reason)
        for unit in self.units:
            if unit != "U16":  # planted: no plan at all
                filed = date(2024, 8, 10) if unit in ("U01", "U13") else date(2024, 8, self.rng.randint(16, 24))
                self.record(UNITS, filed, "plan", unit, filed=filed.isoformat())
            monday = date(2024, 8, 5)
            while monday < date(2024, 12, 29):
                skipped = monday in (date(2024, 9, 30), date(2024, 9, 9)) or self.rng.randrange(100) < 2
                if not skipped:
                    held = monday + timedelta(days=self.rng.choice((0, 0, 0, 1, 4)))
                    self.record(UNITS, held, "meeting", unit, held=held.isoformat())
                monday += timedelta(days=7)
            for month in MONTHS:
                if (unit, month) not in (("U05", 9), ("U12", 11)):  # planted: two lectures are missing
                    held = date(2024, month, self.rng.randint(16, 27))
                    invited = self.rng.randrange(8) == 0
                    self.record(UNITS, held, "lecture", unit, held=held.isoformat(), invited=invited)
            for held in (date(2024, 9, 13), date(2024, 12, 6)):
                if (unit, held.month) != ("U09", 9):  # planted: no contest in the third quarter
                    day = held - timedelta(days=self.rng.randint(0, 9))
                    self.record(
                        UNITS, day, "contest_held", unit, held=day.isoformat(), form=self.rng.choice(("report", "drill", "scene", "visit"))
                    )
            for number in range(1, self.rng.randint(2, 3) + 1):
                day = date(2024, 8 + number, self.rng.randint(3, 26))
                attended = self.rng.randint(4, 14)
                self.record(UNITS, day, "training", unit, training=f"{number}", attended=attended)
                if (unit, number) == ("U04", 2):
                    continue  # planted: a training without its test
                sat = attended - (1 if (unit, number) == ("U10", 1) else 0)  # planted: one who was trained was not tested
                sat += 2 if (unit, number) == ("U11", 1) else 0  # planted: more were tested than trained
                self.record(UNITS, day + timedelta(days=self.rng.randint(0, 2)), "training_test", unit, training=f"{number}", sat=sat)
            for number, workflow in enumerate(WORKFLOWS):
                if (unit, workflow) not in (("U03", "seals"), ("U07", "finance"), ("U07", "seals")):  # planted: not all ten
                    self.record(UNITS, date(2024, 9, 2) + timedelta(days=3 * number), "workflow", unit, workflow=workflow)
        # planted: a workflow that the text does not name, a unit that nobody knows, a lecture entered twice by mistake
        self.record(UNITS, date(2024, 9, 5), "workflow", "U02", workflow="canteen")
        self.record(UNITS, date(2024, 9, 6), "meeting", "U19", held="2024-09-06")
        wrong = self.record(UNITS, date(2024, 9, 6), "lecture", "U05", held="2024-09-06", invited=False)
        self.log.add(at(date(2024, 9, 9)), UNITS, "voided", event=wrong, reason="重复录入，实为U06")
        self.log.add(at(date(2025, 1, 6)), UNITS, "confirmed", version=1)

    # --- staff ----------------------------------------------------------------------------------------------------------

    def people(self) -> None:
        """Monthly tests, badges, nominations, reminders and penalties."""
        self.open(STAFF, "staff", "干部职工", date(2024, 8, 1), feeds={"year-end": YEAR_END})
        for one in self.staff:
            young = True if int(one[1:]) > 52 else None
            self.log.add(
                at(date(2024, 8, 1), 11), STAFF, "contestant", contestant=one, name=self.names[one], unit=self.unit_of[one], young=young
            )
        able = {one: self.rng.randint(62, 92) for one in self.staff}
        for month in MONTHS:
            test, held = f"2024-{month:02}", date(2024, month, 26)
            self.record(STAFF, held, "test", hour=8, test=test, held=held.isoformat())
            for one in self.staff:
                chance = self.rng.randrange(100)
                if chance < 2:  # leave
                    self.record(STAFF, held - timedelta(days=1), "leave", one, test=test)
                    continue
                if chance < 3 and one not in LEADERS:
                    continue  # absent
                mark = tenths(10 * min(100, max(35, able[one] + self.rng.randint(-9, 9))) - 5 * self.rng.randrange(2))
                made_up = True if chance == 3 else None
                day = held + timedelta(days=4) if made_up else held
                self.record(STAFF, day, "sitting", one, hour=11, test=test, mark=mark, made_up=made_up)
        # planted: a mark above the range, a typing error corrected, a person that nobody knows
        event = self.record(STAFF, date(2024, 8, 26), "sitting", "P033", hour=12, test="2024-08", mark=7.5)
        self.log.add(at(date(2024, 8, 27)), STAFF, "amended", event=event, mark=75, reason="录入错误", by="党建办")
        self.record(STAFF, date(2024, 9, 26), "sitting", "P040", hour=12, test="2024-09", mark=850)
        self.record(STAFF, date(2024, 9, 26), "sitting", "P087", hour=12, test="2024-09", mark=80)
        for one in self.staff[52:]:
            for what in ("identity", "duty", "promise"):
                if (one, what) not in (("P060", "promise"), ("P071", "duty"), ("P071", "promise")):  # planted: two without all three
                    self.record(STAFF, date(2024, 9, 18), "shown", one, what=what)
        for one, field in (
            ("P014", "serving"),
            ("P022", "mediation"),
            ("P031", "customs"),
            ("P058", "study"),
            ("P063", "work"),
            ("P080", "service"),
        ):
            self.record(STAFF, date(2024, 12, 10), "nomination", one, field=field)
        # planted: P027 was reminded first; P049 was penalised and reminded a day later; P018 was reminded and nothing followed
        self.record(STAFF, date(2024, 9, 4), "reminder", "P027", matter="迟到早退")
        self.record(STAFF, date(2024, 10, 15), "penalty", "P027", matter="迟到早退", points=0.5)
        self.record(STAFF, date(2024, 10, 15), "penalty", "P049", matter="台账不实", points=1)
        self.record(STAFF, date(2024, 10, 16), "reminder", "P049", matter="台账不实")
        self.record(STAFF, date(2024, 11, 5), "reminder", "P018", matter="值班脱岗")
        for rule, one, grant in (("pioneer", "P014", True), ("pioneer", "P022", True), ("pioneer", "P031", False), ("model", "P058", True)):
            self.log.add(
                at(date(2024, 12, 30)), STAFF, "discretion", about=rule, contestant=one, grant=grant, approver="镇党委", reason="党委会研究"
            )
        self.log.add(at(date(2025, 1, 6)), STAFF, "confirmed", version=1)

    def pairs(self) -> None:
        """Thirty pairs of which 28 are valid, and their talks."""
        self.open(PAIRS, "pairs", "师徒对子", date(2024, 8, 1), age_on="2024-08-01")
        for number in range(1, 31):
            pair, mentor, apprentice = f"D{number:02}", LEADERS[number % 11], self.staff[52 + number]
            rank = ("deputy_section", "section", "deputy_section", "deputy_division")[number % 4]
            born = date(self.rng.randint(1990, 2001), self.rng.randint(1, 12), self.rng.randint(1, 28))
            if number == 7:
                born = date(1988, 8, 1)  # planted: 36 on the day that counts
            if number == 8:
                born = date(1988, 8, 2)  # planted: 35, one day short of 36
            if number == 19:
                mentor, rank = self.staff[20], "staff"  # planted: no leader
            self.log.add(
                at(date(2024, 8, 1), 14, number),
                PAIRS,
                "contestant",
                contestant=pair,
                name=f"{self.names[mentor]}—{self.names[apprentice]}",
                mentor=mentor,
                mentor_rank=rank,
                apprentice=apprentice,
                born=born.isoformat(),
            )
            for month in MONTHS:
                if (pair, month) in (("D03", 10), ("D21", 8), ("D21", 12)):
                    continue  # planted: three talks are missing
                for _ in range(2 if self.rng.randrange(5) == 0 else 1):
                    held = date(2024, month, self.rng.randint(5, 28))
                    self.record(PAIRS, held, "talk", pair, hour=17, held=held.isoformat())
        self.log.add(at(date(2025, 1, 6)), PAIRS, "confirmed", version=1)

    def contests(self) -> None:
        """Two quarterly contests of five events, five judges."""
        for (competition, day), form in zip(CONTESTS.items(), ("drill", "scene"), strict=True):
            self.open(
                competition,
                "contest",
                f"{day.year}年第{(day.month + 2) // 3}季度业务技能大赛",
                day,
                form=form,
                feeds={"year-end": YEAR_END},
            )
            for number in range(1, 6):
                name = self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)
                self.log.add(
                    at(day, 8, number), competition, "judge", judge=f"J{number}", name=name, role="head" if number == 1 else "judge"
                )
            entered = self.rng.sample(self.staff[11:], 30)
            for number, one in enumerate(entered):
                event = EVENTS[number % 5]
                if competition.endswith("Q4") and event == "emergency":
                    event = "revival"  # planted: emergencies were not held in the fourth quarter
                self.log.add(
                    at(day, 8, 10 + number),
                    competition,
                    "contestant",
                    contestant=one,
                    name=self.names[one],
                    event=event,
                    unit=self.unit_of[one],
                )
            away = entered[7]  # planted: one did not come
            self.log.add(at(day, 9), competition, "absent", contestant=away, reason="未到场")
            for number, one in enumerate(entered):
                base = self.rng.randint(140, 184)
                for judge in range(1, 6):
                    half = base + self.rng.randint(-8, 8)
                    if one != away:
                        self.log.add(
                            at(day, 9 + number // 6, 10 * (number % 6)),
                            competition,
                            "score",
                            judge=f"J{judge}",
                            contestant=one,
                            criterion="performance",
                            value=half // 2 if half % 2 == 0 else half / 2,
                        )
            for mark in (100.5, -0.5):  # planted: beyond the range
                self.log.add(at(day, 16), competition, "score", judge="J1", contestant=entered[0], criterion="performance", value=mark)
            self.log.add(at(day, 17), competition, "confirmed", version=1)

    def year_end(self) -> None:
        """The evaluation that takes the bonus of the drive and of both contests."""
        opened = {"ruleset": "year-end", "version": "2024.1", "stage": "year-end", "name": "2024年度考核", "date": "2024-12-31"}
        self.log.add(at(date(2024, 12, 20)), YEAR_END, "opened", **opened, publicity_from="2025-01-08", publicity_to="2025-01-14")
        for one in self.staff:
            fields = {"name": self.names[one], "category": "town_cadre", "unit": self.unit_of[one]}
            self.log.add(at(date(2024, 12, 20), 10), YEAR_END, "contestant", contestant=one, **fields)
            for aspect, item in (("common", "德能勤绩廉"), ("individual", "岗位目标")):
                score = tenths(self.rng.randint(740, 930))
                self.record(YEAR_END, date(2024, 12, 27), "indicator", one, aspect=aspect, item=item, score=score)
        self.log.add(at(date(2025, 1, 15)), YEAR_END, "confirmed", version=1)


def lines() -> list[str]:
    """The lines of the log."""
    drive = Drive()
    drive.town()
    drive.unit_work()
    drive.people()
    drive.pairs()
    drive.contests()
    drive.year_end()
    found = drive.log.lines()
    return [*found, found[500]]  # one comes twice, as after a lost connection
