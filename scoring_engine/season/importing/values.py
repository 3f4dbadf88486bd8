"""From a cell to an exact value, or to what is wrong with it.

Nothing is guessed: what has one meaning only is taken, with a note where it was not written as it should be (full-width digits,
spaces around it); what has two, or was changed by the spreadsheet program before it came here, is a fault that says what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.season.importing.faults import Fault
from scoring_engine.season.importing.sheets import Cell

if TYPE_CHECKING:
    from scoring_engine.season.importing.fields import Target

Value = str | Decimal | bool | list[Any] | dict[str, Any]
Notes = list[tuple[str, Message]]

SAFE = 2**53
"""Whole numbers below this have a float of their own; from here on neighbours share one."""

KEPT = 15
"""Significant digits that spreadsheet programs keep of a number."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_CLOCK = re.compile(r"(.*\S)[T\s]\s*(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_YES = {"true", "yes", "y", "1", "是", "√", "✓", "✔", "对", "有"}
_NO = {"false", "no", "n", "0", "否", "×", "✗", "✘", "错", "无"}
_CLOCKS = ("date", "time", "clock")


class Taken(NamedTuple):
    """A value, and notes on how it was written: pairs of code and message."""

    value: Value
    notes: Notes


def read(cell: Cell, target: Target, zone: str = "") -> Taken:
    """The value of a cell that is not blank, for the field `target`.

    zone   offset from UTC of times that are written without one, "" if it is not known

    Raises:
        Fault: it is not one.
    """
    if cell.kind == "error":
        raise Fault("error-cell", value=cell.text)
    text, notes = cleaned(cell, target.type)
    if unseen := next((char for char in text if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n\r"), ""):
        raise Fault("character", code=f"U+{ord(unseen):04X}")
    cell = cell._replace(text=text)
    value: Value
    if target.type in ("number", "integer"):
        value = number(cell, target)
    elif target.type == "boolean":
        value = _boolean(text)
    elif target.type == "date":
        value = _date(cell)
    elif target.type == "time":
        value = _time(cell, zone)
    elif target.type == "list":
        value = _items(text)
    elif target.type == "object":
        value = _links(text)
    else:
        value = _text(cell, target)
    if cell.formula:
        notes.append(("formula", Message("the cell holds a formula; what it last gave was taken")))
    if cell.merged:
        notes.append(("merged", Message("the cell is merged with others; {value} was taken for each of them", {"value": text})))
    return Taken(value, notes)


def cleaned(cell: Cell, type: str) -> tuple[str, Notes]:
    """The text without what cannot be seen, and notes on what was left out. The wording of free text is left alone."""
    notes: Notes = []
    bare = cell.text.translate(_INVISIBLE).strip()
    if bare != cell.text:
        notes.append(("spaces", Message("spaces or invisible characters around “{value}” were left out", {"value": bare[:40]})))
    if type == "text":
        return bare, notes
    plain = unicodedata.normalize("NFKC", bare)
    if plain != bare:
        notes.append(("full-width", Message("“{value}” was read as {plain}", {"value": bare[:40], "plain": plain[:40]})))
    return plain, notes


# --- numbers --------------------------------------------------------------------------------------------------------------


def number(cell: Cell, target: Target) -> Decimal:
    """An exact number within the bounds of its field."""
    text = cell.text
    if cell.kind in _CLOCKS:
        raise Fault("date-for-number", value=text)
    if cell.merged:
        raise Fault("merged")
    if cell.formula:
        raise Fault("formula", value=text)
    if cell.format == "%":
        raise Fault("percentage", value=text)
    if not _NUMBER.fullmatch(text):
        raise _no_number(text)
    value = Decimal(text)
    if cell.kind == "number" and value != value.to_integral_value() and len(value.as_tuple().digits) > KEPT:
        raise Fault("digits", value=text, most=str(KEPT))
    if cell.kind == "number" and abs(value) >= SAFE:
        raise _cut(text)
    if target.type == "integer" and value != value.to_integral_value():
        raise Fault("not-whole", value=text)
    bounded(value, target)
    return value.normalize() if value else Decimal(0)


def is_number(cell: Cell) -> bool:
    """Whether a number stands in a cell, be it one that its field does not admit."""
    return cell.kind == "number" or (cell.kind == "text" and _NUMBER.fullmatch(cleaned(cell, "number")[0]) is not None)


def negative(cell: Cell) -> Cell:
    """The cell with the other sign, where a number stands in it."""
    if not is_number(cell):
        return cell
    value = Decimal(cleaned(cell, "number")[0]).copy_negate()
    return cell._replace(text=f"{value:f}" if value else "0")


def bounded(value: Decimal, target: Target) -> None:
    """Range, step and decimals as the rulebook declares them."""
    shown = f"{value.normalize():f}"
    if target.low is not None and value < target.low:
        raise Fault("below", value=shown, low=str(target.low))
    if target.high is not None and value > target.high:
        raise Fault("above", value=shown, high=str(target.high))
    if target.step and (value - (target.low or 0)) % target.step:
        raise Fault("step", value=shown, step=str(target.step))
    if target.places is not None and value != round(value, target.places):
        raise Fault("places", value=shown, places=str(target.places))


def _no_number(text: str) -> Fault:
    """Why a text is no number, and what to do."""
    if re.fullmatch(r"[+-]?\d+(,\d+)+(\.\d+)?", text):
        return Fault("comma", value=text)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", text):
        return Fault("scientific", value=text)
    if (written := chinese(text)) is not None:
        return Fault("chinese-numeral", value=text, digits=written)
    if match := re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*[^\d.,]+", text):
        return Fault("unit", value=text, digits=match[1])
    return Fault("not-a-number", value=text)


def _cut(text: str) -> Fault:
    return Fault("long-number", value=f"{Decimal(text):.1E}" if len(text) > KEPT + 1 else text)


_DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def chinese(text: str) -> str | None:
    """The digits of a number below 10,000 written in Chinese characters (九十二点五); None if it is not one."""
    whole, point, fraction = text.partition("点")
    if not whole or any(c not in _DIGITS and c not in _UNITS for c in whole) or any(c not in _DIGITS for c in fraction):
        return None
    total = digit = 0
    for char in whole:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return f"{total + digit}{'.' if point else ''}{''.join(str(_DIGITS[c]) for c in fraction)}"


# --- texts ----------------------------------------------------------------------------------------------------------------


def _text(cell: Cell, target: Target) -> str:
    """A text. Ids that were typed as numbers are their digits; a long one that was cut is a fault."""
    text = cell.text
    if cell.kind == "number":
        if abs(Decimal(text)) >= SAFE:
            raise _cut(text)
        if cell.format == "%":
            raise Fault("percentage", value=text)
        text = text.zfill(len(cell.format))
    elif cell.kind in _CLOCKS:
        raise Fault("date-for-text", value=text)
    elif target.type != "text" and re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise Fault("scientific", value=text)
    return _choice(text, target.one_of) if target.one_of else text


def _choice(text: str, one_of: Mapping[str, tuple[str, ...]]) -> str:
    """The identifier of a value that is given by itself or by a label."""
    if text in one_of:
        return text
    folded = fold(text)
    found = [name for name, labels in one_of.items() if folded in map(fold, (name, *labels))]
    if len(found) == 1:
        return found[0]
    raise Fault("one-of", value=text, values=", ".join(" ".join(dict.fromkeys((name, *labels))) for name, labels in one_of.items()))


def fold(text: str) -> str:
    """A text without what does not tell words apart: case, width, spaces, hyphens and underlines, the star of required fields."""
    return re.sub(r"[\s_\-*:]+", "", unicodedata.normalize("NFKC", text).casefold())


def _boolean(text: str) -> bool:
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Fault("not-a-boolean", value=text)


# --- dates and times ------------------------------------------------------------------------------------------------------


def _date(cell: Cell) -> str:
    if cell.kind in ("date", "time"):
        return cell.text[:10]
    if cell.kind == "number":
        raise _serial(cell.text)
    return _day(cell.text)


def _day(text: str) -> str:
    from datetime import date

    match = _DAY.fullmatch(text)
    try:
        if match is not None:
            return date(*map(int, match.groups())).isoformat()
    except ValueError:
        pass
    raise Fault("not-a-date", value=text)


def _serial(text: str) -> Fault:
    """A date that shows as the number by which spreadsheet programs keep it."""
    from datetime import date, timedelta

    days = Decimal(text)
    if 20000 <= days < 80000:  # 1954 to 2118
        return Fault("date-as-number", value=text, day=(date(1899, 12, 30) + timedelta(int(days))).isoformat())
    return Fault("not-a-date", value=text)


def _time(cell: Cell, zone: str) -> str:
    text = cell.text
    if cell.kind == "number":
        raise _serial(text)
    match = _CLOCK.fullmatch(text.replace("T", " "))
    if match is None:
        raise Fault("no-time-of-day" if cell.kind == "date" or _DAY.fullmatch(text) else "not-a-time", value=text)
    day, hour, minute, second, offset = match.groups()
    if not (offset or zone):
        raise Fault("no-zone", value=text)
    written = f"{_day(day)}T{int(hour):02}:{minute}:{second or '00'}{offset or zone}"
    from scoring_engine.events.times import parse

    if parse([written])[2][0]:
        raise Fault("not-a-time", value=text)
    return written


# --- lists and links ------------------------------------------------------------------------------------------------------


def _items(text: str) -> list[Any]:
    """A list: JSON, or items between commas, semicolons or spaces. Items that are numbers become numbers."""
    if text[:1] == "[":
        return list(_json(text, list))
    parts = [part for part in re.split(r"[,;、\s]+", text) if part]
    return [Decimal(part) if _NUMBER.fullmatch(part) else part for part in parts]


def _links(text: str) -> dict[str, Any]:
    """An object: JSON, or pairs name=value between commas or semicolons."""
    if text[:1] == "{":
        return dict(_json(text, dict))
    pairs = [part.partition("=") for part in re.split(r"[,;、]+", text) if part.strip()]
    if not all(name.strip() and value.strip() for name, _, value in pairs):
        raise Fault("not-an-object", value=text)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _json(text: str, kind: type) -> Any:
    import json

    try:
        value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        value = None
    if not isinstance(value, kind):
        raise Fault("json", value=text)
    return value
