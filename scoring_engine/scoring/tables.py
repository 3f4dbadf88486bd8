"""Tables: row sets of many competitions at once, joined by integer keys.

A `Table` holds the rows of every competition of a batch, each row with the index of its competition. Every group and every
join is within a competition: the competition is always the first part of a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from scoring_engine.scoring.vectors import (
    LIMIT,
    Array,
    Bools,
    Ints,
    Number,
    Text,
    Truth,
    Vector,
    distinct_codes,
    fits,
    missing_like,
    of_one_kind,
    small,
)


class Grid:
    """The rows of a table laid out by the values of some of its columns.

    axes    the columns, the first counting most. A contestant's place is his row in the table of contestants, that of a criterion
            or of a key of the sheet its place in the rulebook, that of a judge his number within the competition
    shape   number of places on each axis
    rows    int64 (product of the shape,): the row at each place, -1 for none; None: row i stands at place i
    full    whether there is a row at every place
    """

    __slots__ = ("axes", "full", "rows", "shape")

    def __init__(self, axes: tuple[str, ...], shape: tuple[int, ...], rows: Ints | None = None) -> None:
        self.axes = axes
        self.shape = shape
        self.rows = rows
        self.full = rows is None or bool((rows >= 0).all())

    @property
    def there(self) -> Bools:
        """bool (product of the shape,): the places with a row."""
        return np.ones(prod(self.shape), bool) if self.rows is None else self.rows >= 0

    def places(self, axes: Sequence[str], size: int) -> Ints | None:
        """For each of the table's `size` rows its place on some of the axes (in the grid's order); None where a row stands nowhere."""
        shape = [length if axis in axes else 1 for axis, length in zip(self.axes, self.shape, strict=True)]
        places = np.broadcast_to(np.arange(prod(shape)).reshape(shape), self.shape).reshape(-1)
        if self.rows is None:
            return places
        own = np.full(size + 1, -1, np.int64)
        own[self.rows] = places  # a place without a row writes behind the last one
        return own[:-1] if size == 0 or own[:-1].min() >= 0 else None

    def first(self, axes: Sequence[str], size: int) -> Ints | None:
        """The first row of each group of places that have these axes in common (the grid's order), -1 where there is none. None
        where that is not all: without the contestants competitions are mixed, and some of the table's `size` rows may stand nowhere."""
        rows = np.arange(size) if self.rows is None else self.rows
        if "contestant" not in axes or not set(axes) <= set(self.axes) or np.count_nonzero(rows >= 0) < size:
            return None
        folded = tuple(n for n, axis in enumerate(self.axes) if axis not in axes)
        first = np.asarray(np.minimum.reduce(np.where(rows < 0, size, rows).reshape(self.shape), folded, initial=size)).reshape(-1)
        first[first == size] = -1
        return first


class Table:
    """Rows with named columns.

    keys     the columns that identify a row within its competition (none: nothing does)
    grid     where each row stands by its keys; None where the table has no such order
    lines    of a table that has a row for each place on an axis of grids, the same for every competition: how many
    origin   for a table made by filtering: the table it was made from and the row of each of its rows there
    """

    __slots__ = ("_joins", "columns", "competition", "grid", "keys", "lines", "name", "origin")

    def __init__(self, name: str, competition: Ints, columns: dict[str, Vector] | None = None, keys: Sequence[str] = ()) -> None:
        self.name = name
        self.competition = competition
        self.columns: dict[str, Vector] = columns or {}
        self.keys = list(keys)
        self.origin: tuple[Table, Ints] | None = None
        self.grid: Grid | None = None
        self.lines: int | None = None
        self._joins: dict[tuple[int, tuple[str, ...]], tuple[Table, Ints]] = {}

    def join(self, other: Table, rows: Ints) -> None:
        """Note which row of `other` each row was made of: it has the same keys."""
        self._joins[id(other), tuple(other.keys)] = (other, rows)

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.competition.size

    def take(self, name: str, rows: Array, keys: Sequence[str] | None = None) -> Table:
        """A new table of `rows` (indices or a mask), with all columns."""
        columns = {column: vector.take(rows) for column, vector in self.columns.items()}
        part = Table(name, self.competition[rows], columns, self.keys if keys is None else keys)
        if self.origin is not None:
            part.origin = (self.origin[0], self.origin[1][rows])
        return part

    def row_in(self, other: Table, own: Sequence[str], theirs: Sequence[str]) -> Ints:
        """`row_of` this table's rows in `other`, found once. Both tables keep their key columns for good."""
        key = (id(other), tuple(own))
        known = self._joins.get(key)
        if known is None:
            rows = self._line_of(other, own) if own == theirs else None
            known = self._joins[key] = (other, row_of(self, own, other, theirs) if rows is None else rows)
        return known[1]

    def _line_of(self, other: Table, names: Sequence[str]) -> Ints | None:
        """The rows in a table of the plan, by the place on its axis; None where these are not at hand."""
        if other.lines is None or self.grid is None or len(names) != 1 or names[0] not in self.grid.axes:
            return None
        places = self.grid.places(names, self.size)
        return None if places is None else self.competition * other.lines + places


def key_ints(vectors: Sequence[Vector]) -> list[Ints]:
    """The values of columns that are compared with one another as integers, equal where the values are; -1 where missing.

    The columns must be of one kind; numbers are brought to one denominator first.
    """
    if all(isinstance(v, Text) for v in vectors):
        return [v.codes for v in vectors if isinstance(v, Text)]
    if all(isinstance(v, Number) for v in vectors):
        numbers = [v for v in vectors if isinstance(v, Number)]
        dens = {v.den for v in numbers if isinstance(v.den, int)}
        if len(dens) == 1 and all(isinstance(v.den, int) for v in numbers) and all((v.num >= 0).all() for v in numbers):
            return [np.where(v.present, v.num, -1).astype(np.int64) for v in numbers]
        return _coded([_exact(v) for v in numbers], [v.present for v in numbers])
    return [np.where(v.present, v.true if not isinstance(v, (Text, Number)) else False, -1).astype(np.int64) for v in vectors]


def _exact(value: Number) -> list[tuple[int, int]]:
    """Each value in lowest terms."""
    from math import gcd

    dens = [value.den] * value.size if isinstance(value.den, int) else value.den.tolist()
    pairs = zip(value.num.tolist(), dens, strict=True)
    return [(n // g, d // g) for n, d in pairs for g in (gcd(n, d),)]


def _coded(columns: list[list[tuple[int, int]]], present: list[Bools]) -> list[Ints]:
    """Values of several columns as codes of one dictionary."""
    codes: dict[tuple[int, int], int] = {}
    result = []
    for column, ok in zip(columns, present, strict=True):
        ints = np.fromiter((codes.setdefault(value, len(codes)) for value in column), np.int64, len(column))
        result.append(np.where(ok, ints, -1))
    return result


def pack(parts: Sequence[Ints]) -> Ints:
    """One integer a row for the combination of `parts` (all ≥ 0; -1 in any part gives -1), preserving their order."""
    if len(parts) > 1 and not fits(prod(int(part.max(initial=0)) + 1 for part in parts), parts[0].size):
        parts = [_numbered(part) for part in parts]  # so that what is packed can be looked up in a table
    packed = parts[0]
    missing = packed < 0
    top = int(packed.max(initial=0))
    for part in parts[1:]:
        missing = missing | (part < 0)
        width = int(part.max(initial=0)) + 1
        if (top + 1) * width > LIMIT:
            packed = np.unique(packed, return_inverse=True)[1].reshape(packed.size).astype(np.int64)
            top = packed.size
            part = np.unique(part, return_inverse=True)[1].reshape(part.size).astype(np.int64)
            width = part.size + 1
        packed = packed * width + part
        top = top * width + width - 1
    return np.where(missing, -1, packed)


def _numbered(part: Ints) -> Ints:
    """The different values of a column as 0, 1, … in their order, -1 as it is; a column of few values far apart is left alone."""
    if not small(part) or int(part.min()) < -1:
        return part
    distinct, place = distinct_codes(part)
    return place - 1 if distinct[0] < 0 else place


def pack_together(left: Sequence[Ints], right: Sequence[Ints]) -> tuple[Ints, Ints]:
    """`pack` of two tables' key columns so that equal combinations get equal integers."""
    size = left[0].size
    packed = pack([np.concatenate((a, b)) for a, b in zip(left, right, strict=True)])
    return packed[:size], packed[size:]


class Groups:
    """Rows put into groups: `index[row]` is the group (-1: in none), `count` the number of groups."""

    __slots__ = ("count", "index")

    def __init__(self, index: Ints, count: int) -> None:
        self.index = index
        self.count = count


def group_rows(table: Table, names: Sequence[str]) -> Groups:
    """The rows of `table` grouped by competition and the columns `names`, groups in the order of their keys."""
    parts = [table.competition, *(ints for name in names for ints in key_ints([table.columns[name]]))]
    packed = pack(parts)
    values, index = distinct_codes(packed)
    if values.size and values[0] < 0:
        return Groups(index - 1, values.size - 1)
    return Groups(index, values.size)


def match_rows(own: Table, own_columns: Sequence[str], other: Table, other_columns: Sequence[str]) -> tuple[Groups, Ints]:
    """Groups of `own` by its columns, and for each row of `other` the group that its columns name (-1: none)."""
    left, right = [own.competition], [other.competition]
    for mine, theirs in zip(own_columns, other_columns, strict=True):
        a, b = key_ints([own.columns[mine], other.columns[theirs]])
        left.append(a)
        right.append(b)
    mine_packed, theirs_packed = pack_together(left, right)
    values, index = distinct_codes(mine_packed)
    named = find(values, theirs_packed)
    named[theirs_packed < 0] = -1
    if values.size and values[0] < 0:
        return Groups(index - 1, values.size - 1), np.where(named < 0, -1, named - 1)
    return Groups(index, values.size), named


def find(values: Ints, wanted: Ints) -> Ints:
    """The position of each of `wanted` in the sorted, distinct `values`; -1 where it is not there."""
    if values.size == 0:
        return np.full(wanted.size, -1, np.int64)
    if values[0] >= 0 and small(values):
        table = np.full(int(values[-1]) + 2, -1, np.int64)
        table[values] = np.arange(values.size)
        return table[np.where((wanted < 0) | (wanted > values[-1]), values[-1] + 1, wanted)]
    at = np.searchsorted(values, wanted)
    at[at == values.size] = 0
    return np.where(values[at] == wanted, at, -1)


def row_of(own: Table, own_columns: Sequence[str], other: Table, other_columns: Sequence[str]) -> Ints:
    """For each row of `own` the row of `other` with the same key (-1: none). `other` has at most one row a key; the last counts."""
    groups, theirs = match_rows(own, own_columns, other, other_columns)
    rows = np.full(groups.count + 1, -1, np.int64)
    known = theirs >= 0
    rows[theirs[known]] = np.flatnonzero(known)
    return rows[groups.index]


def joined(own: Table, more: Table) -> Table:
    """The rows of both tables; a column that one lacks is missing there."""
    columns: dict[str, Vector] = {}
    for name in own.columns | more.columns:
        like = own.columns[name] if name in own.columns else more.columns[name]
        columns[name] = stacked([table.columns.get(name) or missing_like(like, table.size) for table in (own, more)])
    return Table(own.name, np.concatenate((own.competition, more.competition)), columns, own.keys)


def stacked(parts: Sequence[Vector]) -> Vector:
    """Columns of one kind under each other."""
    parts = of_one_kind(parts)
    if all(isinstance(part, Text) for part in parts):
        return Text(np.concatenate([part.codes for part in parts if isinstance(part, Text)]))
    if all(isinstance(part, Truth) for part in parts):
        truths = [part for part in parts if isinstance(part, Truth)]
        return Truth(np.concatenate([t.values for t in truths]), np.concatenate([t.present for t in truths]))
    from math import lcm

    numbers = [part for part in parts if isinstance(part, Number)]
    ok = np.concatenate([n.present for n in numbers])
    if all(isinstance(n.den, int) for n in numbers):
        den = lcm(*(n.den for n in numbers if isinstance(n.den, int)))
        num = [n.num * (den // n.den) if n.den != den else n.num for n in numbers if isinstance(n.den, int)]
        return Number(np.concatenate(num), den, None if ok.all() else ok)
    dens = [np.full(n.size, n.den, np.int64) if isinstance(n.den, int) else n.den for n in numbers]
    return Number(np.concatenate([n.num for n in numbers]), np.concatenate(dens), None if ok.all() else ok)
