"""Exact columns: numbers as integers over a denominator, texts as codes, truth values; each may be missing.

A `Number` of n rows is `num / den`. `den` is a Python integer for fixed point (a power of ten as a rule) and an array for
exact ratios (means, shares) that have not met a declared rounding point yet. `num` is int64 wherever the values fit, and an
object array of Python integers where an intermediate result does not; `settled` brings a column back to int64 or says that
it overflows. No float exists in this module or above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Array: TypeAlias = "NDArray[Any]"

LIMIT = 2**63 - 1
"""The largest magnitude of a stored value."""

MISSING = -1
"""The code of a missing text."""


class Lexicon:
    """All texts of a replay as integer codes, so that equal texts are equal integers in every column."""

    __slots__ = ("_codes", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._codes: defaultdict[str, int] = defaultdict()
        self._codes.default_factory = self._codes.__len__  # a text that is new gets the next code

    def code(self, text: str) -> int:
        """The code of `text`, made when it is new."""
        code = self._codes[text]
        if code == len(self.texts):
            self.texts.append(text)
        return code

    def codes(self, texts: Iterable[str]) -> Ints:
        """The codes of `texts`, in their order."""
        if isinstance(texts, list) and self._are_new(texts):
            return np.arange(len(self.texts) - len(texts), len(self.texts))
        codes = np.fromiter(map(self._codes.__getitem__, texts), np.int64)
        fresh = len(self._codes) - len(self.texts)
        self.texts += [*islice(reversed(self._codes), fresh)][::-1]
        return codes

    def _are_new(self, texts: list[str]) -> bool:
        """Whether none of the texts was known, and each is there once; then they have got the next codes."""
        known, size = self._codes, len(self.texts)
        if not known.keys().isdisjoint(texts):
            return False
        known.update(zip(texts, range(size, size + len(texts)), strict=True))
        if len(known) < size + len(texts):
            for text in texts:
                known.pop(text, None)
            return False
        self.texts += texts
        return True

    def decode(self, codes: Ints) -> list[str]:
        """The texts of `codes`; "" where missing."""
        texts = self.texts
        if codes.size and codes.min() >= 0:
            return list(map(texts.__getitem__, codes.tolist()))
        return [texts[code] if code >= 0 else "" for code in codes.tolist()]


def _narrow(values: Array) -> Array:
    """Object integers as int64 where all of them fit."""
    if values.dtype != object:
        return values
    if values.size == 0 or (max(values.flat) <= LIMIT and min(values.flat) >= -LIMIT):
        return values.astype(np.int64)
    return values


def magnitude(values: Array | int) -> int:
    """The largest absolute value, 0 for none."""
    if isinstance(values, int):
        return abs(values)
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


class Number:
    """n exact numbers `num / den`, missing where `ok` is false (`ok` None: none is missing)."""

    __slots__ = ("_late", "den", "num", "ok")
    kind = "number"

    def __init__(self, num: Array, den: Array | int = 1, ok: Bools | None = None) -> None:
        self.num = num
        self.den = den
        self.ok = ok
        self._late: tuple[int, Callable[[], Number]] | None = None

    @staticmethod
    def late(size: int, den: int, make: Callable[[], Number]) -> Number:
        """A column of `size` rows over `den` that is made when somebody looks at its values."""
        number = Number.__new__(Number)
        number.den = den
        number._late = (size, make)
        return number

    def __getattr__(self, name: str) -> Any:
        """`num` and `ok` of a column that waits to be made."""
        if name not in ("num", "ok"):
            raise AttributeError(name)
        late = self._late
        if late is not None:  # else another thread has just made it
            made = late[1]()
            self.num, self.ok = made.num, made.ok
            self._late = None
        return object.__getattribute__(self, name)

    @property
    def size(self) -> int:
        """Number of rows."""
        late = self._late
        return self.num.size if late is None else late[0]

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return np.ones(self.size, bool) if self.ok is None else self.ok

    @property
    def places(self) -> int | None:
        """Decimals of a fixed-point column; None for a ratio."""
        return places_of(self.den) if isinstance(self.den, int) else None

    def take(self, rows: Array) -> Number:
        """The values of `rows` (indices or a mask)."""
        if self._late is not None and isinstance(self.den, int):
            size = int(np.count_nonzero(rows)) if rows.dtype == bool else rows.size
            return Number.late(size, self.den, lambda: Number(self.num, self.den, self.ok).take(rows))
        den = self.den if isinstance(self.den, int) else self.den[rows]
        num = self.num[rows] if rows.dtype == bool else self.num.take(rows)
        return Number(num, den, None if self.ok is None else self.ok[rows])

    def mask(self, ok: Bools) -> Number:
        """The same values, missing also where `ok` is false."""
        return Number(self.num, self.den, ok if self.ok is None else self.ok & ok)

    def settled(self, what: str) -> Number:
        """The column in int64. OverflowError names `what` where a value does not fit."""
        num = self._clean(self.num, 0)
        den: Array | int = self.den if isinstance(self.den, int) else self._clean(self.den, 1)
        num = _narrow(num)
        if not isinstance(den, int):
            den = _narrow(den)
        if num.dtype == object or (not isinstance(den, int) and den.dtype == object) or (isinstance(den, int) and den > LIMIT):
            reduced = _reduce(num, den)
            if reduced is None:
                raise OverflowError(what)
            num, den = reduced
        return Number(num, den, self.ok)

    def _clean(self, values: Array, fill: int) -> Array:
        """Values of missing rows say nothing: `fill` in their place."""
        return values if self.ok is None or self.ok.all() else np.where(self.ok, values, fill)


class Text:
    """n texts as codes of the replay's lexicon, -1 where missing."""

    __slots__ = ("_late", "codes")
    kind = "text"

    def __init__(self, codes: Ints) -> None:
        self.codes = codes
        self._late: tuple[int, Callable[[], Ints]] | None = None

    @staticmethod
    def late(size: int, make: Callable[[], Ints]) -> Text:
        """A column of `size` rows that is made when somebody looks at it."""
        text = Text.__new__(Text)
        text._late = (size, make)
        return text

    def __getattr__(self, name: str) -> Any:
        """The codes of a column that waits to be made."""
        if name != "codes":
            raise AttributeError(name)
        late = self._late
        if late is not None:  # else another thread has just made it
            self.codes = late[1]()
            self._late = None
        return object.__getattribute__(self, name)

    @property
    def size(self) -> int:
        """Number of rows."""
        late = self._late
        return self.codes.size if late is None else late[0]

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return self.codes >= 0

    def take(self, rows: Array) -> Text:
        """The values of `rows` (indices or a mask)."""
        return Text(self.codes[rows])

    def mask(self, ok: Bools) -> Text:
        """The same values, missing also where `ok` is false."""
        return Text(np.where(ok, self.codes, MISSING))


class Truth:
    """n truth values, missing where `ok` is false. `true` counts a missing one as false."""

    __slots__ = ("ok", "values")
    kind = "truth"

    def __init__(self, values: Bools, ok: Bools | None = None) -> None:
        self.values = values
        self.ok = ok

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.values.size

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return np.ones(self.size, bool) if self.ok is None else self.ok

    @property
    def true(self) -> Bools:
        """Where the value is there and true."""
        return self.values if self.ok is None else self.values & self.ok

    def take(self, rows: Array) -> Truth:
        """The values of `rows` (indices or a mask)."""
        return Truth(self.values[rows], None if self.ok is None else self.ok[rows])

    def mask(self, ok: Bools) -> Truth:
        """The same values, missing also where `ok` is false."""
        return Truth(self.values, ok if self.ok is None else self.ok & ok)


Vector: TypeAlias = Number | Text | Truth


def places_of(den: int) -> int | None:
    """The exponent of a power of ten, None for another integer."""
    places = len(str(den)) - 1
    return places if den == 10**places else None


def nothing(size: int) -> Number:
    """A column of missing values."""
    return Number(np.zeros(size, np.int64), 1, np.zeros(size, bool))


def of_kind(vector: Vector, kind: str) -> Vector:
    """The column; where it was computed of nothing but missing values, and so has no kind of its own, one of the kind `kind`."""
    if not isinstance(vector, Number) or kind not in ("text", "truth") or vector.present.any():
        return vector
    none = np.zeros(vector.size, bool)
    return Truth(none, none) if kind == "truth" else Text(np.full(vector.size, MISSING, np.int64))


def missing_like(vector: Vector, size: int) -> Vector:
    """A column of missing values of the kind of `vector`."""
    if isinstance(vector, Text):
        return Text(np.full(size, MISSING, np.int64))
    if isinstance(vector, Truth):
        return Truth(np.zeros(size, bool), np.zeros(size, bool))
    return nothing(size)


def of_one_kind(vectors: Sequence[Vector]) -> list[Vector]:
    """The same columns, those that are missing throughout as the kind of the others.

    Raises:
        TypeError: columns with values are of different kinds.
    """
    kinds = {type(vector): vector for vector in vectors if vector.present.any()}
    if len(kinds) > 1:
        raise TypeError("columns of different kinds: " + ", ".join(sorted(kind.kind for kind in kinds)))
    like = next(iter(kinds.values()), vectors[0])
    return [vector if type(vector) is type(like) else missing_like(like, vector.size) for vector in vectors]


def constant(value: int, size: int, places: int = 0) -> Number:
    """`value / 10**places` in every row."""
    return Number(np.full(size, value, np.int64 if abs(value) <= LIMIT else object), 10**places)


def both(a: Bools | None, b: Bools | None) -> Bools | None:
    """Where both are there."""
    if a is None:
        return b
    return a if b is None else a & b


def _reduce(num: Array, den: Array | int) -> tuple[Array, Array | int] | None:
    """The fractions in lowest terms as int64, None where they do not fit."""
    from math import gcd

    wide = np.full(num.size, den, object) if isinstance(den, int) else den.astype(object)
    pairs = [(n, d, gcd(n, d)) for n, d in zip(num.tolist(), wide.tolist(), strict=True)]
    tops = [n // g for n, d, g in pairs]
    bottoms = [d // g for n, d, g in pairs]
    if any(abs(n) > LIMIT for n in tops) or any(d > LIMIT for d in bottoms):
        return None
    return np.array(tops, np.int64), np.array(bottoms, np.int64)


def order_keys(vector: Vector, *, descending: bool) -> list[Ints]:
    """Integer columns that sort as the values do, best first when smaller is better; missing values last.

    The first key parts missing from present. Ratios with denominators below 2**31 get three keys: the whole part and two
    times 31 binary digits of the rest, which parts any two different ratios (they differ by more than 2**-62).
    """
    ok = vector.present
    keys: list[Ints]
    if isinstance(vector, Text):
        keys = [vector.codes]
    elif isinstance(vector, Truth):
        keys = [vector.true.astype(np.int64)]
    else:
        value = vector.settled("order")
        num = value.num.astype(np.int64)
        if isinstance(value.den, int):
            keys = [num]
        elif magnitude(value.den) < 2**31:
            den = value.den.astype(np.int64)
            whole, rest = np.divmod(num, den)
            first, rest = np.divmod(rest << 31, den)
            keys = [whole, first, (rest << 31) // den]
        else:
            keys = [_fraction_codes(value)]
    if descending:
        keys = [-key for key in keys]
    if ok.all():
        return keys
    return [(~ok).astype(np.int64), *(np.where(ok, key, 0) for key in keys)]


def _fraction_codes(value: Number) -> Ints:
    """Dense codes of ratios whose denominators are large."""
    from fractions import Fraction

    assert not isinstance(value.den, int)
    pairs = [Fraction(n, d) for n, d in zip(value.num.tolist(), value.den.tolist(), strict=True)]
    codes = {f: i for i, f in enumerate(sorted(set(pairs)))}
    return np.fromiter((codes[f] for f in pairs), np.int64, len(pairs))


def lengths(starts: Ints, size: int) -> Ints:
    """How long the pieces are that begin at `starts`, the last of which goes to the end of `size` rows (np.diff takes its time)."""
    found = np.empty(starts.size, np.int64)
    np.subtract(starts[1:], starts[:-1], out=found[:-1])
    found[-1:] = size - starts[-1:]
    return found


CELLS, BESIDE = 8, 4096
"""A table over every place that a key can have is made where it has at most so many cells a key, and so many besides."""


def fits(cells: int, keys: int) -> bool:
    """Whether a table of so many cells is cheaper than sorting the keys."""
    return cells <= CELLS * keys + BESIDE


def small(codes: Ints) -> bool:
    """Whether a table over the codes' range is cheaper than sorting them."""
    return codes.size > 0 and fits(int(codes.max()), codes.size)


def distinct_codes(codes: Ints) -> tuple[Ints, Ints]:
    """The different values of `codes` (≥ -1) in ascending order, and for each row which of them it is."""
    if not small(codes):
        distinct, inverse = np.unique(codes, return_inverse=True)
        return distinct, inverse.reshape(codes.size).astype(np.int64, copy=False)
    there = np.zeros(int(codes.max()) + 2, bool)
    there[codes] = True  # -1 is the last one
    there = np.append(there[-1:], there[:-1])
    place = np.cumsum(there) - 1
    return np.flatnonzero(there) - 1, place[codes + 1]


def dense(keys: Sequence[Array], size: int) -> Ints:
    """Dense codes 0, 1, … of the rows in the order of `keys` (the first key counts most); equal rows share a code."""
    if not keys or size == 0:
        return np.zeros(size, np.int64)
    if len(keys) == 1:
        return np.unique(keys[0], return_inverse=True)[1].reshape(size).astype(np.int64)
    order = np.lexsort(tuple(reversed(keys)))
    changed = np.zeros(size, bool)
    for key in keys:
        ordered = key[order]
        changed[1:] |= ordered[1:] != ordered[:-1]
    codes = np.empty(size, np.int64)
    codes[order] = np.cumsum(changed)
    return codes


@lru_cache(1 << 14)  # the marks of one part of a log are those of the next
def parse_decimal(text: str) -> tuple[int, int] | None:
    """`text` as (integer, places) with value integer / 10**places, or None when it is no plain decimal number.

    Digits with an optional sign, point and exponent, at most 40 characters, at most 18 places; a full-width digit, a space,
    NaN or Infinity is no number here.
    """
    if len(text) > 40 or not text.isascii():
        return None
    body, _, exponent = text.replace("E", "e").partition("e")
    shift = 0
    if exponent or "e" in text or "E" in text:
        digits = exponent.lstrip("+-")
        if not digits.isdigit() or len(digits) > 3:
            return None
        shift = int(exponent)
    whole, point, part = body.partition(".")
    sign = -1 if whole.startswith("-") else 1
    whole = whole[1:] if whole[:1] in ("-", "+") else whole
    if not (whole or part) or (whole and not whole.isdigit()) or (part and not part.isdigit()) or (point and not part and not whole):
        return None
    value, places = sign * int((whole + part) or "0"), len(part) - shift
    while places > 0 and value % 10 == 0:
        value, places = value // 10, places - 1
    if places < 0:
        value, places = value * 10**-places, 0
    return (value, places) if places <= 18 and abs(value) <= LIMIT else None
