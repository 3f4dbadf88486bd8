"""pyarrow as this package uses it: little of it is loaded, nothing that loads pandas or threads, and not numpy.

pyarrow is loaded only when it is needed. Its reader and writer below pyarrow.parquet are taken, which itself would load what reads from
far away, more than a small log takes in all; pyarrow.parquet's own where there are none such.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine import process
from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FREE = 18
"""The version of pyarrow that first did without numpy."""

FILES = 4
"""Files whose ends are kept."""


class End(NamedTuple):
    """What the end of a file says of it.

    metadata   as pyarrow has it
    names      of the columns
    places     of each, what pyarrow's reader knows it by; None where it is pyarrow.parquet's, which knows names
    coded      the columns that come as dictionaries: all texts, but for the ids where they have no dictionary in the file. Reading makes
               dictionaries of texts that have none too; asking pyarrow for them later loads pyarrow.compute, which takes longer than
               a small log
    ends       the row after each row group
    """

    metadata: Any
    names: list[str]
    places: list[list[int]] | None
    coded: list[str]
    ends: list[int]


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
        import_module("pyarrow._parquet")


def without_numpy() -> Any:
    """pyarrow; without numpy, which it can do without and which takes as long, where nobody has imported one of the two so far.

    Such a pyarrow knows nothing of numpy for as long as the process lives, so it must be the command line's own. This package can go on
    with it: it hands columns over as buffers, both ways, and nowhere has pyarrow make arrays of numpy, or take them.

    Raises:
        ImportError: it is not there, or must not be imported without numpy: another process than the command line's, or a version
            that needs it.
    """
    if "pyarrow" in sys.modules or "numpy" in sys.modules:
        return import_module("pyarrow")
    if not process.is_own() or _version() < FREE:
        raise ImportError("pyarrow needs numpy")
    sys.modules["numpy"] = None  # type: ignore[assignment]  # which says that it is not there
    try:
        load()
        return import_module("pyarrow")
    finally:
        del sys.modules["numpy"]


def _version() -> int:
    """The version of pyarrow, before it is imported; 0 where it does not say."""
    found = find_spec("pyarrow")
    folder = os.path.dirname((found and found.origin) or "")
    with suppress(OSError), open(os.path.join(folder, "_generated_version.py"), encoding="utf-8") as file:
        major = file.read().rpartition("__version__ = version = '")[2].partition(".")[0]
        return int(major) if major.isdigit() else 0
    return 0


def end(path: str) -> End:
    """What the end of the file at `path` says. It takes a while to take in, and is kept as long as the file is the same.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    state = os.stat(path)
    key = state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
    known = _ends.get(path)
    if known is None or known[0] != key:
        if len(_ends) >= FILES:
            _ends.clear()
        known = _ends[path] = key, _end(opened(path))
    return known[1]


def _end(file: Any) -> End:
    metadata, names = file.metadata, file.schema_arrow.names
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    leaves = [leaf[0] for leaf in file.column_paths] if hasattr(file, "column_paths") else None
    places = leaves and [[place for place, leaf in enumerate(leaves) if leaf == name] for name in names]
    columns = [groups[0].column(place) for place in range(metadata.num_columns)] if groups else []
    texts = {column.path_in_schema: column.has_dictionary_page for column in columns if column.physical_type == "BYTE_ARRAY"}
    coded = [name for name, has_dictionary in texts.items() if has_dictionary or name != "id"]
    return End(metadata, names, places, coded, list(accumulate(group.num_rows for group in groups)))


def columns(path: str, names: Sequence[str], size: int) -> Iterator[Any]:
    """Some columns of the file at `path`, as dictionaries where they are texts, in batches of up to `size` rows; in the batches they have
    the order of the file.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    said = end(path)
    file = opened(path, names, said.metadata)
    yield from file.iter_batches(size, row_groups=range(len(said.ends)), use_threads=False, **only(said, names))


def opened(path: str, coded: Sequence[str] = (), metadata: Any = None) -> Any:
    """The file at `path`, to be read without threads; the columns `coded` come as dictionaries. It has metadata, schema_arrow and
    iter_batches(size, row_groups=…, use_threads=False).

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


def only(said: End, names: Sequence[str]) -> dict[str, Any]:
    """What tells `iter_batches` of a file to read some columns only."""
    if said.places is None:
        return {"columns": [name for name in said.names if name in names]}
    return {"column_indices": [place for name, places in zip(said.names, said.places, strict=True) if name in names for place in places]}


def file_of(table: Any, coded: Sequence[str], ranged: Sequence[str]) -> bytes:
    """A table of pyarrow as a file: the columns `coded` with dictionaries, the columns `ranged` with their least and greatest values, by
    which programs that read it skip what they need not see."""
    options: dict[str, Any] = {"version": "2.6", "compression": "snappy", "use_dictionary": list(coded), "write_statistics": list(ranged)}
    out = import_module("pyarrow").BufferOutputStream()  # what is written at once is written in half the time
    try:
        from pyarrow._parquet import ParquetWriter

        writer = ParquetWriter(out, table.schema, writer_engine_version="V2", **options)
    except (ImportError, AttributeError, TypeError, ValueError):
        from pyarrow.parquet import write_table

        write_table(table, out, **options)
    else:
        writer.write_table(table)
        writer.close()
    made: bytes = out.getvalue().to_pybytes()
    return made
