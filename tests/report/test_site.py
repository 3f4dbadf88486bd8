"""The pages of a result: what stands on them, that nothing is fetched from anywhere, and that nobody's name can break them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scoring_engine.cli.main import main
from scoring_engine.events.reading import read
from scoring_engine.report.site import pages as site
from scoring_engine.report.site.flow import Flow, Place
from scoring_engine.report.site.marks import Facet, Given, heat_map, spread
from scoring_engine.report.site.svg import words_width
from scoring_engine.season.replay import replay

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_events"
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """The tags of a page, whether each is closed where it must be, and what it refers to."""

    VOID = ("meta", "link", "input", "br", "rect", "line", "circle", "path")
    OPTIONAL = ("html", "body")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._table: list[list[str]] = []
        self._cell = False
        self.feed(path.read_text(encoding="utf-8"))
        assert [tag for tag in self.open if tag not in self.OPTIONAL] == [], path

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if "id" in told:
            self.ids.append(told["id"] or "")
        if tag == "table":
            self._table = self.tables.setdefault(told.get("id") or f"#{len(self.tables)}", [])
        if tag == "tr":
            self._table.append([])
        if tag in ("td", "th"):
            self._table[-1].append("")
            self._cell = True
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        if tag not in self.VOID:
            while self.open and self.open[-1] != tag and self.open[-1] in self.OPTIONAL:
                self.open.pop()
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._table[-1][-1] += data


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    log = read(str(SAMPLES / "talk.jsonl"))
    site.save(lambda lang: replay(log, engine="columnar", lang=lang), str(folder), "zh")
    return folder


def test_every_page_is_there_in_both_languages_and_every_link_leads_somewhere(talk: Path):
    names = sorted(path.name for path in (talk / "zh").iterdir())
    # one competition, five contestants, and the index
    assert names == sorted(["index.html", "competition-1.html", *(f"contestant-{n}.html" for n in range(1, 6))])
    assert names == sorted(path.name for path in (talk / "en").iterdir())
    for path in talk.rglob("*.html"):
        page = Page(path)
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            assert link.startswith("#") or (path.parent / link).resolve().is_file(), (path, link)


def test_nothing_comes_from_the_network(talk: Path):
    for path in talk.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", text) == [], path
        assert "@import" not in text
        assert "url(" not in text


def test_the_table_has_the_rows_of_the_independent_oracle(talk: Path):
    header, *rows = Page(talk / "zh" / "competition-1.html").tables["standings"]
    assert header[:3] == ["名次", "选手", "名称"]
    assert [row[:3] for row in rows] == [
        ["1", "S2", "刘雅琴"], ["2", "S1", "陈思远"], ["3", "S4", "赵一鸣"], ["4", "S3", "王梓涵"], ["", "S5", "陈思远"]
    ]  # fmt: skip
    assert [row[3] for row in rows] == ["89.40", "89.40", "86.60", "85.75", ""]


def test_the_languages_lead_to_each_other_and_say_their_own_words(talk: Path):
    zh, en = ((talk / lang / "competition-1.html").read_text(encoding="utf-8") for lang in ("zh", "en"))
    assert '<html lang="zh-CN">' in zh
    assert '<html lang="en">' in en
    assert 'href="../en/competition-1.html"' in zh
    assert 'href="../zh/competition-1.html"' in en
    assert "弃权" in zh
    assert "withdrawn" in en
    assert "withdrawn" not in re.sub(r"<[^>]*>", "", zh)


def test_every_mark_of_the_log_is_on_the_page_in_the_picture_and_in_its_table(talk: Path):
    marks: dict[str, float] = {}
    for line in (SAMPLES / "talk.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["kind"] == "score":
            marks[event["id"]] = event["value"]
        elif event["kind"] == "amended":
            marks[event["event"]] = event["value"]
    page = Page(talk / "zh" / "competition-1.html")
    tables = [rows for name, rows in page.tables.items() if name.startswith("#") and rows[0][0] == "选手"]
    shown = [cell for rows in tables for row in rows[1:] for cell in row[1:] if cell != "–"]
    assert sorted(map(float, shown)) == sorted(marks.values())
    text = (talk / "zh" / "competition-1.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<g class="cell q\d">', text)
    assert len(pictures) == len(marks) == 81


def test_pictures_are_well_formed_and_have_a_title_and_a_description(talk: Path):
    for path in (talk / "en").glob("competition-*.html"):
        pictures = re.findall(r"<svg.*?</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
        assert len(pictures) == 6  # three lines of the sheet, each by judge and contestant, and by judge
        for picture in pictures:
            tree = ElementTree.fromstring(picture)
            assert tree.get("role") == "img"
            named = [tree.get("aria-labelledby"), tree.get("aria-describedby")]
            assert [child.get("id") for child in list(tree)[:2]] == named
            assert [child.tag for child in list(tree)[:2]] == ["title", "desc"]
            assert all(child.text for child in list(tree)[:2])


def given(*values: tuple[str, str, str]) -> list[Given]:
    from fractions import Fraction

    return [Given(contestant, judge, Fraction(value), value) for contestant, judge, value in values]


def test_a_heat_map_is_darkest_at_the_highest_mark_and_says_where_there_is_none():
    facet = Facet("content", given(("A", "J1", "90"), ("A", "J2", "80"), ("B", "J1", "85.5")))
    tree = ElementTree.fromstring(heat_map("h", facet, {"J1": "Ann", "J2": "Bo", "J3": "Cy"}, {"A": "a & b", "B": "<b>", "C": "c"}, "en"))
    cells = {group.find("text").text: group.get("class") for group in tree.iter("g")}  # type: ignore[union-attr]
    assert cells == {"90": "cell q6", "80": "cell q0", "85.5": "cell q3", "–": "cell none"}
    texts = [one.text for one in tree.iter("text")]
    assert "a & b" in texts
    assert "<b>" in texts
    assert "Cy" not in texts  # gave no marks
    assert "c" not in texts
    assert "3 marks from 80 to 90" in str(tree.find("desc").text)  # type: ignore[union-attr]


def test_the_spread_of_a_judge_reaches_from_its_lowest_to_its_highest_mark():
    marks = given(("A", "J1", "10"), ("B", "J1", "20"), ("A", "J2", "15"), ("B", "J2", "15"))
    tree = ElementTree.fromstring(spread("s", "content", marks, {"J1": "Ann", "J2": "Bo"}, "en"))
    spans = [(float(one.get("x1", "")), float(one.get("x2", ""))) for one in tree.iter("line") if one.get("class") == "span"]
    grid = [float(one.get("x1", "")) for one in tree.iter("line") if one.get("class") == "grid"]
    assert spans[0] == (grid[0], grid[1])
    assert spans[1] == (sum(grid) / 2, sum(grid) / 2)
    assert len(list(tree.iter("circle"))) == 3  # 10 and 20; 15 twice, drawn once and larger


def flow() -> Flow:
    places = {
        ("g1", "a"): Place("a", "group 1", 0, "1"),
        ("g1", "b"): Place("b", "group 1", 0, "2"),
        ("g2", "c"): Place("c", "group 2", 0, "1"),
        ("g2", "d"): Place("d", "group 2", 0, ""),
        ("f", "c"): Place("c", "final", 1, "1"),
        ("f", "a"): Place("a", "final", 1, "2"),
        ("other", "z"): Place("z", "other", 1, "1"),
    }
    return Flow(["groups", "final"], places, [(("g1", "a"), ("f", "a")), (("g2", "c"), ("f", "c")), (("g2", "c"), ("gone", "c"))])


def test_ranks_from_stage_to_stage_show_who_led_there_beside_where_it_led():
    season = flow()
    drawn = season.around("f")
    assert drawn is not None
    columns = drawn.columns
    assert (columns, drawn.left_out) == ([[("g2", "c"), ("g1", "a")], [("f", "c"), ("f", "a")]], [])
    assert season.table(columns)[0] == ["groups", "group 2", "c", "1", "final: c 1"]
    tree = ElementTree.fromstring(season.picture("x", "Ranks", columns, season.first("f"), "en"))
    ways = {(one.get("data-from"), one.get("data-to")) for one in tree.iter("path")}
    assert ways == {("g2/c", "f/c"), ("g1/a", "f/a")}
    assert season.around("other") is None


def test_of_a_stage_with_too_many_places_the_ways_of_the_first_three_are_drawn_and_that_is_said():
    # 150 people in a group stage, five for each of the first thirty of a final of forty.
    places = {("g", str(n)): Place(str(n), "g", 0, str(n + 1)) for n in range(150)}
    places |= {("f", str(n)): Place(str(n), "f", 1, str(n + 1)) for n in range(40)}
    drawn = Flow(["g", "f"], places, [(("g", str(n)), ("f", str(n % 30))) for n in range(150)]).around("f")
    assert drawn is not None
    assert [len(column) for column in drawn.columns] == [15, 30]
    assert {int(node[1]) % 30 for node in drawn.columns[0]} == {0, 1, 2}
    assert [message.say() for message in drawn.left_out] == [
        "f: the first 30 of 40 places are drawn",
        "g: of 150 places the 15 that the first three lead from or to are drawn",
    ]


def test_no_line_of_ranks_runs_through_a_name():
    season = flow()
    drawn = season.around("f")
    assert drawn is not None
    tree = ElementTree.fromstring(season.picture("x", "Ranks", drawn.columns, season.first("f"), "en"))
    names = {one.get("data-node"): next(text for text in one.iter("text") if "name" in (text.get("class") or "")) for one in tree.iter("g")}
    for way in tree.iter("path"):
        name = names[way.get("data-from")]
        begin = float((way.get("d") or "").removeprefix("M").split()[0])
        assert begin > float(name.get("x") or 0) + words_width(name.text or "")


def test_names_that_look_like_markup_are_only_names(tmp_path: Path):
    evil = '<script>alert("x")</script>'
    events: list[dict[str, Any]] = []
    for line in (SAMPLES / "talk.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        events.append(event | {"name": evil} if event["kind"] in ("contestant", "judge", "opened") else event)
    log = tmp_path / "evil.jsonl"
    log.write_text("\n".join(json.dumps(event, ensure_ascii=False) for event in events), encoding="utf-8")
    assert main(["report", str(log), "--out", str(tmp_path / "site"), "--engine", "columnar", "--lang", "en"]) == 0
    for path in (tmp_path / "site").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        Page(path)
    assert "&lt;script&gt;alert" in (tmp_path / "site" / "zh" / "competition-1.html").read_text(encoding="utf-8")


def test_very_many_contestants_are_not_explained_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(site, "EXPLAINED", 4)
    assert main(["report", str(SAMPLES / "talk.jsonl"), "--out", str(tmp_path), "--engine", "columnar", "--lang", "en"]) == 0
    assert sorted(path.name for path in (tmp_path / "en").iterdir()) == ["competition-1.html", "index.html"]
    assert "explain --contestant X" in capsys.readouterr().err


def test_writing_again_gives_the_same_pages(talk: Path, tmp_path: Path):
    log = read(str(SAMPLES / "talk.jsonl"))
    written = site.save(lambda lang: replay(log, engine="columnar", lang=lang), str(tmp_path), "zh")
    assert written == (str(tmp_path / "index.html"), 14, True)
    for path in talk.rglob("*.*"):
        assert (tmp_path / path.relative_to(talk)).read_bytes() == path.read_bytes()
