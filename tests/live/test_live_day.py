"""A contest day over the API: what each role sees, confirming, the big screen, lists, lots, previews, files."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from tests.live.running import CONTEST, TALK, Browser, Running, event, running, sheet, talk

# Sheets of seven judges: 90 89 91 86.5 91 87.5 89.5 for S1 (worked by hand in the rulebook's first example: mean of five 89.40),
# 90 88 92.5 90 89.5 91.5 88.5 for S2 (89.90).
CONTENT = {"S1": [45, 44.5, 46, 43, 45.5, 44, 45], "S2": [45, 44, 46.5, 45, 44.5, 46, 45]}
LANGUAGE = {"S1": [27, 26.5, 27, 26, 27.5, 26, 27], "S2": [27, 26.5, 27.5, 27, 27, 27, 26]}
BEARING = {"S1": [18, 18, 18, 17.5, 18, 17.5, 17.5], "S2": [18, 17.5, 18.5, 18, 18, 18.5, 17.5]}


def judged(room: Running, speakers: tuple[str, ...] = ("S1", "S2"), submit: bool = True) -> list[Browser]:
    """Seven judges who have marked the speakers and handed in."""
    judges = [room.browser("judge", f"J{n}") for n in range(1, 8)]
    for n, judge in enumerate(judges):
        for speaker in speakers:
            judge.accept(*sheet(f"J{n + 1}", speaker, CONTENT[speaker][n], LANGUAGE[speaker][n], BEARING[speaker][n]))
            if submit:
                judge.accept(event("submitted", contestant=speaker))
    return judges


def row(state: dict[str, Any], contestant: str, rows: str = "standings") -> dict[str, Any]:
    return next(r for r in state[rows] if r["contestant"] == contestant)


def test_a_judge_sees_nobody_elses_marks_anywhere(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        one, two, screen, keeper = (room.browser(*who) for who in (("judge", "J1"), ("judge", "J2"), ("screen",), ("timekeeper",)))
        one.accept(*sheet("J1", "S1", 41.5, 23.5, 13.5), event("comment", contestant="S1", text="秘密的点评"))
        two.accept(*sheet("J2", "S1", 40, 20, 10))
        secrets = ("41.5", "23.5", "13.5", "秘密", "78.5")  # the marks, the comment, the sheet's sum
        for browser in (two, keeper, screen):
            for path in ("/api/me", "/api/sheet", "/api/state", "/api/panel/S1", "/api/blockers", "/api/events", "/api/links", "/api/setup",
                         "/export/log.jsonl", "/export/standings.csv", "/export/result.json", "/api/sheet?judge=J1",
                         "/api/state?as=screen"):  # fmt: skip
                text = browser.client.get(path).text
                assert not [secret for secret in secrets if secret in text], (path, text)
        assert {m["value"] for m in two.get("/api/sheet")["marks"]} == {"40", "20", "10"}
        assert {m["value"] for m in one.get("/api/sheet")["marks"]} == {"41.5", "23.5", "13.5"}
        assert one.get("/api/sheet")["comments"] == {"S1": "秘密的点评"}
        preview = two.send("/api/preview", {"events": [event("locked")]}, 403)
        assert preview["rule"] == "role"
        refused = two.write(event("voided", event=organizer.get("/api/panel/S1")["judges"][0]["marks"][0]["id"], reason="x"))[0]
        assert refused["rule"] == "role"
        assert not [secret for secret in secrets if secret in json.dumps(refused)]


def test_states_of_a_sheet(tmp_path: Path) -> None:
    with talk(tmp_path, speakers=6) as (room, organizer):
        judge = room.browser("judge", "J1")
        judge.accept(*sheet("J1", "S2", 0), *sheet("J1", "S3", 45, 27, 18), *sheet("J1", "S4", 45, 27, 18))
        judge.accept(
            event("submitted", contestant="S3"), event("submitted", contestant="S4"), event("recused", contestant="S5", reason="亲属")
        )
        organizer.accept(event("returned", judge="J1", contestant="S4", reason="漏打一项"), event("absent", contestant="S6", reason="未到"))
        found = judge.get("/api/sheet")
        assert found["states"] == {"S1": "blank", "S2": "draft", "S3": "submitted", "S4": "returned", "S5": "recused", "S6": "out"}
        assert found["returned"] == {"S4": "漏打一项"}
        assert [m["value"] for m in found["marks"] if m["contestant"] == "S2"] == ["0"]  # zero is a mark, blank is none
        organizer.accept(event("locked", contestant="S1"))
        assert judge.get("/api/state")["states"]["S1"] == "locked"


def test_the_panel_by_hand(tmp_path: Path) -> None:
    with talk(tmp_path, judges=7, speakers=2) as (room, organizer):
        judged(room)
        found = room.browser("head").get("/api/panel/S1")
        assert (found["of"], found["trim"]) == ("judge", {"high": 1, "low": 1, "from": 5})
        sheets = {j["judge"]: j["sheets"][0] for j in found["judges"]}
        assert [s["value"] for s in sheets.values()] == ["90.0", "89.0", "91.0", "86.5", "91.0", "87.5", "89.5"]
        dropped = [name for name, s in sheets.items() if s["dropped"]]
        assert len(dropped) == 2
        assert "J4" in dropped  # 86.5
        assert set(dropped) & {"J3", "J5"}  # one of the two 91
        content = next(line for line in found["lines"] if line["criterion"] == "content")
        # 43 44 44.5 45 45 45.5 46: the middle one is 45, 46 − 43 = 3
        assert content == {"keys": [], "criterion": "content", "count": 7, "low": "43", "high": "46", "median": "45", "spread": "3"}
        apart = {j["judge"]: m["apart"] for j in found["judges"] for m in j["marks"] if m["criterion"] == "content"}
        assert apart == {"J1": "0", "J2": "-0.5", "J3": "1", "J4": "-2", "J5": "0.5", "J6": "-1", "J7": "0"}
        state = organizer.get("/api/state")
        assert (row(state, "S1")["total"], row(state, "S2")["total"]) == ("89.40", "89.90")


def test_everything_that_stands_in_the_way_is_listed_and_then_it_is_confirmed_and_published(tmp_path: Path) -> None:
    with talk(tmp_path, judges=7, speakers=3) as (room, organizer):
        head = room.browser("head")
        judges = judged(room, submit=False)
        judges[0].accept(event("submitted", contestant="S1"))
        organizer.accept(event("returned", judge="J1", contestant="S1", reason="x"))
        objection = event("objection", contestant="S1", reason="计时有误")
        organizer.accept(objection)
        blocked = head.send("/api/confirm", {}, 409)
        found = {(b["code"], b["contestant"], b["judge"]) for b in blocked["blockers"]}
        assert found == {
            ("returned", "S1", "J1"), *(("not-submitted", "S1", f"J{n}") for n in range(2, 8)),
            *(("not-submitted", s, f"J{n}") for s in ("S2", "S3") for n in range(1, 8)), ("unscored", "S3", ""),
            ("open-objection", "S1", ""),
        }  # fmt: skip
        assert organizer.send("/api/publish", {}, 409)["blockers"][0]["code"] == "not-confirmed"
        for judge in judges:
            judge.accept(event("submitted", contestant="S1"), event("submitted", contestant="S2"))
        organizer.accept(event("withdrawn", contestant="S3", reason="x"), event("ruling", event=objection["id"], upheld=False, reason="x"))
        assert head.get("/api/blockers")["confirm"] == []
        assert [r["status"] for r in head.send("/api/confirm", {})["results"]] == ["accepted", "accepted"]
        assert judges[0].refuse(event("score", contestant="S1", criterion="content", value=1)) == "locked"
        mark = organizer.get("/api/panel/S1")["judges"][0]["marks"][0]["id"]
        head.accept(event("amended", event=mark, value=44.5, reason="抄错"))
        assert [b["code"] for b in head.get("/api/blockers")["publish"]] == ["changed"]
        head.send("/api/confirm", {})
        assert organizer.get("/api/state")["state"] == "confirmed"
        organizer.send("/api/publish", {})
        assert organizer.get("/api/state")["state"] == "published"
        versions = [
            (e["kind"], e["version"], e.get("replaces")) for e in room.contest.store.read() if e["kind"] in ("confirmed", "published")
        ]
        assert versions == [("confirmed", 1, None), ("confirmed", 2, 1), ("published", 1, None)]
        log = organizer.get("/export/log.jsonl")
        assert (
            replay(read(log), [str(TALK)]).digest
            == room.contest.digest()
            == json.loads(room.live.room.exported("result.json", "en")[1])["digest"]
        )
        verdict = organizer.get("/api/verify")
        assert verdict["ok"]
        assert verdict["digest"] == room.contest.digest()


def test_open_ties_are_soft(tmp_path: Path) -> None:
    with talk(tmp_path, judges=1, speakers=2) as (room, organizer):
        judge, head = room.browser("judge", "J1"), room.browser("head")
        for speaker in ("S1", "S2"):
            judge.accept(*sheet("J1", speaker, 45, 27, 18), event("submitted", contestant=speaker))
        blocked = head.send("/api/confirm", {}, 409)["blockers"]
        assert {b["code"] for b in blocked} == {"open-tie", "pending"}
        assert all(b["soft"] for b in blocked)
        assert head.send("/api/confirm", {"accept": ["open-tie"]}, 409)["blockers"][0]["code"] == "pending"
        organizer.accept(
            *(event("discretion", about="tie", contestant=s, value=n, approver="评委组", reason="加赛") for s, n in (("S1", 2), ("S2", 1)))
        )
        assert head.get("/api/blockers")["confirm"] == []
        head.send("/api/confirm", {})


def test_a_preview_tells_what_an_amendment_would_change_and_stores_nothing(tmp_path: Path) -> None:
    with talk(tmp_path, judges=7, speakers=2) as (room, organizer):
        judged(room)
        head = room.browser("head")
        marks = organizer.get("/api/panel/S1")["judges"]
        low = next(m["id"] for m in marks[1]["marks"] if m["criterion"] == "content")
        before = room.contest.head
        # J2's sheet of S1 becomes 89 + 5.5 = 94.5; left out are 86.5 and 94.5: (90 + 91 + 91 + 87.5 + 89.5) / 5 = 89.80, second;
        # with J6 raised from 87.5 to 92.5 as well: 90 91 91 92.5 89.5 = 454 / 5 = 90.80, first
        six = next(m["id"] for m in marks[5]["marks"] if m["criterion"] == "content")
        one = event("amended", event=low, value=50, reason="x")
        changes = head.send("/api/preview", {"events": [one]})
        assert {c["contestant"]: c["changes"]["total"] for c in changes["standings"] if "total" in c["changes"]} == {
            "S1": ["89.40", "89.80"]
        }
        assert "rank" not in changes["standings"][0]["changes"]
        both = head.send("/api/preview", {"events": [one, event("amended", event=six, value=49, reason="x")]})
        assert {c["contestant"]: c["changes"]["rank"] for c in both["standings"]} == {"S1": [2, 1], "S2": [1, 2]}
        prizes = {(d["contestant"], d["rule"]): (bool(d["before"]), bool(d["after"])) for d in both["decisions"]}
        assert prizes == {
            ("S1", "first-prize"): (False, True), ("S2", "first-prize"): (True, False),
            ("S2", "second-prize"): (False, True), ("S1", "second-prize"): (True, False),
        }  # fmt: skip
        assert room.contest.head == before
        wrong = head.send("/api/preview", {"events": [event("amended", event="none", value=1, reason="x")]})
        assert [r["rule"] for r in wrong["refused"]] == ["unknown-event"]


def test_a_preview_reaches_the_year_end(tmp_path: Path) -> None:
    """A contest that feeds another by a bonus: what an amendment changes there is told, too."""
    book = tmp_path / "book.yaml"
    book.write_text(FEEDING, encoding="utf-8")
    with running(tmp_path, book) as room:
        organizer = room.browser("organizer", competition="")
        organizer.accept(event("opened", competition="year", stage="year", ruleset="feeding"))
        organizer.accept(event("contestant", contestant="a"), event("contestant", contestant="b"))
        organizer.accept(event("opened", competition="day", stage="day", ruleset="feeding", feeds={"year-end": "year"}))
        organizer.accept(
            event("contestant", contestant="a"), event("contestant", contestant="b"), event("judge", judge="j"),
            event("score", judge="j", contestant="a", criterion="all", value=9),
            event("score", judge="j", contestant="b", criterion="all", value=8),
        )  # fmt: skip
        changes = organizer.send("/api/preview", {"events": [event("score", judge="j", contestant="b", criterion="all", value=10)]})
        year = {c["contestant"]: c["changes"]["total"] for c in changes["standings"] if c["competition"] == "year"}
        assert year == {"a": ["3", "0"], "b": ["0", "3"]}
        assert {(c["kind"], c["contestant"], c["before"] is None) for c in changes["carried"]} == {
            ("bonus", "a", False),
            ("bonus", "b", True),
        }


FEEDING = """
format: ruleset/1
id: feeding
version: "1"
source: {id: test}
stages:
  day:
    sheet: {marks: {from: 0, to: 10}, criteria: {all: {}}}
    panel: {then: mean}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 0, mode: half_up}
    measures: {total: sum(panel.value)}
    ranking: {by: [total], unresolved: shared}
    decisions:
      winner: {when: [rank <= 1], then: [{bonus: 3, to: year-end}]}
  year:
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 0, mode: half_up}
    measures: {total: {sum: bonuses.value, empty: 0}}
    ranking: {by: [total], unresolved: shared}
"""


def test_the_big_screen(tmp_path: Path) -> None:
    with talk(tmp_path, judges=7, speakers=3) as (room, organizer):
        screen = room.browser("screen")
        judges = judged(room, ("S1",))
        organizer.accept(event("absent", contestant="S3", reason="x"))
        organizer.send("/api/current", {"contestant": "S2"})
        seen = screen.get("/api/state")
        assert seen["current"]["name"] == "选手2"
        assert [tick["done"] for tick in seen["current"]["ticks"]] == [False] * 7
        judges[3].accept(*sheet("J4", "S2", 45, 27, 18), event("submitted", contestant="S2"))
        assert [tick["done"] for tick in screen.get("/api/state")["current"]["ticks"]] == [False] * 3 + [True] + [False] * 3
        assert (seen["standings"], seen["revealed"]) == ([], [])
        organizer.send("/api/reveal", {"contestant": "S1"})
        assert [r["total"] for r in screen.get("/api/state")["revealed"]] == ["89.40"]
        organizer.send("/api/reveal", {"ranking": "live", "contestant": "S1", "revealed": False})
        live = screen.get("/api/state")
        assert live["revealed"] == []
        assert [(r["contestant"], r["rank"]) for r in live["standings"]] == [("S2", 1), ("S1", 2), ("S3", None)]
        assert live["standings"][0]["fields"] == {"unit": "单位2"}
        assert [a["zh"] for a in live["standings"][0]["awards"]] == ["一等奖"]
        organizer.send("/api/freeze", {"frozen": True})
        judges[3].refuse(event("score", contestant="S2", criterion="content", value=20))
        for n, judge in enumerate(judges):
            if n != 3:
                judge.accept(*sheet(f"J{n + 1}", "S2", 20, 10, 10))
        # 90 from J4 and six times 40: 90 and one 40 are left out, 40 is what remains; the screen stands still
        assert [r["total"] for r in screen.get("/api/state")["standings"]][:2] == ["90.00", "89.40"]
        assert row(organizer.get("/api/state"), "S2")["total"] == "40.00"
        organizer.send("/api/freeze", {"frozen": False})
        assert [r["total"] for r in screen.get("/api/state")["standings"]][:2] == ["89.40", "40.00"]
        shown = []
        for step in range(4):
            organizer.send("/api/reveal", {"ranking": "steps", "steps": step})
            shown.append([r["contestant"] for r in screen.get("/api/state")["standings"]])
        assert shown == [[], ["S2"], ["S1", "S2"], ["S1", "S2", "S3"]]  # from last to first, then who is not ranked
        assert organizer.get("/api/state?as=screen")["standings"] == screen.get("/api/state")["standings"]
        for wish in ({}, {"ranking": "all"}, {"steps": -1}, {"steps": True}, {"contestant": "S9"}, {"contestant": "S1", "revealed": 1}):
            assert organizer.send("/api/reveal", wish, 400)["rule"] == "malformed"


def test_what_the_operator_shows_outlives_the_server(tmp_path: Path) -> None:
    with talk(tmp_path) as (_, organizer):
        organizer.send("/api/current", {"contestant": "S2"})
        organizer.send("/api/reveal", {"ranking": "live"})
        organizer.send("/api/freeze", {"frozen": True})
    with running(tmp_path) as room:
        seen = room.browser("screen").get("/api/state")
        assert (seen["current"]["id"], seen["ranking"], seen["frozen"]) == ("S2", "live", True)


def test_the_running_order_is_that_of_the_seed(tmp_path: Path) -> None:
    with talk(tmp_path, speakers=5) as (_, organizer):
        wanted = sorted((f"S{n}" for n in range(1, 6)), key=lambda s: sha256(f"2024|{CONTEST}|order|{s}".encode()).hexdigest())
        first = organizer.send("/api/order", {})
        assert first["drawn"] == wanted
        again = organizer.send("/api/order", {})
        assert (again["drawn"], again["results"]) == (wanted, [])
        assert [c["id"] for c in organizer.get("/api/state")["contestants"]] == wanted
        organizer.accept(event("contestant", contestant="S6"))
        six = sorted((f"S{n}" for n in range(1, 7)), key=lambda s: sha256(f"2024|{CONTEST}|order|{s}".encode()).hexdigest())
        assert organizer.send("/api/order", {})["drawn"] == six


def test_lists_from_a_spreadsheet(tmp_path: Path) -> None:
    with talk(tmp_path, speakers=0) as (_, organizer):
        table = "编号,姓名,单位\nA1,陈思远,实验小学\nA2,刘雅琴,人民医院\n".encode("gb18030")

        def put(data: bytes, name: str = "名单.csv", kind: str = "contestant", more: str = "") -> Any:
            path = f"/api/roster?kind={kind}&name={name}{more}"
            return organizer.client.post(path, content=data, headers=organizer.headers)

        dry = put(table, more="&dry=1").json()
        assert [e["contestant"] for e in dry["events"]] == ["A1", "A2"]
        assert organizer.get("/api/state")["contestants"] == []
        assert [r["status"] for r in put(table).json()["results"]] == ["accepted", "accepted"]
        assert [(c["id"], c["name"], c["unit"]) for c in organizer.get("/api/state")["contestants"]] == [
            ("A1", "陈思远", "实验小学"), ("A2", "刘雅琴", "人民医院"),
        ]  # fmt: skip
        again = put(table).json()
        assert (again["results"], again["known"]) == ([], 2), again
        other = put("编号,姓名,单位\nA1,陈思近,实验小学\n".encode()).json()
        assert other["results"] == []
        assert other["findings"][0]["rule"] == "conflict"
        assert put(b"x", "list.pdf").json()["rule"] == "file-kind"
        assert put(b"", "list.csv").json()["results"] == []
        assert put(b"PK\x03\x04 no workbook", "list.xlsx").status_code == 400
        judges = put("评委,姓名,单位\nP1,周文渊,宣传部\n".encode(), "评委.csv", "judge").json()
        assert judges["results"][0]["status"] == "accepted"


def test_undo_is_an_event(tmp_path: Path) -> None:
    with talk(tmp_path) as (room, organizer):
        mark, head = event("score", judge="J1", contestant="S1", criterion="content", value=40), room.browser("head")
        organizer.accept(mark)
        void = event("voided", event=mark["id"], reason="typed into the wrong line")
        head.accept(void)
        assert organizer.get("/api/panel/S1")["judges"][0]["marks"] == []
        head.accept(event("voided", event=void["id"], reason="it was right"))
        assert organizer.get("/api/panel/S1")["judges"][0]["marks"][0]["value"] == "40"
        journal = organizer.get("/api/events?after=7")["events"]
        assert [(e["kind"], e["by"]) for e in journal] == [("score", "organizer"), ("voided", "head"), ("voided", "head")]


def test_files(tmp_path: Path) -> None:
    with talk(tmp_path) as (_, organizer):
        for name in ("log.jsonl", "log.csv", "standings.csv", "decisions.csv", "rejected.csv", "notices.csv", "result.json"):
            assert organizer.get(f"/export/{name}")
        assert organizer.get("/export/result.xlsx")[:2] == b"PK"
        for name in ("log", "x.csv", "log.jsonl.exe", "contest.db"):
            assert organizer.client.get(f"/export/{name}").status_code == 404
