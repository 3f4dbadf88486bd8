"""What competitions send to one another: bonus, bars, advancement.

A consequence with `to: link` goes to the competition that the sender's `opened` event names under that link. It arrives as
rows of the receiver's tables bonuses, barred and advanced, in place of any copy of them that the log holds; whoever advances
is entered in the receiver's list, with the roster fields that both stages know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.choosing import merged
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Number, Text, Vector, nothing
from scoring_engine.season.opening import Opened


class Sent(NamedTuple):
    """One thing sent.

    kind        bonus, barred or advanced
    target      id of the competition that receives it
    contestant  id of the recipient
    value       (integer, places) of a bonus
    honours     of a bar
    row         row of the sender's contestant in its table, for what travels along
    carry       the measures that travel along
    own         whether the recipient is the sender's contestant itself
    """

    kind: str
    target: str
    contestant: str
    source: str
    rule: str
    value: tuple[int, int] | None
    honours: tuple[str, ...]
    row: int
    carry: tuple[str, ...]
    own: bool
    batch: Batch


class Carrier:
    """Collects what is sent and hands it to the receivers."""

    def __init__(self, opened: Iterable[Opened]) -> None:
        self._links = {o.id: o.feeds for o in opened}
        self._waiting: dict[str, list[Sent]] = {}

    def target(self, competition: str, link: str) -> str | None:
        """The competition that a link leads to, None where the sender does not name one."""
        return self._links.get(competition, {}).get(link)

    def send(self, sent: Iterable[Sent]) -> None:
        """Keep what is sent until the receiver is computed."""
        for one in sent:
            self._waiting.setdefault(one.target, []).append(one)

    def incoming(self, batch: Batch) -> dict[str, Table]:
        """The rows that wait for the competitions of a batch, by table."""
        rows = [(index, one) for index, name in enumerate(batch.competitions) for one in self._waiting.get(name, ())]
        tables = {}
        for kind, make in (("bonus", _bonuses), ("barred", _barred), ("advanced", _advanced)):
            mine = [(index, one) for index, one in rows if one.kind == kind]
            if mine:
                table = make(batch, mine)
                tables[table.name] = table
        advanced = [(index, one) for index, one in rows if one.kind == "advanced"]
        if advanced:
            tables["contestants"] = _entrants(batch, advanced)
        return tables


Arrivals = Sequence[tuple[int, Sent]]


def _base(batch: Batch, rows: Arrivals) -> dict[str, Vector]:
    """The columns that all arrivals have."""
    code = batch.lexicon.code
    texts = {name: [getattr(one, name) for _, one in rows] for name in ("contestant", "source", "rule")}
    return {name: Text(np.array([code(text) for text in column], np.int64)) for name, column in texts.items()}


def _competition(rows: Arrivals) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([index for index, _ in rows], np.int64)


def _bonuses(batch: Batch, rows: Arrivals) -> Table:
    values = [one.value or (0, 0) for _, one in rows]
    places = max(p for _, p in values)
    num = np.array([n * 10 ** (places - p) for n, p in values], np.int64)
    return Table("bonuses", _competition(rows), _base(batch, rows) | {"value": Number(num, 10**places)})


def _barred(batch: Batch, rows: Arrivals) -> Table:
    each = [(index, one, honour) for index, one in rows for honour in one.honours]
    spread = [(index, one) for index, one, _ in each]
    honours = np.array([batch.lexicon.code(honour) for _, _, honour in each], np.int64)
    return Table("barred", _competition(spread), _base(batch, spread) | {"honour": Text(honours)})


def _advanced(batch: Batch, rows: Arrivals) -> Table:
    """Source, stage and rank there, and the measures that travel along."""
    columns = _base(batch, rows)
    del columns["rule"]
    columns["stage"] = Text(np.array([batch.lexicon.code(one.batch.stage["id"]) for _, one in rows], np.int64))
    columns["rank"] = _gathered(batch, rows, "rank")
    for name in dict.fromkeys(name for _, one in rows for name in one.carry):
        columns[name] = _gathered(batch, rows, name)
    return Table("advanced", _competition(rows), columns)


def _gathered(batch: Batch, rows: Arrivals, name: str) -> Vector:
    """A column of the senders' contestants, put together from several batches."""
    result: Vector = nothing(len(rows))
    for sender in {id(one.batch): one.batch for _, one in rows}.values():
        column = sender.tables["contestants"].columns.get(name)
        if column is None:
            continue
        mine = np.array([one.batch is sender for _, one in rows], bool)
        at = np.array([one.row if one.batch is sender else 0 for _, one in rows], np.int64)
        result = merged(mine, column.take(at), result)
    return result


def _entrants(batch: Batch, rows: Arrivals) -> Table:
    """Those who advance, as contestants: with their names and the roster fields of the same name where they come themselves."""
    columns = _base(batch, rows)
    own = np.array([one.own for _, one in rows], bool)
    columns = {"contestant": columns["contestant"]}
    name = _gathered(batch, rows, "name")
    listed = columns["contestant"]
    assert isinstance(listed, Text)
    columns["name"] = Text(np.where(own & name.present, name.codes, listed.codes)) if isinstance(name, Text) else listed
    for field in batch.stage["roster"]:
        column = _gathered(batch, rows, field)
        columns[field] = column.mask(own)
    return Table("contestants", _competition(rows), columns, ["contestant"])


NO_LINK = Message("the rulebook sends this along the link “{link}”, which the opening event does not name in feeds")
