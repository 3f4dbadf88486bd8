"""Cutting JSON Lines and CSV at the ends of competitions, without reading what lies between the cuts.

Competitions are taken to stand together here; whoever computes the parts finds out where they do not.
"""

from __future__ import annotations

import csv
import json
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.cluster.openings import Opening

NEAR = 1 << 16
"""Bytes after which the end of a competition is looked for first."""

LOOKED_AT = 1000
"""Lines at the beginning of a file that show whether competitions stand together."""

CompetitionOf: TypeAlias = Callable[[bytes], "str | None"]


class Text:
    """A file of JSON Lines or CSV, for cutting.

    header   the header line of CSV with its byte order mark and its line end, b"" for JSON Lines
    names    what it names; nothing where it is no line of CSV by itself, so that no line says anything, and nothing is cut
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = os.path.getsize(path)
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.size else b""
        mark = 3 if self.bytes[:3] == b"\xef\xbb\xbf" else 0
        self.header, self.start = b"", mark
        self.names: list[str] = []
        self.competition: CompetitionOf = _of_json
        if path.lower().endswith(".csv"):
            end = self.next_line(mark)
            self.header, self.start = self.bytes[:end], end
            names = self.names = [name.strip() for name in cells(self.header[mark:]) or ()]
            if names and "competition" not in names:
                text = "{file}: the header of a CSV log names its fields; there is no competition among them"
                raise InputError(Message(text, {"file": path}))
            self.competition = _of_csv(names.index("competition") if names else -1)

    def next_line(self, position: int) -> int:
        """Where the next line after `position` begins, the size of the file where there is none."""
        end = self.bytes.find(b"\n", position)
        return self.size if end < 0 else end + 1

    def name(self, position: int) -> str | None:
        """The competition of the line that begins at `position`, None where the line says none."""
        return self.competition(self.bytes[position : self.next_line(position)])

    def cuts(self, size: int) -> list[int]:
        """Where to cut for parts of about `size` bytes: the beginning, then ends of competitions, then the end."""
        cuts = [self.start]
        while self.size - cuts[-1] > size * 3 // 2:
            cut = self.end_of_competition(self.next_line(cuts[-1] + size - 1))
            if cut >= self.size:
                break
            cuts.append(cut)
        return [*cuts, self.size]

    def end_of_competition(self, position: int) -> int:
        """Where the competition of the line at `position` ends, by looking at few lines."""
        if position >= self.size:
            return self.size
        name = self.name(position)
        same, step = position, NEAR
        while (other := self.next_line(min(same + step, self.size - 1))) < self.size and self.name(other) == name:
            same, step = other, step * 2
        while same < other and self.next_line(same) < other:
            middle = self.next_line((same + other) // 2 - 1)
            if middle >= other:
                middle = self.next_line(same)
            if self.name(middle) == name:
                same = middle
            else:
                other = middle
        return other

    def together(self) -> bool:
        """Whether the competitions at the beginning stand together."""
        position, last, spelt = self.start, None, b"\n"
        seen: set[str | None] = set()
        for _ in range(LOOKED_AT):
            if position >= self.size:
                break
            end = self.next_line(position)
            if spelt not in self.bytes[position:end]:  # else it is most likely the same; to read every line would take long
                name = self.name(position)
                if name != last and name in seen:
                    return False
                seen.add(name)
                last, spelt = name, (name or "\n").encode()
            position = end
        return True

    def linked(self) -> bool:
        """Whether a competition at the beginning feeds another."""
        end = self.start
        for _ in range(LOOKED_AT):
            end = self.next_line(end)
        return b"feeds" in self.header + self.bytes[self.start : end] and any(opening.feeds for opening in self._first(end))

    def _first(self, end: int) -> Iterator[Opening]:
        from itertools import takewhile

        from scoring_engine.cluster.openings import of_text

        return takewhile(lambda opening: opening.position < end, of_text(self))


def _of_json(line: bytes) -> str | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    name = event.get("competition") if isinstance(event, dict) else None
    return name if isinstance(name, str) else None


def _of_csv(index: int) -> CompetitionOf:
    def competition(line: bytes) -> str | None:
        row = cells(line) or ()
        return row[index] if 0 <= index < len(row) else None

    return competition


def cells(line: bytes) -> list[str] | None:
    """The cells of a line of CSV; None where it is none by itself, and says nothing here."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        return next(csv.reader([line.decode(errors="replace")]), [])
    except csv.Error:  # a CR within the line
        return None
    finally:
        csv.field_size_limit(limit)
