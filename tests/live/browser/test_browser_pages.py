"""Every page in both languages, on a phone, at a desk and in a hall: nothing serious for axe, nothing wider than the window, no template
left in English. With SCORING_PICTURES each is kept as a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")

from playwright.sync_api import expect

from scoring_engine.live import wording
from tests.live.browser.house import DESK, HALL, PHONE, ROOT, House, Person, serious
from tests.live.browser.test_browser_desk import sheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES = {"phone": PHONE, "desk": DESK, "hall": HALL}
PARTS = ("roster", "links", "stage", "paper", "rulings", "publish", "new")
ORGANIZERS = (
    *((f"console#{part}", f"#part-{part} :is(.card, form)") for part in PARTS),
    ("head", "#one table"),
    ("screen", ".board"),
    ("print/summary", ".grid"),
    ("print/sheets", ".grid"),
    ("print/certificates", ".certificate"),
    ("print/cards", "#cards form"),
)


@pytest.fixture(scope="module")
def people(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Person]]]:
    """A talk contest with seven judges in the middle of its day, with a tie, an objection and a deduction."""
    house = House(tmp_path_factory.mktemp("pages") / "contest.db", ROOT / "rulesets" / "talk_contest.yaml")
    organizer = Person(browser, "organizer", DESK)
    organizer.enter(house.link, house.pin)
    told = {"name": "全镇“岗位大练兵、业务大比武”演讲比赛", "date": "2024-11-08", "seed": "7"}
    organizer.write({"kind": "opened", "competition": "talk", "ruleset": "talk-contest", "stage": "final", **told})
    organizer.write(
        *({"kind": "contestant", "contestant": f"c{n}", "name": f"选手{n}", "unit": "农业农村综合服务中心"} for n in range(1, 14)),
        *({"kind": "judge", "judge": f"j{n}", "name": f"评委{n}"} for n in range(1, 8)),
        *({"kind": "draw", "contestant": f"c{n}", "value": n} for n in range(1, 14)),
    )
    marks = [one for n in range(1, 11) for j in range(1, 8) for one in sheet(f"j{j}", f"c{n}", 40 + n // 2, 20 + j / 2, 15)]
    for at in range(0, len(marks), 280):
        organizer.write(*marks[at : at + 280])
    organizer.write(
        {"kind": "deduction", "contestant": "c3", "value": 1, "reason": "violation"},
        {"kind": "objection", "contestant": "c3", "reason": "计时有误"},
        {"kind": "absent", "contestant": "c13", "reason": "未到场"},
    )
    organizer.send("/api/current", {"contestant": "c11"})
    organizer.send("/api/reveal", {"ranking": "live"})
    expect(organizer.page.locator("#tab-paper")).to_be_visible()
    everybody = {"organizer": organizer, "stranger": Person(browser, "stranger", DESK)}
    for role, judge in (("judge", "j1"), ("timekeeper", "")):
        link = organizer.send("/api/links", {"role": role, "judge": judge, "name": role})
        everybody[role] = Person(browser, role, DESK)
        everybody[role].enter(link["url"], link["pin"])
    everybody["stranger"].page.goto(f"{house.base}/")
    yield house, everybody
    faults = [fault for person in everybody.values() for fault in person.faults]
    for person in everybody.values():
        person.close()
    house.stop()
    assert faults == []


PAGES = [("stranger", "", "#entry"), ("judge", "judge", "#mark-content"), ("timekeeper", "timekeeper", "form")]
PAGES += [("organizer", path, shown) for path, shown in ORGANIZERS]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("who", "path", "shown"), PAGES, ids=[path or "entry" for _, path, _ in PAGES])
def test_page(people: tuple[House, dict[str, Person]], who: str, path: str, shown: str, lang: str) -> None:
    house, everybody = people
    person = everybody[who]
    page = person.page
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto("about:blank")
    page.goto(f"{house.base}/{path}")
    expect(page.locator(shown).first).to_be_visible()
    person.lang = (page.locator("html").get_attribute("lang") or "")[:2]
    person.speak(lang)
    page.goto("about:blank")
    page.goto(f"{house.base}/{path}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "zh" else "en")
    name = re.sub(r"\W+", "-", path or "entry")
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        expect(page.locator(shown).first).to_be_visible()
        if size != "hall":
            assert serious(page) == [], size
        if not path.startswith("print/"):  # paper is as wide as paper
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
        person.picture(f"{name}-{size}-{lang}", full=True)
    if lang == "zh":
        said = page.evaluate("document.body.innerText")
        left = [text for text in wording.TEXTS if len(text) > 12 and "{" not in text and text in said]
        assert left == []
        assert re.findall(r"(?:[a-z]{2,} ){3,}", said) == []
