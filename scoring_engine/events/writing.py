"""Writing a log back: JSON Lines or CSV, each event with its fields in one order, so that the same events give the same bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.canonical import row_texts
from scoring_engine.events.notation import plain
from scoring_engine.events.times import write
from scoring_engine.events.vocabulary import COMMON, KINDS, field_order

if TYPE_CHECKING:
    from scoring_engine.events.log import Column, Frame, Log

SAFE_DIGITS = 15
"""Whole and decimal digits of a number that every program reads as it is written."""


def write_jsonl(log: Log, path: str | os.PathLike[str]) -> None:
    """Write the events of `log` as JSON Lines in UTF-8. Reading them gives the same events, and writing those the same bytes.

    Raises:
        OSError: the file cannot be written.
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(to_jsonl(log))


def write_csv(log: Log, path: str | os.PathLike[str], bom: bool = False) -> None:
    """Write the events of `log` as CSV in UTF-8; with `bom` it begins with a byte order mark, for spreadsheet programs.

    Raises:
        OSError: the file cannot be written.
    """
    with open(path, "w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        file.write(to_csv(log))


def to_jsonl(log: Log) -> str:
    """The log as JSON Lines, ordered by (seq, id)."""
    if not log.size:
        return ""
    times = [f', "at": "{time}"' if time else "" for time in write(log.at, log.offset)]
    competitions = [f', "competition": {encode_basestring(text)}' for text in log.competition.texts]
    kinds = [f', "kind": {encode_basestring(text)}' for text in log.kind.texts]
    heads = [
        [f'{{"seq": {seq}, "id": ' for seq in log.seq.tolist()],
        list(map(encode_basestring, log.id)),
        times,
        list(map(competitions.__getitem__, log.competition.codes.tolist())),
        list(map(kinds.__getitem__, log.kind.codes.tolist())),
    ]
    lines = np.array(list(map("".join, zip(*heads, strict=True))), object)
    for frame in log.frames.values():
        columns = [_members(name, frame.columns[name]) for name in field_columns([frame])]
        if columns:
            lines[frame.rows] += np.array(list(map("".join, zip(*columns, strict=True))), object)
    return "}\n".join([*lines.tolist(), ""])


def to_csv(log: Log) -> str:
    """The log as CSV, ordered by (seq, id), a column for each field that some event gives."""
    import csv
    import io

    names = field_columns(list(log.frames.values()))
    columns: dict[str, Any] = {name: np.full(log.size, "", object) for name in names}
    for frame in log.frames.values():
        for name, column in frame.columns.items():
            columns[name][frame.rows] = row_texts(column)
    envelope = {
        "seq": log.seq.tolist(),
        "id": log.id,
        "at": write(log.at, log.offset),
        "competition": row_texts(log.competition),
        "kind": row_texts(log.kind),
    }
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*envelope, *names])
    writer.writerows(zip(*envelope.values(), *(column.tolist() for column in columns.values()), strict=True))
    return file.getvalue()


def field_columns(frames: Sequence[Frame]) -> list[str]:
    """The fields of the frames: those of the vocabulary in its order, then what rulesets declare, then who recorded it."""
    given = {name for frame in frames for name in frame.columns}
    declared = [name for kind in KINDS for name in field_order(kind) if any(frame.kind == kind for frame in frames)]
    first = [name for name in dict.fromkeys(declared) if name in given]
    return [*first, *sorted(given - set(first) - set(COMMON)), *(name for name in COMMON if name in given)]


def _members(name: str, column: Column) -> list[str]:
    """For each row the member of its JSON object, after a comma; "" where the field is absent."""
    label = f", {encode_basestring(name)}: "
    known = column.bare is not None
    bare = column.bare.tolist() if column.bare is not None else [False] * len(column.texts)
    members = [
        label + (text if is_bare or (not known and _safe_number(text)) else encode_basestring(text))
        for text, is_bare in zip(column.texts, bare, strict=True)
    ]
    members.append("")
    return list(map(members.__getitem__, column.codes.tolist()))


def _safe_number(text: str) -> bool:
    """Whether a text whose source did not tell is written as a number: it is one, in plain notation, and not too long for any reader."""
    return len(text) <= SAFE_DIGITS and plain(text) == text
