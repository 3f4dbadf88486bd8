"""The large sample: a town's season of document S2, from the drills in the groups to the year-end evaluation.

12 villages, 48 groups, 252 persons. May and June drills, July village contests, September town final, October season board,
December evaluation; on 24 December a typing error of a drill in June is found and corrected.

The log is made by chance from a fixed seed, with whole numbers only, so every machine makes the same bytes. What must be in it
is planted on top; each such place has a comment that begins with "planted". Ties are made by moving single marks until totals
are level that the oracle (never the engine) computes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from tests.samples import oracle
from tests.samples.names import GIVEN, NUMERALS, OFFICES, PRAISE, SURNAMES, TOWN_JUDGES, VILLAGE_JUDGES, VILLAGES
from tests.samples.writing import Clock, Event, Writer, bell, mark, pinned, tenths

SEED = 20240520
GROUP_CRITERIA = ("policy", "law", "growth")
VILLAGE_CRITERIA = ("industry", "habitat", "livelihood", "governance")
TOWN_CRITERIA = ("progress", "quality", "effect")
TOPICS = {"monitoring": 20, "ecology": 15, "industry": 20, "economy": 20, "villages": 15, "governance": 10}
VILLAGE_CADRES = (
    ("secretary", "村党支部书记"),
    ("director", "村委会主任"),
    ("deputy", "副书记"),
    ("deputy", "副主任"),
    ("clerk", "专职化文书"),
)
TOWN, BOARD, YEAR_END = "town-2024", "board-2024", "year-end-2024"


def lines() -> list[str]:
    """The lines of the log."""
    rng = random.Random(SEED)
    log, town = Writer(), Town(rng)
    mistaken = ""
    for number, group in enumerate(town.groups):
        mistaken = Drill(rng, log, town, group, number).hold() or mistaken
    drills = so_far(log)
    for number in range(1, len(town.villages) + 1):
        VillageContest(rng, log, town, number, drills).hold()
    town_final(rng, log, town)
    season_board(log, town)
    year_end(rng, log, town, mistaken)
    return log.lines()


def so_far(log: Writer) -> oracle.Result:
    """What the oracle makes of the events so far."""
    return oracle.Season([json.loads(line, parse_float=Fraction) for line in log.lines()]).result


# --- who takes part -----------------------------------------------------------------------------------------------------


class Town:
    """Villages, groups and persons."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.villages: list[Event] = []
        self.groups: list[Event] = []
        self.persons: list[Event] = []
        self._names: set[str] = set()
        for number, place in enumerate(VILLAGES, 1):
            self._settle(number, place)
        self.by_id = {person["id"]: person for person in self.persons}
        # planted: 重名. Two secretaries of one name in one category, and two workers of one name in one drill
        for village in (self.villages[1], self.villages[6]):
            self.by_id[village["secretary"]]["name"] = "王建国"
        mates = self.members("V09-G2")
        mates[-1]["name"] = mates[-2]["name"]

    def _settle(self, number: int, place: str) -> None:
        village = {"id": f"V{number:02}", "name": f"{place}村"}
        self.villages.append(village)
        groups = [
            {"id": f"{village['id']}-G{n}", "name": f"{place}村{NUMERALS[n - 1]}组", "village": village["id"], "unit": village["name"]}
            for n in range(1, {6: 3, 10: 5}.get(number, 4) + 1)
        ]
        self.groups += groups
        for n, (role, title) in enumerate(VILLAGE_CADRES):
            village.setdefault(role, self._person(role, title, village["name"], groups[n % len(groups)]["id"]))
        for group in groups:
            group["leader"] = self._person("group_leader", "村民小组长", group["name"], group["id"])
            group["cadre"] = self._person("group_cadre", "包组责任干部", self.rng.choice(OFFICES), group["id"])
            self._person("worker", "网格员", group["name"], group["id"])
            self._person("worker", "农技员", group["name"], group["id"])

    def _person(self, role: str, title: str, unit: str, group: str) -> str:
        name = ""
        while not name or name in self._names:
            name = self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)
        self._names.add(name)
        made = {"id": f"P{len(self.persons) + 1:03}", "name": name, "role": role, "title": title, "unit": unit, "group": group}
        self.persons.append(made)
        return str(made["id"])

    def members(self, group: str) -> list[Event]:
        """The persons of a group: village cadres first, then its leader, its cadre and two workers."""
        return [person for person in self.persons if person["group"] == group]


def division(person: Event) -> str:
    """领导对领导、干部对干部、业务对业务."""
    role = person["role"]
    return "leader" if role in ("secretary", "director", "deputy") else "cadre" if role in ("group_leader", "group_cadre") else "business"


def category(person: Event) -> str:
    """分类考核."""
    role = person["role"]
    return {"group_cadre": "town_cadre", "group_leader": "group_cadre", "worker": "group_cadre"}.get(role, "village_cadre")


# --- 组内练 -------------------------------------------------------------------------------------------------------------


# planted: which member, what happens, why
EXCEPTIONS = {
    "V02-G3": (-1, "absent", "无故未到"),
    "V06-G2": (-2, "withdrawn", "中途身体不适，退出"),  # after the marks of two judges
    "V09-G4": (-1, "disqualified", "由他人代讲"),  # after all marks
    "V04-G1": (0, "excused", "赴区参加会议"),  # makes it up two days later
    "V12-G2": (-2, "excused", "病假"),  # for good
}
# planted, in half points: the secretary of the village that will win is the weakest of the leaders; the cadre of V04-G3 is the
# weakest of the cadres as long as his mark of 84.5 stands there as 8.5, then the one of V08-G2 is
LEVELS = {("V01-G1", "村党支部书记"): 152, ("V04-G3", "包组责任干部"): 164, ("V08-G2", "包组责任干部"): 150}


class Drill:
    """The drill of one group."""

    def __init__(self, rng: random.Random, log: Writer, town: Town, group: Event, number: int) -> None:
        self.rng, self.log, self.group, self.number = rng, log, group, number
        self.id = f"drill-{group['id']}"
        self.people = town.members(group["id"])
        self.judges = [f"{group['village']}-J{j}" for j in (1, 2, 3)]
        self.bias = [rng.randint(-3, 3) for _ in self.judges]
        member, self.what, self.why = EXCEPTIONS.get(group["id"], (0, "", ""))
        self.gone = self.people[member]["id"] if self.what else ""
        day = datetime(2024, 5, 21, 8, 30) + timedelta(days=number % 24 + 2 * (number % 24 // 5), hours=5 * (number // 24))
        if group["id"] == "V11-G1":
            day = datetime(2024, 5, 17, 8, 30)  # planted: before the contest phase
        self.clock = Clock(day)
        # planted: V03-G2, the second judge and the third person are married; V12-G1, time ran out before the last person;
        # V11-G3, a session that nobody commented on
        self.recused = self.people[2]["id"] if group["id"] == "V03-G2" else ""
        self.silent = self.people[-1]["id"] if group["id"] == "V12-G1" else ""
        self.no_comments = group["id"] == "V11-G3"

    def add(self, kind: str, more: int = 0, **fields: object) -> str:
        """Adds an event of this drill."""
        return self.log.add(self.clock(more), self.id, kind, **fields)

    def hold(self) -> str:
        """The whole drill. Returns the id of the mark that is found to be wrong in December, where it is in this drill."""
        self.open()
        aware = self.survey()
        self.tests()
        if self.recused:
            self.add("recused", judge=self.judges[1], contestant=self.recused, reason="与选手系夫妻，申请回避")
        mistaken = ""
        for person in self.people:
            mistaken = self.turn(person) or mistaken
        self.add("record", 600, record="survey", phase="after", asked=aware[0], aware=aware[1])
        if self.group["id"] == "V04-G1":
            self.add("reinstated", 2 * 86400, contestant=self.gone, reason="补考")
            self.marks(self.people[0])
        self.slips()
        self.add("locked", 120, reason="本场打分结束")
        self.add("confirmed", 60, version=1)
        return mistaken

    def open(self) -> None:
        """Opening, roster and judges."""
        self.add(
            "opened", **pinned("skills-contest"), stage="group", name=f"{self.group['name']}组内练",
            date=self.clock.time.strftime("%Y-%m-%d"), organizer="branch",
            feeds={"village": f"village-{self.group['village']}", "board": BOARD, "year-end": YEAR_END},
        )  # fmt: skip
        for person in self.people:
            fields = {name: person[name] for name in ("name", "role", "unit", "group")}
            self.add("contestant", contestant=person["id"], **fields)
        for judge, name in zip(self.judges, VILLAGE_JUDGES[int(self.group["village"][1:]) - 1], strict=False):
            self.add("judge", judge=judge, name=name, unit=self.group["unit"], role="head" if judge == self.judges[0] else None)

    def survey(self) -> tuple[int, int]:
        """The survey before the drill; returns what the one after it will say."""
        # planted: the sample of V07-G2 is too small to be a rate; awareness did not rise in V05-G1 and V08-G4
        asked = 15 if self.group["id"] == "V07-G2" else self.rng.choice((30, 36, 40, 45, 50))
        aware = asked * self.rng.randint(45, 70) // 100
        self.add("record", record="survey", phase="before", asked=asked, aware=aware)
        gain = asked * self.rng.randint(8, 30) // 100
        return asked, aware if self.group["id"] in ("V05-G1", "V08-G4") else min(asked, aware + gain)

    def tests(self) -> None:
        """The tests before and after."""
        for person in self.people:
            before = 2 * bell(self.rng, 66, 14) + self.rng.randint(0, 1)
            gain = 2 * bell(self.rng, 10, 9) + self.rng.randint(0, 1)
            self.add("record", record="test", contestant=person["id"], phase="before", score=mark(before))
            if person["id"] != self.gone or self.what == "disqualified":
                self.add("record", record="test", contestant=person["id"], phase="after", score=mark(before + gain))

    def turn(self, person: Event) -> str:
        """One person's turn."""
        if person["id"] == self.silent:
            return ""
        if person["id"] == self.gone and self.what in ("absent", "excused"):
            self.add(self.what, contestant=self.gone, reason=self.why)
            return ""
        mistaken = self.marks(person, 2 if person["id"] == self.gone and self.what == "withdrawn" else 3)
        if person["id"] == self.gone:
            self.add(self.what, contestant=self.gone, reason=self.why)
        if self.rng.randint(1, 17) == 1:
            self.add("deduction", contestant=person["id"], value=self.rng.choice((0.5, 1, 1.5)), reason="overtime")
        return mistaken

    def marks(self, person: Event, judges: int = 3) -> str:
        """The marks and comments for one person."""
        level = LEVELS.get((self.group["id"], person["title"]), 2 * bell(self.rng, 86, 9))
        mistaken = ""
        for j, judge in enumerate(self.judges[:judges]):
            if person["id"] == self.recused and j == 1:
                continue
            self.clock(40)
            for criterion in GROUP_CRITERIA:
                value = mark(level + self.bias[j] + self.rng.randint(-4, 4))
                # planted: 84.5 typed as 8.5
                wrong = self.group["id"] == "V04-G3" and person["id"] == self.group["cadre"] and (j, criterion) == (1, "policy")
                event = self.add("score", judge=judge, contestant=person["id"], criterion=criterion, value=8.5 if wrong else value)
                mistaken = event if wrong else mistaken
            if not self.no_comments:
                self.add("comment", judge=judge, contestant=person["id"], text=self.rng.choice(PRAISE))
        return mistaken

    def slips(self) -> None:
        """What is put right on the spot."""
        scores = self.log.scores(self.id)
        if self.group["id"] == "V10-G1":  # planted: a mark put down for the wrong person, voided and written anew
            wrong = scores[-1]
            self.add("voided", event=wrong["id"], reason="打到了别人的评分表上")
            self.add("score", **{name: wrong[name] for name in ("judge", "contestant", "criterion")}, value=81.5)
        if self.number % 9 == 0:  # planted: slips of the pen
            slip = scores[4]
            value = mark(int(slip["value"] * 2) + 3)
            self.add("amended", event=slip["id"], value=value, reason="评委当场更正", by=slip["judge"])


# --- 村内比 -------------------------------------------------------------------------------------------------------------


def level(marks: list[list[int]], wanted: Fraction, total: Callable[[], Fraction], which: Sequence[int]) -> None:
    """Moves one mark after another by a tenth until the total is the wanted one. One such step moves it by less than 0.01."""
    for turn in range(2000):
        now = total()
        if now == wanted:
            return
        panel = marks[which[turn % len(which)]]
        panel[turn // len(which) % len(panel)] += 1 if now < wanted else -1
    raise AssertionError("the totals stay apart")


def of_tenths(marks: Iterable[int]) -> list[Fraction]:
    """Marks given in tenths."""
    return [Fraction(value, 10) for value in marks]


OUT = {"V03-G2": 3, "V10-G4": 1}  # planted: group → judge who does not mark it; the first is recused, the second had to leave
LATE = {"V01-G2": 1.5, "V09-G1": 0.5}  # planted: overtime
WITHDRAWN = "V06-G3"  # planted
# the groups of the two cadres whom the correction touches are neither first nor last
STRENGTHS = {4: (88, 82, 86, 84), 8: (88, 85, 81, 87)}


class VillageContest:
    """The contest of the groups of one village."""

    def __init__(self, rng: random.Random, log: Writer, town: Town, number: int, drills: oracle.Result) -> None:
        self.rng, self.log, self.number = rng, log, number
        self.village = town.villages[number - 1]
        self.id = f"village-{self.village['id']}"
        self.groups = [group for group in town.groups if group["village"] == self.village["id"]]
        self.judges = [f"{self.village['id']}-J{j}" for j in range(1, 6)]
        self.clock = Clock(datetime(2024, 7, 3, 8, 40) + timedelta(days=2 * (number - 1) + 2 * ((number - 1) // 3)))
        self.drills = [row for row in drills.standings if row["stage"] == "group"]
        bias = [rng.randint(-2, 2) for _ in self.judges]
        self.marks: dict[str, list[list[int]]] = {}  # in tenths, by criterion and judge
        for n, group in enumerate(self.groups):
            strength = STRENGTHS[number][n] if number in STRENGTHS else bell(rng, 86, 7)
            self.marks[group["id"]] = [[5 * (2 * strength + bias[j] + rng.randint(-4, 4)) for j in range(5)] for _ in VILLAGE_CRITERIA]

    def add(self, kind: str, more: int = 0, **fields: object) -> str:
        """Adds an event of this contest."""
        return self.log.add(self.clock(more), self.id, kind, **fields)

    def total(self, group: str) -> Fraction:
        """The total of a group with its marks as they are now."""
        panels = [[m for j, m in enumerate(panel) if j != OUT.get(group)] for panel in self.marks[group]]
        observed = sum((oracle.half_up(oracle.line(of_tenths(panel), 5), 2) for panel in panels), Fraction(0)) / 4
        drill = [row for row in self.drills if row["competition"] == f"drill-{group}"]
        came = [Fraction(row["total"] or 0) for row in drill if row["rank"] is not None]
        absent = sum(1 for row in drill if row["status"] == "absent")
        whole = (80 * observed + 20 * oracle.half_up(sum(came, Fraction(0)) / len(came), 2)) / 100
        return oracle.half_up(whole - absent - Fraction(LATE.get(group, 0)), 2)

    def plant(self) -> list[str]:
        """Ties: V02 level on the total, governance parts them; V05 level to the end on the last place, left open; V08 level to
        the end on the first place, settled by a recorded decision. Returns the two groups."""
        order = sorted((group["id"] for group in self.groups), key=self.total)
        one, other = order[-2:] if self.number == 8 else order[:2]
        marks = self.marks[other]
        marks[3] = [m + 10 for m in self.marks[one][3]] if self.number == 2 else self.marks[one][3][::-1]
        level(marks, self.total(one), lambda: self.total(other), (0, 1, 2))
        return [other, one]

    def hold(self) -> None:
        """The whole contest."""
        order = self.open()
        tied = self.plant() if self.number in (2, 5, 8) else []
        if self.number == 6:
            self.add("withdrawn", contestant=WITHDRAWN, reason="组内抢修堤坝，申请退出")
        if self.number == 3:
            self.add("recused", judge=self.judges[3], contestant="V03-G2", reason="与组长系兄弟，申请回避")
        for group in order:
            if group["id"] != WITHDRAWN:
                self.turn(group["id"])
        if self.number == 8:
            reason = "支委会研究：集体经济增收幅度大者列前"
            for place, who in enumerate(tied, 1):
                self.add("discretion", 3600, about="tie", contestant=who, value=place, approver="村党支部委员会", reason=reason)
        self.add("locked", 300, reason="本场打分结束")
        self.add("confirmed", 60, version=1)
        if self.number in (1, 4, 9):
            self.add("published", 3600, version=1)

    def open(self) -> list[Event]:
        """Opening, roster, judges and lots. Returns the groups in the order of their lots."""
        self.add(
            "opened", **pinned("skills-contest"), stage="village", name=f"{self.village['name']}村内比",
            date=self.clock.time.strftime("%Y-%m-%d"), organizer="branch",
            publish=True if self.number in (1, 4, 9) else None,  # planted: 必要时排名公示
            combine="independent" if self.number == 12 else None,  # planted: this village's notice leaves the drills out
            last_scope="season" if self.number == 7 else None,  # planted: this village's notice bars nobody here
            feeds={"town": TOWN, "board": BOARD, "year-end": YEAR_END},
        )  # fmt: skip
        for group in self.groups:
            fields = {name: group[name] for name in ("name", "village", "leader", "cadre")}
            self.add("contestant", contestant=group["id"], **fields)
        for judge, name in zip(self.judges, VILLAGE_JUDGES[self.number - 1], strict=True):
            self.add("judge", judge=judge, name=name, unit=self.village["name"], role="head" if judge == self.judges[0] else None)
        order = self.rng.sample(self.groups, len(self.groups))
        for group in self.groups:
            self.add("draw", contestant=group["id"], value=order.index(group) + 1)
        return order

    def turn(self, group: str) -> None:
        """One group's turn."""
        for j, judge in enumerate(self.judges):
            if OUT.get(group) == j:
                continue
            self.clock(240)
            for criterion, panel in zip(VILLAGE_CRITERIA, self.marks[group], strict=True):
                self.add("score", judge=judge, contestant=group, criterion=criterion, value=tenths(panel[j]))
            self.add("comment", judge=judge, contestant=group, text=self.rng.choice(PRAISE))
        if group in LATE:
            self.add("deduction", contestant=group, value=LATE[group], reason="overtime", by="timekeeper")


# --- 镇内赛 -------------------------------------------------------------------------------------------------------------


def town_final(rng: random.Random, log: Writer, town: Town) -> None:
    """The town final."""
    clock = Clock(datetime(2024, 9, 12, 8, 0))
    log.add(
        clock(), TOWN, "opened", **pinned("skills-contest"), stage="town", name="全镇镇内赛", date="2024-09-12", organizer="center",
        feeds={"board": BOARD, "year-end": YEAR_END}, seed="2024-09-12 镇内赛",
    )  # fmt: skip
    for village in town.villages:
        fields = {name: village[name] for name in ("name", "secretary", "director")}
        log.add(clock(), TOWN, "contestant", contestant=village["id"], **fields)
    judges = [f"T{j}" for j in range(1, 8)]
    for judge, (name, unit) in zip(judges, TOWN_JUDGES, strict=True):
        log.add(clock(), TOWN, "judge", judge=judge, name=name, unit=unit, role="head" if judge == "T1" else "judge")
    order = rng.sample(town.villages, len(town.villages))
    for village in town.villages:
        log.add(clock(), TOWN, "draw", contestant=village["id"], value=order.index(village) + 1)
    log.add(clock(), TOWN, "recused", judge="T4", contestant="V06", reason="系该村挂点干部，申请回避")  # planted
    marks = town_marks(rng, log)
    objected = ""
    for village in order:
        who = village["id"]
        for j, judge in enumerate(judges):
            if (who, judge) == ("V06", "T4"):
                continue
            clock(200)
            for (topic, criterion), panel in marks[who].items():
                # planted: 87.5 typed as 78.5; the village objects and is right
                wrong = (who, judge, topic, criterion) == ("V07", "T5", "economy", "quality")
                value = 78.5 if wrong else tenths(panel[j])
                event = log.add(clock(), TOWN, "score", judge=judge, contestant=who, topic=topic, criterion=criterion, value=value)
                objected = event if wrong else objected
            log.add(clock(), TOWN, "comment", judge=judge, contestant=who, text=rng.choice(PRAISE))
            log.add(clock(), TOWN, "submitted", judge=judge, contestant=who)
        if who in ("V09", "V02"):  # planted: overtime
            log.add(clock(), TOWN, "deduction", contestant=who, value=0.5 if who == "V09" else 0.2, reason="overtime", by="timekeeper")
    log.add(clock(600), TOWN, "locked", reason="全部打分结束")
    log.add(clock(900), TOWN, "confirmed", version=1)
    log.add(clock(600), TOWN, "published", version=1)
    right = log.add(clock(60000), TOWN, "objection", contestant="V07", reason="壮大集体经济“质量”一项与评委五的纸质评分表不符")
    groundless = log.add(clock(3600), TOWN, "objection", contestant="V11", reason="认为整体分数偏低")
    log.add(clock(40000), TOWN, "ruling", event=right, upheld=True, reason="核对纸质评分表：应为87.5，录入为78.5")
    log.add(clock(300), TOWN, "ruling", event=groundless, upheld=False, reason="复核录入无误，维持原分")
    log.add(clock(60), TOWN, "unlocked", contestant="V07", reason="异议成立，更正录入")
    log.add(clock(), TOWN, "amended", event=objected, value=87.5, reason="异议成立：录入错误", by="复核员")
    log.add(clock(), TOWN, "locked", contestant="V07", reason="更正完毕")
    log.add(clock(600), TOWN, "confirmed", version=2, replaces=1)
    log.add(clock(600), TOWN, "published", version=2, replaces=1)


def town_marks(rng: random.Random, log: Writer) -> dict[str, dict[tuple[str, str], list[int]]]:
    """The marks of the town final in tenths: village → topic and criterion → judge."""
    strengths = (93, 88, 92, 87, 90, 84, 88, 90, 86, 85, 83, 79)
    bias = [rng.randint(-2, 2) for _ in range(7)]
    marks = {
        f"V{number:02}": {
            (topic, criterion): [5 * (2 * strength + bias[j] + rng.randint(-4, 4)) for j in range(7)]
            for topic in TOPICS
            for criterion in TOWN_CRITERIA
        }
        for number, strength in enumerate(strengths, 1)
    }
    came: dict[str, list[Fraction]] = {}
    for row in so_far(log).standings:
        if row["stage"] == "village" and row["rank"] is not None:
            came.setdefault(str(row["competition"])[-3:], []).append(Fraction(row["total"] or 0))

    def dimension(village: str, criterion: str) -> Fraction:
        means = {t: oracle.half_up(oracle.line(of_tenths(panel), 5), 2) for (t, c), panel in marks[village].items() if c == criterion}
        return sum((TOPICS[topic] * mean for topic, mean in means.items()), Fraction(0)) / 100

    def total(village: str) -> Fraction:
        merit = (30 * dimension(village, "progress") + 40 * dimension(village, "quality") + 30 * dimension(village, "effect")) / 100
        groups = oracle.half_up(sum(came[village], Fraction(0)) / len(came[village]), 2)
        return oracle.half_up((90 * merit + 10 * groups) / 100, 2)

    # planted: V05 and V08 level on the total at the third place; the quality parts them, and the cash with it
    panels = list(marks["V05"].values())
    level(panels, total("V08"), lambda: total("V05"), [n for n, (_, criterion) in enumerate(marks["V05"]) if criterion != "quality"])
    assert oracle.half_up(dimension("V05", "quality"), 2) != oracle.half_up(dimension("V08", "quality"), 2)
    return marks


# --- 全镇总评 -----------------------------------------------------------------------------------------------------------


def season_board(log: Writer, town: Town) -> None:
    """The season board and the decisions on personal bonus."""
    clock = Clock(datetime(2024, 10, 9, 9, 0), 2)
    log.add(
        clock(), BOARD, "opened", **pinned("skills-contest"), stage="board", name="全镇总评", date="2024-10-09", organizer="center",
        feeds={"year-end": YEAR_END},
    )  # fmt: skip
    for village in town.villages:
        leaders = f"{village['secretary']} {village['director']}"
        log.add(clock(), BOARD, "contestant", contestant=village["id"], name=village["name"], division="village", leaders=leaders)
    for group in town.groups:
        leaders = f"{group['leader']} {group['cadre']}"
        log.add(clock(), BOARD, "contestant", contestant=group["id"], name=group["name"], division="group", leaders=leaders)
    for person in town.persons:
        fields = {name: person[name] for name in ("name", "unit", "role")}
        log.add(clock(), BOARD, "contestant", contestant=person["id"], division=division(person), **fields)
    asked = [row for row in so_far(log).decisions if row["rule"] == "person-bonus"]
    for number, row in enumerate(asked[:-1]):  # planted: the last one is left undecided, the fourth is refused
        refused = number == 3
        log.add(
            clock(600), BOARD, "discretion", about="person-bonus", contestant=row["contestant"], grant=not refused, approver="镇党建工作站",
            reason="本年度受过谈话提醒，不予加分" if refused else "经研究同意加分",
        )  # fmt: skip
    log.add(clock(3600), BOARD, "confirmed", version=1)
    log.add(clock(3600), BOARD, "published", version=1)


# --- 年终考核 -----------------------------------------------------------------------------------------------------------


def year_end(rng: random.Random, log: Writer, town: Town, mistaken: str) -> None:
    """The evaluation, and before its result is confirmed the correction of the drill in June."""
    clock = Clock(datetime(2024, 12, 16, 9, 0), 3)
    log.add(
        clock(), YEAR_END, "opened", **pinned("year-end"), stage="year-end", name="2024年度年终考核", date="2024-12-16",
        publicity_from="2024-12-26", publicity_to="2025-01-02",
    )  # fmt: skip
    for village in town.villages:
        name = village["name"]
        log.add(clock(), YEAR_END, "contestant", contestant=village["id"], name=f"{name}班子", category="village_team", unit=name)
    for person in town.persons:
        fields = {"name": person["name"], "category": category(person), "unit": person["unit"], "role": person["title"]}
        log.add(clock(), YEAR_END, "contestant", contestant=person["id"], **fields)
    indicators(rng, log, town, clock)
    # planted: bonus of other campaigns; above the cap of one source (V02) and above the cap of all (the secretary of V01)
    first = town.villages[0]["secretary"]
    for who, value, source, rule in (
        ("V02", 4, "flood-control-2024", "防汛抢险集体嘉奖"),
        ("V09", 2, "flood-control-2024", "防汛抢险集体嘉奖"),
        (first, 2.5, "flood-control-2024", "防汛抢险个人嘉奖"),
        (first, 1.5, "satisfaction-2024", "群众满意度第一"),
        (town.villages[4]["director"], 1, "satisfaction-2024", "群众满意度前列"),
        (town.members("V10-G2")[0]["id"], 1.5, "petitions-2024", "信访积案化解"),
    ):
        log.add(clock(), YEAR_END, "bonus", contestant=who, value=value, source=source, rule=rule)
    # planted: a village team is vetoed for an accident, a person for a breach of discipline
    offender = town.members("V05-G4")[0]["id"]
    for who, cause, document in (("V03", "accident", "青政通〔2024〕31号"), (offender, "discipline", "青纪通〔2024〕7号")):
        log.add(clock(), YEAR_END, "record", record="veto", contestant=who, cause=cause, document=document)
    for who, value, reason in (("V10", 1.5, "late"), ("V11", 2, "criticised"), (town.villages[8]["director"], 1, "discipline")):
        log.add(clock(), YEAR_END, "deduction", contestant=who, value=value, reason=reason)
    correct(log, town, mistaken)
    clock = Clock(datetime(2024, 12, 25, 17, 0), 60)
    log.add(clock(), YEAR_END, "confirmed", version=1)
    log.add(clock(86400), YEAR_END, "published", version=1)


def correct(log: Writer, town: Town, mistaken: str) -> None:
    """planted: nobody had looked at the paper sheet until the cadre asked why he was barred."""
    drill = mistaken.split("/")[0]
    cadre = next(group["cadre"] for group in town.groups if f"drill-{group['id']}" == drill)
    clock = Clock(datetime(2024, 12, 24, 15, 0), 30)
    log.add(clock(), drill, "unlocked", contestant=cadre, reason="核对纸质评分表")
    log.add(clock(), drill, "amended", event=mistaken, value=84.5, reason="录入错误：纸质评分表为84.5", by="镇党政办公室复核员")
    log.add(clock(), drill, "locked", contestant=cadre, reason="更正完毕")
    village = f"village-{drill.split('-')[1]}"
    for competition, version in ((drill, 2), (village, 2), (TOWN, 3), (BOARD, 2)):
        log.add(clock(), competition, "confirmed", version=version, replaces=version - 1)
        if competition in (village, TOWN, BOARD):
            log.add(clock(), competition, "published", version=version, replaces=version - 1)


def indicators(rng: random.Random, log: Writer, town: Town, clock: Clock) -> None:
    """The year's indicators of everybody."""
    away = {
        town.members("V09-G3")[-1]["id"]: ("excused", "产假"),  # planted: not evaluated
        town.members("V06-G1")[-2]["id"]: ("withdrawn", "已调离本镇"),  # planted: not evaluated
    }
    fixed = leading_cadres(log, town)
    for who in [*(village["id"] for village in town.villages), *(person["id"] for person in town.persons)]:
        if who in away:
            log.add(clock(), YEAR_END, away[who][0], contestant=who, reason=away[who][1])
            continue
        common, individual = fixed.get(who) or (2 * bell(rng, 86, 9) + rng.randint(0, 1), 2 * bell(rng, 85, 11) + rng.randint(0, 1))
        items = [("common", "党的建设与作风", common, None)]
        if who.startswith("V"):
            for item, weight in (("巩固拓展脱贫攻坚成果", 50), ("乡村产业", 30), ("基层治理", 20)):
                items.append(("individual", item, individual + rng.randint(-5, 5), weight))
        else:
            items.append(("individual", "岗位业绩", individual, None))
        for aspect, item, score, weight in items:
            fields = {"aspect": aspect, "item": item, "score": mark(score), "weight": weight}
            log.add(clock(), YEAR_END, "record", record="indicator", contestant=who, **fields)


def leading_cadres(log: Writer, town: Town) -> dict[str, tuple[int, int]]:
    """Indicator scores (in halves) of the town cadres, so that the quota of 9 among 48 has a story.

    The quota ends between two of them who are level to the end (planted), and the two cadres whom the correction touches,
    of V04-G3 and V08-G2, stand well inside it.
    """
    cadres = {group["id"]: group["cadre"] for group in town.groups}
    touched = {row["contestant"] for row in so_far(log).decisions if row["to"] == "year-end"}
    free = [who for group, who in cadres.items() if who not in touched and group not in ("V04-G3", "V08-G2")]
    scores = {who: (170 - n % 7, 164 - n % 11) for n, who in enumerate(cadres.values())}
    scores[cadres["V04-G3"]] = (190, 191)
    scores[cadres["V08-G2"]] = (188, 190)
    # seven ahead of the edge; with one of the two touched cadres that makes eight, one place is left for the two who are level
    for n, who in enumerate(free[:7]):
        scores[who] = (187 - n, 188 - n)
    for who in free[7:9]:
        scores[who] = (179, 179)
    return scores
