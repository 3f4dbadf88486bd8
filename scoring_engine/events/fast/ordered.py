"""Columns of events that stand in the file as they stand in a log: by seq, each once, all sound. They are the log as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.events import words
from scoring_engine.events.gathering import SEQ_LIMIT
from scoring_engine.events.ids import repeated
from scoring_engine.events.log import MISSING_TIME, Column, Frame, Log
from scoring_engine.events.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring_engine.events.fast.dictionaries import Coded
    from scoring_engine.events.ids import Ids
    from scoring_engine.events.log import Codes, Ints, Late

COMMON = ("at", "competition", "kind")


class Given(NamedTuple):
    """The columns of a batch of n rows.

    first   the number of the first row
    ids     None where they are among `coded`
    seq     int64 (n,), MISSING_TIME for null; None where it is among `coded`
    coded   all others, by name
    named   whether the ids are packed and none is empty
    """

    first: int
    ids: Ids | None
    seq: Ints | None
    coded: dict[str, Coded]
    named: bool


def in_order(given: Given, file: str) -> Log | None:
    """The log of the rows, where they stand by seq, each id is there once, and no row has a fault; else None."""
    first, ids, seq, coded, _ = given
    if ids is None or seq is None or not all(column.cells for column in coded.values()):
        return None
    if not seq.size or seq[0] < -SEQ_LIMIT or seq[-1] > SEQ_LIMIT or not (seq[1:] > seq[:-1]).all():
        return None
    if any(column.dictionary.marked for column in coded.values()) or not given.named or repeated(ids):
        return None
    kinds, competitions = coded["kind"], coded["competition"]
    if not kinds.complete or not competitions.complete:
        return None
    if not kinds.dictionary.plain or not competitions.dictionary.plain or not KINDS.keys() >= {*kinds.values}:
        return None
    if "at" in coded and coded["at"].dictionary.times is None:
        return None
    rows_of = [np.flatnonzero(kinds.codes == code) for code in range(len(kinds.values))]
    frames = _frames(kinds.codes, kinds.values, rows_of, {name: column for name, column in coded.items() if name not in COMMON})
    if frames is None:
        return None
    kind = Column(kinds.codes, kinds.values.copy())
    competition = competitions.column(competitions.codes, kinds.values[0], "competition")
    if competition is None:
        return None
    return Log(
        seq=seq,
        id=ids,
        at=_times(coded.get("at"), 0, seq.size),
        offset=_times(coded.get("at"), 1, seq.size),
        competition=competition,
        kind=kind if all(rows.size for rows in rows_of) else kind.compact(),
        file=lambda rows: words.constant(0, seq.size if rows is None else rows.size),
        files=[file],
        line=lambda rows: first + (np.arange(seq.size) if rows is None else rows),
        frames=frames,
        rejected=[],
    )


def _frames(kind: Codes, kinds: Sequence[str], rows_of: Sequence[Ints], fields: dict[str, Coded]) -> dict[str, Frame] | None:
    """The frames, by kind in alphabetical order; None where a value is out of range."""
    columns: list[dict[str, Column]] = [{} for _ in kinds]
    for field, coded in sorted(fields.items()):
        for code, codes in coded.by_kind(kind, rows_of):
            column = coded.column(codes, kinds[code], field)
            if column is None:
                return None
            if column.texts:
                columns[code][field] = column
    return {name: Frame(name, rows_of[code], columns[code]) for name, code in sorted(map(_turned, enumerate(kinds))) if rows_of[code].size}


def _turned(pair: tuple[int, str]) -> tuple[str, int]:
    return pair[1], pair[0]


def _times(coded: Coded | None, place: int, size: int) -> Late:
    """The times of so many rows (0), or their offsets (1), when somebody asks for them."""

    def make(rows: Ints | None) -> Ints:
        if coded is None or coded.dictionary.times is None:
            return _constant((MISSING_TIME, 0)[place], size if rows is None else rows.size)
        return coded.dictionary.times[place].take(coded.codes if rows is None else coded.codes[rows])

    return make


def _constant(value: int, size: int) -> Ints:
    """`size` times the same number, in the memory of one."""
    return np.ndarray((size,), np.int64, np.array([value], np.int64), 0, (0,))
