"""Statistics of judges as text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.exact import rounded
from scoring_engine.review.layout import columns
from scoring_engine.review.naming import Names
from scoring_engine.review.ranking_text import link_name
from scoring_engine.review.text import title

Json = dict[str, Any]

HEADINGS = (
    Message("judge"),
    Message("unit"),
    Message("marks"),
    Message("severity"),
    Message("spread"),
    Message("as the rest"),
    Message("left out"),
    Message("own unit"),
)
NEAR = Message("how near the places are:")
LEVEL = Message("{contestant} {line} by {judge}: {value} → {to} would make them level")
TURNED = Message("{contestant} {line} by {judge}: {value} → {to} would turn it")
FEW = 3
"""Of more competitions than this only the findings are shown."""


def text(found: Json, lang: str = "en", full: bool = False) -> str:
    """The judges of each competition. `full`: all of every competition, however many there are."""
    return "\n".join(_lines(found, lang, full)) + "\n"


def _lines(found: Json, lang: str, full: bool) -> Iterator[str]:
    competitions = found["competitions"]
    if full or len(competitions) <= FEW:
        for number, one in enumerate(competitions):
            if number:
                yield ""
            yield from _competition(one, lang)
        return
    told = [one for one in competitions if any(found["code"] != "small-panel" for found in one["findings"])]
    for one in told:
        yield from _brief(one, lang)
    args = {"n": str(len(competitions)), "told": str(len(told))}
    yield Message("findings in {told} of {n} competitions; --competition C or --full shows the figures", args).say(lang)


def _brief(one: Json, lang: str) -> Iterator[str]:
    """A competition by its findings."""
    small = Message(", small").say(lang) if one["small"] else ""
    args = {"judges": str(len(one["judges"])), "contestants": str(one["contestants"]), "w": _about(one["agreement"]["w"])}
    yield f"{one['competition']}: " + Message("{judges} judges, {contestants} contestants, W {w}", args).say(lang) + small
    for found in one["findings"]:
        if found["code"] != "small-panel":
            yield _finding(found, lang)


def _finding(found: Json, lang: str) -> str:
    return "  ! " + finding(found, lang)


def finding(found: Json, lang: str) -> str:
    """What a person should look at, and of which judge."""
    said = Message(found["text"], found["args"]).say(lang)
    return f"{found['judge']}: {said}" if found["judge"] else said


def _competition(one: Json, lang: str) -> Iterator[str]:
    yield f"━━ {title(one, lang)} ━━"
    yield agreement(one, lang)
    rows = [[heading.say(lang) for heading in HEADINGS], *(judge(judged) for judged in one["judges"])]
    yield from ("  " + line for line in columns(rows))
    for found in one["findings"]:
        yield _finding(found, lang)
    if one["margins"]:
        yield NEAR.say(lang)
        names = Names(one, one, lang, None)
        for each in one["margins"]:
            place, values, stakes = gap(each, names)
            yield f"  {place}  {values}  [{stakes}]"
            for words in marks(each, names):
                yield "      " + words


def agreement(one: Json, lang: str) -> str:
    """How far the judges of a competition agree."""
    found = one["agreement"]
    args = {"w": _about(found["w"]), "judges": str(found["judges"]), "contestants": str(found["contestants"])}
    return Message("agreement of {judges} judges over {contestants} contestants: Kendall's W {w}", args).say(lang)


def judge(one: Json) -> list[str]:
    """A judge under `HEADINGS`."""
    own = one["own_unit"]
    dropped, agreement = one["dropped"], one["agreement"]
    return [
        f"{one['judge']} {one['name']}".strip(),
        one["unit"],
        str(one["marks"]),
        _signed(one["severity"]),
        _about(one["spread"]),
        f"{agreement['same']}/{agreement['of']}",
        f"{dropped['high']}+{dropped['low']}/{dropped['of']}" if dropped["of"] else "–",
        f"{_signed(own['own'])} : {_signed(own['others'])} ({own['lines']})" if own["lines"] else "–",
    ]


def gap(one: Json, names: Names) -> list[str]:
    """A gap: between whom, by what, and what is at stake."""
    values = " : ".join(value or "–" for value in one["values"])
    margin = f" ({one['gap']})" if one.get("gap") else ""
    stakes = [*map(names.rule, one["stakes"]), *([names.say(Message("last place"))] if one["last"] else [])]
    between = f"{names.person(one['above'])} > {names.person(one['below'])}"
    return [between, f"{link_name(one['link'], names)} {values}{margin}", ", ".join(stakes)]


def marks(one: Json, names: Names) -> Iterator[str]:
    """The single marks that would close a gap."""
    for mark in one["marks"]:
        line = "/".join(names.value(column, value) for column, value in mark["line"].items())
        args = {"contestant": names.person(mark["contestant"]), "line": line} | {name: mark[name] for name in ("judge", "value", "to")}
        words = LEVEL if mark["level"] else TURNED
        yield names.say(words._replace(args=args)) + f"  ({_signed(mark['by'])})"
    if one.get("tried") is not None:
        words = Message("others were tried by up to {by}") if one["marks"] else Message("no single mark would, tried by up to {by}")
        yield names.say(words._replace(args={"by": one["tried"]}))
    elif not one["marks"]:
        yield names.say(Message("no single mark would"))
    elif one["possible"] > len(one["marks"]):
        yield names.say(Message("and {n} other marks by more", {"n": str(one["possible"] - len(one["marks"]))}))


def _about(number: str | None) -> str:
    return "–" if number is None else rounded(Fraction(number), 2)


def _signed(number: str | None) -> str:
    if number is None:
        return "–"
    shown = _about(number)
    return shown.replace("-", "−") if shown.startswith("-") else f"+{shown}"
