"""The log of events as columns.

A `Log` holds each event once, ordered by (seq, id). What all events share (seq, id, at, competition, kind, where it was read)
are columns over the whole log; what belongs to a kind is in that kind's `Frame`, whose `rows` say which events they are.
Texts are kept once in a column's `texts` and referred to by codes; numbers stay texts, in plain decimal notation (`9.25e1`
and `92.50` were read as `92.5`), so that nothing is lost on the way to exact columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from scoring_engine.events.ids import positions, take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.rejection import Rejection

    Codes: TypeAlias = NDArray[np.int32]
    Ints: TypeAlias = NDArray[np.int64]
    Bools: TypeAlias = NDArray[np.bool_]
    Late: TypeAlias = Callable[[Ints | None], Any]

RUN = 8
"""Rows, on average, that have the same code one after the other, where codes are looked at by runs."""

MISSING_TIME: int = -(2**63)
"""Stands in `Log.at` for an event without a time."""


class Column:
    """A field over n events.

    codes    int32 (n,), the index into `texts`, -1 where the field is absent (not given, null or empty)
    texts    distinct texts; booleans are "true" and "false", objects and lists their canonical JSON. A text that no row
             uses may be among them.
    numeric  bool (len(texts),): whether the text was written as a number. Only for fields that the vocabulary declares as
             numbers, where 92.5 and "92.5" are two entries of `texts`; None for every other field, where they are one.
    bare     bool (len(texts),): whether the source wrote it without quotes (only `writing` looks at it); None where the source
             does not tell.
    known    what was found out about the texts, by whoever looked; columns that share their texts share it.
    """

    __slots__ = ("bare", "codes", "known", "numeric", "texts")

    def __init__(
        self,
        codes: Codes,
        texts: list[str],
        numeric: Bools | None = None,
        bare: Bools | None = None,
        known: dict[Any, Any] | None = None,
    ) -> None:
        self.codes = codes
        self.texts = texts
        self.numeric = numeric
        self.bare = bare
        self.known: dict[Any, Any] = {} if known is None else known

    def __len__(self) -> int:
        return self.codes.size

    def decode(self) -> list[str | None]:
        """The text of each row, None where absent."""
        texts: list[str | None] = [*self.texts, None]
        return list(map(texts.__getitem__, self.codes.tolist()))

    def take(self, rows: Ints | Bools | Codes) -> Column:
        """The same field of some rows, by index or mask; `texts` is shared."""
        return self.with_codes(self.codes[rows] if rows.dtype == bool else self.codes.take(rows))

    def with_codes(self, codes: Codes) -> Column:
        """The same field of other events."""
        return Column(codes, self.texts, self.numeric, self.bare, self.known)

    def compact(self) -> Column:
        """The same column without the texts that no row uses."""
        size = len(self.texts)
        heads = np.flatnonzero(self.codes[1:] != self.codes[:-1]) + 1  # events of a competition stand together, as a rule
        in_runs = heads.size * RUN < len(self)
        codes = self.codes[np.append(0, heads)] if in_runs and len(self) else self.codes
        used = np.bincount(codes + np.int32(1), minlength=size + 1)[1:] > 0
        if used.all():
            return self
        kept = np.flatnonzero(used)
        place = np.full(size + 1, -1, np.int32)
        place[kept] = np.arange(kept.size)
        codes = place.take(codes)
        return Column(
            np.repeat(codes, np.diff(heads, prepend=0, append=len(self))) if in_runs else codes,
            [self.texts[i] for i in kept.tolist()],
            None if self.numeric is None else self.numeric[kept],
            None if self.bare is None else self.bare[kept],
        )


class Frame:
    """The events of one kind: `rows` are their positions in the log (int64, ascending), `columns` their own fields.

    A field that none of them gives has no column. The fields by, device and n are among them.
    """

    __slots__ = ("columns", "kind", "rows")

    def __init__(self, kind: str, rows: Ints, columns: dict[str, Column]) -> None:
        self.kind = kind
        self.rows = rows
        self.columns = columns

    def __len__(self) -> int:
        return self.rows.size


class Log:
    """Events ordered by (seq, id), each once.

    size         number of events
    seq          int64 (size,)
    id           distinct texts: a list, or packed (see `ids`)
    at           int64 (size,), microseconds since 1970-01-01 UTC, MISSING_TIME where absent
    offset       int64 (size,), microseconds that the writer's clock was ahead of UTC: `at + offset` is the time on the wall
    competition, kind   Column over all events
    file, line   int32 index into `files`, int64 line number from 1: where the event was read
    frames       the own fields, by kind
    rejected     lines and events that are not in the log, in the order of the files
    duplicates   how many further deliveries of events were left out
    loose        deliveries, of events that are left out too, that have no seq of their own and were numbered by file and line
    last         the highest seq of the others, 0 where that is less

    Instead of at, offset, file and line a function may be given, which makes the column of some rows, or of all (None): few replays
    look at these, and then at few events.
    """

    __slots__ = (
        "_late", "at", "competition", "duplicates", "file", "files", "frames", "id", "kind", "last", "line", "loose", "offset",
        "rejected", "seq", "size",
    )  # fmt: skip
    at: Ints
    offset: Ints
    file: Codes
    line: Ints

    def __init__(
        self,
        *,
        seq: Ints,
        id: Sequence[str],
        at: Ints | Late,
        offset: Ints | Late,
        competition: Column,
        kind: Column,
        file: Codes | Late,
        files: list[str],
        line: Ints | Late,
        frames: dict[str, Frame],
        rejected: list[Rejection],
        duplicates: int = 0,
        loose: int = 0,
        last: int | None = None,
    ) -> None:
        self.size = seq.size
        self.seq = seq
        self.id = id
        self._late: dict[str, Late] = {}
        for name, column in (("at", at), ("offset", offset), ("file", file), ("line", line)):
            if callable(column):
                self._late[name] = column
            else:
                setattr(self, name, column)
        self.competition = competition
        self.kind = kind
        self.files = files
        self.frames = frames
        self.rejected = rejected
        self.duplicates = duplicates
        self.loose = loose
        self.last = max(0, (int(seq[-1]) if seq.size else 0) if last is None else last)

    def __getattr__(self, name: str) -> Any:
        """A column that waits to be made."""
        if name not in ("at", "offset", "file", "line"):
            raise AttributeError(name)
        make = self._late.get(name)
        if make is not None:  # else another thread has just made it
            setattr(self, name, make(None))
            self._late.pop(name, None)
        return object.__getattribute__(self, name)

    def __len__(self) -> int:
        return self.size

    def of(self, name: str, rows: Ints) -> Any:
        """at, offset, file or line of some rows, for which the others need not be made."""
        make = self._late.get(name)
        return getattr(self, name)[rows] if make is None else make(rows)

    def rows_of(self, ids: Sequence[str]) -> Ints:
        """The row of the event with each of `ids`, -1 for one that is not in the log: int64 (len(ids),)."""
        return positions(self.id, ids)

    def sha256(self) -> str:
        """The SHA-256 of the log's canonical form (see `canonical.digest`): the same for every order of lines, for events
        delivered more than once, for JSONL and CSV, and for 92.5 and 92.50."""
        from scoring_engine.events.canonical import digest

        return digest(self)

    def until(self, end: int | str) -> Log:
        """The log as it stood after the event with seq `end`, or at the time `end` (ISO with offset, inclusive).

        A text of digits is a seq. An event without a time counts from the times of the events before it of its competition, a rejected
        one from the last event of its competition that stays: what else is in the log makes no difference.

        Raises:
            InputError: `end` is neither.
        """
        from scoring_engine.events.times import moment

        limit = moment(end)
        if isinstance(limit, int):
            log = self.select(self.seq <= limit)
            log.rejected = [r for r in self.rejected if r.seq is None or r.seq <= limit]
            return log
        log = self.select(self._by(limit.at))
        last = dict.fromkeys(self.competition.texts, MISSING_TIME)
        kept = np.full(len(log.competition.texts), MISSING_TIME)
        np.maximum.at(kept, log.competition.codes, log.seq)
        last |= zip(log.competition.texts, kept.tolist(), strict=True)
        log.rejected = [r for r in self.rejected if r.seq is None or r.competition not in last or r.seq <= last[r.competition]]
        return log

    def _by(self, time: int) -> Bools:
        """Which events there were by that time."""
        late = self.at > time
        if (self.at != MISSING_TIME).all():
            return ~late
        order = np.argsort(self.competition.codes, kind="stable")
        code = self.competition.codes[order]
        seen = np.cumsum(late[order])
        before = np.append(0, seen)[np.searchsorted(code, code)]  # in the competitions before
        mask = np.empty(self.size, bool)
        mask[order] = seen == before
        return np.where(self.at == MISSING_TIME, mask, ~late)

    def select(self, mask: Bools) -> Log:
        """The log of the events for which `mask`, bool (size,), is true. What was rejected stays listed."""
        rows = np.flatnonzero(mask)
        place = np.cumsum(mask) - 1
        frames = {}
        for kind, frame in self.frames.items():
            kept = mask[frame.rows]
            if kept.any():
                columns = {name: column.take(kept) for name, column in frame.columns.items()}
                columns = {name: column.compact() for name, column in columns.items() if (column.codes >= 0).any()}
                frames[kind] = Frame(kind, place[frame.rows[kept]], columns)
        return Log(
            seq=self.seq[rows],
            id=take(self.id, rows),
            at=self.at[rows],
            offset=self.offset[rows],
            competition=self.competition.take(rows).compact(),
            kind=self.kind.take(rows).compact(),
            file=self.file[rows],
            files=self.files,
            line=self.line[rows],
            frames=frames,
            rejected=self.rejected,
            duplicates=self.duplicates,
            loose=self.loose,
            last=self.last,
        )

    @staticmethod
    def concat(logs: Sequence[Log]) -> Log:
        """One log of all events of `logs`; an event that is in several counts once, as when reading."""
        from scoring_engine.events.assembly import assemble, parts_of

        return assemble(*parts_of(logs))
