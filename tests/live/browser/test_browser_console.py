"""The organizer's console and the desks beside it: lists from files, corrections with what follows from them, several competitions,
ties and objections, the ledger's check, versions of a result, and what an auditor may not do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")

from playwright.sync_api import Page, expect

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from tests.live.browser.house import DESK, House, Person, serious
from tests.season.sheets import xlsx_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A day that feeds a final and the year: the first goes on and takes a bonus along, the last is barred from honours.
BOOK = """
format: ruleset/1
id: feeding
version: "1"
label: {zh: 季度赛, en: Quarterly contest}
source: {id: test}
stages:
  day:
    label: {zh: 季度赛, en: Quarter}
    contestant: {zh: 选手, en: speaker}
    roster: {unit: {label: {zh: 单位, en: unit}}}
    sheet: {marks: {from: 0, to: 10, step: 0.5}, criteria: {all: {label: {zh: 总体, en: overall}}}}
    panel: {then: mean, round: 2, outlier: {distance: 4}}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    measures: {total: {value: sum(panel.value), label: {zh: 最后得分, en: Total}}}
    ranking: {by: [total, {discretion: recorded}], unresolved: pending}
    decisions:
      winner:
        label: {zh: 优胜, en: Winner}
        when: [rank <= 1]
        then: [{award: first, label: {zh: 优胜奖, en: first prize}}, {bonus: 3, to: year-end}, {advance: [total], to: final}]
      last: {label: {zh: 末位, en: Last place}, when: [place == last], then: [{bar: [honours], to: year-end}]}
  final:
    label: {zh: 决赛, en: Final}
    sheet: {marks: {from: 0, to: 10, step: 0.5}, criteria: {all: {}}}
    panel: {then: mean, round: 2}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 2, mode: half_up}
    measures: {total: sum(panel.value)}
    ranking: {by: [total], unresolved: shared}
  year:
    label: {zh: 年终考核, en: Year-end}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding: {places: 0, mode: half_up}
    measures: {total: {sum: bonuses.value, empty: 0}}
    ranking: {by: [total], unresolved: shared}
"""


@pytest.fixture
def console(browser: Browser, tmp_path: Path) -> Iterator[tuple[House, Person]]:
    """A year, a final and a day of it, with three people and three judges; the day is opened last."""
    book = tmp_path / "feeding.yaml"
    book.write_text(BOOK, encoding="utf-8")
    house = House(tmp_path / "contest.db", book)
    person = Person(browser, "organizer", DESK)
    person.enter(house.link, house.pin)
    for stage, name in (("year", "年终考核2024"), ("final", "总决赛"), ("day", "第三季度赛")):
        feeds = {"feeds": {"year-end": "year", "final": "final"}} if stage == "day" else {}
        person.write(
            {
                "kind": "opened",
                "competition": stage,
                "ruleset": "feeding",
                "stage": stage,
                "name": name,
                "date": "2024-11-08",
                "seed": "1",
                **feeds,
            }
        )
    people = (("c1", "甲"), ("c2", "乙"), ("c3", "丙"))
    person.write(*({"kind": "contestant", "competition": "year", "contestant": id, "name": name} for id, name in people))
    person.write(
        *({"kind": "contestant", "competition": "day", "contestant": id, "name": name, "unit": f"{name}村"} for id, name in people),
        *(
            {"kind": "judge", "competition": "day", "judge": f"j{n}", "name": f"评委{n}", "role": "head" if n == 1 else "judge"}
            for n in (1, 2, 3)
        ),
    )
    expect(person.page.locator("#tab-paper")).to_be_visible()  # the console opens by itself when there is a competition
    yield house, person
    faults = list(person.faults)
    person.close()
    house.stop()
    assert faults == []


def marked(person: Person, **sheets: tuple[float, float, float]) -> None:
    """The marks of the three judges for contestants, handed in."""
    for contestant, values in sheets.items():
        for n, value in enumerate(values, 1):
            whose = {"competition": "day", "judge": f"j{n}", "contestant": contestant}
            person.write({"kind": "score", **whose, "criterion": "all", "value": value}, {"kind": "submitted", **whose})


def head_of(browser: Browser, organizer: Person, lang: str = "en") -> Person:
    link = organizer.send("/api/links?competition=day", {"role": "head", "judge": "j1", "name": "评委1"})
    head = Person(browser, "head", DESK, lang=lang)
    head.enter(link["url"], link["pin"])
    return head


def part(page: Page, house: House, name: str, competition: str = "day") -> None:
    page.goto(f"{house.base}/console?competition={competition}#{name}")
    expect(page.locator(f"#part-{name} .card").first).to_be_visible()


def workbook(folder: Path, rows: list[list[Any]], title: str) -> bytes:
    return Path(xlsx_file(folder, rows, sheet=title)).read_bytes()


def test_lists_from_files(console: tuple[House, Person], tmp_path: Path) -> None:
    house, person = console
    page = person.page
    part(page, house, "roster")
    rows = page.locator("section.card").first.locator("tbody tr")

    def choose(kind: str, name: str, data: bytes) -> None:
        mime = "text/csv" if name.endswith(".csv") else "application/octet-stream"
        page.locator(f"#file-{kind}").set_input_files({"name": name, "mimeType": mime, "buffer": data})

    # a good list: in the order of the file, and nothing is stored before it is said so
    told = page.locator(".imported").first
    choose("contestant", "名单.xlsx", workbook(tmp_path, [["编号", "姓名", "单位"], ["c4", "丁", "丁村"], ["c5", "戊", "戊村"]], "名单"))
    expect(told).to_contain_text("2 new, 0 known already")
    expect(rows).to_have_count(3)
    told.get_by_role("button", name="Enter these").click()
    expect(rows).to_have_count(5)
    expect(rows.nth(4)).to_contain_text("戊村")
    # the same file again changes nothing
    choose("contestant", "名单.xlsx", workbook(tmp_path, [["编号", "姓名", "单位"], ["c4", "丁", "丁村"], ["c5", "戊", "戊村"]], "名单"))
    expect(told).to_contain_text("0 new, 2 known already")
    # a bad list: what is wrong, with sheet and cell
    bad = [["编号", "姓名", "职责"], ["j4", "评委4", "judge"], ["j5", "评委5", "chief"]]
    choose("judge", "评委.xlsx", workbook(tmp_path, bad, "评委表"))
    told = page.locator(".imported").nth(1)
    expect(told.locator("li[data-soft=false]")).to_contain_text("评委表 · cell C3")
    expect(told.locator("li[data-soft=false]")).to_contain_text("chief")
    person.picture("console-import-fault-en", full=True)
    assert serious(page) == []
    # csv as it is saved in China, and files that are none
    choose("judge", "评委.csv", "编号,姓名,职责\nj6,评委六,组长\n".encode("gb18030"))
    expect(told).to_contain_text("1 new")
    told.get_by_role("button", name="Enter these").click()
    expect(page.locator("section.card").nth(1).locator("tbody tr", has_text="评委六")).to_contain_text("Head judge")
    choose("judge", "评委.xlsx", b"no workbook")
    expect(told.locator("li[data-soft=false]")).to_have_count(1)
    choose("judge", "评委.pdf", b"%PDF")
    expect(told).to_contain_text("not .pdf")
    person.speak("zh")
    part(page, house, "roster")
    choose("judge", "评委.xlsx", workbook(tmp_path, [["编号", "姓名", "职责"], ["j5", "评委5", "chief"]], "评委表"))
    expect(page.locator(".imported").nth(1).locator("li[data-soft=false]")).to_contain_text("评委表 · 单元格 C2")
    person.picture("console-import-fault-zh", full=True)
    assert serious(page) == []


def test_lists_are_corrected_with_a_reason(console: tuple[House, Person]) -> None:
    house, person = console
    page = person.page
    part(page, house, "roster")
    page.get_by_role("button", name="Correct … 乙").click()
    page.fill("dialog [name=name]", "乙一")
    page.click("dialog button[type=submit]")
    expect(page.locator("dialog .complaint")).to_be_visible()  # no reason, no correction
    page.fill("dialog [name=reason]", "名字写错")
    page.locator("dialog button", has_text="Preview").click()
    expect(page.locator("dialog .preview")).to_be_visible()
    person.picture("console-correct-en")
    assert serious(page) == []
    page.click("dialog button[type=submit]")
    expect(page.locator("section.card").first).to_contain_text("乙一")
    page.get_by_role("button", name="Correct … 评委3").click()
    page.fill("dialog [name=unit]", "审计局")
    page.fill("dialog [name=reason]", "补填")
    page.click("dialog button[type=submit]")
    expect(page.locator("section.card").nth(1)).to_contain_text("审计局")
    page.get_by_role("button", name="Take off … 丙").click()
    page.fill("dialog [name=reason]", "没有报名")
    page.click("dialog button[type=submit]")
    expect(page.locator("section.card").first.locator("tbody tr")).to_have_count(2)
    state = person.get("/api/state?competition=day")
    assert [(one["id"], one["name"], one["unit"]) for one in state["contestants"]] == [("c1", "甲", "甲村"), ("c2", "乙一", "乙村")]
    log = [json.loads(line) for line in person.get("/export/log.jsonl").splitlines()]
    assert [(one["kind"], one["reason"], one["by"]) for one in log[-3:]] == [
        ("amended", "名字写错", "organizer"), ("amended", "补填", "organizer"), ("voided", "没有报名", "organizer"),
    ]  # fmt: skip


def test_an_amendment_after_the_confirmation_shows_what_follows_and_makes_a_new_version(
    browser: Browser, console: tuple[House, Person], tmp_path: Path
) -> None:
    house, person = console
    page = person.page
    marked(person, c1=(9.5, 9, 9), c2=(8, 8, 9.5), c3=(7, 7, 2))  # 9.17, 8.5, 5.33; the 2 is 5 from the middle
    head = head_of(browser, person)
    expect(head.page.locator("#pick-c3 .chip")).to_contain_text("! 1")
    head.page.click("#pick-c3")
    expect(head.page.locator("#one .cell.outlier")).to_have_text("2")
    expect(head.page.locator("#one .facts")).to_contain_text("over 4 from the median")
    head.picture("head-outlier-en")
    assert serious(head.page) == []
    head.page.click("#confirm")
    head.page.click("dialog button[type=submit]")
    expect(head.page.locator("#close")).to_contain_text("Confirmed")
    part(page, house, "publish")
    page.click("#publish")
    page.click("dialog button[type=submit]")
    expect(page.locator("#main .chip").first).to_have_text("Published · version 1 of the result")

    # 乙 gets 9.5 from everybody: first instead of 甲, with the award, the place in the final and the year-end bonus
    head.page.click("#pick-c2")
    for judge in range(2):
        head.page.locator("#one .cell").nth(judge).click()
        head.page.fill("dialog [name=value]", "9.5")
        head.page.fill("dialog [name=reason]", "录入错误")
        if judge == 1:
            head.page.locator("dialog button", has_text="Preview").click()
            told = head.page.locator("dialog .preview")
            expect(told).to_contain_text("乙 Rank 2 → 1 · Final score 9.00 → 9.50")
            expect(told).to_contain_text("甲 Winner · first prize granted → –")
            expect(told).to_contain_text("年终考核2024")
            expect(told).to_contain_text("总决赛")
            words = told.inner_text()
            assert words.index("年终考核2024") > 0
            assert "bonus – → 3" in words
            assert "advanced" in words
            head.picture("head-consequences-en")
            assert serious(head.page) == []
            assert person.get("/api/state?competition=day")["standings"][0]["contestant"] == "c1"  # nothing is stored yet
        head.page.click("dialog button[type=submit]")
        expect(head.page.locator("dialog")).to_have_count(0)
        expect(head.page.locator("#one .cell").nth(judge)).to_have_text("9.5")
    rows = {(row["competition"], row["contestant"]): row["rank"] for row in replayed(person, tmp_path)["standings"]}
    assert (rows["day", "c2"], rows["day", "c1"], rows["year", "c2"]) == (1, 2, 1)
    assert ("final", "c2") in rows
    assert ("final", "c1") not in rows

    # what was published must be confirmed again; then there is a second version that names the first
    part(page, house, "publish")
    expect(page.locator("#publish")).to_be_disabled()
    expect(page.locator("#main")).to_contain_text("have it confirmed again")
    head.page.reload()
    expect(head.page.locator("#confirm")).to_be_enabled()
    head.page.click("#confirm")
    head.page.click("dialog button[type=submit]")
    expect(head.page.locator("#close")).to_contain_text("Confirmed")
    part(page, house, "publish")
    page.click("#publish")
    page.click("dialog button[type=submit]")
    expect(page.locator("#main .chip").first).to_have_text("Published · version 2 of the result")
    log = [json.loads(line) for line in person.get("/export/log.jsonl").splitlines()]
    assert [(one["version"], one.get("replaces")) for one in log if one["kind"] == "published"] == [(1, None), (2, 1)]
    assert replayed(person, tmp_path)["digest"] == person.get("/export/result.json")["digest"]

    # the ledger is whole
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#main")).to_contain_text(f"Whole up to event {log[-1]['seq']}.")
    person.picture("console-publish-version-en", full=True)
    assert serious(page) == []

    # a mark is voided: it counts no more, and the log keeps it
    head.page.click("#pick-c3")
    head.page.locator("#one .cell").nth(2).click()
    head.page.fill("dialog [name=reason]", "评委回避")
    head.page.locator("dialog button", has_text="Void the mark").click()
    expect(head.page.locator("dialog")).to_have_count(0)
    expect(head.page.locator("#one .cell")).to_have_count(2)
    assert next(row for row in person.get("/api/state?competition=day")["standings"] if row["contestant"] == "c3")["total"] == "7.00"
    assert head.faults == []
    head.close()


def replayed(person: Person, folder: Path) -> dict[str, Any]:
    """The result of the exported log, replayed by itself."""
    log = folder / "log.jsonl"
    log.write_text(person.get("/export/log.jsonl"), encoding="utf-8")
    from scoring_engine.ruleset.store import plan_of

    result = replay(read([str(log)]), [plan_of(str(folder / "feeding.yaml"))])
    return {"standings": result.standings.records(), "digest": result.digest}


def test_a_tie_is_open_until_it_is_decided_and_an_objection_until_it_is_ruled_on(browser: Browser, console: tuple[House, Person]) -> None:
    house, person = console
    page = person.page
    marked(person, c1=(9, 9, 9), c2=(9, 9, 9), c3=(7, 7, 7))
    head = head_of(browser, person, "zh")
    expect(head.page.locator("#close")).to_contain_text("甲, 乙")  # soft: it may be confirmed as known
    part(page, house, "rulings")
    page.get_by_role("button", name="Record an objection").click()
    page.locator("dialog [name=contestant]").select_option("c3")
    page.locator("dialog [name=reason]").fill("对第三名有异议")
    page.click("dialog button[type=submit]")
    expect(page.locator("#main")).to_contain_text("对第三名有异议")
    expect(head.page.locator("#hard")).to_contain_text("对第三名有异议")
    expect(head.page.locator("#confirm")).to_be_disabled()
    head.picture("head-blocked-zh", full=True)
    assert serious(head.page) == []
    page.get_by_role("button", name="Rule …").click()
    page.locator("dialog [name=upheld]").select_option("true")
    page.locator("dialog [name=reason]").fill("成立，加赛决定")
    page.click("dialog button[type=submit]")
    expect(page.locator("#main")).to_contain_text("upheld: 成立，加赛决定")
    expect(head.page.locator("#confirm")).to_be_enabled()
    page.get_by_role("button", name="Decide …").first.click()
    page.locator("dialog [name='place-c1']").fill("2")
    page.locator("dialog [name='place-c2']").fill("1")
    page.locator("dialog [name=approver]").fill("评委组长")
    page.locator("dialog [name=reason]").fill("加赛")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("dialog .preview")).to_contain_text("甲 Rank 1 → 2")
    page.click("dialog button[type=submit]")
    expect(page.locator("#main")).not_to_contain_text("甲 = 乙")
    order = [(row["contestant"], row["rank"]) for row in person.get("/api/state?competition=day")["standings"]]
    assert order == [("c2", 1), ("c1", 2), ("c3", 3)]
    assert head.faults == []
    head.close()


def test_competitions_are_switched_and_links_say_which(browser: Browser, console: tuple[House, Person]) -> None:
    house, person = console
    page = person.page
    marked(person, c1=(9, 9, 9))
    part(page, house, "roster")
    switch = page.locator("#competition-switch")
    expect(switch).to_have_value("day")
    expect(page.locator("#competition-name")).to_have_text("第三季度赛")
    switch.select_option("year")
    page.wait_for_url("**competition=year#roster")
    expect(page.locator("#competition-name")).to_have_text("年终考核2024")
    expect(page.locator("section.card").first.locator("tbody tr")).to_have_count(3)
    person.picture("console-switch-en")
    assert serious(page) == []
    person.speak("zh")
    expect(switch).to_have_value("year")
    # the desks and the screen are those of the competition in view
    assert page.locator(".places a").first.get_attribute("href") == "/head?competition=year"
    page.goto(f"{house.base}/head?competition=day")
    expect(page.locator("#list")).to_contain_text("甲")
    page.locator("#competition-switch").select_option("year")
    expect(page.locator("#standings")).to_contain_text("0")
    page.goto(f"{house.base}/screen?competition=day")
    expect(page.locator("#competition-name")).to_have_text("第三季度赛")
    page.locator("#competition-switch").select_option("final")
    expect(page.locator("#competition-name")).to_have_text("总决赛")
    page.goto(f"{house.base}/print/summary?competition=day")
    expect(page.locator("h1")).to_have_text("第三季度赛")
    person.speak("en")
    expect(page.locator("h1")).to_have_text("第三季度赛")

    # a card for one of them, and one for all
    part(page, house, "links")
    page.locator("[name=who]").select_option(label="Auditor")
    page.locator("[name=reach]").select_option("all")
    page.get_by_role("button", name="Make a card").click()
    card = page.locator(".link-card")
    expect(card).to_contain_text("all competitions")
    auditor = Person(browser, "auditor", DESK)
    auditor.enter(card.locator(".url").inner_text(), card.locator(".pin-shown").inner_text())
    page.reload()
    expect(page.locator("tr", has_text="Auditor")).to_contain_text("all competitions")
    person.picture("console-links-several-en", full=True)
    assert serious(page) == []

    # an auditor sees everything, switches, and can do nothing
    look = auditor.page
    look.goto(f"{house.base}/head?competition=day")
    expect(look.locator("#competition-switch")).to_be_visible()
    look.click("#pick-c1")
    expect(look.locator("#one .cell").first).to_have_text("9")
    assert look.locator("#one .cell:not([disabled])").count() == 0
    assert look.locator("#one button:not(.cell), #confirm").count() == 0
    auditor.picture("head-auditor-en", full=True)
    assert serious(look) == []
    body = json.dumps({"events": [{"id": "x1", "kind": "locked", "competition": "day"}]})
    headers = {"origin": house.base, "content-type": "application/json"}
    answer = auditor.context.request.post(f"{house.base}/api/events", data=body, headers=headers)
    assert answer.json()["results"][0]["rule"] == "role"
    assert auditor.context.request.post(f"{house.base}/api/confirm", data="{}", headers=headers).status == 403
    look.goto(f"{house.base}/console")
    expect(look).to_have_url(f"{house.base}/head")
    auditor.speak("zh")
    look.click("#pick-c1")
    assert serious(look) == []
    assert auditor.faults == []
    auditor.close()

    # a further competition is opened beside the others
    page.goto(f"{house.base}/console?competition=day#new")
    page.fill("[name=name]", "第四季度赛")
    page.locator("[name=stage]").select_option(label="Quarterly contest · Quarter")
    page.click("form button[type=submit]")
    expect(page.locator("#competition-name")).to_have_text("第四季度赛")
    expect(page.locator("#competition-switch option")).to_have_count(4)
