"""JSON Lines: one event a line, as an object.

A block of lines is parsed by one call: the lines are joined with a number between each two that occurs nowhere in them, so that
the result is exactly event, number, event, … if and only if every line is one JSON value of its own. What the joined parse does not
settle (a malformed line, a key given twice, a character that no text may hold) is found by parsing the lines of that block one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

import numpy as np

from scoring_engine.events.gathering import Gatherer
from scoring_engine.events.notation import MARK
from scoring_engine.messages import Message

_BETWEEN = "-0e-9"
"""A number that nobody writes; a block in which it occurs is parsed line by line."""

_ESCAPES = ("\\u0000", "\\ud", "\\uD")
"""Escapes that call for a look at single lines: a mark, half of a character that is written in two."""


class _RepeatedKeyError(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _ConstantError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        raise _RepeatedKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return value


_fast = JSONDecoder(parse_float=MARK.__add__, parse_int=MARK.__add__, parse_constant=_constant)
_careful = JSONDecoder(parse_float=MARK.__add__, parse_int=MARK.__add__, parse_constant=_constant, object_pairs_hook=_distinct)
_unmarked = JSONDecoder(parse_float=str, parse_int=str)


def parse(blocks: Iterable[bytes], gatherer: Gatherer) -> None:
    """Take in all events of a source given as blocks of whole lines. Nothing in the bytes makes it raise."""
    first = 1
    for block in blocks:
        if first == 1:
            block = block.removeprefix(b"\xef\xbb\xbf")
            if is_utf16(block):
                gatherer.reject_line(1, "encoding", "", Message("the file is in UTF-16; save it as UTF-8"))
                return
        events = _parse_at_once(block)
        if events is None:
            pieces = block.split(b"\n")
            # what follows the last line break is a line only where it is cut off
            _add_lines(pieces, range(first, first + len(pieces)), True, gatherer)
        else:
            gatherer.add_objects(events, np.arange(first, first + len(events)))
        first += block.count(b"\n")


def add(lines: Sequence[bytes], numbers: Sequence[int], cut: bool, gatherer: Gatherer) -> None:
    """Take in the events of single lines with these numbers; `cut`: the last one has no line break."""
    events = _parse_at_once(b"\n".join(lines)) if all(lines) else None
    if events is None:
        _add_lines(lines, numbers, cut, gatherer)
    else:
        gatherer.add_objects(events, np.array(numbers[: len(events)], np.int64))


def is_utf16(block: bytes) -> bool:
    """Whether a file that begins so is in UTF-16."""
    return block[:2] in (b"\xff\xfe", b"\xfe\xff") or block[:4].count(0) == 2


def _parse_at_once(block: bytes) -> list[dict[str, Any]] | None:
    """The events of a block, one for each of its lines; None where a look at single lines is called for."""
    try:
        text = block.decode().rstrip()
    except UnicodeDecodeError:
        return None
    if _BETWEEN in text or suspect(text):
        return None
    count = text.count("\n") + 1
    body = text.replace("\n", f",{_BETWEEN},")
    flat = text.count("{") == count and " :" not in text and "\t" not in text and "\r:" not in text
    try:
        values = (_fast if flat else _careful).decode(f"[{body}]")
    except (ValueError, RecursionError):
        return None
    events: list[dict[str, Any]] = values[::2]
    if len(values) != 2 * count - 1 or values[1::2].count(MARK + _BETWEEN) != count - 1 or {*map(type, events)} != {dict}:
        return None
    # without nested objects and space before colons there are as many keys as quotes before a colon; a key given twice is lost in the dict
    if flat and text.count('":') != sum(map(len, events)):
        return _parse_at_once_carefully(body, events)
    return events


def suspect(text: str) -> bool:
    """Whether texts with forbidden characters may be in a JSON text."""
    return MARK in text or ("\\" in text and any(escape in text for escape in _ESCAPES))


def _parse_at_once_carefully(body: str, events: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The events, if no key is given twice in one of them."""
    try:
        _careful.decode(f"[{body}]")
    except ValueError:
        return None
    return events


def _add_lines(pieces: Sequence[bytes], numbers: Sequence[int], cut: bool, gatherer: Gatherer) -> None:
    """Take in the events of lines, parsed one by one; each line that is none is rejected."""
    events, lines = [], []
    for number, piece in zip(numbers, pieces, strict=True):
        if piece.isspace() or not piece:
            continue
        try:
            text = piece.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            gatherer.reject_line(number, "encoding", piece[:80].decode(errors="replace"), _encoding(piece, error))
            continue
        try:
            event = _careful.decode(text)
        except (ValueError, RecursionError) as error:
            rule, message = _why(text, error, cut and number == numbers[-1])
            gatherer.reject_line(number, rule, text.strip(), message)
            continue
        if type(event) is not dict:
            message = Message("the line is JSON, but not an object; write each event as {{…}} on a line of its own")
            gatherer.reject_line(number, "not-an-object", text.strip(), message)
        elif suspect(text) and (problem := _forbidden(_unmarked.decode(text))) is not None:
            gatherer.reject_line(number, "character", text.strip(), problem)
        else:
            events.append(event)
            lines.append(number)
    gatherer.add_objects(events, np.array(lines, np.int64))


def values(block: bytes) -> list[Any] | None:
    """The raw values of a JSON list; None where a look at single values is called for."""
    try:
        text = block.decode()
        if suspect(text):
            return None
        found: list[Any] = _careful.decode(text)
    except (ValueError, RecursionError):
        return None
    return found


def end_of_value(text: str, start: int) -> int:
    """Where the JSON value that begins at `start` ends; -1 where there is none."""
    try:
        return _careful.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return -1


def _encoding(piece: bytes, error: UnicodeDecodeError) -> Message:
    place = str(error.start + 1)
    try:
        piece.decode("gb18030")
    except UnicodeDecodeError:
        return Message("byte {place} of the line is not UTF-8; save the file as UTF-8", {"place": place})
    return Message("byte {place} of the line is not UTF-8; it may be GBK or GB18030: save the file as UTF-8", {"place": place})


def _why(text: str, error: Exception, cut: bool) -> tuple[str, Message]:
    """The rule that a line broke, and what to do."""
    if isinstance(error, _ConstantError):
        return "not-a-number", Message("{value} is not a number; leave the field out where there is no value", {"value": error.name})
    if isinstance(error, _RepeatedKeyError):
        return "repeated-key", Message("the field {key} is given twice on the line; give it once", {"key": error.key[:80]})
    if isinstance(error, RecursionError):
        return "nesting", Message("the line is nested too deeply for an event")
    if cut and not text.rstrip().endswith("}"):
        return "truncated", Message("the last line is cut off; copy the file again or write the line out")
    if isinstance(error, JSONDecodeError):
        if error.msg == "Extra data":
            message = "at character {place} the event is over, but the line goes on; write each event on a line of its own"
            return "malformed", Message(message, {"place": str(error.pos + 1)})
        if error.msg.startswith("Invalid control character"):
            message = "character {place} of the line is a control character; take it out, or write it as JSON does, such as \\t"
            return "character", Message(message, {"place": str(error.pos + 1)})
        near = text[error.pos :].strip()
        if not near:
            return "malformed", Message("the line ends before the event is complete; write the rest of it on the same line")
        shown = {"place": str(error.pos + 1), "near": near[:20] + ("…" if len(near) > 20 else "")}
        return "malformed", Message("the line is not valid JSON from character {place} on: {near}", shown)
    return "malformed", Message("the line is not valid JSON; correct it")


def _texts(value: Any) -> Iterable[str]:
    """Every text and key in a value."""
    open_ = [value]
    while open_:
        value = open_.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            open_ += value.values()
        elif isinstance(value, list):
            open_ += value


def _forbidden(value: Any) -> Message | None:
    """What is wrong if a text in `value` (numbers unmarked) holds what none may hold."""
    return next(filter(None, map(forbidden, _texts(value))), None)


def forbidden(text: str) -> Message | None:
    """What is wrong if a text holds what none may hold: NUL, or half of a character that is written in two."""
    if MARK in text:
        return Message("a text holds the character NUL (\\u0000); take it out")
    try:
        text.encode()
    except UnicodeEncodeError:
        return Message("a text holds half of a character (a lone surrogate such as \\ud800); write the character out")
    return None
