"""Voids and amendments: which events stand, and with which content.

Nothing in a log is changed: a `voided` event takes an earlier event out (voiding the void brings it back), an `amended` event
sets fields of an earlier one anew. An amended event appears here as a further variant of the row it amends: intake checks
each variant, and the last one that is admitted counts, so that a wrong correction leaves the mark as it was. Of the marks,
which are nearly all that a log holds, the variants stand behind the events: these are not moved for the few that are amended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.rejection import Rejection
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.messages import Message
from scoring_engine.scoring.vectors import MISSING, Bools, Ints, Lexicon, parse_decimal

if TYPE_CHECKING:
    from scoring_engine.events.log import Codes, Column, Frame, Log

ENVELOPE = frozenset(("seq", "id", "at", "competition", "kind", "by", "device", "n"))
AMENDABLE = frozenset(("opened", "contestant", "judge", "draw", "score", "comment", "deduction", "record", "bonus", "advanced", "barred"))
BEHIND = frozenset(("score",))
"""Kinds whose intake takes amendments that stand behind the events."""


class Source:
    """The distinct texts of a column of the log, read when they are asked for and once only.

    texts, numeric, known   as in the log's `Column`
    """

    __slots__ = ("_codes", "_parts", "known", "lexicon", "numeric", "texts")

    def __init__(self, texts: list[str], numeric: Bools | None, lexicon: Lexicon, known: dict[Any, Any]) -> None:
        self.texts = texts
        self.numeric = numeric
        self.lexicon = lexicon
        self.known = known
        self._codes: Ints | None = None
        self._parts: tuple[Source, ...] = ()

    def followed_by(self, more: Source) -> Source:
        """The texts of both."""
        numeric = None if self.numeric is None or more.numeric is None else np.concatenate((self.numeric, more.numeric))
        both = Source([*self.texts, *more.texts], numeric, self.lexicon, {})
        both._parts = (self, more)
        return both

    @property
    def codes(self) -> Ints:
        """The lexicon's code of each text, and -1 behind them for what is not given: int64 (texts + 1,)."""
        if self._codes is None and self._parts:
            self._codes = _behind([part.codes for part in self._parts])
        elif self._codes is None:
            self._codes = np.append(self.lexicon.codes(self.texts), np.int64(MISSING))
        return self._codes

    @property
    def decimals(self) -> tuple[Ints, Ints]:
        """Each text as integer / 10**places, places -1 where it is no number; what is not given is none: 2 × int64 (texts + 1,)."""
        found: tuple[Ints, Ints] | None = self.known.get("decimals")
        if found is None and self._parts:
            numbers, places = zip(*(part.decimals for part in self._parts), strict=True)
            found = self.known["decimals"] = _behind(numbers), _behind(places)
        elif found is None:
            pairs = np.array([*(parse_decimal(text) or (0, -1) for text in self.texts), (0, -1)], np.int64).reshape(-1, 2)
            found = self.known["decimals"] = pairs[:, 0].copy(), pairs[:, 1].copy()
        return found

    def among(self, names: Sequence[str]) -> Ints:
        """For each text its place among `names`, -1 for others and for what is not given: int64 (texts + 1,)."""
        place = {name: n for n, name in enumerate(names)}
        return np.array([*(place.get(text, -1) for text in self.texts), -1], np.int64)


def _behind(parts: Sequence[Ints]) -> Ints:
    """What is known of several sources' texts, without what each but the last says of a text that is not given."""
    return np.concatenate([*(part[:-1] for part in parts[:-1]), parts[-1]])


class Values:
    """A column of a kind's events. What it holds is made when it is asked for: most columns of a log are looked at by nobody."""

    __slots__ = ("_codes", "_flags", "_late", "_raw", "_whole", "source")

    def __init__(self, source: Source, raw: Codes, flags: Bools | None = None) -> None:
        self.source = source
        self._raw: Codes | None = raw
        self._late: Callable[[], Codes] | None = None
        self._flags = flags
        self._codes: Ints | None = None
        self._whole: bool | None = None

    @property
    def raw(self) -> Codes:
        """Codes into the texts of `source`, -1 where the field is not given."""
        if self._raw is None:
            assert self._late is not None
            self._raw = self._late()
            self._late = None
        return self._raw

    @property
    def whole(self) -> bool:
        """Whether all rows give the field."""
        if self._whole is None:
            self._whole = not self.raw.size or int(self.raw.min()) >= 0
        return self._whole

    @property
    def codes(self) -> Ints:
        """The same in the replay's codes."""
        if self._codes is None:
            self._codes = self.source.codes.take(self.raw)
        return self._codes

    @property
    def text(self) -> Bools | None:
        """True where a JSON writer wrote the value as text, None where the source does not tell numbers from texts (CSV)."""
        if self._flags is not None or self.source.numeric is None:
            return self._flags
        return np.append(~self.source.numeric, False).take(self.raw)

    @property
    def plain(self) -> bool:
        """Whether no value is written as text, as far as can be told without looking at each."""
        return self._flags is None and (self.source.numeric is None or bool(self.source.numeric.all()))

    def take(self, rows: Ints | Bools) -> Values:
        """The values of `rows`."""
        return self._made(
            lambda: self.raw[rows] if rows.dtype == bool else self.raw.take(rows), None if self._flags is None else self._flags[rows]
        )

    def again(self, rows: Ints) -> Values:
        """All values, and behind them those of `rows` once more."""
        flags = None if self._flags is None else np.concatenate((self._flags, self._flags[rows]))
        return self._made(lambda: np.concatenate((self.raw, self.raw.take(rows))), flags)

    def _made(self, late: Callable[[], Codes], flags: Bools | None) -> Values:
        """Values of the same source, which are made when they are asked for."""
        part = Values.__new__(Values)
        part.source, part._raw, part._late, part._flags, part._codes, part._whole = self.source, None, late, flags, None, None
        return part

    def changed(self, rows: Ints, values: Values) -> Values:
        """The column with `values`, which are all given, in `rows`. This one is not to be used any more."""
        own, theirs = self.source, values.source
        if own.texts is theirs.texts and (own.numeric is None) == (theirs.numeric is None) and self._flags is None:
            self.raw[rows] = values.raw
            return Values(own, self.raw)
        flags = self.text if own.numeric is not None and theirs.numeric is None else None  # those of the events amended
        self.raw[rows] = values.raw + np.int32(len(own.texts))
        return Values(own.followed_by(theirs), self.raw, flags)


class Facts:
    """The standing events of one kind, a row for each variant, in the order of the log; or first the events, then their variants.

    position   of the event that gave the row its content (the event itself or an amendment), in the log
    root       position of the event itself
    base       of variants that stand behind the events: the row of the event that each is of; None where all is in the log's order
    """

    __slots__ = ("_amended", "_root", "_runs", "base", "columns", "kind", "position")

    def __init__(self, kind: str, position: Ints, root: Ints | None, columns: dict[str, Values], base: Ints | None = None) -> None:
        """`root` may be left out where `base` is given."""
        self.kind = kind
        self.position = position
        self.columns = columns
        self.base = base
        self._root = root
        self._amended: Bools | None = None
        self._runs: tuple[Ints | None, Ints] | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.position.size

    @property
    def own(self) -> int:
        """Number of rows before the variants that stand behind."""
        return self.position.size - (0 if self.base is None else self.base.size)

    @property
    def root(self) -> Ints:
        """Position of the event itself."""
        if self._root is None:
            assert self.base is not None
            self._root = np.concatenate((self.position[: self.own], self.position.take(self.base)))
        return self._root

    @property
    def amended(self) -> Bools | None:
        """The rows that an amendment gave their content, None where there are none."""
        if self._amended is None and self.root is not self.position:
            self._amended = self.root != self.position
            if not self._amended.any():
                self._root, self._amended = self.position, None
        return self._amended

    def take(self, rows: Ints | Bools) -> Facts:
        """The same of some rows, as if they stood in the order of the log."""
        columns = {name: values.take(rows) for name, values in self.columns.items()}
        position = self.position[rows]
        return Facts(self.kind, position, position if self._root is self.position else self.root[rows], columns)

    def of_competitions(self, log: Log, members: Ints) -> Facts:
        """The rows of the competitions `members` (ascending codes of the log). Where each one's rows are is looked up once."""
        own = self.own
        if self._runs is None:
            codes = log.competition.codes[self.position[:own]]
            straight = bool((codes[1:] >= codes[:-1]).all())
            order = None if straight else np.argsort(codes, kind="stable")
            ordered = codes if order is None else codes[order]
            self._runs = order, np.searchsorted(ordered, np.arange(len(log.competition.texts) + 1, dtype=codes.dtype))
        order, ends = self._runs
        starts, counts = ends[members], ends[members + 1] - ends[members]
        size = int(counts.sum())
        if size == own:
            return self
        rows = np.arange(size) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        rows = rows if order is None else np.sort(order[rows])
        if self.base is None:
            return self.take(rows)
        variants = np.flatnonzero(np.isin(log.competition.codes[self.position[own:]], members))
        part = self.take(np.concatenate((rows, own + variants)))
        part.base = np.searchsorted(rows, self.base[variants])
        return part

    def codes(self, name: str) -> Ints:
        """The codes of a column, -1 where the field is not given."""
        return self.columns[name].codes if name in self.columns else np.full(self.size, MISSING, np.int64)

    def given(self, name: str) -> Bools:
        """Where a field is given."""
        return self.columns[name].raw >= 0 if name in self.columns else np.zeros(self.size, bool)

    def gives(self, name: str) -> bool:
        """Whether all rows give a field."""
        return self.columns[name].whole if name in self.columns else not self.size


def effective(log: Log, lexicon: Lexicon) -> tuple[dict[str, Facts], list[Rejection]]:
    """The standing events by kind, and the voids and amendments that name no event they could touch."""
    rejected: list[Rejection] = []
    alive: Bools | None = None
    voids, amendments = log.frames.get("voided"), log.frames.get("amended")
    named = _named(log, [frame for frame in (voids, amendments) if frame is not None])
    if voids is not None:
        alive = np.ones(log.size, bool)
        _void(alive, *_targets(log, voids, named.pop(0), rejected, None))
    amends = None if amendments is None else _targets(log, amendments, named.pop(0), rejected, AMENDABLE)
    variants = {} if amendments is None or amends is None else _variants(log, amendments, amends, alive, lexicon)
    facts = {}
    for kind, frame in log.frames.items():
        if kind in ("voided", "amended"):
            continue
        columns = {name: _values(column, lexicon) for name, column in frame.columns.items() if name not in ENVELOPE}
        standing = None if alive is None else alive[frame.rows]
        rows = None if standing is None or standing.all() else np.flatnonzero(standing)
        position = frame.rows if rows is None else frame.rows[rows]
        if kind in variants:
            whole = _with_variants(kind, columns, rows, position, variants[kind])
            facts[kind] = whole if kind in BEHIND else whole.take(np.argsort(whole.position))
        else:
            facts[kind] = Facts(kind, position, position, columns if rows is None else {n: v.take(rows) for n, v in columns.items()})
    return facts, rejected


def _values(column: Column, lexicon: Lexicon) -> Values:
    return Values(Source(column.texts, column.numeric, lexicon, column.known), column.codes)


def _named(log: Log, frames: Sequence[Frame]) -> list[Ints]:
    """For each frame the positions of the events that its events name, -1 for none. All are looked for at once."""
    columns = [frame.columns.get("event") for frame in frames]
    texts = [text for column in columns if column is not None for text in column.texts]
    rows = np.append(log.rows_of(texts), np.int64(-1)) if texts else np.zeros(0, np.int64)
    named, start = [], 0
    for frame, column in zip(frames, columns, strict=True):
        if column is None:
            named.append(np.full(frame.rows.size, -1, np.int64))
        else:
            named.append(rows[np.where(column.codes < 0, -1, column.codes.astype(np.int64) + start)])
            start += len(column.texts)
    return named


def _targets(log: Log, frame: Frame, targets: Ints, rejected: list[Rejection], kinds: frozenset[str] | None) -> tuple[Ints, Ints]:
    """Positions of the frame's events and of the events that they name; those that name none or do not say why are rejected."""
    rows, named = frame.rows, frame.columns.get("event")
    lacks = _lacking(frame)
    safe = np.maximum(targets, 0)
    unknown = (targets < 0) | (targets >= rows) | (log.competition.codes[safe] != log.competition.codes[rows])
    closed = np.zeros(rows.size, bool)
    if kinds is not None:
        closed = ~np.array([kind in kinds or kind == "amended" for kind in log.kind.texts], bool)[log.kind.codes[safe]]
    for n in np.flatnonzero((lacks >= 0) | unknown | closed).tolist():
        row, code = int(rows[n]), -1 if named is None else int(named.codes[n])
        name = "" if named is None or code < 0 else named.texts[code]
        if lacks[n] >= 0:
            field = KINDS[frame.kind].fields[int(lacks[n])].name
            message = Message("the field {field} is missing; give it", {"field": field})
            rejected.append(reject(log, row, field, "", "missing-field", message))
        elif unknown[n]:
            message = Message(
                "no earlier event of this competition has the id {value}; give the id of the event that is meant", {"value": name or "–"}
            )
            rejected.append(reject(log, row, "event", name, "unknown-event", message))
        else:
            kind = _kind(log, int(targets[n]))
            message = Message("an event of the kind {kind} is not amended; void it and record it anew", {"kind": kind})
            rejected.append(reject(log, row, "event", name, "not-amendable", message))
    good = ~((lacks >= 0) | unknown | closed)
    return rows[good], targets[good]


def _lacking(frame: Frame) -> Ints:
    """For each event of the frame the first required field (by its place in the vocabulary) that it lacks, -1 where none."""
    lacking = np.full(frame.rows.size, -1, np.int64)
    fields = KINDS[frame.kind].fields
    for number in reversed(range(len(fields))):
        if fields[number].required:
            column = frame.columns.get(fields[number].name)
            lacking[np.ones(frame.rows.size, bool) if column is None else column.codes < 0] = number
    return lacking


def _kind(log: Log, row: int) -> str:
    kind: str = log.kind.texts[log.kind.codes[row]]
    return kind


def _void(alive: Bools, events: Ints, targets: Ints) -> None:
    """Voids from the last to the first: one that is voided itself does nothing."""
    if not np.isin(targets, events).any():
        alive[targets] = False
        return
    for event, target in zip(events[::-1].tolist(), targets[::-1].tolist(), strict=True):
        if alive[event]:
            alive[target] = False


class Variants(NamedTuple):
    """The amendments of one kind's events: positions of the amendments, ascending, and of the events they amend, and what they change."""

    events: Ints
    roots: Ints
    changed: dict[str, Values]


def _variants(log: Log, frame: Frame, amends: tuple[Ints, Ints], alive: Bools | None, lexicon: Lexicon) -> dict[str, Variants]:
    """By kind, the amendments that stand of events that stand."""
    events, roots = amends
    while events.size:  # an amendment of an amendment is one of the event that this amends
        at = np.minimum(np.searchsorted(events, roots), events.size - 1)
        again = events[at] == roots
        if not again.any():
            break
        roots = np.where(again, roots[at], roots)
    if alive is not None:
        standing = alive[events] & alive[roots]
        events, roots = events[standing], roots[standing]
    changed = {name: _values(column, lexicon) for name, column in frame.columns.items() if name not in ENVELOPE | {"event", "reason"}}
    kinds = log.kind.codes[roots]
    variants = {}
    for code in np.flatnonzero(np.bincount(kinds)).tolist():
        mine = kinds == code
        rows = np.searchsorted(frame.rows, events[mine])
        variants[log.kind.texts[code]] = Variants(events[mine], roots[mine], {name: values.take(rows) for name, values in changed.items()})
    return variants


def _with_variants(kind: str, columns: dict[str, Values], standing: Ints | None, position: Ints, variants: Variants) -> Facts:
    """The standing events (None: all), and behind them a row for each amendment that has all changes up to it."""
    events, roots, changed = variants
    own, base = position.size, np.searchsorted(position, roots)
    size = own + base.size
    if standing is None:
        columns = {name: values.again(base) for name, values in columns.items()}
    else:
        rows = np.concatenate((standing, standing.take(base)))
        columns = {name: values.take(rows) for name, values in columns.items()}
    by_root = np.argsort(roots, kind="stable")
    fresh = np.ones(by_root.size, bool)
    fresh[1:] = roots[by_root[1:]] != roots[by_root[:-1]]
    first = np.maximum.accumulate(np.where(fresh, np.arange(by_root.size), 0))
    for name, values in changed.items():
        given = values.raw[by_root] >= 0
        last = np.maximum.accumulate(np.where(given, np.arange(by_root.size), -1))
        known = last >= first
        if known.any():
            before = columns.get(name)
            if before is None:
                before = Values(Source([], np.zeros(0, bool), values.source.lexicon, {}), np.full(size, -1, np.int32))
            columns[name] = before.changed(own + by_root[known], values.take(by_root[last[known]]))
    return Facts(kind, np.concatenate((position, events)), None, columns, base)


def reject(log: Log, row: int, field: str, value: str, rule: str, message: Message) -> Rejection:
    """The rejection of the event at position `row`."""
    competition = log.competition.codes[row]
    return Rejection(
        file=log.files[log.file[row]],
        line=int(log.line[row]),
        seq=int(log.seq[row]),
        id=log.id[row],
        competition=log.competition.texts[competition] if competition >= 0 else "",
        kind=_kind(log, row),
        field=field,
        value=value[:80],
        rule=rule,
        message=message,
    )
