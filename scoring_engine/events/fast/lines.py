"""A source of lines, in blocks that stay in a processor's cache while they are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np

from scoring_engine.events.words import WIDEST

if TYPE_CHECKING:
    from scoring_engine.events.log import Ints
    from scoring_engine.events.words import Letters, Words

BLOCK = 5 << 18
"""Bytes that are read at a time, about: few enough for a processor's cache to hold what is made of them as well."""

STEP = 1 << 18
"""Bytes in which line breaks are looked for at a time, a multiple of eight: few enough to stay where they are compared."""

LONGEST = 1000
"""Bytes of the longest line that is looked at as words."""

ROOM = LONGEST + 8 * WIDEST + 16
"""Bytes after the last line, so that every line can be taken out together with some of what follows."""

_NONE = np.zeros(0, np.int64)


class Block:
    """Whole lines.

    letters   uint8, the lines and `ROOM` bytes after them; overwritten when the next block is asked for
    starts    int64 (n,), where each line begins in `letters`
    lengths   int64 (n,), its bytes without the line break
    numbers   int64 (n,), ascending
    sizes     the same, but more than `LONGEST` for lines that are not to be looked at as words
    cut       whether the last line has no line break
    """

    __slots__ = ("cut", "lengths", "letters", "numbers", "sizes", "starts")

    def __init__(self, letters: Letters, starts: Ints, lengths: Ints, numbers: Ints, cut: bool = False) -> None:
        self.letters = letters
        self.starts = starts
        self.lengths = lengths
        self.sizes = lengths
        self.numbers = numbers
        self.cut = cut

    def line(self, row: int) -> bytes:
        """A line without its line break."""
        start = int(self.starts[row])
        return self.letters[start : start + int(self.lengths[row])].tobytes()

    def words(self, places: Ints, count: int) -> Words:
        """What stands at some places, as rows of so many words: uint64 (len(places), count)."""
        shifted = np.ndarray((self.letters.size - 8 * count + 1,), f"V{8 * count}", self.letters, 0, (1,))
        return shifted[places].view("<u8").reshape(places.size, count)


class Apart:
    """Lines of many blocks, put by until there are enough of them to be worked on together.

    size   bytes that they take
    """

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[tuple[Letters, Ints, Ints, Ints]] = []

    def add(self, block: Block, which: Ints) -> None:
        """Put by some lines of a block, none of them longer than `LONGEST`."""
        lengths = block.lengths[which]
        width = int(lengths.max()) // 8 + 1
        letters = block.words(block.starts[which], width).view(np.uint8).ravel()
        starts = np.arange(self.size, self.size + letters.size, 8 * width)
        self._pieces.append((letters, starts, lengths, block.numbers[which]))
        self.size += letters.size

    def block(self) -> Block:
        """All of them, which are then no longer here."""
        letters, starts, lengths, numbers = zip(*self._pieces, strict=True)
        self.size, self._pieces = 0, []
        whole = np.concatenate((*letters, np.zeros(ROOM, np.uint8)))
        return Block(whole, np.concatenate(starts), np.concatenate(lengths), np.concatenate(numbers))


def line_breaks(letters: Letters, start: int, end: int) -> tuple[Ints, Ints]:
    """Where line breaks stand in letters, and where NUL does, from `start` to `end`; the eight letters from `end` on are overwritten."""
    start -= start % 8
    letters[end : end + 8] = 255
    end += -end % 8
    flags = np.empty(min(STEP, end - start), bool)
    pieces, marks, nul = [_NONE], [_NONE.view(np.uint64)], [_NONE]
    for begin in range(start, end, STEP):
        piece = letters[begin : min(begin + STEP, end)]
        words: Words = np.equal(piece, ord("\n"), out=flags[: piece.size]).view("<u8")
        places = words.astype(bool).nonzero()[0]
        marks.append(words[places])
        pieces.append(places + begin // 8)
        if not piece.min():
            nul.append(np.flatnonzero(piece == 0) + begin)
    found = np.concatenate(marks)
    before = found - np.uint64(1)
    if (found & before).any():  # two of them in eight bytes
        breaks = np.flatnonzero(letters[start:end] == ord("\n")) + start
    else:
        breaks = 8 * np.concatenate(pieces) + np.bitwise_count(before) // 8
    return breaks, np.concatenate(nul)


def blocks(stream: IO[bytes], size: int | None = None, first: int = 1) -> Iterator[Block]:
    """The next `size` bytes of the stream, all by default, as blocks of whole lines; the first line has the number `first`."""
    left = size
    held = 0
    nul = _NONE
    letters = np.empty(BLOCK + BLOCK // 2 + ROOM, np.uint8)  # for a block, and what is left of the line before
    while True:
        room = letters.size - ROOM - held
        if left is not None:  # in blocks of about the same size, each of which costs something of its own
            room = min(room, -(-left // max(1, round(left / BLOCK))))
        got: int = stream.readinto(letters[held : held + room].data)  # type: ignore[attr-defined]
        if left is not None:
            left -= got
        end = held + got
        if not got:
            if held:
                yield _block(letters, np.array([held]), first, nul, cut=True)
            return
        ends, more = line_breaks(letters, held, end)
        nul = np.append(nul, more) if more.size else nul
        if not ends.size:  # a line longer than the block
            held = end
            if end == letters.size - ROOM:
                letters = np.append(letters, np.empty(letters.size, np.uint8))
            continue
        done = int(ends[-1]) + 1
        yield _block(letters, ends, first, nul[nul < done])
        first += ends.size
        nul = nul[nul >= done] - done
        held = end - done
        letters[:held] = letters[done:end]


def _block(letters: Letters, ends: Ints, first: int, nul: Ints, cut: bool = False) -> Block:
    """The lines that end at `ends`; `nul`, int64, says where NUL stands in them."""
    starts = np.empty_like(ends)
    starts[:1] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    block = Block(letters, starts, ends - starts, np.arange(first, first + ends.size), cut)
    if nul.size or block.lengths.max() > LONGEST:
        block.sizes = np.minimum(block.lengths, LONGEST + 1)
        block.sizes[np.searchsorted(starts, nul, side="right") - 1] = LONGEST + 1  # it could be taken for what words are filled up with
    return block
