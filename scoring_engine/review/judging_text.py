"""Statistics of judges as text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.exact import rounded
from scoring_engine.review.layout import columns
from scoring_engine.review.wording import label

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
    told = [one for one in competitions if any(finding["code"] != "small-panel" for finding in one["findings"])]
    for one in told:
        yield from _brief(one, lang)
    args = {"n": str(len(competitions)), "told": str(len(told))}
    yield Message("findings in {told} of {n} competitions; --competition C or --full shows the figures", args).say(lang)


def _brief(one: Json, lang: str) -> Iterator[str]:
    """A competition by its findings."""
    agreement = one["agreement"]
    small = Message(", small").say(lang) if one["small"] else ""
    args = {"judges": str(len(one["judges"])), "contestants": str(one["contestants"]), "w": _about(agreement["w"])}
    yield f"{one['competition']}: " + Message("{judges} judges, {contestants} contestants, W {w}", args).say(lang) + small
    for finding in one["findings"]:
        if finding["code"] != "small-panel":
            yield _finding(finding, lang)


def _finding(finding: Json, lang: str) -> str:
    said = Message(finding["text"], finding["args"]).say(lang)
    return "  ! " + (f"{finding['judge']}: {said}" if finding["judge"] else said)


def _competition(one: Json, lang: str) -> Iterator[str]:
    titles = (one["title"], one["competition"], label(one["label"], lang, one["stage"]))
    yield f"━━ {' · '.join(dict.fromkeys(filter(None, titles)))} ━━"
    agreement = one["agreement"]
    args = {"w": _about(agreement["w"]), "judges": str(agreement["judges"]), "contestants": str(agreement["contestants"])}
    yield Message("agreement of {judges} judges over {contestants} contestants: Kendall's W {w}", args).say(lang)
    rows = [[heading.say(lang) for heading in HEADINGS], *(_judge(judge) for judge in one["judges"])]
    yield from ("  " + line for line in columns(rows))
    for finding in one["findings"]:
        yield _finding(finding, lang)
    if one["margins"]:
        yield Message("how near the places are:").say(lang)
        for gap in one["margins"]:
            yield from _gap(gap, lang)


def _judge(one: Json) -> list[str]:
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


def _gap(gap: Json, lang: str) -> Iterator[str]:
    """A gap, what is at stake, and the marks that would close it."""
    stakes = ", ".join([*gap["stakes"], *([Message("last place").say(lang)] if gap["last"] else [])])
    link = label(gap["link"].get("label"), lang, gap["link"]["link"])
    values = " : ".join(value or "–" for value in gap["values"])
    margin = f" ({gap['gap']})" if gap.get("gap") else ""
    yield f"  {gap['above']} > {gap['below']}  {link} {values}{margin}  [{stakes}]"
    for mark in gap["marks"]:
        line = "/".join(mark["line"].values())
        args = {"contestant": mark["contestant"], "judge": mark["judge"], "line": line, "value": mark["value"], "to": mark["to"]}
        words = Message("{contestant} {line} by {judge}: {value} → {to} would make them level")
        turned = Message("{contestant} {line} by {judge}: {value} → {to} would turn it")
        yield "      " + (words if mark["level"] else turned)._replace(args=args).say(lang) + f"  ({_signed(mark['by'])})"
    if not gap["marks"]:
        yield "      " + Message("no single mark would").say(lang)
    elif gap["possible"] > len(gap["marks"]):
        yield "      " + Message("and {n} other marks by more", {"n": str(gap["possible"] - len(gap["marks"]))}).say(lang)


def _about(number: str | None) -> str:
    return "–" if number is None else rounded(Fraction(number), 2)


def _signed(number: str | None) -> str:
    if number is None:
        return "–"
    shown = _about(number)
    return shown.replace("-", "−") if shown.startswith("-") else f"+{shown}"
