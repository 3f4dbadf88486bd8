"""Events for tests: examples, strategies, and a plain reckoning of what a log is that shares nothing with the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from scoring_engine.events.vocabulary import COMMON, ENVELOPE, KINDS

Event = dict[str, Any]


def score(seq: int, value: Any = "92.5", /, **fields: Any) -> Event:
    """A mark in order; fields given replace its own, None takes one out."""
    event = {
        "seq": seq,
        "id": f"e{seq}",
        "at": "2024-10-11T09:31:02+08:00",
        "competition": "final",
        "kind": "score",
        "judge": "J1",
        "contestant": "V1",
        "criterion": "quality",
        "value": Decimal(value) if isinstance(value, str) else value,
    } | fields
    return {name: field for name, field in event.items() if field is not None}


class _Written(json.JSONEncoder):
    """Decimals as the numbers that they were written as."""

    def default(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"\ue000{value}\ue000"
        return super().default(value)


def line(event: Any, **options: Any) -> str:
    """The event as a line of JSON."""
    text = json.dumps(event, cls=_Written, ensure_ascii=False, **options)
    return text.replace('"\ue000', "").replace('\ue000"', "")


def lines(events: Iterable[Any], **options: Any) -> str:
    """The events as JSON Lines."""
    return "".join(line(event, **options) + "\n" for event in events)


# -- what a log is, reckoned plainly -----------------------------------------------------------------------------------


def plain_number(value: Any) -> str:
    """A number without exponent and needless zeros, by the decimal module."""
    text = format(Decimal(str(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain_json(value: Any) -> str:
    """Canonical JSON, written out by hand."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float, Decimal)):
        return plain_number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{plain_json(value[k])}" for k in sorted(value)) + "}"
    return "[" + ",".join(map(plain_json, value)) + "]"


def is_number(text: str) -> bool:
    """Whether a text reads as a JSON number."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, (int, float)) and not isinstance(value, bool) and "N" not in text and "I" not in text and text == text.strip()


def plain_value(value: Any, declared: str | None) -> str:
    """The canonical form of a field's value."""
    if value is None:
        return ""
    if isinstance(value, str):
        quoted = declared in ("number", "integer") and (is_number(value) or value.startswith('"'))
        return json.dumps(value, ensure_ascii=False) if quoted else value
    return plain_json(value)


def plain_sha256(events: Iterable[Event]) -> str:
    """The SHA-256 of the canonical form as `canonical` describes it, an event at a time."""
    events = sorted({event["id"]: event for event in events}.values(), key=lambda e: (e["seq"], e["id"]))
    sections: dict[str, list[dict[str, str]]] = {}
    for event in events:
        envelope = {name: plain_value(event.get(name), None) for name in ("seq", "id", "competition", "kind")}
        if event.get("at"):
            moment = datetime.fromisoformat(event["at"])
            since = moment - datetime(1970, 1, 1, tzinfo=UTC)
            offset = moment.utcoffset()
            assert offset is not None
            envelope["at"] = str((since.days * 86400 + since.seconds) * 10**6 + since.microseconds)
            envelope["offset"] = str((offset.days * 86400 + offset.seconds) * 10**6)
        sections.setdefault("", []).append(envelope)
        types = {field.name: field.type for field in (*ENVELOPE, *KINDS[event["kind"]].fields)}
        own = {
            name: plain_value(value, types.get(name))
            for name, value in event.items()
            if name not in ("seq", "id", "at", "competition", "kind")
        }
        sections.setdefault(event["kind"], []).append(own)
    form = ""
    for section in sorted(sections):
        rows = sections[section]
        for name in sorted({name for row in rows for name, value in row.items() if value}):
            form += "\0".join([section, str(len(rows)), name, *(row.get(name, "") for row in rows), ""])
    return hashlib.sha256(form.encode()).hexdigest()


# -- strategies --------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(blacklist_characters="\0\ue000", blacklist_categories=("Cs",)), min_size=1, max_size=8) | st.sampled_from(
    ["1.10", "5", "-0", "1e2", "true", "[1, 2]", '"5"', "007", " x ", "a,b", "线\n二", "=1+1", '{"a":1}', "null", "NaN", "，。"]
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3) | st.sampled_from(
    [Decimal(text) for text in ("92.50", "0", "-0", "9.25E+1", "1E-3", "100", "0.000", "12345678901234567890.5")]
)
_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).flatmap(
    lambda moment: st.sampled_from(["Z", "+08:00", "-03:30", "+00:00"]).map(lambda offset: moment.isoformat() + offset)
)
_VALUES = {
    "text": TEXT,
    "number": NUMBERS | TEXT,
    "integer": st.integers(-(10**6), 10**6),
    "boolean": st.booleans(),
    "time": _TIMES,
    "date": st.dates().map(str),
    "list": st.lists(TEXT | st.integers(0, 9), max_size=3),
    "object": st.dictionaries(TEXT, TEXT, max_size=3) | st.lists(TEXT, max_size=3),
}


@st.composite
def events(draw: st.DrawFn, max_size: int = 12) -> list[Event]:
    """Events of any kinds, with seq and distinct ids, in the order of the log."""
    result: list[Event] = []
    for number in range(draw(st.integers(0, max_size))):
        kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
        event: Event = {
            "seq": draw(st.integers(-3, 12)),
            "id": f"{draw(TEXT)}{number}",
            "competition": draw(TEXT),
            "kind": kind.name,
        }
        if draw(st.booleans()):
            event["at"] = draw(_TIMES)
        for field in kind.fields:
            if draw(st.booleans()) and field.name not in event:
                event[field.name] = draw(_VALUES[field.type])
        if kind.open and draw(st.booleans()):
            event[draw(st.sampled_from(["round", "说明", "Round x", "value2"]))] = draw(TEXT | NUMBERS | st.booleans() | _VALUES["list"])
        for name in COMMON:
            if draw(st.integers(0, 3)) == 0:
                event[name] = draw(st.integers(0, 99)) if name == "n" else draw(TEXT)
        result.append(event)
    return sorted(result, key=lambda event: (event["seq"], event["id"]))
