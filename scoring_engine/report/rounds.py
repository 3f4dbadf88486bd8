"""The standings after each round as text for a terminal: one table, without the columns that are empty throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.report.align import aligned
from scoring_engine.report.words import label

if TYPE_CHECKING:
    from scoring_engine.season.result import Table


def rounds(table: Table, lang: str = "en") -> str:
    """All lines of the table."""
    chosen = [i for i in range(len(table.columns)) if any(row[i] not in (None, "") for row in table.rows)]
    columns = [table.columns[i] for i in chosen]
    rows = [["" if row[i] is None else str(row[i]) for i in chosen] for row in table.rows]
    numeric = [column.kind in ("number", "integer") for column in columns]
    return "\n".join(aligned([label(column, lang) for column in columns], rows, numeric)) + "\n"
