"""The documentation as web pages that open from a folder: `make docs`, or python docs/build.py [FOLDER].

Nothing is fetched: markdown-it comes along with rich, and the style stands here.
"""

from __future__ import annotations

import re
import sys
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).resolve().parent
STYLE = """
:root { color-scheme: light dark; --line: #8886; --tint: #8881; --mono: ui-monospace, "Sarasa Mono SC", "Noto Sans Mono CJK SC", monospace }
body { font: 17px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: auto; max-width: 60rem; padding: 1rem 1rem 4rem }
nav { border-bottom: 1px solid var(--line); padding-bottom: .5rem }
h1, h2, h3 { line-height: 1.25; margin: 2em 0 .6em }
h1 { margin-top: 1em }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid var(--line); padding: .3em .7em; text-align: left }
th:empty { border: 0; padding: 0 }
pre { background: var(--tint); padding: .8rem 1rem; overflow-x: auto; font: 14px/1.45 var(--mono) }
code { font-family: var(--mono) }
:not(pre) > code { background: var(--tint); padding: .1em .3em }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1rem }
@media print { nav { display: none } body { max-width: none; font-size: 11pt } pre { white-space: pre-wrap } }
""".strip()

FRAME = """\
<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<nav><a href="{home}">scoring-engine</a>{switch}</nav>
{body}</html>
"""


def page(path: Path, text: str) -> str:
    """A page of the documentation as HTML; links to other pages lead to their HTML."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    text = re.sub(r"^<!-- .*? -->\n", "", text, flags=re.M)  # they are for the tests
    tokens = markdown.parse(text)
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(following.content))
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("href", link(path, str(child.attrGet("href"))))
    title = next((token.content for token in tokens if token.type == "inline"), path.stem)  # the first heading
    lang = "zh" if path.parent.name == "zh" else "en"
    top = "../" * len(path.relative_to(DOCS).parts[:-1])
    other = {"zh": "en", "en": "zh"}.get(path.parent.name)
    switch = f' · <a href="../{other}/{path.stem}.html">{"English" if other == "en" else "中文"}</a>' if other else ""
    body = markdown.renderer.render(tokens, markdown.options, {})
    return FRAME.format(lang=lang, title=escape(title), style=STYLE, home=f"{top}index.html", switch=switch, body=body)


def anchor(title: str) -> str:
    """The anchor of a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).replace(" ", "-")


def link(path: Path, target: str) -> str:
    """Where a link leads among the pages; what lies outside the documentation stays as it is."""
    file, mark, place = target.partition("#")
    if not file.endswith(".md") or not (path.parent / file).resolve().is_relative_to(DOCS):
        return target
    return re.sub(r"README\.md$", "index.md", file).removesuffix(".md") + ".html" + mark + place


def build(folder: Path) -> list[Path]:
    """Write all pages into the folder."""
    written = []
    for path in sorted(DOCS.rglob("*.md")):
        out = folder / path.relative_to(DOCS).with_suffix(".html")
        out = out.with_name("index.html") if path.name == "README.md" else out
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page(path, path.read_text(encoding="utf-8")), encoding="utf-8")
        written.append(out)
    return written


if __name__ == "__main__":
    pages = build(Path(sys.argv[1] if sys.argv[1:] else "out/docs"))
    print(f"{len(pages)} pages; open {pages[0].parent / 'index.html'}")
