"""A batch with its decisions: which rules hold, what follows for whom, and what is sent on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.decisions import agreement, facts, outcomes, settling
from scoring_engine.decisions.agreement import Engine, Environment
from scoring_engine.decisions.facts import Facts
from scoring_engine.messages import Message
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.stage import Scored
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Text
from scoring_engine.season.carrying import NO_LINK, Carrier, Sent
from scoring_engine.season.facts import environments, facts_of, field_of

if TYPE_CHECKING:
    from scoring_engine.decisions.columnar import Failure
    from scoring_engine.decisions.outcomes import Outcome, Outcomes
    from scoring_engine.ruleset.plan import DecisionPlan

SENT = {"bonus": "bonus", "deduction": "bonus", "bar": "barred", "advance": "advanced"}
"""The kind of event that a consequence with `to` becomes; others stay where they are."""


class Asked(NamedTuple):
    """The facts of one table, the environments of its rows, and the rules over it."""

    facts: Facts
    environments: list[Environment]
    decisions: list[DecisionPlan]


class Settled:
    """A scored batch and its outcomes.

    warning   what a person should know of the engine that decided; no part of the result
    """

    __slots__ = ("_asked", "outcomes", "scored", "warning")

    def __init__(self, scored: Scored, asked: Mapping[str, Asked], settled: Outcomes, warning: Message | None) -> None:
        self.scored = scored
        self._asked = asked
        self.outcomes = settled
        self.warning = warning

    def rows(self, lang: str) -> Iterator[tuple[Any, ...]]:
        """competition, contestant, rule, consequence, name, value, to, ref, status, note of each outcome, a row for each
        honour of a bar."""
        names = self.scored.batch.competitions
        refs = {plan["id"]: plan["ref"] for plan in self.scored.batch.stage["decisions"]}
        for i, one in enumerate(self.outcomes):
            value = self._value(i, one)
            note = one.note or _whose(one)
            said = "" if note is None else note.say(lang)
            for name in one.plan["honours"] or [one.plan["name"]]:
                yield (
                    names[one.competition], one.recipient, one.rule, one.plan["kind"], name, value,
                    one.plan["to"] or "", refs[one.rule], one.status, said,
                )  # fmt: skip

    def _value(self, i: int, one: Outcome) -> str | None:
        """The value of an outcome as people read it: an amount, or the number, day or text that is shown with a flag."""
        if one.plan["column"] is None:
            return None
        field = self._asked[one.table].facts.fields[one.plan["column"]]
        if field.kind == "number":
            return self.outcomes.text(i) or None
        return field.show(one.row).removesuffix("T00:00:00.000000") if field.ok[one.row] else None

    def sent(self, carrier: Carrier) -> Iterator[Sent]:
        """What goes to other competitions; a link that the opening event does not name is noted. Rules that send one row's result
        along the same link send it once."""
        batch = self.scored.batch
        rows: dict[tuple[int, str], int] | None = None
        advanced: set[tuple[str, str, int, tuple[str, ...]]] = set()
        for one in self.outcomes:
            link = one.plan["to"]
            if one.status != "granted" or not link or one.plan["kind"] not in SENT:
                continue
            source = batch.competitions[one.competition]
            target = carrier.target(source, link)
            if target is None:
                _note(batch, one, "no-link", NO_LINK._replace(args={"link": link}))
                continue
            if rows is None:
                rows = _rows(batch)
            row = rows.get((one.competition, one.contestant), 0)
            if one.plan["kind"] == "advance":
                again = (target, one.recipient, row, tuple(one.plan["carry"]))
                if again in advanced:
                    continue
                advanced.add(again)
            sign = -1 if one.plan["kind"] == "deduction" else 1
            yield Sent(
                kind=SENT[one.plan["kind"]],
                target=target,
                contestant=one.recipient,
                source=source,
                rule=one.rule,
                value=None if one.value is None else (sign * one.value, one.places),
                honours=tuple(one.plan["honours"]),
                row=row,
                carry=tuple(one.plan["carry"]),
                own=one.recipient == one.contestant,
                batch=batch,
            )

    def carried(self) -> Iterator[dict[str, Any]]:
        """The same as mappings with the link in place of the competition: kind, to, contestant, value, source, rule."""
        for i, one in enumerate(self.outcomes):
            if one.status == "granted" and one.plan["to"] and one.plan["kind"] in SENT:
                yield {
                    "kind": SENT[one.plan["kind"]],
                    "to": one.plan["to"],
                    "contestant": one.recipient,
                    "value": self._value(i, one),
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


def settle(scored: Scored, engine: Engine) -> Settled:
    """Decide a scored batch.

    Raises:
        Disagreement: the two engines differ.
        Conflict: rules contradict each other.
    """
    batch = scored.batch
    decisions = batch.stage["decisions"]
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
    settled = settling.settle(decisions, answers, list(batch.stage["grades"]), _bars(batch), _rulings(scored))
    for notice in settled.notices:
        batch.notice_of(notice.code, notice.competition, notice.contestant, notice.message)
    return Settled(scored, asked, settled, warning)


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


def _whose(one: Outcome) -> Message | None:
    """Whose result it is where it is for somebody else."""
    return None if one.recipient == one.contestant else Message("for the result of {contestant}", {"contestant": one.contestant})


def _rows(batch: Batch) -> dict[tuple[int, str], int]:
    """The row of each contestant."""
    table: Table = batch.tables["contestants"]
    codes = table.columns["contestant"]
    assert isinstance(codes, Text)
    return {key: row for row, key in enumerate(zip(table.competition.tolist(), batch.lexicon.decode(codes.codes), strict=True))}


def _note(batch: Batch, one: Outcome, code: str, message: Message) -> None:
    batch.notice_of(code, one.competition, one.contestant, message)
