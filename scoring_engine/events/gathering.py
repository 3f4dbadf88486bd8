"""From the raw values of one source, row sets of the same fields at a time, to parts of a log.

Every codec ends here. A raw value is a text, a number (its text behind `notation.MARK`), True, False, None, a list or a dict.
Texts become codes by one look-up each; what is wrong with single events is found on distinct texts and arrays, so that no Python
code runs for an event that is in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.assembly import Part, Times
from scoring_engine.events.ids import Ids, joined, take
from scoring_engine.events.log import MISSING_TIME, Column
from scoring_engine.events.notation import DIGITS, MARK, NestingError, OversizeError, json_text, plain
from scoring_engine.events.rejection import SHOWN, Rejection
from scoring_engine.events.times import parse
from scoring_engine.events.vocabulary import KINDS, field_type
from scoring_engine.events.words import constant, is_constant
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Bools, Codes, Ints

TEXT, NUMBER, BARE, UNKNOWN, OVERSIZE = range(5)
"""What the source tells of a text: written as a text, as a number, as another bare JSON value, nothing, or a number that is too long."""

SEQ_LIMIT = 2**53
"""The largest seq: whole numbers up to here mean the same in every program that reads JSON."""

NESTED = "[…]"
"""Stands for a value that is nested too deeply."""

Convert = Callable[[Any], tuple[str, int]]


class Texts(dict[Any, int]):
    """Raw value → code, of one field. A value seen for the first time is converted; equal texts of one origin share a code.

    literal   what `convert` tells of every text that is not marked, and which it leaves as it is; None if it may do otherwise
    """

    __slots__ = ("_known", "_shared", "convert", "flags", "literal", "oversize", "texts")

    def __init__(self, convert: Convert, literal: int | None = None) -> None:
        super().__init__({None: -1, "": -1})
        self.convert = convert
        self.literal = literal
        self.texts: list[str] = []
        self.flags = bytearray()
        self.oversize: list[int] = []
        self._known: dict[tuple[str, int], int] = {}
        self._shared: _Shared | None = None

    def __missing__(self, raw: Any) -> int:
        text, flag = self.convert(raw)
        if not text:
            self[raw] = -1
            return -1
        code = self[raw] = self._known.setdefault((text, flag), len(self.texts))
        if code == len(self.texts):
            self.texts.append(text)
            self.flags.append(flag)
            if flag == OVERSIZE:
                self.oversize.append(code)
        return code

    def codes(self, values: Sequence[Any]) -> Codes:
        """The codes of `values`, -1 for null and the empty text."""
        try:
            return np.fromiter(map(self.__getitem__, values), np.int32, len(values))
        except TypeError:  # a list or an object cannot be looked up
            return np.fromiter(map(self.__getitem__, map(_hashable, values)), np.int32, len(values))

    def codes_of_new(self, values: Sequence[Any]) -> Codes:
        """The codes of `values`, most of which are seen for the first time."""
        if self.literal is not None:
            try:
                fresh = dict.fromkeys([value for value in values if value not in self])
                if MARK not in "".join(fresh):
                    size = len(self.texts)
                    self.update(zip(fresh, range(size, size + len(fresh)), strict=True))
                    self.texts += fresh
                    self.flags += bytes((self.literal,)) * len(fresh)
            except TypeError:  # not all of them are texts
                pass
        return self.codes(values)

    def is_oversize(self, codes: Codes) -> Bools:
        """Which codes are those of numbers that are too long."""
        if not self.oversize:
            return np.zeros(codes.size, bool)
        among = np.zeros(len(self.texts) + 2, bool)
        among[self.oversize] = True
        return among[codes]

    def column(self, codes: Codes, kind: str, field: str) -> Column:
        """The column of a field of events of one kind, with the texts that some of them have."""
        column = self.shared(codes, kind, field).compact()
        if column.texts is self._as_they_are().texts:
            column.texts = column.texts.copy()
        return column

    def shared(self, codes: Codes, kind: str, field: str) -> Column:
        """The same with all texts there are, in a list that columns of one look-up have in common; it must not be changed."""
        texts, flags, alike, numeric, bare, known = self._as_they_are()
        is_number = field_type(kind, field) in ("number", "integer")
        if alike or (is_number and bare is not None):
            return Column(codes, texts, numeric if is_number else None, bare, known)
        unknown = flags == UNKNOWN
        told = not unknown.any() or not np.append(unknown, False)[codes].any()
        column = Column(codes, texts, numeric, (flags == NUMBER) | (flags == BARE) if told else None).compact()
        if is_number:
            return column
        column.numeric = None
        return column if len(set(column.texts)) == len(column.texts) else _one_of_each(column)

    def _as_they_are(self) -> _Shared:
        """The texts as they are now, which stay so when there are more."""
        if self._shared is None or len(self._shared.texts) < len(self.texts):
            flags = np.frombuffer(bytes(self.flags), np.uint8)
            numeric = flags == NUMBER
            bare = None if (flags == UNKNOWN).any() else numeric | (flags == BARE)
            self._shared = _Shared(self.texts.copy(), flags, bool((flags == flags[:1]).all()), numeric, bare, {})
        return self._shared


class _Shared(NamedTuple):
    """What columns of one look-up have in common: the texts, how each was written, whether all were in the same way, `numeric` and
    `bare` (None: of some it is not known) as in a column, and room for what is found out about them."""

    texts: list[str]
    flags: NDArray[np.uint8]
    alike: bool
    numeric: Bools
    bare: Bools | None
    known: dict[Any, Any]


def _one_of_each(column: Column) -> Column:
    """The column with equal texts made one; it is bare only where it was so everywhere."""
    index: dict[str, int] = {}
    table = np.fromiter((index.setdefault(text, len(index)) for text in column.texts), np.int32, len(column.texts))
    bare = None
    if column.bare is not None:
        bare = np.ones(len(index), bool)
        np.logical_and.at(bare, table, column.bare)
    return Column(np.append(table, np.int32(-1))[column.codes], list(index), None, bare)


def _hashable(value: Any) -> Any:
    if type(value) is dict or type(value) is list:
        try:
            return MARK + json_text(value)
        except OversizeError:
            return MARK + "1e9999"
        except NestingError:
            return MARK + NESTED
    return value


def from_json(raw: Any) -> tuple[str, int]:
    """The text of a raw value of JSON, and how it was written."""
    if raw is True or raw is False:
        return "true" if raw else "false", BARE
    if raw[0] != MARK:
        return raw, TEXT
    if raw[1] in "[{":
        return raw[1:], OVERSIZE if raw[1:] == NESTED else BARE
    try:
        return plain(raw[1:]) or "", NUMBER
    except OversizeError:
        return raw[1 : SHOWN + 1], OVERSIZE


class Fault(NamedTuple):
    """What is wrong with an event, found before its rejection is written."""

    field: str
    value: str
    rule: str
    message: Message

    def rejection(self, file: str, line: int, seq: int | None, id: str, competition: str, kind: str) -> Rejection:
        """The rejection of the event that has the fault."""
        return Rejection(file, line, seq, id[:SHOWN], competition[:SHOWN], kind[:SHOWN], self.field, self.value, self.rule, self.message)


class Group:
    """Row sets of the same fields, as they come in."""

    __slots__ = ("columns", "id", "line", "seq", "times")

    def __init__(self, names: Iterable[str]) -> None:
        self.id: list[Sequence[str]] = []
        self.seq: list[Ints] = []
        self.times: list[Times] = []
        self.line: list[Ints] = []
        self.columns: dict[str, list[Codes]] = {name: [] for name in names}

    def taken(self, rows: Ints) -> Group:
        """Some rows, in one piece, without the columns."""
        some = Group(())
        some.id = [take(joined(self.id), rows)]
        some.seq, some.line = [np.concatenate(self.seq)[rows]], [np.concatenate(self.line)[rows]]
        ends = np.cumsum([piece.size for piece in self.seq])
        bounds = np.searchsorted(rows, [0, *ends])
        for times, end, size, first, last in zip(self.times, ends.tolist(), map(len, self.seq), bounds, bounds[1:], strict=False):
            some.times.append(times.take(rows[first:last] - (end - size)))
        return some


class Gatherer:
    """Gathers the events of one source.

    name       of the file, as messages show it
    file       its index among the files of the log
    rejected   what was wrong; codecs add to it through `reject_line`
    json       the look-ups of fields of JSON events; a reader that keeps them puts them here
    """

    def __init__(self, name: str, file: int) -> None:
        self.name = name
        self.file = file
        self.rejected: list[Rejection] = []
        self.json: dict[Any, Texts] = {}
        self._groups: dict[tuple[str, ...], Group] = {}
        self._tables: dict[tuple[str, ...], dict[str, Texts]] = {}

    def reject_line(self, line: int, rule: str, value: str, message: Message) -> None:
        """Reject a line of which no event could be made."""
        self.rejected.append(Rejection(self.name, line, None, "", "", "", "", value[:SHOWN], rule, message))

    def json_texts(self, field: str) -> Texts:
        """The look-up of a field of JSON events."""
        table = self.json.get(field)
        if table is None:
            table = self.json[field] = Texts(from_json, TEXT)
        return table

    def add_objects(self, objects: Sequence[dict[str, Any]], lines: Ints) -> None:
        """Take in events as dicts of raw values; `lines` int64 (n,) says where each was read."""
        if not objects:
            return
        signatures = list(map(tuple, objects))
        index = dict.fromkeys(signatures, 0)
        if len(index) == 1:
            self.add(signatures[0], list(zip(*map(dict.values, objects), strict=True)), lines)
            return
        index = {signature: number for number, signature in enumerate(index)}
        which = np.fromiter(map(index.__getitem__, signatures), np.int64, len(objects))
        order = np.argsort(which, kind="stable")
        ends = np.cumsum(np.bincount(which)).tolist()
        ordered = order.tolist()
        for signature, start, end in zip(index, [0, *ends], ends, strict=False):
            values = list(zip(*[objects[row].values() for row in ordered[start:end]], strict=True))
            self.add(signature, values, lines[order[start:end]])

    def add(
        self,
        names: Sequence[str],
        values: Sequence[Sequence[Any]],
        lines: Ints,
        texts_of: Callable[[str], Texts] | None = None,
        key: str = "",
    ) -> None:
        """Take in n events that give the same fields.

        names      of the fields
        values     for each field its n raw values
        lines      int64 (n,)
        texts_of   the look-up of a field, that of JSON if None; the same for every call with the same `names` and `key`
        """
        raw = dict(zip(names, values, strict=True))
        size = lines.size
        faults: dict[int, Fault] = {}
        texts_of = texts_of or self.json_texts
        ids = self._ids(raw.pop("id", None), size, faults)
        at, offset = _times(raw.pop("at", None), size, faults)
        seq = _seqs(raw.pop("seq", None), size, faults)
        for name in ("kind", "competition"):
            raw.setdefault(name, [None] * size)
        tables = {name: texts_of(name) for name in raw}
        columns = {name: tables[name].codes(column) for name, column in raw.items()}
        for name in ("competition", "kind"):
            for row in np.flatnonzero(columns[name] < 0).tolist():
                faults.setdefault(row, _missing(name))
        _check_kinds(tables["kind"], columns["kind"], faults)
        for name, table in tables.items():
            if table.oversize:
                for row in _rows_with(columns[name], table.oversize):
                    faults.setdefault(row, _oversize(name, table.texts[columns[name][row]]))

        if faults:
            for row, fault in faults.items():
                kind, competition = (_text(tables[name], columns[name][row]) for name in ("kind", "competition"))
                number = None if seq[row] == MISSING_TIME else int(seq[row])
                self.rejected.append(fault.rejection(self.name, int(lines[row]), number, ids[row], competition, kind))
            keep = np.ones(size, bool)
            keep[list(faults)] = False
            ids = [ids[row] for row in np.flatnonzero(keep).tolist()]
            at, offset, seq, lines = at[keep], offset[keep], seq[keep], lines[keep]
            columns = {name: codes[keep] for name, codes in columns.items()}
        self.take(ids, seq, (at, offset), lines, columns, tables, key)

    def take(
        self,
        ids: Sequence[str],
        seq: Ints,
        times: Times | tuple[Ints, Ints],
        lines: Ints,
        columns: dict[str, Codes],
        tables: dict[str, Texts],
        key: str = "",
    ) -> None:
        """Take in n events that are in order.

        seq        int64 (n,), MISSING_TIME where absent
        times      as `assembly.Times`, or at and offset, int64 (n,), as in a log
        lines      int64 (n,)
        columns    for each other field its codes, int32 (n,)
        tables     for each other field the look-up that gave the codes; the same for every call with the same fields and `key`
        """
        if not len(ids):
            return
        signature = (key, *columns)
        group = self._groups.get(signature)
        if group is None:
            group = self._groups[signature] = Group(columns)
            self._tables[signature] = tables
        if isinstance(ids, Ids):
            _ = ids.hashes  # which will be asked for, and now they are in the cache
        group.id.append(ids)
        group.seq.append(seq)
        group.times.append(times if isinstance(times, Times) else Times(None, *times))
        group.line.append(lines)
        for name, codes in columns.items():
            group.columns[name].append(codes)

    def renumber(self, by: int) -> None:
        """Count all lines from another one on."""
        for group in self._groups.values():
            group.line = [line + by for line in group.line]
        self.rejected = [rejection._replace(line=rejection.line + by) for rejection in self.rejected]

    def parts(self, numbered: bool = False) -> list[Part]:
        """All that was gathered, by kind. Where some events have a seq, or others of the file as `numbered` says, those without are
        rejected."""
        numbered = numbered or any((seq != MISSING_TIME).any() for group in self._groups.values() for seq in group.seq)
        parts = []
        for signature, group in self._groups.items():
            tables = self._tables[signature]
            kinds = group.columns["kind"]
            lacking = numbered and any((seq == MISSING_TIME).any() for seq in group.seq)
            one_kind = all(is_constant(piece, kinds[0][0]) for piece in kinds)
            given = (name for name, codes in group.columns.items() if name != "kind" and not all(is_constant(piece, -1) for piece in codes))
            columns = {name: np.concatenate(group.columns[name]) for name in given}
            if one_kind and not lacking:
                parts.append(self._part(kinds[0][0], group, columns, tables, numbered))
                continue
            kind_of = np.concatenate(kinds)
            seq, keep = np.concatenate(group.seq), np.ones(kind_of.size, bool)
            if lacking:
                keep = seq != MISSING_TIME
                rest = np.flatnonzero(~keep)
                faulty = group.taken(rest)
                for n, row in enumerate(rest.tolist()):
                    kind, competition = _text(tables["kind"], kind_of[row]), _text(tables["competition"], columns["competition"][row])
                    fault = _missing("seq")
                    self.rejected.append(fault.rejection(self.name, int(faulty.line[0][n]), None, faulty.id[0][n], competition, kind))
            for code in np.flatnonzero(np.bincount(kind_of[keep])).tolist():
                rows = np.flatnonzero(keep & (kind_of == code))
                mine = {name: codes[rows] for name, codes in columns.items()}
                mine = {name: codes for name, codes in mine.items() if not is_constant(codes, -1)}
                parts.append(self._part(code, group.taken(rows), mine, tables, numbered))
        return parts

    def _part(self, code: int, group: Group, columns: dict[str, Codes], tables: dict[str, Texts], numbered: bool) -> Part:
        """Events of the kind with this code, with their columns put together."""
        kind = tables["kind"].texts[code]
        competition = columns.pop("competition")
        return Part(
            kind,
            id=group.id,
            seq=group.seq,
            numbered=numbered,
            times=group.times,
            competition=tables["competition"].shared(competition, kind, "competition"),
            file=[constant(self.file, competition.size)],
            line=group.line,
            columns={name: tables[name].shared(codes, kind, name) for name, codes in columns.items()},
        )

    def _ids(self, values: Sequence[Any] | None, size: int, faults: dict[int, Fault]) -> list[str]:
        """The ids as texts; a number is taken as its text."""
        if values is not None:
            try:
                if MARK not in "".join(values) and "" not in values:
                    return list(values)
            except TypeError:
                pass
        ids = []
        for row, value in enumerate(values if values is not None else [None] * size):
            text, flag = ("", TEXT) if value is None or value == "" else from_json(_hashable(value))
            if flag == OVERSIZE:
                faults[row] = _oversize("id", text)
            elif flag == BARE:
                faults[row] = _not_text("id", text)
            elif not text:
                faults[row] = _missing("id")
            ids.append(text)
        return ids


def _text(table: Texts, code: Any) -> str:
    return table.texts[code] if code >= 0 else ""


def _seqs(values: Sequence[Any] | None, size: int, faults: dict[int, Fault]) -> Ints:
    """The seqs, MISSING_TIME where absent."""
    if values is None:
        return np.full(size, MISSING_TIME, np.int64)
    try:
        joined = "".join(values)
        # as many marks as values: all are numbers
        if joined.count(MARK) == size and len(joined) < 17 * size:
            seq = np.array(list(map(int, joined[1:].split(MARK))), np.int64)
            if bool((np.abs(seq) <= SEQ_LIMIT).all()):
                return seq
    except (TypeError, ValueError, OverflowError):
        pass
    seq = np.full(size, MISSING_TIME, np.int64)
    for row, value in enumerate(values):
        if value is None or value == "":
            continue
        text, flag = from_json(_hashable(value))
        if flag == NUMBER and text.lstrip("-").isdigit() and abs(int(text)) <= SEQ_LIMIT:
            seq[row] = int(text)
        else:
            shown = {"value": text[:SHOWN], "limit": str(SEQ_LIMIT)}
            message = Message("the seq {value} is not a whole number up to {limit}; write it as in 120, without quotes", shown)
            faults.setdefault(row, Fault("seq", text[:SHOWN], "seq", message))
    return seq


def _times(values: Sequence[Any] | None, size: int, faults: dict[int, Fault]) -> tuple[Ints, Ints]:
    """The times and offsets in microseconds, MISSING_TIME and 0 where absent."""
    at, offset = np.full(size, MISSING_TIME, np.int64), np.zeros(size, np.int64)
    if values is None:
        return at, offset
    rows: Ints | None = None
    if {*map(type, values)} != {str} or "" in values:
        rows = np.flatnonzero(np.fromiter((value is not None and value != "" for value in values), bool, size))
        values = [value if isinstance(value, str) else from_json(_hashable(value))[0] for value in (values[row] for row in rows.tolist())]
    found_at, found_offset, bad = _parsed(values)
    for place in np.flatnonzero(bad).tolist():
        text = values[place].lstrip(MARK)[:SHOWN]
        message = Message("“{value}” is not a time with its offset from UTC; write it as in 2024-10-11T09:31:02+08:00", {"value": text})
        faults.setdefault(place if rows is None else int(rows[place]), Fault("at", text, "time", message))
    if rows is None:
        return found_at, found_offset
    at[rows], offset[rows] = found_at, found_offset
    return at, offset


def _parsed(values: Sequence[str]) -> tuple[Ints, Ints, Bools]:
    """`times.parse` of the values; where most of them are the same, of each different one once."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if 4 * len(places) > len(values):
        return parse(values)
    codes = np.fromiter(map(places.__getitem__, values), np.int64, len(values))
    at, offset, bad = parse(list(places))
    return at[codes], offset[codes], bad[codes]


def _rows_with(codes: Codes, wanted: list[int]) -> list[int]:
    """The rows whose code is one of `wanted` (np.isin loads a part of numpy that takes longer than a small replay)."""
    among = np.zeros(max(int(codes.max()), max(wanted)) + 2, bool)
    among[wanted] = True
    rows: list[int] = np.flatnonzero(among[codes]).tolist()
    return rows


def _check_kinds(table: Texts, codes: Codes, faults: dict[int, Fault]) -> None:
    unknown = [code for code, text in enumerate(table.texts) if text not in KINDS]
    if not unknown:
        return
    for row in _rows_with(codes, unknown):
        kind = table.texts[codes[row]]
        faults.setdefault(row, Fault("kind", kind[:SHOWN], "unknown-kind", _unknown_kind(kind[:SHOWN])))


@cache
def _unknown_kind(kind: str) -> Message:
    from difflib import get_close_matches

    near = get_close_matches(kind.lower(), KINDS, 1)
    if near:
        return Message("there is no kind of event “{value}”; did you mean {near}?", {"value": kind, "near": near[0]})
    return Message("there is no kind of event “{value}”; the kinds are {kinds}", {"value": kind, "kinds": ", ".join(KINDS)})


_WHY = {
    "id": Message("the event has no id; give it one of its own, so that it counts once however often it is delivered"),
    "kind": Message("the event does not say its kind; give the field kind, such as score"),
    "competition": Message("the event does not say which competition it belongs to; give the field competition"),
    "seq": Message("the event has no seq, while others of this file have one; give its place in the order"),
}


def _missing(field: str) -> Fault:
    return Fault(field, "", "missing", _WHY[field])


def _not_text(field: str, value: str) -> Fault:
    shown = {"field": field, "value": value[:SHOWN]}
    return Fault(field, value[:SHOWN], "type", Message("{field} must be a text, and here is {value}; write it in quotes", shown))


def _oversize(field: str, value: str) -> Fault:
    if value == NESTED:
        return Fault(field, value, "nesting", Message("the field {field} is nested too deeply for an event", {"field": field}))
    shown = {"value": value[:20] + ("…" if len(value) > 20 else ""), "field": field, "digits": str(DIGITS)}
    text = "the number {value} in the field {field} has more than {digits} digits before or after the point; it is out of any range"
    return Fault(field, value[:SHOWN], "number-size", Message(text, shown))
