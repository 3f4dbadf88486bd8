"""Parts of the pages by themselves, each against something that is not ours."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright", reason="needs pip install playwright")
segno = pytest.importorskip("segno", reason="needs pip install segno")

from scoring_engine.live import wording  # noqa: E402
from scoring_engine.live.pages import HERE  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

LIVE = Path(HERE)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of an invented server that has the static files and nothing else."""
    made = browser.new_page()

    def answer(route):
        path = LIVE / route.request.url.removeprefix("http://house.invalid/")
        if path.suffix == ".js":
            route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>parts</title>", content_type="text/html")

    made.route("**/*", answer)
    made.goto("http://house.invalid/")
    yield made
    made.close()


# Version → bytes that fill it (ISO/IEC 18004, table 7, level M): without filler, on which segno and others differ.
FULL = {1: 14, 2: 26, 5: 84, 7: 122, 9: 180, 10: 213, 14: 362, 21: 711, 30: 1370}


@pytest.mark.parametrize(("version", "size"), FULL.items())
@pytest.mark.parametrize("mask", [0, 3, 4, 7])
def test_a_code_has_the_modules_that_segno_draws(page: Page, version: int, size: int, mask: int) -> None:
    text = ("评分 http://192.168.1.20:8000/#b499ebe2.MatBAEz" * 40).encode()[: size - 4].decode(errors="ignore")
    text += "~" * (size - len(text.encode()))
    script = "async ([text, mask]) => (await import('/static/qr.js')).modules(text, mask).map((row) => row.map(Number))"
    drawn = page.evaluate(script, [text, mask])
    wanted = segno.make(text, error="m", boost_error=False, mode="byte", encoding="utf-8", mask=mask, micro=False, eci=False)
    assert wanted.version == version
    assert drawn == [list(map(int, row)) for row in wanted.matrix]


def test_a_code_of_last_resort_comes_back_whole_and_says_what_is_missing(page: Page) -> None:
    script = """async (text) => {
      const { pack, unpack } = await import('/static/code.js');
      const parts = await pack(text);
      const turned = await unpack([...parts].reverse().join('\\n'));
      const lacking = parts.length > 1 ? await unpack(parts[0]) : null;
      let refused = false;
      const wrong = parts[0].replace(/.$/, (sign) => (sign === 'A' ? 'B' : 'A'));
      try { await unpack([wrong, ...parts.slice(1)].join(' ')); } catch { refused = true; }
      return { count: parts.length, text: turned.text, lacking, refused };
    }"""
    short = page.evaluate(script, '{"events":[]}')
    assert (short["count"], short["text"]) == (1, '{"events":[]}')
    # what cannot be made smaller is cut into parts
    noise = "".join(chr(0x4E00 + (n * 7919 * (n % 251 + 1)) % 20000) for n in range(1200))
    long = page.evaluate(script, noise)
    assert long["count"] > 1
    assert long["text"] == noise
    assert long["lacking"]["missing"] == list(range(2, long["count"] + 1))
    assert long["refused"]


@pytest.mark.parametrize("marks", [("9.1", "8.7", "0.05"), ("0.1", "0.2", "0"), ("33.333", "66.667", "12.5")])
def test_totals_are_exact(page: Page, marks: tuple[str, ...]) -> None:
    weights = ("1/3", "0.3", "40")
    total = sum((Fraction(mark) * Fraction(weight) for mark, weight in zip(marks, weights, strict=True)), Fraction(0))
    script = """async ([marks, weights]) => {
      const x = await import('/static/exact.js');
      const sum = marks.map((mark, i) => x.mul(x.parse(mark), x.parse(weights[i]))).reduce(x.add);
      return [String(sum.top), String(sum.bottom), x.text(sum, 4)];
    }"""
    top, bottom, shown = page.evaluate(script, [list(marks), list(weights)])
    assert Fraction(int(top), int(bottom)) == total
    assert Fraction(shown) == Fraction((total * 10**4 * 2 + 1) // 2, 10**4)


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        ("0", ""), ("10", ""), ("9.5", ""), ("9.50", ""), ("9.25", "step"), ("10.5", "high"), ("-0.5", "low"),
        ("", "number"), ("1e1", "number"), ("1/2", "number"),
    ],
)
def test_marks_that_can_be_given(page: Page, mark: str, fault: str) -> None:
    script = "async (mark) => (await import('/static/exact.js')).fault(mark, {low: '0', high: '10', step: '0.5'})"
    assert page.evaluate(script, mark) == fault


def test_every_text_of_the_pages_is_in_the_catalogue_and_no_other() -> None:
    said: set[str] = set()
    for path in sorted((LIVE / "static").glob("*.js")):
        said |= set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")))
    for path in sorted((LIVE / "templates").glob("*.html")):
        said |= set(re.findall(r'_\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")))
    signed = {"Scorer", "Verifier", "Supervisor", "Head judge", "Date"}  # the lines of the summary, said in a loop
    assert said | signed == set(wording.TEXTS)
    places = re.compile(r"\{\w+\}")
    for text, chinese in wording.texts("zh").items():
        assert chinese != text or not re.search(r"[a-z]{3}", text), text
        assert sorted(places.findall(text)) == sorted(places.findall(chinese)), text


def test_no_page_has_script_or_style_of_its_own() -> None:
    for path in (LIVE / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\son\w+=|\sstyle=|<style", text), path
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag, (path, tag)
