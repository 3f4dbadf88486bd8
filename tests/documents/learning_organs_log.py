"""The sample of document S1: 108 organs of a city in six categories, with the figures that the report itself names.

The twelve organs of the report come first and carry its figures; what the report does not say of them, and all others, are made by
chance from a fixed seed. What must be in it is planted, and each such place says so.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.samples.names import GIVEN, SURNAMES
from tests.samples.writing import Writer, pinned

ORGANS, CITY = "organs-2024", "city-2024"
NAMES = {
    "party": (
        "市委办公室",
        "市委宣传部",
        "市委组织部",
        "市委统战部",
        "市委政法委",
        "市委网信办",
        "市委编办",
        "市委老干部局",
        "市委党校",
        "市委巡察办",
        "市直机关工委",
        "市人大机关",
        "市政府办公室",
        "市政协机关",
        "市信访局",
        "市档案馆",
        "市机关事务服务中心",
        "市接待服务中心",
    ),
    "economy": (
        "市工业和信息化局",
        "市农业农村局",
        "市住房和城乡建设局",
        "市发展和改革委员会",
        "市财政局",
        "市商务局",
        "市统计局",
        "市科学技术局",
        "市自然资源和规划局",
        "市水利局",
        "市林业局",
        "市国资委",
        "市地方金融监管局",
        "市文化和旅游局",
        "市投资促进中心",
        "市大数据局",
        "市税务局",
        "市粮食和物资储备中心",
        "商城管委会",
        "市供销社",
    ),
    "enforcement": (
        "市市场监督管理局",
        "市审计局",
        "市交通运输局",
        "市城市管理局",
        "市公安局",
        "市司法局",
        "市应急管理局",
        "市生态环境局",
        "市中级人民法院",
        "市人民检察院",
        "市海关",
        "市消防救援支队",
        "市烟草专卖局",
        "市气象局",
        "市城管执法支队",
        "市文化执法支队",
    ),
    "service": (
        "市人力资源和社会保障局",
        "市民政局",
        "市公路事业发展中心",
        "市教育局",
        "市卫生健康委员会",
        "市医疗保障局",
        "市退役军人事务局",
        "市体育局",
        "市行政审批服务局",
        "市残疾人联合会",
        "市公共资源交易中心",
        "市住房公积金中心",
        "市社会保险中心",
        "市疾控中心",
        "市人民医院",
        "市中心医院",
        "市中医医院",
        "临沂大学",
        "市图书馆",
        "市博物馆",
        "市殡葬服务中心",
        "市红十字会",
    ),
    "mass": (
        "市总工会",
        "团市委",
        "市妇联",
        "市科协",
        "市文联",
        "市社科联",
        "市侨联",
        "市工商联",
        "市贸促会",
        "市法学会",
        "市计生协会",
        "市记协",
        "市作协",
        "市台联",
        "市慈善总会",
        "市关工委",
        "市老龄办",
    ),
    "enterprise": (
        "市城投集团",
        "市交投集团",
        "市水务集团",
        "市国资集团",
        "市文旅集团",
        "市公交集团",
        "市供热集团",
        "市燃气集团",
        "市粮食集团",
        "市担保集团",
        "临商银行",
        "市人才集团",
        "市农发集团",
        "市大数据集团",
        "市建设集团",
    ),
}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute)


class Year:
    """Writes the log."""

    def __init__(self) -> None:
        self.rng = random.Random(20240108)
        self.log = Writer()
        self.organs: dict[str, str] = {}  # name → id

    def record(self, day: date, record: str, organ: str, **fields: object) -> str:
        """Adds a record of an organ."""
        when = at(day, self.rng.randint(8, 17), self.rng.randrange(60))
        return self.log.add(when, ORGANS, "record", record=record, contestant=self.organs.get(organ, organ), **fields)

    def indicator(self, organ: str, name: str, kind: str, form: str, better: str, target: float, weight: int, **figure: object) -> None:
        """An indicator with its figure; no figure where none is given."""
        fields = {"form": form, "better": better, "target": target, "weight": weight}
        self.record(date(2024, 1, 15), "indicator", organ, indicator=name, **{"class": kind}, **fields)
        if figure:
            self.record(date(2024, 11, 12), "figure", organ, indicator=name, **figure)

    def open(self) -> None:
        """Opening and roster."""
        opened = {**pinned("learning-organs"), "stage": "organs", "name": "市直部门单位学习型机关建设", "date": "2024-01-08"}
        self.log.add(at(date(2024, 1, 8)), ORGANS, "opened", **opened, counted_until="2024-10-31")
        for category, names in NAMES.items():
            for name in names:
                organ = f"M{len(self.organs) + 1:03}"
                self.organs[name] = organ
                self.log.add(at(date(2024, 1, 8), 10), ORGANS, "contestant", contestant=organ, name=name, category=category)

    def common(self) -> None:
        """Three common indicators of every organ, two or three of its own."""
        for name in self.organs:
            target = 12
            self.indicator(
                name, "集体学习", "common", "amount", "up", target, 40, amount=target + self.rng.choice((-2, -1, 0, 0, 0, 1, 2, 4))
            )
            staff = self.rng.randint(18, 120)
            came = staff - self.rng.choice((0, 0, 0, 1, 2, 6))
            self.indicator(name, "测试参考率", "common", "share", "up", 95, 30, amount=came, whole=staff)
            base = self.rng.randint(40, 400)
            now = base * self.rng.randint(78, 101) // 100
            self.indicator(name, "诉求同比", "common", "change", "down", -10, 30, amount=now, base=base)
            for number in range(1, self.rng.randint(3, 6) + 1):
                aim, weight = self.rng.randint(4, 30), self.rng.choice((10, 15, 20, 25, 30, 40))
                reached = max(1, aim + self.rng.choice((-3, -1, -1, 0, 0, 1, 2, 5)))
                if number == 1 or self.rng.randrange(30):
                    # planted: every thirtieth figure of a second or third indicator is rounded down to tens and stated as 余
                    self.indicator(name, f"个性{number}", "individual", "amount", "up", aim, weight, amount=reached)
                else:
                    self.indicator(
                        name, f"个性{number}", "individual", "amount", "up", aim, weight, amount=reached // 10 * 10, bound="at_least"
                    )

    def named(self) -> None:
        """What the report says of single organs, paragraph by paragraph."""
        for term in range(1, 13):  # 12期37节, 800余人次: eleven terms of three lessons and one of four
            lessons, came = (4, 78) if term == 12 else (3, 66)
            self.record(
                date(2024, (term + 1) // 2 + 2, 10 + term),
                "course",
                "市人力资源和社会保障局",
                series="人社干部大讲堂",
                term=term,
                lessons=lessons,
                attendances=came,
            )
        officers = [f"执法人员{n:02}" for n in range(1, 22)]
        for number, officer in enumerate([*officers, *officers[:6]]):  # 21名执法人员, six of them twice
            held = date(2024, 2, 20) + timedelta(days=7 * number)
            self.record(held, "lecture", "市市场监督管理局", speaker=officer, held=held.isoformat())
        self.indicator("市委宣传部", "五进活动", "individual", "amount", "up", 10, 30, amount=11)
        for number in range(1, 11):  # 10名…导师, 一对一
            self.record(date(2024, 3, 4), "pair", "市审计局", mentor=f"导师{number:02}", apprentice=f"学员{number:02}")
        self.indicator("市交通运输局", "上门式培训", "individual", "amount", "up", 8, 20, amount=9)
        self.indicator("市交通运输局", "说理式文书", "individual", "amount", "up", 80, 20, amount=80, bound="at_least")
        self.indicator("市交通运输局", "培训人次", "individual", "amount", "up", 1000, 20, amount=800, bound="at_least")
        self.indicator("市交通运输局", "结案率", "individual", "share", "up", 100, 40, amount=312, whole=312)
        self.indicator("市民政局", "热线诉求", "individual", "change", "down", -20, 40, stated=-23.72)
        self.indicator("市住房和城乡建设局", "一次性办好率", "individual", "change", "up", 10, 20, stated=13.96)
        self.indicator("市住房和城乡建设局", "问题解决率", "individual", "change", "up", 10, 20, stated=7.48)
        self.indicator("市住房和城乡建设局", "群众满意率", "individual", "change", "up", 10, 20, stated=10.28)
        self.indicator("市公路事业发展中心", "优良路率", "individual", "share", "up", 97, 50, stated=97, bound="at_least")
        self.record(date(2024, 10, 20), "achievement", "市农业农村局", level="ministry", number=5)
        self.record(date(2024, 10, 20), "achievement", "市农业农村局", level="department", number=15)
        self.record(date(2024, 10, 21), "achievement", "市城市管理局", level="pilot", number=3)
        self.record(date(2024, 10, 21), "achievement", "市城市管理局", level="spread", number=14)
        for organ in ("市教育局", "市水利局", "市总工会", "市城投集团", "市税务局"):
            self.record(
                date(2024, 10, 22), "achievement", organ, level=self.rng.choice(("department", "spread")), number=self.rng.randint(1, 4)
            )
        for title in ("创新课题", "事上练"):
            for number in range(1, 21):  # planted: one of the forty is not done
                done = (title, number) != ("事上练", 17)
                self.record(date(2024, 10, 25), "task", "市农业农村局", list=title, item=f"{number}", done=done)

    def traced(self) -> None:
        """党建溯源: problems of 30 organs on their way through the four states."""
        states = ("posed", "entered", "solved", "verified")
        for organ in list(self.organs)[::4]:
            for problem in range(1, self.rng.randint(2, 4)):
                day, reached = date(2024, 3, 1) + timedelta(days=self.rng.randrange(60)), self.rng.choice((2, 3, 4, 4, 4, 4, 4))
                people = [f"{self.rng.choice(SURNAMES)}{self.rng.choice(GIVEN)}" for _ in states]
                people[3] = people[3] + "（工委）"
                for state, who in list(zip(states, people, strict=True))[:reached]:
                    self.record(day, "stride", organ, problem=f"{problem}", state=state, who=who)
                    day += timedelta(days=self.rng.randint(5, 30))
        # planted: verified by the one who solved it; solved without 破题; a second 验题 that comes too late to count
        for state, who, on in (("posed", "甲", 1), ("entered", "甲", 9), ("solved", "乙", 20), ("verified", "乙", 25)):
            self.record(date(2024, 6, on), "stride", "市统计局", problem="自验", state=state, who=who)
        for state, on in (("posed", 3), ("solved", 20), ("verified", 27)):
            self.record(date(2024, 6, on), "stride", "市财政局", problem="越序", state=state, who=f"丙{on}")
        self.record(date(2024, 7, 15), "stride", "市统计局", problem="自验", state="verified", who="丁")

    def surveys(self) -> None:
        """两轮排查 in 105 of the 108 organs."""
        names = [name for name in self.organs if name not in ("市台联", "市老龄办", "市人才集团")]
        for name in names:
            for number, day in ((1, date(2024, 5, 31)), (2, date(2024, 10, 31))):
                found = self.rng.randint(4, 9)
                resolved = max(0, found - (self.rng.randrange(8) == 0) - (self.rng.randrange(20) == 0))
                if name == "市海关" and number == 2:
                    day = date(2024, 11, 20)  # planted: surveyed after the day up to which surveys count
                event = self.record(day, "survey", name, round=number, as_of=day.isoformat(), found=found, resolved=resolved)
                if name == "市气象局" and number == 1:
                    # planted: found and resolved were mixed up and are corrected in June
                    self.log.add(at(date(2024, 6, 3)), ORGANS, "amended", event=event, found=10, resolved=9, reason="两列录反", by="工委")
        # planted: a round that does not exist, an organ that is not on the list, a survey taken out again
        self.record(date(2024, 11, 21), "survey", "市海关", round=3, as_of="2024-11-21", found=5, resolved=5)
        self.record(date(2024, 5, 31), "survey", "M109", round=1, as_of="2024-05-31", found=5, resolved=5)
        wrong = self.record(date(2024, 5, 30), "survey", "市老龄办", round=1, as_of="2024-05-30", found=6, resolved=6)
        self.log.add(at(date(2024, 5, 31), 18), ORGANS, "voided", event=wrong, reason="单位录错")
        # planted: one mentor with two apprentices, more persons than attendances
        self.record(date(2024, 3, 5), "pair", "市财政局", mentor="导师甲", apprentice="学员甲")
        self.record(date(2024, 3, 5), "pair", "市财政局", mentor="导师甲", apprentice="学员乙")
        self.record(date(2024, 4, 5), "course", "市教育局", series="教育讲堂", term=1, lessons=2, attendances=60, persons=75)
        self.record(date(2024, 4, 25), "course", "市教育局", series="教育讲堂", term=2, lessons=2, attendances=64, persons=58)
        # planted: two organs have an indicator without a figure
        self.indicator("市贸促会", "会展活动", "individual", "amount", "up", 6, 30)
        self.indicator("市体育局", "健身指导", "individual", "amount", "up", 20, 30)

    def city(self) -> None:
        """The totals of the last paragraph."""
        opened = {**pinned("learning-organs"), "stage": "city", "name": "全市公布数", "date": "2024-11-30"}
        self.log.add(at(date(2024, 11, 30)), CITY, "opened", **opened)
        self.log.add(at(date(2024, 11, 30)), CITY, "contestant", contestant="linyi", name="临沂市")
        self.log.add(
            at(date(2024, 11, 30), 10),
            CITY,
            "record",
            record="total",
            contestant="linyi",
            organs=108,
            units=105,
            rounds=2,
            found=1300,
            found_bound="at_least",
            rate=90,
            rate_bound="at_least",
        )


def lines() -> list[str]:
    """The lines of the log."""
    year = Year()
    year.open()
    year.common()
    year.named()
    year.traced()
    year.surveys()
    year.city()
    found = year.log.lines()
    return [*found, found[300]]  # one comes twice, as after a lost connection
