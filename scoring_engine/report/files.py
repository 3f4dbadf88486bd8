"""Result files: CSV and JSON, the same bytes for the same result, never half-written."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay, Table


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV: a header line of names, `\\n` line ends, nothing written for a missing value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def table_csv(table: Table) -> str:
    """A result table as CSV."""
    from scoring_engine.season.columns import ColumnTable

    if isinstance(table, ColumnTable):
        from scoring_engine.report.bulk import csv_bytes

        return csv_bytes(table).decode()
    return csv_text(table.names, table.rows)


def table_json(table: Table) -> str:
    """A result table as JSON: a list of objects."""
    import json

    return json.dumps(table.records(), ensure_ascii=False, indent=1) + "\n"


def save(replay: Replay, folder: str, bom: bool = False) -> list[str]:
    """Writes standings.csv, decisions.csv, rejected.csv and result.json into `folder` (made where it is not there).

    `bom` begins the CSV files with a byte order mark, as spreadsheet programs like it for Chinese text.
    Returns the paths. All texts are made before the first file is written, and each file takes its place by a rename, so
    a failure leaves no half-written file.
    """
    texts = {f"{name}.csv": table_csv(getattr(replay, name)) for name in ("standings", "decisions", "rejected")}
    if bom:
        texts = {name: "\ufeff" + text for name, text in texts.items()}
    texts["result.json"] = replay.to_json()
    os.makedirs(folder, exist_ok=True)
    for name, text in texts.items():
        write(os.path.join(folder, name), text)
    return [os.path.join(folder, name) for name in texts]


def write(path: str, text: str) -> None:
    """Writes the text as UTF-8 to a file beside `path` and then renames it to `path`."""
    folder, name = os.path.split(path)
    part = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
