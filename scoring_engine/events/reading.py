"""Reading logs of events: files by their suffix, or texts, bytes and dicts in memory."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

from scoring_engine.events import jsonl
from scoring_engine.events.assembly import assemble
from scoring_engine.events.errors import InputError
from scoring_engine.events.gathering import Gatherer
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.log import Log

Path: TypeAlias = "str | os.PathLike[str]"
Source: TypeAlias = "Path | bytes | Iterable[Path] | Iterable[Mapping[str, Any]]"

BLOCK = 1 << 20
"""Bytes that are parsed at a time."""

LARGE = 1 << 19
"""Bytes of a file of lines from which on the fast readers pay."""

IN_MEMORY = "<events>"
"""What messages call a source that is not a file."""

_JSONL, _CSV = (".jsonl", ".ndjson", ".json"), (".csv",)
_FAST = {**dict.fromkeys((*_JSONL, *_CSV), LARGE), ".parquet": 0}
_OTHERS = (".xlsx", ".xls", ".ods", ".zip", ".pdf", ".docx", ".yaml", ".yml")


def read(source: Source) -> Log:
    """The log of events in `source`.

    source   a path, or several, of .jsonl or .csv files (.gz too; - is standard input), of .parquet files or of ledgers (.db, or a
             URL postgresql://…); the text or the bytes of a file; or dicts, an event each. A text is taken as content if it is empty,
             holds a line break or begins with a brace.

    What is wrong with single lines and events is in `Log.rejected`; the rest is read.

    Raises:
        InputError: a file cannot be read.
    """
    collecting = gc.isenabled()
    gc.disable()  # what is parsed holds no cycles; looking for some takes as long as making the columns
    try:
        return _read(source)
    finally:
        if collecting:
            gc.enable()


def _read(source: Source) -> Log:
    if isinstance(source, str) and (not source or "\n" in source or source.lstrip("\ufeff \t\r")[:1] == "{"):
        source = source.encode(errors="surrogatepass")
    if isinstance(source, bytes):
        gatherer = Gatherer(IN_MEMORY, 0)
        _gather([source] if source else [], "", gatherer)
        return _log([gatherer])
    if isinstance(source, (str, os.PathLike)):
        source = [source]
    items: list[Any] = list(source)
    if all(isinstance(item, (str, os.PathLike)) for item in items):
        return _log([_read_file(os.fspath(path), index) for index, path in enumerate(items)])
    from scoring_engine.events.objects import gather

    gatherer = Gatherer(IN_MEMORY, 0)
    gather(items, gatherer)
    return _log([gatherer])


def _log(gatherers: list[Gatherer]) -> Log:
    parts = [part for gatherer in gatherers for part in gatherer.parts()]
    return assemble(parts, [gatherer.name for gatherer in gatherers], [r for gatherer in gatherers for r in gatherer.rejected])


def _read_file(path: str, index: int) -> Gatherer:
    """The events of a file, whose index among the files of the log is `index`."""
    gatherer = Gatherer(path, index)
    name = path.lower()
    name, suffix = os.path.splitext(name.removesuffix(".gz"))
    if suffix not in _JSONL + _CSV:
        from scoring_engine.events.ledger import is_ledger

        if is_ledger(path):
            return _read_ledger(path, index)
    packed = path.lower().endswith(".gz")
    if suffix in _OTHERS or (packed and suffix == ".parquet"):
        text = "{file}: logs are read from .jsonl, .csv and .parquet files, not from {suffix}; save it as one of these"
        raise InputError(Message(text, {"file": path, "suffix": suffix}))
    try:
        if not packed and suffix in _FAST and os.path.getsize(path) >= _FAST[suffix]:
            from scoring_engine.events.fast.parts import gather, whole

            return gather(whole(path), index)
        with open_file(path) as stream:
            _gather(_blocks(stream), suffix, gatherer)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(problem(path, error)) from error
    return gatherer


def _read_ledger(url: str, index: int) -> Gatherer:
    """The events of a ledger; the line of an event is its seq."""
    from scoring_engine.events.ledger import open_ledger
    from scoring_engine.events.ledger.transfer import blocks

    with open_ledger(url, readonly=True) as store:
        gatherer = Gatherer(store.name, index)
        jsonl.parse(blocks(store), gatherer)
    return gatherer


def open_file(path: str) -> IO[bytes]:
    """The file at `path` for reading; unpacked if it is a .gz, standard input if it is -."""
    if path == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    if path.lower().endswith(".gz"):
        import gzip

        return cast("IO[bytes]", gzip.open(path))
    return open(path, "rb")


def text_of(path: str) -> Iterator[bytes]:
    """The text of a log in blocks of whole lines: of a file, a .gz, standard input (-) or a ledger.

    Raises:
        InputError: it cannot be read.
    """
    from scoring_engine.events.ledger import is_ledger

    if is_ledger(path):
        from scoring_engine.events.ledger import open_ledger
        from scoring_engine.events.ledger.transfer import blocks

        with open_ledger(path, readonly=True) as store:
            yield from blocks(store)
        return
    try:
        with open_file(path) as stream:
            yield from _blocks(stream)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(problem(path, error)) from error


def problem(path: str, error: Exception) -> Message:
    """Why a file cannot be read, and what to do."""
    file = {"file": path}
    if isinstance(error, FileNotFoundError):
        return Message("{file}: there is no such file; check the path", file)
    if isinstance(error, IsADirectoryError):
        return Message("{file} is a folder; name the files in it", file)
    if isinstance(error, PermissionError):
        return Message("{file}: no permission to read it; ask its owner", file)
    if path.lower().endswith(".gz") and getattr(error, "errno", None) is None:
        return Message("{file} is not a whole gzip file; copy it again", file)
    return Message("{file}: {problem}", {"file": path, "problem": getattr(error, "strerror", None) or str(error)})


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The content in blocks of whole lines."""
    while block := stream.read(BLOCK):
        yield block if block.endswith(b"\n") else block + stream.readline()


def _gather(blocks: Iterable[bytes], suffix: str, gatherer: Gatherer) -> None:
    """Take in the content of a source; its form is that of the suffix, or what its beginning looks like."""
    blocks = iter(blocks)
    first = next(blocks, b"")
    if not first:
        return
    if suffix in _CSV or (suffix not in _JSONL and is_table(first)):
        from scoring_engine.events import csvlog

        csvlog.parse(b"".join((first, *blocks)), gatherer)
    else:
        jsonl.parse(_chain(first, blocks), gatherer)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def is_table(block: bytes) -> bool:
    """Whether a text begins with a header of CSV and not with an object."""
    head = block[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    header = head.partition(b"\n")[0]
    return head[:1] not in (b"{", b"[") and b"kind" in header and b"," in header
