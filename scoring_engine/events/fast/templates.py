"""Lines that differ only in their values.

A template is what lines of one length, with values of the same lengths at the same places, have in common: every other byte. A line
matches if all of these bytes are the same; whether what stands at the places of values is a value is for others to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events.fast.lines import LONGEST, Block

if TYPE_CHECKING:
    from scoring_engine.events.log import Bools, Ints
    from scoring_engine.events.words import Words

FEW = 8
"""Lines of one template for which it is not worth while to have one."""

TRIES = 6
"""Templates that are made for the lines of one length in one block; what then has none goes the slow way."""

TOGETHER = 32
"""Lines that are compared in one step."""

KEPT = 12
"""Templates that are kept for the lines of one length."""


class Cell(NamedTuple):
    """Where a value stands: bytes `start` to `stop` of the line. `quoted`: it is a text whose quotes are outside of that."""

    name: str
    start: int
    stop: int
    quoted: bool


class Template:
    """Lines of one layout.

    kind     of the events
    names    of their fields
    cells    where their values stand, without that of the kind
    place    where a field is among the cells
    words    uint64 (words,), the line with NUL for values and after its end
    mask     uint64 (words,), the bits that are not of values
    layout   what templates share whose values are treated together
    uses     how many lines matched so far
    """

    __slots__ = ("cells", "kind", "layout", "length", "mask", "names", "place", "uses", "words")

    def __init__(self, kind: str, line: bytes, cells: Sequence[Cell]) -> None:
        self.kind = kind
        self.names = tuple(cell.name for cell in cells)
        self.cells = tuple(cell for cell in cells if cell.name != "kind")
        self.place = {cell.name: place for place, cell in enumerate(self.cells)}
        self.layout = (kind, self.names, tuple(cell.quoted for cell in self.cells))
        self.length = len(line)
        self.uses = 0
        size = 8 * words_of(len(line))
        letters, mask = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
        letters[: len(line)] = np.frombuffer(line, np.uint8)
        mask[: len(line)] = 255
        for cell in self.cells:
            letters[cell.start : cell.stop] = 0
            mask[cell.start : cell.stop] = 0
        self.words: Words = letters.view("<u8")
        self.mask: Words = mask.view("<u8")

    def matches(self, rows: Words) -> tuple[Bools | None, Words]:
        """Which rows match (None if all do), and these rows."""
        good: Bools | None = None
        while rows.size:
            other = ((_any(np.bitwise_or, rows) ^ self.words) | (_any(np.bitwise_and, rows) ^ self.words)) & self.mask
            if not other.any():
                break
            place = int(np.flatnonzero(other)[0])
            same = ((rows[:, place] ^ self.words[place]) & self.mask[place]) == 0
            if good is None:
                good = same
            else:
                good[good] = same
            rows = rows[same]
        return good, rows

    def lines(self, rows: Words) -> list[bytes]:
        """Rows that match as lines."""
        letters = np.ascontiguousarray(rows).view(np.uint8)[:, : self.length]
        return [letter.tobytes() for letter in letters]


def _any(operation: np.ufunc, rows: Words) -> Words:
    """`operation.reduce(rows, axis=0)`, which takes as long as a step for each row takes; here a step is for many rows."""
    count, width = rows.shape
    whole = count - count % TOGETHER
    if not whole:
        return operation.reduce(rows, axis=0)  # type: ignore[no-any-return]
    folded = operation.reduce(rows[:whole].reshape(-1, TOGETHER * width), axis=0).reshape(TOGETHER, width)
    return operation.reduce(np.concatenate((folded, rows[whole:])), axis=0)  # type: ignore[no-any-return]


def words_of(length: int) -> int:
    """Words of the row of a line of so many bytes: a whole one is left after its end."""
    return (length + 15) // 8


class Found(NamedTuple):
    """Lines that match a template: int64 (n,) their places in the block or their numbers, uint64 (n, words) their bytes."""

    template: Template
    which: Ints
    rows: Words


class Templates:
    """All templates seen so far.

    learn   makes a template of a line, or None if there can be none
    known   those of lines of one length, by length
    """

    def __init__(self, learn: Callable[[bytes], Template | None], known: dict[int, list[Template]]) -> None:
        self.learn = learn
        self.known = known

    def sort(self, block: Block, rest: Bools) -> Iterator[Found]:
        """The lines of the block by their templates; `rest`, bool (lines,), becomes true for those that have none."""
        lengths = np.minimum(block.lengths, LONGEST + 1)
        if not block.letters[: block.size].min():  # a NUL could be taken for what words are filled up with
            nul = np.flatnonzero(block.letters[: block.size] == 0)
            lengths[np.searchsorted(block.starts, nul, side="right") - 1] = LONGEST + 1
        many = np.bincount(lengths, minlength=LONGEST + 2) >= FEW
        many[LONGEST + 1] = False
        rest |= ~many[lengths]
        for length in np.flatnonzero(many).tolist():
            yield from self._of_length(block, np.flatnonzero(lengths == length), length, rest)

    def _of_length(self, block: Block, which: Ints, length: int, rest: Bools) -> Iterator[Found]:
        """The lines `which`, which are of one length, by their templates."""
        rows = block.rows(which, words_of(length))
        known = self.known.setdefault(length, [])
        for template in known:
            if which.size:
                found, which, rows = _split(template, which, rows)
                if found.which.size:
                    template.uses += found.which.size
                    yield found
        for _ in range(TRIES):
            if which.size < FEW:
                break
            made = self.learn(block.line(int(which[0])))
            if made is None:
                rest[which[0]] = True
                which, rows = which[1:], rows[1:]
            else:
                known.append(made)
                found, which, rows = _split(made, which, rows)
                made.uses = found.which.size
                yield found
        known.sort(key=lambda template: -template.uses)
        del known[KEPT:]
        rest[which] = True


def _split(template: Template, which: Ints, rows: Words) -> tuple[Found, Ints, Words]:
    """The lines that match, and the others."""
    good, matching = template.matches(rows)
    if good is None:
        return Found(template, which, rows), which[:0], rows[:0]
    return Found(template, which[good], matching), which[~good], rows[~good]
