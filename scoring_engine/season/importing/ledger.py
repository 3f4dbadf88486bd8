"""The log that imported events are added to: what it holds already, and what contradicts it.

An event's id is made of what it says, so the same row makes the same event however often it is imported. What tells one event
from another is its key (a mark: judge, contestant, criterion and the sheet's keys). A row with the key of an event that is there
but with other values is a conflict: a log is never changed, it can only be amended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.season.importing.fields import Shape

Event = dict[str, Any]

_ENVELOPE = ("id", "seq", "competition", "kind", "by", "device", "n")
_AMENDMENT = ("event", "reason", "at", "record")
PREFIX = "imp-"


class Held(NamedTuple):
    """An event as it stands after its amendments.

    fields   what it says, without the envelope
    chain    ids of the event and of its amendments
    line     where it stands in the log; 0 for one that an earlier row of the sheet has given
    void     whether it was taken out
    """

    fields: Event
    chain: tuple[str, ...]
    line: int
    void: bool = False


class Ledger:
    """The events of a log by their ids and, those of some kinds, by their keys.

    numbered, last_seq   whether events have a seq, and the largest one
    """

    def __init__(self, shapes: Iterable[Shape], events: Iterable[tuple[int, Event]]) -> None:
        self.ids: set[str] = set()
        self.numbered = False
        self.last_seq = 0
        of = {(shape.kind, shape.record): shape for shape in shapes}
        held: dict[str, Held] = {}
        keys: dict[str, str | None] = {}
        for line, event in events:
            id, kind = str(event.get("id", "")), str(event.get("kind", ""))
            self.ids.add(id)
            if isinstance(event.get("seq"), Decimal):
                self.numbered, self.last_seq = True, max(self.last_seq, int(event["seq"]))
            target = held.get(str(event.get("event", "")))
            shape = of.get((kind, str(event.get("record", ""))))
            if kind == "amended" and target is not None:
                changed = {name: value for name, value in event.items() if name not in (*_ENVELOPE, *_AMENDMENT)}
                held[target.chain[0]] = target._replace(fields=target.fields | changed, chain=(*target.chain, id))
            elif kind == "voided" and target is not None:
                held[target.chain[0]] = target._replace(void=True)
            elif shape is not None:
                fields = {name: value for name, value in event.items() if name not in _ENVELOPE}
                held[id] = Held(fields, (id,), line)
                keys[id] = key_of(shape, str(event.get("competition", "")), fields)
        self._by_key = {key: held[id] for id, key in keys.items() if key is not None}

    def holding(self, shape: Shape, competition: str, fields: Event) -> Held | None:
        """The event with the key of this one; None where there is none, or where such events have no key."""
        key = key_of(shape, competition, fields)
        return None if key is None else self._by_key.get(key)

    def add(self, shape: Shape, id: str, competition: str, fields: Event) -> None:
        """An event that is about to be written: later rows with its key are held against it."""
        self.ids.add(id)
        key = key_of(shape, competition, fields)
        if key is not None:
            self._by_key[key] = Held(dict(fields), (id,), 0)


def key_of(shape: Shape, competition: str, fields: Mapping[str, Any]) -> str | None:
    """What tells the event from others of its kind, as a text; None where only all that it says does."""
    if shape.key is None:
        return None
    values = [fields.get(name) for name in shape.key]
    if shape.kind in ("bonus", "barred") and values[1:] == [None, None]:
        return None  # recorded by hand, without a source: two of them for one person are two
    return canonical([competition, shape.kind, shape.record, *values])


def id_of(shape: Shape, competition: str, fields: Mapping[str, Any], occurrence: int = 0) -> str:
    """The id of an imported event. `occurrence` tells events apart that say the same and have no key."""
    said = {name: value for name, value in fields.items() if value is not None}
    return digest([competition, shape.kind, shape.record, key_of(shape, competition, fields), said, occurrence])


def amendment_id(held: Held, changed: Mapping[str, Any]) -> str:
    """The id of the event that amends `held`: the same change of the same state is the same amendment."""
    return digest(["amended", *held.chain, changed])


def digest(value: Any) -> str:
    """A short text that stands for a value."""
    return PREFIX + sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()[:26]


def canonical(value: Any) -> str:
    """The value as JSON in which 92.5, 92.50 and "92.5" are the same, as they are in a log."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
        return f"{number.normalize():f}" if number else "0"
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Whether two values of a field mean the same."""
    return canonical(left) == canonical(right)


# --- files ----------------------------------------------------------------------------------------------------------------


def events_in(paths: Sequence[str]) -> Iterator[tuple[int, Event]]:
    """The events of JSONL files with their lines; lines that are none are passed over, for a replay says what is wrong with them.

    Raises:
        InputError: a file cannot be opened.
    """
    for path in paths:
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as stream:
                for number, line in enumerate(stream, 1):
                    event = _event(line)
                    if event is not None:
                        yield number, event
        except OSError as error:
            raise InputError(Message("{file}: {problem}", {"file": path, "problem": error.strerror or str(error)})) from error


def _event(line: str) -> Event | None:
    try:
        event = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        return None
    return event if isinstance(event, dict) else None


def line_of(event: Mapping[str, Any]) -> str:
    """An event as a line of JSON, its numbers exactly as they are."""
    return "{" + ", ".join(f"{json.dumps(name)}: {_json(value)}" for name, value in event.items() if value is not None) + "}\n"


def _json(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(n), ensure_ascii=False)}: {_json(v)}" for n, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def append(path: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Add events to the end of a log, in one write, on disk when this returns.

    Raises:
        InputError: it cannot be written.
    """
    text = "".join(map(line_of, events)).encode()
    try:
        with open(path, "ab+") as stream:
            if stream.tell():
                stream.seek(-1, os.SEEK_END)
                if stream.read(1) != b"\n":  # a last line without its end would swallow the first event
                    text = b"\n" + text
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise InputError(Message("{file}: {problem}", {"file": path, "problem": error.strerror or str(error)})) from error
