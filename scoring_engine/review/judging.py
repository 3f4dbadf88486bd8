"""Statistics of judges, with what a person should look at. Findings flag; nothing here changes a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.review.concordance import median
from scoring_engine.review.exact import exact
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.labels import labels
from scoring_engine.review.margins import Margins
from scoring_engine.review.outliers import Outlying, outlying
from scoring_engine.review.panels import Judged, Panel

FORMAT = "judges/1"

SMALL = 5
"""A panel of fewer judges, or a contest of fewer contestants, says little about anybody."""

FAR = 3
"""A judge is far off when its distance is more than so many times that of the judge in the middle of the panel."""

OFTEN = 2
"""A value is left out often when that happens more than so many times as often as chance would have it."""

Json = dict[str, Any]


def judging(explainer: Explainer, competitions: Sequence[str] = (), step: Callable[[int, int], None] | None = None) -> Json:
    """The judges of every competition that has marks, or of those named. `step` is told how many were looked at, and how many there are.

    Raises:
        InputError: there is no such competition, or no marks.
    """
    for name in competitions:
        explainer.part(name)
    found = []
    chosen = [one for one in explainer.replay.competitions if not competitions or one.id in competitions]
    for number, one in enumerate(chosen):
        if step is not None:
            step(number, len(chosen))
        reader, index = explainer.part(one.id)
        panel = Panel(reader, index)
        if panel.marks:
            margins = Margins(reader, index, explainer.order(reader), explainer.rulebook(reader))
            heading: Json = {"competition": one.id, "title": one.name, "stage": one.stage, "label": dict(one.labels)}
            named = {"labels": labels(reader), "people": explainer.names_in(one.id)}
            found.append(heading | named | _panel(panel) | {"margins": margins.gaps()})
    if not found:
        raise InputError(Message("there are no marks of judges"))
    return explainer.header | {"format": FORMAT, "competitions": found}


def _panel(panel: Panel) -> Json:
    judged = panel.judged()
    w, judges, contestants = panel.concordance()
    listed = len({mark.line[0] for mark in panel.marks})
    apart = outlying(panel.reader.batch, panel.competition)
    findings = [*_findings(judged, w, listed), *_standing_out(apart)]
    return {
        "judges": [_json(one) for one in judged],
        "agreement": {"w": _text(w), "judges": judges, "contestants": contestants},
        "small": len(judged) < SMALL or listed < SMALL,
        "contestants": listed,
        "outliers": [
            {"judge": one.judge, "line": list(one.line), **{name: _text(getattr(one, name)) for name in ("value", "middle", "allowed")}}
            for one in apart
        ],
        "findings": [{"code": code, "judge": judge, "text": message.text, "args": dict(message.args)} for code, judge, message in findings],
    }


def _json(one: Judged) -> Json:
    same, both = one.agreement
    high, low, times = one.dropped
    return {
        "judge": one.judge,
        "name": one.name,
        "unit": one.unit,
        "marks": one.marks,
        "severity": _text(one.severity),
        "spread": _text(one.spread),
        "agreement": {"same": same, "of": both},
        "dropped": {"high": high, "low": low, "of": times},
        "own_unit": {"lines": one.own_lines, "own": _text(one.own), "others": _text(one.others)},
    }


def _text(value: Fraction | None) -> str | None:
    return exact(value)


# --- findings ---------------------------------------------------------------------------------------------------------------


def _findings(judged: Sequence[Judged], w: Fraction | None, contestants: int) -> Iterator[tuple[str, str, Message]]:
    """What a person should look at: code, judge ("" for the panel), and the words for it."""
    if len(judged) < SMALL or contestants < SMALL:
        args = {"judges": str(len(judged)), "contestants": str(contestants)}
        yield "small-panel", "", Message("{judges} judges and {contestants} contestants: too few to say much about anybody", args)
    if w is not None and w < Fraction(1, 2) and len(judged) > 2:
        yield "low-agreement", "", Message("the judges order the contestants differently: W {w}", {"w": _about(w)})
    yield from _far(judged)
    severities = [abs(one.severity) for one in judged if one.severity is not None]
    usual = median(severities) if severities else Fraction()
    for one in judged:
        yield from _of_judge(one, len(judged), usual / 2)


def _far(judged: Sequence[Judged]) -> Iterator[tuple[str, str, Message]]:
    """Judges whose marks lie far above or below those of the others, or far apart or close together."""
    severities = [one.severity for one in judged if one.severity is not None]
    if len(severities) < 3:
        return
    middle = median([abs(value) for value in severities])
    for one in judged:
        if one.severity is not None and middle and abs(one.severity) > FAR * middle:
            words = Message("marks {by} lower than the others") if one.severity < 0 else Message("marks {by} higher than the others")
            yield "severity", one.judge, words._replace(args={"by": _about(abs(one.severity))})
    spreads = [one.spread for one in judged if one.spread is not None]
    if not spreads:
        return
    usual = median(spreads)
    for one in judged:
        if one.spread is not None and usual and (one.spread > FAR * usual or one.spread * FAR < usual):
            wide = Message("marks lie {own} from their mean, those of the judge in the middle {usual}")
            yield "spread", one.judge, wide._replace(args={"own": _about(one.spread), "usual": _about(usual)})


def _of_judge(one: Judged, judges: int, least: Fraction) -> Iterator[tuple[str, str, Message]]:
    """What is said of one judge. A preference for the own unit below `least` is no more than judges differ anyway."""
    same, both = one.agreement
    if both >= 3 and 2 * same < both:
        args = {"same": str(same), "of": str(both)}
        yield "against-the-rest", one.judge, Message("orders only {same} of {of} pairs of contestants as the others do", args)
    high, low, times = one.dropped
    if times >= SMALL and (high + low) * judges > OFTEN * 2 * times:
        args = {"high": str(high), "low": str(low), "of": str(times)}
        yield "often-left-out", one.judge, Message("left out {high} times as high and {low} times as low, of {of}", args)
    if one.own is not None and one.others is not None and one.own - one.others > least:
        args = {"by": _about(one.own - one.others), "lines": str(one.own_lines), "unit": one.unit}
        text = "marks contestants of its own unit ({unit}) {by} higher, measured by the others, than it marks the rest; {lines} marks"
        yield "own-unit", one.judge, Message(text, args)


def _standing_out(apart: Sequence[Outlying]) -> Iterator[tuple[str, str, Message]]:
    """Each mark or sheet that stands out by the rule that the rulebook declares."""
    for one in apart:
        args = {"line": "/".join(one.line), "value": _about(one.value), "middle": _about(one.middle), "allowed": _about(one.allowed)}
        text = "{value} for {line} stands out: the middle of the panel is {middle}, and the rulebook points out what is over {allowed} away"
        yield "outlier", one.judge, Message(text, args)


def _about(value: Fraction) -> str:
    """A number for reading: two decimals."""
    from scoring_engine.review.exact import rounded

    return rounded(value, 2)
