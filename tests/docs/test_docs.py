"""The documentation: every command in it is run, every page has its twin in the other language, no link leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from scoring_engine.cli.group import COMMANDS
from scoring_engine.events import reference
from scoring_engine.events.vocabulary import KINDS
from tests.docs.pages import PAGES, ROOT, Run, fits, language, steps

DOCS = ROOT / "docs"


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_page_shows_what_the_program_prints(path: Path, tmp_path: Path):
    run = Run(tmp_path, language(path))
    wrong = [f"{one.step.text}\nbut the program printed\n\n{one.said}" for one in run.follow(path.read_text("utf-8"))]
    assert not wrong, f"{path.name} shows\n\n{wrong[0]}\n(python -m tests.docs.pages --write {named(path)} brings it up to date)"


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_commands_stand_in_blocks_that_are_run(path: Path):
    """A command that is shown line by line is one of a console block, so none can be outdated."""
    for step in steps(path.read_text("utf-8")):
        if step.sort != "console" and not step.mark.startswith("file "):
            assert not re.search(r"^\$? ?scoring-engine ", step.text, re.M), step.text


def test_every_page_is_there_in_both_languages():
    assert {path.name for path in (DOCS / "zh").glob("*.md")} == {path.name for path in (DOCS / "en").glob("*.md")}


@pytest.mark.parametrize("name", [path.name for path in sorted((DOCS / "zh").glob("*.md"))])
def test_the_two_languages_do_the_same(name: str):
    """Heading for heading and command for command: words differ, what is done does not."""
    pages = [(DOCS / lang / name).read_text("utf-8") for lang in ("zh", "en")]
    levels = [re.findall(r"^(#+) ", page, re.M) for page in pages]
    assert levels[0] == levels[1]
    commands = [[re.findall(r"^\$ (\S+(?: [a-z]+)?)", step.text, re.M) for step in steps(page) if step.sort == "console"] for page in pages]
    assert commands[0] == commands[1]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path: Path):
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked.read_text("utf-8")), target


def anchors(page: str) -> set[str]:
    """The anchors that forges give to headings."""
    titles = re.findall(r"^#+ (.*)$", page, re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"`|\*", "", title).lower()).replace(" ", "-") for title in titles}


def test_every_command_is_shown_somewhere():
    shown = "\n".join(step.text for path in PAGES for step in steps(path.read_text("utf-8")) if step.sort == "console")
    assert {name for name in COMMANDS if not re.search(rf"\bscoring-engine {name}\b", shown)} == set()


def test_the_vocabulary_of_events_is_up_to_date():
    page = reference.page()
    assert (DOCS / "events.md").read_text("utf-8") == page, "run python -m scoring_engine.events.reference > docs/events.md"
    assert re.findall(r"^### (\w+) · ", page, re.M) == [name for name in KINDS if f"### {name} " in page]
    assert set(re.findall(r"^### (\w+) · ", page, re.M)) == set(KINDS)


def test_the_codes_of_the_checks_are_listed():
    """Every lint code of the sources stands in the page for rulebook authors, in both languages."""
    sources = (ROOT / "scoring_engine" / "ruleset" / "lint").rglob("*.py")
    codes = {code for path in sources for code in re.findall(r'"(L2\d\d)"', path.read_text("utf-8"))}
    for lang in ("zh", "en"):
        assert set(re.findall(r"^\| (L2\d\d) ", (DOCS / lang / "rulebook-author.md").read_text("utf-8"), re.M)) == codes


def test_the_pages_can_be_built_and_need_no_network(tmp_path: Path):
    done = subprocess.run([sys.executable, DOCS / "build.py", tmp_path], capture_output=True, text=True, check=True)
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) == len(list(DOCS.rglob("*.md")))
    assert done.stdout.startswith(f"{len(built)} pages")
    ids = {page: set(re.findall(r'id="([^"]+)"', page.read_text("utf-8"))) for page in built}
    for page in built:
        text = page.read_text("utf-8")
        assert not re.search(r"<(script|link|img)\b|url\(|@import", text), "a page of its own, without anything fetched"
        for target in re.findall(r'href="([^"]+)"', text):
            file, _, place = unquote(target).partition("#")
            linked = (page.parent / file).resolve() if file else page
            assert linked in ids, f"{page.name}: {target}"
            assert not place or place in ids[linked], f"{page.name}: {target}"


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("$ a\n1\n", "$ a\n1\n", True),
        ("$ a\n1\n", "$ a\n2\n", False),
        ("$ a\nx … z\n", "$ a\nx y z\n", True),
        ("$ a\n…\nlast\n", "$ a\n1\n2\nlast\n", True),
        ("$ a\n…\nlast\n", "$ a\n1\n2\n", False),
        ("$ a\nlog 0123456789ab\n", "$ a\nlog ba9876543210\n", True),
        ("$ a\n(1.5)\n", "$ a\n(1x5)\n", False),
    ],
)
def test_blocks_are_compared_but_for_ellipses_and_hashes(shown: str, said: str, same: bool):
    assert fits(shown, said) is same
