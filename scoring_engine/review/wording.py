"""What explanations and comparisons call things, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.season import words

Json = Mapping[str, Any]

CONSEQUENCES = {**words.CONSEQUENCES, "barred": Message("bar"), "advanced": Message("advance")}
STATES, STATUSES = words.STATES, words.STATUSES
PLACES = {
    "first": Message("first"),
    "between": Message("between first and last"),
    "last": Message("last"),
    "only": Message("the only one"),
    "last-pending": Message("last, pending"),
}
TABLES = {
    "marks": Message("marks"),
    "sheets": Message("sheets"),
    "panel": Message("panel"),
    "criteria": Message("criteria"),
    "contestants": Message("contestants"),
    "judges": Message("judges"),
    "comments": Message("comments"),
    "deductions": Message("deductions"),
    "bonuses": Message("bonuses"),
    "barred": Message("barred"),
    "advanced": Message("advanced"),
    "competition": Message("competition"),
}
"""The tables that every rulebook has."""

TRUTHS = {"true": Message("true"), "false": Message("false")}
COLUMNS = {
    "rank": Message("rank"),
    "status": Message("status"),
    "place": Message("place"),
    "field": Message("field"),
    "value": Message("value"),
    "weight": Message("weight"),
    "total": Message("total"),
    "points": Message("points"),
    "deductions": Message("deductions"),
}
"""What columns that every rulebook has, or may well have without a label, are called."""


def said(words: Mapping[str, Message], word: str | None, lang: str) -> str:
    """The word in the reader's language; unchanged where it is none of `words`."""
    return words[word].say(lang) if word is not None and word in words else word or ""


def label(of: Json | None, lang: str, default: str) -> str:
    """A label of the rulebook."""
    return str((of or {}).get("zh" if lang == "zh" else "en") or default)


def outcome(one: Json, lang: str) -> str:
    """A consequence as a person says it: `certificate of honour`, `+2 to year-end (S01)`, `bar: honours, excellent`."""
    kind = said(CONSEQUENCES, one["kind"], lang)
    named = label(one.get("label"), lang, "")
    plain = not named or named in (one["kind"], one["name"])
    text = f"{kind} {one['name'] if plain else named}".strip() if plain or one["kind"] == "grade" else named
    if one.get("honours"):
        text = f"{kind}: {honours(one, lang)}"
    if "value" in one:
        text = f"{text} {sign(one['kind'])}{one['value']}"
    if one.get("to"):
        text += f" → {one['to']}"
    return text


def honours(one: Json, lang: str) -> str:
    """What a bar closes, by name."""
    known = one.get("honour_labels", {})
    return Message(", ").say(lang).join(label(known.get(name), lang, name) for name in one["honours"])


def sign(kind: str) -> str:
    """What stands before the value of a consequence that is added or taken off."""
    return {"bonus": "+", "deduction": "−"}.get(kind, "")


def condition(one: Json, failed: bool, lang: str) -> str:
    """A comparison with the values: `rank <= params.leading (3): 2`, `place == last: was between (2 of 12), 10 ranks above the last`."""
    needed = f" ({one['needed']})" if one["needed"] and one["needed"] not in one["text"].replace("'", "") else ""
    actual = one["actual"] if one["actual"] != "-" else "–"
    if one["op"] in ("has", "lacks"):
        actual = Message("is missing").say(lang) if one["actual"] == "-" else actual
    known = label(one.get("label"), lang, "") or said(STATUSES if one["field"] == "status" else PLACES, one["actual"], lang)
    if one["field"] == "place" or (known and known.lower() not in (one["actual"].lower(), "")):
        actual = known if known == actual else f"{known} [{actual}]"
    if "of" in one:
        place = Message("{rank} of {field}", one["of"]).say(lang)
        actual = place if one["field"] == "rank" else f"{actual} ({place})"
    text = f"{one['text']}{needed}: " + (Message("was {value}", {"value": actual}).say(lang) if failed else actual)
    return text + (_short(one, lang) if failed else "")


def _short(one: Json, lang: str) -> str:
    """By how much a comparison failed."""
    if one.get("ahead"):
        return Message(", {n} ranks above the last", {"n": one["ahead"]}).say(lang)
    if not one.get("short"):
        return ""
    if one["short"] == "0":
        return Message(", exactly on the limit").say(lang)
    template = Message(", off by {short} days") if one.get("unit") == "days" else Message(", off by {short}")
    return template._replace(args={"short": one["short"]}).say(lang)


def line(number: int | str | None, lang: str) -> str:
    """A line of the rulebook, in braces; nothing where there is none."""
    return f"{{{Message('line {line}', {'line': str(number)}).say(lang)}}}" if number else ""
