"""Columns of events that stand in the file as they stand in a log: by seq, each once, all sound. They are the log as they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.csvlog import texts as texts_of
from scoring_engine.events.gathering import SEQ_LIMIT
from scoring_engine.events.ids import repeated
from scoring_engine.events.log import MISSING_TIME, Column, Frame, Log
from scoring_engine.events.notation import MARK
from scoring_engine.events.times import parse as parse_times
from scoring_engine.events.vocabulary import KINDS

if TYPE_CHECKING:
    from scoring_engine.events.ids import Ids
    from scoring_engine.events.log import Codes, Ints

FEW = 1000
"""Texts of a dictionary of which it is not worth while to find out whether all are used."""

COMMON = ("at", "competition", "kind")


class Coded(NamedTuple):
    """A column of a batch.

    codes    int32 (n,), the index into `values`, -1 for null
    values   raw values of `gathering`, or the texts of cells; a text that no row has may be among them
    cells    whether they are texts of cells
    """

    codes: Codes
    values: list[Any]
    cells: bool

    def of(self, rows: Ints) -> list[Any]:
        """The values of some rows."""
        values = [*self.values, None]
        return [values[code] for code in self.codes[rows].tolist()]

    def used(self, codes: Codes) -> tuple[Ints, list[Any]]:
        """The codes among some, ascending, and their values; all where there are but few."""
        size = len(self.values)
        if size < FEW:
            return np.arange(size), self.values
        used = np.flatnonzero(np.bincount(codes + 1, minlength=size + 1)[1:])
        return used, self.values if used.size == size else [self.values[code] for code in used.tolist()]


class Given(NamedTuple):
    """The columns of a batch of n rows.

    lines   int64 (n,)
    ids     None where they are among `coded`
    seq     int64 (n,), MISSING_TIME for null; None where it is among `coded`
    coded   all others, by name
    """

    lines: Ints
    ids: Ids | None
    seq: Ints | None
    coded: dict[str, Coded]


def in_order(given: Given, file: str) -> Log | None:
    """The log of the rows, where they stand by seq, each id is there once, and no row has a fault; else None."""
    lines, ids, seq, coded = given
    if ids is None or seq is None or not all(column.cells for column in coded.values()):
        return None
    if not seq.size or seq[0] < -SEQ_LIMIT or seq[-1] > SEQ_LIMIT or not (seq[1:] > seq[:-1]).all():
        return None
    if any(MARK in "".join(column.values) for column in coded.values()) or not ids.words()[:, 0].all() or repeated(ids):
        return None
    kind = Column(*_distinct(coded["kind"])).compact()
    if kind.codes.min() < 0 or not KINDS.keys() >= {*kind.texts}:
        return None
    competition = _column(coded["competition"], coded["competition"].codes, kind.texts[0], "competition")
    if competition is None or competition.codes.min() < 0:
        return None
    at = np.full(seq.size, MISSING_TIME), np.zeros(seq.size, np.int64)
    if "at" in coded:
        found = _times(coded["at"])
        if found is None:
            return None
        at = found
    frames = _frames(kind, {name: column for name, column in coded.items() if name not in COMMON})
    if frames is None:
        return None
    return Log(
        seq=seq,
        id=ids,
        at=at[0],
        offset=at[1],
        competition=competition,
        kind=kind,
        file=np.zeros(seq.size, np.int32),
        files=[file],
        line=lines,
        frames=frames,
        rejected=[],
    )


def kinds_with(column: Coded, kinds: Codes) -> Collection[int]:
    """The kinds that may give a field, as their codes + 1."""
    given = column.codes >= 0
    if 4 * np.count_nonzero(given) > kinds.size:
        return range(int(kinds.max()) + 2)
    found: list[int] = np.flatnonzero(np.bincount(kinds[given] + 1)).tolist()
    return found


def _frames(kind: Column, fields: dict[str, Coded]) -> dict[str, Frame] | None:
    """The frames, by kind in alphabetical order; None where a value is out of range."""
    given_in = {name: kinds_with(column, kind.codes) for name, column in sorted(fields.items())}
    frames = {}
    for name, code in sorted((name, code) for code, name in enumerate(kind.texts)):
        rows = np.flatnonzero(kind.codes == code)
        columns = {}
        for field, kinds in given_in.items():
            if code + 1 in kinds:
                column = _column(fields[field], fields[field].codes.take(rows), name, field)
                if column is None:
                    return None
                if column.texts:
                    columns[field] = column
        frames[name] = Frame(name, rows, columns)
    return frames


def _column(coded: Coded, codes: Codes, kind: str, field: str) -> Column | None:
    """The column of a field of events of one kind, given their codes; None where a number is too long."""
    texts = texts_of(kind, field)
    used, values = coded.used(codes)
    found = texts.codes_of_new(values)
    if texts.oversize:
        return None
    return texts.column(_translated(codes, used, found, len(coded.values)), kind, field)


def _distinct(coded: Coded) -> tuple[Codes, list[str]]:
    """The codes of a column, and its texts, each once; the empty one is none."""
    index: dict[str, int] = {"": -1}
    found = np.fromiter((index.setdefault(text, len(index) - 1) for text in coded.values), np.int32, len(coded.values))
    return _translated(coded.codes, np.arange(found.size), found, found.size), list(index)[1:]


def _translated(codes: Codes, used: Ints, found: Codes, size: int) -> Codes:
    """The codes with each of `used`, of `size` there are, as `found` says."""
    if found.size == size and bool((found == used).all()):
        return codes
    table = np.full(size + 1, -1, np.int32)
    table[used] = found
    return table.take(codes)


def _times(coded: Coded) -> tuple[Ints, Ints] | None:
    """The times and offsets of the rows; None where one is none."""
    used, values = coded.used(coded.codes)
    at, offset, bad = parse_times(values)
    if bad.any():
        return None
    if used.size < len(coded.values):
        places = np.full(len(coded.values), 0)
        places[used] = np.arange(used.size)
        at, offset = at[places], offset[places]
    return np.append(at, MISSING_TIME).take(coded.codes), np.append(offset, 0).take(coded.codes)
