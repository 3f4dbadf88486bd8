"""Where the header of a sheet is, and what stands above each column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scoring_engine.season.importing.sheets import Row, Sheet

_SEARCHED = 20
"""Rows in which the header is looked for."""


class Header(NamedTuple):
    """The header of a sheet.

    line    its first line, counted from 1; `after` the first line behind it
    names   for each column the words above it, from top to bottom; none for a column without
    """

    line: int
    after: int
    names: list[tuple[str, ...]]


def find(sheet: Sheet, known: Callable[[str], bool], line: int = 0) -> Header | None:
    """The header at `line`, or where that is 0 the one with the most words that are `known`; None where no row has any."""
    rows = [row for row in sheet.rows if not row.blank]
    if line:
        head = next((row for row in rows if row.line == line), None)
    else:
        words = {row.line: sum(known(cell.text.strip()) for cell in row.cells if not cell.merged) for row in rows[: _SEARCHED + 2]}
        scores = [sum(words.get(row.line + n, 0) for n in range(_depth(sheet, row))) for row in rows[:_SEARCHED]]
        best = max(scores, default=0)
        head = rows[scores.index(best)] if best else None
    if head is None:
        return None
    after = head.line + _depth(sheet, head)
    below = next((row for row in reversed(sheet.rows) if head.line < row.line < after), None)
    return Header(head.line, after, _names(head, below))


def bare(name: str) -> str:
    """A header without the unit or note in brackets behind it."""
    return re.sub(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*$", "", name)


def _names(head: Row, below: Row | None) -> list[tuple[str, ...]]:
    width = max(len(head.cells), len(below.cells) if below else 0)
    pairs = [(head.cell(i).text.strip(), below.cell(i).text.strip() if below else "") for i in range(width)]
    return [tuple(dict.fromkeys(word for word in pair if word)) for pair in pairs]


def _depth(sheet: Sheet, head: Row) -> int:
    """How many rows the header takes: two where cells merged across stand above words, more where cells are merged down."""
    top = head.line - 1
    deepest = max((bottom for t, _, bottom, _ in sheet.merged if t <= top <= bottom), default=top)
    spans = [(left, right) for t, left, bottom, right in sheet.merged if t == top == bottom and right > left]
    return max(deepest - top + 1, 2 if spans and _words_under(sheet, head, spans) else 1)


def _words_under(sheet: Sheet, head: Row, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether words, and no marks, stand under cells that are merged across."""
    below = next((row for row in sheet.rows if row.line == head.line + 1), None)
    cells = [] if below is None else [below.cell(column) for left, right in spans for column in range(left, right + 1)]
    return all(cell.kind == "text" and not re.fullmatch(r"[\d.]+", cell.text.strip()) for cell in cells if cell.text.strip())
