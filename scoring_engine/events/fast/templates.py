"""Lines that differ only in their values.

A template is what lines with values at the same places have in common: every other byte. One of the values may be longer in one line than
in the next; what stands behind it is then found from the end of the line. A line matches if all bytes between the values are the same;
whether what stands at the places of values is a value is for others to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events.fast.lines import LONGEST, Block
from scoring_engine.events.words import fold

if TYPE_CHECKING:
    from scoring_engine.events.log import Bools, Ints
    from scoring_engine.events.words import Words

TRIES = 6
"""Templates that are made for the lines of one length in one block; what then has none goes the slow way."""

PATIENCE = 20
"""Templates made in one block that few lines match, after which no more are made: its lines differ in more than values."""

KEPT = 100
"""Templates that are kept."""


class Cell(NamedTuple):
    """Where a value stands: bytes `start` to `stop` of the line. `quoted`: it is a text whose quotes are outside of that.

    In a template the places are those in the `row` of what is taken out of a line, 0 or 1, and `stop` is where the longest value ends.
    """

    name: str
    start: int
    stop: int
    quoted: bool
    row: int = 0


class Template:
    """Lines of one layout.

    kind       of the events
    cells      where their values stand, without that of the kind
    names      of their fields
    place      where a field is among the cells
    layout     what templates have in common whose values can be looked at together
    elastic    the place of the value that is not of one length in all lines, -1: there is none
    least      bytes of the shortest line
    most       bytes of the longest one
    literals   of what is taken out of a line: words from its beginning on; then, if a value is elastic, the words that end with the line
    uses       how many lines matched so far
    """

    __slots__ = (
        "_back",
        "_between",
        "_learnt",
        "_probe",
        "_sizes",
        "cells",
        "elastic",
        "kind",
        "layout",
        "least",
        "literals",
        "most",
        "names",
        "place",
        "uses",
    )

    def __init__(self, kind: str, line: bytes, cells: Sequence[Cell], elastic: int = -1, least: int = 0, most: int = 0) -> None:
        """The template of lines like this one, whose cells are `cells`; if one is elastic, of `least` to `most` bytes."""
        self.kind = kind
        self.names = tuple(cell.name for cell in cells)
        self.elastic = elastic
        self.uses = 0
        self._learnt = line, cells
        self._probe: tuple[int, int] | None = None
        cells = [cell for cell in cells if cell.name != "kind"]
        self.place = {cell.name: place for place, cell in enumerate(cells)}
        self.layout = kind, self.names, tuple(cell.quoted for cell in cells)
        self._sizes = [(cell.stop - cell.start, cell.stop - cell.start) for cell in cells]
        stops, starts = [0, *(cell.stop for cell in cells)], [*(cell.start for cell in cells), len(line)]
        self._between = [line[stop:start] for stop, start in zip(stops, starts, strict=True)]
        if elastic < 0:
            self.least = self.most = len(line)
            self.cells = tuple(cells)
            self.literals: tuple[Literal, ...] = (_literal(line, self.cells, words_of(len(line))),)
            return
        name, start, stop, quoted, _ = cells[elastic]
        self.least, self.most = (len(line) - (stop - start) + size for size in (least, most))
        self._sizes[elastic] = least, most
        first = (*cells[:elastic], Cell(name, start, start + most, quoted))
        head = _literal(line[:start], first, words_of(start + most))
        self._back = 8 * -(-(len(line) - stop) // 8)
        shift = self._back - len(line)  # the end of the line is that of a word
        behind = tuple(cell._replace(start=cell.start + shift, stop=cell.stop + shift, row=1) for cell in cells[elastic + 1 :])
        spare = any(cell.start < cell.stop for cell in behind)
        tail = _literal(bytes(stop + shift) + line[stop:], behind, self._back // 8 + spare, stop + shift)
        self.cells = first + behind
        self.literals = (head, tail) if self._back else (head,)

    def joined(self, other: Template) -> Template | None:
        """The template of the lines of this one and of one that has just been learnt; None if more than one value had to be elastic."""
        if self.layout != other.layout or self._between != other._between:
            return None
        sizes = [(min(least, size), max(most, size)) for (least, most), (size, _) in zip(self._sizes, other._sizes, strict=True)]
        elastic = [place for place, (least, most) in enumerate(sizes) if least < most]
        if len(elastic) != 1:
            return None
        cell = other.cells[elastic[0]]
        if cell.name == "seq" or cell.start < 8:  # a number is read at its place; and what ends with the line begins within it
            return None
        return Template(other.kind, *other._learnt, elastic[0], *sizes[elastic[0]])

    def match(self, block: Block, which: Ints) -> Found | None:
        """Those of the lines `which`, all of them `least` to `most` bytes long, that match; None if none does."""
        if self._probe is not None:  # where lines that looked alike differed before: one word tells them apart
            row, place = self._probe
            found = block.words(self._begins(block, which, row) + 8 * place, 1)[:, 0]
            same = self.literals[row].equal(place, found)
            which = which if same.all() else which[same]
        rows = [block.words(self._begins(block, which, row), literal.words.size) for row, literal in enumerate(self.literals)]
        while which.size:
            folded = [(fold(np.bitwise_and, row), fold(np.bitwise_or, row)) for row in rows]
            differing = [literal.differing(low, high) for literal, (low, high) in zip(self.literals, folded, strict=True)]
            wrong = [row for row, places in enumerate(differing) if places.size]
            if not wrong:
                varied = tuple((low ^ high).view(np.uint8).astype(bool).tobytes() for low, high in folded)
                sizes = None if self.elastic < 0 else block.lengths[which] - (self.least - self._sizes[self.elastic][0])
                return Found(self, which, tuple(rows), varied, sizes)
            self._probe = row, place = wrong[0], int(differing[wrong[0]][0])
            same = self.literals[row].equal(place, rows[row][:, place])
            which, rows = which[same], [row[same] for row in rows]
        return None

    def _begins(self, block: Block, which: Ints, row: int) -> Ints:
        """Where what is taken out of lines begins."""
        if not row:
            return block.starts[which]
        return block.starts[which] + (block.lengths[which] - self._back)


class Literal(NamedTuple):
    """What lines have in common: uint64 (words,), NUL where they have not, and uint64 (words,), the bits in which they are the same."""

    words: Words
    mask: Words

    def differing(self, low: Words, high: Words) -> Ints:
        """The words in which rows are not all as they should be, given what becomes of the rows by "and" and by "or"."""
        return (((low ^ self.words) | (high ^ self.words)) & self.mask).nonzero()[0]

    def equal(self, place: int, column: Words) -> Bools:
        """Which rows are as they should be in one word."""
        same: Bools = ((column ^ self.words[place]) & self.mask[place]) == 0
        return same


class Found(NamedTuple):
    """Lines that match a template.

    which    int64 (n,), their places in the block
    rows     for each of the template's literals what was taken out of them, uint64 (n, words)
    varied   which bytes of these rows are not the same in all lines: for each row 1 or 0 as bytes
    sizes    int64 (n,), the bytes of the elastic value, if there is one
    """

    template: Template
    which: Ints
    rows: tuple[Words, ...]
    varied: tuple[bytes, ...]
    sizes: Ints | None


def _literal(line: bytes, cells: Sequence[Cell], size: int, begin: int = 0) -> Literal:
    """The literal of `size` words of what `line` is from `begin` on, but for its cells."""
    letters, mask = np.zeros(8 * size, np.uint8), np.zeros(8 * size, np.uint8)
    letters[: len(line)] = np.frombuffer(line, np.uint8)
    mask[begin : len(line)] = 255
    for cell in cells:
        mask[cell.start : cell.stop] = 0
    letters &= mask
    return Literal(letters.view("<u8"), mask.view("<u8"))


def words_of(length: int) -> int:
    """Words of the row of a line of so many bytes: a whole one is left after its end."""
    return (length + 15) // 8


class Templates:
    """All templates seen so far.

    learn   makes a template of a line, or None if there can be none
    known   them, the most used first
    """

    def __init__(self, learn: Callable[[bytes], Template | None], known: list[Template]) -> None:
        self.learn = learn
        self.known = known

    def sort(self, block: Block, free: Bools, few: int) -> Iterator[Found]:
        """Lines of the block by their templates, `few` of them or more; `free`, bool (lines,), true at first, remains so for the others."""
        left = block.sizes.size
        below: list[int] | None = None
        for template in self.known:
            if left < few:
                break
            if template is not self.known[0]:  # which most lines are of: only what it leaves is counted by length
                below = below or np.bincount(block.sizes[free], minlength=LONGEST + 2).cumsum().tolist()
                if below[template.most] - below[template.least - 1] < few:
                    continue
            found = self._match(template, block, free, few)
            if found is not None:
                left -= found.which.size
                yield found
        if left >= few:
            yield from self._of_new(block, free, few)
        self.known.sort(key=lambda template: -template.uses)
        del self.known[KEPT:]

    def _match(self, template: Template, block: Block, free: Bools, few: int) -> Found | None:
        """The free lines that match."""
        within = (block.sizes >= template.least) & (block.sizes <= template.most)
        within &= free
        which = within.nonzero()[0]
        if which.size < few:
            return None
        found = template.match(block, which)
        if found is not None:
            template.uses += found.which.size
            free[found.which] = False
        return found

    def _of_new(self, block: Block, free: Bools, few: int) -> Iterator[Found]:
        """Free lines by templates that are made of some of them."""
        many = np.bincount(block.sizes[free], minlength=LONGEST + 2) >= few
        patience = PATIENCE
        for length in np.flatnonzero(many[: LONGEST + 1]).tolist():
            tried = free & (block.sizes == length)
            for _ in range(TRIES):
                tried &= free
                which = tried.nonzero()[0]
                if which.size < few or not patience:
                    break
                tried[which[0]] = False
                made = self._made(block.line(int(which[0])))
                found = None if made is None else self._match(made, block, free, 1)
                if found is None or found.which.size < few:
                    patience -= 1
                if found is not None:
                    yield found

    def _made(self, line: bytes) -> Template | None:
        """The template of a line; one that is known becomes more elastic if that is enough."""
        made = self.learn(line)
        if made is None:
            return None
        for place, known in enumerate(self.known):
            joined = known.joined(made)
            if joined is not None:
                joined.uses = known.uses
                self.known[place] = joined
                return joined
        self.known.append(made)
        return made
