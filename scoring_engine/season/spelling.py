"""Tables as bytes: rows of JSON or CSV in UTF-8, spelled for a block of rows at once.

Each cell of a block stands in a field of bytes as wide as the widest of its column, filled up with NUL, which no text holds; the
fields side by side, without the NULs, are the rows. A decimal's digits are computed in columns too, and the text of a code
is looked up in one buffer, so that nothing is done for a single row or value.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from scoring_engine.season.columns import DecimalColumn, ResultColumn, TextColumn, WholeColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.scoring.vectors import Bools, Ints

    Bytes: TypeAlias = NDArray[np.uint8]

ROWS = 4096
"""Rows of a block."""

ROOM = 1 << 22
"""Bytes that a block may fill; one with very long texts is halved until it does."""


class Form(NamedTuple):
    """How a table is spelled: what is around and between cells, what a missing one is, what is around texts, which of their
    characters are written in another way and how."""

    start: bytes
    between: bytes
    end: bytes
    missing: bytes
    quote: str
    special: re.Pattern[str]
    spell: Callable[[str], str]


def _csv_field(text: str) -> str:
    """A text as the csv module writes it."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow((text,))
    return line.getvalue()[:-1]


def _json_text(text: str) -> str:
    """What stands between the quotes of a JSON text."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


CSV = Form(b"", b",", b"\n", b"", "", re.compile('[,"\r\n]'), _csv_field)
"""Lines of CSV as the csv module writes them; nothing for a missing value."""

JSON = Form(b"[", b",", b"]\n", b"null", '"', re.compile(r'[\x01-\x1f"\\]'), _json_text)
"""A line for each row, a JSON list without spaces; decimals are texts."""


class Spelled(NamedTuple):
    """The rows of a table: all bytes, and int64 (n + 1,) where each row starts, and the last one ends."""

    text: bytes
    starts: Ints


def spelled(columns: Sequence[ResultColumn], form: Form) -> Spelled:
    """The rows of a table whose columns these are."""
    size = columns[0].size
    cells = [_cells(column, form) for column in columns]
    parts: list[bytes] = []
    lengths = [np.zeros(1, np.int64)]
    todo = [(start, min(start + ROWS, size)) for start in range(0, size, ROWS)][::-1]
    while todo:
        start, end = todo.pop()
        fields = [cell.width(start, end) for cell in cells]
        if sum(fields) * (end - start) > ROOM and end - start > 1:
            middle = (start + end) // 2
            todo += [(middle, end), (start, middle)]
            continue
        block = _block([cell.fill(start, end) for cell in cells], form)
        parts.append(block.tobytes().translate(None, b"\0"))
        lengths.append(np.count_nonzero(block, axis=1))
    return Spelled(b"".join(parts), np.cumsum(np.concatenate(lengths)))


def _block(fields: Sequence[Bytes], form: Form) -> Bytes:
    """The fields side by side with what is between them."""
    width = len(form.start) + sum(field.shape[1] for field in fields) + len(form.between) * (len(fields) - 1) + len(form.end)
    block = np.empty((fields[0].shape[0], width), np.uint8)
    at = 0

    def put(text: bytes) -> None:
        nonlocal at
        block[:, at : at + len(text)] = np.frombuffer(text, np.uint8)
        at += len(text)

    put(form.start)
    for number, field in enumerate(fields):
        put(form.between if number else b"")
        block[:, at : at + field.shape[1]] = field
        at += field.shape[1]
    put(form.end)
    return block


def _cells(column: ResultColumn, form: Form) -> _Texts | _Numbers:
    return _Texts(column, form) if isinstance(column, TextColumn) else _Numbers(column, form)


class _Texts:
    """The cells of a column of texts: where each distinct one stands in a buffer."""

    def __init__(self, column: TextColumn, form: Form) -> None:
        known = np.zeros(len(column.texts) + 1, bool)
        known[column.codes] = True
        used = np.flatnonzero(known[:-1])
        texts = list(map(column.texts.__getitem__, used.tolist()))
        if form.special.search("".join(texts)):
            texts = [form.spell(text) if form.special.search(text) else text for text in texts]
        between = form.quote + "\0" + form.quote
        whole = (form.quote + between.join(texts) + form.quote + "\0").encode() if texts else b""
        whole += form.missing + b"\0"
        buffer = np.frombuffer(whole, np.uint8)
        ends = np.flatnonzero(buffer == 0)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        place = np.empty(len(column.texts) + 1, np.int64)
        place[used] = np.arange(used.size)
        place[-1] = used.size
        row = place[column.codes]
        self._start = starts[row]
        self._length = (ends - starts)[row]
        self._buffer = np.concatenate((buffer, np.zeros(int((ends - starts).max()), np.uint8)))

    def width(self, start: int, end: int) -> int:
        """The bytes of the longest text of a block."""
        return int(self._length[start:end].max())

    def fill(self, start: int, end: int) -> Bytes:
        """The texts of a block, filled up."""
        width, at = self.width(start, end), self._start[start:end]
        if (at == at[0]).all():  # as are stage and status as a rule
            return np.broadcast_to(self._buffer[at[0] : at[0] + width], (end - start, width))
        windows = np.lib.stride_tricks.sliding_window_view(self._buffer, width) if width else np.zeros((self._buffer.size, 0), np.uint8)
        field = windows[at]
        field *= np.arange(width) < self._length[start:end, None]
        return field


class _Numbers:
    """The cells of a column of numbers."""

    def __init__(self, column: WholeColumn | DecimalColumn, form: Form) -> None:
        self._num = column.num
        self._ok = column.present
        self._places = column.places if isinstance(column, DecimalColumn) else 0
        self._quote = form.quote.encode() if isinstance(column, DecimalColumn) else b""
        self._missing = form.missing
        self._most = self._places if isinstance(self._places, int) else int(self._places.max(initial=0))

    def width(self, start: int, end: int) -> int:
        """More bytes than any number of a block needs."""
        return 23 + self._most

    def fill(self, start: int, end: int) -> Bytes:
        """The numbers of a block, filled up."""
        num, ok = np.where(self._ok[start:end], self._num[start:end], 0), self._ok[start:end]
        if isinstance(self._places, int):
            field = _digits(num, self._places)
        else:
            field = np.zeros((end - start, 22 + self._most), np.uint8)
            each = self._places[start:end]
            for places in np.unique(each).tolist():
                rows = np.flatnonzero(each == places)
                digits = _digits(num[rows], places)
                field[rows, field.shape[1] - digits.shape[1] :] = digits
        return self._finished(field, ok)

    def _finished(self, field: Bytes, ok: Bools) -> Bytes:
        """The field with quotes, and with what stands for a missing number."""
        edge, wide = len(self._quote), max(field.shape[1], len(self._missing))
        whole = np.zeros((field.shape[0], wide + 2 * edge), np.uint8)
        whole[:, wide + edge - field.shape[1] : wide + edge] = field
        if edge:
            whole[:, 0] = whole[:, -1] = self._quote[0]
        if not ok.all():
            whole[~ok] = 0
            whole[~ok, : len(self._missing)] = np.frombuffer(self._missing, np.uint8)
        return whole


def _digits(num: Ints, places: int) -> Bytes:
    """Integers as decimals of so many places, filled up on the left."""
    rest = np.abs(num).astype(np.uint64)
    top = int(rest.max(initial=0))
    if top < 2**32:
        rest = rest.astype(np.uint32)  # dividing them takes a third of the time
    count = max(len(str(top)), places + 1)
    width = 1 + count + (places > 0)
    field = np.zeros((num.size, width), np.uint8)
    for digit in range(count):
        tens = rest // 10
        shown = (rest - tens * 10).astype(np.uint8) + 48
        if digit > places:
            shown *= rest != 0
        field[:, width - 1 - digit - (0 < places <= digit)] = shown
        rest = tens
    if places:
        field[:, width - 1 - places] = 46
    below = np.flatnonzero(num < 0)
    field[below, (field[below] != 0).argmax(axis=1) - 1] = 45
    return field
