"""Lines of text by the cells that they take on a terminal: filled up, put under each other, broken where they are too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring_engine.ruleset.diagnostics import printable, width


def pad(text: str, cells: int) -> str:
    """The text filled up with spaces to that many cells."""
    return text + " " * (cells - width(text))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of texts with their columns under each other; the last one is not filled up."""
    if not rows:
        return []
    shown = [[printable(text) for text in row] for row in rows]
    count = max(len(row) for row in shown)
    cells = [max((width(row[i]) for row in shown if len(row) > i + 1), default=0) for i in range(count)]
    return ["  ".join(pad(text, cells[i]) if i + 1 < len(row) else text for i, text in enumerate(row)).rstrip() for row in shown]


def broken(line: str, cells: int | None, indent: str) -> Iterator[str]:
    """The line in lines of at most that many cells, broken at spaces, the further ones indented; None: as it is."""
    if cells is None or width(line) <= cells:
        yield line
        return
    current, used = "", 0
    for word in line.split(" "):
        size = width(word)
        if current.strip(" │├└") and used + 1 + size > cells:
            yield current.rstrip()
            current, used = indent + word, width(indent) + size
        else:
            current, used = (f"{current} {word}", used + 1 + size) if current or used else (word, size)
            used = max(used, 1)
    if current.strip():
        yield current.rstrip()
