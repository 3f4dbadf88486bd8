"""Cutting Parquet logs at the ends of competitions: the column of competitions alone says where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cuts(path: str, size: int) -> list[int] | None:
    """Where to cut for parts of about `size` rows: 0, ends of competitions, the number of rows. None where the events of a
    competition do not stand together. Ends of row groups are preferred, since a row group is read as a whole."""
    import pyarrow.parquet as pq

    starts, names = runs(path)
    if len(set(names)) < len(names):
        return None
    rows = int(starts[-1])
    if "feeds" in pq.read_schema(path).names:
        from scoring_engine.cluster.openings import ends as ends_of
        from scoring_engine.cluster.openings import links, of_table
        from scoring_engine.cluster.planning import chosen as chosen_of

        found = links(of_table(path))
        return chosen_of(found.position[ends_of(found)].tolist(), 0, rows, size)
    metadata = pq.read_metadata(path)
    ends = np.cumsum([metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)], dtype=np.int64)
    ends = ends[np.isin(ends, starts)]
    if not ends.size or np.diff(ends, prepend=0).max() > 3 * size:
        ends = starts
    chosen = [0]
    while rows - chosen[-1] > size * 3 // 2:
        chosen.append(int(ends[np.searchsorted(ends, chosen[-1] + size)]))
    return [*chosen, rows] if chosen[-1] < rows else chosen


def runs(path: str) -> tuple[NDArray[np.int64], list[str]]:
    """The rows at which runs of one competition begin (int64), and the competition of each run.

    Raises:
        InputError: the file is no Parquet file with a column competition.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    starts: list[NDArray[np.int64]] = []
    names: list[str] = []
    row = 0
    try:
        file = pq.ParquetFile(path, read_dictionary=["competition"])
        if "competition" not in file.schema_arrow.names:
            raise InputError(Message("{file}: a Parquet log has a column competition; this one has none", {"file": path}))
        for batch in file.iter_batches(1 << 17, columns=["competition"], use_threads=False):
            column = batch.column(0)
            codes = np.asarray(column.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
            texts = [*column.dictionary.to_pylist(), ""]
            begins = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if codes.size else np.zeros(0, np.int64)
            found = [texts[code] for code in codes[begins].tolist()]
            if found and names and found[0] == names[-1]:
                begins, found = begins[1:], found[1:]
            starts.append(begins + row)
            names += found
            row += len(codes)
    except (pa.ArrowException, OSError) as error:
        raise InputError(Message("{file}: {problem}", {"file": path, "problem": str(error).splitlines()[0]})) from error
    return np.concatenate([*starts, np.array([row])]), names
