"""The folder of real competitions, and the way from its CSV files to a log: the importer, as anybody would use it.

The folder is not part of the project. It is `$SCORING_ENGINE_CASES`, or `shared/cases` beside the checkout; where neither is there
the tests are skipped, and say so.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset.store import plan_of
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Number, Text
from scoring_engine.season.importing.run import Request, run
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay

CHECKOUT = Path(__file__).parents[2]
RULEBOOKS = CHECKOUT / "rulesets" / "examples"


def folder(name: str) -> Path:
    """The folder of a case; skips the test where it is not there."""
    home = Path(os.environ.get("SCORING_ENGINE_CASES") or CHECKOUT.parent / "shared" / "cases")
    if not (home / name).is_dir():
        pytest.skip(f"no folder {home / name}: official results are not compared (SCORING_ENGINE_CASES names the folder of the cases)")
    return home / name


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as they stand there."""
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class Case:
    """A log under construction, and its replay."""

    def __init__(self, log: Path, rulebook: str) -> None:
        self.log = log
        self.rulebook = str(RULEBOOKS / rulebook)

    def write(self, *events: dict[str, Any]) -> None:
        """Add events by hand."""
        with open(self.log, "a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in events)

    def take(self, file: Path, kind: str, **wishes: Any) -> None:
        """Import a file; everything in it must be taken."""
        outcome = run(Request(str(file), self.rulebook, kind, str(self.log), append=True, **wishes))
        assert not outcome.errors, [finding.say() for finding in outcome.findings if finding.severity == "error"][:5]

    def replay(self, until: int | None = None) -> Replay:
        """The result; every event must be admitted."""
        result = replay(read(self.log), [plan_of(self.rulebook)], until)
        assert result.rejected.rows == []
        return result


def standings(result: Replay) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of the standings by competition and contestant, numbers exact."""
    return by_contestant(result.standings.records())


def by_contestant(table: Iterable[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by competition and contestant, numbers exact."""
    return {(row["competition"], row["contestant"]): {name: exact(value) for name, value in row.items()} for row in table}


def exact(value: Any) -> Any:
    """A text as the number that it writes, where it writes one; nothing as None."""
    try:
        return Decimal(value) if value not in (None, "") else None
    except (ArithmeticError, TypeError):
        return value


def items(result: Replay, name: str, keys: Iterable[str], value: str) -> dict[tuple[str, ...], Decimal | None]:
    """A column of a table within the computation, by competition and the columns `keys`."""
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
