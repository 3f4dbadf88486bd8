"""The standings after each round as text for a terminal: one table, without the columns that are empty throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scoring_engine.report.align import aligned
from scoring_engine.report.words import label, say
from scoring_engine.season.words import STATUSES

if TYPE_CHECKING:
    from scoring_engine.season.result import Table


def rounds(table: Table, lang: str = "en") -> str:
    """All lines of the table."""
    headings = {column.name: label(column, lang) for column in table.columns}

    def shown(name: str, value: Any) -> str:
        if name == "status":
            return "" if value == "ranked" else say(STATUSES, value, lang)
        if name == "decided_by":
            return headings.get(value, value or "")
        return "" if value is None else str(value)

    rows = [[shown(name, value) for name, value in zip(headings, row, strict=True)] for row in table.rows]
    chosen = [i for i in range(len(headings)) if any(row[i] for row in rows)]
    numeric = [table.columns[i].kind in ("number", "integer") for i in chosen]
    return "\n".join(aligned([list(headings.values())[i] for i in chosen], [[row[i] for i in chosen] for row in rows], numeric)) + "\n"
