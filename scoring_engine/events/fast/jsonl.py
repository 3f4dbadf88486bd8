"""JSON Lines, the fast way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scoring_engine.events import jsonl
from scoring_engine.events.fast.reader import BROKEN, Reader
from scoring_engine.events.fast.templates import Cell, Template
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.events.words import WIDEST

if TYPE_CHECKING:
    from scoring_engine.events.fast.known import Known
    from scoring_engine.events.fast.lines import Block
    from scoring_engine.events.gathering import Gatherer, Texts
    from scoring_engine.events.log import Ints

_BEGIN = re.compile(r"[ \t]*\{")
_KEY = re.compile(r'[ \t]*"([^"\\\x00-\x1f]*)"[ \t]*:[ \t]*')
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f]|\\.)*)"')
_BARE = re.compile(r"[^\s\"',\[\]{}]+")
_NEXT = re.compile(r"[ \t]*,")
_END = re.compile(r"[ \t]*\}[ \t\r]*")


def parse(blocks: Iterable[Block], gatherer: Gatherer, known: Known) -> None:
    """Take in all events of a source in UTF-8, without byte order mark; the same that `events.jsonl.parse` makes of it."""
    gatherer.json = known.tables
    Reader(gatherer, JsonLines(gatherer), known).read(blocks)


class JsonLines:
    """Objects on lines. A value is taken for one only after JSON's own parser took it."""

    ends = b'"\\'

    def __init__(self, gatherer: Gatherer) -> None:
        self.gatherer = gatherer

    def key(self, kind: str) -> str:
        """The fields of all kinds are looked up in the same way."""
        return ""

    def texts(self, kind: str, field: str) -> Texts:
        """The look-up of a field."""
        return self.gatherer.json_texts(field)

    def rest(self, lines: Sequence[bytes], numbers: Ints, cut: bool) -> None:
        """Take in lines by the general reader."""
        jsonl.add(lines, numbers.tolist(), cut, self.gatherer)

    def learn(self, line: bytes) -> Template | None:
        """The template of a line that is an object with an id, a competition and a kind that there is."""
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return None
        if text.isascii():
            cells = _cells(text)
        else:  # places are of bytes
            cells = [cell._replace(start=_bytes(text, cell.start), stop=_bytes(text, cell.stop)) for cell in _cells(text)]
        values = {cell.name: line[cell.start : cell.stop] for cell in cells}
        quoted = {cell.name for cell in cells if cell.quoted}
        if len(values) < len(cells) or not {"id", "competition", "kind"} <= values.keys():
            return None
        if not {"id", "kind", "at"} & values.keys() <= quoted:
            return None
        kind = values["kind"].decode()
        number = values.get("seq", b"1")
        if kind not in KINDS or not number.isdigit() or len(number) > 16 or "seq" in quoted:
            return None
        if not 0 < len(values["id"]) <= 64 or max(map(len, values.values())) > 8 * WIDEST:
            return None
        return Template(kind, line, cells)

    @staticmethod
    def values(cells: list[bytes], quoted: bool) -> list[object]:
        """The values of members, each of which stands in the text of a cell; `BROKEN` where it does not."""
        if quoted:
            joined = b'["%b"]' % b'","'.join(cells)
            # as many quotes as there should be, and none of them escaped: each text ends where its cell does
            if b"\\" not in joined and joined.count(b'"') == 2 * len(cells):
                values = jsonl.values(joined)
                if values is not None:
                    return values
            cells = [b'"%b"' % cell for cell in cells]
        elif not b"".join(cells).translate(None, b"0123456789.eE+-"):  # nothing by which a cell could be more than one value
            values = jsonl.values(b"[%b]" % b",".join(cells))
            if values is not None:
                return values
        return [BROKEN if (value := jsonl.values(b"[%b]" % cell)) is None or len(value) != 1 else value[0] for cell in cells]


def _bytes(text: str, place: int) -> int:
    return len(text[:place].encode())


def _cells(text: str) -> list[Cell]:
    """Where the members' values stand in the text of an object; nothing where they cannot be told apart."""
    cells: list[Cell] = []
    match = _BEGIN.match(text)
    while match is not None and (key := _KEY.match(text, match.end())) is not None:
        start = key.end()
        value = _QUOTED.match(text, start)
        if value is not None:
            cells.append(Cell(key[1], start + 1, value.end() - 1, True))
            end = value.end()
        else:
            end = _end_of_bare(text, start)
            if end < 0:
                return []
            cells.append(Cell(key[1], start, end, False))
        if _END.fullmatch(text, end):
            return cells
        match = _NEXT.match(text, end)
    return []


def _end_of_bare(text: str, start: int) -> int:
    """Where a number, true, false, null, a list or an object ends; -1 where none begins."""
    if text[start : start + 1] in ("[", "{"):
        return jsonl.end_of_value(text, start)
    bare = _BARE.match(text, start)
    return -1 if bare is None else bare.end()
