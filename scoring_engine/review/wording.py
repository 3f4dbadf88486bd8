"""What explanations and comparisons call things, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring_engine.messages import Message

Json = Mapping[str, Any]

STATUSES = {
    "ranked": Message("ranked"),
    "unranked": Message("not ranked"),
    "unscored": Message("not scored yet"),
    "absent": Message("absent"),
    "excused": Message("excused"),
    "withdrawn": Message("withdrawn"),
    "disqualified": Message("disqualified"),
    "pending": Message("pending"),
    "granted": Message("granted"),
    "refused": Message("refused"),
    "barred": Message("barred"),
}

CONSEQUENCES = {
    "award": Message("award"),
    "cash": Message("cash"),
    "certificate": Message("certificate"),
    "title": Message("title"),
    "bonus": Message("bonus"),
    "deduction": Message("deduction"),
    "bar": Message("bar"),
    "grade": Message("grade"),
    "flag": Message("flag"),
    "advance": Message("advance"),
    "step": Message("step"),
    "ask": Message("decision asked for"),
    "barred": Message("bar"),
    "advanced": Message("advance"),
}


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
        text = f"{kind}: {', '.join(one['honours'])}"
    if "value" in one:
        text = f"{text} {sign(one['kind'])}{one['value']}"
    if one.get("to"):
        text += f" → {one['to']}"
    return text


def sign(kind: str) -> str:
    """What stands before the value of a consequence that is added or taken off."""
    return {"bonus": "+", "deduction": "−"}.get(kind, "")
