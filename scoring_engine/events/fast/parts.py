"""Parts of logs: what is read, computed and written by itself, with everything else out of memory."""

from __future__ import annotations

import gc
import os
from typing import IO, TYPE_CHECKING, NamedTuple

from scoring_engine.events import jsonl
from scoring_engine.events.assembly import assemble
from scoring_engine.events.errors import InputError
from scoring_engine.events.fast.known import Known, borrow, give_back
from scoring_engine.events.fast.lines import blocks
from scoring_engine.events.gathering import Gatherer

if TYPE_CHECKING:
    from scoring_engine.events.log import Log


class Part(NamedTuple):
    """A part of a log's file.

    path         of a .jsonl, .ndjson, .json, .csv or .parquet file
    start, end   bytes of whole lines; rows of a Parquet file
    header       of CSV: its first line, with the line break
    first_line   the number that the first line, or row, gets; the seq of events that have none counts from 1 all the same
    numbered     events of the file have a seq, whatever stands in this part: those that have none are rejected
    """

    path: str
    start: int
    end: int
    header: bytes = b""
    first_line: int = 1
    numbered: bool = False


def read_part(part: Part, unsure: list[Part] | None = None) -> Log:
    """The log of the events in a part; the same that `events.reading.read` makes of a file with these lines.

    unsure   gets the part where it is CSV whose records cannot be told apart line by line: a quotation mark may be open at its end

    Raises:
        InputError: the file cannot be read.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        if part.path.lower().endswith(".parquet"):
            from scoring_engine.events.fast import parquet

            return parquet.read(part)
        known = borrow(part.header)
        gatherer = gather(part, 0, known, unsure)
        parts = gatherer.parts(part.numbered)
        name, rejected = gatherer.name, gatherer.rejected
        del gatherer  # which holds all columns in pieces
        give_back(part.header, known)
        return assemble(parts, [name], rejected)
    except OSError as error:
        from scoring_engine.events.reading import problem

        raise InputError(problem(part.path, error)) from error
    finally:
        if collecting:
            gc.enable()


def whole(path: str) -> Part:
    """All of a file.

    Raises:
        InputError: a file of Parquet cannot be read.
        OSError: another one cannot.
    """
    header = b""
    if path.lower().endswith(".parquet"):
        from scoring_engine.events.fast.parquet import count_rows

        return Part(path, 0, count_rows(path))
    if path.lower().endswith(".csv"):
        with open(path, "rb") as stream:
            header = stream.readline()
    return Part(path, len(header), os.path.getsize(path), header, 2 if header else 1)


def gather(part: Part, index: int = 0, known: Known | None = None, unsure: list[Part] | None = None) -> Gatherer:
    """The events of a part; `index` is that of its file among the files of the log, `known` what is known of lines like its."""
    ending = os.path.splitext(part.path.lower())[1]
    known = known or Known()
    if ending == ".csv":
        return _rows(part, index, known, unsure)
    gatherer = Gatherer(part.path, index)
    if ending == ".parquet":
        from scoring_engine.events.fast import parquet

        parquet.parse(part.path, part.start, part.end, part.first_line, gatherer)
        return gatherer
    with open(part.path, "rb", buffering=0) as stream:
        stream.seek(part.start)
        if part.start == 0 and _other_encoding(stream.read(4)):
            stream.seek(0)
            jsonl.parse([_bytes(stream, part)], gatherer)
        else:
            from scoring_engine.events.fast import jsonl as fast

            stream.seek(part.start)
            fast.parse(blocks(stream, part.end - part.start, part.first_line), gatherer, known)
    return gatherer


def _rows(part: Part, index: int, known: Known, unsure: list[Part] | None) -> Gatherer:
    """The events of a part of CSV."""
    from scoring_engine.events import csvlog
    from scoring_engine.events.fast import csv

    gatherer = Gatherer(part.path, index)
    with open(part.path, "rb", buffering=0) as stream:
        try:
            stream.seek(part.start)
            csv.parse(blocks(stream, part.end - part.start, part.first_line), part.header, gatherer, known)
        except csv.UnsureError:
            if unsure is not None:
                unsure.append(part)
            gatherer = Gatherer(part.path, index)
            stream.seek(part.start)
            csvlog.parse(part.header + _bytes(stream, part), gatherer)
            gatherer.renumber(part.first_line - 2)
    return gatherer


def _bytes(stream: IO[bytes], part: Part) -> bytes:
    return b"".join(iter(lambda: stream.read(part.end - stream.tell()), b""))


def _other_encoding(beginning: bytes) -> bool:
    """Whether a file begins with a byte order mark, or as one in UTF-16 does."""
    return beginning[:3] == b"\xef\xbb\xbf" or jsonl.is_utf16(beginning)
