"""L207: rules that contradict each other, with an example of a row to which both apply.

What the language settles is no contradiction: of several grades the best counts, and a bar comes after the honours, so a
rule about something else may take an honour back (一票否决). Two rules are held against each other where they speak of the
same columns: then the author drew two ranges, and where they overlap he can hardly mean both.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.reasoning import SAME, Alternative, Case, Conditions, holds, said
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.plan import DecisionPlan, Expr, OutcomePlan

_HONOURS = ("award", "title", "certificate", "grade")


def contradictions(subject: Subject) -> Iterator[Diagnostic]:
    """Pairs of rules over the same table whose consequences exclude each other."""
    for stage, plan in subject.plan["stages"].items():
        thinking = Conditions(subject, stage)
        columns: dict[str, Expr] = {step["name"]: step["expr"] for step in plan["steps"] if step["do"] == "column"}
        grades = list(plan["grades"])
        for first, second in combinations(plan["decisions"], 2):
            if first["table"] == second["table"]:
                yield from _pair(subject, thinking, stage, first, second, columns, grades)


def _pair(
    subject: Subject,
    thinking: Conditions,
    stage: str,
    first: DecisionPlan,
    second: DecisionPlan,
    columns: dict[str, Expr],
    grades: list[str],
) -> Iterator[Diagnostic]:
    for a in first["then"]:
        for b in second["then"]:
            kind = _excludes(a, b, columns, grades)
            if not kind or not set(a["whom"]) & set(b["whom"]):
                continue
            example = (
                _dead(subject, thinking, first, a, second, b, grades) if kind == "grade" else _overlap(subject, thinking, first, second)
            )
            if example is None:
                continue
            args = {
                "rule": second["id"],
                "other": first["id"],
                "line": str(first["line"]),
                "a": _named(a),
                "b": _named(b),
                "example": said(example),
            }
            where = ("stages", stage, "decisions", second["id"])
            help = Message("for example {example}", args)
            if kind == "honour":
                message = Message('"{rule}" ({b}) and "{other}" ({a}, line {line}) both apply to the same row', args)
                yield subject.warning("L207", where, message, help)
            else:
                message = Message('"{rule}" ({b}) contradicts "{other}" ({a}, line {line})', args)
                yield subject.error("L207", where, message, help)
            return


def _excludes(a: OutcomePlan, b: OutcomePlan, columns: dict[str, Expr], grades: list[str]) -> str:
    """How two consequences exclude each other: "" (not at all), "grade", "step", "bar" or "honour"."""
    if "bar" in (a["kind"], b["kind"]) and a["kind"] != b["kind"]:
        bar, other = (a, b) if a["kind"] == "bar" else (b, a)
        same = bar["to"] is None and other["kind"] in _HONOURS and bar_names(bar) & {other["name"], other["kind"]}
        return "bar" if same else ""
    if a["kind"] != b["kind"] or a["to"] != b["to"]:
        return ""
    if a["kind"] == "grade":
        return "grade" if a["name"] != b["name"] else ""
    if a["kind"] == "step":
        values = [columns.get(outcome["column"] or "") for outcome in (a, b)]
        return "step" if a["name"] == b["name"] and values[0] != values[1] else ""
    if a["kind"] in ("award", "title"):
        return "honour" if a["name"] != b["name"] else ""
    return ""


def bar_names(bar: OutcomePlan) -> set[str]:
    """What a bar closes."""
    return set(bar["honours"])


def _overlap(subject: Subject, thinking: Conditions, first: DecisionPlan, second: DecisionPlan) -> Case | None:
    """A row to which both rules apply, where both speak of the same columns."""
    for date in subject.dates:
        for a in thinking.bind(first, date):
            for b in thinking.bind(second, date):
                if _comparable(a, b) and (case := thinking.example(first, [a, b])) is not None:
                    return case
    return None


def _comparable(a: Alternative, b: Alternative) -> bool:
    """Whether the columns of one are among those of the other; the status does not count, it stands in most rules."""
    mine, theirs = ({SAME.get(bound.leaf["field"], bound.leaf["field"]) for bound in side} - {"status"} for side in (a, b))
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _dead(
    subject: Subject,
    thinking: Conditions,
    first: DecisionPlan,
    a: OutcomePlan,
    second: DecisionPlan,
    b: OutcomePlan,
    grades: list[str],
) -> Case | None:
    """A row that satisfies the rule of the worse grade, where each such row also gets the better one without a quota.

    Then the worse grade is never given.
    """
    known = a["name"] in grades and b["name"] in grades
    better_first = not known or grades.index(a["name"]) < grades.index(b["name"])
    better, outcome, worse = (first, a, second) if better_first else (second, b, first)
    if outcome["quota"] is not None or outcome["approve"] is not None:
        return None
    for date in subject.dates:
        wide, narrow = thinking.bind(better, date), thinking.bind(worse, date)
        cases = thinking.cases(worse, [*wide, *narrow])
        if cases is None:
            continue
        inside = [case for case in cases if holds(narrow, case)]
        if inside and all(holds(wide, case) for case in inside):
            return inside[0]
    return None


def _named(outcome: OutcomePlan) -> str:
    """A consequence in short: "grade excellent", "bar honours"."""
    names = ", ".join(outcome["honours"]) if outcome["kind"] == "bar" else outcome["name"]
    return f"{outcome['kind']} {names}".strip()
