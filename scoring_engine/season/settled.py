"""A batch with its decisions: which rules hold, what follows for whom, and what is sent on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.decisions import agreement, facts, outcomes, settling
from scoring_engine.decisions.agreement import Engine, Environment
from scoring_engine.decisions.facts import Facts, Field
from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch, Notice
from scoring_engine.scoring.stage import Scored
from scoring_engine.scoring.tables import find, pack, pack_together
from scoring_engine.scoring.vectors import Ints, Text
from scoring_engine.season.carrying import SENT, UNLINKED, Carrier, Sent
from scoring_engine.season.facts import environments, facts_of, field_of
from scoring_engine.season.opening import NO_LINK

if TYPE_CHECKING:
    from scoring_engine.decisions.columnar import Failure
    from scoring_engine.decisions.outcomes import Outcomes
    from scoring_engine.ruleset.plan import DecisionPlan
    from scoring_engine.season.standings import Listed


class Asked(NamedTuple):
    """The facts of one table, the environments of its rows, and the rules over it."""

    facts: Facts
    environments: list[Environment]
    decisions: list[DecisionPlan]


class Settled:
    """A scored batch and its outcomes.

    members   int64, which competitions of the replay are in the batch
    warning   what a person should know of the engine that decided; no part of the result
    """

    def __init__(
        self, scored: Scored, members: Ints, asked: Mapping[str, Asked], settled: Outcomes, known: int, warning: Message | None
    ) -> None:
        self.scored = scored
        self.members = members
        self._asked = asked
        self.outcomes = settled
        self._known = known  # codes of people below this are those of the lexicon
        self.warning = warning

    @cached_property
    def listed(self) -> Listed:
        """The standings of the batch."""
        from scoring_engine.season.standings import Listed

        return Listed(self.scored)

    def value(self, i: int) -> str | None:
        """The value of the outcome `i` as people read it: an amount, or the number, day or text that is shown with a flag."""
        plan = self.outcomes.consequences[int(self.outcomes.consequence[i])].plan
        if plan["column"] is None:
            return None
        field = self.field(int(self.outcomes.consequence[i]))
        if field.kind == "number":
            return self.outcomes.text(i) or None
        row = int(self.outcomes.row[i])
        return field.show(row).removesuffix("T00:00:00.000000") if field.ok[row] else None

    def field(self, consequence: int) -> Field:
        """The column of the facts that a consequence with a value shows."""
        one = self.outcomes.consequences[consequence]
        assert one.plan["column"] is not None
        return self._asked[one.table].facts.fields[one.plan["column"]]

    def codes(self, people: Ints) -> Ints:
        """The people of outcomes as codes of the lexicon; nobody is the empty text."""
        lexicon = self.scored.batch.lexicon
        if people.size and people.min() >= 0 and people.max() < self._known:
            return people
        used, back = np.unique(people, return_inverse=True)
        known = [
            code if 0 <= code < self._known else lexicon.code(self.outcomes.people[code] if code >= 0 else "") for code in used.tolist()
        ]
        return np.array(known, np.int64)[back.reshape(people.size)]

    def sent(self, carrier: Carrier) -> Sent:
        """What goes to other competitions; a link that the opening event does not name is noted. Rules that send one row's result
        along the same link send it once."""
        out, lexicon = self.outcomes, self.scored.batch.lexicon
        plans = [one.plan for one in out.consequences]
        goes = out.where([bool(plan["to"]) and plan["kind"] in SENT for plan in plans]) & (out.status == outcomes.GRANTED)
        entries, target = self._linked(np.flatnonzero(goes), carrier)
        row = self._rows(entries)
        fresh = self._once(entries, target, row)
        entries, target, row = entries[fresh], target[fresh], row[fresh]
        consequence = out.consequence[entries]
        sign = np.array([-1 if plan["kind"] == "deduction" else 1 for plan in plans], np.int64)
        return Sent(
            batch=self.scored.batch,
            plans=plans,
            consequence=consequence,
            source=self.members[out.competition[entries]],
            target=target,
            contestant=self.codes(out.recipient[entries]),
            rule=lexicon.codes(out.rule(number) for number in range(len(plans)))[consequence],
            value=np.where(out.valued[entries], sign[consequence] * out.value[entries], 0),
            places=np.where(out.valued[entries], np.array(out.places, np.int64)[consequence], 0),
            row=row,
            own=out.recipient[entries] == out.contestant[entries],
        )

    def _linked(self, entries: Ints, carrier: Carrier) -> tuple[Ints, Ints]:
        """Those of the entries that go somewhere, and where; those whose link the sender does not name are noted."""
        out, batch = self.outcomes, self.scored.batch
        links = [one.plan["to"] for one in out.consequences]
        source = self.members[out.competition[entries]]
        target = np.full(entries.size, NO_LINK, np.int64)
        for link in dict.fromkeys(filter(None, links)):
            along = out.where([one == link for one in links])[entries]
            target[along] = carrier.opened.targets(link)[source[along]]
            lost = entries[along & (target == NO_LINK)]
            if lost.size:
                who = np.where(out.contestant[lost] < 0, -1, self.codes(out.contestant[lost]))
                batch.notices.append(Notice("no-link", out.competition[lost], who, UNLINKED._replace(args={"link": link})))
        return entries[target >= 0], target[target >= 0]

    def _once(self, entries: Ints, target: Ints, row: Ints) -> Ints:
        """The entries (positions, ascending) without those that send again what another one sends: the same measures of a row."""
        out = self.outcomes
        advancing = [one.plan for one in out.consequences if one.plan["kind"] == "advance" and one.plan["to"]]
        if not advancing or (len(advancing) == 1 and len(advancing[0]["whom"]) < 2 and out.tables == ["contestants"]):
            return np.arange(entries.size)  # a row sends for a person once
        loads: dict[tuple[str, ...] | int, int] = {}
        kinds = [
            loads.setdefault(tuple(one.plan["carry"]) if one.plan["kind"] == "advance" else number, len(loads))
            for number, one in enumerate(out.consequences)
        ]
        advances = out.where([one.plan["kind"] == "advance" for one in out.consequences])[entries]
        turn = np.where(advances, 0, np.arange(entries.size))
        load = np.array(kinds, np.int64)[out.consequence[entries]]
        _, first = np.unique(pack([target, out.recipient[entries] + 1, row + 1, load, turn]), return_index=True)
        return np.sort(first)

    def _rows(self, entries: Ints) -> Ints:
        """The row of each entry's contestant among the contestants, -1 where it is nobody's."""
        out, home = self.outcomes, self.scored.batch.tables["contestants"]
        listed = home.columns["contestant"]
        assert isinstance(listed, Text)
        if out.tables == [home.name]:
            return out.row[entries]
        who = np.where(out.contestant[entries] < self._known, out.contestant[entries], -1)
        keys, wanted = pack_together([home.competition, listed.codes], [out.competition[entries], who])
        order = np.argsort(keys, kind="stable")
        return np.append(order, -1)[find(keys[order], wanted)]

    def carried(self) -> Iterator[dict[str, Any]]:
        """What was granted to be sent, as mappings with the link in place of the competition: kind, to, contestant, value, source,
        rule. For people."""
        for i, one in enumerate(self.outcomes):
            if one.status == "granted" and one.plan["to"] and one.plan["kind"] in SENT:
                yield {
                    "kind": SENT[one.plan["kind"]],
                    "to": one.plan["to"],
                    "contestant": one.recipient,
                    "value": self.value(i),
                    "source": self.scored.batch.competitions[one.competition],
                    "rule": one.rule,
                }

    def failures(self, competition: str, contestant: str, rule: str) -> list[Failure] | None:
        """The conditions of a rule that do not hold for the contestant, of its nearest row; None where there is no such row."""
        from scoring_engine.decisions.columnar import failures
        from scoring_engine.decisions.literals import bind

        batch = self.scored.batch
        index = batch.competitions.index(competition)
        for table, environments_, decisions in self._asked.values():
            if rule not in [decision["id"] for decision in decisions]:
                continue
            mine = table.subject.ok & (table.subject.values == batch.lexicon.code(contestant)) if contestant else ~table.subject.ok
            found = []
            for row in np.flatnonzero((table.competition == index) & mine).tolist():
                environment = next(e for e in environments_ if e.rows is None or row in e.rows)
                found.append(failures(bind(decisions, table.fields, environment.resolve), table, rule, row))
            return min(found, key=len) if found else None
        return None


def settle(scored: Scored, members: Ints, engine: Engine) -> Settled:
    """Decide a scored batch, the competitions `members` of the replay.

    Raises:
        Disagreement: the two engines differ.
        Conflict: rules contradict each other.
    """
    batch = scored.batch
    decisions, bars, rulings = batch.stage["decisions"], _bars(batch), _rulings(scored)
    known = len(batch.lexicon.texts)
    if not decisions and bars is None and rulings is None:
        return Settled(scored, members, {}, outcomes.Outcomes((), ()), known, None)
    asked: dict[str, Asked] = {}
    answers: dict[str, tuple[Facts, Mapping[str, facts.Bools]]] = {}
    warning = None
    for name in dict.fromkeys(["contestants", *(decision["table"] for decision in decisions)]):
        mine = [decision for decision in decisions if decision["table"] == name]
        table = facts_of(batch, batch.tables[name])
        asked[name] = Asked(table, environments(batch, table, mine), mine)
        decided = agreement.decide(mine, table, asked[name].environments, engine)
        answers[name] = (table, decided.masks)
        warning = warning or decided.notice
    known = len(batch.lexicon.texts)
    settled = settling.settle(decisions, answers, list(batch.stage["grades"]), bars, rulings)
    for notice in settled.notices:
        batch.notice_of(notice.code, notice.competition, notice.contestant, notice.message)
    return Settled(scored, members, asked, settled, known, warning)


def _bars(batch: Batch) -> outcomes.Carried | None:
    """The bars that other competitions sent here."""
    table = batch.tables["barred"]
    if not table.size:
        return None
    columns = [field_of(table.columns[name], batch.lexicon.texts) for name in ("contestant", "honour", "source", "rule")]
    return outcomes.Carried(table.competition, *columns)


def _rulings(scored: Scored) -> outcomes.Rulings | None:
    """The decisions that people recorded about rules."""
    said = [one for one in scored.desk.decided if one.about != "tie"]
    if not said:
        return None
    return outcomes.Rulings(
        np.array([one.competition for one in said], np.int64),
        facts.text(one.about for one in said),
        facts.text(one.contestant or None for one in said),
        facts.truth(one.grant for one in said),
        facts.number((None if one.value is None else one.value[0] for one in said), 6),
        facts.text(one.approver for one in said),
        facts.text(one.reason for one in said),
    )
