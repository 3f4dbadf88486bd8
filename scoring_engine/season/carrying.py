"""What competitions send to one another: bonus, bars, advancement.

A consequence with `to: link` goes to the competition that the sender's `opened` event names under that link. It arrives as
rows of the receiver's tables bonuses, barred and advanced, in place of any copy of them that the log holds; whoever advances
is entered in the receiver's list, with the roster fields that both stages know.

What a batch sends is columns, and so is what a batch receives: rows come in the order of the receiver, the level of the sender,
the sender and its outcomes, which is the same whatever else the log holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.choosing import merged, picked
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import LIMIT, Bools, Ints, Number, Text, Vector, magnitude, nothing

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import OutcomePlan
    from scoring_engine.season.opening import Openings

SENT = {"bonus": "bonus", "deduction": "bonus", "bar": "barred", "advance": "advanced"}
"""The kind of event that a consequence with `to` becomes; others stay where they are."""

UNLINKED = Message("the rulebook sends this along the link “{link}”, which the opening event does not name in feeds")


class Sent(NamedTuple):
    """What one batch sends: n things.

    batch         the sender's
    plans         what the consequences say
    consequence   int64 (n,) into `plans`
    source, target   int64 (n,), index of the competition that sends, and of the one that receives
    contestant    int64 (n,), the recipient's id as a code
    rule          int64 (n,), the rule's id as a code
    value         int64 (n,), of a bonus, scaled by 10**places; 0 where it has none; places int64 (n,)
    row           int64 (n,), row of the sender's contestant in its table, for what travels along; -1 where it has none
    own           bool (n,), whether the recipient is the sender's contestant itself
    """

    batch: Batch
    plans: Sequence[OutcomePlan]
    consequence: Ints
    source: Ints
    target: Ints
    contestant: Ints
    rule: Ints
    value: Ints
    places: Ints
    row: Ints
    own: Bools

    def take(self, rows: Ints | Bools) -> Sent:
        """Some of it."""
        return self._replace(**{name: getattr(self, name)[rows] for name in self._fields[2:]})


class Carrier:
    """Collects what is sent and hands it to the receivers.

    level   int64, of each competition
    """

    def __init__(self, opened: Openings, level: Ints, batches: Sequence[Ints]) -> None:
        self.opened = opened
        self._level = level
        self._batch = np.zeros(len(opened), np.int64)
        self._place = np.zeros(len(opened), np.int64)
        for number, members in enumerate(batches):
            self._batch[members] = number
            self._place[members] = np.arange(members.size)
        self._waiting: dict[int, list[Sent]] = {}

    def send(self, sent: Sent) -> None:
        """Keep what is sent until the receiver is computed."""
        receiver = self._batch[sent.target]
        for number in np.flatnonzero(np.bincount(receiver)).tolist():
            self._waiting.setdefault(number, []).append(sent.take(receiver == number))

    def incoming(self, number: int, batch: Batch) -> dict[str, Table]:
        """The rows that wait for the competitions of the batch `number`, by table."""
        parts = self._waiting.pop(number, [])
        if not parts:
            return {}
        tables = {}
        for kind, make in (("bonus", _bonuses), ("barred", _barred), ("advanced", _advanced), ("advanced", _entrants)):
            arrivals = self._arrivals(batch, parts, kind)
            if arrivals.size:
                table = make(arrivals)
                tables[table.name] = table
        return tables

    def _arrivals(self, batch: Batch, parts: Sequence[Sent], kind: str) -> Arrivals:
        """Everything of one kind, in the order of arrival."""
        mine = []
        for part in parts:
            wanted = np.array([SENT.get(plan["kind"]) == kind for plan in part.plans], bool)
            mine.append(part.take(wanted[part.consequence]))
        return Arrivals(batch, [part for part in mine if part.source.size], self)

    def order(self, parts: Sequence[Sent]) -> tuple[Ints, Ints]:
        """The order of the rows of several parts, and the receiver of each in its batch."""
        source, target = (np.concatenate([part[field] for part in parts]) for field in (3, 4))
        order = np.lexsort((source, self._level[source], self._place[target]))
        return order, self._place[target[order]]


class Arrivals:
    """What arrives in a batch: columns put together from several senders' batches.

    competition   int64 (n,), index of the receiver in the batch
    """

    def __init__(self, batch: Batch, parts: Sequence[Sent], carrier: Carrier) -> None:
        self.batch = batch
        self._parts = parts
        self.size = sum(part.source.size for part in parts)
        if not self.size:
            return
        self.order, self.competition = carrier.order(parts)
        self._opened = carrier.opened
        self._starts = np.cumsum([0, *(part.source.size for part in parts)]).tolist()

    def column(self, name: str) -> Ints:
        """One of the columns of `Sent`."""
        whole: Ints = np.concatenate([getattr(part, name) for part in self._parts])[self.order]
        return whole

    def of_plans(self, values: Sequence[Sequence[int]]) -> Ints:
        """A value for each row, given for each consequence of each part."""
        pieces = [np.array(value, np.int64)[part.consequence] for value, part in zip(values, self._parts, strict=True)]
        whole: Ints = np.concatenate(pieces)[self.order]
        return whole

    @property
    def plans(self) -> list[Sequence[OutcomePlan]]:
        """What the consequences of each part say."""
        return [part.plans for part in self._parts]

    @property
    def stages(self) -> Ints:
        """The code of each sender's stage."""
        return self.of_plans([[self.batch.lexicon.code(part.batch.stage["id"])] * len(part.plans) for part in self._parts])

    def base(self) -> dict[str, Vector]:
        """The columns that all arrivals have."""
        source = self._opened.id_codes[self.column("source")]
        return {"contestant": Text(self.column("contestant")), "source": Text(source), "rule": Text(self.column("rule"))}

    def gathered(self, name: str) -> Vector:
        """A column of the senders' contestants."""
        result: Vector = nothing(self.size)
        for part, start, end in zip(self._parts, self._starts[:-1], self._starts[1:], strict=True):
            column = part.batch.tables["contestants"].columns.get(name)
            if column is not None:
                at = np.full(self.size, -1, np.int64)
                at[start:end] = part.row
                result = merged(at >= 0, picked(column, at), result)
        return result.take(self.order)


def _bonuses(arrivals: Arrivals) -> Table:
    """The amounts at the most decimals that one of them has."""
    value, places = arrivals.column("value"), arrivals.column("places")
    most = int(places.max())
    if magnitude(value) * 10**most > LIMIT:  # brought to one scale they might not fit
        wide = value.astype(object) * np.array([10 ** (most - p) for p in places.tolist()], object)
        return Table("bonuses", arrivals.competition, arrivals.base() | {"value": Number(wide, 10**most).settled("bonuses.value")})
    scaled = value * 10 ** (most - places)
    return Table("bonuses", arrivals.competition, arrivals.base() | {"value": Number(scaled, 10**most)})


def _barred(arrivals: Arrivals) -> Table:
    """A row for each honour."""
    code = arrivals.batch.lexicon.code
    lists = [[[code(honour) for honour in plan["honours"]] for plan in plans] for plans in arrivals.plans]
    starts: list[list[int]] = []
    honours: list[int] = []
    for group in lists:
        starts.append([len(honours) + sum(map(len, group[:n])) for n in range(len(group))])
        honours += [honour for each in group for honour in each]
    many = arrivals.of_plans([list(map(len, group)) for group in lists])
    rows = np.repeat(np.arange(arrivals.size), many)
    within = np.arange(rows.size) - np.repeat(np.cumsum(many) - many, many)
    honour = np.array(honours, np.int64)[arrivals.of_plans(starts)[rows] + within]
    columns = {name: vector.take(rows) for name, vector in arrivals.base().items()}
    return Table("barred", arrivals.competition[rows], columns | {"honour": Text(honour)})


def _advanced(arrivals: Arrivals) -> Table:
    """Source, stage and rank there, and the measures that travel along."""
    columns = arrivals.base()
    del columns["rule"]
    columns["stage"] = Text(arrivals.stages)
    columns["rank"] = arrivals.gathered("rank")
    for name in dict.fromkeys(name for plans in arrivals.plans for plan in plans for name in plan["carry"]):
        if name != "rank":
            carries = arrivals.of_plans([[name in plan["carry"] for plan in plans] for plans in arrivals.plans]) > 0
            columns[name] = arrivals.gathered(name).mask(carries)
    return Table("advanced", arrivals.competition, columns)


def _entrants(arrivals: Arrivals) -> Table:
    """Those who advance, as contestants: with their names and the roster fields of the same name where they come themselves."""
    own, listed = arrivals.column("own") > 0, arrivals.column("contestant")
    name = arrivals.gathered("name")
    columns: dict[str, Vector] = {"contestant": Text(listed), "name": Text(listed)}
    if isinstance(name, Text):
        columns["name"] = Text(np.where(own & name.present, name.codes, listed))
    for field in arrivals.batch.stage["roster"]:
        columns[field] = arrivals.gathered(field).mask(own)
    return Table("contestants", arrivals.competition, columns, ["contestant"])
