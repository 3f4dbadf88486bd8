"""CSV: one event a row, the fields of all kinds as columns, an empty cell for a field that is not given.

A cell does not tell a number from a text, so the vocabulary does: where it declares a number, what looks like one is one (a text that
looks like one is written in JSON quotes); a field that it leaves to the ruleset is taken as it stands.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from json import JSONDecoder
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.gathering import BARE, NESTED, NUMBER, OVERSIZE, TEXT, UNKNOWN, Convert, Gatherer, Texts
from scoring_engine.events.notation import MARK, NestingError, OversizeError, json_text, plain
from scoring_engine.events.rejection import SHOWN
from scoring_engine.events.vocabulary import KINDS, field_type
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.log import Ints

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells."""

LONGEST = 1000
"""Lines that one row may go over; a quote that is not closed by then is a slip of the pen."""

_json = JSONDecoder(parse_float=MARK.__add__, parse_int=MARK.__add__)


def parse(content: bytes, gatherer: Gatherer) -> None:
    """Take in all events of a CSV file in UTF-8 or GB18030. Nothing in the bytes makes it raise."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        text = _decoded(content, gatherer)
        columns = _plain_columns(text)
        if columns is not None:
            add_all(columns, np.arange(2, 2 + len(columns["kind"])), gatherer)
            return
        lines, rows = _rows(text, gatherer)
        if rows:
            _gather(lines, rows, gatherer)
    finally:
        csv.field_size_limit(limit)


def _decoded(content: bytes, gatherer: Gatherer) -> str:
    """The text; lines that cannot be decoded or hold NUL are rejected and left empty."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        gatherer.reject_line(1, "encoding", "", Message("the file is in UTF-16; save it as UTF-8"))
        return ""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = _decoded_by_line(content.split(b"\n"), gatherer)
    if MARK in text:
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if MARK in line:
                gatherer.reject_line(number + 1, "character", line, Message("a text holds the character NUL (\\u0000); take it out"))
                lines[number] = ""
        text = "\n".join(lines)
    return text


def _decoded_by_line(lines: list[bytes], gatherer: Gatherer) -> str:
    """The text of a file that is not UTF-8 throughout: GB18030 if most of its lines with other letters than ASCII are not UTF-8."""
    texts = [_try(line, "utf-8") for line in lines]
    bad = sum(text is None for text in texts)
    encoding = "GB18030" if 2 * bad > sum(not line.isascii() for line in lines) else "UTF-8"
    if encoding == "GB18030":
        texts = [_try(line, encoding) for line in lines]
    for number, text in enumerate(texts, 1):
        if text is None:
            shown = lines[number - 1][:SHOWN].decode(errors="replace")
            message = Message("the line is not {encoding}; save the file as UTF-8", {"encoding": encoding})
            gatherer.reject_line(number, "encoding", shown, message)
    return "\n".join([text or "" for text in texts])


def _try(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plain_columns(text: str) -> dict[str, Sequence[str]] | None:
    """The columns of a text that holds no quotes, no blank lines and as many cells in every line, cut apart all at once.

    None for every other text and for a header that is not in order: these are read row by row.
    """
    text = text.replace("\r\n", "\n")
    if '"' in text or "\r" in text:
        return None
    lines = text.removesuffix("\n").split("\n")
    names = [cell.strip() for cell in lines[0].split(",")]
    width = len(set(names))
    if not {"id", "competition", "kind"} <= set(names) or "" in names or width < len(names):
        return None
    if len(lines) < 2 or set(map(methodcaller("count", ","), lines)) != {width - 1}:
        return None
    cells = ",".join(lines).split(",")
    return {name: cells[width + place :: width] for place, name in enumerate(names)}


def _rows(text: str, gatherer: Gatherer) -> tuple[Ints, list[list[str]]]:
    """The header and the rows with as many cells as it has, without empty lines, each with the line on which it begins; other
    rows are rejected."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        rows = []
    widths = {*map(len, rows)}
    if rows and reader.line_num == len(rows) and widths <= {0, len(rows[0])}:
        lines = np.arange(1, len(rows) + 1)
        if 0 in widths:
            lines, rows = lines[np.fromiter(map(bool, rows), bool, len(rows))], list(filter(None, rows))
        return lines, rows
    careful = list(_careful_rows(list(io.StringIO(text, newline="")), gatherer))
    return np.array([line for line, _ in careful], np.int64), [row for _, row in careful]


def _careful_rows(lines: list[str], gatherer: Gatherer) -> Iterator[Row]:
    """The rows of a file in which cells go over several lines, or something is wrong.

    A row that goes over several lines and then has not as many cells as the header began with a quote too many: its first line is
    rejected, and the next one begins a row.
    """
    width = begin = 0
    while begin < len(lines):
        for first, end, row in _stretch(lines, begin):
            begin = end
            if row == []:
                continue
            if row is not None and len(row) == (width or len(row)):
                width = len(row)
                yield first + 1, row
                continue
            shown = lines[first].rstrip("\r\n")
            if row is None or end > first + 1:
                message = Message("a quote in the row is not closed, or one is too many; correct it there")
                gatherer.reject_line(first + 1, "malformed", shown, message)
                begin = first + 1
                break
            reject_row(first + 1, shown, len(row), width, gatherer)


def reject_row(line: int, text: str, cells: int, width: int, gatherer: Gatherer) -> None:
    """Reject a row with other than `width` cells."""
    problem = {"cells": str(cells), "columns": str(width)}
    message = Message("the row has {cells} cells, and the header {columns}; look for a comma too many or too few", problem)
    gatherer.reject_line(line, "cells", text, message)


def _stretch(lines: list[str], start: int) -> Iterator[tuple[int, int, list[str] | None]]:
    """The rows from line `start` on, each with its first line and the line after it; the last one is None where it is malformed."""
    end = start

    def feed() -> Iterator[str]:
        for number in range(start, len(lines)):
            if number - end >= LONGEST:
                return
            yield lines[number]

    reader = csv.reader(feed(), strict=True)
    while True:
        first = end
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield first, first + 1, None
            return
        end = start + reader.line_num
        yield first, end, row


def _gather(lines: Ints, rows: list[list[str]], gatherer: Gatherer) -> None:
    header, names = int(lines[0]), [cell.strip() for cell in rows[0]]
    if lacks_columns(names, header, gatherer):
        return
    cells, lines = rows[1:], lines[1:]
    if "" in names or len(set(names)) < len(names):
        names, cells, lines = _one_column_each(header, names, cells, lines, gatherer)
    if cells:
        add_all(dict(zip(names, zip(*cells, strict=True), strict=True)), lines, gatherer)


def lacks_columns(names: Sequence[str], line: int, gatherer: Gatherer) -> bool:
    """Whether the columns are not those of a log; then their line is rejected."""
    lacking = [name for name in ("id", "competition", "kind") if name not in names]
    if lacking:
        shown = {"fields": ", ".join(lacking)}
        text = "the header has no column {fields}; the columns of a log are named as the fields of events, with commas between them"
        gatherer.reject_line(line, "header", ",".join(names), Message(text, shown))
    return bool(lacking)


def add_all(
    columns: Mapping[str, Sequence[str]], lines: Ints, gatherer: Gatherer, texts_of: Callable[[str, str], Texts] | None = None
) -> None:
    """Take in all rows, kind by kind.

    texts_of   the look-up of a field of a kind, "" for all that are none; a new one for each if None
    """
    texts_of = texts_of or texts
    kinds = dict.fromkeys(columns["kind"])
    found = {kind: number for number, kind in enumerate(dict.fromkeys(kind if kind in KINDS else "" for kind in kinds))}
    number_of = {kind: found[kind if kind in KINDS else ""] for kind in kinds}
    numbers = np.fromiter(map(number_of.__getitem__, columns["kind"]), np.int32, lines.size)
    used = {name: column for name, column in columns.items() if any(column)}
    for kind, number in found.items():
        mask = (numbers == number).tobytes()
        mine: dict[str, Sequence[Any]] = dict(used)
        chosen = np.flatnonzero(np.frombuffer(mask, np.uint8))
        if len(found) > 1:
            mine = {name: _picked(column, chosen, mask) for name, column in used.items()}
            mine = {name: column for name, column in mine.items() if any(column)}
        if not kind:
            rows_left, mine = _without_blank(chosen.tolist(), mine, lines, gatherer)
            chosen = np.array(rows_left, np.int64)
        if chosen.size:
            _add_kind(kind, mine, lines[chosen], gatherer, texts_of)


def _picked(column: Sequence[str], chosen: Ints, mask: bytes) -> list[str]:
    """The cells of the rows `chosen`; a mask over all rows is the faster way where they are many."""
    if 8 * chosen.size > len(column):
        return list(compress(column, mask))
    return [column[row] for row in chosen.tolist()]


def _add_kind(
    kind: str, columns: dict[str, Sequence[Any]], lines: Any, gatherer: Gatherer, texts_of: Callable[[str, str], Texts]
) -> None:
    """Take in the rows of one kind; "" stands for all that are none."""
    if "seq" in columns:
        columns["seq"] = numbers(columns["seq"])
    tables = {name: texts_of(kind, name) for name in (*columns, "kind", "competition")}
    gatherer.add(list(columns), list(columns.values()), lines, tables.__getitem__, kind)


def numbers(cells: Sequence[str]) -> Sequence[str]:
    """Cells with what is a number marked as one."""
    if "" not in cells and (joined := "".join(cells)).isdigit() and joined.isascii() and not any(map(_padded, cells)):
        return list(map(MARK.__add__, cells))
    marked = []
    for cell in cells:
        try:
            is_number = plain(cell.strip()) is not None
        except OversizeError:
            is_number = True
        marked.append(MARK + cell.strip() if is_number else cell)
    return marked


def _padded(cell: str) -> bool:
    return cell[0] == "0" and len(cell) > 1


def _without_blank(
    rows: list[int], columns: dict[str, Sequence[Any]], lines: Any, gatherer: Gatherer
) -> tuple[list[int], dict[str, Sequence[Any]]]:
    """The rows without a kind that have some other cell filled in; those that have none are rejected as blank."""
    filled = [any(column[place] for column in columns.values()) for place in range(len(rows))]
    for row, is_filled in zip(rows, filled, strict=True):
        if not is_filled:
            gatherer.reject_line(int(lines[row]), "blank", "", Message("the row is blank; delete it if nothing is missing there"))
    kept = [place for place, is_filled in enumerate(filled) if is_filled]
    return [rows[place] for place in kept], {name: [column[place] for place in kept] for name, column in columns.items()}


def _one_column_each(
    line: int, names: list[str], rows: list[list[str]], lines: Any, gatherer: Gatherer
) -> tuple[list[str], list[list[str]], Any]:
    """Columns of the same name made one, those without a name dropped; rows that lose something by it are rejected."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    nameless = places.pop("", [])
    for name, of_name in places.items():
        if len(of_name) > 1:
            message = Message("the header names the column {field} more than once; keep one of them", {"field": name})
            gatherer.reject_line(line, "repeated-column", name, message)
    kept, kept_lines = [], []
    for number, row in zip(lines.tolist(), rows, strict=True):
        values = [{row[place] for place in of_name} - {""} for of_name in places.values()]
        if lost := next((row[place] for place in nameless if row[place].strip()), None):
            message = Message("the cell {value} is in a column without a name; name the column", {"value": lost[:SHOWN]})
            gatherer.reject_line(number, "nameless-column", lost, message)
        elif any(len(value) > 1 for value in values):
            name, value = next((name, value) for name, value in zip(places, values, strict=True) if len(value) > 1)
            shown = " / ".join(sorted(value))[:SHOWN]
            message = Message("the column {field} is there more than once with different cells: {value}", {"field": name, "value": shown})
            gatherer.reject_line(number, "repeated-column", shown, message)
        else:
            kept.append([next(iter(value), "") for value in values])
            kept_lines.append(number)
    return list(places), kept, np.array(kept_lines, np.int64)


def texts(kind: str, field: str) -> Texts:
    """A new look-up of a field of a kind, "" for all that are none."""
    convert = _CONVERTERS[field_type(kind, field) if kind in KINDS else None]
    return Texts(convert, _LITERAL.get(convert))


def _as_text(cell: str) -> tuple[str, int]:
    return cell, TEXT


def _as_it_stands(cell: str) -> tuple[str, int]:
    return cell, UNKNOWN


def _as_number(cell: str) -> tuple[str, int]:
    if cell[0] == MARK:  # seq, marked before
        cell = cell[1:]
    text = cell.strip()
    try:
        number = plain(text)
    except OversizeError:
        return text[:SHOWN], OVERSIZE
    if number is not None:
        return number, NUMBER
    if text[:1] == '"':
        try:
            quoted = _json.decode(text)
        except (ValueError, RecursionError):
            return cell, TEXT
        return (quoted, TEXT) if isinstance(quoted, str) else (cell, TEXT)
    return cell, TEXT


def _as_boolean(cell: str) -> tuple[str, int]:
    lower = cell.strip().lower()
    return (lower, BARE) if lower in ("true", "false") else (cell, TEXT)


def _as_json(cell: str) -> tuple[str, int]:
    try:
        value = _json.decode(cell)
        return (json_text(value), BARE) if isinstance(value, (list, dict)) else (cell, TEXT)
    except NestingError:
        return NESTED, OVERSIZE
    except OversizeError:
        return cell[:SHOWN], OVERSIZE
    except (ValueError, RecursionError):
        return cell, TEXT


_LITERAL: dict[Convert, int] = {_as_text: TEXT, _as_it_stands: UNKNOWN}

_CONVERTERS: dict[str | None, Convert] = {
    None: _as_it_stands,
    "text": _as_text,
    "time": _as_text,
    "date": _as_text,
    "number": _as_number,
    "integer": _as_number,
    "boolean": _as_boolean,
    "list": _as_json,
    "object": _as_json,
}
