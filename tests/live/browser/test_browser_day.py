"""A whole contest, played through the pages: the organizer sets up, three judges score on phones (one without a network for a while,
one who reloads, one who presses twice), the head judge returns a sheet and confirms, the big screen reveals, the table is published
and equals the replay of the exported log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")

from playwright.sync_api import Page, expect

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from tests.live.browser.house import DESK, HALL, PHONE, ROOT, House, Person, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PEOPLE = [("周敏", "城关派出所"), ("李建国", "河东派出所"), ("Wang Wei", "Harbour station"), ("赵晓燕", "南街派出所")]
JUDGES = [("张华", "head"), ("刘洋", ""), ("陈静", "")]
# contestant → judge → content, language, bearing; the totals are added up by hand below
MARKS = {
    "c01": {"j01": ("45", "27", "18"), "j02": ("44", "26.5", "17"), "j03": ("46", "28", "18")},
    "c02": {"j01": ("40", "25", "16"), "j02": ("41", "24", "15.5"), "j03": ("0", "22", "15")},
    "c03": {"j01": ("48", "28", "19"), "j02": ("47", "28.5", "18.5"), "j03": ("48.5", "29", "19")},
    "c04": {"j01": ("42", "25", "17"), "j02": ("42.5", "25", "17"), "j03": ("43", "26", "16")},
}
# j02 gave c01 44 + 26.5 + 17 = 87.5 first; the sheet came back and 44 became 45. Three judges: nothing is left out.
# c01: 90, 88.5, 92 → 270.5 / 3 = 90.166… → 90.17     c02: 81, 80.5, 37 → 198.5 / 3 = 66.166… → 66.17
# c03: 95, 94, 96.5 → 285.5 / 3 = 95.166… → 95.17     c04: 84, 84.5, 85 → 253.5 / 3 = 84.5, minus a deduction of 1 = 83.5
TOTALS = {"c03": (1, "95.17"), "c01": (2, "90.17"), "c04": (3, "83.50"), "c02": (4, "66.17")}


def wait(what: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def choose(page: Page, name: str) -> None:
    """Turn a judge's page to a contestant, through the list as a person does."""
    if name not in page.inner_text("#contestant-name"):
        page.click("#all")
        page.locator("dialog .people button", has_text=name).click()
    expect(page.locator("#contestant-name")).to_contain_text(name)


def mark(page: Page, marks: tuple[str, ...]) -> None:
    for criterion, value in zip(("content", "language", "bearing"), marks, strict=True):
        page.fill(f"#mark-{criterion}", value)
    page.locator("#mark-bearing").blur()


def submit(page: Page, presses: int = 1) -> None:
    page.click("#submit")
    button = page.locator("dialog button[type=submit]")
    button.dblclick() if presses == 2 else button.click()
    expect(page.locator(".contestant .chip").first).to_contain_text("submitted")


def unsent(page: Page) -> int:
    return int(page.get_attribute("#outbox", "data-count") or "0")


@pytest.fixture
def house(tmp_path: Path):
    made = House(tmp_path / "contest.db", ROOT / "rulesets" / "talk_contest.yaml")
    yield made
    made.stop()


def test_a_whole_contest(browser: Browser, house: House, tmp_path: Path) -> None:
    organizer = Person(browser, "organizer", DESK)
    desk = organizer.page
    people = [organizer]

    # the organizer signs in; the secret is gone from the address
    desk.goto(house.link)
    assert "#" not in desk.url
    organizer.picture("entry-desk-en")
    desk.fill("#pin", house.pin)
    desk.click("#entry button")
    desk.wait_for_url("**/console")
    expect(desk.locator("h1")).to_have_text("New competition")
    organizer.picture("setup-en")
    desk.fill("[name=name]", "廉政演讲比赛 Talk contest")
    desk.fill("[name=date]", "2024-11-08")
    desk.click("form button[type=submit]")
    expect(desk.locator("#draw")).to_be_visible()

    for number, (name, unit) in enumerate(PEOPLE, 1):
        form = desk.locator("section.card").first.locator("form")
        expect(form.locator("[name='@id']")).to_have_value(f"c{number:02d}")
        form.locator("[name='@name']").fill(name)
        form.locator("[name=unit]").fill(unit)
        form.locator("button").click()
        expect(desk.locator("section.card").first.locator("tbody tr")).to_have_count(number)
    for number, (name, role) in enumerate(JUDGES, 1):
        form = desk.locator("section.card").nth(1).locator("form")
        expect(form.locator("[name=id]")).to_have_value(f"j{number:02d}")
        form.locator("[name=name]").fill(name)
        form.locator("[name=role]").select_option(role)
        form.locator("button").click()
        expect(desk.locator("section.card").nth(1).locator("tbody tr")).to_have_count(number)
    desk.click("#draw")
    expect(desk.locator("section.card").first.locator("tbody tr").first.locator("td").first).to_have_text("1")
    assert serious(desk) == []
    organizer.picture("console-lists-en", full=True)

    # cards: the head judge has a sheet, too
    desk.goto(f"{house.base}/print/cards")
    desk.click("form button[type=submit]")
    expect(desk.locator(".link-card")).to_have_count(3)
    cards = {
        card.locator("h2").inner_text(): (card.locator(".url").inner_text(), card.locator(".pin-shown").inner_text())
        for card in desk.locator(".link-card").all()
    }
    assert serious(desk) == []
    organizer.picture("cards-en", full=True)
    desk.goto(f"{house.base}/console#stage")

    head = Person(browser, "head", DESK)
    people.append(head)
    head.enter(*cards["张华"])
    expect(head.page).to_have_url(f"{house.base}/head")
    judges = {}
    for number, (name, _) in enumerate(JUDGES, 1):
        if number == 1:
            phone = Person(browser, name, PHONE)
            phone.context.add_cookies(head.context.cookies())
            phone.page.goto(f"{house.base}/judge")
        else:
            phone = Person(browser, name, PHONE, has_touch=True, is_mobile=True)
            phone.page.goto(cards[name][0])
            phone.picture("entry-phone-en")
            phone.enter(*cards[name])
        expect(phone.page.locator("#judge-name")).to_have_text(name)
        people.append(phone)
        judges[f"j{number:02d}"] = phone
    first, second, third = judges.values()
    wrong = Person(browser, "stranger", PHONE)
    wrong.page.goto(cards["刘洋"][0])
    wrong.page.fill("#pin", "1")
    wrong.page.click("#entry button")
    expect(wrong.page.locator("#complaint")).to_contain_text("used already")
    assert serious(wrong.page) == []
    wrong.close()

    hall = Person(browser, "hall", HALL)
    hall.context.add_cookies(organizer.context.cookies())
    hall.page.goto(f"{house.base}/screen")
    people.append(hall)
    hall.picture("screen-empty-en")

    # the first contestant is called; every page turns to it
    desk.click("#stage-next")
    expect(desk.locator("#on-stage")).to_be_visible()
    on = desk.inner_text("#on-stage")
    expect(hall.page.locator(".on-name")).to_have_text(on)
    for phone in judges.values():
        expect(phone.page.locator("#contestant-name")).to_have_text(on)
    hall.picture("screen-on-stage-en")
    second.picture("judge-blank-en")
    assert serious(second.page) == []

    # blank, zero and impossible look different; the total runs along, exactly
    choose(third.page, "李建国")
    content = third.page.locator("#mark-content")
    expect(content).to_have_attribute("data-mark", "blank")
    content.fill("50.5")
    expect(content).to_have_attribute("aria-invalid", "true")
    expect(third.page.locator("#mark-content-foot")).to_have_text("The most is 50.")
    content.fill("9.3")
    expect(third.page.locator("#mark-content-foot")).to_have_text("Only steps of 0.5 from 0.")
    content.fill("0")
    expect(content).to_have_attribute("data-mark", "zero")
    third.page.fill("#mark-language", "22")
    expect(third.page.locator("#total-value")).to_contain_text("22 / 100")
    third.picture("judge-zero-en")
    third.page.click("#submit")
    expect(third.page.locator("#toast")).to_contain_text("has no mark yet")
    third.page.fill("#mark-bearing", "15")
    submit(third.page)

    # a mark can be made blank again, and stays blank
    choose(first.page, "周敏")
    with first.page.expect_response("**/api/events"):
        first.page.fill("#mark-content", "12")
    with first.page.expect_response("**/api/events"):
        first.page.click("#mark-content-clear")
    first.page.reload()
    choose(first.page, "周敏")
    expect(first.page.locator("#mark-content")).to_have_attribute("data-mark", "blank")

    # the first judge presses twice and reloads in between
    for contestant, (name, _) in zip(MARKS, PEOPLE, strict=True):
        choose(first.page, name)
        mark(first.page, MARKS[contestant]["j01"])
        wait(lambda: unsent(first.page) == 0)
        first.page.reload()
        choose(first.page, name)
        expect(first.page.locator("#mark-content")).to_have_value(MARKS[contestant]["j01"][0])
        submit(first.page, presses=2)

    # the second judge loses the network, goes on, closes the tab and comes back; the server is killed meanwhile
    wait(lambda: second.page.evaluate("navigator.serviceWorker.controller !== null"))
    second.context.set_offline(True)
    for contestant, (name, _) in list(zip(MARKS, PEOPLE, strict=True))[:2]:
        choose(second.page, name)
        mark(second.page, MARKS[contestant]["j02"])
        submit(second.page)
    assert unsent(second.page) == 8
    second.picture("judge-offline-en")
    assert serious(second.page) == []
    second.page.click("#outbox")
    second.page.locator("dialog button", has_text="Show as a code").click()
    expect(second.page.locator("dialog svg.qr")).to_have_count(1)
    code = second.page.locator("dialog textarea").input_value()
    second.picture("judge-code-en")
    second.page.keyboard.press("Escape")
    second.page.reload()  # without a network: from the service worker
    expect(second.page.locator("#outbox")).to_have_attribute("data-count", "8")
    second.page.close()
    house.kill()
    house.start()
    second.page = second.new_page()
    second.context.set_offline(False)
    second.page.goto(f"{house.base}/judge")
    wait(lambda: unsent(second.page) == 0)
    for contestant, (name, _) in list(zip(MARKS, PEOPLE, strict=True))[2:]:
        choose(second.page, name)
        mark(second.page, MARKS[contestant]["j02"])
        submit(second.page)
    for contestant, (name, _) in zip(MARKS, PEOPLE, strict=True):
        if contestant != "c02":
            choose(third.page, name)
            mark(third.page, MARKS[contestant]["j03"])
            submit(third.page)
    third.page.click("#all")
    third.picture("judge-list-en")
    third.page.keyboard.press("Escape")
    for phone in judges.values():
        wait(lambda phone=phone: unsent(phone.page) == 0)

    # the code of last resort counts nothing twice
    desk.goto(f"{house.base}/console#paper")
    desk.get_by_label("Codes").fill(code)
    desk.get_by_role("button", name="Take over", exact=True).click()
    expect(desk.locator("#main")).to_contain_text("0 taken over, 8 were there already, 0 refused")
    assert serious(desk) == []
    organizer.picture("console-paper-en", full=True)

    # the head judge returns a sheet with a reason; the judge corrects it
    desk_of_head = head.page
    desk_of_head.click("#pick-c01")
    expect(desk_of_head.locator("#one-heading")).to_contain_text("周敏")
    desk_of_head.locator("#one button", has_text="Return").nth(1).click()
    desk_of_head.fill("dialog [name=reason]", "内容分请再看一次")
    desk_of_head.click("dialog button[type=submit]")
    choose(second.page, "周敏")
    expect(second.page.locator("#returned")).to_contain_text("内容分请再看一次")
    second.picture("judge-returned-en")
    expect(desk_of_head.locator("#hard")).to_contain_text("returned")
    expect(desk_of_head.locator("#confirm")).to_be_disabled()
    second.page.fill("#mark-content", "45")
    submit(second.page)

    # the head judge deducts
    desk_of_head.click("#pick-c04")
    expect(desk_of_head.locator("#one-heading")).to_contain_text("赵晓燕")
    desk_of_head.get_by_role("button", name="Add a deduction").click()
    desk_of_head.fill("dialog [name=value]", "1")
    desk_of_head.click("dialog button[type=submit]")
    expect(desk_of_head.locator("#one .delivery")).to_contain_text("−1")
    expect(desk_of_head.locator("#confirm")).to_be_enabled()

    # a preview changes nothing
    desk_of_head.locator("#one .cell").first.click()
    desk_of_head.fill("dialog [name=value]", "50")
    desk_of_head.locator("dialog button", has_text="Preview").click()
    expect(desk_of_head.locator("dialog .preview")).to_contain_text("83.50 → 86.17")  # (92 + 84.5 + 85) / 3 − 1
    head.picture("head-preview-en")
    desk_of_head.keyboard.press("Escape")
    assert serious(desk_of_head) == []
    head.picture("head-en", full=True)
    desk_of_head.click("#confirm")
    desk_of_head.click("dialog button[type=submit]")
    expect(desk_of_head.locator("#close")).to_contain_text("Confirmed by the head judge")

    # reveal one, then the table from the last place up
    desk.goto(f"{house.base}/console#stage")
    desk.click("#call-c01")
    expect(hall.page.locator(".on-name")).to_have_text("周敏")
    expect(hall.page.locator(".on-score")).to_have_count(0)
    desk.click("#reveal-one")
    expect(hall.page.locator(".on-score")).to_have_text("90.17")
    hall.picture("screen-score-en")
    desk.click("#ranking-steps")
    desk.click("#step-on")
    expect(hall.page.locator(".board tbody tr[data-new]")).to_contain_text("李建国")
    frame = hall.get("/api/state?as=screen")
    assert [row["name"] for row in frame["standings"]] == ["李建国"]  # nothing else is sent, so nothing can leak
    desk.click("#step-on")
    expect(hall.page.locator(".board tbody tr[data-new]")).to_contain_text("赵晓燕")
    hall.picture("screen-steps-en")
    organizer.picture("console-stage-en", full=True)
    assert serious(desk) == []
    desk.click("#step-on")
    desk.click("#step-on")
    expect(hall.page.locator(".board tbody tr[data-new]")).to_contain_text("Wang Wei")
    rows = [row.inner_text() for row in hall.page.locator(".board tbody tr").all()]
    assert len(rows) == 4
    for row, (contestant, (rank, total)) in zip(rows, TOTALS.items(), strict=True):
        assert row.startswith(str(rank)), rows
        assert total in row, rows
        assert dict(zip(MARKS, (name for name, _ in PEOPLE), strict=True))[contestant] in row
    hall.picture("screen-ranking-en")
    assert serious(hall.page) == []

    # published; the table equals the replay of the exported log
    desk.goto(f"{house.base}/console#publish")
    desk.click("#publish")
    desk.click("dialog button[type=submit]")
    expect(desk.locator("#main .chip").first).to_have_text("Published · version 1 of the result")
    organizer.picture("console-publish-en", full=True)
    assert serious(desk) == []
    log = tmp_path / "log.jsonl"
    log.write_text(organizer.get("/export/log.jsonl"), encoding="utf-8")
    again = replay(read([str(log)]), [])
    assert {row["contestant"]: (row["rank"], row["total"]) for row in again.standings.records()} == TOTALS
    assert json.loads(again.to_json())["digest"] == organizer.get("/export/result.json")["digest"]
    marks = [one for one in map(json.loads, log.read_text(encoding="utf-8").splitlines()) if one["kind"] == "score"]
    assert len({one["id"] for one in marks}) == len(marks)
    # 12 sheets of 3 lines, one mark cleared, one corrected: nothing came twice, nothing was lost
    assert len(marks) == 12 * 3 + 1 + 1
    assert sum(1 for line in log.read_text(encoding="utf-8").splitlines() if '"submitted"' in line) == 13

    # paper
    for path, name in (("summary", "print-summary"), ("sheets", "print-sheets"), ("certificates", "print-certificates")):
        desk.goto(f"{house.base}/print/{path}")
        assert serious(desk) == []
        organizer.picture(f"{name}-en", full=True)
    desk.goto(f"{house.base}/print/summary")
    table = [[cell.inner_text() for cell in row.locator("td, th").all()] for row in desk.locator(".grid tbody tr").all()]
    assert [row[3] for row in table] == ["Wang Wei", "周敏", "赵晓燕", "李建国"]
    sheets = [["95", "94", "96.5"], ["90", "88.5", "92"], ["84", "84.5", "85"], ["81", "80.5", "37"]]
    assert [[Decimal(text) for text in row[4:7]] for row in table] == [[Decimal(text) for text in row] for row in sheets]
    assert [[Decimal(text) for text in row[7:9]] for row in table] == [[max(map(Decimal, row)), min(map(Decimal, row))] for row in sheets]
    assert [row[-3:-1] for row in table] == [[total, str(rank)] for rank, total in TOTALS.values()]
    assert "2024-11-08" in desk.inner_text(".paper-sub")

    # everything once more in Chinese
    for person in people:
        person.speak("zh")
    second.picture("judge-zh")
    third.page.click("#all")
    third.picture("judge-list-zh")
    third.page.keyboard.press("Escape")
    head.page.click("#pick-c01")
    head.picture("head-zh", full=True)
    hall.picture("screen-ranking-zh")
    assert serious(hall.page) == []
    desk.goto(f"{house.base}/console#stage")
    organizer.picture("console-stage-zh", full=True)
    desk.click("#ranking-hidden")
    expect(hall.page.locator(".on-score")).to_have_text("90.17")
    hall.picture("screen-score-zh")
    for part in ("roster", "links", "paper", "rulings", "publish"):
        desk.goto(f"{house.base}/console#{part}")
        expect(desk.locator(f"#part-{part} .card").first).to_be_visible()
        assert serious(desk) == []
        organizer.picture(f"console-{part}-zh", full=True)
    for path in ("summary", "sheets", "certificates"):
        desk.goto(f"{house.base}/print/{path}")
        organizer.picture(f"print-{path}-zh", full=True)
    second.page.emulate_media(color_scheme="dark")
    second.picture("judge-dark-zh")
    assert serious(second.page) == []
    hall.page.emulate_media(color_scheme="dark")
    hall.picture("screen-dark-zh")
    assert serious(hall.page) == []
    assert [fault for person in people for fault in person.faults] == []
    for person in people:
        person.close()
