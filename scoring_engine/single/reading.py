"""The events of a small log, where nothing is wrong or odd with any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from json import JSONDecoder
from typing import Any, NoReturn

from scoring_engine.events.notation import MARK, plain
from scoring_engine.events.vocabulary import KINDS, field_type
from scoring_engine.single.unsure import Unsure

ESCAPES = ("\\u0000", "\\ud", "\\uD")
"""Escapes of NUL, and of half a character."""

TEXTS, NUMBERS = ("text", "time", "date"), ("number", "integer")
UNUSED = ("kind", "by", "device", "n")
"""Fields that all events may have and a replay does not look at; `by` it does in an amendment."""


NO_SEQ = -(10**16)


class Event:
    """An event: its fields as texts, numbers in plain decimal notation; of those that all events share only what a replay looks at."""

    __slots__ = ("at", "competition", "fields", "id", "kind", "seq")

    def __init__(self, seq: int, id: str, at: str, competition: str, kind: str, fields: dict[str, str]) -> None:
        self.seq = seq
        self.id = id
        self.at = at
        self.competition = competition
        self.kind = kind
        self.fields = fields


def read(path: str) -> list[Event]:
    """The events of the log in their order.

    Raises:
        Unsure: it is not plain through and through.
    """
    if path.endswith(".parquet"):
        from scoring_engine.single.parquet import rows

        return _checked(rows(path), _cell)
    try:
        with open(path, "rb") as file:
            text = file.read().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Unsure("cannot be read") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text or text[0] == "\ufeff" or MARK in text or "\r" in text:
        raise Unsure("not a plain text")
    return _checked(_rows(text), _cell) if path.endswith(".csv") else _checked(_objects(text), _value)


# ---- lines ------------------------------------------------------------------------------------------------------------------


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is given twice")
    return value


_json = JSONDecoder(parse_float=MARK.__add__, parse_int=MARK.__add__, parse_constant=_constant, object_pairs_hook=_distinct)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of JSON Lines, numbers as texts behind `MARK`."""
    if "\\" in text and any(escape in text for escape in ESCAPES):
        raise Unsure("an escape")
    try:
        for line in text.removesuffix("\n").split("\n"):
            event, end = _json.raw_decode(line)
            if end != len(line) or type(event) is not dict:
                raise Unsure("not one object a line")
            yield event
    except (ValueError, RecursionError) as error:
        raise Unsure("not JSON") from error


def _rows(text: str) -> Iterator[dict[str, Any]]:
    """The rows of CSV, each on a line of its own."""
    rows = _quoted(text) if '"' in text else [line.split(",") for line in text.removesuffix("\n").split("\n")]
    names = rows[0]
    if len(set(names)) < len(names) or any(name != name.strip() or not name for name in names):
        raise Unsure("an odd header")
    for cells in rows[1:]:
        if len(cells) != len(names):
            raise Unsure("an odd row")
        yield dict(zip(names, cells, strict=True))


def _quoted(text: str) -> list[list[str]]:
    """The rows of CSV with quotes."""
    import csv
    import io

    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise Unsure("not CSV") from error
    if reader.line_num != len(rows) or text.count('"') % 2:
        raise Unsure("a cell of several lines, or a quote too many")
    return rows


# ---- values -----------------------------------------------------------------------------------------------------------------


def _value(kind: str, name: str) -> Callable[[Any], str]:
    """What makes a text of the raw JSON values of a field."""
    declared = field_type(kind, name)
    if declared is None:
        return _undeclared
    return _typed(declared, _text, lambda raw: _number(raw[1:]) if type(raw) is str and raw[0] == MARK else _odd(raw))


def _cell(kind: str, name: str) -> Callable[[Any], str]:
    """What makes a text of the cells of a field."""
    declared = field_type(kind, name)
    return str if declared is None else _typed(declared, str, _number)


def _typed(declared: str, text: Callable[[Any], str], number: Callable[[Any], str]) -> Callable[[Any], str]:
    return text if declared in TEXTS else number if declared in NUMBERS else _odd


def _undeclared(raw: Any) -> str:
    """What the rulebook will make something of: a text, a number, a truth value."""
    if type(raw) is bool:
        return "true" if raw else "false"
    return _number(raw[1:]) if type(raw) is str and raw[0] == MARK else _text(raw)


def _text(raw: Any) -> str:
    if type(raw) is not str or raw[0] == MARK:
        raise Unsure("not a text")
    return raw


def _number(text: str) -> str:
    try:
        number = plain(text)
    except ValueError as error:
        raise Unsure("a long number") from error
    return number or _odd(text)


def _odd(raw: Any) -> NoReturn:
    raise Unsure(f"an odd value: {raw!r}")


# ---- events -----------------------------------------------------------------------------------------------------------------


def _checked(raws: Iterable[dict[str, Any]], maker: Callable[[str, str], Callable[[Any], str]]) -> list[Event]:
    """The events, each with an id of its own, all or none of them with a seq."""
    events: list[Event] = []
    makers: dict[str, dict[str, Callable[[Any], str]]] = {}
    times: set[str] = {""}
    for raw in raws:
        kind = raw.get("kind")
        if type(kind) is not str or kind not in KINDS:
            raise Unsure("an unknown kind")
        makers_of_kind = makers.setdefault(kind, {})
        fields = {}
        for name, value in raw.items():
            if value is None or value == "":
                continue
            make = makers_of_kind.get(name)
            if make is None:
                make = makers_of_kind[name] = maker(kind, name)
            fields[name] = make(value)
        seq, id, at, competition = fields.pop("seq", ""), fields.pop("id", ""), fields.pop("at", ""), fields.pop("competition", "")
        for name in UNUSED:
            if name in fields and (name != "by" or kind != "amended"):
                del fields[name]
        if not id or not competition:
            raise Unsure("an event without id or competition")
        if at not in times:
            _check_time(at)
            times.add(at)
        events.append(Event(_seq(seq) if seq else NO_SEQ, id, at, competition, kind, fields))
    if not events:
        raise Unsure("no events")
    return _in_order(events)


def _seq(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isdigit() or len(digits) > 15:
        raise Unsure("an odd seq")
    return int(text)


def _in_order(events: list[Event]) -> list[Event]:
    """The events by seq; where none has one they get the numbers of their lines."""
    if len({event.id for event in events}) < len(events):
        raise Unsure("an id is given twice")
    seqs = {event.seq for event in events}
    if seqs == {NO_SEQ}:
        for number, event in enumerate(events, 1):
            event.seq = number
        return events
    if NO_SEQ in seqs or len(seqs) < len(events):
        raise Unsure("a seq is missing, or given twice")
    return sorted(events, key=lambda event: event.seq)


def _check_time(text: str) -> None:
    """Times in the common spelling, such as 2024-10-11T09:31:02+08:00 or 2024-10-11T09:31:02.125Z."""
    clock, zone = text[10:19], text[19:]
    if zone[:1] == ".":
        end = len(zone) - (1 if zone[-1] == "Z" else 6)
        if not (zone[1:end].isascii() and zone[1:end].isdigit() and end <= 10):
            raise Unsure("an odd time")
        zone = zone[end:]
    if not is_day(text[:10]) or not (clock[:1] == "T" and _is_clock(clock[1:6], clock[6:7], clock[7:])):
        raise Unsure("an odd time")
    if zone != "Z" and not (zone[:1] in ("+", "-") and _is_clock(zone[1:], ":", "00")):
        raise Unsure("an odd time")


def _is_clock(text: str, colon: str, second: str) -> bool:
    """Whether these are HH:MM, a colon and SS."""
    digits = text[:2] + text[3:] + second
    if len(text) != 5 or len(second) != 2 or text[2] != ":" or colon != ":" or not (digits.isascii() and digits.isdigit()):
        return False
    return int(text[:2]) < 24 and int(text[3:]) < 60 and int(second) < 60


_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_day(text: str) -> bool:
    """Whether this is a day as in 2024-10-11."""
    digits = text[:4] + text[5:7] + text[8:]
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not (digits.isascii() and digits.isdigit()):
        return False
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= _LENGTHS[month] + leap
