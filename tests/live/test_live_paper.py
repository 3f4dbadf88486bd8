"""Paper sheets: two entries by whoever, compared by the server, stored when they agree; with keys, comments, and what stands out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.running import CONTEST, ROOT, Browser, Running, event, running, talk

RECITATION = ROOT / "rulesets" / "examples" / "recitation.yaml"
Marks = dict[str, dict[str, str]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Running, Browser]]:
    with talk(tmp_path, judges=2, speakers=2) as made:
        yield made


@pytest.fixture
def recital(tmp_path: Path) -> Iterator[tuple[Running, Browser]]:
    """Two speakers and three judges; every sheet has a part for each of two pieces."""
    with running(tmp_path, RECITATION) as room:
        organizer = room.browser("organizer", competition="")
        organizer.accept(event("opened", competition=CONTEST, ruleset="recitation", stage="final", name="朗诵", date="2024-11-08"))
        people = [event("contestant", contestant=f"S{n}", name=f"选手{n}") for n in (1, 2)]
        organizer.accept(*people, *(event("judge", judge=f"J{n}", name=f"评委{n}") for n in (1, 2, 3)))
        yield room, organizer


def entry(browser: Browser, marks: Marks, judge: str = "J1", status: int = 200, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = browser.send("/api/paper", {"judge": judge, "marks": marks, **more}, status)
    return answer


def row(content: str, language: str, bearing: str) -> dict[str, str]:
    return {"content": content, "language": language, "bearing": bearing}


def stored(browser: Browser, contestant: str, judge: str = "J1") -> tuple[str, dict[str, str]]:
    found = next(one for one in browser.get(f"/api/panel/{contestant}")["judges"] if one["judge"] == judge)
    return found["state"], {"/".join([*mark["keys"], mark["criterion"]]): mark["value"] for mark in found["marks"]}


def test_two_people_type_and_the_server_compares(desk: tuple[Running, Browser]) -> None:
    room, first = desk
    second = room.browser("organizer", name="复核员")
    found = entry(first, {"S1": row("40", "25", "15"), "S2": row("30", "20", "10")})
    assert (len(found["entries"]), found["differences"], found["stored"]) == (1, [], None)
    # nothing counts yet, and whoever types the second entry is not told the first
    assert stored(first, "S1") == ("blank", {})
    seen = second.get("/api/paper?judge=J1")
    assert [one["by"] for one in seen["entries"]] == ["organizer"]
    assert "40" not in str(seen["differences"])
    assert second.get("/api/paper?judge=J2")["entries"] == []
    # two cells differ, and are named with both values
    found = entry(second, {"S1": row("40.0", "25", "15.5"), "S2": row("30", "", "10")})
    assert [one["by"] for one in found["entries"]] == ["organizer", "复核员"]
    assert found["differences"] == [
        {"contestant": "S1", "criterion": "bearing", "values": ["15", "15.5"]},
        {"contestant": "S2", "criterion": "language", "values": ["20", ""]},
    ]
    assert first.get("/api/paper?judge=J1")["differences"] == found["differences"]
    # a third value settles nothing; one that was there before does
    found = entry(first, {"S1": {"bearing": "15.5"}, "S2": {"language": "21"}})
    assert found["differences"] == [{"contestant": "S2", "criterion": "language", "values": ["20", "", "21"]}]
    found = entry(first, {"S2": {"language": "20"}})
    assert found["stored"] == {"marks": 6, "sheets": 2}
    assert stored(first, "S1") == ("submitted", row("40", "25", "15.5"))
    assert stored(first, "S2") == ("submitted", row("30", "20", "10"))
    assert first.get("/api/paper?judge=J1")["entries"] == []


def test_twice_by_one_person_and_a_sheet_that_is_not_full_stays_open(desk: tuple[Running, Browser]) -> None:
    _, organizer = desk
    for _ in range(2):
        found = entry(organizer, {"S1": row("40", "25", "0"), "S2": row("30", "20", "")}, comments={"S1": "声音洪亮"})
    assert found["stored"] == {"marks": 5, "sheets": 1}
    assert stored(organizer, "S1") == ("submitted", row("40", "25", "0"))
    assert stored(organizer, "S2") == ("draft", {"content": "30", "language": "20"})
    assert organizer.get("/api/sheet?judge=J1")["comments"] == {"S1": "声音洪亮"}


def test_an_entry_that_arrives_twice_is_one_entry(desk: tuple[Running, Browser]) -> None:
    _, organizer = desk
    marks = {"S1": row("40", "25", "15")}
    for _ in range(2):
        found = entry(organizer, marks, id="the-same")
    assert len(found["entries"]) == 1
    assert entry(organizer, marks, id="another")["stored"] == {"marks": 3, "sheets": 1}


def test_entries_outlive_the_server_and_can_be_forgotten(tmp_path: Path) -> None:
    with talk(tmp_path, judges=1, speakers=1) as (_, organizer):
        entry(organizer, {"S1": row("40", "25", "15")})
    with running(tmp_path) as room:
        organizer = room.browser("organizer")
        assert len(organizer.get("/api/paper?judge=J1")["entries"]) == 1
        assert organizer.send("/api/paper", {"judge": "J1", "discard": True})["entries"] == []
        assert organizer.get("/api/paper?judge=J1")["entries"] == []
        assert stored(organizer, "S1") == ("blank", {})


def test_what_cannot_be_given_is_named_by_cell_and_nothing_is_kept(desk: tuple[Running, Browser]) -> None:
    _, organizer = desk
    refused = entry(organizer, {"S1": row("50.5", "25", "x"), "S2": row("9.3", "20", "10")}, status=422)
    assert [(one["contestant"], one["criterion"]) for one in refused["cells"]] == [("S1", "content"), ("S1", "bearing"), ("S2", "content")]
    assert refused["cells"][0]["message"]["en"] == "50.5 is not between 0 and 50"
    assert refused["cells"][2]["message"]["zh"] == "9.3 不符合步长：从 0 起，每步 0.5"
    assert organizer.get("/api/paper?judge=J1")["entries"] == []
    for value in (
        {"judge": "J1", "marks": {"S9": {}}},
        {"judge": "J1", "marks": []},
        {"judge": 1},
        {"judge": "J1", "keys": {"round": 1}, "marks": {}},
    ):
        assert organizer.send("/api/paper", value, 400)["rule"] == "malformed"
    assert entry(organizer, {}, judge="J9", status=400)["rule"] == "unknown-judge"
    assert [entry(organizer, {}), entry(organizer, {}, status=409)][1]["rule"] == "nothing"


def test_sheets_with_keys_are_handed_in_when_all_parts_are_there(recital: tuple[Running, Browser]) -> None:
    _, organizer = recital
    part = {"S1": {"voice": "50", "expression": "30"}, "S2": {"voice": "48", "expression": "31"}}
    for _ in range(2):
        found = entry(organizer, part, keys={"piece": "set"})
    assert found["stored"] == {"marks": 4, "sheets": 0}
    assert stored(organizer, "S1") == ("draft", {"set/voice": "50", "set/expression": "30"})
    for _ in range(2):
        found = entry(organizer, {"S1": {"voice": "55", "expression": "35"}}, keys={"piece": "own"})
    assert found["stored"] == {"marks": 2, "sheets": 1}
    assert stored(organizer, "S1")[0] == "submitted"
    assert stored(organizer, "S2")[0] == "draft"
    codes = {(one["code"], one["contestant"]) for one in organizer.get("/api/blockers")["confirm"] if one["judge"] == "J1"}
    assert codes == {("not-submitted", "S2"), ("missing-marks", "S2")}  # the second piece of S2 is not there
    assert entry(organizer, part, keys={"piece": "third"}, status=400)["rule"] == "key"
    assert organizer.get("/api/paper?judge=J1&key.piece=set")["keys"] == {"piece": "set"}


def test_where_any_number_of_parts_may_be_there_whoever_types_says_when_it_is_over(tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text(RECITATION.read_text(encoding="utf-8").replace("      complete: true ", "      complete: false"), encoding="utf-8")
    with running(tmp_path, path) as room:
        organizer = room.browser("organizer", competition="")
        organizer.accept(event("opened", competition=CONTEST, ruleset="recitation", stage="final", date="2024-11-08"))
        organizer.accept(event("contestant", contestant="S1"), event("judge", judge="J1"))
        for piece, submit, sheets in (("set", False, 0), ("own", True, 1)):
            for _ in range(2):
                found = entry(organizer, {"S1": {"voice": "50", "expression": "30"}}, keys={"piece": piece}, submit=submit)
            assert found["stored"] == {"marks": 2, "sheets": sheets}
        assert stored(organizer, "S1")[0] == "submitted"


def test_what_stands_out_is_shown_to_the_desk(recital: tuple[Running, Browser]) -> None:
    room, organizer = recital
    for judge, voice, expression in (("J1", "50", "30"), ("J2", "52", "31"), ("J3", "37.5", "30")):
        for _ in range(2):
            entry(organizer, {"S1": {"voice": voice, "expression": expression}}, judge, keys={"piece": "set"})
    auditor = room.browser("auditor")
    found = auditor.get("/api/panel/S1")
    assert found["outlier"] == {"distance": None, "share": "20", "from": 3, "ref": "细则3"}
    # a fifth of 60 is 12; the middle of 50, 52 and 37.5 is 50
    out = [(one["judge"], mark["criterion"]) for one in found["judges"] for mark in one["marks"] if mark["outlier"]]
    assert out == [("J3", "voice")]
    assert auditor.get("/api/state")["outliers"] == {"S1": 1}
    # corrected by half a point it is 12 away, and no more than that is allowed
    mark = next(mark for mark in found["judges"][2]["marks"] if mark["criterion"] == "voice")
    organizer.accept(event("amended", event=mark["id"], value=38, reason="看错"))
    assert auditor.get("/api/state")["outliers"] == {}
    assert "outliers" not in room.browser("judge", "J3").get("/api/state")


def test_sheets_in_parts_on_paper(recital: tuple[Running, Browser]) -> None:
    _, organizer = recital
    for piece, voice in (("set", "50"), ("own", "55")):
        for _ in range(2):
            entry(organizer, {"S1": {"voice": voice, "expression": "30.5"}}, keys={"piece": piece})
    summary = organizer.get("/print/summary").decode()
    assert "80.50 / 85.50" in summary  # 50 + 30.5 and 55 + 30.5
    assert organizer.get("/print/sheets").decode().count('<article class="paper landscape">') == 3 * 2  # three judges, two pieces
    single = organizer.get("/print/sheets?by=contestant&lang=zh", status=303)
    assert single == b""
    organizer.client.cookies.set("lang", "zh")
    single = organizer.get("/print/sheets?by=contestant").decode()
    assert single.count("<article") == 3 * 2  # three judges, two speakers
    assert single.count('<p class="part">规定篇目</p>') == 3 * 2


def test_a_rulebook_without_a_rule_points_nothing_out(desk: tuple[Running, Browser]) -> None:
    _, organizer = desk
    for judge, value in (("J1", "50"), ("J2", "0")):
        for _ in range(2):
            entry(organizer, {"S1": row(value, "25", "15")}, judge)
    assert organizer.get("/api/state")["outliers"] == {}
    assert organizer.get("/api/panel/S1")["outlier"] is None


def test_several_competitions_in_one_ledger(desk: tuple[Running, Browser]) -> None:
    room, organizer = desk
    other = event("opened", competition="second", ruleset="talk-contest", stage="final", name="复赛", date="2024-11-09")
    organizer.accept(other)
    organizer.accept(event("contestant", competition="second", contestant="T1", name="甲"))
    # who is for all of them sees the one asked for, the last one where none is
    assert [one["id"] for one in organizer.get("/api/state")["contestants"]] == ["T1"]
    assert [one["id"] for one in organizer.get(f"/api/state?competition={CONTEST}")["contestants"]] == ["S1", "S2"]
    link = organizer.send(f"/api/links?competition={CONTEST}", {"role": "auditor"})
    everywhere = organizer.send(f"/api/links?competition={CONTEST}", {"role": "auditor", "competition": ""})
    assert (link["competition"], everywhere["competition"]) == (CONTEST, "")
    assert {one["competition"] for one in organizer.get("/api/links")["links"] if one["role"] == "auditor"} == {CONTEST, ""}

    def auditor(issued: dict[str, Any]) -> Browser:
        browser = room.stranger()
        browser.send("/api/session", {"secret": issued["url"].split("#")[1], "pin": issued["pin"]}, 204)
        return browser

    bound, free = auditor(link), auditor(everywhere)
    assert [one["id"] for one in free.get("/api/state?competition=second")["contestants"]] == ["T1"]
    bound.get("/api/state?competition=second", status=403)
    switch = b'<option value="second"'
    assert switch in free.get(f"/head?competition={CONTEST}")
    assert switch not in bound.get("/head")
    # only roles that look at several, and only from who may
    assert organizer.send("/api/links", {"role": "judge", "judge": "J1", "competition": ""}, 400)["rule"] in (
        "one-competition",
        "unknown-judge",
    )
    assert organizer.send("/api/links", {"role": "timekeeper", "competition": ""}, 400)["rule"] == "one-competition"
    assert room.browser("organizer").send("/api/links", {"role": "auditor", "competition": ""}, 400)["rule"] == "one-competition"


def test_lists_are_corrected_by_events_with_a_reason(desk: tuple[Running, Browser]) -> None:
    _, organizer = desk
    entered = organizer.get("/api/sheet")["entered"]
    organizer.accept(
        event("amended", event=entered["contestant"]["S1"], name="选手一", reason="名字写错"),
        event("amended", event=entered["judge"]["J2"], unit="审计局", role="head", reason="换了组长"),
    )
    state = organizer.get("/api/state")
    assert [(one["id"], one["name"], one["unit"]) for one in state["contestants"]] == [("S1", "选手一", "单位1"), ("S2", "选手2", "单位2")]
    assert [(one["id"], one["unit"], one["role"]) for one in state["judges"]] == [("J1", "", "head"), ("J2", "审计局", "head")]
    assert organizer.get("/api/sheet")["entered"] == entered
    organizer.accept(event("voided", event=entered["contestant"]["S2"], reason="没有报名"))
    assert [one["id"] for one in organizer.get("/api/state")["contestants"]] == ["S1"]
