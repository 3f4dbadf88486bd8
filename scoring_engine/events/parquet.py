"""Parquet: one event a row, the fields of all kinds as columns, null for a field that is not given.

Columns of texts hold what cells of CSV hold, and mean the same: numbers as their exact decimal text, objects and lists as JSON. Written
logs have `seq` as int64 and every other column as texts, all but the ids with a dictionary.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.arrow import arrow
from scoring_engine.events.canonical import forms
from scoring_engine.events.times import write as write_times
from scoring_engine.events.writing import field_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring_engine.events.log import Codes, Column, Log

ROWS = 100_000
"""Rows of a row group that is written."""


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
