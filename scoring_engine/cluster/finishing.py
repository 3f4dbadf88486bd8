"""Parts put together: the tables in the folder asked for, and a manifest of what they were made of.

CSV becomes one file a table. Parquet becomes a folder a table with a file a part, which programs read as one table. Nothing
in the folder changes before all of it is made; then each table takes its place by a rename, and the manifest comes last.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from scoring_engine.cluster.folders import remove
from scoring_engine.cluster.manifest import manifest_of, publish
from scoring_engine.cluster.parts import DIGESTS, TABLES, Done, Job, Task

if TYPE_CHECKING:
    import pyarrow as pa


def finish(job: Job, out: str, tasks: Sequence[Task], dones: Mapping[int, Done], inputs: Sequence[str]) -> dict[str, Any]:
    """Writes the tables and the manifest into `out` and returns the manifest.

    Raises:
        OSError: a file cannot be written; what was in `out` before is still there.
    """
    made = os.path.join(job.folder, "made")
    remove(made)
    os.makedirs(made)
    folders = {task.number: list(_folders(os.path.join(job.folder, task.name))) for task in tasks}
    if not job.gathered:
        _count_on(tasks, dones, folders, job.form)
    parts = [folder for task in tasks for folder in folders[task.number]]
    done = [dones[task.number] for task in tasks]
    if job.form == "csv":
        _put_csv(parts, made)
    else:
        _put_parquet(parts, made, len({one.layout for one in done}) == 1 and done[0].layout != "")
    files = {name: _listed(made, name, job.form) for name in TABLES}
    manifest = manifest_of(done, _digests(job, tasks), inputs, files, job.lang)
    publish(made, out, manifest)
    return manifest


def _folders(folder: str) -> Iterator[str]:
    """The folder of a part, and those of its further pieces."""
    yield folder
    for name in sorted(os.listdir(folder)):
        if name.startswith("more-"):
            yield os.path.join(folder, name)


def _digests(job: Job, tasks: Sequence[Task]) -> Iterator[bytes]:
    """What each competition adds to the digest of all."""
    for task in tasks:
        with suppress(FileNotFoundError), open(os.path.join(job.folder, task.name, DIGESTS), "rb") as file:  # a part that was not read
            while one := file.read(32):
                yield one


def _listed(made: str, name: str, form: str) -> list[str]:
    if form == "csv":
        return [f"{name}.csv"]
    return [f"{name}/{file}" for file in sorted(os.listdir(os.path.join(made, name)))]


# ---- lines ------------------------------------------------------------------------------------------------------------------


def _count_on(tasks: Sequence[Task], dones: Mapping[int, Done], folders: Mapping[int, list[str]], form: str) -> None:
    """Lines of rejected events are counted from the beginning of their file, not of their part; so are events without a seq."""
    last = max((task.number for task in tasks if dones[task.number].rejected), default=-1)
    lines, events = 0, max((done.last for done in dones.values()), default=0)  # those without seq come after all others
    path = ""
    for task in tasks:
        if task.number > last:
            return
        piece, done = task.pieces[0], dones[task.number]
        if piece.path != path:
            path, lines = piece.path, int(bool(piece.header))
        before = events if done.loose else 0
        if done.rejected and (lines or before):
            marker = os.path.join(folders[task.number][0], "counted")
            if not os.path.exists(marker):  # an interrupted run may have come so far
                for folder in folders[task.number]:
                    (_add_csv if form == "csv" else _add_parquet)(os.path.join(folder, f"rejected.{form}"), lines, before)
                open(marker, "w").close()
        lines += piece.end - piece.start if path.endswith(".parquet") else _lines(path, piece.start, piece.end)
        events += done.loose


def _lines(path: str, start: int, end: int) -> int:
    count = 0
    with open(path, "rb") as file:
        file.seek(start)
        while start < end and (block := file.read(min(1 << 20, end - start))):
            count += block.count(b"\n")
            start += len(block)
    return count


def _add_csv(path: str, lines: int, events: int) -> None:
    with open(path, encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    line, seq = names.index("line"), names.index("seq")
    for row in rows:
        row[line] = str(int(row[line]) + lines)
        if row[seq]:
            row[seq] = str(int(row[seq]) + events)
    with open(f"{path}.part", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *rows])
    os.replace(f"{path}.part", path)


def _add_parquet(path: str, lines: int, events: int) -> None:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    for name, more in (("line", lines), ("seq", events)):
        index = table.schema.get_field_index(name)
        table = table.set_column(index, table.schema.field(index), pc.add(table.column(index), more).cast(table.schema.field(index).type))
    pq.write_table(table, f"{path}.part")
    os.replace(f"{path}.part", path)


# ---- tables -----------------------------------------------------------------------------------------------------------------


def _put_csv(parts: Sequence[str], made: str) -> None:
    """One file a table."""
    for name in TABLES:
        paths = [path for folder in parts if os.path.exists(path := os.path.join(folder, f"{name}.csv"))]
        heads = [_first_line(path) for path in paths]
        columns = list(dict.fromkeys(column for head in dict.fromkeys(heads) for column in next(csv.reader([head.decode()]), [])))
        head_of_all = _csv_line(columns)
        with open(os.path.join(made, f"{name}.csv"), "wb", buffering=0) as out:
            out.write(head_of_all)
            for path, head in zip(paths, heads, strict=True):
                if head == head_of_all:
                    _append(path, len(head), out)
                else:
                    out.write(_spread(path, columns))


def _append(path: str, start: int, out: IO[bytes]) -> None:
    """Adds what stands in a file from the byte `start` on."""
    with open(path, "rb", buffering=0) as file:
        file.seek(start)
        while block := file.read(1 << 20):
            out.write(block)


def _first_line(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.readline()


def _csv_line(cells: Sequence[str]) -> bytes:
    import io

    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _spread(path: str, columns: Sequence[str]) -> bytes:
    """The rows of a part that lacks some of the columns."""
    import io

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    with open(path, encoding="utf-8", newline="") as file:
        writer.writerows(csv.DictReader(file))
    return text.getvalue().encode()


def _put_parquet(parts: Sequence[str], made: str, alike: bool) -> None:
    """A folder a table, a file a part, all with the same columns; those that are `alike` have them already."""
    for name in TABLES:
        os.makedirs(os.path.join(made, name))
        paths = [path for folder in parts if os.path.exists(path := os.path.join(folder, f"{name}.parquet"))]
        targets = [os.path.join(made, name, f"part-{number:05}.parquet") for number in range(len(paths))]
        if alike:
            for path, target in zip(paths, targets, strict=True):
                os.link(path, target)
        else:
            _made_alike(paths, targets)


def _made_alike(paths: Sequence[str], targets: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schemas = [pq.read_schema(path).remove_metadata() for path in paths]
    whole = pa.unify_schemas(schemas, promote_options="permissive") if schemas else None
    for path, target, schema in zip(paths, targets, schemas, strict=True):
        if schema.equals(whole):
            os.link(path, target)
        else:
            pq.write_table(_filled(pq.ParquetFile(path).read(), whole), target)


def _filled(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with all columns of the schema, empty where it has none of its own."""
    import pyarrow as pa

    columns = [
        table.column(field.name).cast(field.type) if field.name in table.schema.names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
