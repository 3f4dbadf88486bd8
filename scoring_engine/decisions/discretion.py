"""Discretion: questions that rules leave to a person, and the recorded decisions that settle them."""

from __future__ import annotations

import numpy as np

from scoring_engine.decisions.facts import Bools, Ints
from scoring_engine.decisions.outcomes import DECIDED, GRANTED, PENDING, REFUSED, Notice, Outcomes, Rulings
from scoring_engine.decisions.people import People
from scoring_engine.messages import Message

AMOUNTS = ("cash", "bonus", "deduction", "step", "ask")
"""Kinds whose value a person may decide."""


class Discretion:
    """The recorded decision for each entry of the outcomes.

    ruling   int64[n], index of the ruling, -1 for none
    used     bool[rulings], which of them have settled a question
    """

    __slots__ = ("_out", "ruling", "rulings", "used")

    def __init__(self, out: Outcomes, rulings: Rulings | None, people: People) -> None:
        self._out = out
        self.rulings = out.rulings = rulings
        self.ruling: Ints = np.full(len(out), -1, np.int64)
        self.used: Bools = np.zeros(0 if rulings is None else len(rulings.competition), np.bool_)
        if rulings is None or not len(self.used):
            return
        number = {decision["id"]: i for i, decision in enumerate(out.decisions)}
        rule = _numbers(rulings, number)
        person = people.codes(rulings.contestant)
        out.people = people.texts
        known = np.flatnonzero((rule >= 0) & (person >= 0)).astype(np.int64)
        rules, size = len(number) + 1, len(people.texts) + 1
        keys = ((rulings.competition * rules + rule) * size + person)[known]
        sorter = np.argsort(keys, kind="stable")
        decision = np.array([*(c.decision for c in out.consequences), 0], np.int64)[out.consequence]
        for who in (out.contestant, out.recipient):  # a decision about the recipient comes before one about the row
            wanted = (out.competition * rules + decision) * size + who
            at = np.searchsorted(keys[sorter], wanted, side="right") - 1
            found = np.flatnonzero((at >= 0) & (who >= 0)).astype(np.int64)
            found = found[keys[sorter][at[found]] == wanted[found]]
            self.ruling[found] = known[sorter[at[found]]]

    def granted(self, entries: Ints | Bools) -> Bools:
        """Which of the entries a person granted."""
        index = self.ruling[entries]
        if self.rulings is None or not len(self.used):
            return np.zeros(len(index), np.bool_)
        grant = ~self.rulings.grant.ok | self.rulings.grant.values.astype(np.bool_)
        return (index >= 0) & grant[index]

    def decided(self, entries: Ints | Bools) -> Bools:
        """Which of the entries a person decided about."""
        decided: Bools = self.ruling[entries] >= 0
        return decided

    def settle(self, entries: Ints, why: int, detail: Ints | int = 0) -> None:
        """Settle the question `why` of entries: pending where nobody has decided, else granted or refused, with the value decided."""
        out = self._out
        decided = self.decided(entries)
        out.mark(entries[~decided], PENDING, why, detail if isinstance(detail, int) else detail[~decided])
        entries = entries[decided]
        granted = self.granted(entries)
        out.mark(entries, REFUSED, DECIDED, self.ruling[entries])
        out.status[entries[granted]] = GRANTED
        self.used[self.ruling[entries]] = True
        self._values(entries[granted])

    def _values(self, entries: Ints) -> None:
        """Put the values that people decided in place of the rules'."""
        if self.rulings is None or not len(entries):
            return
        out, value = self._out, self.rulings.value
        given = entries[value.ok[self.ruling[entries]]]
        for number in np.unique(out.consequence[given]).tolist():
            if out.consequences[number].plan["kind"] not in AMOUNTS:
                continue
            finer = value.places - out.places[number]
            if finer > 0:
                out.value[out.of(number)] *= 10**finer
                out.places[number] = value.places
            mine = given[out.consequence[given] == number]
            out.value[mine] = value.values[self.ruling[mine]] * 10 ** max(-finer, 0)
            out.valued[mine] = True

    def unused(self) -> None:
        """A notice for each decision that was recorded about a rule and settles no question."""
        if self.rulings is None:
            return
        said = self.rulings
        rules = {decision["id"] for decision in self._out.decisions}
        about = [(int(said.competition[i]), said.rule.show(i), said.contestant.show(i)) for i in range(len(self.used))]
        settled = {about[i] for i in np.flatnonzero(self.used).tolist()}  # an earlier decision was replaced, not superfluous
        for competition, rule, contestant in dict.fromkeys(about):
            if rule in rules and (competition, rule, contestant) not in settled:
                args = {"rule": rule, "contestant": contestant}
                text = Message("a decision about {rule} for {contestant} is recorded, but the rule asks for none there", args)
                self._out.notices.append(Notice(competition, "decision-not-asked", contestant, rule, text))


def _numbers(rulings: Rulings, number: dict[str, int]) -> Ints:
    """For each ruling the index of its rule, -1 for none."""
    used, back = np.unique(np.where(rulings.rule.ok, rulings.rule.values, -1), return_inverse=True)
    known = [number.get(rulings.rule.texts[code], -1) if code >= 0 else -1 for code in used.tolist()]
    return np.array(known, np.int64)[back.reshape(-1)]
