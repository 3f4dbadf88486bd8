"""The digest of each competition of a replay: the same for the competition alone, in a part of a log, and in all of it.

It is the SHA-256 of lines of JSON, each a list without spaces, in UTF-8:

    ["competition/1", id, ruleset, version, sha256 of the rulebook, stage, state]
    ["standings", name of each column…] and the rows; the measures are those of the stage
    ["decisions", name of each column…] and the rows; the note is left out
    ["rejected", "id", "kind", "field", "value", "rule"] and the rows, sorted
    ["notices", "code", "contestant"] and the rows, sorted

Decimals are texts with their declared places, ranks are numbers, what is missing is null. Lines, files and sequence numbers are
left out, as they say where an event was read and not what it says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.season.columns import TextColumn, text_column
from scoring_engine.season.lists import DECISIONS, listed
from scoring_engine.season.spelling import JSON, spelled
from scoring_engine.season.standings import LEADING

if TYPE_CHECKING:
    from scoring_engine.scoring.vectors import Ints
    from scoring_engine.season.columns import ColumnTable, ResultColumn
    from scoring_engine.season.result import Replay
    from scoring_engine.season.settled import Settled

FORMAT = "competition/1"
REJECTED = ("id", "kind", "field", "value", "rule")
NOTICES = ("code", "contestant")


def digests(replay: Replay) -> list[str]:
    """The digest of each competition, in the order in which they were opened."""
    heads, decisions, rejected, notices = _heads(replay), _decisions(replay), _rejected(replay), _notices(replay)
    lines = [_line(["decisions", *DECISIONS[:-1]]), _line(["rejected", *REJECTED]), _line(["notices", *NOTICES])]
    found = [""] * len(replay.opened)
    for one in replay.settled:
        standings, line = _standings(one, replay), _line(["standings", *LEADING, *one.listed.measures])
        for index, member in enumerate(one.members.tolist()):
            lists = (lines[0], decisions.of(member), lines[1], rejected.of(member), lines[2], notices.of(member))
            found[member] = sha256(b"".join((heads.of(member), line, standings.of(index), *lists))).hexdigest()
    return found


class _Slices:
    """The rows of each of `size` competitions in a table that is ordered by them; `competition` int64 (n,) is the row's."""

    def __init__(self, columns: Sequence[ResultColumn], competition: Ints, size: int) -> None:
        rows = spelled(columns, JSON)
        bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(competition, minlength=size))))
        self._text = rows.text
        self._bounds = rows.starts[bounds].tolist()

    def of(self, competition: int) -> bytes:
        """The rows of one competition."""
        return self._text[self._bounds[competition] : self._bounds[competition + 1]]


def _line(values: Sequence[str]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _heads(replay: Replay) -> _Slices:
    """The first line of each competition."""
    opened = replay.opened
    names = ("id", "ruleset", "version", "sha256", "stage", "state")
    table = listed(opened, replay.state, replay.lexicon)
    size = len(opened)
    columns = [TextColumn(np.zeros(size, np.int64), [FORMAT]), *(TextColumn(table[name], replay.lexicon.texts) for name in names)]
    return _Slices(columns, np.arange(size), size)


def _standings(one: Settled, replay: Replay) -> _Slices:
    """The standings of a batch with the measures of its stage."""
    listed = one.listed
    ids = TextColumn(replay.opened.id_codes[one.members[listed.competition]], listed.batch.lexicon.texts)
    columns = [ids, *listed.leading, *(listed.measure(name) for name in listed.measures)]
    return _Slices(columns, listed.competition, one.members.size)


def _decisions(replay: Replay) -> _Slices:
    table = replay.decisions
    return _Slices(table.arrays[:-1], _index(table, replay), len(replay.opened))


def _notices(replay: Replay) -> _Slices:
    table = replay.notices
    return _Slices([table.column(name) for name in NOTICES], _index(table, replay), len(replay.opened))


def _index(table: ColumnTable, replay: Replay) -> Ints:
    """The competition of each row as an index."""
    ids = table.column("competition")
    assert isinstance(ids, TextColumn)
    place = np.zeros(len(ids.texts) + 1, np.int64)
    place[replay.opened.id_codes] = np.arange(len(replay.opened))
    return place[ids.codes]


def _rejected(replay: Replay) -> _Slices:
    place = {name: index for index, name in enumerate(replay.opened.ids)} if replay.rejections else {}
    rows = sorted((place[r.competition], r.id, r.kind, r.field, r.value, r.rule) for r in replay.rejections if r.competition in place)
    competition, *columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    return _Slices([text_column(column) for column in columns], np.array(competition, np.int64), len(replay.opened))
