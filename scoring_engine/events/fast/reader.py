"""The fast way from lines to codes.

The lines of a block are sorted by templates (`templates`), their values are taken out as words (`values`), and words become codes
(`tokens`). Lines of which a block has only a few are put by until there are more of them. Every line of which something is not certain
goes to the general reader of the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import numpy as np

from scoring_engine.events import words
from scoring_engine.events.fast.known import Known
from scoring_engine.events.fast.lines import LONGEST, Apart, Block
from scoring_engine.events.fast.templates import Cell, Found, Template, Templates
from scoring_engine.events.fast.tokens import BAD, Tokens
from scoring_engine.events.fast.values import Together, Values
from scoring_engine.events.gathering import Gatherer, Texts
from scoring_engine.events.ids import take
from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.times import parse

if TYPE_CHECKING:
    from scoring_engine.events.fast.tokens import Resolve
    from scoring_engine.events.log import Bools, Codes, Ints

    ValuesOf: TypeAlias = Callable[[list[bytes], bool], list[object]]

MANY = 500
"""Lines of one layout in a block for which it is worth while to take them in by themselves; others are put by."""

FEW = 8
"""Lines of one layout among those put by for which it is worth while to have a template."""

APART = 1 << 22
"""Bytes of lines that are put by at most."""

ENOUGH = 2000
"""Lines that the general reader takes in at once."""


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


class _Field(NamedTuple):
    """A field of lines of one layout: the place of its cell, the look-up of its texts, if it has one, and their codes."""

    name: str
    place: int
    table: Texts | None
    tokens: Tokens | None


class Reader:
    """Reads the lines of one source into a gatherer; `known` is what is known of such lines, and becomes more."""

    def __init__(self, gatherer: Gatherer, codec: Codec, known: Known) -> None:
        self.gatherer = gatherer
        self.codec = codec
        self.known = known
        self.templates = Templates(codec.learn, known.templates)
        self._fields: dict[object, list[_Field]] = {}
        self._apart = Apart()
        self._rest: list[tuple[int, bytes]] = []

    def read(self, blocks: Iterable[Block]) -> None:
        """Take in all lines."""
        last = 0
        for block in blocks:
            last = int(block.numbers[-1]) if block.cut else 0
            others = self._take_in(block, MANY)
            fit = block.sizes[others] <= LONGEST
            if fit.any():
                self._apart.add(block, others[fit])
            self._leave(block, others[~fit])
            if self._apart.size > APART:
                self._work_apart()
            if len(self._rest) > ENOUGH:
                self._work_rest(last)
        self._work_apart()
        self._work_rest(last)

    def _take_in(self, block: Block, few: int) -> Ints:
        """Take in lines of which there are `few` or more of one layout; the others."""
        free = np.ones(block.starts.size, bool)
        layouts: dict[object, list[Found]] = {}
        for one in self.templates.sort(block, free, few):
            layouts.setdefault(one.template.layout, []).append(one)
        for found in layouts.values():
            self._take(block, found)
        return free.nonzero()[0]

    def _leave(self, block: Block, which: Ints) -> None:
        """Leave some lines to the general reader."""
        self._rest += zip(block.numbers[which].tolist(), map(block.line, which.tolist()), strict=True)

    def _work_apart(self) -> None:
        """Take in the lines put by."""
        if self._apart.size:
            block = self._apart.block()
            self._leave(block, self._take_in(block, FEW))

    def _work_rest(self, cut: int) -> None:
        """Take in lines by the general reader; the line with the number `cut` has no line break."""
        if self._rest:
            self._rest.sort()
            numbers, lines = zip(*self._rest, strict=True)
            self.codec.rest(lines, np.array(numbers, np.int64), numbers[-1] == cut)
            self._rest.clear()

    def _take(self, block: Block, found: Sequence[Found]) -> None:
        """Take in lines of one layout."""
        template = found[0].template
        values: Values | Together
        if len(found) == 1:
            values, which = Values(found[0]), found[0].which
        else:
            values, which = Together(found), np.concatenate([one.which for one in found])
        unsound: list[Bools] = []
        ids: Sequence[str] = []
        seq = words.constant_numbers(MISSING_TIME, which.size)
        times = self.known.times(words.constant(0, which.size))
        columns: dict[str, Codes] = {}
        tables: dict[str, Texts] = {}
        for name, place, table, tokens in self._fields_of(template):
            bad: Bools | None = None
            if table is not None:
                tables[name] = table
            if tokens is not None:
                codes = values.codes(place, tokens)
                bad = tokens.bad(codes)
                if table is None:
                    times = self.known.times(codes)
                else:
                    columns[name] = codes
            elif table is not None:
                columns[name] = words.constant(table[template.kind], which.size)
            elif name == "id":
                ids, bad = values.ids(place, self.codec.ends)
            else:
                seq, bad = values.numbers(place)
            if bad is not None:
                unsound.append(bad)
        lines = block.numbers[which]
        if unsound:
            bad = np.logical_or.reduce(unsound)
            self._leave(block, which[bad])
            good = np.flatnonzero(~bad)
            ids = take(ids, good)
            seq, times, lines = seq[good], times.take(good), lines[good]
            columns = {name: codes[good] for name, codes in columns.items()}
        self.gatherer.take(ids, seq, times, lines, columns, tables, self.codec.key(template.kind))

    def _fields_of(self, template: Template) -> list[_Field]:
        """The fields of lines of one layout."""
        fields = self._fields.get(template.layout)
        if fields is None:
            fields = self._fields[template.layout] = []
            for name in template.names:
                table = None if name in ("id", "seq", "at") else self.codec.texts(template.kind, name)
                place = template.place.get(name, -1)
                tokens = None if name in ("id", "seq", "kind") else self._tokens_of(template.cells[place], table)
                fields.append(_Field(name, place, table, tokens))
        return fields

    def _tokens_of(self, cell: Cell, texts: Texts | None) -> Tokens:
        """The codes of a field; kinds of which a field is looked up in the same way share them."""
        key = (0 if texts is None else id(texts), cell.quoted)
        tokens = self.known.tokens.get(key)
        if tokens is None:
            if texts is None:
                resolve = _times(self.codec.values, self.known)
            else:
                resolve = _fields(self.codec.values, texts, cell.quoted, cell.name == "competition")
            tokens = self.known.tokens[key] = Tokens(resolve)
        return tokens


def _times(values_of: ValuesOf, known: Known) -> Resolve:
    """What gives the codes of distinct times."""

    def resolve(cells: list[bytes]) -> Codes:
        values = values_of(cells, True)
        at, offset, bad = parse([value if isinstance(value, str) else "" for value in values])
        codes = known.add_times(at, offset)
        codes[bad] = BAD
        codes[[value == "" for value in values]] = 0
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
