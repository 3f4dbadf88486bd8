"""How the tables of a result are named and spelled: their columns, the words in them, the lines that digests are made of.

Plain Python, for whoever makes the tables: of arrays (`columns`, `spelling`) or of the rows of one contest (`single`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import MeasurePlan, StagePlan

LEADING = ("competition", "stage", "scope", "contestant", "name", "rank", "status", "total", "decided_by")
"""The columns of the standings before those of the measures."""

DECISIONS = ("competition", "contestant", "rule", "consequence", "name", "value", "to", "ref", "status", "note")
NOTICES = ("competition", "code", "contestant", "text")
REJECTED = ("line", "id", "field", "value", "rule", "reason", "file", "seq", "competition")
COMPETITIONS = ("id", "name", "stage", "ruleset", "version", "sha256", "pinned", "state", "note", "digest")

STATES = ("open", "confirmed", "published")
"""How far a competition has come."""

AFTER = ("ranked", "absent", "excused", "withdrawn", "disqualified", "unscored", "unranked")
"""The order in which statuses are listed."""

DIGEST = "competition/1"
"""The form of what a digest is made of; see `digests`."""

DIGEST_HEAD = ("id", "ruleset", "version", "sha256", "stage", "state")
DIGEST_REJECTED = ("id", "kind", "field", "value", "rule")
DIGEST_NOTICES = ("code", "contestant")

SPECIAL = re.compile('[,"\r\n]')
"""What CSV does not write as it stands."""


def json_line(values: Sequence[str | int | None]) -> bytes:
    """A line of a digest: a list without spaces."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def csv_field(text: str) -> str:
    """A text as the csv module writes it."""
    if SPECIAL.search(text) is None:
        return text
    import csv
    import io

    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow((text,))
    return line.getvalue()[:-1]


def csv_line(cells: Sequence[str]) -> str:
    """A row of texts as a line of CSV."""
    return ",".join(map(csv_field, cells)) + "\n"


def decimal_text(num: int, places: int) -> str:
    """num / 10**places with exactly `places` decimals."""
    digits = str(abs(num)).rjust(places + 1, "0")
    return ("-" if num < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def measures_shown(stage: StagePlan) -> list[MeasurePlan]:
    """The measures that are columns of their own."""
    return [measure for measure in stage["measures"] if measure["show"] and measure["name"] not in LEADING]


def places_shown(stage: StagePlan, places: int | None) -> int:
    """The decimals with which a measure is shown: its own, or for a ratio those of the stage."""
    own: int = stage["rounding"]["places"] if places is None else places
    return own
