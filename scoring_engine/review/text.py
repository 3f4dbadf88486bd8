"""An explanation as text: the numbers with what they come from, the rank with what decided it, the rules, what was carried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.carried_text import carried
from scoring_engine.review.naming import Names
from scoring_engine.review.numbers_text import Numbers
from scoring_engine.review.ranking_text import ranking
from scoring_engine.review.rules_text import rules, through
from scoring_engine.review.wording import STATUSES, label, said

Json = dict[str, Any]


def text(explanation: Json, lang: str = "en", cells: int | None = None) -> str:
    """The explanation of a contestant. `cells`: how wide lines may be; None: as wide as they are."""
    return "\n".join(_lines(explanation, lang, cells)) + "\n"


def _lines(explanation: Json, lang: str, cells: int | None) -> Iterator[str]:
    yield from heading(explanation, [explanation["contestant"]], lang)
    for part in explanation["competitions"]:
        yield ""
        yield from _part(part, Names(part, explanation, lang, cells))


def heading(explanation: Json, people: Sequence[str], lang: str) -> Iterator[str]:
    """Whom it is about, of which state of which log."""
    names = [explanation["people"].get(id) for id in people]
    yield " · ".join(f"{name} ({id})" if name else id for id, name in zip(people, names, strict=True))
    yield basis(explanation, lang)


def basis(header: Json, lang: str) -> str:
    """Of which state of which log something is, and the digests."""
    as_of = header["as_of"]
    args = {
        "at": str(as_of.get("at") or "–").replace("T", " ")[:16],
        "seq": str(as_of.get("seq", "–")),
        "log": header["log"][:12],
        "result": header["result"][:12],
    }
    return Message("as of {at} (seq {seq}); log {log}, result {result}", args).say(lang)


def _part(part: Json, names: Names) -> Iterator[str]:
    """One competition."""
    yield f"━━ {title(part, names.lang)} ━━"
    ruleset = part["ruleset"]
    args = {"id": ruleset["id"], "version": ruleset["version"], "sha": ruleset["sha256"][:12]}
    note = f" · {ruleset['note']}" if ruleset["note"] else ""
    yield names.say(Message("ruleset {id}@{version} ({sha})", args)) + note
    if part["listed"]:
        yield result(part, names)
        yield from Numbers(part, names).lines()
        yield from ranking(part["ranking"], names)
        yield from rules(part, names)
    yield from through(part, names)
    yield from carried(part, names)
    for notice in part.get("notices", []):
        yield from names.wrapped(names.say(Message("notice")) + f": {notice['text']} ({notice['code']})", "  ")


def title(part: Json, lang: str) -> str:
    """The name, id and stage of a competition."""
    return " · ".join(dict.fromkeys(filter(None, (part["title"], part["competition"], label(part["label"], lang, part["stage"])))))


def result(part: Json, names: Names) -> str:
    """Rank and total in a line."""
    who = names.person(names.contestant)
    scope = f" [{scoped(part['scope'], names)}]" if part["scope"] else ""
    total = "" if part["total"] is None or part["total"]["value"] is None else f", {part['total']['value']}"
    if part["rank"] is None:
        return f"{who}{scope}: {said(STATUSES, part['status'], names.lang)}{total}"
    rank = names.say(Message("rank {rank} of {field}", {"rank": part["rank"], "field": part["field"]}))
    pending = f", {said(STATUSES, 'pending', names.lang)}" if part["pending"] else ""
    return f"{who}{scope}: {rank}{total}{pending}"


def scoped(scope: str, names: Names) -> str:
    """A ranking group by what its values are called."""
    return " / ".join(names.value("", value) for value in scope.split(" / "))
