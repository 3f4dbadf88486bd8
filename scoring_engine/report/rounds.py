"""The standings after each round as text for a terminal: one table, without the columns that are empty throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.report.align import aligned
from scoring_engine.report.words import heading

if TYPE_CHECKING:
    from scoring_engine.season.result import ColumnInfo, Table


def rounds(table: Table, lang: str = "en") -> str:
    """All lines of the table."""
    chosen = [i for i in range(len(table.columns)) if any(row[i] not in (None, "") for row in table.rows)]
    columns = [table.columns[i] for i in chosen]
    rows = [["" if row[i] is None else str(row[i]) for i in chosen] for row in table.rows]
    numeric = [column.kind in ("number", "integer") for column in columns]
    return "\n".join(aligned([_heading(column, lang) for column in columns], rows, numeric)) + "\n"


def _heading(column: ColumnInfo, lang: str) -> str:
    label = column.label and column.label["zh" if lang == "zh" else "en"]
    return label or heading(column.name, lang)
