"""Parquet: one event a row, the fields of all kinds as columns, null for a field that is not given.

Columns of texts hold what cells of CSV hold, and mean the same: numbers as their exact decimal text, objects and lists as JSON. Written
logs have `seq` as int64 and every other column as texts, all but the ids with a dictionary. pyarrow is loaded only when it is needed,
and nothing is asked of it that loads pandas.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.canonical import forms
from scoring_engine.events.errors import InputError
from scoring_engine.events.times import write as write_times
from scoring_engine.events.writing import field_columns
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scoring_engine.events.log import Codes, Column, Log

ROWS = 100_000
"""Rows of a row group that is written."""


FILES = 4
"""Files whose ends are kept."""


class End(NamedTuple):
    """What the end of a file says of it.

    metadata   as pyarrow has it
    names      of the columns
    ends       int64, the row after each row group
    """

    metadata: Any
    names: list[str]
    ends: NDArray[np.int64]


_ends: dict[str, tuple[tuple[int, ...], End]] = {}


def arrow(path: str) -> Any:
    """pyarrow, for the file at `path`.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError:
        text = "{file}: files of Parquet need pyarrow; install it with: pip install 'scoring-engine[parquet]'"
        raise InputError(Message(text, {"file": path})) from None
    return pyarrow


def load() -> None:
    """Import what files of Parquet need, as far as it is there."""
    with suppress(ImportError):
        import pyarrow
        import pyarrow._parquet  # noqa: F401


def end(path: str) -> End:
    """What the end of the file at `path` says. It takes a while to take in, and is kept as long as the file is the same.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    state = os.stat(path)
    key = state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
    known = _ends.get(path)
    if known is None or known[0] != key:
        file = opened(path)
        groups = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
        if len(_ends) >= FILES:
            _ends.clear()
        known = _ends[path] = key, End(file.metadata, file.schema_arrow.names, np.cumsum(groups, dtype=np.int64))
    return known[1]


def columns(path: str, names: Sequence[str], size: int) -> Iterator[Any]:
    """Some columns of the file at `path`, as dictionaries where they are texts, in batches of up to `size` rows; in the batches they have
    the order of the file.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    metadata = end(path).metadata
    file = opened(path, names, metadata)
    yield from file.iter_batches(size, row_groups=range(metadata.num_row_groups), use_threads=False, **only(file, names))


def opened(path: str, coded: Sequence[str] = (), metadata: Any = None) -> Any:
    """The file at `path`, to be read without threads; the columns `coded` come as dictionaries. It has metadata, schema_arrow and
    iter_batches(size, row_groups=…, use_threads=False).

    It is pyarrow's reader below pyarrow.parquet, which would load what reads from far away, more than a small log takes in all;
    pyarrow.parquet's own where there is none such.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    options = {"read_dictionary": list(coded), "metadata": metadata, "pre_buffer": False, "page_checksum_verification": True}
    try:
        from pyarrow._parquet import ParquetReader

        reader = ParquetReader()
        reader.open(path, **options)
    except (ImportError, AttributeError, TypeError):
        from pyarrow.parquet import ParquetFile

        return ParquetFile(path, **options)
    return reader


def only(file: Any, names: Sequence[str]) -> dict[str, Any]:
    """What tells `iter_batches` of a file that is `opened` to read some columns only."""
    if hasattr(file, "column_paths"):
        return {"column_indices": [place for place, leaf in enumerate(file.column_paths) if leaf[0] in names]}
    return {"columns": [name for name in file.schema_arrow.names if name in names]}


def save(table: Any, path: str, coded: Sequence[str], ranged: Sequence[str]) -> None:
    """Write a table of pyarrow to a file: the columns `coded` with dictionaries, the columns `ranged` with their least and greatest
    values, by which programs that read it skip what they need not see. By pyarrow's writer below pyarrow.parquet, as in `opened`.

    Raises:
        OSError: the file cannot be written.
    """
    options: dict[str, Any] = {"version": "2.6", "compression": "snappy", "use_dictionary": list(coded), "write_statistics": list(ranged)}
    try:
        from pyarrow._parquet import ParquetWriter

        writer = ParquetWriter(path, table.schema, writer_engine_version="V2", **options)
    except (ImportError, AttributeError, TypeError, ValueError):
        from pyarrow.parquet import write_table

        write_table(table, path, **options)
        return
    writer.write_table(table)
    writer.close()


def write_parquet(log: Log, path: str | os.PathLike[str]) -> None:
    """Write the events of `log`, ordered by (seq, id), as Parquet. Reading them gives the same events.

    Raises:
        InputError: pyarrow is not installed.
        OSError: the file cannot be written; a file that was there before is still there.
    """
    target = os.fspath(path)
    pa = arrow(target)
    columns = {"id": _texts(pa, list(log.id))} | {name: _coded(pa, codes, texts) for name, codes, texts in _fields(log)}
    from pyarrow.parquet import write_table

    arrays = {"seq": pa.Array.from_buffers(pa.int64(), log.size, [None, pa.py_buffer(np.ascontiguousarray(log.seq))]), **columns}
    table = pa.Table.from_arrays(list(arrays.values()), list(arrays))
    coded = [name for name in arrays if name not in ("seq", "id")]
    written = f"{target}.part"
    try:
        write_table(table, written, row_group_size=ROWS, use_dictionary=coded, write_page_checksum=True)
        os.replace(written, target)
    finally:
        if os.path.exists(written):
            os.remove(written)


def _fields(log: Log) -> Iterator[tuple[str, Codes, list[str]]]:
    """The name of each column but seq and id, its codes, int32 (log.size,), and their texts."""
    times, which = np.unique(np.stack((log.at, log.offset)), axis=1, return_inverse=True)
    texts = write_times(times[0], times[1])
    yield "at", np.where(np.array([*texts, ""]) == "", -1, np.arange(len(texts) + 1))[which.ravel()].astype(np.int32), texts
    yield "competition", log.competition.codes, log.competition.texts
    yield "kind", log.kind.codes, log.kind.texts
    for name in field_columns(list(log.frames.values())):
        codes = np.full(log.size, -1, np.int32)
        index: dict[str, int] = {}
        for frame in log.frames.values():
            if name in frame.columns:
                codes[frame.rows] = _table(frame.columns[name], index)[frame.columns[name].codes]
        yield name, codes, list(index)


def _table(column: Column, index: dict[str, int]) -> Codes:
    """The code in `index` of each text of a column, and at last -1."""
    return np.array([*(index.setdefault(text, len(index)) for text in forms(column)), -1], np.int32)


def _coded(pa: Any, codes: Codes, texts: list[str]) -> Any:
    """A column with a dictionary; -1 is null."""
    given = np.packbits(codes >= 0, bitorder="little")
    indices = pa.Array.from_buffers(pa.int32(), codes.size, [pa.py_buffer(given), pa.py_buffer(np.maximum(codes, 0))])
    return pa.DictionaryArray.from_arrays(indices, _texts(pa, texts))


def _texts(pa: Any, texts: Sequence[str]) -> Any:
    """A column of texts without nulls."""
    encoded = [text.encode() for text in texts]
    ends = np.fromiter(accumulate(map(len, encoded), initial=0), np.int64, len(encoded) + 1)
    return pa.Array.from_buffers(pa.large_string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])
