"""The standings after each round: the same log, cut after each value of a field, replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.scoring.vectors import parse_decimal
from scoring_engine.season.result import ColumnInfo, Replay, Table

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.scoring.vectors import Bools

AFTER = "after"


def after_each(log: Log, field: str, replay: Callable[[Log], Replay]) -> Table:
    """The standings after each value of `field` (a field of records or a key of the sheet), with the value in the first column.

    Values count in numerical order where all are numbers, else in the order in which they appear first. An event without the
    field always counts.

    Raises:
        InputError: no event has the field.
    """
    order = _values(log, field)
    if not order:
        raise InputError(Message("no event has the field {field}; --each takes a field of records or a key of the sheet", {"field": field}))
    columns: list[ColumnInfo] = []
    rows: list[tuple[Any, ...]] = []
    for place, value in enumerate(order):
        table = replay(log.select(_through(log, field, {v: n for n, v in enumerate(order)}, place))).standings
        columns = [ColumnInfo(AFTER), *table.columns]
        rows += [(value, *row) for row in table.rows]
    return Table(columns, rows)


def _values(log: Log, field: str) -> list[str]:
    """The values of the field in their order."""
    seen: dict[str, int] = {}
    for frame in log.frames.values():
        column = frame.columns.get(field)
        if column is not None:
            for code in np.unique(column.codes[column.codes >= 0]).tolist():
                first = int(frame.rows[np.flatnonzero(column.codes == code)[0]])
                seen[column.texts[code]] = min(first, seen.get(column.texts[code], first))
    numbers = {value: parse_decimal(value) for value in seen}
    if all(number is not None for number in numbers.values()):
        return sorted(seen, key=lambda value: _scaled(numbers[value]))
    return sorted(seen, key=seen.__getitem__)


def _scaled(number: tuple[int, int] | None) -> int:
    """A decimal as an integer of 18 places."""
    return 0 if number is None else int(number[0] * 10 ** (18 - number[1]))


def _through(log: Log, field: str, order: dict[str, int], place: int) -> Bools:
    """The events up to the value at `place`."""
    mask = np.ones(log.size, bool)
    for frame in log.frames.values():
        column = frame.columns.get(field)
        if column is not None:
            later = np.array([order.get(text, -1) > place for text in column.texts] + [False], bool)
            mask[frame.rows[later[column.codes]]] = False
    return mask
