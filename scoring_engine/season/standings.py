"""Standings as rows: each competition's groups in order, the ranked first, then the others with what keeps them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.desk import STATUSES
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.stage import Scored
from scoring_engine.scoring.vectors import Number, Text, Truth, Vector
from scoring_engine.season.result import ColumnInfo, Table

LEADING = ("competition", "stage", "scope", "contestant", "name", "rank", "status", "total", "decided_by")
AFTER = ("ranked", *STATUSES[1:], "unscored", "unranked")
"""The order in which statuses are listed."""


def texts(batch: Batch, vector: Vector, places: int | None, fallback: int) -> list[str | None]:
    """The values as people read them: decimals with `places` places, exact ratios rounded half up at `fallback` for showing."""
    if isinstance(vector, Text):
        return [None if code < 0 else batch.lexicon.texts[code] for code in vector.codes.tolist()]
    present = vector.present.tolist()
    if isinstance(vector, Truth):
        return [("true" if value else "false") if ok else None for value, ok in zip(vector.values.tolist(), present, strict=True)]
    shown = places if places is not None else vector.places if vector.places is not None else fallback
    return [fixed_text(n, d, shown) if ok else None for n, d, ok in zip(vector.num.tolist(), _dens(vector), present, strict=True)]


def _dens(vector: Number) -> list[int]:
    return [vector.den] * vector.size if isinstance(vector.den, int) else vector.den.tolist()


def fixed_text(num: int, den: int, places: int) -> str:
    """num/den with exactly `places` decimals, rounded half up for showing where it has more."""
    scaled = abs(num) * 10**places
    whole, rest = divmod(scaled, den)
    whole += 2 * rest >= den
    sign = "-" if num < 0 and whole else ""
    digits = str(whole).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def time_texts(vector: Number) -> list[str | None]:
    """Times as ISO texts."""
    shown = np.datetime_as_string(vector.num.astype("M8[us]"), unit="s").tolist() if vector.size else []
    return [text.removesuffix("T00:00:00") if ok else None for text, ok in zip(shown, vector.present.tolist(), strict=True)]


def scopes(batch: Batch) -> list[str]:
    """The text of the ranked_within values of each contestant."""
    table = batch.tables["contestants"]
    columns = [key_texts(batch, table.columns[name]) for name in batch.stage["ranking"]["within"]]
    return [" / ".join(values) for values in zip(*columns, strict=True)] if columns else [""] * table.size


def measure_columns(batches: Sequence[Batch]) -> list[ColumnInfo]:
    """The measures of all stages, each name once, in the order of the rulebooks."""
    columns: dict[str, ColumnInfo] = {}
    for batch in batches:
        for measure in batch.stage["measures"]:
            if measure["show"] and measure["name"] not in LEADING:
                kind = "number" if measure["kind"] == "number" else "text"
                columns.setdefault(measure["name"], ColumnInfo(measure["name"], measure["label"], kind, measure["places"]))
    return list(columns.values())


def standings(scored: Sequence[Scored], order: Sequence[str]) -> Table:
    """The standings of all competitions, in the order `order` of their ids."""
    measures = measure_columns([s.batch for s in scored])
    columns = [ColumnInfo(name, None, {"rank": "integer", "total": "number"}.get(name, "text")) for name in LEADING] + measures
    by_competition: dict[str, list[tuple[Any, ...]]] = {}
    for one in scored:
        for competition, row in _rows(one, measures):
            by_competition.setdefault(competition, []).append(row)
    return Table(columns, [row for name in order for row in by_competition.get(name, [])])


def _rows(scored: Scored, measures: Sequence[ColumnInfo]) -> list[tuple[str, tuple[Any, ...]]]:
    """The rows of one batch, sorted within each competition."""
    batch = scored.batch
    table = batch.tables["contestants"]
    shown = _shown(batch, [m.name for m in measures])
    rank = table.columns["rank"]
    assert isinstance(rank, Number)
    ranks = [n if ok else None for n, ok in zip(rank.num.tolist(), rank.present.tolist(), strict=True)]
    status = texts(batch, table.columns["status"], None, 0)
    scope = scopes(batch)
    totals = _totals(scored)
    listed = order_of_rows(batch, scope, ranks, status)
    names = [batch.competitions[c] for c in table.competition.tolist()]
    leading: list[Sequence[Any]] = [
        names,
        [batch.stage["id"]] * table.size,
        scope,
        texts(batch, table.columns["contestant"], None, 0),
        texts(batch, table.columns["name"], None, 0),
        ranks,
        status,
        totals,
        texts(batch, table.columns["decided_by"], None, 0),
    ]
    rows = list(zip(*leading, *shown, strict=True))
    return [(names[i], rows[i]) for i in listed]


def _totals(scored: Scored) -> list[str | None]:
    """The measure `total` where the stage has one, else the first measure that ranks the competition."""
    batch, table = scored.batch, scored.batch.tables["contestants"]
    own = any(measure["name"] == "total" for measure in batch.stage["measures"])
    names = ["total" if own else name for name in scored.ranked.leading]
    columns = {name: _shown(batch, [name])[0] for name in dict.fromkeys(names) if name is not None}
    wanted = [names[competition] for competition in table.competition.tolist()]
    return [None if name is None else columns[name][row] for row, name in enumerate(wanted)]


def _shown(batch: Batch, names: Sequence[str]) -> list[list[str | None]]:
    """Columns of the contestants' table as texts; None throughout where the stage has no such measure."""
    table = batch.tables["contestants"]
    plans = {measure["name"]: measure for measure in batch.stage["measures"]}
    fallback = batch.stage["rounding"]["places"]
    result: list[list[str | None]] = []
    for name in names:
        plan, vector = plans.get(name), table.columns.get(name)
        if vector is None or (plan is None and name not in table.columns):
            result.append([None] * table.size)
        elif plan is not None and plan["kind"] == "time" and isinstance(vector, Number):
            result.append(time_texts(vector))
        else:
            result.append(texts(batch, vector, None if plan is None else plan["places"], fallback))
    return result


def order_of_rows(batch: Batch, scope: Sequence[str], ranks: Sequence[int | None], status: Sequence[str | None]) -> list[int]:
    """Row numbers in the order in which a table lists them."""
    table = batch.tables["contestants"]
    position = table.columns["@position"]
    assert isinstance(position, Number)
    after = {name: n for n, name in enumerate(AFTER)}
    keys = zip(table.competition.tolist(), scope, ranks, position.num.tolist(), status, strict=True)
    return [
        i
        for _, i in sorted(((c, s, r is None, p if r is not None else after.get(t or "", 99)), i) for i, (c, s, r, p, t) in enumerate(keys))
    ]
