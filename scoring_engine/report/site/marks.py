"""Pictures of marks: who gave whom what, and how each judge's marks lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import NamedTuple

from scoring_engine.messages import Message
from scoring_engine.report.site import svg

SHADES = 7
"""Shades of a heat map; the style sheet has a colour for each."""

CELL = (44, 26)
ROW = 26


class Given(NamedTuple):
    """A mark: whose, by which judge, and what it is as people read it."""

    contestant: str
    judge: str
    value: Fraction
    shown: str


class Facet(NamedTuple):
    """The marks of one line of the score sheet."""

    title: str
    marks: Sequence[Given]


def heat_map(id: str, facet: Facet, judges: Mapping[str, str], contestants: Mapping[str, str], lang: str) -> str:
    """Contestants down, judges across, each mark in a shade between the lowest and the highest; ids → names."""
    found = {(one.contestant, one.judge): one for one in facet.marks}
    across = [judge for judge in judges if any(one.judge == judge for one in facet.marks)]
    down = [contestant for contestant in contestants if any(one.contestant == contestant for one in facet.marks)]
    low, high = (limit(one.value for one in facet.marks) for limit in (min, max))
    left = min(max(svg.words_width(contestants[one]) for one in down) + 14, 240)
    turned = any(svg.words_width(judges[judge]) > CELL[0] - 4 for judge in across)
    top = 12 + (max(svg.words_width(judges[judge]) for judge in across) * 0.72 + 6 if turned else 14)
    parts = []
    for x, judge in enumerate(across):
        at = left + (x + 0.5) * CELL[0]
        turn = f"rotate(-45 {svg.number(at)} {svg.number(top - 6)})" if turned else None
        parts.append(svg.text(at, top - 6, judges[judge], class_="label", text_anchor="start" if turned else "middle", transform=turn))
    for y, contestant in enumerate(down):
        middle = top + (y + 0.5) * CELL[1]
        parts.append(svg.text(left - 8, middle + 4, contestants[contestant], class_="label", text_anchor="end"))
        for x, judge in enumerate(across):
            one = found.get((contestant, judge))
            shade = "none" if one is None else f"q{_shade(one.value, low, high)}"
            parts.append(_cell(left + x * CELL[0], top + y * CELL[1], shade, "–" if one is None else one.shown, CELL[0]))
    # Names that are turned reach out to the right of the last column.
    width = left + len(across) * CELL[0] + (svg.words_width(judges[across[-1]]) * 0.72 if turned else 0) + 2
    title = Message("{line}: marks by judge and contestant", {"line": facet.title}).say(lang)
    told = {"low": _shown(facet, low), "high": _shown(facet, high), "n": str(len(facet.marks))}
    description = Message("{n} marks from {low} to {high}; the darker, the higher. The table below has every mark.", told).say(lang)
    return svg.picture(id, width, top + len(down) * CELL[1] + 2, title, description, parts)


def spread(id: str, title: str, marks: Sequence[Given], judges: Mapping[str, str], lang: str) -> str:
    """A line for each judge from its lowest to its highest mark, with a dot for every mark."""
    by_judge = {judge: [one for one in marks if one.judge == judge] for judge in judges}
    by_judge = {judge: given for judge, given in by_judge.items() if given}
    low, high = (limit(one.value for one in marks) for limit in (min, max))
    facet = Facet(title, marks)
    left, wide, top = min(max(svg.words_width(judges[judge]) for judge in by_judge) + 14, 240), 360, 24
    span = high - low or Fraction(1)

    def x(value: Fraction) -> float:
        return left + 10 + float((value - low) / span) * (wide - 20)

    height = top + len(by_judge) * ROW + 6
    parts = []
    ends = ((low, "start"), (high, "end")) if low != high else ((low, "middle"),)
    for value, anchor in ends:
        parts.append(svg.text(x(value), 14, _shown(facet, value), class_="label", text_anchor=anchor))
        parts.append(svg.element("line", x1=svg.number(x(value)), x2=svg.number(x(value)), y1=20, y2=height - 4, class_="grid"))
    for row, (judge, given) in enumerate(by_judge.items()):
        y = top + (row + 0.5) * ROW
        first, last = (x(limit(one.value for one in given)) for limit in (min, max))
        parts.append(svg.text(left - 8, y + 4, judges[judge], class_="label", text_anchor="end"))
        parts.append(svg.element("line", x1=svg.number(first), x2=svg.number(last), y1=svg.number(y), y2=svg.number(y), class_="span"))
        for value, many in _counted(given):
            radius = svg.number(3.5 + min(many, 12) / 3)
            parts.append(svg.element("circle", cx=svg.number(x(value)), cy=svg.number(y), r=radius, class_="dot"))
    args = {"line": title}
    told = {"low": _shown(facet, low), "high": _shown(facet, high)}
    description = Message("A line for each judge with a dot for each mark, larger where marks are level, between {low} and {high}.", told)
    return svg.picture(id, left + wide + 2, height, Message("{line}: spread by judge", args).say(lang), description.say(lang), parts)


def _cell(x: float, y: float, shade: str, shown: str, width: float) -> str:
    box = svg.element("rect", x=svg.number(x + 1), y=svg.number(y + 1), width=width - 2, height=CELL[1] - 2, rx=3, class_="box")
    words = svg.element("text", escape(shown), x=svg.number(x + width / 2), y=svg.number(y + CELL[1] / 2 + 4), text_anchor="middle")
    return svg.element("g", box + words, class_=f"cell {shade}")


def _shade(value: Fraction, low: Fraction, high: Fraction) -> int:
    return SHADES // 2 if high == low else min(int((value - low) * SHADES / (high - low)), SHADES - 1)


def _shown(facet: Facet, value: Fraction) -> str:
    return next(one.shown for one in facet.marks if one.value == value)


def _counted(given: Sequence[Given]) -> list[tuple[Fraction, int]]:
    counted: dict[Fraction, int] = {}
    for one in given:
        counted[one.value] = counted.get(one.value, 0) + 1
    return list(counted.items())
