"""Putting a log together: from parts in any order to events ordered by (seq, id), each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.ids import joined, ordered, repeated, take
from scoring_engine.events.log import Column, Frame, Log
from scoring_engine.events.rejection import SHOWN, Rejection
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.log import Bools, Codes, Ints, Late

FEW, SPARE = 32, 8
"""A column may keep texts that no row uses where there are so few, or so many times as many rows: looking for them costs more."""


class Times(NamedTuple):
    """When n events happened: which of the times at (and offset), as in a log, int64 (any,), each has; None: one each, in their order."""

    which: Codes | Ints | None
    at: Ints
    offset: Ints

    def take(self, rows: Ints) -> Times:
        """The times of some rows, by index or mask."""
        return Times(rows, self.at, self.offset) if self.which is None else self._replace(which=self.which[rows])


class Part:
    """n events of one kind, in any order. `numbered` is false where the source gives no seq: then `line` is the order.

    Everything but the columns may come in several pieces, which are put together only once, with those of all other parts.
    """

    __slots__ = ("columns", "competition", "file", "id", "kind", "line", "numbered", "seq", "size", "times")

    def __init__(
        self,
        kind: str,
        *,
        id: Sequence[Sequence[str]],
        seq: Sequence[Ints],
        numbered: bool,
        times: Sequence[Times],
        competition: Column,
        file: Sequence[Codes],
        line: Sequence[Ints],
        columns: dict[str, Column],
    ) -> None:
        self.size = len(competition)
        self.kind = kind
        self.id = id
        self.seq = seq
        self.numbered = numbered
        self.times = times
        self.competition = competition
        self.file = file
        self.line = line
        self.columns = columns


def parts_of(logs: Sequence[Log]) -> tuple[list[Part], list[str], list[Rejection], int]:
    """The arguments of `assemble` that make one log of several."""
    files: dict[str, int] = {}
    parts = []
    for log in logs:
        place = np.array([files.setdefault(name, len(files)) for name in log.files] or [0], np.int32)
        for kind, frame in log.frames.items():
            rows = frame.rows
            parts.append(
                Part(
                    kind,
                    id=[take(log.id, rows)],
                    seq=[log.seq[rows]],
                    numbered=True,
                    times=[Times(rows, log.at, log.offset)],
                    competition=log.competition.take(rows),
                    file=[place[log.file[rows]]],
                    line=[log.line[rows]],
                    columns=frame.columns,
                )
            )
    rejected = {str(rejection): rejection for log in logs for rejection in log.rejected}
    return parts, list(files), list(rejected.values()), sum(log.duplicates for log in logs)


def assemble(parts: Sequence[Part], files: list[str], rejected: list[Rejection], duplicates: int = 0) -> Log:
    """The log of the events in `parts`.

    An event that was delivered more than once counts once. Of events that share an id but differ, the one with the lowest seq
    counts, then the one whose content comes first in the alphabet, so that the order of delivery decides nothing; the others are
    rejected. Events of a source without seq come after all others, numbered by file and line, each delivery by itself: so a number says
    where an event stands, whatever else is delivered again.
    """
    parts = sorted((part for part in parts if part.size), key=lambda part: part.kind)
    sizes = [part.size for part in parts]
    starts: list[int] = np.cumsum([0, *sizes]).tolist()
    seq = _whole(parts, "seq", np.int64)
    ids = joined([piece for part in parts for piece in part.id])
    loose = _loose(parts, sizes)
    last = None
    if loose is not None:
        last = int(seq[~loose].max(initial=0))
        rows = np.flatnonzero(loose)
        place = _in_files(_whole(parts, "file", np.int32), _whole(parts, "line", np.int64))
        seq[rows[np.argsort(place[rows], kind="stable")]] = last + np.arange(1, rows.size + 1)
    kinds = list(dict.fromkeys(part.kind for part in parts))
    kind = Column(np.repeat(np.array([kinds.index(part.kind) for part in parts], np.int32), sizes), kinds)
    competition = merge([(start, part.competition) for start, part in zip(starts, parts, strict=False)], seq.size)

    order, distinct = ascending(seq)
    if repeated(ids):
        order = np.arange(seq.size) if order is None else order
        last = int(seq.max()) if last is None else last
        order, conflicts, again = _once(order, ids, seq, parts, starts, competition, kind, files)
        rejected = [*rejected, *conflicts]
        duplicates += again
    if not distinct:
        order = np.arange(seq.size) if order is None else order
        _settle_ties(order, seq, ids.__getitem__)

    rejected, again = _each_fault_once(rejected, files)
    if order is not None:
        seq, ids, competition, kind = seq.take(order), ordered(ids, order), competition.take(order), kind.take(order)
    return Log(
        seq=seq,
        id=ids,
        at=_later([part.times for part in parts], starts, order, _ats),
        offset=_later([part.times for part in parts], starts, order, _offsets),
        competition=competition.compact(),
        kind=kind if len(kind) == starts[-1] else kind.compact(),
        file=np.broadcast_to(np.int32(0), seq.size) if len(files) < 2 else _later([part.file for part in parts], starts, order, _codes),
        files=files,
        line=_later([part.line for part in parts], starts, order, _lines),
        frames=_frames(parts, starts, order, kind),
        rejected=rejected,
        duplicates=duplicates + again,
        loose=0 if loose is None else int(loose.sum()),
        last=last,
    )


def _loose(parts: Sequence[Part], sizes: Sequence[int]) -> Bools | None:
    """Which events have no seq, None where all have one."""
    numbered = [part.numbered for part in parts]
    return None if all(numbered) else np.repeat(~np.array(numbered, bool), sizes)


def _whole(parts: Sequence[Part], name: str, dtype: Any) -> Any:
    """What all parts say of their events, one after the other. Made where it is used: memory that has just been used is the fastest."""
    return _joined([piece for part in parts for piece in getattr(part, name)], dtype)


def _later(pieces: Sequence[Sequence[Any]], starts: Sequence[int], order: Ints | None, whole: Callable[[Sequence[Any]], Any]) -> Late:
    """A column of a log that is made when somebody looks at it, given the pieces of each part and where the part begins, and what
    makes one array of pieces."""

    def make(rows: Ints | None) -> Any:
        if rows is None:
            column = whole([piece for part in pieces for piece in part])
            return column if order is None else column.take(order)
        places = rows if order is None else order.take(rows)
        part_of = np.searchsorted(starts, places, side="right") - 1
        column = np.empty(rows.size, whole([]).dtype)
        for number in np.flatnonzero(np.bincount(part_of)).tolist():
            mine = part_of == number
            column[mine] = whole(pieces[number]).take(places[mine] - starts[number])
        return column

    return make


def _ats(pieces: Sequence[Times]) -> Ints:
    return _lines([times.at if times.which is None else times.at.take(times.which) for times in pieces])


def _offsets(pieces: Sequence[Times]) -> Ints:
    return _lines([times.offset if times.which is None else times.offset.take(times.which) for times in pieces])


def _lines(pieces: Sequence[Ints]) -> Ints:
    return np.asarray(_joined(pieces, np.int64))


def _codes(pieces: Sequence[Codes]) -> Codes:
    return np.asarray(_joined(pieces, np.int32))


def ascending(keys: Ints) -> tuple[Ints | None, bool]:
    """The rows in the order of their keys, rows with the same key in their own order; None where they stand so. And whether it is
    certain that no two keys are the same."""
    steps = keys[1:] > keys[:-1]
    if bool(steps.all()):
        return None, True
    low = int(keys.min())
    span = int(keys.max()) - low + 1
    if span <= 4 * keys.size:  # keys that nearly follow one another, each once, need no sorting
        row_at = np.full(span, -1, np.int64)
        row_at[keys - low] = np.arange(keys.size)
        rows = row_at if span == keys.size and int(row_at.min()) >= 0 else row_at[row_at >= 0]
        if rows.size == keys.size:
            return rows, True
    return np.argsort(keys, kind="stable"), False


def _in_files(file: Codes, line: Ints) -> Ints:
    """A key for each row that is ascending in the order of files and lines."""
    lines = int(line.max()) + 1
    return file * np.int64(lines) + line


def merge(pieces: Sequence[tuple[int, Column]], size: int) -> Column:
    """One column of `size` rows of several, each with the row at which it starts; other rows lack the field."""
    whole = [column for _, column in pieces]
    if whole and all(_share(column, whole[0]) for column in whole) and sum(map(len, whole)) == size:
        return whole[0] if len(whole) == 1 else whole[0].with_codes(np.concatenate([column.codes for column in whole]))
    pieces = [(start, column.compact()) for start, column in pieces]
    codes = np.full(size, -1, np.int32)
    index: dict[tuple[str, bool], int] = {}
    bare: list[bool] = []
    for start, column in pieces:
        flags = column.numeric.tolist() if column.numeric is not None else [False] * len(column.texts)
        table = np.fromiter((index.setdefault(key, len(index)) for key in zip(column.texts, flags, strict=True)), np.int32, len(flags))
        bare += [True] * (len(index) - len(bare))
        if column.bare is not None:
            for code, is_bare in zip(table.tolist(), column.bare.tolist(), strict=True):
                bare[code] = bare[code] and is_bare
        codes[start : start + len(column)] = np.append(table, np.int32(-1)).take(column.codes)
    numbers = any(column.numeric is not None for _, column in pieces)
    known = all(column.bare is not None for _, column in pieces)
    return Column(
        codes,
        [text for text, _ in index],
        np.array([flag for _, flag in index], bool) if numbers else None,
        np.array(bare, bool) if known else None,
    )


def _share(one: Column, other: Column) -> bool:
    """Whether the codes of two columns mean the same."""
    return one.texts is other.texts and (one.numeric is None) == (other.numeric is None)


def _by_name(parts: Iterable[Part], starts: Iterable[int]) -> dict[str, list[tuple[int, Column]]]:
    """The columns of the parts by name, in alphabetical order, each with the row at which it starts."""
    columns: dict[str, list[tuple[int, Column]]] = {}
    for start, part in zip(starts, parts, strict=False):
        for name, column in part.columns.items():
            columns.setdefault(name, []).append((start, column))
    return {name: columns[name] for name in sorted(columns)}


def _each_fault_once(rejected: list[Rejection], files: list[str]) -> tuple[list[Rejection], int]:
    """The rejections in the order of the files, those of an event that came again left out, and how many these were."""
    rank = {name: index for index, name in enumerate(files)}
    kept: dict[str, Rejection] = {}
    for rejection in sorted(rejected, key=lambda r: (rank.get(r.file, -1), r.line)):
        event = rejection._replace(file="", line=0, message=Message("")) if rejection.id else rejection
        kept.setdefault(str(event), rejection)
    return list(kept.values()), len(rejected) - len(kept)


def _joined(arrays: Sequence[Any], dtype: Any) -> Any:
    return np.concatenate(arrays).astype(dtype, copy=False) if arrays else np.zeros(0, dtype)


def _frames(parts: Sequence[Part], starts: Sequence[int], order: Ints | None, kind: Column) -> dict[str, Frame]:
    """The frames, by kind in alphabetical order, as the parts are; `order` says which rows of the parts are in the log (None: all, in
    their order), and `kind` of which kind each of them is."""
    frames = {}
    for code, name in enumerate(kind.texts):
        mine = [index for index, part in enumerate(parts) if part.kind == name]
        start, size = starts[mine[0]], starts[mine[-1] + 1] - starts[mine[0]]
        rows = np.flatnonzero(kind.codes == code)
        if not rows.size:
            continue
        pick = None if order is None else order.take(rows)
        if pick is not None:
            pick -= start
            pick = None if rows.size == size and bool((pick[1:] > pick[:-1]).all()) else pick
        columns = {}
        for field, pieces in _by_name([parts[index] for index in mine], [starts[index] - start for index in mine]).items():
            column = merge(pieces, size)
            column = column if pick is None else column.take(pick)
            if rows.size < size or len(column.texts) > max(FEW, rows.size // SPARE):
                column = column.compact()
            if column.texts:
                columns[field] = column
        frames[name] = Frame(name, rows, columns)
    return frames


def _settle_ties(order: Ints, seq: Ints, key: Callable[[int], Any]) -> None:
    """Put events with the same seq into the order of a key of their rows, in place."""
    sorted_seq = seq[order]
    same = sorted_seq[1:] == sorted_seq[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        order[tied] = sorted(order[tied].tolist(), key=lambda row: (int(seq[row]), key(row)))


def _once(
    order: Ints,
    ids: Sequence[str],
    seq: Ints,
    parts: Sequence[Part],
    starts: Sequence[int],
    competition: Column,
    kind: Column,
    files: list[str],
) -> tuple[Ints, list[Rejection], int]:
    """`order` with each id once, the rejections of conflicting events, and the number of further deliveries left out."""
    file, line = _whole(parts, "file", np.int32), _whole(parts, "line", np.int64)
    times = [piece for part in parts for piece in part.times]
    at, offset = _ats(times), _offsets(times)
    common = (at, offset, competition, kind)
    _settle_ties(order, seq, lambda row: (int(file[row]), int(line[row])))
    index: dict[str, int] = {}
    code = np.fromiter((index.setdefault(id, len(index)) for id in take(ids, order)), np.int64, order.size)
    first = np.zeros(len(index), np.int64)
    first[code[::-1]] = order[::-1]
    first = first[code]
    again = order != first
    rows, base = order[again], first[again]
    same = (at[rows] == at[base]) & (offset[rows] == offset[base])
    same &= (competition.codes[rows] == competition.codes[base]) & (kind.codes[rows] == kind.codes[base])
    columns: dict[str, Column] = {}
    for name, pieces in _by_name(parts, starts).items():
        columns[name] = merge(pieces, seq.size)
        same &= columns[name].codes[rows] == columns[name].codes[base]
    keep = ~again
    repeated = int(same.sum())
    rejected: list[Rejection] = []
    if not same.all():
        is_disputed = np.zeros(len(index), bool)
        is_disputed[code[again][~same]] = True
        groups: dict[int, list[int]] = {}
        position = {}
        for slot in np.flatnonzero(is_disputed[code]).tolist():
            row = int(order[slot])
            groups.setdefault(int(code[slot]), []).append(row)
            position[row] = slot
        for group in groups.values():
            chosen, losers = _judge(group, seq, _Contents(common, columns))
            keep[[position[row] for row in group]] = False
            keep[position[chosen]] = True
            rejected += [_conflict(row, chosen, ids, seq, common, (file, files, line)) for row in losers]
            repeated += len(group) - 1 - len(losers)
        repeated -= int((same & is_disputed[code[again]]).sum())
    return order[keep], rejected, repeated


class _Contents:
    """The content of single events as texts that can be compared."""

    def __init__(self, common: tuple[Ints, Ints, Column, Column], columns: dict[str, Column]) -> None:
        self.common = common
        self.columns = columns

    def __call__(self, row: int) -> tuple[Any, ...]:
        at, offset, competition, kind = self.common
        fields = []
        for name, column in self.columns.items():
            code = column.codes[row]
            if code >= 0:
                fields.append((name, column.texts[code], column.numeric is not None and bool(column.numeric[code])))
        return kind.texts[kind.codes[row]], competition.texts[competition.codes[row]], tuple(fields), int(at[row]), int(offset[row])


def _judge(group: Iterable[int], seq: Ints, contents: _Contents) -> tuple[int, list[int]]:
    """Of events with one id, the row that counts and one row of each different content. `group` is ordered by seq."""
    rows: dict[tuple[Any, ...], int] = {}
    for row in group:
        rows.setdefault(contents(row), row)
    best = min(rows, key=lambda content: (int(seq[rows[content]]), content))
    return rows[best], [row for content, row in rows.items() if content != best]


def _conflict(
    row: int, chosen: int, ids: Sequence[str], seq: Ints, common: tuple[Ints, Ints, Column, Column], origin: tuple[Codes, list[str], Ints]
) -> Rejection:
    """The rejection of an event whose id belongs to another one."""
    _, _, competition, kind = common
    file, files, line = origin
    return Rejection(
        file=files[file[row]],
        line=int(line[row]),
        seq=int(seq[row]),
        id=ids[row],
        competition=competition.texts[competition.codes[row]],
        kind=kind.texts[kind.codes[row]],
        field="id",
        value=ids[row][:SHOWN],
        rule="id-conflict",
        message=Message(
            "the id {value} belongs to another event ({file}, line {line}), which counts; give this one an id of its own, or write an "
            "amended event if it was meant as a correction",
            {"value": ids[row][:SHOWN], "file": files[file[chosen]], "line": str(int(line[chosen]))},
        ),
    )
