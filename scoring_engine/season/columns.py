"""The tables of a result as columns: codes with their texts, whole numbers, and decimals as integers with their places.

A million rows are a few arrays; rows of texts, as people and reports read them, are made when somebody asks for them. Decimals are
exact: `num / 10**places`, the places being those that the rulebook declares for the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from scoring_engine.scoring.vectors import LIMIT, Bools, Ints, Lexicon, magnitude
from scoring_engine.season.forms import decimal_text
from scoring_engine.season.result import ColumnInfo, Table

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import StagePlan
    from scoring_engine.season.result import Replay
    from scoring_engine.season.spelling import Spelled, Stacked


class TextColumn:
    """n texts. codes int64 (n,), indices into `texts`, -1 where there is none. `texts` may hold others too."""

    __slots__ = ("codes", "texts")

    def __init__(self, codes: Ints, texts: list[str]) -> None:
        self.codes = codes
        self.texts = texts

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.codes.size

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return self.codes >= 0

    def take(self, rows: Ints) -> TextColumn:
        """The values of `rows`."""
        return TextColumn(self.codes[rows], self.texts)

    def values(self) -> list[str | None]:
        """The text of each row, None where there is none."""
        texts = self.texts
        return [texts[code] if code >= 0 else None for code in self.codes.tolist()]


class WholeColumn:
    """n whole numbers. num int64 (n,), ok bool (n,): where one is there (None: everywhere)."""

    __slots__ = ("num", "ok")

    def __init__(self, num: Ints, ok: Bools | None = None) -> None:
        self.num = num
        self.ok = ok

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.num.size

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return np.ones(self.size, bool) if self.ok is None else self.ok

    def take(self, rows: Ints) -> WholeColumn:
        """The values of `rows`."""
        return WholeColumn(self.num[rows], None if self.ok is None else self.ok[rows])

    def values(self) -> list[int | None]:
        """The number of each row, None where there is none."""
        return [number if there else None for number, there in zip(self.num.tolist(), self.present.tolist(), strict=True)]


class DecimalColumn:
    """n decimals num / 10**places. num int64 (n,), places int64 (n,) or one for all, ok bool (n,): where one is there."""

    __slots__ = ("num", "ok", "places")

    def __init__(self, num: Ints, places: Ints | int, ok: Bools) -> None:
        self.num = num
        self.places = places
        self.ok = ok

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.num.size

    @property
    def present(self) -> Bools:
        """Where a value is there."""
        return self.ok

    def take(self, rows: Ints) -> DecimalColumn:
        """The values of `rows`."""
        places = self.places if isinstance(self.places, int) else self.places[rows]
        return DecimalColumn(self.num[rows], places, self.ok[rows])

    def each_places(self) -> Ints:
        """The places of each row."""
        return np.full(self.size, self.places, np.int64) if isinstance(self.places, int) else self.places

    def scaled(self, places: int) -> Ints:
        """The values times 10**places, exactly; 0 where there is none.

        Raises:
            OverflowError: one does not fit into 64 bits, or has more places.
        """
        num = np.where(self.ok, self.num, 0)
        short = places - np.where(self.ok, self.places, places)
        if num.size and (int(short.min()) < 0 or magnitude(num) * 10 ** int(short.max()) > LIMIT):
            raise OverflowError(f"a decimal does not fit into a column of {places} places")
        return num if not short.any() else num * 10**short

    def values(self) -> list[str | None]:
        """The decimal of each row with all of its places, None where there is none."""
        rows = zip(self.num.tolist(), self.each_places().tolist(), self.ok.tolist(), strict=True)
        return [decimal_text(num, places) if there else None for num, places, there in rows]


def text_column(values: Sequence[str]) -> TextColumn:
    """A column of these texts."""
    codes: dict[str, int] = {}
    return TextColumn(np.fromiter((codes.setdefault(value, len(codes)) for value in values), np.int64, len(values)), list(codes))


ResultColumn: TypeAlias = TextColumn | WholeColumn | DecimalColumn


def stacked(parts: Sequence[ResultColumn], lexicon: Lexicon) -> ResultColumn:
    """Columns under each other. Where some hold texts and others numbers, all become texts."""
    if len(parts) == 1:
        return parts[0]
    kinds = {type(part) for part in parts if part.present.any()} or {type(parts[0])}
    if kinds == {WholeColumn}:
        whole = [part if isinstance(part, WholeColumn) else WholeColumn(_zeros(part), part.present) for part in parts]
        return WholeColumn(np.concatenate([part.num for part in whole]), np.concatenate([part.present for part in whole]))
    if kinds == {DecimalColumn}:
        decimals = [part if isinstance(part, DecimalColumn) else DecimalColumn(_zeros(part), 0, part.present) for part in parts]
        different = {part.places for part in decimals if isinstance(part.places, int)}
        one = len(different) == 1 and all(isinstance(part.places, int) for part in decimals)
        places = different.pop() if one else np.concatenate([part.each_places() for part in decimals])
        return DecimalColumn(np.concatenate([part.num for part in decimals]), places, np.concatenate([part.ok for part in decimals]))
    return TextColumn(np.concatenate([_coded(part, lexicon) for part in parts]), lexicon.texts)


def _zeros(column: ResultColumn) -> Ints:
    return np.zeros(column.size, np.int64)


def _coded(column: ResultColumn, lexicon: Lexicon) -> Ints:
    """The values as codes of the lexicon."""
    if isinstance(column, TextColumn) and column.texts is lexicon.texts:
        return column.codes
    return np.array([-1 if value is None else lexicon.code(str(value)) for value in column.values()], np.int64)


class ColumnTable(Table):
    """A table of the result as columns: `arrays` by name, in the order of `columns`. Its rows are made when they are asked for.

    arrays    or what makes them, when somebody asks for them
    spelled   makes the rows as bytes, those of a competition being a group; None: of `arrays`, all in one group
    """

    __slots__ = ("_arrays", "_spelled")

    def __init__(
        self,
        columns: list[ColumnInfo],
        arrays: Sequence[ResultColumn] | Callable[[], Sequence[ResultColumn]],
        spelled: Callable[[], Spelled | Stacked] | None = None,
    ) -> None:
        super().__init__(columns)
        self._arrays = arrays
        self._spelled: Spelled | Stacked | Callable[[], Spelled | Stacked] | None = spelled

    @property
    def arrays(self) -> Sequence[ResultColumn]:
        """The columns."""
        if callable(self._arrays):
            self._arrays = self._arrays()
        return self._arrays

    @classmethod
    def empty(cls, columns: list[ColumnInfo]) -> ColumnTable:
        """A table without rows."""
        none = np.zeros(0, np.int64)
        return cls(columns, [WholeColumn(none) if info.kind == "integer" else TextColumn(none, []) for info in columns])

    def __len__(self) -> int:
        return self.arrays[0].size

    @property
    def spelled(self) -> Spelled | Stacked:
        """The rows as bytes, made once for whoever asks for them."""
        if self._spelled is None:
            from scoring_engine.season.spelling import Spelled

            self._spelled = Spelled(self.arrays, np.zeros(len(self), np.int64))
        elif callable(self._spelled):
            self._spelled = self._spelled()
        return self._spelled

    def column(self, name: str) -> ResultColumn:
        """The column of that name."""
        return self.arrays[self.names.index(name)]

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """A tuple of texts, whole numbers and None for each row."""
        if self._rows is None:
            self._rows = list(zip(*(array.values() for array in self.arrays), strict=True))
        return self._rows


def tables(replay: Replay, stages: Iterable[StagePlan] | None = None) -> dict[str, ColumnTable]:
    """The tables standings, decisions, rejected, notices and competitions of a replay, competitions with their digests.

    `stages` are those whose measures have columns in the standings, so that the parts of one run all have the same columns; None:
    those of the competitions in the log.
    """
    from scoring_engine.season.standings import standings

    return {
        "standings": replay.standings if stages is None else standings(replay.settled, replay.opened, list(stages)),
        "decisions": replay.decisions,
        "rejected": replay.rejected,
        "notices": replay.notices,
        "competitions": replay.listed,
    }
