"""What verifying found, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.difference_text import changes
from scoring_engine.review.layout import columns

Json = dict[str, Any]

WHAT = {
    "rulesets": Message("rulebooks"),
    "log": Message("log"),
    "competitions": Message("competitions"),
    "standings": Message("standings"),
    "decisions": Message("decisions"),
    "rejected": Message("rejected events"),
    "notices": Message("notices"),
    "result": Message("result"),
}


def text(found: Json, lang: str = "en") -> str:
    """The checks, the first difference, and the versions that replace others or no longer stand."""
    return "\n".join(_lines(found, lang)) + "\n"


def _lines(found: Json, lang: str) -> Iterator[str]:
    yield from columns([check(one, lang) for one in found["checks"]])
    yield from verdict(found, lang)
    for one in found["versions"]:
        yield ""
        yield version(one, lang)
        yield from changes(one["differs"], lang)


def check(one: Json, lang: str) -> list[str]:
    """One thing compared: what, whether it is the same, and the two values where they differ."""
    same = Message("same") if one["same"] else Message("differs")
    said = [value[:16] if len(value) == 64 else value for value in (one["said"], one["computed"])]
    return [WHAT[one["what"]].say(lang), same.say(lang), said[0] if one["same"] else " | ".join(said)]


def verdict(found: Json, lang: str) -> Iterator[str]:
    """Whether all is the same; where not, the first difference, and of which moment the result may be."""
    first = next((one for one in found["checks"] if not one["same"]), None)
    if first is None:
        yield Message("verified: rulebooks, log and result are the same").say(lang)
    else:
        yield Message("not verified; the first difference: {where}", {"where": _difference(first, lang)}).say(lang)
    if found.get("moment") is not None:
        args = {"seq": str(found["moment"])}
        yield Message("the result is of this log as it stood after seq {seq}; verify it with --until {seq}", args).say(lang)


def _difference(one: Json, lang: str) -> str:
    where, said, computed = one.get("first") or (WHAT[one["what"]].say(lang), one["said"][:16], one["computed"][:16])
    args = {"where": where, "said": said, "computed": computed}
    return Message("{where}: the result has {said}, computed {computed}", args).say(lang)


def version(one: Json, lang: str) -> str:
    """A version that replaces another, or that no longer stands."""
    args = {name: str(one[name]) for name in ("competition", "version", "replaces", "seq")}
    if one["stale"]:
        args["because"] = ", ".join(one["because"])
        text = "stale: {competition} version {version} (seq {seq}) no longer stands since what happened in {because}; confirm it anew"
        return Message(text, args).say(lang)
    return Message("{competition} version {version} (seq {seq}) replaces version {replaces}:", args).say(lang)
