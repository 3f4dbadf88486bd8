"""Standings: each competition's groups in order, the ranked first, then the others with what keeps them out. All as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.stage import Scored
from scoring_engine.scoring.tables import key_ints, pack
from scoring_engine.scoring.vectors import LIMIT, Array, Ints, Number, Text, Truth, Vector, magnitude
from scoring_engine.season.columns import ColumnTable, DecimalColumn, ResultColumn, TextColumn, WholeColumn, stacked
from scoring_engine.season.forms import AFTER, LEADING, measures_shown, places_shown
from scoring_engine.season.heads import columns_of
from scoring_engine.season.spelling import Spelled, Stacked

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import StagePlan
    from scoring_engine.season.opening import Openings
    from scoring_engine.season.settled import Settled


# --- single columns -----------------------------------------------------------------------------------------------------------


def texts(batch: Batch, vector: Vector, places: int | None, fallback: int) -> list[str | None]:
    """The values as people read them: decimals with `places` places (None: those that they are stored with), exact ratios rounded
    half up at `fallback` for showing."""
    if isinstance(vector, Number) and places is None:
        places = vector.places if vector.places is not None else fallback
    return shown(batch, vector, places or 0).values()


def shown(batch: Batch, vector: Vector, places: int) -> TextColumn | DecimalColumn:
    """The values as a result shows them: numbers with `places` places, rounded half up for showing where they have more."""
    if isinstance(vector, Text):
        return TextColumn(vector.codes, batch.lexicon.texts)
    if isinstance(vector, Truth):
        words = batch.lexicon.codes(["false", "true"])
        return TextColumn(np.where(vector.present, words[vector.true.astype(np.int64)], -1), batch.lexicon.texts)
    return DecimalColumn(_fixed(vector, places), places, vector.present)


def _fixed(value: Number, places: int) -> Ints:
    """num / den times 10**places, its half away from zero; 0 where missing."""
    num: Array = value.num if value.ok is None else np.where(value.ok, value.num, 0)
    own = value.places
    if own is not None and own <= places and magnitude(num) * 10 ** (places - own) <= LIMIT:
        return np.asarray(num * 10 ** (places - own), np.int64)
    den: Array | int = value.den
    if not isinstance(den, int) and value.ok is not None:
        den = np.where(value.ok, den, 1)
    if num.dtype == object or (magnitude(num) + 1) * 2 * 10**places > LIMIT or magnitude(den) > LIMIT // 4:
        num, den = num.astype(object), den if isinstance(den, int) else den.astype(object)
    whole, rest = np.divmod(abs(num) * 10**places, den)
    whole = whole + (2 * rest >= den)
    signed = np.where(num < 0, -whole, whole)
    if signed.dtype == object and magnitude(signed) > LIMIT:
        raise OverflowError("a value is too large to be shown")
    return signed.astype(np.int64)


def time_texts(batch: Batch, vector: Number) -> TextColumn:
    """Times as ISO texts, days without a clock."""
    times, back = np.unique(np.where(vector.present, vector.num, 0).astype(np.int64), return_inverse=True)
    said = np.datetime_as_string(times.astype("M8[us]"), unit="s").tolist() if times.size else []
    codes = batch.lexicon.codes(text.removesuffix("T00:00:00") for text in said)
    return TextColumn(np.where(vector.present, codes[back.reshape(vector.size)], -1), batch.lexicon.texts)


def scopes(batch: Batch) -> list[str]:
    """The text of the ranked_within values of each contestant."""
    return batch.lexicon.decode(_scopes(batch))


def _scopes(batch: Batch) -> Ints:
    """The same as codes."""
    table = batch.tables["contestants"]
    columns = [table.columns[name] for name in batch.stage["ranking"]["within"]]
    if not columns:
        return np.full(table.size, batch.lexicon.code(""), np.int64)
    _, first, back = np.unique(pack([_dense(column) for column in columns]), return_index=True, return_inverse=True)
    parts = [key_texts(batch, column.take(first)) for column in columns]
    return batch.lexicon.codes(" / ".join(values) for values in zip(*parts, strict=True))[back.reshape(table.size)]


def _dense(column: Vector) -> Ints:
    """Codes from 0 that are equal where the values are, a missing one being a value like any other."""
    return np.unique(key_ints([column])[0], return_inverse=True)[1].reshape(column.size).astype(np.int64)


# --- one batch ----------------------------------------------------------------------------------------------------------------


class Listed:
    """The contestants of a batch as its standings list them.

    rows          int64 (n,), rows of the table of contestants in the order of the list
    competition   int64 (n,), index of the competition in the batch, ascending
    leading       the columns of `LEADING`, without the competition
    """

    def __init__(self, scored: Scored) -> None:
        self._scored = scored
        self.batch = batch = scored.batch
        table, lexicon = batch.tables["contestants"], batch.lexicon
        rank = table.columns["rank"]
        assert isinstance(rank, Number)
        scope = _scopes(batch)
        self.rows = order_of_rows(batch, scope)
        self.competition = table.competition[self.rows]
        ranks = rank.take(self.rows)
        self._measures: dict[str, ResultColumn] = {}

        def text(name: str) -> TextColumn:
            column = table.columns[name]
            assert isinstance(column, Text)
            return TextColumn(column.codes[self.rows], lexicon.texts)

        self.leading: list[ResultColumn] = [
            TextColumn(np.full(self.rows.size, lexicon.code(batch.stage["id"])), lexicon.texts),
            TextColumn(scope[self.rows], lexicon.texts),
            text("contestant"),
            text("name"),
            WholeColumn(np.asarray(ranks.num, np.int64), ranks.present),
            text("status"),
            self._total(),
            text("decided_by"),
        ]

    @property
    def measures(self) -> list[str]:
        """The measures of the stage that are shown."""
        return [measure["name"] for measure in measures_shown(self.batch.stage)]

    def spelled(self, members: Ints, opened: Openings, names: Sequence[str]) -> Spelled:
        """The rows spelled, those of each of the competitions `members` being a group: in CSV with the columns `names` as measures,
        in JSON with the measures of the stage."""
        competition, known = members[self.competition], self.batch.tables["contestants"].columns
        leading = [TextColumn(opened.id_codes[competition], self.batch.lexicon.texts), *self.leading]
        columns = [*leading, *(self.measure(name) if name in known else None for name in names)]
        same = [name for name in names if name in known] == self.measures
        return Spelled(columns, competition, None if same else [*leading, *map(self.measure, self.measures)])

    def measure(self, name: str) -> ResultColumn:
        """A column of the list by its name; missing throughout where the stage has no such column."""
        if name not in self._measures:
            self._measures[name] = self._measure(name)
        return self._measures[name]

    def _measure(self, name: str) -> ResultColumn:
        batch, table = self.batch, self.batch.tables["contestants"]
        plan = next((measure for measure in batch.stage["measures"] if measure["name"] == name), None)
        vector = table.columns.get(name)
        if vector is None:
            return self._missing()
        vector = vector.take(self.rows)
        if plan is not None and plan["kind"] == "time" and isinstance(vector, Number):
            return time_texts(batch, vector)
        if plan is not None:
            return shown(batch, vector, places_shown(batch.stage, plan["places"]))
        return shown(batch, vector, places_shown(batch.stage, vector.places if isinstance(vector, Number) else None))

    def _total(self) -> ResultColumn:
        """The measure `total` where the stage has one, else the first measure that ranks the competition."""
        if any(measure["name"] == "total" for measure in self.batch.stage["measures"]):
            return self.measure("total")
        leading = self._scored.ranked.leading
        names = [name for name in dict.fromkeys(leading) if name is not None]
        parts = [*(self.measure(name) for name in names), self._missing()]
        if len(parts) == 2 and None not in leading:
            return parts[0]
        which = {name: number for number, name in enumerate([*names, None])}
        wanted = np.array([which[name] for name in leading], np.int64)[self.competition]
        return stacked(parts, self.batch.lexicon).take(wanted * self.rows.size + np.arange(self.rows.size))

    def _missing(self) -> TextColumn:
        return TextColumn(np.full(self.rows.size, -1, np.int64), self.batch.lexicon.texts)


def order_of_rows(batch: Batch, scope: Ints) -> Ints:
    """The rows of the contestants in the order in which a table lists them: by competition, group, place, and what keeps out."""
    table = batch.tables["contestants"]
    position, rank, status = (table.columns[name] for name in ("@position", "rank", "status"))
    assert isinstance(position, Number)
    assert isinstance(rank, Number)
    assert isinstance(status, Text)
    keys, place, ranked = [table.competition], position.num.astype(np.int64), rank.present
    if (scope[1:] != scope[:-1]).any():
        turn = {text: n for n, text in enumerate(sorted(batch.lexicon.decode(_used(batch, scope))))}
        keys.append(_by_text(batch, scope, turn.__getitem__))
    if not ranked.all():
        after = {name: n for n, name in enumerate(AFTER)}
        place = np.where(ranked, place, _by_text(batch, status.codes, lambda text: after.get(text, 99)))
        keys.append((~ranked).astype(np.int64))
    return np.argsort(pack([*keys, place]), kind="stable")


def _used(batch: Batch, codes: Ints) -> Ints:
    """The distinct codes, ascending; -1 for missing comes last."""
    known = np.zeros(len(batch.lexicon.texts) + 1, bool)
    known[codes] = True
    found = np.flatnonzero(known)
    return np.where(found == known.size - 1, -1, found)


def _by_text(batch: Batch, codes: Ints, value: Callable[[str], int]) -> Ints:
    """A number for each code, asked for once for each distinct text."""
    distinct = _used(batch, codes)
    numbers = np.empty(len(batch.lexicon.texts) + 1, np.int64)
    numbers[distinct] = [value(text) for text in batch.lexicon.decode(distinct)]
    return numbers[codes]


# --- the whole table ----------------------------------------------------------------------------------------------------------


def standings(settled: Sequence[Settled], opened: Openings, stages: Sequence[StagePlan] | None = None) -> ColumnTable:
    """The standings of all competitions in the order in which they were opened. `stages` give the columns of the measures, None:
    the stages of the batches."""
    columns = columns_of([one.scored.batch.stage for one in settled] if stages is None else stages)
    if not settled:
        return ColumnTable.empty(columns)
    names = [info.name for info in columns[len(LEADING) :]]

    def arrays() -> list[ResultColumn]:
        lexicon = settled[0].scored.batch.lexicon
        competition = np.concatenate([one.members[one.listed.competition] for one in settled])
        whole: list[ResultColumn] = [TextColumn(opened.id_codes[competition], lexicon.texts)]
        whole += (stacked(parts, lexicon) for parts in zip(*(one.listed.leading for one in settled), strict=True))
        whole += (stacked([one.listed.measure(name) for one in settled], lexicon) for name in names)
        if len(settled) == 1:
            return whole
        order = np.argsort(competition, kind="stable")
        return [array.take(order) for array in whole]

    def spelled() -> Spelled | Stacked:
        """Batch by batch, with the measures of its stage in JSON, of which digests are made."""
        parts = [one.listed.spelled(one.members, opened, names) for one in settled]
        return parts[0] if len(parts) == 1 else Stacked(parts, lambda: Spelled(table.arrays, np.zeros(len(table), np.int64)))

    table = ColumnTable(columns, arrays, spelled)
    return table
