"""Ids that events of different parts share.

Of events that share an id one counts and the others are rejected, whatever competition they are of (see `events.assembly`). A part
sees that of its own events only. So each part leaves a hash of every id in a file, and when all parts are done they are compared.
Where a hash is in two parts, the competitions with these ids are put into one part, which decides as a replay of the whole log does.

Ids of one competition mostly begin alike and unlike those of others. So a part leaves the first eight bytes of its ids too, each
once, where these are few: parts that have none of them in common have no id in common, and their hashes need not be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.cluster.parts import number_of
from scoring_engine.events.ids import WIDEST, Ids
from scoring_engine.events.words import hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.fast import Part
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.messages import Message

    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]

FILE = "ids"
"""In the folder of a part: how many beginnings follow (0 where they are too many), the beginnings, then the hashes; all uint64."""

CONFLICT = "id-conflict"
"""The rule that an event breaks whose id another event has."""

MANY = 16
"""A beginning stands for at least so many ids, or none is left."""

AT_ONCE = 1 << 22
"""Hashes that are compared at a time."""


def leave(log: Log, folder: str) -> None:
    """Writes the file of a part with the events of `log`.

    Raises:
        OSError: it cannot be written.
    """
    mixed, heads = _of(log.id)
    with open(os.path.join(folder, FILE), "wb") as file:
        file.write(heads.size.to_bytes(8, "little"))
        file.write(heads.data)
        file.write(mixed.data)


def _of(ids: Sequence[str]) -> tuple[Words, Words]:
    """A hash of each id, in any order, and the beginnings of all of them, each once; none where they are many."""
    if isinstance(ids, Ids):
        return ids.hashes, _heads_of(ids)
    spelt = [id.encode(errors="surrogatepass") for id in ids]
    wide = np.array([len(id) > WIDEST for id in spelt], bool)
    mixed = hashes(_words(np.array([id[:WIDEST] for id in spelt], f"S{WIDEST}")).T)
    mixed[wide] = np.array([number_of(ids[row]) for row in np.flatnonzero(wide).tolist()], np.int64).view(np.uint64)
    return mixed, np.zeros(0, np.uint64)


def _heads_of(ids: Ids) -> Words:
    """The beginnings of ids; none where they are many."""
    firsts = [_words(piece)[:, 0] for piece in ids.pieces if piece.size]
    heads = [first[np.append(True, first[1:] != first[:-1])] for first in firsts]
    if not heads or MANY * sum(some.size for some in heads) > len(ids):
        return np.zeros(0, np.uint64)
    return _once(np.sort(np.concatenate(heads)))


def _words(packed: NDArray[np.bytes_]) -> Words:
    """The bytes of ids as words, (n, words of an id)."""
    words: Words = np.ascontiguousarray(packed).view("<u8").reshape(-1, packed.itemsize // 8)
    return words


def shared(folders: Iterable[str]) -> Words:
    """The hashes, ascending, that are in more than one part; parts that could not be read have none."""
    paths = [path for folder in folders if os.path.exists(path := os.path.join(folder, FILE))]
    found = [heads for path in paths if (heads := _heads(path)) is not None]
    if len(found) == len(paths) and (not found or not _again(np.concatenate(found)).size):
        return np.zeros(0, np.uint64)
    for path in paths:
        _sort(path)
    files = [np.memmap(path, np.uint64, "r") for path in paths]
    parts = [file[1 + int(file[0]) :] for file in files]
    count = max(1, sum(part.size for part in parts) // AT_ONCE)
    limits = np.array([(n << 64) // count for n in range(1, count)], np.uint64)
    bounds = [np.concatenate(([0], np.searchsorted(part, limits), [part.size])).tolist() for part in parts]
    found = []
    for n in range(count):
        found.append(_again(np.concatenate([part[cut[n] : cut[n + 1]] for part, cut in zip(parts, bounds, strict=True)])))
    return np.concatenate(found)


def _heads(path: str) -> Words | None:
    """The beginnings of the ids of a part; None where it left none though it has ids."""
    with open(path, "rb") as file:
        count = int.from_bytes(file.read(8), "little")
        if not count and os.path.getsize(path) > 8:
            return None
        return np.frombuffer(file.read(8 * count), np.uint64)


def _sort(path: str) -> None:
    """Puts the hashes of a part into ascending order. The part counts as done, so they are there as a whole at any time."""
    words = np.fromfile(path, np.uint64)
    words[1 + int(words[0]) :].sort()
    written = f"{path}.sorted"
    words.tofile(written)
    os.replace(written, path)


def _once(ascending: Words) -> Words:
    return ascending[np.append(True, ascending[1:] != ascending[:-1])] if ascending.size else ascending


def _again(some: Words) -> Words:
    """Those that are there more than once, each once, ascending. `some` is sorted in place."""
    some.sort()
    return _once(some[1:][some[1:] == some[:-1]])


def pairs(logs: Iterable[Log], again: Words) -> tuple[Ints, Ints]:
    """Pairs of competitions, by the numbers of their ids, that connect all those with events that share an id.

    logs    of all parts, since those of one part may be torn apart when they are put together anew
    again   hashes of ids that are in more than one
    """
    found, names = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for log in logs:
        taken = [rejection for rejection in log.rejected if rejection.rule == CONFLICT]
        lost, _ = _of([rejection.id for rejection in taken])
        own, _ = _of(Ids(log.id.packed) if isinstance(log.id, Ids) else log.id)  # in their order
        rows = np.flatnonzero(np.isin(own, np.append(again, lost)))
        numbers = np.array([number_of(name) for name in log.competition.texts], np.int64)
        found += [own[rows], lost]
        names += [numbers[log.competition.codes[rows]], np.array([number_of(rejection.competition) for rejection in taken], np.int64)]
    hashed, name = np.concatenate(found), np.concatenate(names)
    order = np.argsort(hashed, kind="stable")
    hashed, name = hashed[order], name[order]
    same = hashed[1:] == hashed[:-1]
    return name[:-1][same], name[1:][same]


def counted_on(rejections: list[Rejection], piece: Part, named: Mapping[str, str]) -> list[Rejection]:
    """The rejections with what their messages say of the events whose ids were taken: the line from the top of the file, which the
    part does not begin at, and the file as it was `named`. (Lines of the rejected events themselves are counted on in the end.)"""
    if not any(_elsewhere(rejection.message) for rejection in rejections):
        return rejections
    if piece.path.lower().endswith(".parquet"):
        before = piece.start
    else:
        with open(piece.path, "rb") as file:
            blocks = iter(lambda: file.read(min(1 << 20, piece.start - file.tell())), b"")
            before = sum(block.count(b"\n") for block in blocks)
    return [
        rejection._replace(message=_moved(rejection.message, before, named)) if _elsewhere(rejection.message) else rejection
        for rejection in rejections
    ]


def _elsewhere(message: Message) -> bool:
    """Whether it says where another event is."""
    return "file" in message.args and "line" in message.args


def _moved(message: Message, lines: int, named: Mapping[str, str]) -> Message:
    file, line = str(message.args["file"]), int(str(message.args["line"]))
    return message._replace(args={**message.args, "file": named.get(file, file), "line": str(line + lines)})
