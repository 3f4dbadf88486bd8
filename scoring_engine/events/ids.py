"""The ids of events: many distinct short texts.

Where a reader has them as bytes they stay bytes (`Ids`), and become Python texts one by one, when somebody looks; elsewhere they are
a list. The functions here take both, and give the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, overload

import numpy as np

from scoring_engine.events import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Ints
    from scoring_engine.events.words import Words

    Packed = NDArray[np.bytes_]

WIDEST = 64
"""Bytes of the longest id that is kept packed."""

BLOCK = 1 << 14
"""Ids that are hashed at a time."""

FEW = 32
"""Short hashes that several ids have, of which each is looked for by itself."""

_BITS, _MOST = 7, 18
"""The places of ids are looked up through a table of so many bits of their hashes more than it takes to count them, at most."""


class Ids(Sequence[str]):
    """n texts, packed: `packed` is an array (n,) of bytes in UTF-8, filled up with NUL to the same multiple of 8 bytes.

    What came in pieces stays in pieces, and is put into an order without being moved, until somebody looks at all of it: what is
    asked for as a rule are a few ids, and whether two are the same, which their hashes tell in any order.

    pieces   arrays such as `packed`, in the order in which they came
    """

    __slots__ = ("_hashes", "_order", "pieces")

    def __init__(self, packed: Packed) -> None:
        self.pieces = [packed]
        self._order: Ints | None = None
        self._hashes: Words | None = None

    @staticmethod
    def of(pieces: Sequence[Ids]) -> Ids:
        """The ids of several pieces, one after the other."""
        whole = Ids(pieces[0].packed)
        whole.pieces = [piece.packed for piece in pieces]
        whole._hashes = np.concatenate([piece.hashes for piece in pieces])
        return whole

    def ordered(self, order: Ints) -> Ids:
        """The ids at the places `order`, each of them once."""
        ids = Ids(self.pieces[0])
        ids.pieces, ids._hashes = self.pieces, self._hashes
        ids._order = order if self._order is None else self._order[order]
        return ids if order.size == len(self) else Ids(ids.packed)

    @property
    def hashes(self) -> Words:
        """A hash of each id, uint64 (n,), in any order; ids that are equal have the same one, however wide they are packed."""
        if self._hashes is None:
            whole = self.words()
            self._hashes = np.empty(len(whole), np.uint64)
            for start in range(0, len(whole), BLOCK):  # which stays in the cache
                self._hashes[start : start + BLOCK] = words.hashes(whole[start : start + BLOCK].T)
        return self._hashes

    @property
    def packed(self) -> Packed:
        """All of them in their order."""
        if len(self.pieces) > 1 or self._order is not None:
            whole = np.concatenate(self.pieces)
            if self._order is not None:
                whole = whole.take(self._order)
                self._hashes = None if self._hashes is None else self._hashes.take(self._order)
            self.pieces, self._order = [whole], None
        return self.pieces[0]

    @property
    def width(self) -> int:
        """Bytes of the longest one."""
        return max(piece.itemsize for piece in self.pieces)

    def __len__(self) -> int:
        return sum(piece.size for piece in self.pieces) if self._order is None else self._order.size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Ids: ...
    def __getitem__(self, row: int | slice) -> str | Ids:
        if isinstance(row, slice):
            return Ids(self.packed[row])
        place = row if self._order is None else int(self._order[row])
        if len(self.pieces) == 1:
            return bytes(self.pieces[0][place]).decode()
        return bytes(self._at(np.array([place % len(self)]))[0]).decode()

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self.packed.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Ids, list)) and len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def words(self) -> Words:
        """The bytes as words, (n, words of an id)."""
        whole: Words = np.ascontiguousarray(self.packed).view("<u8").reshape(len(self), -1)
        return whole

    def _at(self, places: Ints) -> Packed:
        """The ids at some places of the pieces, which are ascending."""
        if len(self.pieces) == 1:
            return self.pieces[0].take(places)
        starts = np.cumsum([0, *(piece.size for piece in self.pieces)])
        bounds = pairwise(np.searchsorted(places, starts).tolist())
        found = np.empty(places.size, f"S{self.width}")
        for piece, start, (first, last) in zip(self.pieces, starts.tolist(), bounds, strict=False):
            if first < last:
                found[first:last] = piece.take(places[first:last] - start)
        return found

    def repeated(self) -> bool:
        """Whether an id is there more than once."""
        short = (self.hashes >> np.uint64(32)).astype(np.uint32)  # sorted in half the time; a few meet by chance
        ordered = np.sort(short)
        twice = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        if not twice:
            return False
        if len(twice) <= FEW:
            near = self._at(np.sort(np.concatenate([np.flatnonzero(short == one) for one in twice]))).tolist()
            return len(set(near)) < len(near)
        mixed = np.sort(self.hashes)
        return bool((mixed[1:] == mixed[:-1]).any()) and len({one for piece in self.pieces for one in piece.tolist()}) < len(self)

    def positions(self, names: Sequence[str]) -> Ints | None:
        """What the function of this name says; None where hashes do not tell."""
        if not len(self) or not len(names):
            return np.full(len(names), -1)
        wanted = _packed(names)
        mixed = words.hashes(wanted.view("<u8").reshape(len(names), -1).T)
        turn = np.argsort(mixed, kind="stable")
        ordered = mixed[turn]
        bits = min(_BITS + len(names).bit_length(), _MOST)
        shift = np.uint64(64 - bits)
        near = np.zeros(1 << bits, bool)
        near[(ordered >> shift).view(np.int64)] = True
        places = np.flatnonzero(near.take((self.hashes >> shift).view(np.int64)))
        hashed = self.hashes[places]
        at = np.minimum(np.searchsorted(ordered, hashed), ordered.size - 1)
        same = ordered[at] == hashed
        places, at = places[same], at[same]
        if (np.bincount(at, minlength=1) > 1).any():
            return None  # ids that differ have one hash
        found = np.full(len(names), -1)
        found[at] = np.arange(places.size)
        found = found[np.searchsorted(ordered, ordered)]  # names that are there twice
        ids = self._at(places)
        known = np.flatnonzero(found >= 0)
        if not (ids[found[known]] == wanted[turn[known]]).all():
            return None
        if self._order is not None:
            places = _inverse(self._order, places, sum(piece.size for piece in self.pieces))
        rows = np.empty(len(names), np.int64)
        rows[turn] = np.where(found < 0, -1, np.append(places, -1)[found])
        return rows


def _inverse(order: Ints, places: Ints, size: int) -> Ints:
    """Where in `order`, a permutation, each of some ascending places stands."""
    among = np.zeros(size, bool)
    among[places] = True
    rows = np.flatnonzero(among.take(order))
    return rows[np.argsort(order[rows])]


def take(ids: Sequence[str], rows: Ints | Bools) -> Sequence[str]:
    """The ids of some rows, by index or mask."""
    if isinstance(ids, Ids):
        return Ids(ids.packed[rows])
    return [ids[row] for row in (np.flatnonzero(rows) if rows.dtype == bool else rows).tolist()]


def ordered(ids: Sequence[str], order: Ints) -> Sequence[str]:
    """The ids at the places `order`, each of them once."""
    return ids.ordered(order) if isinstance(ids, Ids) else take(ids, order)


def joined(pieces: Sequence[Sequence[str]]) -> Sequence[str]:
    """The ids of several pieces, one after the other; packed where some of them are and the others are short enough."""
    if len(pieces) == 1:
        return pieces[0]
    if any(isinstance(piece, Ids) for piece in pieces):
        packed = [piece if isinstance(piece, Ids) else Ids(_packed(piece)) for piece in pieces if len(piece)]
        if max((piece.width for piece in packed), default=0) <= WIDEST:
            return Ids.of(packed)
    return [id for piece in pieces for id in piece]


def _packed(ids: Sequence[str]) -> Packed:
    try:
        packed = np.array(ids, "S")
    except UnicodeEncodeError:
        packed = np.array([id.encode() for id in ids], "S")
    return packed.astype(f"S{-packed.itemsize // 8 * -8 or 8}")


def repeated(ids: Sequence[str]) -> bool:
    """Whether an id is there more than once."""
    return ids.repeated() if isinstance(ids, Ids) else len(set(ids)) < len(ids)


def positions(ids: Sequence[str], names: Sequence[str]) -> Ints:
    """The rows, int64 (len(names),), at which the texts `names` stand among the `ids`, which are distinct; -1 where they do not."""
    if isinstance(ids, Ids) and "\0" not in "".join(names):  # a packed text cannot end in NUL
        rows = ids.positions(names)
        if rows is not None:
            return rows
    named = set(names)
    found = np.flatnonzero(np.fromiter(map(named.__contains__, ids), bool, len(ids)))
    place = {ids[row]: row for row in found.tolist()}
    return np.fromiter((place.get(name, -1) for name in names), np.int64, len(names))
