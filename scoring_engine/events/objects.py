"""Events as Python dicts, one an event: the way into a log from a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from scoring_engine.events.gathering import Gatherer
from scoring_engine.events.jsonl import forbidden
from scoring_engine.events.notation import DEPTH, MARK
from scoring_engine.messages import Message

SMALL = 10**15
"""Whole numbers below are written as they are, without a look at their length."""


class RefusedError(ValueError):
    """A value that has no place in an event."""

    def __init__(self, rule: str, value: str, message: Message) -> None:
        super().__init__(rule)
        self.rule = rule
        self.value = value
        self.message = message


def gather(events: Sequence[Mapping[str, Any]], gatherer: Gatherer) -> None:
    """Take in events given as dicts; the line is the place in the sequence, from 1.

    Numbers may be int, Decimal or float (taken as it is printed), times and dates datetime and date.
    """
    objects, lines = [], []
    for line, event in enumerate(events, 1):
        try:
            objects.append(members(event))
            lines.append(line)
        except RefusedError as refused:
            gatherer.reject_line(line, refused.rule, refused.value, refused.message)
    gatherer.add_objects(objects, np.array(lines, np.int64))


def members(event: Any, depth: int = DEPTH + 1) -> dict[str, Any]:
    """The members of an event given as a dict, as raw values of `gathering`; they may be nested `depth` deep.

    Raises:
        RefusedError: a value has no place in an event.
    """
    if not isinstance(event, Mapping):
        raise RefusedError("not-an-object", repr(event), Message("an event must be a dict"))
    return {_text(str(key)): _raw(value, depth) for key, value in event.items()}


def _text(text: str) -> str:
    if text.isascii() and MARK not in text:
        return text
    if (problem := forbidden(text)) is not None:
        raise RefusedError("character", ascii(text[:80]), problem)
    return text


def _raw(value: Any, depth: int) -> Any:
    """A Python value as a raw value of `gathering`; `depth` is how deep it may be nested."""
    if depth < 0:
        raise RefusedError("nesting", "", Message("the event is nested too deeply"))
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if type(value) is int and abs(value) < SMALL:
        return MARK + str(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, float, Decimal, np.integer, np.floating)):
        return MARK + _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return members(value, depth - 1)
    if isinstance(value, (list, tuple)):
        return [_raw(item, depth - 1) for item in value]
    message = Message(
        "a value of the type {type} has no place in an event; give a text, number, list or dict", {"type": type(value).__name__}
    )
    raise RefusedError("type", repr(value), message)


def _number(value: Any) -> str:
    """The text of a number."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return "1e9999"  # Python does not write integers of any length; this one is too long anyway
    number = str(value.item() if isinstance(value, np.generic) else value)
    if number.lstrip("-")[:1] in ("n", "i", "N", "I", "s"):
        message = Message("{value} is not a number; leave the field out where there is no value", {"value": number})
        raise RefusedError("not-a-number", number, message)
    return number
