"""Tables of columns as files: CSV as the other writers spell it, and Parquet with exact decimals. For results of any size."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scoring_engine.season.columns import ColumnTable, DecimalColumn, ResultColumn, TextColumn, WholeColumn

if TYPE_CHECKING:
    import pyarrow as pa

    from scoring_engine.scoring.vectors import Bools
    from scoring_engine.season.result import ColumnInfo

DIGITS = 19
"""Digits of a decimal in Parquet: what 64 bits hold."""

SOUGHT = ("competition", "id")
"""Columns of which a file of Parquet says what is in it, so that who looks for a competition need not read all files."""

_empty: dict[tuple[tuple[str, str, int | None], ...], bytes] = {}
"""Files of Parquet without rows, by their columns."""


def save_columns(tables: Mapping[str, ColumnTable], folder: str, form: Literal["csv", "parquet"]) -> list[str]:
    """Writes each table as NAME.csv or NAME.parquet into `folder` (made where it is not there) and returns the paths.

    A file is written beside its place and takes it by a rename, so that none is ever half-written. Parquet has texts as
    dictionaries, whole numbers as int64 and decimals as decimal128 with the places of their column.

    Raises:
        OSError: a file cannot be written.
        OverflowError: a decimal does not fit into 64 bits at its column's places.
    """
    os.makedirs(folder, exist_ok=True)
    paths = []
    for name, table in tables.items():
        path = os.path.join(folder, f"{name}.{form}")
        part = os.path.join(folder, f".{name}.{form}.{os.getpid()}.part")
        try:
            with open(part, "wb") as file:
                file.write(csv_bytes(table) if form == "csv" else parquet_bytes(table))
            os.replace(part, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        paths.append(path)
    return paths


def csv_bytes(table: ColumnTable) -> bytes:
    """A table as CSV in UTF-8: a header line of names, `\\n` line ends, nothing written for a missing value."""
    return _header(tuple(table.names)) + table.spelled.csv()


@lru_cache
def _header(names: tuple[str, ...]) -> bytes:
    """The line of names, made once for all parts of a run."""
    from scoring_engine.report.files import csv_text

    return csv_text(names, []).encode()


def parquet_bytes(table: ColumnTable) -> bytes:
    """A table as a file of Parquet."""
    columns = tuple((info.name, info.kind, info.places) for info in table.columns)
    empty = not (table.arrays and table.arrays[0].size)
    if empty and columns in _empty:
        return _empty[columns]
    import pyarrow as pa

    from scoring_engine.events.arrow import file_of

    arrays = [_arrow(info, array) for info, array in zip(table.columns, table.arrays, strict=True)]
    schema = pa.schema([pa.field(info.name, array.type) for info, array in zip(table.columns, arrays, strict=True)])
    texts = [field.name for field in schema if isinstance(field.type, pa.DictionaryType)]
    made = file_of(pa.Table.from_arrays(arrays, schema=schema), texts, [name for name in table.names if name in SOUGHT])
    if empty:
        _empty[columns] = made
    return made


def _arrow(info: ColumnInfo, column: ResultColumn) -> pa.Array:
    """A column for Arrow, of the type that `info` declares. Made of buffers: `pa.array` would import pandas."""
    import pyarrow as pa

    there = column.present
    if info.kind == "integer":
        assert isinstance(column, WholeColumn)
        return pa.Array.from_buffers(pa.int64(), column.size, [_bits(there), _buffer(column.num)])
    if info.kind == "number" and info.places is not None:
        if isinstance(column, TextColumn):  # no row has the measure
            column = DecimalColumn(np.zeros(column.size, np.int64), 0, there)
        assert isinstance(column, DecimalColumn)
        low = column.scaled(info.places)
        words = np.stack((low, low >> 63), axis=1)
        return pa.Array.from_buffers(pa.decimal128(DIGITS, info.places), column.size, [_bits(there), _buffer(words)])
    codes, texts = _texts(column)
    joined = "".join(texts).encode()
    lengths = list(map(len, texts))
    if len(joined) > sum(lengths):  # not all is ASCII
        lengths = [len(text.encode()) for text in texts]
    offsets = np.cumsum([0, *lengths], dtype=np.int64)
    dictionary = pa.Array.from_buffers(pa.large_utf8(), len(texts), [None, _buffer(offsets), pa.py_buffer(joined)])
    indices = pa.Array.from_buffers(pa.int32(), column.size, [_bits(there), _buffer(codes.astype(np.int32))])
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def _texts(column: ResultColumn) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    """The codes of a column and the distinct texts that it uses, with a first text where it uses none."""
    if not isinstance(column, TextColumn):
        from scoring_engine.season.columns import text_column

        values = column.values()
        column, missing = text_column([str(value) for value in values]), ~column.present
        return np.where(missing, 0, column.codes), column.texts or [""]
    known = np.zeros(len(column.texts) + 1, bool)
    known[column.codes] = True
    if known[:-1].all() and not known[-1]:
        return column.codes, column.texts or [""]
    used = np.flatnonzero(known[:-1])
    place = np.zeros(known.size, np.int64)
    place[used] = np.arange(used.size)
    return place[column.codes], [column.texts[code] for code in used.tolist()] or [""]


def _bits(there: Bools) -> pa.Buffer | None:
    """The validity bits of a column; None where every row has a value."""
    return None if there.all() else _buffer(np.packbits(there, bitorder="little"))


def _buffer(values: np.ndarray[Any, Any]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.ascontiguousarray(values))
