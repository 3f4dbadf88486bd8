"""Events as Python dicts, one an event: the way into a log from a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from scoring_engine.events.gathering import Gatherer
from scoring_engine.events.jsonl import forbidden
from scoring_engine.events.notation import MARK
from scoring_engine.messages import Message


def gather(events: Sequence[Mapping[str, Any]], gatherer: Gatherer) -> None:
    """Take in events given as dicts; the line is the place in the sequence, from 1.

    Numbers may be int, Decimal or float (taken as it is printed), times and dates datetime and date.
    """
    objects, lines = [], []
    for line, event in enumerate(events, 1):
        if not isinstance(event, Mapping):
            gatherer.reject_line(line, "not-an-object", str(event), Message("an event must be a dict"))
            continue
        if (problem := forbidden(event)) is not None:
            gatherer.reject_line(line, "character", str(event.get("id", "")), problem)
            continue
        try:
            objects.append({str(key): raw(value) for key, value in event.items()})
            lines.append(line)
        except _NotANumberError as error:
            message = Message("{value} is not a number; leave the field out where there is no value", {"value": str(error)})
            gatherer.reject_line(line, "not-a-number", str(error), message)
        except TypeError as error:
            text = "a value of the type {type} has no place in an event; give a text, number, list or dict"
            gatherer.reject_line(line, "type", "", Message(text, {"type": str(error)}))
    gatherer.add_objects(objects, np.array(lines, np.int64))


class _NotANumberError(ValueError):
    pass


def raw(value: Any) -> Any:
    """A Python value as a raw value of `gathering`.

    Raises:
        TypeError: it has no place in JSON.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float, Decimal, np.integer, np.floating)):
        if isinstance(value, int) and value.bit_length() > 1000:
            return MARK + "1e9999"  # Python does not write integers of any length
        number = str(value.item() if isinstance(value, np.generic) else value)
        if number.lower().lstrip("-+").startswith(("n", "i", "s")):
            raise _NotANumberError(number)
        return MARK + number
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): raw(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [raw(item) for item in value]
    raise TypeError(type(value).__name__)
