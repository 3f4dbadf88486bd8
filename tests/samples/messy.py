"""The bad sample: a small talk contest whose log holds every way in which an event can be wrong.

Each entry of `LINES` is one line of the file with what must become of it: nothing (it counts), or the field and the rule for
which it is listed as rejected. The good lines are few and round, so that the result can be seen at once: S1 has 90.00, S2 80.00.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Line(NamedTuple):
    """A line, the field and rule of its rejection (both "" where it counts), and why it is here."""

    data: bytes
    field: str = ""
    rule: str = ""
    why: str = ""


_count = 0


def _event(kind: str, field: str = "", rule: str = "", why: str = "", **fields: Any) -> Line:
    """An event of the contest, its fields at will."""
    global _count
    _count += 1
    event = {"id": f"m{_count:02}", "competition": "messy-talk", "kind": kind} | fields
    return Line(json.dumps({k: v for k, v in event.items() if v is not None}, ensure_ascii=False).encode(), field, rule, why)


def _score(judge: str, contestant: str, criterion: str, value: Any, field: str = "", rule: str = "", why: str = "", **more: Any) -> Line:
    return _event("score", field, rule, why, judge=judge, contestant=contestant, criterion=criterion, value=value, **more)


def _sheet(judge: str, contestant: str, marks: tuple[float, float, float]) -> list[Line]:
    return [_score(judge, contestant, name, mark) for name, mark in zip(("content", "language", "bearing"), marks, strict=True)]


def _raw(text: str, rule: str, why: str) -> Line:
    return Line(text.encode(), "", rule, why)


def _lines() -> list[Line]:
    good = [
        _event("opened", ruleset="talk-contest", stage="final", name="有问题的样例", date="2024-11-08"),
        _event("contestant", contestant="S1", name="陈思远", unit="区实验小学"),
        _event("contestant", contestant="S2", name="刘雅琴", unit="区人民医院"),
        _event("contestant", contestant="S3", name="王梓涵", unit="区税务局"),
        _event("judge", judge="J1", name="周文渊", role="head"),
        _event("judge", judge="J2", name="吴晓梅"),
        _event("judge", judge="J3", name="高敏", unit="区人民医院"),
        _event("recused", judge="J3", contestant="S2", reason="本单位选手"),
        _event("withdrawn", contestant="S3", reason="未到"),
    ]
    for judge in ("J1", "J2", "J3"):
        good += _sheet(judge, "S1", (45, 27, 18))
    for judge in ("J1", "J2"):
        good += _sheet(judge, "S2", (40, 25, 15))
    again = good[-1].data
    return [
        *good,
        Line(again, why="delivered twice: the same event counts once"),
        Line(again.replace(b"15}", b"20}"), "id", "id-conflict", "the id of another event, with other content"),
        _score("J1", "S9", "content", 40, "contestant", "unknown-contestant", "a contestant who is not on the list"),
        _score("J9", "S1", "content", 40, "judge", "unknown-judge", "a judge who is not on the list"),
        _score("J1", "S1", "rhythm", 40, "criterion", "unknown-criterion", "a line that the sheet does not have"),
        _score("J1", "S1", "content", 50.5, "value", "range", "above 50"),
        _score("J1", "S1", "content", -1, "value", "range", "below 0"),
        _score("J1", "S1", "content", 44.2, "value", "step", "off the step of 0.5"),
        _score("J1", "S1", "content", 44.55, "value", "places", "more decimals than a mark has"),
        _score("J1", "S1", "content", "44", "value", "value-is-text", "a number in quotes"),
        _score("J1", "S1", "content", None, "value", "missing-field", "no mark at all"),
        _score("J1", "S1", "content", 44, "colour", "unknown-field", "a field that nobody asks for", colour="red"),
        _score("J3", "S2", "content", 40, "judge", "recused", "a recused judge"),
        _score("J1", "S3", "content", 40, "contestant", "status", "a mark for somebody who has withdrawn"),
        _event("scored", "kind", "unknown-kind", "a kind of event that does not exist", judge="J1", contestant="S1"),
        _event("score", "competition", "not-opened", "a competition that nobody opened", **{"competition": "nowhere", "judge": "J1"}),
        _event("amended", "event", "unknown-event", "an amendment of nothing", event="m99", value=44, reason="更正", by="J1"),
        _event("amended", "reason", "missing-field", "an amendment without a reason", event="m10", value=44, by="J1"),
        _event("deduction", "value", "range", "a negative deduction", contestant="S1", value=-1, reason="violation"),
        _event("deduction", "reason", "one-of", "a reason that the rulebook does not know", contestant="S1", value=1, reason="hat"),
        _event("record", "seconds", "range", "a talk of three hours", record="timing", contestant="S1", seconds=10800),
        _event("record", "seconds", "places", "half a second in a whole number", record="timing", contestant="S1", seconds=470.5),
        _event("record", "record", "unknown-record", "a record that the rulebook does not declare", record="applause", contestant="S1"),
        _score("J1", "S1", "content", 44, "at", "time", "a time without its offset", at="2024-11-08 14:00"),
        Line(_score("J1", "S1", "content", 400).data.replace(b"400}", b"1e400}"), "value", "number-size", "1e400"),
        _raw('{"id": "m90", "competition": "messy-talk", "kind": "score", "value": NaN}', "not-a-number", "NaN"),
        _raw('{"id": "m91", "competition": "messy-talk", "value": 44, "value": 45}', "repeated-key", "a field given twice"),
        _raw('{"id": "m92", "competition": "messy-talk", "kind": "score" "value": 44}', "malformed", "a comma is missing"),
        _raw('["m93", "messy-talk", "score", 44]', "not-an-object", "a list in place of an object"),
        Line('{"id": "m94", "kind": "comment", "text": "讲得好"}'.encode("gb18030"), "", "encoding", "a line in GB18030"),
        _event("locked", reason="打分结束"),
        _score("J1", "S1", "content", 44, "contestant", "locked", "a mark after the sheets were locked"),
        _raw('{"id": "m95", "competition": "messy-talk", "kind": "sco', "truncated", "the last line is cut off"),
    ]


LINES = _lines()


def data() -> bytes:
    """The bytes of the file. The last line has no line end."""
    return b"\n".join(line.data for line in LINES)


def expected() -> list[dict[str, str | int]]:
    """The rejections: line, field, rule and why the line is here."""
    return [
        {"line": number, "field": line.field, "rule": line.rule, "why": line.why} for number, line in enumerate(LINES, 1) if line.rule
    ]
