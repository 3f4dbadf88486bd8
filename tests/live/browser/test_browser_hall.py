"""A hall with many contestants: sheets in two parts on a phone, the big screen in pages, frozen, and from the last place up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")

from playwright.sync_api import expect

from tests.live.browser.house import DESK, HALL, PHONE, ROOT, House, Person, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

RECITATION = ROOT / "rulesets" / "examples" / "recitation.yaml"
MANY = 30


@pytest.fixture
def hall(browser: Browser, tmp_path: Path) -> Iterator[tuple[House, Person]]:
    """Thirty speakers in order, and three judges."""
    house = House(tmp_path / "contest.db", RECITATION)
    person = Person(browser, "organizer", DESK)
    person.enter(house.link, house.pin)
    told = {"name": "“书香机关”朗诵比赛", "date": "2024-11-08", "seed": "7"}
    person.write({"kind": "opened", "competition": "recital", "ruleset": "recitation", "stage": "final", **told})
    person.write(
        *({"kind": "contestant", "contestant": f"c{n:02d}", "name": f"选手{n}", "unit": f"第{n}单位"} for n in range(1, MANY + 1)),
        *({"kind": "judge", "judge": f"j{n}", "name": f"评委{n}"} for n in (1, 2, 3)),
        *({"kind": "draw", "contestant": f"c{n:02d}", "value": n} for n in range(1, MANY + 1)),
    )
    person.page.click("#tab-stage")  # the console opens by itself when there is a competition
    yield house, person
    faults = list(person.faults)
    person.close()
    house.stop()
    assert faults == []


def sheet(judge: str, contestant: str, voice: float) -> list[dict[str, Any]]:
    whose = {"judge": judge, "contestant": contestant}
    marks = [
        {"kind": "score", **whose, "piece": piece, "criterion": criterion, "value": value}
        for piece in ("set", "own")
        for criterion, value in (("voice", voice), ("expression", 30))
    ]
    return [*marks, {"kind": "submitted", **whose}]


def all_judged(person: Person, *left_out: str) -> None:
    """Everybody is marked alike by all judges: speaker n has 60 − n + 30, so the first is first."""
    events = [
        one
        for n in range(1, MANY + 1)
        for judge in ("j1", "j2", "j3")
        if f"{judge}/c{n:02d}" not in left_out
        for one in sheet(judge, f"c{n:02d}", 60 - n)
    ]
    for at in range(0, len(events), 300):
        person.write(*events[at : at + 300])


def within(box: Locator, size: dict[str, int]) -> bool:
    found = box.bounding_box()
    assert found is not None
    return (
        found["x"] >= 0
        and found["y"] >= 0
        and found["x"] + found["width"] <= size["width"]
        and found["y"] + found["height"] <= size["height"]
    )


def test_a_sheet_in_two_parts_on_a_phone(browser: Browser, hall: tuple[House, Person]) -> None:
    _, organizer = hall
    link = organizer.send("/api/links", {"role": "judge", "judge": "j1", "name": "评委1"})
    judge = Person(browser, "judge", PHONE, lang="zh", has_touch=True, is_mobile=True)
    page = judge.enter(link["url"], link["pin"])
    expect(page.locator("#contestant-name")).to_have_text("选手1")
    expect(page.locator("#key-piece-set")).to_have_text("规定篇目")
    expect(page.locator("#key-piece-set")).to_have_attribute("aria-pressed", "true")
    page.fill("#mark-voice", "50")
    page.fill("#mark-expression", "30.5")
    page.locator("#mark-expression").blur()
    expect(page.locator("#key-piece-set")).to_have_attribute("data-full", "true")
    expect(page.locator("#total-value")).to_contain_text("80.5 / 100")
    judge.picture("judge-parts-zh")
    assert serious(page) == []
    # one part alone cannot be handed in: the other comes into view
    page.click("#submit")
    expect(page.locator("#toast")).to_contain_text("尚未打分")
    expect(page.locator("#key-piece-own")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#mark-voice")).to_have_attribute("data-mark", "blank")
    page.fill("#mark-voice", "0")
    page.fill("#mark-expression", "31")
    page.locator("#mark-expression").blur()
    expect(page.locator("#mark-voice")).to_have_attribute("data-mark", "zero")
    page.click("#submit")
    expect(page.locator("dialog")).to_contain_text("自选篇目")
    judge.picture("judge-parts-submit-zh")
    assert serious(page) == []
    page.click("dialog button[type=submit]")
    expect(page.locator(".contestant .chip").first).to_contain_text("已提交")
    page.click("#all")
    expect(page.locator("dialog .people li").first).to_contain_text("2/2")
    page.keyboard.press("Escape")
    expect(page.locator("#outbox")).to_have_attribute("data-count", "0")
    marks = {"/".join([*one["keys"], one["criterion"]]): one["value"] for one in organizer.get("/api/panel/c01")["judges"][0]["marks"]}
    assert marks == {"set/voice": "50", "set/expression": "30.5", "own/voice": "0", "own/expression": "31"}
    # the name stands clear of the bar above it
    bar, name = page.locator(".bar").bounding_box(), page.locator("#contestant-name").bounding_box()
    assert bar is not None
    assert name is not None
    page.mouse.wheel(0, 600)
    assert bar["y"] + bar["height"] <= name["y"] + 1
    assert judge.faults == []
    judge.close()


def test_a_long_table_goes_by_in_pages_and_a_freeze_holds_it(browser: Browser, hall: tuple[House, Person]) -> None:
    house, organizer = hall
    all_judged(organizer, "j3/c30")
    screen = Person(browser, "hall", HALL, lang="zh")
    link = organizer.send("/api/links", {"role": "screen"})
    page = screen.enter(link["url"], link["pin"])
    desk = organizer.page
    desk.click("#ranking-live")
    rows = page.locator(".board tbody tr")
    expect(rows).to_have_count(10)
    expect(page.locator(".screen-note")).to_have_text("1 / 3")
    assert within(rows.last, HALL)
    head, first = page.locator(".screen-head").bounding_box(), page.locator(".board thead").bounding_box()
    assert head is not None
    assert first is not None
    assert first["y"] >= head["y"] + head["height"]  # nothing is cut off above
    assert within(page.locator(".screen-note"), HALL)
    # readable from the back of a hall: nothing in a row is smaller than a fortieth of the height
    bold = "[...document.querySelectorAll('.board tbody th, .board tbody .score')]"
    sizes = page.evaluate(f"() => {bold}.map((one) => parseFloat(getComputedStyle(one).fontSize))")
    assert min(sizes) >= HALL["height"] / 40
    assert serious(page) == []
    screen.picture("screen-page-1-zh")
    expect(page.locator(".screen-note")).to_have_text("2 / 3", timeout=15_000)
    expect(rows.first).to_contain_text("选手11")
    expect(page.locator(".screen-note")).to_have_text("3 / 3", timeout=15_000)
    expect(rows.last).to_contain_text("选手30")
    screen.picture("screen-page-3-zh")
    # the hall sees the table of the freeze; what comes after is stored and counted
    desk.click("#freeze")
    expect(page.locator("#stage-name")).to_contain_text("封榜")
    organizer.write(*sheet("j3", "c30", 60))
    total = next(row["total"] for row in organizer.get("/api/state")["standings"] if row["contestant"] == "c30")
    assert total == "70.00"  # voice (30 + 30 + 60) / 3 = 40, and 30, in both pieces
    frozen = next(row["total"] for row in screen.get("/api/state")["standings"] if row["contestant"] == "c30")
    assert frozen == "60.00"
    desk.click("#freeze")
    expect(page.locator("#stage-name")).not_to_contain_text("封榜")
    assert next(row["total"] for row in screen.get("/api/state")["standings"] if row["contestant"] == "c30") == "70.00"

    # from the last place up: the new row is in view, and what is not yet shown was not sent
    desk.click("#ranking-steps")
    for step in range(3):
        desk.click("#step-on")
        expect(page.locator(".board tbody tr[data-new]")).to_be_visible()
        expect(page.locator(".board tbody tr[data-new] .rank")).to_have_text(str(MANY - step))
        assert within(page.locator(".board tbody tr[data-new]"), HALL)
    assert len(screen.get("/api/state")["standings"]) == 3
    screen.picture("screen-steps-many-zh")
    desk.click("#step-all")
    expect(page.locator(".board tbody tr").first).to_contain_text("选手1")
    screen.picture("screen-steps-all-zh")
    assert serious(page) == []
    assert house.port
    assert screen.faults == []
    screen.close()
