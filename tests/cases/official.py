"""Replays of the cases, and their results in a form that compares with official rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset.store import plan_of
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Number, Text
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.cases.logs import ALL, CASES, Case


@cache
def replayed(name: str) -> tuple[Case, Replay]:
    """A case and its replay, in which every event is admitted. Skips the test where the folder of the cases is not there."""
    if not CASES.is_dir():
        pytest.skip(f"no folder {CASES}: official results are not compared (SCORING_ENGINE_CASES names the folder of the cases)")
    case = ALL[name](Path(mkdtemp()))
    result = replay(read(case.log), [plan_of(case.rulebook)])
    assert result.rejected.rows == []
    return case, result


def by_contestant(table: Iterable[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows by competition and contestant, numbers exact."""
    return {(row["competition"], row["contestant"]): {name: exact(value) for name, value in row.items()} for row in table}


def exact(value: Any) -> Any:
    """A text as the number that it writes, where it writes one; nothing as None."""
    try:
        return Decimal(value) if value not in (None, "") else None
    except (ArithmeticError, TypeError):
        return value


def items(result: Replay, name: str, keys: Iterable[str], value: str) -> dict[tuple[str, ...], Decimal | None]:
    """A column of numbers of a table within the computation, by competition and the columns `keys`."""
    found: dict[tuple[str, ...], Decimal | None] = {}
    for one in result.settled:
        batch = one.scored.batch
        table = batch.tables[name]
        columns = [[batch.competitions[c] for c in table.competition.tolist()], *(_texts(table, key, batch.lexicon.texts) for key in keys)]
        number = table.columns[value]
        assert isinstance(number, Number)
        dens = [number.den] * number.size if isinstance(number.den, int) else number.den.tolist()
        values = zip(number.num.tolist(), dens, number.present.tolist(), strict=True)
        for key, (num, den, present) in zip(zip(*columns, strict=True), values, strict=True):
            found[key] = Decimal(num) / Decimal(den) if present else None
    return found


def _texts(table: Table, name: str, texts: list[str]) -> list[str]:
    column = table.columns[name]
    assert isinstance(column, Text)
    return [texts[code] if code >= 0 else "" for code in column.codes.tolist()]
