"""Putting a log together: from parts in any order to events ordered by (seq, id), each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.ids import joined, repeated, take
from scoring_engine.events.log import Column, Frame, Log
from scoring_engine.events.rejection import SHOWN, Rejection
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.log import Codes, Ints


class Part:
    """n events of one kind, in any order. `numbered` is false where the source gives no seq: then `line` is the order.

    Everything but the columns may come in several pieces, which are put together only once, with those of all other parts.
    """

    __slots__ = ("at", "columns", "competition", "file", "id", "kind", "line", "numbered", "offset", "seq", "size")

    def __init__(
        self,
        kind: str,
        *,
        id: Sequence[Sequence[str]],
        seq: Sequence[Ints],
        numbered: bool,
        at: Sequence[Ints],
        offset: Sequence[Ints],
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
        self.at = at
        self.offset = offset
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
                    at=[log.at[rows]],
                    offset=[log.offset[rows]],
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
    rejected. Events of a source without seq come after all others, numbered by file and line.
    """
    parts = sorted((part for part in parts if part.size), key=lambda part: part.kind)
    sizes = [part.size for part in parts]
    starts: list[int] = np.cumsum([0, *sizes]).tolist()
    seq = _whole(parts, "seq", np.int64)
    ids = joined([piece for part in parts for piece in part.id])
    loose = np.repeat(np.array([not part.numbered for part in parts], bool), sizes)
    if loose.any():
        last = int(seq[~loose].max()) if not loose.all() else 0
        rows = np.flatnonzero(loose)
        place = _in_files(_whole(parts, "file", np.int32), _whole(parts, "line", np.int64))
        seq[rows[ascending(place[rows])]] = last + np.arange(1, rows.size + 1)
    kinds = list(dict.fromkeys(part.kind for part in parts))
    kind = Column(np.repeat(np.array([kinds.index(part.kind) for part in parts], np.int32), sizes), kinds)
    competition = merge([(start, part.competition) for start, part in zip(starts, parts, strict=False)], seq.size)

    order = ascending(seq)
    if repeated(ids):
        order, conflicts, again = _once(order, ids, seq, parts, starts, competition, kind, files)
        rejected = [*rejected, *conflicts]
        duplicates += again
    _settle_ties(order, seq, ids.__getitem__)
    if loose.any():
        later = order[loose[order]]
        seq[later] = last + np.arange(1, later.size + 1)

    rejected, again = _each_fault_once(rejected, files)
    kind = kind.take(order)
    return Log(
        seq=seq.take(order),
        id=take(ids, order),
        at=_whole(parts, "at", np.int64).take(order),
        offset=_whole(parts, "offset", np.int64).take(order),
        competition=_compact(competition.take(order), seq.size),
        kind=_compact(kind, seq.size),
        file=_whole(parts, "file", np.int32).take(order) if len(files) > 1 else np.zeros(order.size, np.int32),
        files=files,
        line=_whole(parts, "line", np.int64).take(order),
        frames=_frames(parts, starts, order, kind),
        rejected=rejected,
        duplicates=duplicates + again,
    )


def _whole(parts: Sequence[Part], name: str, dtype: Any) -> Any:
    """What all parts say of their events, one after the other. Made where it is used: memory that has just been used is the fastest."""
    return _joined([piece for part in parts for piece in getattr(part, name)], dtype)


def ascending(keys: Ints) -> Ints:
    """The rows in the order of their keys, rows with the same key in their own order."""
    if bool((keys[1:] >= keys[:-1]).all()):
        return np.arange(keys.size)
    low = int(keys.min())
    span = int(keys.max()) - low + 1
    if span <= 4 * keys.size:  # keys that nearly follow one another, each once, need no sorting
        row_at = np.full(span, -1, np.int64)
        row_at[keys - low] = np.arange(keys.size)
        rows = row_at[row_at >= 0]
        if rows.size == keys.size:
            return rows
    return np.argsort(keys, kind="stable")


def _in_files(file: Codes, line: Ints) -> Ints:
    """A key for each row that is ascending in the order of files and lines."""
    lines = int(line.max()) + 1
    return file * np.int64(lines) + line


def _compact(column: Column, rows: int) -> Column:
    """The column without the texts that only rows had that it has no longer; it had so many `rows`."""
    return column if len(column) == rows else column.compact()


def merge(pieces: Sequence[tuple[int, Column]], size: int) -> Column:
    """One column of `size` rows of several, each with the row at which it starts; other rows lack the field."""
    if len(pieces) == 1 and len(pieces[0][1]) == size:
        return pieces[0][1]
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
        codes[start : start + len(column)] = np.append(table, np.int32(-1))[column.codes]
    numbers = any(column.numeric is not None for _, column in pieces)
    known = all(column.bare is not None for _, column in pieces)
    return Column(
        codes,
        [text for text, _ in index],
        np.array([flag for _, flag in index], bool) if numbers else None,
        np.array(bare, bool) if known else None,
    )


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


def _frames(parts: Sequence[Part], starts: Sequence[int], order: Ints, kind: Column) -> dict[str, Frame]:
    """The frames, by kind in alphabetical order, as the parts are; `order` says which rows of the parts are in the log, and `kind`
    of which kind each of them is."""
    frames = {}
    for code, name in enumerate(kind.texts):
        mine = [index for index, part in enumerate(parts) if part.kind == name]
        start, size = starts[mine[0]], starts[mine[-1] + 1] - starts[mine[0]]
        rows = np.flatnonzero(kind.codes == code)
        if not rows.size:
            continue
        pick = order[rows] - start
        straight = rows.size == size and bool((pick[1:] > pick[:-1]).all())
        columns = {}
        for field, pieces in _by_name([parts[index] for index in mine], [starts[index] - start for index in mine]).items():
            column = merge(pieces, size)
            column = column if straight else _compact(column.take(pick), size)
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
    at, offset = _whole(parts, "at", np.int64), _whole(parts, "offset", np.int64)
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
