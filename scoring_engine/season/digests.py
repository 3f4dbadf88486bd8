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

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.season.columns import text_column
from scoring_engine.season.forms import DECISIONS, DIGEST, DIGEST_NOTICES, DIGEST_REJECTED, LEADING, STATES, json_line
from scoring_engine.season.spelling import Spelled, json_texts

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay


BESIDE = (json_line(["decisions", *DECISIONS[:-1]]), json_line(["rejected", *DIGEST_REJECTED]), json_line(["notices", *DIGEST_NOTICES]))
"""The lines that name the columns of what stands beside the standings."""


def digests(replay: Replay) -> list[str]:
    """The digest of each competition, in the order in which they were opened."""
    heads, standings, beside = _heads(replay), replay.standings.spelled.groups(), _beside(replay)
    found = [""] * len(replay.opened)
    for one in replay.settled:
        line = json_line(["standings", *LEADING, *one.listed.measures])
        for member in one.members.tolist():
            whole = b"".join((heads[member], line, standings.get(member, b""), *beside.get(member, BESIDE)))
            found[member] = sha256(whole).hexdigest()
    return found


def _heads(replay: Replay) -> list[bytes]:
    """The first line of each competition."""
    opened, start = replay.opened, f'["{DIGEST}","'
    ends: dict[tuple[int, int], str] = {}  # what follows the id, which is all that differs where rulebook, stage and state are the same
    lines = []
    for name, choice, state in zip(json_texts(opened.ids), opened.choice.tolist(), replay.state.tolist(), strict=True):
        end = ends.get((choice, state))
        if end is None:
            plan, stage, _, _ = opened.choices[choice]
            about = [plan["id"], plan["version"], plan["sha256"], stage, STATES[state]]
            end = ends[choice, state] = '",' + json_line(about).decode()[1:]
        lines.append(f"{start}{name}{end}".encode())
    return lines


def _beside(replay: Replay) -> dict[int, list[bytes]]:
    """Decisions, rejections and notices of each competition that has any of them, behind the lines that name their columns."""
    found: dict[int, list[bytes]] = {}
    for number, table in enumerate((replay.decisions.spelled.groups(), _rejected(replay), replay.notices.spelled.groups())):
        for member, lines in table.items():
            found.setdefault(member, [*BESIDE])[number] += lines
    return found


def _rejected(replay: Replay) -> dict[int, bytes]:
    if not replay.rejections:
        return {}
    place = {name: index for index, name in enumerate(replay.opened.ids)}
    rows = sorted((place[r.competition], r.id, r.kind, r.field, r.value, r.rule) for r in replay.rejections if r.competition in place)
    competition, *columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    return Spelled([text_column(column) for column in columns], np.array(competition, np.int64)).groups()
