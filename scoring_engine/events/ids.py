"""The ids of events: many distinct short texts.

Where a reader has them as bytes they stay bytes (`Ids`), and become Python texts one by one, when somebody looks; elsewhere they are
a list. The functions here take both, and give the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from scoring_engine.events.words import hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Ints

WIDEST = 64
"""Bytes of the longest id that is kept packed."""

_BITS = 20
"""The places of ids are looked up through a table of so many bits of their hashes."""


class Ids(Sequence[str]):
    """n texts, packed: `packed` is an array (n,) of bytes in UTF-8, filled up with NUL to the same multiple of 8 bytes."""

    __slots__ = ("packed",)

    def __init__(self, packed: NDArray[np.bytes_]) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return self.packed.size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Ids: ...
    def __getitem__(self, row: int | slice) -> str | Ids:
        return Ids(self.packed[row]) if isinstance(row, slice) else self.packed[row].decode()

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self.packed.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Ids, list)) and len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def words(self) -> NDArray[np.uint64]:
        """The bytes as words, (n, words of an id)."""
        words: NDArray[np.uint64] = np.ascontiguousarray(self.packed).view("<u8").reshape(len(self), -1)
        return words


def take(ids: Sequence[str], rows: Ints | Bools) -> Sequence[str]:
    """The ids of some rows, by index or mask."""
    if isinstance(ids, Ids):
        return Ids(ids.packed[rows])
    return [ids[row] for row in (np.flatnonzero(rows) if rows.dtype == bool else rows).tolist()]


def joined(pieces: Sequence[Sequence[str]]) -> Sequence[str]:
    """The ids of several pieces, one after the other; packed where some of them are and the others are short enough."""
    if len(pieces) == 1:
        return pieces[0]
    if any(isinstance(piece, Ids) for piece in pieces):
        packed = [piece.packed if isinstance(piece, Ids) else _packed(piece) for piece in pieces if len(piece)]
        if max((array.itemsize for array in packed), default=0) <= WIDEST:
            return Ids(np.concatenate(packed))
    return [id for piece in pieces for id in piece]


def _packed(ids: Sequence[str]) -> NDArray[np.bytes_]:
    encoded = [id.encode() for id in ids]
    return np.array(encoded, f"S{-max(map(len, encoded), default=0) // 8 * -8 or 8}")


def repeated(ids: Sequence[str]) -> bool:
    """Whether an id is there more than once."""
    if not isinstance(ids, Ids):
        return len(set(ids)) < len(ids)
    mixed = hashes(ids.words().T)
    mixed.sort()
    if not (mixed[1:] == mixed[:-1]).any():
        return False
    return len(set(ids.packed.tolist())) < len(ids)


def positions(ids: Sequence[str], names: Sequence[str]) -> Ints:
    """The rows, int64 (len(names),), at which the texts `names` stand among the `ids`, which are distinct; -1 where they do not."""
    if not isinstance(ids, Ids):
        named = set(names)
        found = np.flatnonzero(np.fromiter(map(named.__contains__, ids), bool, len(ids)))
        place: dict[Any, int] = {ids[row]: row for row in found.tolist()}
        return np.fromiter((place.get(name, -1) for name in names), np.int64, len(names))
    wanted = [name.encode() for name in names]
    short = [name for name in wanted if len(name) <= ids.packed.itemsize]
    if not short or not len(ids):
        return np.full(len(names), -1, np.int64)
    shift = np.uint64(64 - _BITS)
    of_names = Ids(np.array(short, ids.packed.dtype)).words()
    seen = np.zeros(1 << _BITS, bool)
    seen[hashes(of_names.T) >> shift] = True
    rows = np.flatnonzero(seen[hashes(ids.words().T) >> shift])
    place = dict(zip(ids.packed[rows].tolist(), rows.tolist(), strict=True))
    return np.fromiter((place.get(name, -1) for name in wanted), np.int64, len(wanted))
