"""Statistics of judges as one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.document import document, heading, listing, paragraph, table
from scoring_engine.review.judging_text import HEADINGS, NEAR, agreement, finding, gap, judge, marks
from scoring_engine.review.naming import Names
from scoring_engine.review.text import basis, title

Json = dict[str, Any]

GAPS = (Message("between"), Message("decided by"), Message("at stake"), Message("marks that would change it"))


def page(found: Json, lang: str = "en") -> str:
    """The judges of each competition as a page."""
    body = (line for one in found["competitions"] for line in _competition(one, lang))
    return document(Message("Judges").say(lang), [basis(found, lang)], body, lang)


def _competition(one: Json, lang: str) -> Iterator[str]:
    yield heading(title(one, lang))
    yield paragraph(agreement(one, lang), "summary")
    yield table([judge(judged) for judged in one["judges"]], [text.say(lang) for text in HEADINGS], stacked=False)
    yield listing([finding(found, lang) for found in one["findings"]])
    if one["margins"]:
        names = Names(one, one, lang, None)
        yield heading(NEAR.say(lang), 3)
        yield table([[*gap(each, names), "\n".join(marks(each, names))] for each in one["margins"]], [text.say(lang) for text in GAPS])
