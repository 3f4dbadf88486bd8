"""Checks of one kind's events: each failing row is rejected once, with the first rule it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.ruleset.plan import FieldPlan
from scoring_engine.scoring.calendar import parse_time
from scoring_engine.scoring.intake.effective import Facts, reject
from scoring_engine.scoring.vectors import Bools, Ints, Lexicon, Number, Text, Truth, Vector, parse_decimal

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection

INEXACT = 10**18
"""Marks a number that has more decimals than the field carries."""


class Check:
    """The rows of `facts` under examination. `ok` are those that broke no rule so far."""

    __slots__ = ("facts", "lexicon", "log", "ok", "rejected")

    def __init__(self, log: Log, facts: Facts, lexicon: Lexicon, rejected: list[Rejection]) -> None:
        self.log = log
        self.facts = facts
        self.lexicon = lexicon
        self.rejected = rejected
        self.ok = np.ones(facts.size, bool)

    def fail(self, rows: Bools, field: str, rule: str, text: str, **args: str) -> None:
        """Reject `rows` that are still in. `text` may name {value}, the value of `field`."""
        rows = rows & self.ok
        if not rows.any():
            return
        values = self.lexicon.decode(self.facts.codes(field)[rows])
        for row, value in zip(np.flatnonzero(rows).tolist(), values, strict=True):
            message = Message(text, {"value": value[:40] or "–", "field": field, **args})
            self.rejected.append(reject(self.log, int(self.facts.position[row]), field, value, rule, message))
        self.ok[rows] = False

    def require(self, *fields: str) -> None:
        """Each of the fields must be given."""
        for field in fields:
            self.fail(self.facts.codes(field) < 0, field, "missing-field", "the field {field} is missing; give it")

    def only(self, known: frozenset[str] | set[str]) -> None:
        """No other fields may be given."""
        for field, values in self.facts.columns.items():
            if field not in known:
                self.fail(
                    values.codes >= 0,
                    field,
                    "unknown-field",
                    "the field {field} is not one that the rulebook asks for; correct its name or leave it out",
                )

    def number(self, field: str, places: int) -> Number:
        """The field as integers scaled by 10**places; what is no such number is rejected. Absent: missing."""
        codes = self.facts.codes(field)
        given = codes >= 0
        distinct, inverse = np.unique(codes, return_inverse=True)
        numbers = [self._scaled(code, places) for code in distinct.tolist()]
        bad = np.array([n is None for n in numbers], bool)[inverse] & given
        long = np.array([n == INEXACT for n in numbers], bool)[inverse] & given
        value = np.array([0 if n is None or n == INEXACT else n for n in numbers], np.int64)[inverse]
        text = self.facts.columns[field].text if field in self.facts.columns else None
        if text is not None:
            self.fail(
                text & given, field, "value-is-text", "{field} is written as the text “{value}”; write it as a number, without quotes"
            )
        self.fail(bad, field, "not-a-number", "{field} is “{value}”, which is no number; write digits, such as 92.5")
        self.fail(
            long, field, "places", "{field} is {value}, which has too many decimals; at most {places} are recorded", places=str(places)
        )
        return Number(value, 10**places, None if given.all() and self.ok.all() else given & self.ok)

    def _scaled(self, code: int, places: int) -> int | None:
        if code < 0:
            return None
        parsed = parse_decimal(self.lexicon.texts[code])
        if parsed is None:
            return None
        value, own = parsed
        if own > places:
            return INEXACT
        value *= 10 ** (places - own)
        return value if abs(value) < INEXACT else None

    def bounded(self, field: str, value: Number, low: int | None, high: int | None, step: int | None, places: int) -> None:
        """Range and step of a number, all scaled by 10**places."""
        given = value.present
        span = {"low": _shown(low, places), "high": _shown(high, places), "step": _shown(step, places)}
        if low is not None:
            self.fail(given & (value.num < low), field, "range", "{field} is {value}, below the lowest admitted value {low}", **span)
        if high is not None:
            self.fail(given & (value.num > high), field, "range", "{field} is {value}, above the highest admitted value {high}", **span)
        if step is not None:
            rest = (value.num - (low or 0)) % step
            self.fail(given & (rest != 0), field, "step", "{field} is {value}, which is off the step of {step}", **span)

    def one_of(self, field: str, values: list[str], rule: str = "one-of") -> None:
        """The field must be one of `values` where it is given."""
        codes = self.facts.codes(field)
        known = np.array([self.lexicon.code(value) for value in values], np.int64)
        self.fail(
            (codes >= 0) & ~np.isin(codes, known),
            field,
            rule,
            "{field} is “{value}”; it must be one of {values}",
            values=", ".join(values),
        )

    def field(self, name: str, plan: FieldPlan) -> Vector:
        """A declared field as a column of its type, with all that its declaration asks."""
        if plan["required"]:
            self.require(name)
        codes = self.facts.codes(name)
        if plan["type"] in ("integer", "decimal"):
            number = self.number(name, plan["places"])
            self.bounded(name, number, plan["low"], plan["high"], plan["step"], plan["places"])
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
        distinct, inverse = np.unique(codes, return_inverse=True)
        times = [parse_time(self.lexicon.texts[code]) if code >= 0 else None for code in distinct.tolist()]
        bad = np.array([time is None for time in times], bool)[inverse] & (codes >= 0)
        self.fail(bad, name, "not-a-date", "{field} is “{value}”, which is no date; write it as 2024-10-11")
        value = np.array([0 if time is None else time for time in times], np.int64)[inverse]
        return Number(value, 1, (codes >= 0) & ~bad)


def _shown(value: int | None, places: int) -> str:
    """A scaled bound for a message."""
    if value is None:
        return ""
    from scoring_engine.scoring.shown import decimal_text

    return decimal_text(value, 10**places)
