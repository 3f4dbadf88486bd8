"""A small result by hand, of the shape that a replay has."""

from __future__ import annotations

from typing import Any

from scoring_engine.season.result import ColumnInfo as Column
from scoring_engine.season.result import Competition

STAGE = {"zh": "决赛", "en": "final"}


def competition(id: str, note: str = "") -> Competition:
    return Competition(id, f"Day of {id}", "final", STAGE, "talk", "1", "ab" * 32, True, "open", note)  # type: ignore[arg-type]


class Replay:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)

    def to_json(self) -> str:
        return '{"digest": "d"}\n'


STANDINGS = [
    Column("competition"),
    Column("stage"),
    Column("scope"),
    Column("contestant"),
    Column("name"),
    Column("rank", None, "integer"),
    Column("status"),
    Column("total", None, "number", 2),
    Column("decided_by"),
    Column("total", {"zh": "总分", "en": "total"}, "number", 2),
    Column("quality", {"zh": "质量", "en": "quality"}, "number", 2),
]
DECISIONS = [Column(n) for n in ("competition", "contestant", "rule", "consequence", "value", "to", "ref", "name", "status", "note")]
REJECTED = [Column(n) for n in ("line", "id", "field", "value", "rule", "reason", "file", "seq", "competition")]
NOTICES = [Column(n) for n in ("competition", "code", "contestant", "text")]


def standings(competition: str) -> list[tuple[Any, ...]]:
    return [
        (competition, "final", "", "V07", "东河村", 1, "ranked", "91.36", "", "91.36", "92.40"),
        (competition, "final", "", "V03", "Xi", 2, "ranked", "91.30", "quality", "91.30", "9.85"),
        (competition, "final", "", "V09", "南山村", None, "absent", None, "", None, None),
    ]
