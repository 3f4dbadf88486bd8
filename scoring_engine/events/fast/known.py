"""What a process remembers of the parts that it has read, for those that it will read.

Parts of one log have the same layouts, criteria, judges, values and times; what was learnt of them once need not be learnt for every
part anew. Only what is looked up is kept, nothing that a log says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.assembly import Times
from scoring_engine.events.log import MISSING_TIME

if TYPE_CHECKING:
    from scoring_engine.events.fast.templates import Template
    from scoring_engine.events.fast.tokens import Tokens
    from scoring_engine.events.gathering import Texts
    from scoring_engine.events.log import Codes, Ints

MOST = 1 << 10
"""Values of a field that are remembered; a field that has more says something new in every part."""

MOST_TIMES = 1 << 14
"""Times that are remembered."""

LONGEST = 1 << 18
"""Characters of the values of a field that are remembered."""

FORMATS = 4
"""Headers of CSV, with JSON Lines as one more, of which something is remembered."""


class Known:
    """What is known of the lines of one format, under one header.

    templates    the most used first
    tables       the look-ups of fields, by what the format tells them apart by
    tokens       of a look-up (by its identity; 0: of times), with quotes or without
    """

    def __init__(self) -> None:
        self.templates: list[Template] = []
        self.tables: dict[Any, Texts] = {}
        self.tokens: dict[tuple[int, bool], Tokens] = {}
        self._small: dict[Any, int] = {}
        self._at: Ints = np.array([MISSING_TIME], np.int64)
        self._offset: Ints = np.zeros(1, np.int64)

    def add_times(self, at: Ints, offset: Ints) -> Codes:
        """The codes of times, given as int64 (n,) microseconds as in a log: int32 (n,). The code 0 is that of no time."""
        codes = np.arange(self._at.size, self._at.size + at.size, dtype=np.int32)
        self._at, self._offset = np.append(self._at, at), np.append(self._offset, offset)
        return codes

    def times(self, codes: Codes) -> Times:
        """The times with these codes."""
        return Times(codes, self._at, self._offset)

    def _forget(self) -> None:
        """Forget what grows with the log."""
        self.tables = {name: table for name, table in self.tables.items() if self._small.get(name) == len(table) or _is_small(table)}
        self._small = {name: len(table) for name, table in self.tables.items()}
        kept = {id(table) for table in self.tables.values()}
        if self._at.size <= MOST_TIMES:
            kept.add(0)
        else:
            self._at, self._offset = self._at[:1], self._offset[:1]
        self.tokens = {key: tokens for key, tokens in self.tokens.items() if key[0] in kept}


def _is_small(table: Texts) -> bool:
    return len(table) <= MOST and len("".join([raw for raw in table if type(raw) is str])) <= LONGEST


_kept: dict[bytes, Known] = {}


def borrow(header: bytes) -> Known:
    """What is known of lines under the header (b"": JSON Lines). It is the borrower's alone, even where threads read at once."""
    return _kept.pop(header, None) or Known()


def give_back(header: bytes, known: Known) -> None:
    """Keep what is known for the next part. Nothing that was made with it may be read from it any more."""
    known._forget()
    if len(_kept) >= FORMATS:
        _kept.clear()
    _kept[header] = known
