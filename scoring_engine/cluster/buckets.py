"""Logs in which the events of a competition do not stand together, sorted into files of whole competitions first.

Lines are read block by block and appended to the file of the competition they belong to, so that memory follows the block,
not the log. Beside each file stands another that says of each of its lines where it came from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.cluster import openings
from scoring_engine.cluster.conflicts import CONFLICT
from scoring_engine.cluster.parts import Task, number_of
from scoring_engine.cluster.planning import ROWS, SIZE
from scoring_engine.cluster.seasons import components, links
from scoring_engine.cluster.text import Text
from scoring_engine.events.fast import Part, read_part

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection

    Ints = NDArray[np.int64]

MOST = 4096
"""Files that a log is sorted into at most."""

ORIGIN = ".origin"
"""Ends the name of the file that says where lines came from: file, line and seq (0: its own) of each, int64."""


def gather(paths: Sequence[str], folder: str, thorough: bool = False, sharing: Sequence[Ints] = ()) -> list[Task]:
    """Sorts the events of the files into `folder`, and returns the parts that they are now. With `thorough` all events are
    looked at for what feeds what, since an opening may have been amended; else the openings only. `sharing` are two columns of
    further competitions, by their numbers, that belong together, in pairs.

    Raises:
        InputError: a file cannot be read. OSError: the folder cannot be written.
    """
    os.makedirs(folder)
    blocks = list(_blocks(paths))
    names, first = _linked(blocks, thorough, sharing)
    count = max(1, min(MOST, sum(_weight(part) for part in blocks) // SIZE + 1))
    pieces: dict[int, dict[str, int | None]] = {}  # by bucket, with the file where events of it were found without seq
    numbered: set[int] = set()
    last, loose = 0, [0] * len(paths)
    for number, part in enumerate(blocks):
        log = read_part(part._replace(first_line=1))
        file = paths.index(part.path)
        codes = {text: code for code, text in enumerate(log.competition.texts)}
        for rejection in log.rejected:
            if rejection.competition:
                codes.setdefault(rejection.competition, len(codes))
        own = np.array([number_of(text) for text in codes], np.int64)
        if names.size:
            place = np.minimum(np.searchsorted(names, own), names.size - 1)
            own = np.where(names[place] == own, first[place], own)
        bucket = np.append((own.view(np.uint64) % np.uint64(count)).astype(np.int64), 0)
        sorter = _Rows(part) if part.path.endswith(".parquet") else _Lines(part)
        of_line = np.full(sorter.size, -1, np.int64)
        seq = np.zeros(sorter.size, np.int64)
        of_line[sorter.record(log.line)] = bucket[log.competition.codes]
        if log.loose:
            seq[sorter.record(log.line)] = loose[file] + log.seq
        for rejection in log.rejected:
            record = sorter.record(np.array([rejection.line]))
            of_line[record] = bucket[codes.get(rejection.competition, -1)]
            if log.loose and rejection.rule == CONFLICT and rejection.seq is not None:
                seq[record] = loose[file] + rejection.seq
        loose[file] += log.loose
        last = max(last, log.last)
        if log.size and not log.loose:
            numbered.add(file)
        order = np.argsort(of_line, kind="stable")
        order = order[np.searchsorted(of_line[order], 0) :]
        for key in np.unique(of_line[order]).tolist():
            mine = order[of_line[order] == key]
            path = sorter.append(os.path.join(folder, f"{key:04}-loose-{file}" if log.loose else f"{key:04}"), number, mine)
            pieces.setdefault(key, {})[path] = file if log.loose else None
            lines = np.repeat(mine, sorter.height[mine])
            origin = np.stack([np.full(lines.size, file), sorter.line[lines] + part.first_line - 1, seq[lines]], 1)
            with open(path + ORIGIN, "ab") as out:
                out.write(origin.astype(np.int64).tobytes())
    before = [last]  # events without seq come after all others
    for file, count in enumerate(loose):
        before.append(before[-1] + (0 if file in numbered else count))
    for files in pieces.values():
        for path, of in files.items():
            if of is not None and of in numbered:
                _count_on(path, None)
                files[path] = None
            elif of is not None and before[of]:
                _count_on(path, before[of])
    found = [[_piece(path)._replace(numbered=of is None) for path, of in pieces[key].items()] for key in sorted(pieces)]
    return [Task(number, tuple(some)) for number, some in enumerate(found)]


def _count_on(path: str, before: int | None) -> None:
    """Counts the seqs that lines of a bucket's file have in its `ORIGIN` on from those before; None: they have none."""
    origin = np.fromfile(path + ORIGIN, np.int64).reshape(-1, 3)
    origin[:, 2] = 0 if before is None else np.where(origin[:, 2] > 0, origin[:, 2] + before, 0)
    origin.tofile(path + ORIGIN)


class _Lines:
    """The records of a part of JSON Lines or CSV.

    line     int64 (size,), the number, from 1, of the line that each begins with
    height   int64 (size,), how many lines it has
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        with open(part.path, "rb") as file:
            file.seek(part.start)
            self.data = file.read(part.end - part.start)
        letters = np.frombuffer(self.data, np.uint8)
        breaks = letters == ord("\n")
        if part.header and b"\r" in self.data:  # in CSV a CR ends a line too, where no LF comes after it
            breaks |= (letters == ord("\r")) & ~np.append(breaks[1:], False)
        ends = np.flatnonzero(breaks) + 1
        if not ends.size or ends[-1] < letters.size:
            ends = np.append(ends, letters.size)
        self._of_line = np.arange(ends.size)
        self.line = self._of_line + 1
        if part.header and b'"' in self.data:  # a record of CSV may have line breaks in quotation marks
            whole = np.searchsorted(np.flatnonzero(letters == ord('"')), ends) % 2 == 0
            whole[-1] = True
            self._of_line = np.cumsum(whole) - whole
            self.line = np.append(1, np.flatnonzero(whole)[:-1] + 2)
            ends = ends[whole]
        self.ends = ends
        self.size = ends.size
        self.height = np.diff(self.line, append=self._of_line.size + 1)

    def record(self, lines: Ints) -> Ints:
        """The records to which lines, counted from 1, belong."""
        return np.asarray(self._of_line[lines - 1])

    def append(self, stem: str, number: int, records: Ints) -> str:
        """Appends records to the file of a bucket; returns its path."""
        if self.part.header:
            from hashlib import sha256

            path = f"{stem}-{sha256(self.part.header).hexdigest()[:8]}.csv"
        else:
            path = f"{stem}.jsonl"
        starts = np.append(0, self.ends[:-1])
        new = not os.path.exists(path)
        with open(path, "ab") as file:
            if new:
                file.write(self.part.header)
            for start, end in _runs(starts[records], self.ends[records]):
                text = self.data[start:end]
                file.write(text if text.endswith(b"\n") else text + b"\n")
        return path


def _runs(starts: Ints, ends: Ints) -> Iterator[tuple[int, int]]:
    """Records that follow one another taken together."""
    apart = np.flatnonzero(starts[1:] != ends[:-1])
    yield from zip(starts[np.append(0, apart + 1)].tolist(), ends[np.append(apart, -1)].tolist(), strict=True)


class _Rows:
    """The rows of a part of a Parquet file."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.size = part.end - part.start
        self.line = np.arange(1, self.size + 1)
        self.height = np.ones(self.size, np.int64)
        self.table = read_rows(part)

    def record(self, lines: Ints) -> Ints:
        """The rows, counted from 0."""
        return lines - 1

    def append(self, stem: str, number: int, records: Ints) -> str:
        """Writes rows to a file of their own; returns its path."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = f"{stem}-{number:05}.parquet"
        rows = pa.Array.from_buffers(pa.int64(), records.size, [None, pa.py_buffer(records)])  # as it may know nothing of numpy
        pq.write_table(self.table.take(rows), path)
        return path


def read_rows(part: Part) -> pa.Table:
    """The rows of a part, all columns."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(part.path)
    at = before = 0
    groups: list[int] = []
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if at + rows > part.start and at < part.end:
            before = before if groups else part.start - at
            groups.append(group)
        at += rows
    return file.read_row_groups(groups, use_threads=False).slice(before, part.end - part.start)


def _blocks(paths: Sequence[str]) -> Iterator[Part]:
    """The files in pieces of bounded size, which end with a record."""
    for path in paths:
        if path.endswith(".parquet"):
            import pyarrow.parquet as pq

            rows = pq.read_metadata(path).num_rows
            for start in range(0, rows, 4 * ROWS):
                yield Part(path, start, min(start + 4 * ROWS, rows), b"", start + 1)
            continue
        text = Text(path)
        with open(path, "rb") as file:
            start, line = file.seek(text.start), 1 + bool(text.header)
            while data := file.read(SIZE):
                data += file.readline()
                while text.header and data.count(b'"') % 2 and (more := file.readline()):
                    data += more
                end = start + len(data)
                yield Part(path, start, end, text.header, line)
                line += data.count(b"\n")
                start = end


def _weight(part: Part) -> int:
    """About how many bytes of text the part is."""
    return (part.end - part.start) * (SIZE // ROWS if part.path.endswith(".parquet") else 1)


def _piece(path: str) -> Part:
    """A file of a bucket as a whole."""
    if path.endswith(".parquet"):
        import pyarrow.parquet as pq

        return Part(path, 0, pq.read_metadata(path).num_rows)
    text = Text(path)
    return Part(path, text.start, text.size, text.header)


def _linked(blocks: Sequence[Part], thorough: bool, sharing: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The competitions, as sorted numbers of their ids, and for each the number that stands for all that are linked with it."""
    found = openings.links(_amended(blocks) if thorough else _openings(dict.fromkeys(part.path for part in blocks)), number_of)
    names, at = np.unique(found.name, return_index=True)
    first = found.first[at]
    if sharing:
        every, place = np.unique(np.concatenate((names, first, *sharing)), return_inverse=True)
        own, theirs, one, other = np.split(place, np.cumsum([names.size, names.size, sharing[0].size]))
        label = components(every.size, np.append(own, one), np.append(theirs, other))
        return every, every[label]
    return names, first


def _openings(paths: Iterable[str]) -> Iterator[openings.Opening]:
    for path in paths:
        yield from openings.of_table(path) if path.endswith(".parquet") else openings.of_text(Text(path))


def _amended(blocks: Sequence[Part]) -> Iterator[openings.Opening]:
    """What feeds what, with the amendments of openings."""
    for part in blocks:
        for sender, target in zip(*links(read_part(part)), strict=True):
            yield openings.Opening(0, sender, json.dumps([target]))
            yield openings.Opening(0, target, "")


class Origin:
    """Where the lines of the file of a bucket came from."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self._known: dict[str, Ints] = {}

    def of(self, rejection: Rejection) -> Rejection:
        """The rejection as of the log before it was sorted, with what it says of where another event is."""
        file, line, seq = self._place(rejection.file, rejection.line)
        message = rejection.message
        if "file" in message.args and "line" in message.args:
            there, at, _ = self._place(str(message.args["file"]), int(str(message.args["line"])))
            message = message._replace(args={**message.args, "file": there, "line": str(at)})
        return rejection._replace(file=file, line=line, seq=seq or rejection.seq, message=message)

    def number(self, log: Log) -> None:
        """Gives the events of a bucket's file, where they have none of their own, the seqs that they have in the log as a whole."""
        known = self._of(log.files[0]) if log.files else np.zeros((0, 3), np.int64)
        if known[:, 2].any():
            own = known[log.line - 1, 2]
            log.seq = np.where(own > 0, own, log.seq)
            log.rejected = [r if r.seq is None else r._replace(seq=int(known[r.line - 1, 2]) or r.seq) for r in log.rejected]

    def _place(self, file: str, line: int) -> tuple[str, int, int]:
        """The file, line and seq (0: its own) that a line of a bucket had."""
        known = self._of(file)
        if not 0 < line <= len(known):
            return file, line, 0
        of, at, seq = known[line - 1].tolist()
        return self.paths[of], at, seq

    def _of(self, file: str) -> Ints:
        """Where the lines of a bucket's file came from: (lines, 3), as `ORIGIN` says."""
        if file not in self._known:
            path = file + ORIGIN
            self._known[file] = np.fromfile(path, np.int64).reshape(-1, 3) if os.path.exists(path) else np.zeros((0, 3), np.int64)
        return self._known[file]
