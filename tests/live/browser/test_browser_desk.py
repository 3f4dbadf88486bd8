"""What else happens on a contest day: a network without encryption, paper sheets, a timekeeper, a tie, a link that is revoked."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")

from playwright.sync_api import expect

from tests.live.browser.house import DESK, PHONE, ROOT, House, Person, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TALK = ROOT / "rulesets" / "talk_contest.yaml"


def own_address() -> str:
    """An address of this machine that is not the loopback; a browser does not call it secure."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    except OSError:
        return ""
    finally:
        probe.close()


def wait(what: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def opened(organizer: Person) -> None:
    told = {"name": "演讲比赛", "date": "2024-11-08", "seed": "7"}
    organizer.write({"kind": "opened", "competition": "talk", "ruleset": "talk-contest", "stage": "final", **told})
    organizer.write(
        *({"kind": "contestant", "contestant": f"c{n}", "name": name} for n, name in enumerate(("甲", "乙", "丙"), 1)),
        *({"kind": "judge", "judge": f"j{n}", "name": f"Judge {n}"} for n in (1, 2)),
        *({"kind": "draw", "contestant": f"c{n}", "value": n} for n in (1, 2, 3)),
    )


def sheet(judge: str, contestant: str, *marks: float) -> list[dict[str, Any]]:
    lines = zip(("content", "language", "bearing"), marks, strict=True)
    scores = [{"kind": "score", "judge": judge, "contestant": contestant, "criterion": name, "value": mark} for name, mark in lines]
    return [*scores, {"kind": "submitted", "judge": judge, "contestant": contestant}]


@pytest.fixture
def organizer(browser: Browser, tmp_path: Path) -> Iterator[tuple[House, Person]]:
    house = House(tmp_path / "contest.db", TALK)
    person = Person(browser, "organizer", DESK)
    person.enter(house.link, house.pin)
    opened(person)
    expect(person.page.locator("#tab-paper")).to_be_visible()  # the console opens by itself when there is a competition
    person.page.goto(f"{house.base}/head")
    yield house, person
    faults = list(person.faults)
    person.close()
    house.stop()
    assert faults == []


def test_a_network_without_encryption(browser: Browser, tmp_path: Path) -> None:
    address = own_address()
    if not address or address.startswith("127."):
        pytest.skip("this machine has no address of its own")
    house = House(tmp_path / "contest.db", TALK, "--host", address, "--insecure-lan")
    desk = Person(browser, "organizer", DESK)
    try:
        desk.enter(house.link, house.pin)
        expect(desk.page.locator(".banner")).to_contain_text("not encrypted")
        opened(desk)
        link = desk.send("/api/links", {"role": "judge", "judge": "j1", "name": "Judge 1"})
        judge = Person(browser, "judge", PHONE, is_mobile=True, has_touch=True)
        page = judge.enter(link["url"], link["pin"])
        assert page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
        expect(page.locator("#contestant-name")).to_have_text("甲")
        # without a service worker the page stays as it is, and what is entered is kept all the same
        house.kill()
        page.fill("#mark-content", "40")
        page.locator("#mark-content").blur()
        expect(page.locator("#outbox")).to_have_text("1 unsent")
        page.close()
        house.start()
        judge.page = page = judge.new_page()
        page.goto(f"{house.base}/judge")
        expect(page.locator("#mark-content")).to_have_value("40")
        expect(page.locator("#outbox")).to_have_text("All sent ✓")
        assert judge.faults == []
        judge.close()
    finally:
        desk.close()
        house.stop()


def test_paper_sheets_are_typed_by_two_people(browser: Browser, organizer: tuple[House, Person]) -> None:
    house, person = organizer
    link = person.send("/api/links", {"role": "organizer", "name": "复核员"})
    second = Person(browser, "verifier", DESK, lang="zh")
    second.enter(link["url"], link["pin"])

    def type_all(who: Person, *marks: str) -> None:
        boxes = who.page.locator(".paper-entry td.number input")
        boxes.first.focus()
        for mark in marks:
            who.page.keyboard.type(mark)
            who.page.keyboard.press("Enter")

    for one in (person, second):
        one.page.goto(f"{house.base}/console#paper")
    grid = person.page.locator(".paper-entry")
    type_all(person, "40", "25", "15", "41", "26", "16", "0", "24", "14.5")
    grid.locator("input.words").first.fill("声音洪亮")
    person.picture("console-paper-first-en")
    grid.locator("button[type=submit]").click()
    expect(grid.locator("h2")).to_have_text("Second entry")
    assert all(box.input_value() == "" for box in grid.locator("input").all())
    assert person.get("/api/panel/c1")["judges"][0]["marks"] == []

    # somebody else types without seeing the first
    second.page.reload()
    other = second.page.locator(".paper-entry")
    expect(other.locator("#paper-entries")).to_contain_text("第 1 次录入：organizer")
    type_all(second, "40", "25", "15", "41", "62", "16", "0", "24", "14.5")  # 62: the digits turned round, and out of range
    other.locator("button[type=submit]").click()
    expect(second.page.locator("#toast")).to_contain_text("超出范围")
    other.locator("td.number input").nth(4).fill("25.5")
    other.locator("button[type=submit]").click()
    expect(other.locator("h2")).to_have_text("比较")
    differing = other.locator("input[data-same=false]")
    expect(differing).to_have_count(1)
    expect(other.locator("td small").last).to_have_text("26 / 25.5")
    second.picture("console-paper-comparison-zh")
    assert serious(second.page) == []

    # the comparison is the server's: the first person sees it, too, and can settle it
    person.page.reload()
    expect(grid.locator("h2")).to_have_text("Comparison")
    grid.locator("input[data-same=false]").fill("26")
    assert serious(person.page) == []
    grid.locator("button[type=submit]").click()
    expect(person.page.locator("#toast")).to_have_text("9 marks stored, 3 sheets handed in.")
    stored = person.get("/api/panel/c3")["judges"][0]
    assert {mark["criterion"]: mark["value"] for mark in stored["marks"]} == {"content": "0", "language": "24", "bearing": "14.5"}
    assert stored["state"] == "submitted"
    assert person.get("/api/panel/c2")["judges"][0]["marks"][1]["value"] == "26"
    assert person.get("/api/sheet?judge=j1")["comments"] == {"c1": "声音洪亮"}
    assert second.faults == []
    second.close()


def test_a_timekeeper_records_times_and_deductions(browser: Browser, organizer: tuple[House, Person]) -> None:
    _, person = organizer
    person.send("/api/current", {"contestant": "c2"})
    link = person.send("/api/links", {"role": "timekeeper", "name": "Timekeeper"})
    keeper = Person(browser, "timekeeper", PHONE, lang="zh")
    page = keeper.enter(link["url"], link["pin"])
    expect(page.locator("#contestant-name")).to_have_text("乙")
    page.locator("[name=seconds]").fill("512")
    page.get_by_role("button", name="记录", exact=True).click()
    page.locator("[name=value]").fill("0.5")
    page.get_by_role("button", name="扣分", exact=True).click()
    expect(page.locator(".delivery li")).to_have_count(2)
    keeper.picture("timekeeper-zh")
    assert serious(page) == []
    # 512 s are 17 s beyond 480 + 15: one unit of 30 s begun, 0.5 points
    person.write(*sheet("j1", "c2", 40, 25, 15), *sheet("j2", "c2", 42, 25, 15))
    row = next(row for row in person.get("/api/state")["standings"] if row["contestant"] == "c2")
    assert (row["total"], row["overtime"]) == ("80.00", "0.5")  # (80 + 82) / 2 − 0.5 − 0.5
    assert keeper.faults == []
    keeper.close()


def test_a_tie_is_decided_and_a_revoked_judge_is_out(browser: Browser, organizer: tuple[House, Person]) -> None:
    house, person = organizer
    link = person.send("/api/links", {"role": "judge", "judge": "j1", "name": "Judge 1"})
    judge = Person(browser, "judge", PHONE)
    judge.enter(link["url"], link["pin"])
    for contestant in ("c1", "c2"):
        person.write(*sheet("j1", contestant, 40, 25, 15), *sheet("j2", contestant, 42, 25, 15))
    person.write(*sheet("j1", "c3", 30, 25, 15), *sheet("j2", "c3", 30, 25, 15))
    page = person.page
    page.goto(f"{house.base}/console#rulings")
    expect(page.locator("#main")).to_contain_text("甲 = 乙")
    expect(page.locator("#tab-rulings .chip")).to_be_visible()
    page.get_by_role("button", name="Decide …").first.click()
    page.locator("dialog [name='place-c1']").fill("2")
    page.locator("dialog [name='place-c2']").fill("1")
    page.locator("dialog [name=approver]").fill("评委组长")
    page.locator("dialog [name=reason]").fill("加赛")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("dialog .preview")).to_contain_text("甲 Rank 1 → 2")
    person.picture("console-tie-en")
    assert serious(page) == []
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("#main")).not_to_contain_text("甲 = 乙")
    assert [(row["contestant"], row["rank"]) for row in person.get("/api/state")["standings"]] == [("c2", 1), ("c1", 2), ("c3", 3)]

    page.get_by_role("button", name="Record an objection").click()
    page.locator("dialog [name=reason]").fill("计时有误")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("#main")).to_contain_text("计时有误")
    page.get_by_role("button", name="Rule …").click()
    page.locator("dialog [name=reason]").fill("复核无误")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("#main")).to_contain_text("rejected: 复核无误")

    page.goto(f"{house.base}/console#links")
    row = page.locator("tr", has_text="Judge 1").filter(has_text="signed in")
    row.get_by_role("button", name="Revoke").click()
    page.locator("dialog button[type=submit]").click()
    expect(judge.page.locator("#notices")).to_contain_text("signed out", timeout=20_000)  # told with the next sign of life
    judge.picture("judge-revoked-en")
    judge.close()


def test_what_is_printed_is_a4_with_page_numbers(organizer: tuple[House, Person], tmp_path: Path) -> None:
    house, person = organizer
    for n, contestant in enumerate(("c1", "c2", "c3")):
        person.write(*sheet("j1", contestant, 40 - n, 25, 15), *sheet("j2", contestant, 42, 25, 15))
    # one page of certificates for each of the three who got a prize; nothing is broken over two pages
    for path, pages in (("summary", 1), ("sheets", 2), ("sheets?by=contestant", 6), ("certificates", 3)):
        person.page.goto(f"{house.base}/print/{path}")
        data = person.page.pdf(prefer_css_page_size=True, print_background=True)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
        assert len(boxes) == pages, path
        for width, height in boxes:  # A4 in points, either way round
            assert sorted((round(float(width)), round(float(height)))) == [595, 842]
