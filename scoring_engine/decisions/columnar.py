"""The columnar engine: conditions as numpy masks over whole columns, and why a rule does not hold for a row."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.decisions.facts import Bools, Facts, Field, decimal, span
from scoring_engine.decisions.literals import Comparison, Rules, moment, show

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Leaf

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Failure(NamedTuple):
    """A leaf of a rule that does not hold for a row.

    alternative   which alternative of the rule the leaf belongs to
    actual        the row's value; "-" where it is missing
    needed        the literal that the leaf compares with, a parameter's value in force; "" for has and lacks
    short         by how much a number misses what it has to be equal to, below or above, as a decimal, or a time, as [days ]h:mm:ss;
                  "0" where it lies on the limit that it has to pass; "" elsewhere
    """

    alternative: int
    leaf: Leaf
    actual: str
    needed: str
    short: str


def masks(rules: Rules, facts: Facts) -> dict[str, Bools]:
    """For each rule id the rows (bool[n]) for which the rule holds."""
    held = [hold(comparison, facts.fields[comparison.field]) for comparison in rules.comparisons]
    nowhere = np.zeros(facts.size, np.bool_)
    everywhere = np.ones(facts.size, np.bool_)
    found: dict[str, Bools] = {}
    for name, alternatives in zip(rules.ids, rules.alternatives, strict=True):
        mask = nowhere
        for comparisons in alternatives:
            met = everywhere
            for comparison in comparisons:
                met = met & held[comparison]
            mask = mask | met
        found[name] = mask
    return found


def hold(comparison: Comparison, field: Field) -> Bools:
    """The rows (bool[n]) of which `comparison` holds. A missing value satisfies `lacks` and nothing else."""
    if comparison.op == "has":
        return field.ok
    if comparison.op == "lacks":
        return ~field.ok
    if comparison.op == "never":
        return np.zeros(len(field.ok), np.bool_)
    wanted = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    if field.kind == "text":
        codes = [field.texts.index(v) for v in wanted if isinstance(v, str) and v in field.texts]
        among = np.isin(field.values, np.array(codes, np.int64))
        return field.ok & (~among if comparison.op == "!=" else among)
    if comparison.op == "in":
        return field.ok & np.isin(field.values, np.array(wanted, field.values.dtype))
    met: Bools = COMPARE[comparison.op](field.values, comparison.value)
    return field.ok & met


def failures(rules: Rules, facts: Facts, rule: str, row: int) -> list[Failure]:
    """The leaves of the rule with the id `rule` that do not hold for `row`, the nearest alternative first.

    Nearest is the one with the fewest such leaves. Empty where the rule holds. For one row at a time, at the edge.
    """
    at = rules.ids.index(rule)
    one = facts.take(np.array([row], np.int64))
    found: list[list[Failure]] = []
    for number, (comparisons, leaves) in enumerate(zip(rules.alternatives[at], rules.leaves[at], strict=True)):
        failed: list[Failure] = []
        for comparison, (leaf, literal) in zip((rules.comparisons[c] for c in comparisons), leaves, strict=True):
            field = one.fields[comparison.field]
            if not hold(comparison, field)[0]:
                needed = "" if leaf["operand"] is None else show(literal)
                failed.append(Failure(number, leaf, field.show(0), needed, _short(leaf["op"], literal, field)))
        if not failed:
            return []
        found.append(failed)
    return [failure for failed in sorted(found, key=len) for failure in failed]


def _short(op: str, literal: list[Any], field: Field) -> str:
    """How far the one value of `field` is from meeting `op` with `literal`."""
    if op not in ("==", "<", "<=", ">", ">=") or not field.ok[0]:
        return ""
    if field.kind == "number" and literal[0] == "num":
        places = max(field.places, literal[2])
        actual, needed = int(field.values[0]) * 10 ** (places - field.places), literal[1] * 10 ** (places - literal[2])
        return decimal(abs(needed - actual), places)
    if field.kind == "time" and literal[0] in ("time", "text"):
        return span(abs(moment(str(literal[1])) - int(field.values[0])))
    return ""
