"""Outcomes: what follows from the rules that hold, for whom, in what state, and why.

All competitions at once, as columns; `Outcome` rows are made at the edge. `settling.settle` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from scoring_engine.decisions.facts import Bools, Field, Ints, decimal
from scoring_engine.decisions.words import SHARED_RANK, STATUSES
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.ruleset.plan import DecisionPlan, OutcomePlan

Codes: TypeAlias = "NDArray[np.int8]"

GRANTED, PENDING, REFUSED, BARRED = range(4)

PLAIN, ASKED, AWAITS, TIED, NO_VALUE, DECIDED, CLOSED, FULL, EDGE, NO_QUOTA, MEETS_BAR = range(11)
"""Why an outcome has its status. What `detail` means beside it: the ruling (DECIDED), the bar (CLOSED), the number of places
(FULL), the places left (EDGE)."""


class Carried(NamedTuple):
    """Bars that other competitions sent here, one row an honour.

    competition int64, index of the competition that receives the bar; the others are text columns: who is barred, from
    what, by which competition and by which of its rules.
    """

    competition: Ints
    contestant: Field
    honour: Field
    source: Field
    rule: Field


class Rulings(NamedTuple):
    """Decisions that people recorded about rules, in the order in which they were made; the last one counts.

    competition int64; rule, contestant (the row's own or the recipient), approver, reason are text columns; grant a truth
    column (missing counts as granted); value a number column, what the person put in place of the rule's value.
    """

    competition: Ints
    rule: Field
    contestant: Field
    grant: Field
    value: Field
    approver: Field
    reason: Field


class Consequence(NamedTuple):
    """A consequence: index of its rule, position in the rule, what it says, table of the rule."""

    decision: int
    position: int
    plan: OutcomePlan
    table: str


class Outcome(NamedTuple):
    """One outcome.

    competition   index
    table, row    the row for which the rule holds, as a position in the facts of its table
    contestant    whose row it is
    recipient     whom it is for, the contestant as a rule
    rule          its id
    position      of the consequence in the rule; plan: what the consequence says
    value         scaled by 10**places; None where there is none
    status        granted, pending, refused or barred
    note          why, where it is not plainly granted
    """

    competition: int
    table: str
    row: int
    contestant: str
    recipient: str
    rule: str
    position: int
    plan: OutcomePlan
    value: int | None
    places: int
    status: str
    note: Message | None


class Notice(NamedTuple):
    """What a person should look at: index of the competition, code, contestant ("" for none), id of the rule, text."""

    competition: int
    code: str
    contestant: str
    rule: str
    message: Message


class Conflict(ValueError):  # noqa: N818  (a word of the field's own)
    """Rules give a person different values where only one can hold. `rules` are the (id, line) of those that do."""

    def __init__(self, kind: str, name: str, contestant: str, competition: int, rules: list[tuple[str, int]]) -> None:
        self.competition = competition
        self.contestant = contestant
        self.rules = rules
        listed = ", ".join(f"{rule} ({line})" for rule, line in rules)
        args = {"what": f"{kind} {name}".strip(), "contestant": contestant, "rules": listed}
        self.message = Message("rules contradict each other about {what} for {contestant}, with their lines: {rules}", args)
        super().__init__(self.message.say())


class Outcomes:
    """The outcomes of many competitions, n entries by competition, row, rule, consequence, person.

    competition   int64[n], index
    table         int64[n] into `tables`; row int64[n], position in the facts of that table
    consequence   int64[n] into `consequences`
    contestant    int64[n], whose row it is, and recipient int64[n], whom it is for, into `people`; -1 for nobody
    value         int64[n], scaled by 10**`places[consequence]`, where `valued` bool[n]
    status        int8[n] into STATUSES; why int8[n] and detail int64[n] say why
    notices       what a person should look at
    """

    __slots__ = (
        "bar_sources",
        "carried",
        "competition",
        "consequence",
        "consequences",
        "contestant",
        "decisions",
        "detail",
        "notices",
        "people",
        "places",
        "recipient",
        "row",
        "rulings",
        "status",
        "table",
        "tables",
        "value",
        "valued",
        "why",
    )

    def __init__(self, decisions: Sequence[DecisionPlan], tables: Sequence[str]) -> None:
        self.decisions = decisions
        self.tables = list(tables)
        self.consequences = [Consequence(d, i, plan, x["table"]) for d, x in enumerate(decisions) for i, plan in enumerate(x["then"])]
        self.places = [0] * len(self.consequences)
        self.people: list[str] = []
        self.notices: list[Notice] = []
        self.rulings: Rulings | None = None
        self.bar_sources: list[Message] = []
        self.carried: Carried | None = None
        nothing: Ints = np.zeros(0, np.int64)
        self.competition: Ints = nothing
        self.table: Ints = nothing
        self.row: Ints = nothing
        self.consequence: Ints = nothing
        self.contestant: Ints = nothing
        self.recipient: Ints = nothing
        self.value: Ints = nothing
        self.valued: Bools = np.zeros(0, np.bool_)
        self.status: Codes = np.zeros(0, np.int8)
        self.why: Codes = np.zeros(0, np.int8)
        self.detail: Ints = nothing

    def __len__(self) -> int:
        return len(self.competition)

    def __iter__(self) -> Iterator[Outcome]:
        return (self.outcome(i) for i in range(len(self)))

    def outcome(self, i: int) -> Outcome:
        """The outcome at position `i`."""
        number = int(self.consequence[i])
        consequence = self.consequences[number]
        return Outcome(
            int(self.competition[i]),
            self.tables[int(self.table[i])],
            int(self.row[i]),
            self.person(int(self.contestant[i])),
            self.person(int(self.recipient[i])),
            self.decisions[consequence.decision]["id"],
            consequence.position,
            consequence.plan,
            int(self.value[i]) if self.valued[i] else None,
            self.places[number],
            STATUSES[int(self.status[i])],
            self.note(i),
        )

    def text(self, i: int) -> str:
        """The value at position `i` as a decimal, "" where there is none."""
        return decimal(int(self.value[i]), self.places[int(self.consequence[i])]) if self.valued[i] else ""

    def note(self, i: int) -> Message | None:
        """Why the outcome at position `i` has its status; None where it is plainly granted."""
        why, detail = int(self.why[i]), int(self.detail[i])
        plan = self.consequences[int(self.consequence[i])].plan
        if why == ASKED:
            return Message("a person must decide: {question}", {"question": plan["label"] if plan["label"]["en"] else plan["name"]})
        if why == AWAITS:
            return Message("awaits the approval of {approver}", {"approver": str(plan["approve"])})
        if why == TIED:
            return SHARED_RANK
        if why == NO_VALUE:
            return Message("the rulebook gives no value for this case; a person must decide it")
        if why == DECIDED:
            return self._decided(i, detail)
        if why == CLOSED:
            return self._bar(detail)
        if why == FULL:
            return Message("all {places} places of the quota are taken", {"places": str(detail)})
        if why == EDGE:
            return Message("level with others for the last {left} of the quota's places; a person must decide", {"left": str(detail)})
        if why == NO_QUOTA:
            return Message("the rulebook gives no quota for this case; a person must decide it")
        if why == MEETS_BAR:
            return Message("the same contestant is barred from honours; the organizer decides whether the cash is paid")
        return None

    def _bar(self, source: int) -> Message:
        """Which bar closed it: one of the competition's own rules, or one that another competition sent."""
        if source < len(self.bar_sources):
            return self.bar_sources[source]
        assert self.carried is not None
        row = source - len(self.bar_sources)
        args = {name: getattr(self.carried, name).show(row) for name in ("honour", "rule", "source")}
        return Message("barred from {honour} by {rule} of {source}", args)

    def _decided(self, i: int, ruling: int) -> Message:
        assert self.rulings is not None
        args = {"approver": self.rulings.approver.show(ruling), "reason": self.rulings.reason.show(ruling)}
        if self.status[i] == REFUSED:
            return Message("refused by {approver}: {reason}", args)
        return Message("granted by {approver}: {reason}", args)

    def person(self, code: int) -> str:
        """The id that a code stands for; "" for nobody."""
        return self.people[code] if code >= 0 else ""

    def rule(self, number: int) -> str:
        """The id of the rule that the consequence `number` belongs to."""
        return self.decisions[self.consequences[number].decision]["id"]

    def of(self, number: int) -> Ints:
        """The entries of the consequence `number`, in order."""
        return np.flatnonzero(self.consequence == number).astype(np.int64)

    def where(self, wanted: Sequence[bool]) -> Bools:
        """The entries whose consequence is wanted; `wanted` has a truth value for each of `consequences`."""
        return np.array([*wanted, False], np.bool_)[self.consequence]

    def key(self, who: Ints, entries: Ints | Bools) -> Ints:
        """One integer for (competition, person) of entries; `who` is `contestant` or `recipient`."""
        return self.competition[entries] * (len(self.people) + 1) + who[entries] + 1

    def mark(self, entries: Ints | Bools, status: int, why: int, detail: Ints | int = 0) -> None:
        """Give entries a status and say why."""
        self.status[entries] = status
        self.why[entries] = why
        self.detail[entries] = detail

    def keep(self, kept: Ints | Bools) -> None:
        """Keep only these entries, in this order."""
        for name in ("competition", "table", "row", "consequence", "contestant", "recipient", "value", "valued", "status", "why", "detail"):
            setattr(self, name, getattr(self, name)[kept])
