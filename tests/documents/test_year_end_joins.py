"""One year-end evaluation takes the bonus and the bars of all five systems. Every number is worked by hand.

Everybody has 80 in both kinds of indicators, so the base is 80.

    pa      S3  praised by the leading group                                     +1
    o1      S4  second rung of accountability, bar approved by the county         barred
    m1      S1  leads its category                                               +1
    e1      S0  expert of a contest (+1), all tests taken and passed (+1)        +2
    e2      S0  all tests taken (+1), penalised after a reminder (−0.5)          +0.5
    v1–v4   S2  town final: 3, 2 and 1 for the first three, v4 is last            barred
"""

from __future__ import annotations

from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay


class Log:
    """Events of several competitions, one after another."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, competition: str, kind: str, at: str = "2024-09-01T10:00:00+08:00", **fields: Any) -> None:
        number = len(self.events) + 1
        self.events.append({"seq": number, "id": f"e{number}", "at": at, "competition": competition, "kind": kind, **fields})

    def open(self, competition: str, ruleset: str, stage: str, **fields: Any) -> None:
        feeds: dict[str, Any] = {"feeds": {"year-end": "evaluation"}} if ruleset != "year-end" else {}
        self.add(competition, "opened", ruleset=ruleset, stage=stage, date="2024-09-01", **feeds, **fields)


def discussion(log: Log) -> None:
    log.open("discussion", "grand-discussion", "campaign")
    log.add("discussion", "contestant", contestant="pa", group="person")
    for item in ("material", "own_rectification"):
        log.add("discussion", "record", "2017-03-29T10:00:00+08:00", record="delivered", contestant="pa", item=item)
    log.add("discussion", "discretion", about="praise", contestant="pa", grant=True, approver="领导小组", reason="表现优秀")


def accountability(log: Log) -> None:
    log.open("organisations", "three-basics", "organisations")
    log.add("organisations", "contestant", contestant="o1", secretary="s1")
    for finding in ("1", "2"):
        log.add("organisations", "record", record="finding", contestant="o1", finding=finding, about="effect")
    log.add("organisations", "discretion", about="barred", contestant="o1", grant=True, approver="县委", reason="县委常委会研究")


def organs(log: Log) -> None:
    log.open("organs", "learning-organs", "organs")
    log.add("organs", "contestant", contestant="m1", category="mass")
    for kind in ("common", "individual"):
        fields: dict[str, Any] = {"class": kind, "form": "amount", "better": "up", "target": 1, "weight": 100}
        log.add("organs", "record", record="indicator", contestant="m1", indicator=kind, **fields)
        log.add("organs", "record", record="figure", contestant="m1", indicator=kind, amount=1)


def drive(log: Log) -> None:
    log.open("contest", "capability-drive", "contest")
    log.add("contest", "judge", judge="j1")
    log.add("contest", "contestant", contestant="e1", event="petitions")
    log.add("contest", "score", judge="j1", contestant="e1", criterion="performance", value=90)
    log.open("staff", "capability-drive", "staff")
    log.add("staff", "record", record="test", test="t1", held="2024-08-26")
    for one in ("e1", "e2"):
        log.add("staff", "contestant", contestant=one)
        log.add("staff", "record", record="sitting", contestant=one, test="t1", mark=75)
    log.add("staff", "record", "2024-09-01T10:00:00+08:00", record="reminder", contestant="e2", matter="late")
    log.add("staff", "record", "2024-10-01T10:00:00+08:00", record="penalty", contestant="e2", matter="late", points=0.5)


def final(log: Log) -> None:
    log.open("final", "skills-contest", "town", organizer="center", last_scope="session", last_whom="unit")
    log.add("final", "judge", judge="j1")
    for number, village in enumerate(("v1", "v2", "v3", "v4")):
        log.add("final", "contestant", contestant=village, secretary=f"s{village}", director=f"d{village}")
        for criterion in ("progress", "quality", "effect"):
            log.add("final", "score", judge="j1", contestant=village, topic="industry", criterion=criterion, value=90 - number)
        log.add("final", "comment", judge="j1", contestant=village, text="点评")


def evaluation(log: Log) -> None:
    log.open("evaluation", "year-end", "year-end", publicity_from="2025-01-02", publicity_to="2025-01-06")
    for one in ("pa", "o1", "m1", "e1", "e2"):
        log.add("evaluation", "contestant", contestant=one, category="town_cadre")
    for one in ("v1", "v2", "v3", "v4"):
        log.add("evaluation", "contestant", contestant=one, category="village_team")
    for one in ("pa", "o1", "m1", "e1", "e2", "v1", "v2", "v3", "v4"):
        for aspect in ("common", "individual"):
            log.add("evaluation", "record", record="indicator", contestant=one, aspect=aspect, item="all", score=80)


@pytest.fixture(scope="module")
def result() -> Replay:
    log = Log()
    for part in (discussion, accountability, organs, drive, final, evaluation):
        part(log)
    return replay(read(log.events))


def rows(result: Replay) -> dict[str, dict[str, Any]]:
    """The rows of the evaluation by contestant."""
    return {row["contestant"]: row for row in result.standings.records() if row["competition"] == "evaluation"}


@pytest.mark.parametrize(
    ("contestant", "bonus", "total"),
    [
        ("pa", "1.00", "81.00"),
        ("o1", "0.00", "80.00"),
        ("m1", "1.00", "81.00"),
        ("e1", "2.00", "82.00"),
        ("e2", "0.50", "80.50"),
        ("v1", "3.00", "83.00"),
        ("v2", "2.00", "82.00"),
        ("v3", "1.00", "81.00"),
        ("v4", "0.00", "80.00"),
    ],
)
def test_bonus_arrives(result: Replay, contestant: str, bonus: str, total: str) -> None:
    assert (rows(result)[contestant]["bonus"], rows(result)[contestant]["total"]) == (bonus, total)


def test_nothing_was_rejected(result: Replay) -> None:
    assert result.rejected.records() == []


def test_bars_arrive_and_close_the_honours(result: Replay) -> None:
    assert {one for one, row in rows(result).items() if row["bars"] != "0"} == {"o1", "v4"}
    honours = {
        row["contestant"]: row["status"]
        for row in result.decisions.records()
        if (row["competition"], row["rule"]) == ("evaluation", "honours")
    }
    # five places for the five town cadres, of whom one is barred; three for the four villages, of which one is barred
    assert honours == {
        "pa": "granted", "o1": "barred", "m1": "granted", "e1": "granted", "e2": "granted",
        "v1": "granted", "v2": "granted", "v3": "granted", "v4": "barred",
    }  # fmt: skip
