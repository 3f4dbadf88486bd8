"""Facts: the rows of which the conditions of decisions are asked, as typed columns.

The scoring room fills them, one `Facts` for each table that decisions look at. Numbers are exact: int64 scaled by
10**places. A value that is not there is `ok == False`; what stands in `values` at such a place has no meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Kind = Literal["number", "text", "truth", "time"]

PLACES = 9  # decimals that `ratio` keeps; a literal of a rulebook has at most as many


class Field:
    """One column of `n` rows.

    kind     number  values = int64[n], the number times 10**places
             time    values = int64[n], microseconds since 1970-01-01 of the clock on the wall
             text    values = int64[n], codes into `texts`
             truth   values = bool[n]
    ok       bool[n], False where the value is missing
    places   decimals of a number, 0 for other kinds
    texts    the distinct texts of a text column, empty for other kinds
    """

    __slots__ = ("kind", "ok", "places", "texts", "values")

    def __init__(self, kind: Kind, values: Ints | Bools, ok: Bools, places: int = 0, texts: list[str] | None = None) -> None:
        self.kind = kind
        self.values = values
        self.ok = ok
        self.places = places
        self.texts: list[str] = [] if texts is None else texts

    def take(self, rows: Ints) -> Field:
        """The column of the rows `rows` (int64 positions), in their order."""
        return Field(self.kind, self.values[rows], self.ok[rows], self.places, self.texts)

    def show(self, row: int) -> str:
        """The value in `row` as a person writes it; "-" where it is missing. For one row at a time, at the edge."""
        if not self.ok[row]:
            return "-"
        if self.kind == "text":
            return self.texts[int(self.values[row])]
        if self.kind == "truth":
            return "true" if self.values[row] else "false"
        if self.kind == "time":
            return str(np.datetime64(int(self.values[row]), "us"))
        return decimal(int(self.values[row]), self.places)


class Facts:
    """The rows of one table, of one or of many competitions.

    size          number of rows, n
    competition   int64[n], index of the competition
    subject       text Field, the contestant's id (missing where a row is nobody's)
    order         int64[n], the order of the rows within a competition: facts are asserted and outcomes listed in it
    fields        name of the column → Field of n rows, the hidden columns of consequences included
    scope         int64[n], code of the group within which `rank` counts; all zero where there is one ranking
    """

    __slots__ = ("competition", "fields", "order", "scope", "size", "subject")

    def __init__(
        self,
        competition: Ints,
        subject: Field,
        order: Ints | None = None,
        fields: Mapping[str, Field] | None = None,
        scope: Ints | None = None,
    ) -> None:
        self.size = len(competition)
        self.competition = competition
        self.subject = subject
        self.order = np.arange(self.size, dtype=np.int64) if order is None else order
        self.fields: Mapping[str, Field] = {} if fields is None else fields
        self.scope = np.zeros(self.size, dtype=np.int64) if scope is None else scope

    def take(self, rows: Ints) -> Facts:
        """The facts of the rows `rows` (int64 positions), in their order."""
        fields = {name: field.take(rows) for name, field in self.fields.items()}
        return Facts(self.competition[rows], self.subject.take(rows), self.order[rows], fields, self.scope[rows])


def number(values: Iterable[int | None], places: int = 0) -> Field:
    """A number column from scaled integers, None for missing."""
    given = list(values)
    return Field("number", np.array([v or 0 for v in given], dtype=np.int64), _present(given), places)


def time(values: Iterable[int | None]) -> Field:
    """A time column from microseconds since 1970-01-01 of the clock on the wall, None for missing."""
    given = list(values)
    return Field("time", np.array([v or 0 for v in given], dtype=np.int64), _present(given))


def text(values: Iterable[str | None]) -> Field:
    """A text column, None for missing."""
    given = list(values)
    texts = list(dict.fromkeys(v for v in given if v is not None))
    code = {v: i for i, v in enumerate(texts)}
    return Field("text", np.array([0 if v is None else code[v] for v in given], dtype=np.int64), _present(given), 0, texts)


def truth(values: Iterable[bool | None]) -> Field:
    """A truth column, None for missing."""
    given = list(values)
    return Field("truth", np.array([bool(v) for v in given], dtype=np.bool_), _present(given))


def ratio(numerator: Ints, denominator: Ints, ok: Bools, places: int = PLACES) -> Field:
    """A column of exact ratios `numerator / denominator` that compares exactly with every literal of up to `places` decimals.

    The ratio is cut after `places` decimals, and one more decimal says whether anything was left: 0 or 5. So 1/3 with
    two places is 0.335, which lies above 0.33 and below 0.34 as 1/3 does, while 1/4 is 0.250 and equals 0.25. Rows with a
    denominator of 0 are missing. Raises OverflowError where a ratio does not fit into int64.
    """
    ok = ok & (denominator != 0)
    below = np.where(ok, np.abs(denominator), 1)
    above = np.where(ok, np.where(denominator < 0, -numerator, numerator), 0)
    if ok.any() and max(int(below.max()), int(np.abs(above // below).max()) * 10**places) > (2**63 - 1) // 20:
        raise OverflowError("a ratio is too large to be compared exactly")
    whole, rest = np.divmod(above, below)
    for _ in range(places):
        digit, rest = np.divmod(rest * 10, below)
        whole = whole * 10 + digit
    return Field("number", whole * 10 + np.where(rest > 0, 5, 0), ok, places + 1)


def decimal(value: int, places: int) -> str:
    """The scaled integer `value` as a decimal text without trailing zeros: (925, 1) is "92.5", (900, 1) is "90"."""
    digits = str(abs(value)).rjust(places + 1, "0")
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return ("-" if value < 0 else "") + whole + ("." + rest if rest else "")


def span(microseconds: int) -> str:
    """A stretch of time: 183_600_000_000 is "2 3:00:00", two days and three hours; whole days are "2"."""
    days, rest = divmod(microseconds // 1_000_000, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}" if rest else ""
    return " ".join(filter(None, (str(days) if days or not rest else "", clock)))


def _present(values: Sequence[object]) -> Bools:
    return np.array([v is not None for v in values], dtype=np.bool_)
