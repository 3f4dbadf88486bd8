"""Logs that cannot be cut where they stand, unpacked into files that can: .gz, standard input, ledgers, giant row groups of Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

AS_THEY_ARE = (".jsonl", ".ndjson", ".json", ".csv")

GIANT = 1_000_000
"""Rows of a row group of Parquet that is written anew: to read rows in its middle, all before them must be decoded."""

ROWS = 110_000
"""Rows of a row group that is written, about: a little more than a part is to have at least."""

DISTINCT = ("seq", "id", "event")
"""Columns whose values are hardly ever there twice."""


def unpacked(logs: Sequence[str], folder: str) -> list[str]:
    """For each log the path of a file with its events: its own, or one in `folder`, made unless it is there.

    Raises:
        InputError: a log cannot be read. OSError: the folder cannot be written.
    """
    return [_file(log, os.path.join(folder, f"{n}")) for n, log in enumerate(logs)]


def _file(log: str, stem: str) -> str:
    ending = log.lower()
    if ending.endswith(".parquet"):
        return _in_groups(log, f"{stem}.parquet") if _is_giant(log) else log
    return log if ending.endswith(AS_THEY_ARE) else _unpacked(log, stem)


def _unpacked(log: str, stem: str) -> str:
    from scoring_engine.events.reading import is_table, text_of

    for ending in (".jsonl", ".csv"):
        if os.path.exists(stem + ending):
            return stem + ending
    os.makedirs(os.path.dirname(stem), exist_ok=True)
    ending = ""
    with open(f"{stem}.part", "wb") as file:
        for block in text_of(log):
            ending = ending or (".csv" if is_table(block) else ".jsonl")
            file.write(block)
    path = stem + (ending or ".jsonl")
    os.replace(f"{stem}.part", path)
    return path


def _is_giant(log: str) -> bool:
    """Whether a row group of the Parquet file is too large to be read in parts."""
    from scoring_engine.cluster.tables import end_of

    ends = list(end_of(log).ends)
    return any(end - start > GIANT for start, end in zip([0, *ends], ends, strict=False))


def _in_groups(log: str, path: str) -> str:
    """The same rows in row groups that can be read each by itself and end with a competition; the file as it is where it cannot be read
    to its end, so that what is wrong with it is found in the part where it is."""
    if os.path.exists(path):
        return path
    import pyarrow as pa
    import pyarrow.parquet as pq

    os.makedirs(os.path.dirname(path), exist_ok=True)
    file = pq.ParquetFile(log, page_checksum_verification=True, buffer_size=1 << 20)  # else whole columns are fetched at once
    # A row group that is written gets dictionaries of its own texts, which are few, not those of the giant one.
    coded = pa.types.is_dictionary
    schema = pa.schema([field.with_type(field.type.value_type) if coded(field.type) else field for field in file.schema_arrow])
    try:
        with pq.ParquetWriter(f"{path}.part", schema, use_dictionary=[name for name in schema.names if name not in DISTINCT]) as writer:
            rows = schema.empty_table()
            for batch in _batches(file, log):
                rows = pa.concat_tables([rows, pa.Table.from_batches([batch]).cast(schema)])
                end = _end(rows.column("competition").combine_chunks())
                writer.write_table(rows.slice(0, end), end or 1)
                rows = rows.slice(end)
            writer.write_table(rows, rows.num_rows or 1)
    except InputError:
        os.unlink(f"{path}.part")
        return log
    os.replace(f"{path}.part", path)
    return path


def _end(competitions: Any) -> int:
    """Where the last of some competitions begins."""
    import numpy as np

    from scoring_engine.cluster.tables import coded

    codes, _ = coded(competitions)
    return int(np.flatnonzero(codes[1:] != codes[:-1]).max(initial=-1)) + 1


def _batches(file: Any, log: str) -> Iterator[Any]:
    """The rows, of a row group's size at a time.

    Raises:
        InputError: they are damaged.
    """
    import pyarrow as pa

    try:
        yield from file.iter_batches(ROWS, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise InputError(Message("{file}: {problem}", {"file": log, "problem": str(error)})) from error
