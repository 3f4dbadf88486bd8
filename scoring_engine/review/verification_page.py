"""What verifying found as one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.difference_page import changes
from scoring_engine.review.difference_text import Part
from scoring_engine.review.document import document, heading, paragraph, table
from scoring_engine.review.verification_text import check, verdict, version

Json = dict[str, Any]


def page(found: Json, lang: str = "en") -> str:
    """The checks, the first difference, and the versions that replace others or no longer stand."""
    return document(Message("Verification").say(lang), [], _body(found, lang), lang)


def _body(found: Json, lang: str) -> Iterator[str]:
    for line in verdict(found, lang):
        yield paragraph(line, "result")
    yield table([check(one, lang) for one in found["checks"]], styles=["same" if one["same"] else "differs" for one in found["checks"]])
    if found["versions"]:
        yield heading(Message("Versions").say(lang))
    for one in found["versions"]:
        yield paragraph(version(one, lang), "summary stale" if one["stale"] else "summary")
        differs = one["differs"]
        yield from changes(Part(one["competition"], None, differs["standings"], differs["decisions"]), differs["names"], lang)
