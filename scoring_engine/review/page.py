"""An explanation as one HTML page without anything from outside: it opens from a stick, prints on A4, and reads in light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review import above
from scoring_engine.review.carried_text import carried
from scoring_engine.review.document import document, listing
from scoring_engine.review.formulas import is_leaf
from scoring_engine.review.naming import Names
from scoring_engine.review.numbers_text import Numbers
from scoring_engine.review.ranking_text import ranking
from scoring_engine.review.rules_text import FAILS, HOLDS, failed, fired, through
from scoring_engine.review.text import heading, result
from scoring_engine.review.wording import label

Json = dict[str, Any]

def page(explanation: Json, lang: str = "en") -> str:
    """The explanation of a contestant, or why one is above another, as a page."""
    people = explanation.get("contestants") or [explanation["contestant"]]
    title, basis = heading(explanation, people, lang)
    return document(title, [basis], _compared(explanation, lang) if "contestants" in explanation else explained(explanation, lang), lang)


def explained(explanation: Json, lang: str) -> Iterator[str]:
    """The explanation of a contestant as the body of a page."""
    for one in explanation["competitions"]:
        names = Names(one, explanation, lang, None)
        yield from _title(one, lang)
        if one["listed"]:
            yield f'<p class="result">{escape(result(one, names))}</p>'
            yield from _paragraphs(ranking(one["ranking"], names))
            yield from _numbers(Numbers(one, names))
            for title, rules, row, style in ((HOLDS, one["fired"], fired, "held"), (FAILS, one["not_fired"], failed, "failed")):
                if rules:
                    yield f"<h3>{escape(title.say(lang))}</h3>"
                    yield _table([row(rule, names) for rule in rules], style)
        yield from _listing(through(one, names))
        yield from _listing(carried(one, names))
        yield from _paragraphs(f"{Message('notice').say(lang)}: {notice['text']}" for notice in one.get("notices", []))


def _compared(comparison: Json, lang: str) -> Iterator[str]:
    """Why one is above another."""
    lines = above.text(comparison, lang).split("\n━━ ")[1:]
    for one, block in zip(comparison["competitions"], lines, strict=True):
        yield from _title(one, lang)
        _, verdict, *rest = block.splitlines()
        yield f'<p class="result">{escape(verdict)}</p>'
        yield f'<div class="wide"><pre>{escape(chr(10).join(rest))}</pre></div>'


def _title(one: Json, lang: str) -> Iterator[str]:
    titles = dict.fromkeys(filter(None, (one["title"], label(one["label"], lang, one["stage"]))))
    yield f"<h2>{escape(' · '.join(titles) or one['competition'])}</h2>"
    ruleset = one["ruleset"]
    basis = f"{one['competition']} · {ruleset['id']}@{ruleset['version']} ({ruleset['sha256'][:12]})"
    yield f'<p class="basis">{escape(basis)}</p>'


def _numbers(part: Numbers) -> Iterator[str]:
    """Rows of marks, then the measures, each with what it comes from."""
    cells = [cell for cell in part.part["cells"] if not is_leaf(cell.get("node"))]
    for table in dict.fromkeys(cell["table"] for cell in cells if cell["table"] not in ("contestants", "competition")):
        yield "<details open>" + _summary(part, table, [cell for cell in cells if cell["table"] == table]) + "</details>"
    params = [line.removeprefix("├ ") for line in part.params()]
    if params:
        title = escape(part.names.say(Message("parameters")))
        yield f'<details class="more"><summary>{title}</summary><div class="wide"><pre>{escape(chr(10).join(params))}</pre></div></details>'
    rows = [part.measure(cell) for cell in part.shown_cells()]
    if rows:
        yield _table(rows, "numbers")


def _summary(part: Numbers, table: str, cells: Sequence[Json]) -> str:
    lines = list(part.rows(table, cells))
    head, body = lines[0].removeprefix("├ "), "\n".join(line.removeprefix("│   ") for line in lines[1:])
    return f'<summary>{escape(head)}</summary><div class="wide"><pre>{escape(body)}</pre></div>'


def _table(rows: Sequence[Sequence[str]], style: str) -> str:
    """Rows of three texts: what, its value or clause, and the formula or comparison."""
    middle = ' class="value"' if style == "numbers" else ""
    lines = [
        f"<tr><td>{escape(what)}</td><td{middle}>{escape(value)}</td><td><code>{escape(how)}</code></td></tr>" for what, value, how in rows
    ]
    return f'<div class="wide"><table class="stacked {style}">{"".join(lines)}</table></div>'


def _paragraphs(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield f"<p>{escape(line)}</p>"


def _listing(lines: Iterator[str]) -> Iterator[str]:
    """A heading and the lines under it, however many such there are."""
    opened: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("  "):
            opened.append(line[2:])
            continue
        if opened:
            yield listing(opened)
            opened = []
        if line:
            yield f"<h3>{escape(line)}</h3>"
