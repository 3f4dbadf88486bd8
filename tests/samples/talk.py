"""The small sample: a talk contest of four speakers and one who came late."""

from __future__ import annotations

from datetime import datetime

from tests.samples.names import TALK_JUDGES
from tests.samples.writing import Clock, Writer, pinned

# Name, unit, lot, seconds, and each judge's content, language and bearing. What comes of it is worked by hand in test_talk.py.
SPEAKERS = (
    (
        "S1", "陈思远", "区实验小学", 3, 476,
        ((45, 27, 18), (44.5, 26.5, 18), (46, 27, 18), (43, 26, 17.5), (45.5, 27.5, 18), (44, 26, 17.5), (45, 27, 17.5)),
    ),
    (
        "S2", "刘雅琴", "区人民医院", 1, 500,
        ((45, 27, 18), (44, 26.5, 17.5), (46.5, 27.5, 18.5), (45, 27, 18), (44.5, 27, 18), (46, 27, 18.5), (45, 26, 17.5)),
    ),
    (
        "S3", "王梓涵", "区税务局", 5, 462,
        ((43, 25.5, 17.5), (42, 25, 17), (43, 25.5, 17), (44, 26, 18), (), (42.5, 25.5, 17), (43, 26, 17.5)),
    ),
    (
        "S4", "赵一鸣", "区供电公司", 2, 541,
        ((44.5, 26.5, 17.5), (34, 26.5, 17.5), (44, 26.5, 17.5), (45, 26.5, 18), (43.5, 26, 17.5), (45, 26.5, 17.5), (45, 27, 18.5)),
    ),
    ("S5", "陈思远", "区融媒体中心", 4, 0, ()),
)  # fmt: skip


def lines() -> list[str]:
    """The lines of the log."""
    log, contest = Writer(), "talk-2024"
    clock = Clock(datetime(2024, 11, 8, 14, 0), 4)
    log.add(clock(), contest, "opened", **pinned("talk-contest"), stage="final", name="“我的岗位我的责任”演讲比赛决赛", date="2024-11-08")
    for who, name, unit, lot, _, _ in SPEAKERS:
        log.add(clock(), contest, "contestant", contestant=who, name=name, unit=unit)
        log.add(clock(), contest, "draw", contestant=who, value=lot)
    for j, (name, unit) in enumerate(TALK_JUDGES, 1):
        log.add(clock(), contest, "judge", judge=f"J{j}", name=name, unit=unit, role="head" if j == 1 else "judge")
    log.add(clock(), contest, "recused", judge="J5", contestant="S3", reason="本单位选手")
    wrong = ""
    for who, _, _, _, seconds, sheets in sorted(SPEAKERS, key=lambda speaker: speaker[3]):
        if not sheets:
            log.add(clock(300), contest, "withdrawn", contestant=who, reason="点名三次未到，按弃权处理")
            continue
        log.add(clock(seconds), contest, "record", record="timing", contestant=who, seconds=seconds, by="timekeeper")
        for j, sheet in enumerate(sheets, 1):
            for criterion, value in zip(("content", "language", "bearing"), sheet, strict=False):
                event = log.add(clock(), contest, "score", judge=f"J{j}", contestant=who, criterion=criterion, value=value)
                wrong = event if value == 34 else wrong
    log.add(clock(), contest, "amended", event=wrong, value=44, reason="评委当场更正：44误写为34", by="J2")
    log.add(clock(), contest, "deduction", contestant="S4", value=1, reason="violation", by="监督员")
    log.add(clock(60), contest, "locked", reason="打分结束")
    log.add(clock(60), contest, "confirmed", version=1)
    return log.lines()
