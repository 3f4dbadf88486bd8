"""Tables for a terminal: columns aligned by the cells that a text really takes, so that Chinese lines up."""

from __future__ import annotations

from collections.abc import Sequence

from scoring_engine.ruleset.diagnostics import printable, width

GAP = "  "


def pad(text: str, cells: int, right: bool = False) -> str:
    """The text filled up with spaces to that many cells, on its left where `right`."""
    space = " " * (cells - width(text))
    return space + text if right else text + space


def aligned(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], indent: str = "") -> list[str]:
    """The lines of a table: its header, a rule, and a line a row; `right` says which columns are right-aligned.

    No line ends in spaces. Control characters in the texts are made visible, so that a name cannot steer the terminal.
    """
    shown = [[printable(text) for text in row] for row in rows]
    cells = [max(map(width, column)) for column in zip(headers, *shown, strict=True)]
    lines = [headers, ["─" * n for n in cells], *shown]
    return [(indent + GAP.join(map(pad, line, cells, right))).rstrip() for line in lines]
