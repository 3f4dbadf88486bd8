"""Cutting Parquet logs at the ends of competitions: the column of competitions alone says where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.arrow import arrow, columns, end
from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.arrow import End

    Ints = NDArray[np.int64]


def end_of(path: str) -> End:
    """What the end of the Parquet file at `path` says.

    Raises:
        InputError: it is none, or has no column competition; or pyarrow is not installed.
    """
    pa = arrow(path)
    try:
        said = end(path)
    except (pa.ArrowException, OSError) as error:
        raise _corrupt(path, error) from error
    if "competition" not in said.names:
        raise InputError(Message("{file}: a Parquet log has a column competition; this one has none", {"file": path}))
    return said


def cuts(path: str, size: int) -> list[int] | None:
    """Where to cut for parts of about `size` rows: 0, ends of competitions, the number of rows. None where the events of a
    competition do not stand together. Ends of row groups are preferred, since a row group is read as a whole.

    Raises:
        InputError: the file cannot be read.
    """
    said = end_of(path)
    rows: int = said.metadata.num_rows
    if rows <= size * 3 // 2:
        return [0, rows]
    if "feeds" in said.names:
        from scoring_engine.cluster.openings import ends as ends_of
        from scoring_engine.cluster.openings import links, of_table
        from scoring_engine.cluster.planning import chosen

        if not together(path):
            return None
        found = links(of_table(path))
        return chosen(found.position[ends_of(found)].tolist(), 0, rows, size)
    ends = np.array(said.ends, np.int64)
    if np.diff(ends, prepend=0).max() > 3 * size or not _sorted(said):
        starts, names = runs(path)
        if len(set(names)) < len(names):
            return None
        ends = ends[np.isin(ends, starts)]
        if not ends.size or np.diff(ends, prepend=0).max() > 3 * size:
            ends = starts
    made = [0]
    while rows - made[-1] > size * 3 // 2:
        made.append(int(ends[np.searchsorted(ends, made[-1] + size)]))
    return [*made, rows] if made[-1] < rows else made


def _sorted(said: End) -> bool:
    """Whether the statistics say that the competitions of each row group come, in the alphabet, after all those before: then each
    is in one row group."""
    column = said.names.index("competition")
    last = None
    for group in range(len(said.ends)):
        known = said.metadata.row_group(group).column(column).statistics
        if known is None or not known.has_min_max or known.null_count or (last is not None and known.min <= last):
            return False
        last = known.max
    return True


def together(path: str) -> bool:
    """Whether the events of each competition stand together."""
    _, names = runs(path)
    return len(set(names)) == len(names)


def runs(path: str) -> tuple[Ints, list[str]]:
    """The rows at which runs of one competition begin, then the number of rows (int64), and the competition of each run.

    Raises:
        InputError: the file cannot be read.
    """
    pa = arrow(path)
    end_of(path)
    starts: list[Ints] = []
    names: list[str] = []
    row = 0
    try:
        for batch in columns(path, ["competition"], 1 << 17):
            codes, texts = coded(batch.column(0))
            begins = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if codes.size else np.zeros(0, np.int64)
            found = [texts[code] if code >= 0 else "" for code in codes[begins].tolist()]
            if found and names and found[0] == names[-1]:
                begins, found = begins[1:], found[1:]
            starts.append(begins + row)
            names += found
            row += codes.size
    except (pa.ArrowException, OSError) as error:
        raise _corrupt(path, error) from error
    return np.concatenate([*starts, np.array([row])]), names


def coded(column: Any) -> tuple[NDArray[np.int32], list[str]]:
    """The codes of a column that is a dictionary, -1 where it is null, and its texts. (pyarrow's own ways to numpy load pandas.)"""
    if not hasattr(column, "indices"):
        column = column.cast("string").dictionary_encode()
    given, data = column.indices.buffers()
    size, skipped = len(column), column.indices.offset
    codes = np.frombuffer(data, f"<i{column.indices.type.bit_width // 8}", size + skipped)[skipped:].astype(np.int32)
    if given is not None and column.indices.null_count:
        there = np.unpackbits(np.frombuffer(given, np.uint8), bitorder="little", count=size + skipped)[skipped:].astype(bool)
        codes = np.where(there, codes, np.int32(-1))
    return codes, column.dictionary.to_pylist()


def _corrupt(path: str, error: Exception) -> InputError:
    return InputError(Message("{file}: {problem}", {"file": path, "problem": str(error).splitlines()[0]}))
