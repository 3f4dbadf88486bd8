"""Voids and amendments: which events stand, and with which content.

Nothing in a log is changed: a `voided` event takes an earlier event out (voiding the void brings it back), an `amended` event
sets fields of an earlier one anew. An amended event appears here as a further variant of the row it amends: intake checks
each variant, and the last one that is admitted counts, so that a wrong correction leaves the mark as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.events.rejection import Rejection
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.messages import Message
from scoring_engine.scoring.vectors import Bools, Ints, Lexicon

if TYPE_CHECKING:
    from scoring_engine.events.log import Column, Frame, Log

ENVELOPE = frozenset(("seq", "id", "at", "competition", "kind", "by", "device", "n"))
AMENDABLE = frozenset(("opened", "contestant", "judge", "draw", "score", "comment", "deduction", "record", "bonus", "advanced", "barred"))


class Values:
    """A column of a kind's events as lexicon codes. `text` is true where a JSON writer wrote the value as text, None where the
    source does not tell numbers from texts (CSV)."""

    __slots__ = ("codes", "text")

    def __init__(self, codes: Ints, text: Bools | None) -> None:
        self.codes = codes
        self.text = text

    def take(self, rows: Ints | Bools) -> Values:
        """The values of `rows`."""
        return Values(self.codes[rows], None if self.text is None else self.text[rows])


class Facts:
    """The standing events of one kind, a row for each variant.

    position   of the event that gave the row its content (the event itself or an amendment), in the log
    root       position of the event itself
    """

    __slots__ = ("columns", "kind", "position", "root")

    def __init__(self, kind: str, position: Ints, root: Ints, columns: dict[str, Values]) -> None:
        self.kind = kind
        self.position = position
        self.root = root
        self.columns = columns

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.position.size

    def take(self, rows: Ints | Bools) -> Facts:
        """The same of some rows."""
        columns = {name: values.take(rows) for name, values in self.columns.items()}
        return Facts(self.kind, self.position[rows], self.root[rows], columns)

    def codes(self, name: str) -> Ints:
        """The codes of a column, -1 where the field is not given."""
        return self.columns[name].codes if name in self.columns else np.full(self.size, -1, np.int64)


def encoded(column: Column, lexicon: Lexicon) -> Values:
    """A column of the log in the replay's codes."""
    table = np.append(lexicon.codes(column.texts), np.int64(-1))
    codes = table[column.codes]
    text = None if column.numeric is None else ~np.append(column.numeric, True)[column.codes]
    return Values(codes, text)


def effective(log: Log, lexicon: Lexicon) -> tuple[dict[str, Facts], list[Rejection]]:
    """The standing events by kind, and the voids and amendments that name no event they could touch."""
    rejected: list[Rejection] = []
    alive = np.ones(log.size, bool)
    voids, amendments = log.frames.get("voided"), log.frames.get("amended")
    amends: tuple[Ints, Ints] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    if voids is not None or amendments is not None:
        place = {identity: row for row, identity in enumerate(log.id)}
        if voids is not None:
            events, targets = _targets(log, voids, place, rejected, None)
            _void(alive, events, targets)
        if amendments is not None:
            amends = _targets(log, amendments, place, rejected, AMENDABLE)
    facts = {}
    for kind, frame in log.frames.items():
        if kind in ("voided", "amended"):
            continue
        standing = np.flatnonzero(alive[frame.rows])
        columns = {name: encoded(column, lexicon).take(standing) for name, column in frame.columns.items() if name not in ENVELOPE}
        position = frame.rows[standing]
        facts[kind] = Facts(kind, position, position, columns)
    if amendments is not None and amends[0].size:
        _amend(facts, amendments, amends, alive, lexicon)
    return facts, rejected


def _targets(log: Log, frame: Frame, place: dict[str, int], rejected: list[Rejection], kinds: frozenset[str] | None) -> tuple[Ints, Ints]:
    """Positions of the frame's events and of the events that they name; those that name none or do not say why are rejected."""
    named = frame.columns["event"].decode() if "event" in frame.columns else [None] * frame.rows.size
    events, targets = [], []
    for row, name, lacks in zip(frame.rows.tolist(), named, _lacking(frame), strict=True):
        target = -1 if name is None else place.get(name, -1)
        if lacks:
            message = Message("the field {field} is missing; give it", {"field": lacks})
            rejected.append(reject(log, row, lacks, "", "missing-field", message))
        elif target < 0 or target >= row or log.competition.codes[target] != log.competition.codes[row]:
            rejected.append(
                reject(
                    log,
                    row,
                    "event",
                    name or "",
                    "unknown-event",
                    Message(
                        "no earlier event of this competition has the id {value}; give the id of the event that is meant",
                        {"value": name or "–"},
                    ),
                )
            )
        elif kinds is not None and _kind(log, target) not in kinds | {"amended"}:
            rejected.append(
                reject(
                    log,
                    row,
                    "event",
                    name or "",
                    "not-amendable",
                    Message("an event of the kind {kind} is not amended; void it and record it anew", {"kind": _kind(log, target)}),
                )
            )
        else:
            events.append(row)
            targets.append(target)
    return np.array(events, np.int64), np.array(targets, np.int64)


def _lacking(frame: Frame) -> list[str]:
    """For each event of the frame the first required field that it lacks, "" where it has all of them."""
    lacking = [""] * frame.rows.size
    for field in reversed(KINDS[frame.kind].fields):
        if field.required:
            column = frame.columns.get(field.name)
            absent = np.ones(frame.rows.size, bool) if column is None else column.codes < 0
            for row in np.flatnonzero(absent).tolist():
                lacking[row] = field.name
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


def _amend(facts: dict[str, Facts], frame: Frame, amends: tuple[Ints, Ints], alive: Bools, lexicon: Lexicon) -> None:
    """Add a variant of the row amended for each amendment that stands, with all changes up to it."""
    events, targets = amends
    root_of = dict(zip(events.tolist(), targets.tolist(), strict=True))
    row_in_frame = {position: row for row, position in enumerate(frame.rows.tolist())}
    changed = {name: encoded(column, lexicon) for name, column in frame.columns.items() if name not in ENVELOPE | {"event", "reason"}}
    index = {kind: {root: row for row, root in enumerate(fact.root.tolist())} for kind, fact in facts.items()}
    variants: dict[tuple[str, int], list[int]] = {}
    for event in events.tolist():
        root = root_of[event]
        while root in root_of:
            root = root_of[root]
        if alive[event] and alive[root]:
            kind = next((kind for kind, rows in index.items() if root in rows), None)
            if kind is not None:
                variants.setdefault((kind, root), []).append(event)
    for kind in {kind for kind, _ in variants}:
        touched = {root: list_ for (of, root), list_ in variants.items() if of == kind}
        facts[kind] = _with_variants(facts[kind], touched, index[kind], changed, row_in_frame)


def _with_variants(
    fact: Facts, touched: dict[int, list[int]], index: dict[int, int], changed: dict[str, Values], row_in_frame: dict[int, int]
) -> Facts:
    """The facts with a row more for each amendment, in the order of the log."""
    base: list[int] = []
    positions: list[int] = []
    history: list[Sequence[int]] = []
    for root, events in touched.items():
        for n, event in enumerate(events, 1):
            base.append(index[root])
            positions.append(event)
            history.append([row_in_frame[e] for e in events[:n]])
    rows = np.concatenate((np.arange(fact.size), np.array(base, np.int64)))
    columns = {name: values.take(rows) for name, values in fact.columns.items()}
    for name, values in changed.items():
        column = columns.setdefault(name, Values(np.full(rows.size, -1, np.int64), np.zeros(rows.size, bool)))
        column.codes = column.codes.copy()
        for offset, frame_rows in enumerate(history, fact.size):
            for row in frame_rows:
                if values.codes[row] >= 0:
                    column.codes[offset] = values.codes[row]
                    if column.text is not None and values.text is not None:
                        column.text[offset] = values.text[row]
    position = np.concatenate((fact.position, np.array(positions, np.int64)))
    order = np.argsort(position, kind="stable")
    return Facts(fact.kind, position, fact.root[rows], columns).take(order)


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
