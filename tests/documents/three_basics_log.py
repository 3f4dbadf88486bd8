"""The sample of document S4: a county's 18 projects, 12 party organisations, 42 candidate sites and 60 cadres in 2017.

Made by chance from a fixed seed. What must be in it is planted, and each such place says so.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.documents.plain import last_of_month
from tests.samples.names import GIVEN, SURNAMES
from tests.samples.writing import Writer, pinned

PROJECTS, ORGANISATIONS, SITES, TALKS = (f"basics-{what}-2017" for what in ("projects", "organisations", "sites", "talks"))
TOPICS = (
    "一站式便民服务",
    "党员先锋岗",
    "农村电商带头人",
    "非公企业党建指导站",
    "机关效能提升",
    "社区网格服务",
    "青年干部导师制",
    "村级活动场所提升",
    "流动党员之家",
    "支部书记论坛",
    "产业链党支部",
    "党员积分管理",
    "驻村工作队提质",
    "软弱涣散支部整顿",
    "党务公开平台",
    "人才回引",
    "志愿服务联盟",
    "后备干部实训",
)
ORGANISATION_NAMES = (
    "乐昌镇党委",
    "史村镇党委",
    "曲村镇党委",
    "高显镇党委",
    "里村镇党委",
    "北董乡党委",
    "杨谈乡党委",
    "县直机关工委",
    "县教育局党委",
    "县卫计局党委",
    "县非公经济组织党工委",
    "县农委党组",
)
JUDGES = ("J1", "J2", "J3", "J4", "J5")
ITEMS = {"five_goods": 5, "ledgers": 11, "strong_and_good": 8, "six_haves": 6}
OWN = {"village": ("five_goods", "ledgers"), "enterprise": ("five_goods", "strong_and_good", "six_haves"), "other": ("five_goods",)}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute)


class Year:
    """Writes the log."""

    def __init__(self) -> None:
        self.rng = random.Random(20170101)
        self.log = Writer()

    def open(self, competition: str, stage: str, name: str, day: date) -> None:
        """Opens one of the four competitions."""
        opened = pinned("three-basics") | {"version": "2017.1"}
        self.log.add(at(day), competition, "opened", **opened, stage=stage, name=name, date="2017-01-01")

    def record(self, competition: str, when: datetime, record: str, **fields: object) -> str:
        """Adds a record."""
        return self.log.add(when, competition, "record", record=record, **fields)

    def person(self) -> str:
        """A name."""
        return self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)

    def judges(self, competition: str, day: date) -> None:
        """The five judges of a sheet."""
        for judge in JUDGES:
            self.log.add(at(day), competition, "judge", judge=judge, name=self.person(), unit="县委组织部")

    def projects(self) -> None:
        """The register, the year's reports, inspections and accounts, and the choice of the excellent."""
        self.open(PROJECTS, "projects", "党建服务项目", date(2017, 1, 3))
        self.judges(PROJECTS, date(2017, 1, 3))
        for number, topic in enumerate(TOPICS):
            project = f"X{number + 1:02}"
            self.log.add(
                at(date(2017, 1, 4), 9, number),
                PROJECTS,
                "contestant",
                contestant=project,
                name=topic,
                organisation=f"O{number % 12 + 1:02}",
                aspect=("service", "cadres", "mechanism")[number // 6],
                **{"class": ("key", "hard", "weak")[number % 3]},
                leads=self.person(),
                undertakes=self.person(),
                watches=None if project == "X11" else self.person(),  # planted: nobody watches over X11
            )
            for month in range(1, 13):
                end = last_of_month(date(2017, month, 1))
                chance = self.rng.randrange(100)
                if (project, month) == ("X04", 7) or chance < 1:
                    continue  # planted: X04 has no report for July
                days = (
                    6 if (project, month) == ("X07", 7) else 7 if chance < 3 else self.rng.randint(0, 5)
                )  # planted: X07 a day late for July
                self.record(PROJECTS, at(end + timedelta(days=days), 10), "report", contestant=project, covers=end.isoformat())
            for month in (3, 6, 9, 12):
                if (project, month) != ("X13", 9):  # planted: not inspected in the third quarter
                    held = date(2017, month, self.rng.randint(10, 25))
                    result = "rectify" if self.rng.randrange(10) == 0 else "pass"
                    self.record(PROJECTS, at(held, 16), "inspection", contestant=project, held=held.isoformat(), result=result)
            if project != "X15":  # planted: no account, so it is not closed out either
                self.record(PROJECTS, at(date(2017, 12, 26) + timedelta(days=self.rng.randint(0, 5)), 15), "account", contestant=project)
                self.record(PROJECTS, at(date(2018, 1, 8), 15), "close_out", contestant=project)
            base = self.rng.randint(74, 94)
            for judge in JUDGES:
                for criterion in ("quality", "role"):
                    mark = min(100, base + self.rng.randint(-4, 4))
                    self.log.add(
                        at(date(2018, 1, 10), 9, number),
                        PROJECTS,
                        "score",
                        judge=judge,
                        contestant=project,
                        criterion=criterion,
                        value=mark,
                    )
        # planted: a mark off the step, marks beyond the range, a report for a project that is not on the register
        self.log.add(at(date(2018, 1, 10), 10), PROJECTS, "score", judge="J1", contestant="X01", criterion="quality", value=88.5)
        self.log.add(at(date(2018, 1, 10), 10), PROJECTS, "score", judge="J1", contestant="X01", criterion="role", value=101)
        self.log.add(at(date(2018, 1, 10), 10), PROJECTS, "score", judge="J2", contestant="X01", criterion="role", value=-1)
        self.record(PROJECTS, at(date(2017, 5, 3)), "report", contestant="X19", covers="2017-04-30")
        self.log.add(at(date(2018, 1, 12)), PROJECTS, "confirmed", version=1)

    def organisations(self) -> None:
        """The review on two axes; five organisations called to account, three secretaries summoned."""
        self.open(ORGANISATIONS, "organisations", "党组织双述双评", date(2017, 1, 3))
        self.judges(ORGANISATIONS, date(2017, 1, 3))
        for number, name in enumerate(ORGANISATION_NAMES, 1):
            self.log.add(
                at(date(2017, 1, 4), 9, number),
                ORGANISATIONS,
                "contestant",
                contestant=f"O{number:02}",
                name=name,
                secretary=f"S{number:02}",
            )
            for judge in JUDGES:
                for criterion, low in (("party", 72), ("economy", 70)):
                    mark = min(100, low + (number * 7) % 17 + self.rng.randint(0, 8))
                    self.log.add(
                        at(date(2017, 12, 20), 9, number),
                        ORGANISATIONS,
                        "score",
                        judge=judge,
                        contestant=f"O{number:02}",
                        criterion=criterion,
                        value=mark,
                    )
        found = (  # planted: organisation, number, what, found, rectified after so many days (None: not)
            ("O03", "1", "measures", date(2017, 4, 12), 25),
            ("O05", "1", "thought", date(2017, 3, 20), 30),  # on the last day of the thirty: in time
            ("O05", "2", "effect", date(2017, 9, 5), 31),  # a day late: a rung more
            ("O06", "1", "effect", date(2017, 5, 8), None),
            ("O08", "1", "measures", date(2017, 6, 2), 12),
            ("O08", "2", "measures", date(2017, 8, 2), 12),
            ("O08", "3", "thought", date(2017, 10, 9), 12),
            ("O08", "4", "effect", date(2017, 11, 9), 12),  # the ladder has no fourth rung
            ("O11", "1", "thought", date(2017, 12, 18), None),  # not overdue when the log ends on 8 January
            ("O03", "2", "responsibility", date(2017, 4, 12), None),
            ("O06", "2", "responsibility", date(2017, 6, 20), None),
            ("O08", "5", "responsibility", date(2017, 11, 10), None),
        )
        for contestant, which, about, day, after in found:
            self.record(ORGANISATIONS, at(day, 15), "finding", contestant=contestant, finding=which, about=about)
            if after is not None:
                self.record(ORGANISATIONS, at(day + timedelta(days=after), 16), "rectified", contestant=contestant, finding=which)
        end = at(date(2018, 1, 8), 15)
        for rule, contestant, grant in (
            ("accountability", "O03", True),
            ("accountability", "O06", False),
            ("summons", "O08", True),
            ("barred", "O08", True),
        ):
            self.log.add(
                end, ORGANISATIONS, "discretion", about=rule, contestant=contestant, grant=grant, approver="县委", reason="县委常委会研究"
            )

    def sites(self) -> None:
        """42 candidates for 30 sites."""
        self.open(SITES, "sites", "党建示范点", date(2017, 2, 1))
        for number in range(1, 43):
            site = f"D{number:02}"
            domain = "village" if number <= 24 else "enterprise" if number <= 36 else "other"
            name = f"{self.rng.choice(SURNAMES)}{'庄村' if domain == 'village' else '氏公司' if domain == 'enterprise' else '园社区'}党支部"
            stars = 5 if site == "D26" else self.rng.randint(0, 4)  # planted: D26 has all five stars
            self.log.add(at(date(2017, 2, 2), 9, number), SITES, "contestant", contestant=site, name=name, domain=domain, stars=stars)
            for checklist in OWN[domain]:
                short = (
                    0
                    if number % 3 == 0 or site == "D26"
                    else self.rng.choice((0, 0, 0, 1, 1, 2, 3))
                    if number < 34
                    else self.rng.randint(1, 2)
                )
                if site == "D17":
                    short = (
                        ITEMS[checklist] // 4 + 1
                    )  # planted: below 80 %, so that three level sites are left for the last place of thirty
                met = max(0, ITEMS[checklist] - short)
                self.record(SITES, at(date(2017, 11, 6), 10, number), "check", contestant=site, list=checklist, met=met)
        # planted: a checklist that is not a village's, and twelve of eleven ledgers, which is corrected to ten a day later
        self.record(SITES, at(date(2017, 11, 7)), "check", contestant="D05", list="six_haves", met=6)
        event = self.record(SITES, at(date(2017, 11, 7), 10), "check", contestant="D07", list="ledgers", met=12)
        self.log.add(at(date(2017, 11, 8)), SITES, "amended", event=event, met=10, reason="录入错误", by="组织部")
        self.record(SITES, at(date(2017, 11, 7), 11), "check", contestant="D08", list="ledgers", met=13)
        for order, site in enumerate(("D22", "D01", "D23"), 1):  # planted: one place for three level sites, put into an order by hand
            self.log.add(
                at(date(2017, 12, 20)), SITES, "discretion", about="tie", contestant=site, value=order, approver="县委", reason="部务会研究"
            )
        self.log.add(at(date(2018, 1, 5)), SITES, "confirmed", version=1)

    def talks(self) -> None:
        """Three talks each; two cadres gave fewer."""
        self.open(TALKS, "talks", "三个讲一次", date(2017, 4, 1))
        for number in range(1, 61):
            cadre = f"C{number:03}"
            self.log.add(
                at(date(2017, 4, 1), 10, number % 60),
                TALKS,
                "contestant",
                contestant=cadre,
                name=self.person(),
                unit=f"O{number % 12 + 1:02}",
            )
            for topic in ("sentence", "experience", "habit"):
                if (cadre, topic) in (("C017", "habit"), ("C044", "habit"), ("C044", "experience")):
                    continue  # planted
                day = date(2017, 4, 6) + timedelta(days=7 * self.rng.randrange(20))
                self.record(TALKS, at(day, 15, number % 60), "talk", contestant=cadre, topic=topic)
        # planted: C044 gave its first talk twice
        self.record(TALKS, at(date(2017, 9, 28), 15), "talk", contestant="C044", topic="sentence")
        self.log.add(at(date(2018, 1, 5)), TALKS, "confirmed", version=1)


def lines() -> list[str]:
    """The lines of the log."""
    year = Year()
    year.projects()
    year.organisations()
    year.sites()
    year.talks()
    found = year.log.lines()
    return [*found, found[100]]  # one comes twice, as after a lost connection
