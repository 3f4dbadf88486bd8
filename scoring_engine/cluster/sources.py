"""Logs that cannot be cut where they stand, unpacked into files that can: .gz, standard input, ledgers."""

from __future__ import annotations

import os
from collections.abc import Sequence

AS_THEY_ARE = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")


def unpacked(logs: Sequence[str], folder: str) -> list[str]:
    """For each log the path of a file with its events: its own, or one in `folder`, made unless it is there.

    Raises:
        InputError: a log cannot be read. OSError: the folder cannot be written.
    """
    return [log if log.lower().endswith(AS_THEY_ARE) else _unpacked(log, os.path.join(folder, f"{n}")) for n, log in enumerate(logs)]


def _unpacked(log: str, stem: str) -> str:
    from scoring_engine.events.reading import is_table, text_of

    for ending in (".jsonl", ".csv"):
        if os.path.exists(stem + ending):
            return stem + ending
    os.makedirs(os.path.dirname(stem), exist_ok=True)
    ending = ""
    with open(f"{stem}.part", "wb") as file:
        for block in text_of(log):
            ending = ending or (".csv" if is_table(block) else ".jsonl")
            file.write(block)
    path = stem + (ending or ".jsonl")
    os.replace(f"{stem}.part", path)
    return path
