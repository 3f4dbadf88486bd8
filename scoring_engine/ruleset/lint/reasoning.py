"""Thinking about conditions: which rows satisfy a rule, and which satisfy two of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple

from scoring_engine.ruleset.lint.domains import Comparison, Domain, Value, representatives, shown
from scoring_engine.ruleset.lint.ranges import STATUSES, Ranges
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.plan import DecisionPlan, Leaf

MOST_CASES = 20_000

# Only who is ranked has these.
OF_THE_RANKED = ("rank", "place", "field", "rank_from_last")
# Columns that say the same thing in different words.
SAME = {"rank": "rank", "place": "rank", "rank_from_last": "rank"}


class Bound(NamedTuple):
    """A comparison with its constant on a date; `test` is None where that depends on the row."""

    leaf: Leaf
    test: Comparison | None


Alternative = list[Bound]
Case = dict[str, Value]


class Conditions:
    """The conditions of the rules of one stage, with the domains of their columns."""

    def __init__(self, subject: Subject, stage: str) -> None:
        self.subject = subject
        self.stage = subject.plan["stages"][stage]
        self.ranges = Ranges(subject, self.stage)
        missing, last = self.stage["missing"], self.stage["ranking"]["last"]
        listed = any(missing.get(status) == "last" for status in ("absent", "withdrawn", "excused", "disqualified"))
        self.only_ranked = not listed and not last.get("absent_is_last")
        # Who is ranked has the first measure of the chain, and belongs to a group.
        first = self.stage["ranking"]["by"][0]
        measure = first["measure"] if first["kind"] == "measure" and first["when"] is None else None
        self.of_ranked = [*self.stage["ranking"]["within"], *([measure] if measure else [])]

    def bind(self, rule: DecisionPlan, date: str) -> list[Alternative]:
        """The alternatives of a rule with their constants on a date."""
        return [[Bound(leaf, self.subject.test(leaf, date)) for leaf in leaves] for leaves in rule["alternatives"]]

    def domain(self, rule: DecisionPlan, field: str) -> Domain:
        """The domain of a column of the rule's table."""
        return self.ranges.of(rule["table"], field)

    def clash(self, rule: DecisionPlan, alternative: Alternative) -> list[Bound]:
        """The comparisons that cannot hold together: one that never holds, or two, or more; empty where all can.

        A single comparison is one that no value of the column satisfies.
        """
        for field, bounds in by_field(alternative).items():
            domain = self.domain(rule, field)
            known = [bound for bound in bounds if bound.test is not None]
            for size in (1, 2, len(known)):
                for group in _groups(known, size):
                    tests = [bound.test for bound in group if bound.test is not None]
                    if not any(all(test.holds(value) for test in tests) for value in representatives(domain, tests)):
                        return group
        return self._unranked(rule, alternative)

    def _unranked(self, rule: DecisionPlan, alternative: Alternative) -> list[Bound]:
        """A comparison that holds only for the ranked together with one that holds only for the others."""
        if rule["table"] != "contestants" or not self.only_ranked:
            return []
        ranked = next((bound for bound in alternative if self._says(bound) is True), None)
        others = next((bound for bound in alternative if self._says(bound) is False), None)
        return [others, ranked] if ranked is not None and others is not None else []

    def _says(self, bound: Bound) -> bool | None:
        """Whether who satisfies the comparison is ranked; None where it does not tell."""
        field, op = bound.leaf["field"], bound.leaf["op"]
        if field in (*OF_THE_RANKED, *self.of_ranked) and op == "lacks":
            return False
        if field in OF_THE_RANKED:
            return True
        if field == "status" and bound.test is not None:
            holding = {status for status in STATUSES if bound.test.holds(status)}
            return True if holding == {"ranked"} else False if "ranked" not in holding else None
        return None

    def example(self, rule: DecisionPlan, alternatives: Sequence[Alternative]) -> Case | None:
        """Values of the columns that satisfy one alternative of each (of rules over the same table); None where none are found.

        Only comparisons with a constant count: what depends on the row makes no example.
        """
        together = [bound for alternative in alternatives for bound in alternative]
        if any(bound.test is None for bound in together) or self.clash(rule, together):
            return None
        case: Case = {}
        for field, bounds in by_field(together).items():
            tests = [bound.test for bound in bounds if bound.test is not None]
            fitting = [v for v in representatives(self.domain(rule, field), tests) if all(test.holds(v) for test in tests)]
            if not fitting:
                return None
            case[field] = fitting[0]
        return case

    def cases(self, rule: DecisionPlan, alternatives: Sequence[Alternative]) -> Iterator[Case] | None:
        """Cases that stand for all that there are, as far as these alternatives can tell; None where there are too many."""
        together = [bound for alternative in alternatives for bound in alternative]
        if any(bound.test is None for bound in together):
            return None
        values: dict[str, list[Value]] = {}
        count = 1
        for field, bounds in by_field(together).items():
            values[field] = representatives(self.domain(rule, field), [bound.test for bound in bounds if bound.test is not None])
            count *= len(values[field])
            if count > MOST_CASES:
                return None
        every = (dict(zip(values, case, strict=True)) for case in product(*values.values()))
        return (case for case in every if self._possible(rule, case))

    def _possible(self, rule: DecisionPlan, case: Case) -> bool:
        """Whether what the case says about being ranked goes together."""
        if rule["table"] != "contestants" or not self.only_ranked:
            return True
        said = {case[field] is not None for field in OF_THE_RANKED if field in case}
        said |= {case[field] == "ranked" for field in ("status",) if field in case}
        said |= {False for field in self.of_ranked if field in case and case[field] is None}
        return len(said) < 2


def holds(alternatives: Sequence[Alternative], case: Mapping[str, Value]) -> bool:
    """Whether a case satisfies one of the alternatives."""
    return any(all(b.test is not None and b.test.holds(case[b.leaf["field"]]) for b in alternative) for alternative in alternatives)


def by_field(alternative: Alternative) -> dict[str, list[Bound]]:
    """The comparisons by the column that they look at."""
    found: dict[str, list[Bound]] = {}
    for bound in alternative:
        found.setdefault(bound.leaf["field"], []).append(bound)
    return found


def _groups(bounds: list[Bound], size: int) -> Iterator[list[Bound]]:
    if size == 1:
        yield from ([bound] for bound in bounds)
    elif size == 2:
        yield from ([a, b] for i, a in enumerate(bounds) for b in bounds[i + 1 :])
    elif size > 2:
        yield bounds


def said(case: Mapping[str, Value]) -> str:
    """A case as a person would write it: rank = 1, place = last."""
    return ", ".join(f"{field} = {shown(value)}" for field, value in islice(case.items(), 6))
