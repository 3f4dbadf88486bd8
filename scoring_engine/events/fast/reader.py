"""The fast way from lines to codes.

Lines are sorted by templates (`templates`), the values of all lines of one layout are taken out as words, and words become codes
(`tokens`). Every line of which something is not certain goes to the general reader of the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from scoring_engine.events import words
from scoring_engine.events.fast.known import Known
from scoring_engine.events.fast.lines import Block
from scoring_engine.events.fast.templates import Found, Template, Templates
from scoring_engine.events.fast.tokens import BAD, Tokens
from scoring_engine.events.gathering import SEQ_LIMIT, Gatherer, Texts
from scoring_engine.events.ids import Ids, take
from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.times import parse

if TYPE_CHECKING:
    from scoring_engine.events.fast.tokens import Resolve
    from scoring_engine.events.log import Bools, Codes, Ints
    from scoring_engine.events.words import Words

    ValuesOf: TypeAlias = Callable[[list[bytes], bool], list[object]]

ENOUGH = 2000
"""Lines of one layout, or without any, that are treated together."""


class Codec(Protocol):
    """What sets one format apart from another.

    ends   ASCII characters that stand in no id as it is
    """

    ends: bytes

    def learn(self, line: bytes) -> Template | None:
        """The template of a line; None where it says something that only the general reader should judge."""

    def key(self, kind: str) -> str:
        """What the gatherer tells events of this kind by (see `Gatherer.take`)."""

    def texts(self, kind: str, field: str) -> Texts:
        """The look-up of a field."""

    @staticmethod
    def values(cells: list[bytes], quoted: bool) -> list[object]:
        """The raw values that stand in cells; `BROKEN` for a cell that is no value."""

    def rest(self, lines: Sequence[bytes], numbers: Ints, cut: bool) -> None:
        """Take in lines by the general reader; `cut`: the last one has no line break."""


BROKEN = object()
"""Stands for what is no value."""


class Reader:
    """Reads the lines of one source into a gatherer; `known` is what is known of such lines, and becomes more."""

    def __init__(self, gatherer: Gatherer, codec: Codec, known: Known) -> None:
        self.gatherer = gatherer
        self.codec = codec
        self.known = known
        self.templates = Templates(codec.learn, known.templates)
        self._waiting: dict[object, list[Found]] = {}
        self._rest: list[tuple[int, bytes]] = []

    def read(self, blocks: Iterable[Block]) -> None:
        """Take in all lines."""
        cut = False
        for block in blocks:
            rest = np.zeros(block.starts.size, bool)
            for template, which, rows in self.templates.sort(block, rest):
                waiting = self._waiting.setdefault(template.layout, [])
                waiting.append(Found(template, which + block.first, rows))
            cut = block.cut
            self._rest += [(row + block.first, block.line(row)) for row in np.flatnonzero(rest).tolist()]
            self._work(ENOUGH)
        self._work(1)
        if self._rest:
            self._work_rest(cut)

    def _work(self, enough: int) -> None:
        """Take in what waits, where it is enough."""
        for waiting in self._waiting.values():
            if sum(found.which.size for found in waiting) >= enough:
                self._take(waiting)
                waiting.clear()
        if len(self._rest) > ENOUGH:
            self._rest.sort()
            last = self._rest.pop()  # the one that may be cut off
            self._work_rest(False)
            self._rest.append(last)

    def _work_rest(self, cut: bool) -> None:
        self._rest.sort()
        numbers = np.array([number for number, _ in self._rest], np.int64)
        self.codec.rest([line for _, line in self._rest], numbers, cut)
        self._rest.clear()

    def _take(self, found: Sequence[Found]) -> None:
        """Take in lines of one layout."""
        values = Values(found)
        template = found[0].template
        ids: Sequence[str]
        ids, good = values.ids(template.place["id"], self.codec.ends)
        seq = np.full(values.size, MISSING_TIME, np.int64)
        at, offset = seq, np.zeros(values.size, np.int64)
        columns: dict[str, Codes] = {}
        tables: dict[str, Texts] = {}
        for name in template.names:
            if name == "id":
                continue
            place = template.place.get(name, -1)
            if name == "seq":
                seq, sound = values.numbers(place)
                good &= sound
                continue
            if name == "at":
                codes = values.codes(place, self._tokens_of(template, place))
                at, offset = self.known.at.take(codes), self.known.offset.take(codes)
                good &= _sound(codes)
                continue
            tables[name] = self.codec.texts(template.kind, name)
            if name == "kind":
                columns[name] = words.constant(tables[name][template.kind], values.size)
                continue
            columns[name] = values.codes(place, self._tokens_of(template, place))
            good &= _sound(columns[name])
        lines = values.numbers_of_lines
        if not good.all():
            self._rest += values.lines(~good)
            ids = take(ids, good)
            seq, at, offset, lines = seq[good], at[good], offset[good], lines[good]
            columns = {name: codes[good] for name, codes in columns.items()}
        self.gatherer.take(ids, seq, (at, offset), lines, columns, tables, self.codec.key(template.kind))

    def _tokens_of(self, template: Template, place: int) -> Tokens:
        """The codes of a field; kinds of which a field is looked up in the same way share them."""
        cell = template.cells[place]
        texts = None if cell.name == "at" else self.codec.texts(template.kind, cell.name)
        key = (0 if texts is None else id(texts), cell.quoted)
        tokens = self.known.tokens.get(key)
        if tokens is None:
            if texts is None:
                resolve = _times(self.codec.values, self.known)
            else:
                resolve = _fields(self.codec.values, texts, cell.quoted, cell.name == "competition")
            tokens = self.known.tokens[key] = Tokens(resolve)
        return tokens


def _sound(codes: Codes) -> Bools | bool:
    """Which codes are not BAD, True where all are of one that is not."""
    return True if codes.strides == (0,) and codes[0] != BAD else codes != BAD


def _times(values_of: ValuesOf, known: Known) -> Resolve:
    """What gives the codes of distinct times."""

    def resolve(cells: list[bytes]) -> Codes:
        values = values_of(cells, True)
        at, offset, bad = parse([value if isinstance(value, str) else "" for value in values])
        codes = np.arange(known.at.size, known.at.size + len(cells), dtype=np.int32)
        codes[bad] = BAD
        codes[[value == "" for value in values]] = 0
        known.at, known.offset = np.append(known.at, at), np.append(known.offset, offset)
        return codes

    return resolve


def _fields(values_of: ValuesOf, texts: Texts, quoted: bool, needed: bool) -> Resolve:
    """What gives the codes of distinct values of a field, which may not lack where it is `needed`."""

    def resolve(cells: list[bytes]) -> Codes:
        values = values_of(cells, quoted)
        if BROKEN in values:
            codes = texts.codes([None if value is BROKEN else value for value in values])
            codes[[value is BROKEN for value in values]] = BAD
        else:
            codes = texts.codes_of_new(values)
        codes[texts.is_oversize(codes)] = BAD
        if needed:
            codes[codes < 0] = BAD
        return codes

    return resolve


class Values:
    """The values of lines of one layout, template by template."""

    def __init__(self, found: Sequence[Found]) -> None:
        self.found = found
        self.ends: list[int] = np.cumsum([one.which.size for one in found]).tolist()
        self.size = self.ends[-1]
        self.numbers_of_lines: Ints = np.concatenate([one.which for one in found])

    def _pieces(self, place: int) -> Iterator[tuple[slice, Words, int, int]]:
        """For each template where its rows are, these, and where in them the value begins and ends."""
        start = 0
        for (template, _, rows), end in zip(self.found, self.ends, strict=True):
            cell = template.cells[place]
            yield slice(start, end), rows, cell.start, cell.stop
            start = end

    def _longest(self, place: int) -> int:
        """The bytes of a value, where it has the most."""
        cells = [template.cells[place] for template, _, _ in self.found]
        return max(cell.stop - cell.start for cell in cells)

    def _cut(self, place: int, columns: Sequence[Words]) -> None:
        for part, rows, start, stop in self._pieces(place):
            words.cut(rows, start, stop, [column[part] for column in columns])

    def codes(self, place: int, tokens: Tokens) -> Codes:
        """The codes of a value; -1 where it is empty in all lines."""
        longest = self._longest(place)
        if not longest:
            return words.constant(tokens.empty, self.size)
        columns = [np.empty(self.size, np.uint64) for _ in range(words.count(longest))]
        self._cut(place, columns)
        return tokens.codes(columns)

    def ids(self, place: int, ends: bytes) -> tuple[Ids, Bools]:
        """The ids, and which of them stand there as they are; `ends` are ASCII characters that are not in such an id."""
        packed = np.empty((self.size, words.count(self._longest(place))), "<u8")
        self._cut(place, list(packed.T))
        good = words.plain(packed.view(np.uint8), ends)
        return Ids(packed.view(f"S{8 * packed.shape[1]}").ravel()), np.ones(self.size, bool) if good is None else good

    def numbers(self, place: int) -> tuple[Ints, Bools]:
        """Whole numbers, and which of them are some."""
        numbers, good = np.empty(self.size, np.int64), np.empty(self.size, bool)
        for part, rows, start, stop in self._pieces(place):
            numbers[part], good[part] = words.whole_numbers(rows, start, stop)
        return numbers, good & (numbers <= SEQ_LIMIT)

    def lines(self, wanted: Bools) -> list[tuple[int, bytes]]:
        """Some of the lines, with their numbers."""
        lines: list[tuple[int, bytes]] = []
        start = 0
        for (template, which, rows), end in zip(self.found, self.ends, strict=True):
            mine = wanted[start:end]
            lines += zip(which[mine].tolist(), template.lines(rows[mine]), strict=True)
            start = end
        return lines
