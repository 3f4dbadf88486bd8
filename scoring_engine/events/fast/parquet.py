"""Parquet: columns of codes as they are in the file.

Columns of texts mean what cells of CSV mean (see `events.parquet`). Logs of others may have columns of integers, decimals, booleans,
dates and times with a zone too, which are taken exactly. Floating-point numbers are refused: what they stood for was lost when they
were made. The line of an event is its row, from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events import csvlog, words
from scoring_engine.events.arrow import End, arrow, only, opened
from scoring_engine.events.arrow import end as end_of
from scoring_engine.events.assembly import assemble
from scoring_engine.events.errors import InputError
from scoring_engine.events.fast.dictionaries import Coded, Dictionary
from scoring_engine.events.fast.ordered import Given, in_order
from scoring_engine.events.fast.tokens import BAD
from scoring_engine.events.gathering import SEQ_LIMIT, TEXT, Gatherer, Texts, from_json
from scoring_engine.events.ids import WIDEST, Ids, take
from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.notation import MARK
from scoring_engine.events.times import parse as parse_times
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.fast.parts import Part
    from scoring_engine.events.log import Bools, Codes, Ints, Log
    from scoring_engine.events.words import Letters, Words

    Columns = Iterable[tuple[str, Any]]


BATCH = 1 << 19
"""The most rows that are read at a time; row groups of the usual size come whole, and their dictionaries once."""

BLOCK = 1 << 14
"""Ids that are packed at a time: what that takes stays in the cache."""

LONGEST = 1 << 18
"""Bytes of a dictionary that is remembered."""

_known: dict[str, tuple[tuple[int, bytes, bytes], Dictionary]] = {}
"""By column: how many texts the dictionary has that was read last, where they end, and their bytes; and what it is."""

_names: dict[int, str] = {}


class Rows(NamedTuple):
    """Rows of a row group: its number, its first and last row (the one after it), and of these the rows `start` to `end`."""

    group: int
    first: int
    last: int
    start: int
    end: int


def count_rows(path: str) -> int:
    """The rows of a file.

    Raises:
        InputError: it cannot be read.
    """
    rows: int = _end(arrow(path), path).metadata.num_rows
    return rows


def read(part: Part) -> Log:
    """The log of a part of a file.

    Raises:
        InputError: the file is damaged, or has columns of a type that no event has.
    """
    gatherer = Gatherer(part.path, 0)
    log = _take(part.path, part.start, part.end, part.first_line, gatherer, alone=True)
    return assemble(gatherer.parts(part.numbered), [part.path], gatherer.rejected) if log is None else log


def parse(path: str, start: int, end: int, first: int, gatherer: Gatherer) -> None:
    """Take in the rows `start` to `end` of a file; the first of them has the number `first`.

    Raises:
        InputError: the file is damaged, or has columns of a type that no event has.
    """
    _take(path, start, end, first, gatherer, alone=False)


def _take(path: str, start: int, end: int, first: int, gatherer: Gatherer, alone: bool) -> Log | None:
    """Take in rows. If they are all of a log and come at once, and all is in order, nothing is taken in, and their log returned."""
    pa = arrow(path)
    said = _end(pa, path)
    names = said.names
    if csvlog.lacks_columns(names, first, gatherer):
        return None
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        message = Message("the header names the column {field} more than once; keep one of them", {"field": name})
        gatherer.reject_line(first, "repeated-column", name, message)
        return None
    rows = _Rows(pa, names, gatherer)
    for at, size, columns in _batches(pa, path, said, start, end):
        given = rows.columns(size, columns, first + at - start)
        log = in_order(given, gatherer.name) if alone and size == end - start else None
        if log is not None:
            return log
        rows.take(given)
    return None


def _end(pa: Any, path: str) -> End:
    """What the end of a file says.

    Raises:
        InputError: it says nothing that is one. OSError: it cannot be read.
    """
    open(path, "rb").close()  # what is wrong with the file itself is said as with all other files
    try:
        return end_of(path)
    except pa.ArrowException as error:
        text = "{file} is not a whole file of Parquet ({problem}); copy it again"
        raise InputError(Message(text, {"file": path, "problem": _first_line(error)})) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _batches(pa: Any, path: str, said: End, start: int, end: int) -> Iterator[tuple[int, int, Columns]]:
    """The rows `start` to `end` in batches: the row at which it begins, how many there are, their columns."""
    first, last = np.searchsorted(said.ends, (start, end - 1), "right").tolist()
    bounds = [*pairwise([0, *said.ends])][first : last + 1]
    groups = [Rows(first + turn, *bound, max(start, bound[0]), min(end, bound[1])) for turn, bound in enumerate(bounds)]
    groups = [rows for rows in groups if rows.start < rows.end]
    file = opened(path, said.coded, said.metadata)
    if groups and sum(rows.last - rows.first for rows in groups) <= BATCH:
        yield groups[0].start, groups[-1].end - groups[0].start, _column_by_column(pa, path, file, said, groups)
        return
    for rows in groups:
        at = rows.first
        try:
            for batch in file.iter_batches(BATCH, row_groups=[rows.group], use_threads=False):
                low, high = max(rows.start - at, 0), min(rows.end - at, batch.num_rows)
                if low < high:
                    yield at + low, high - low, zip(said.names, batch.slice(low, high - low).columns, strict=True)
                at += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, at, error) from error


def _column_by_column(pa: Any, path: str, file: Any, said: End, groups: Sequence[Rows]) -> Iterator[tuple[str, Any]]:
    """The columns of the rows, as they are taken: what one was made of is given back before the next is read."""
    for name in said.names:
        arrays: list[Any] = []  # several where the dictionary was given up on the way
        for rows in groups:
            try:
                arrays += _pieces(file, rows, only(said, (name,)))
            except (pa.ArrowException, OSError) as error:
                raise _damaged(path, rows.first, error) from error
        yield name, arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)


def _pieces(file: Any, rows: Rows, column: dict[str, Any]) -> Iterator[Any]:
    """The rows of a column, in pieces. It is read only as far as they go, and what is before them in one batch, where it is not less
    than what comes then, so that it is given back at once."""
    before, size = rows.start - rows.first, rows.end - rows.start
    at = rows.first
    for batch in file.iter_batches(max(before, size), row_groups=[rows.group], use_threads=False, **column):
        low, high = max(rows.start - at, 0), min(rows.end - at, batch.num_rows)
        if low < high:
            whole = batch.column(0)
            yield whole if high - low == len(whole) else whole.slice(low, high - low)
        at += batch.num_rows
        if at >= rows.end:
            return


def _damaged(path: str, place: int, error: Exception) -> InputError:
    text = "{file}: the rows from {row} on are damaged ({problem}); copy the file again"
    return InputError(Message(text, {"file": path, "row": str(place + 1), "problem": _first_line(error)}))


class _Rows:
    """Takes the rows of one file into a gatherer."""

    def __init__(self, pa: Any, names: Sequence[str], gatherer: Gatherer) -> None:
        self.pa = pa
        self.names = names
        self.gatherer = gatherer
        self._tables: dict[tuple[str, str], Texts] = {}

    def columns(self, size: int, columns: Columns, first: int) -> Given:
        """The columns of a batch of so many rows, of which the first has the number `first`."""
        ids, named = None, False
        seq = None if "seq" in self.names else np.full(size, MISSING_TIME)
        coded = {}
        for name, array in columns:
            if name == "id":
                ids, named = self._ids(array)
                if ids is not None:
                    continue
            if name == "seq" and (seq := self._seq(array)) is not None:
                continue
            coded[name] = self._coded(name, array)
        return Given(first, ids, seq, coded, named)

    def take(self, given_columns: Given) -> None:
        """Take in the rows of a batch."""
        first, ids, seq, coded, _ = given_columns
        lines = np.arange(first, first + coded["kind"].size)
        sound = self._without_nul(coded, lines)
        kinds = coded["kind"].codes
        given_in = {name: _kinds_with(column, kinds) for name, column in coded.items()}
        for code in np.flatnonzero(np.bincount(kinds[sound] + 1)).tolist():
            rows = np.flatnonzero(sound & (kinds == code - 1))
            kind = coded["kind"].values[code - 1] if code else ""
            known = kind in KINDS
            if known and seq is not None and (ids is not None or coded["id"].cells):
                mine = {name: column for name, column in coded.items() if code in given_in[name] or name in ("id", "competition")}
                rows = self._take_fast(kind, rows, lines, ids, seq, mine)
            if rows.size:
                given = {name: column.of(rows) for name, column in coded.items()}
                if ids is not None:
                    given["id"] = list(take(ids, rows))
                if seq is not None:
                    given["seq"] = [None if number == MISSING_TIME else f"{MARK}{number}" for number in seq[rows].tolist()]
                elif coded["seq"].cells:
                    given["seq"] = list(csvlog.numbers([cell or "" for cell in given["seq"]]))
                key = kind if known else ""
                self.gatherer.add(list(given), list(given.values()), lines[rows], self._look_up(key, coded), key)

    def _take_fast(self, kind: str, rows: Ints, lines: Ints, ids: Ids | None, seq: Ints, coded: dict[str, Coded]) -> Ints:
        """Take in rows of one kind; returns those that the gatherer must look at one by one."""
        mine: Sequence[str]
        if ids is None:
            mine = [text or "" for text in coded["id"].of(rows)]
            good = np.fromiter(map(bool, mine), bool, rows.size)
        else:
            mine = take(ids, rows)
            good = ids.packed[rows] != b""
        seq = seq.take(rows)
        good &= (seq == MISSING_TIME) | (np.abs(seq) <= SEQ_LIMIT)
        at, offset = np.full(rows.size, MISSING_TIME), np.zeros(rows.size, np.int64)
        columns: dict[str, Codes] = {}
        tables: dict[str, Texts] = {}
        for name, column in coded.items():
            if name == "id":
                continue
            codes = column.codes.take(rows)
            used, values = column.used(codes)
            table = np.full(len(column.values) + 1, -1, np.int32)
            if name == "at":
                found, ahead, bad = parse_times([value if isinstance(value, str) else "" for value in values])
                table[used] = np.where(bad, BAD, np.arange(used.size))
                places = table.take(codes)
                good &= places != BAD
                at, offset = np.append(found, (0, MISSING_TIME)).take(places), np.append(ahead, (0, 0)).take(places)
                continue
            texts = tables[name] = self._texts(kind, name, column.cells)
            table[used] = texts.codes_of_new(values)
            table[texts.is_oversize(table)] = BAD
            columns[name] = table.take(codes)
            good &= columns[name] != BAD
        good &= columns["competition"] >= 0
        if good.all():
            bad_rows = rows[:0]
        else:
            bad_rows, rows = rows[~good], rows[good]
            mine, seq, at, offset = take(mine, good), seq[good], at[good], offset[good]
            columns = {name: column[good] for name, column in columns.items()}
        self.gatherer.take(mine, seq, (at, offset), lines[rows], columns, tables, kind)
        return bad_rows

    def _texts(self, kind: str, name: str, cells: bool) -> Texts:
        table = self._tables.get((kind, name))
        if table is None:
            table = self._tables[kind, name] = csvlog.texts(kind, name) if cells else Texts(from_json, TEXT)
        return table

    def _look_up(self, kind: str, coded: dict[str, Coded]) -> Callable[[str], Texts]:
        return lambda name: self._texts(kind, name, name not in coded or coded[name].cells)

    def _without_nul(self, coded: dict[str, Coded], lines: Ints) -> Bools:
        """Which rows hold no NUL; the others are rejected."""
        sound = np.ones(lines.size, bool)
        for column in coded.values():
            if column.cells and MARK in "".join(column.values):
                odd = np.array([*(MARK in value for value in column.values), False])
                for row in np.flatnonzero(sound & odd[column.codes]).tolist():
                    sound[row] = False
                    message = Message("a text holds the character NUL (\\u0000); take it out")
                    self.gatherer.reject_line(int(lines[row]), "character", column.values[column.codes[row]], message)
        return sound

    def _ids(self, array: Any) -> tuple[Ids | None, bool]:
        """The ids, packed, "" where null, and whether none is empty; None where they are not short texts of ASCII in a column without
        dictionary."""
        kinds = self.pa.types
        if not (kinds.is_string(array.type) or kinds.is_large_string(array.type)):
            return None, False
        ends, letters = _letters(array)
        lengths = ends[1:] - ends[:-1]
        if (given := _given(array)) is not None:
            lengths[~given] = 0
        wide = words.count(int(lengths.max(initial=0)))
        if 8 * wide > WIDEST or (letters.size and (letters.max() >= 0x80 or not letters.min())):
            return None, False
        return Ids(_packed(ends, lengths, letters, wide).view(f"S{8 * wide}").ravel()), bool(lengths.all())

    def _seq(self, array: Any) -> Ints | None:
        """The seqs, MISSING_TIME where null; None where they are not integers of up to 64 bits."""
        if self.pa.types.is_null(array.type):
            return np.full(len(array), MISSING_TIME)
        if not self.pa.types.is_integer(array.type) or self.pa.types.is_uint64(array.type):
            return None
        numbers = _integers(array).astype(np.int64, copy=False)
        given = _given(array)
        return numbers if given is None else np.where(given, numbers, MISSING_TIME)

    def _coded(self, name: str, array: Any) -> Coded:
        """A column as codes.

        Raises:
            InputError: no event has values of its type.
        """
        kinds, kind = self.pa.types, array.type
        if kinds.is_null(kind):
            return Coded(np.zeros(len(array), np.int32), np.zeros(len(array), bool), len(array), Dictionary([], True))
        if not isinstance(array, self.pa.DictionaryArray):
            if kinds.is_timestamp(kind):
                array = array.cast(self.pa.timestamp("us", kind.tz), safe=False)
            elif kinds.is_string_view(kind):
                array = array.cast(self.pa.large_string())
            else:
                self._check(name, kind)
            array = array.dictionary_encode()
        codes = _integers(array.indices).astype(np.int32, copy=False)
        values = array.dictionary
        if kinds.is_string(values.type) or kinds.is_large_string(values.type):
            dictionary = self._cells(name, values)
        else:
            self._check(name, values.type)
            dictionary = Dictionary([_raw(value) for value in values.to_pylist()], False)
        return Coded(codes, _given(array), array.null_count, dictionary)

    def _check(self, name: str, kind: Any) -> None:
        kinds = self.pa.types
        shown = {"file": self.gatherer.name, "field": name, "type": str(kind)}
        if kinds.is_floating(kind):
            text = "{file}: the column {field} holds floating-point numbers ({type}), which are not exact; write it as decimals or texts"
            raise InputError(Message(text, shown))
        texts, numbers = (kinds.is_string, kinds.is_large_string), (kinds.is_integer, kinds.is_decimal)
        days = (kinds.is_date, kinds.is_timestamp)
        admitted = (*texts, *numbers, *days, kinds.is_boolean)
        if not any(admits(kind) for admits in admitted):
            text = "{file}: the column {field} holds values of the type {type}; write it as texts, objects and lists as JSON"
            raise InputError(Message(text, shown))

    def _cells(self, name: str, array: Any) -> Dictionary:
        """The texts of a dictionary."""
        ends, letters = _letters(array)
        data = letters.tobytes()
        said = len(array), ends.tobytes(), data
        known = _known.get(name)
        if known is not None and known[0] == said:
            return known[1]
        bounds = ends.tolist()
        try:
            if data.isascii():
                whole = data.decode("ascii")
                texts = [whole[start:end] for start, end in pairwise(bounds)]
            else:
                texts = [data[start:end].decode() for start, end in pairwise(bounds)]
        except UnicodeDecodeError:
            text = "{file}: the column {field} holds texts that are not UTF-8; write the file again with texts in UTF-8"
            raise InputError(Message(text, {"file": self.gatherer.name, "field": name})) from None
        found = Dictionary(texts, True)
        if len(data) <= LONGEST:
            _known[name] = said, found
        return found


def _kinds_with(column: Coded, kinds: Codes) -> Collection[int]:
    """The kinds that may give a field, as their codes + 1."""
    if column.rows is None:
        return range(int(kinds.max()) + 2)
    found: list[int] = np.flatnonzero(np.bincount(kinds[column.rows] + 1)).tolist()
    return found


def _raw(value: Any) -> Any:
    """A typed value as a raw value of `gathering`."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return MARK + format(value, "f")
    return value.isoformat() if isinstance(value, date) else f"{MARK}{value}"


def _given(array: Any) -> Bools | None:
    """Which values are not null; None where none is."""
    if not array.null_count:
        return None
    validity = (array.indices if hasattr(array, "indices") else array).buffers()[0]
    size, offset = len(array), array.offset
    return np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little", count=offset + size)[offset:].view(bool)


def _integers(array: Any) -> NDArray[Any]:
    """The values of an array of integers, any where it is null."""
    if not len(array):
        return np.zeros(0, np.int64)
    return np.frombuffer(array.buffers()[1], _name(array.type))[array.offset : array.offset + len(array)]


def _name(type: Any) -> str:
    """The name of a type of whole numbers or texts; making it takes longer than all else that is asked of an array."""
    return _names.get(type.id) or _names.setdefault(type.id, str(type))


def _letters(array: Any) -> tuple[NDArray[Any], Letters]:
    """Where the texts of an array end, (n + 1,) from the beginning of the first, and their bytes."""
    if not len(array):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int64 if "large" in _name(array.type) else np.int32)[array.offset : array.offset + len(array) + 1]
    letters = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    return ends - ends[0] if ends[0] else ends, letters


def _packed(ends: NDArray[Any], lengths: NDArray[Any], letters: Letters, wide: int) -> Words:
    """Texts, (n, wide), each filled up with NUL: where they end, their lengths and all their bytes."""
    width = 8 * wide
    masks = np.where(np.arange(width) < np.arange(width + 1)[:, None], np.uint8(255), np.uint8(0)).view(np.uint64)
    packed = np.empty((lengths.size, wide), np.uint64)

    def cut(rows: slice, starts: NDArray[Any], letters: Letters) -> None:
        windows = np.ndarray((letters.size - width + 1,), f"V{width}", letters, 0, (1,))
        np.bitwise_and(windows[starts].view(np.uint64).reshape(-1, wide), masks.take(lengths[rows], axis=0), out=packed[rows])

    starts = ends[:-1]
    last = letters.size - width
    whole = int(np.searchsorted(starts, last, "right")) if last >= 0 else 0  # of these, what follows can be read with them
    for first in range(0, whole, BLOCK):
        rows = slice(first, min(first + BLOCK, whole))
        cut(rows, starts[rows], letters)
    if whole < starts.size:
        begin = int(starts[whole])
        cut(slice(whole, None), starts[whole:] - begin, np.append(letters[begin:], np.zeros(width, np.uint8)))
    return packed
