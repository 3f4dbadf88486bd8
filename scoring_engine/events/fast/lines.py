"""A source of lines, in blocks that stay in a processor's cache while they are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scoring_engine.events.log import Ints
    from scoring_engine.events.words import Letters, Words

BLOCK = 1 << 21
"""Bytes that are read at a time, about."""

STEP = 1 << 18
"""Bytes in which line breaks are looked for at a time, a multiple of eight: few enough to stay where they are compared."""

LONGEST = 1000
"""Bytes of the longest line that is looked at as words."""

ROOM = LONGEST + 16
"""Bytes after the last line, so that every line can be taken out together with some of what follows."""


class Block:
    """Whole lines.

    letters   uint8, the lines and `ROOM` bytes after them; overwritten when the next block is asked for
    size      bytes of the lines
    starts    int64 (n,), where each line begins in `letters`
    lengths   int64 (n,), its bytes without the line break
    first     number of the first line
    cut       whether the last line has no line break
    """

    __slots__ = ("cut", "first", "lengths", "letters", "size", "starts")

    def __init__(self, letters: Letters, ends: Ints, first: int, cut: bool) -> None:
        self.letters = letters
        self.starts = np.empty_like(ends)
        self.starts[:1] = 0
        np.add(ends[:-1], 1, out=self.starts[1:])
        self.lengths = ends - self.starts
        self.size = int(ends[-1]) + 1
        self.first = first
        self.cut = cut

    def line(self, row: int) -> bytes:
        """A line without its line break."""
        start = int(self.starts[row])
        return self.letters[start : start + int(self.lengths[row])].tobytes()

    def rows(self, which: Ints, words: int) -> Words:
        """The lines `which` and what follows each, as rows of so many words: uint64 (len(which), words)."""
        shifted = np.ndarray((self.letters.size - 8 * words + 1,), f"V{8 * words}", self.letters, 0, (1,))
        return shifted[self.starts[which]].view("<u8").reshape(which.size, words)


def line_breaks(letters: Letters, start: int = 0) -> Ints:
    """Where line breaks stand in letters, from `start` on."""
    start -= start % 8
    whole = letters.size - letters.size % 8
    flags = np.empty(STEP, bool)
    pieces, marks = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for begin in range(start, whole, STEP):
        piece = letters[begin : min(begin + STEP, whole)]
        words: Words = np.equal(piece, ord("\n"), out=flags[: piece.size]).view("<u8")
        places = (words != 0).nonzero()[0]
        marks.append(words[places])
        pieces.append(places + (begin - start) // 8)
    places, found = np.concatenate(pieces), np.concatenate(marks)
    if (found & (found - np.uint64(1))).any():  # two of them in eight bytes
        return np.flatnonzero(letters[start:] == ord("\n")) + start
    breaks = 8 * places + np.bitwise_count(found - np.uint64(1)) // 8 + start
    return np.append(breaks, np.flatnonzero(letters[whole:] == ord("\n")) + whole)


def blocks(stream: IO[bytes], size: int | None = None, first: int = 1) -> Iterator[Block]:
    """The next `size` bytes of the stream, all by default, as blocks of whole lines; the first line has the number `first`."""
    left = size
    held = 0
    letters = np.empty(BLOCK + BLOCK // 2 + ROOM, np.uint8)  # for a block, and what is left of the line before
    while True:
        room = letters.size - ROOM - held
        if left is not None:  # in blocks of about the same size, each of which costs something of its own
            room = min(room, -(-left // max(1, round(left / BLOCK))))
        got: int = stream.readinto(letters[held : held + room].data)  # type: ignore[attr-defined]
        if left is not None:
            left -= got
        end = held + got
        ends = line_breaks(letters[:end], held)
        if not got:
            if held:
                yield Block(letters, np.array([held]), first, cut=True)
            return
        if not ends.size:  # a line longer than the block
            held = end
            if end == letters.size - ROOM:
                letters = np.append(letters, np.empty(letters.size, np.uint8))
            continue
        yield Block(letters, ends, first, cut=False)
        first += ends.size
        done = int(ends[-1]) + 1
        held = end - done
        letters[:held] = letters[done:end]
