"""Checks of one kind's events: each failing row is rejected once, with the first rule it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.calendar import parse_time
from scoring_engine.scoring.intake.effective import Facts, reject
from scoring_engine.scoring.vectors import Bools, Ints, Lexicon, Number, Text, Truth, Vector, distinct_codes

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.ruleset.plan import FieldPlan

LARGEST = 10**18
"""Scaled numbers stay below it."""

FINE, NO_NUMBER, INEXACT = range(3)
"""What may be wrong with the text of a number; INEXACT: it has more decimals than the field carries."""


class Check:
    """The rows of `facts` under examination. `ok` are those that broke no rule so far."""

    __slots__ = ("_given", "facts", "lexicon", "log", "ok", "rejected")

    def __init__(self, log: Log, facts: Facts, lexicon: Lexicon, rejected: list[Rejection]) -> None:
        self.log = log
        self.facts = facts
        self.lexicon = lexicon
        self.rejected = rejected
        self.ok = np.ones(facts.size, bool)
        self._given: dict[str, tuple[Ints, Bools]] = {}

    def fail(self, rows: Bools, field: str, rule: str, text: str, **args: str) -> None:
        """Reject `rows` that are still in. `text` may name {value}, the value of `field`."""
        if not rows.any():
            return
        failed = np.flatnonzero(rows & self.ok)
        if not failed.size:
            return
        values = self.lexicon.decode(self.facts.take(failed).codes(field))
        for row, value in zip(failed.tolist(), values, strict=True):
            message = Message(text, {"value": value[:40] or "–", "field": field, **args})
            self.rejected.append(reject(self.log, int(self.facts.position[row]), field, value, rule, message))
        self.ok[failed] = False

    def require(self, *fields: str) -> None:
        """Each of the fields must be given."""
        for field in fields:
            if self.facts.gives(field):
                continue
            self.fail(~self.facts.given(field), field, "missing-field", "the field {field} is missing; give it")

    def only(self, known: frozenset[str] | set[str]) -> None:
        """No other fields may be given."""
        for field in self.facts.columns:
            if field not in known:
                self.fail(
                    self.facts.given(field),
                    field,
                    "unknown-field",
                    "the field {field} is not one that the rulebook asks for; correct its name or leave it out",
                )

    def number(self, field: str, places: int) -> Number:
        """The field as integers scaled by 10**places; what is no such number is rejected. Absent: missing."""
        values = self.facts.columns.get(field)
        if values is None:
            return Number(np.zeros(self.facts.size, np.int64), 10**places, np.zeros(self.facts.size, bool))
        source = values.source
        if ("scaled", places) not in source.known:
            source.known["scaled", places] = _scaled(*source.decimals, places)
        scaled, fault = source.known["scaled", places]
        self._given[field] = scaled, fault == FINE
        given = np.ones(self.facts.size, bool) if values.whole else values.raw >= 0
        if not values.plain and values.text is not None:
            self.fail(
                values.text & given,
                field,
                "value-is-text",
                "{field} is written as the text “{value}”; write it as a number, without quotes",
            )
        if fault[:-1].any():
            faults = fault.take(values.raw)
            self.fail(
                (faults == NO_NUMBER) & given,
                field,
                "not-a-number",
                "{field} is “{value}”, which is no number; write digits, such as 92.5",
            )
            self.fail(
                (faults == INEXACT) & given,
                field,
                "places",
                "{field} is {value}, which has too many decimals; at most {places} are recorded",
                places=str(places),
            )
        return Number(scaled.take(values.raw), 10**places, None if values.whole and self.ok.all() else given & self.ok)

    def bounded(self, field: str, low: int | None, high: int | None, step: int | None, places: int, rows: Bools | None = None) -> None:
        """Range and step of a number that `number` has made, all scaled by 10**places; in `rows` only where these are given."""
        if field not in self._given:
            return
        scaled, fine = self._given[field]
        span = {"low": _shown(low, places), "high": _shown(high, places), "step": _shown(step, places)}
        if low is not None:
            self._beyond(fine & (scaled < low), rows, field, "range", "{field} is {value}, below the lowest admitted value {low}", span)
        if high is not None:
            self._beyond(fine & (scaled > high), rows, field, "range", "{field} is {value}, above the highest admitted value {high}", span)
        if step is not None:
            off = fine & ((scaled - (low or 0)) % step != 0)
            self._beyond(off, rows, field, "step", "{field} is {value}, which is off the step of {step}", span)

    def _beyond(self, texts: Bools, rows: Bools | None, field: str, rule: str, text: str, span: dict[str, str]) -> None:
        """Reject the rows whose value is one of `texts`."""
        if texts.any():
            wrong = texts.take(self.facts.columns[field].raw)
            self.fail(wrong if rows is None else wrong & rows, field, rule, text, **span)

    def one_of(self, field: str, names: list[str], rule: str = "one-of") -> Ints:
        """The field must be one of `names` where it is given. The place of each value among them, -1 for none."""
        values = self.facts.columns.get(field)
        if values is None:
            return np.full(self.facts.size, -1, np.int64)
        place = values.source.among(names)
        places = place.take(values.raw)
        if (place[:-1] < 0).any():
            self.fail(
                (values.raw >= 0) & (places < 0), field, rule, "{field} is “{value}”; it must be one of {values}", values=", ".join(names)
            )
        return places

    def field(self, name: str, plan: FieldPlan) -> Vector:
        """A declared field as a column of its type, with all that its declaration asks."""
        if plan["required"]:
            self.require(name)
        codes = self.facts.codes(name)
        if plan["type"] in ("integer", "decimal"):
            number = self.number(name, plan["places"])
            self.bounded(name, plan["low"], plan["high"], plan["step"], plan["places"])
            return number
        if plan["type"] == "boolean":
            return self._truth(name, codes)
        if plan["type"] in ("date", "time"):
            return self._time(name, codes)
        if plan["one_of"]:
            self.one_of(name, list(plan["one_of"]))
        return Text(codes)

    def _truth(self, name: str, codes: Ints) -> Truth:
        yes, no = self.lexicon.code("true"), self.lexicon.code("false")
        self.fail((codes >= 0) & (codes != yes) & (codes != no), name, "not-a-boolean", "{field} is “{value}”; write true or false")
        return Truth(codes == yes, codes >= 0)

    def _time(self, name: str, codes: Ints) -> Number:
        distinct, inverse = distinct_codes(codes)
        times = [parse_time(self.lexicon.texts[code]) if code >= 0 else None for code in distinct.tolist()]
        bad = np.array([time is None for time in times], bool)[inverse] & (codes >= 0)
        self.fail(bad, name, "not-a-date", "{field} is “{value}”, which is no date; write it as 2024-10-11")
        value = np.array([0 if time is None else time for time in times], np.int64)[inverse]
        return Number(value, 1, (codes >= 0) & ~bad)


def _scaled(numbers: Ints, own: Ints, places: int) -> tuple[Ints, Ints]:
    """numbers / 10**own (own -1: no number) as integers scaled by 10**places, 0 where that is impossible, and what is wrong."""
    more = np.clip(places - own, 0, 18)  # 10**18 times anything but 0 is too large
    factor = np.array([10**n for n in range(19)], np.int64)[more]
    wide = np.abs(numbers) > (LARGEST - 1) // factor
    fault = np.where((own < 0) | ((own <= places) & wide), NO_NUMBER, np.where(own > places, INEXACT, FINE))
    return np.where(fault == FINE, numbers, 0) * factor, fault


def _shown(value: int | None, places: int) -> str:
    """A scaled bound for a message."""
    if value is None:
        return ""
    from scoring_engine.scoring.shown import decimal_text

    return decimal_text(value, 10**places)
