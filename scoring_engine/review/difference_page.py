"""A difference as one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.difference import is_empty
from scoring_engine.review.difference_text import (
    LISTED,
    NOTHING,
    RULEBOOKS,
    Part,
    competition,
    decision,
    parts,
    row,
    rulebook,
    sides,
    standing,
    summary,
    title,
)
from scoring_engine.review.document import document, heading, paragraph, table

Json = dict[str, Any]

STANDINGS = (Message("contestant"), Message("what changes"), Message("why"))
DECISIONS = (Message("consequence"), Message("for whom"), Message("rule"), Message("why"))


def page(difference: Json, lang: str = "en") -> str:
    """The difference of two replays as a page."""
    return document(Message("Comparison").say(lang), sides(difference, lang), _body(difference, lang), lang)


def _body(difference: Json, lang: str) -> Iterator[str]:
    if is_empty(difference):
        yield paragraph(NOTHING.say(lang), "result")
        return
    yield paragraph(summary(difference, lang), "result")
    if difference["rulebooks"]:
        yield heading(RULEBOOKS.say(lang))
        yield table([rulebook(one, lang) for one in difference["rulebooks"]])
    for part in parts(difference):
        yield heading(title(part.competition, difference))
        if part.changed is not None:
            yield paragraph(competition(part.changed, lang), "summary")
        yield from changes(part, difference["names"], lang)
    for name, listed in LISTED.items():
        if difference[name]:
            yield heading(listed.say(lang))
            yield table([row(one) for one in difference[name]], styles=[one["change"] for one in difference[name]])


def changes(part: Part, names: dict[str, str], lang: str) -> Iterator[str]:
    """The standings and decisions of a competition that differ."""
    for entries, line, headings in ((part.standings, standing, STANDINGS), (part.decisions, decision, DECISIONS)):
        if entries:
            rows = [line(one, names, lang) for one in entries]
            marked = [[f"{mark} {first}", *rest] for mark, first, *rest in rows]
            yield table(marked, [one.say(lang) for one in headings], [one["change"] for one in entries])
