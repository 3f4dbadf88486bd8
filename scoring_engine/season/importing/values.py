"""From a cell to an exact value, or to what is wrong with it.

Nothing is guessed: what has one meaning only is taken, with a note where it was not written as it should be (full-width digits,
spaces around it); what has two, or was changed by the spreadsheet program before it came here, is an error that says what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.season.importing.sheets import Cell

if TYPE_CHECKING:
    from scoring_engine.season.importing.fields import Target

Value = str | Decimal | bool | list[Any] | dict[str, Any]

SAFE = 2**53
"""Whole numbers below this have a float of their own; from here on neighbours share one."""

KEPT = 15
"""Significant digits that spreadsheet programs keep of a number."""

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CLOCK = re.compile(r"(.*\S)[T\s]\s*(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*(Z|[+-]\d\d:?\d\d)?")
_YES = {"true", "yes", "y", "1", "是", "√", "✓", "✔", "对", "有"}
_NO = {"false", "no", "n", "0", "否", "×", "✗", "✘", "错", "无"}


class Fault(Exception):  # noqa: N818  (it is said of the input, and not of this program)
    """What is wrong with a cell: a code and the message."""

    def __init__(self, rule: str, text: str, **args: str) -> None:
        super().__init__(text)
        self.rule = rule
        self.message = Message(text, args)


class Taken(NamedTuple):
    """A value, and notes on how it was written: pairs of code and message."""

    value: Value
    notes: list[tuple[str, Message]]


def read(cell: Cell, target: Target, zone: str = "") -> Taken:
    """The value of a cell that is not blank, for the field `target`.

    zone   offset from UTC of times that are written without one, "" if it is not known

    Raises:
        Fault: it is not one.
    """
    if cell.kind == "error":
        raise Fault("error-cell", "the cell shows the error {value}; mend its formula, or type the value", value=cell.text)
    text, notes = cleaned(cell, target.type)
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
    elif target.type in ("list", "object"):
        value = _items(text) if target.type == "list" else _links(text)
    else:
        value = _text(cell, target)
    if cell.formula:
        notes.append(("formula", Message("the cell holds a formula; what it last gave was taken")))
    return Taken(value, notes)


def cleaned(cell: Cell, type: str) -> tuple[str, list[tuple[str, Message]]]:
    """The text without what cannot be seen, and notes on what was taken away. The wording of free text is left alone."""
    notes: list[tuple[str, Message]] = []
    bare = cell.text.translate(dict.fromkeys(map(ord, _INVISIBLE))).strip()
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
    if cell.kind in ("date", "time", "clock"):
        text = "a number is expected, and the spreadsheet holds {value}: it took what was typed for a date or time. Format the cell as text and type it again"
        raise Fault("date-for-number", text, value=cell.text)
    if cell.kind == "boolean":
        raise Fault("not-a-number", "a number is expected, not {value}", value=cell.text)
    if cell.merged:
        raise Fault("merged", "the cell is merged with others; a number must stand in a cell of its own. Split the cells and type each")
    if cell.formula:
        raise Fault(
            "formula",
            "the cell holds a formula, whose result {value} may be rounded on the screen only; paste it as a value",
            value=cell.text,
        )
    if cell.format == "%":
        text = "the cell shows a percentage and holds {value}; nobody can say which is meant. Format it as a number and type it again"
        raise Fault("percentage", text, value=cell.text)
    if not _NUMBER.fullmatch(cell.text):
        raise _no_number(cell.text)
    value = Decimal(cell.text)
    if cell.kind == "number" and len(value.as_tuple().digits) > KEPT and value != value.to_integral_value():
        text = "the cell holds {value}, which has more than {most} digits: it was computed, not typed. Round it and paste it as a value"
        raise Fault("digits", text, value=cell.text, most=str(KEPT))
    if cell.kind == "number" and abs(value) >= SAFE:
        raise _cut(cell.text)
    if target.type == "integer" and value != value.to_integral_value():
        raise Fault("not-whole", "{value} is not a whole number", value=cell.text)
    bounded(value, target)
    return value.normalize() if value else Decimal(0)


def bounded(value: Decimal, target: Target) -> None:
    """Range, step and decimals as the rulebook declares them."""
    shown = f"{value.normalize():f}"
    if target.low is not None and value < target.low:
        raise Fault("range", "{value} is below the lowest admitted value {low}", value=shown, low=str(target.low))
    if target.high is not None and value > target.high:
        raise Fault("range", "{value} is above the highest admitted value {high}", value=shown, high=str(target.high))
    if target.step and (value - (target.low or 0)) % target.step:
        raise Fault("step", "{value} is off the step of {step}", value=shown, step=str(target.step))
    if target.places is not None and value != round(value, target.places):
        raise Fault("places", "{value} has too many decimals; at most {places} are recorded", value=shown, places=str(target.places))


def _no_number(text: str) -> Fault:
    """Why a text is no number, and what to do."""
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return Fault("comma", "“{value}” has a comma; write the decimals behind a point, and no comma between thousands", value=text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return Fault("comma", "“{value}” has commas between thousands; write it without them", value=text)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", text):
        return Fault(
            "scientific", "“{value}” is written with an exponent: a spreadsheet program has cut its digits. Type it in full", value=text
        )
    if (written := chinese(text)) is not None:
        return Fault("chinese-numeral", "“{value}” is written in characters; write {digits}", value=text, digits=written)
    if match := re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*\D+", text):
        return Fault("unit", "“{value}” has something behind the number; write {digits}", value=text, digits=match[1])
    return Fault("not-a-number", "“{value}” is no number; write digits, such as 92.5, or leave the cell blank", value=text)


def _cut(text: str) -> Fault:
    template = "the number {value} has more digits than a spreadsheet program keeps, its last ones are lost. Format the column as text, then type it again"
    return Fault("long-number", template, value=f"{Decimal(text):.1E}" if len(text) > KEPT else text)


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
    """A text. Ids that were typed as numbers are their digits; a long one that was cut is an error."""
    text = cell.text
    if cell.kind == "number":
        value = Decimal(text)
        if abs(value) >= SAFE:
            raise _cut(text)
        if cell.format == "%":
            raise Fault("percentage", "the cell shows a percentage and holds {value}; format it as text and type it again", value=text)
        if cell.format:
            return text.zfill(len(cell.format))
    elif cell.kind in ("date", "time", "clock"):
        template = "a text is expected, and the spreadsheet holds the date or time {value}. Format the cell as text and type it again"
        raise Fault("date-for-text", template, value=text)
    elif target.type != "text" and re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise Fault(
            "scientific",
            "“{value}” is a long number that a spreadsheet program has cut; type it in full, in a cell formatted as text",
            value=text,
        )
    if target.one_of:
        return _choice(text, target.one_of)
    return text


def _choice(text: str, one_of: Mapping[str, tuple[str, ...]]) -> str:
    """The identifier of a value that is given by itself or by a label."""
    if text in one_of:
        return text
    folded = fold(text)
    found = [name for name, labels in one_of.items() if folded in map(fold, (name, *labels))]
    if len(found) == 1:
        return found[0]
    shown = ", ".join(" ".join(dict.fromkeys((name, *labels))) for name, labels in one_of.items())
    raise Fault("one-of", "“{value}” must be one of {values}", value=text, values=shown)


def fold(text: str) -> str:
    """A text without what does not tell words apart: case, width, spaces, hyphens and underlines, marks of required fields."""
    return re.sub(r"[\s_\-*:]+", "", unicodedata.normalize("NFKC", text).casefold())


def _boolean(text: str) -> bool:
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Fault("not-a-boolean", "“{value}” is neither yes nor no; write 是 or 否, true or false", value=text)


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
    raise Fault("not-a-date", "“{value}” is no date that has one meaning only; write it as 2024-10-11", value=text)


def _serial(text: str) -> Fault:
    """A date that shows as the number by which spreadsheet programs keep it."""
    from datetime import date, timedelta

    days = Decimal(text)
    if 20000 <= days < 80000:
        day = (date(1899, 12, 30) + timedelta(int(days))).isoformat()
        return Fault(
            "date-as-number", "{value} may be {day}, as a spreadsheet program counts days; format the cell as a date", value=text, day=day
        )
    return Fault("not-a-date", "{value} is no date; write it as 2024-10-11", value=text)


def _time(cell: Cell, zone: str) -> str:
    text = cell.text
    if cell.kind == "number":
        raise _serial(text)
    match = _CLOCK.fullmatch(text.replace("T", " "))
    if match is None:
        if cell.kind == "date" or _DAY.fullmatch(text):
            raise Fault("no-time-of-day", "“{value}” has no time of day; write it as 2024-10-11 09:31", value=text)
        raise Fault("not-a-time", "“{value}” is no time; write it as 2024-10-11 09:31:02+08:00", value=text)
    day, hour, minute, second, offset = match.groups()
    if not (offset or zone):
        raise Fault("no-zone", "“{value}” does not say its offset from UTC; give it for the whole file, as in --zone +08:00", value=text)
    written = f"{_day(day)}T{int(hour):02}:{minute}:{second or '00'}{offset or zone}"
    from scoring_engine.events.times import parse

    if parse([written])[2][0]:
        raise Fault("not-a-time", "“{value}” is no time; write it as 2024-10-11 09:31:02+08:00", value=text)
    return written


# --- lists and links ------------------------------------------------------------------------------------------------------


def _items(text: str) -> list[Any]:
    """A list: JSON, or items between commas, semicolons or spaces. Items that are numbers become numbers."""
    if text[:1] == "[":
        return list(_json(text, list))
    parts = [part for part in re.split(r"[,;、，；\s]+", text) if part]
    return [Decimal(part) if _NUMBER.fullmatch(part) else part for part in parts]


def _links(text: str) -> dict[str, Any]:
    """An object: JSON, or pairs name=value between commas or semicolons."""
    if text[:1] == "{":
        return dict(_json(text, dict))
    pairs = [part.partition("=") for part in re.split(r"[,;、，；]+", text) if part.strip()]
    if not all(name.strip() and value.strip() for name, _, value in pairs):
        raise Fault("not-an-object", "“{value}” is no list of links; write name=value; name=value", value=text)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _json(text: str, kind: type) -> Any:
    import json

    try:
        value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise Fault("json", "“{value}” is not written as JSON", value=text)
    return value
