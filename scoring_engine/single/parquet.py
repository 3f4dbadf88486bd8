"""Small logs and tables of Parquet, without numpy."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.events.arrow import file_of, opened, without_numpy
from scoring_engine.events.notation import MARK
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.season.result import ColumnInfo

MOST = 10_000
"""Rows of a log that is read here."""

DIGITS = 19
"""Digits of a decimal, as in `report.bulk`."""

LIMIT = 1 << 63


def rows(path: str) -> Iterator[dict[str, str | None]]:
    """The rows of a log whose seq is a whole number, and all else texts.

    Raises:
        Unsure: it is not so.
    """
    pa = _pyarrow()
    try:
        file = opened(path)
        schema, groups = file.schema_arrow, range(file.metadata.num_row_groups)
        if file.metadata.num_rows > MOST or len(set(schema.names)) < len(schema.names):
            raise Unsure("many rows, or columns of one name")
        for field in schema:
            if not (_is_text(pa, field.type) or (field.name == "seq" and pa.types.is_signed_integer(field.type))):
                raise Unsure("a column of another type")
        for batch in file.iter_batches(MOST, row_groups=groups, use_threads=False) if groups else ():
            columns = [column.to_pylist() for column in batch.columns]
            for name, column in zip(schema.names, columns, strict=True):
                if name == "seq" and not _is_text(pa, schema.field(name).type):
                    column[:] = [None if number is None else str(number) for number in column]
                elif MARK in "".join(filter(None, column)):
                    raise Unsure("NUL")
            for cells in zip(*columns, strict=True):
                yield dict(zip(schema.names, cells, strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError, TypeError) as error:
        raise Unsure("cannot be read") from error


def table(columns: Sequence[ColumnInfo], rows: Sequence[Sequence[str | int | None]]) -> bytes:
    """A table as a file of Parquet, with the columns that `report.bulk` gives it.

    Raises:
        Unsure: a number does not fit.
    """
    pa = _pyarrow()
    arrays = [_array(pa, info, [row[place] for row in rows]) for place, info in enumerate(columns)]
    names = [info.name for info in columns]
    texts = [info.name for info, made in zip(columns, arrays, strict=True) if isinstance(made, pa.DictionaryArray)]
    return file_of(pa.Table.from_arrays(arrays, names), texts, [name for name in names if name in ("competition", "id")])


def _array(pa: Any, info: ColumnInfo, values: Sequence[str | int | None]) -> Any:
    there = None
    if None in values:
        bits = "".join("0" if value is None else "1" for value in reversed(values))
        there = pa.py_buffer(int(bits, 2).to_bytes(-(-len(values) // 8), "little"))
    if info.kind == "integer":
        return pa.Array.from_buffers(pa.int64(), len(values), [there, pa.py_buffer(array("q", [int(value or 0) for value in values]))])
    if info.kind == "number" and info.places is not None:
        scaled = [_scaled(str(value or "0"), info.places) for value in values]
        words = array("q", [word for number in scaled for word in (number, -1 if number < 0 else 0)])
        return pa.Array.from_buffers(pa.decimal128(DIGITS, info.places), len(values), [there, pa.py_buffer(words)])
    index: dict[str, int] = {}
    codes = array("i", [0 if value is None else index.setdefault(str(value), len(index)) for value in values])
    texts = [text.encode() for text in index or ("",)]
    ends = array("q", [0])
    for text in texts:
        ends.append(ends[-1] + len(text))
    dictionary = pa.Array.from_buffers(pa.large_utf8(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))])
    return pa.DictionaryArray.from_arrays(pa.Array.from_buffers(pa.int32(), len(values), [there, pa.py_buffer(codes)]), dictionary)


def _scaled(text: str, places: int) -> int:
    """A decimal times 10**places."""
    whole, _, fraction = text.partition(".")
    try:
        number = int(whole + fraction.ljust(places, "0"))
    except ValueError as error:
        raise Unsure("a text among numbers") from error
    if len(fraction) > places or not -LIMIT < number < LIMIT:
        raise Unsure("a long decimal")
    return number


def _is_text(pa: Any, type: Any) -> bool:
    """Whether values of the type are texts."""
    type = type.value_type if pa.types.is_dictionary(type) else type
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))


def _pyarrow() -> Any:
    try:
        return without_numpy()
    except ImportError as error:
        raise Unsure("no pyarrow that may do without numpy") from error
