"""L208: a shared rank that decides about something, and nothing says what then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.plan import DecisionPlan, OutcomePlan, StagePlan

_BY_RANK = ("rank", "place", "rank_from_last")


def ties(subject: Subject) -> Iterator[Diagnostic]:
    """Ranks that may be shared at the end of the chain (`unresolved: shared`) and rules that give something by rank.

    Two on the first rank would both get the whole first prize, and three may advance where two places are. Money and places
    are limited, so the rulebook must say it: `if_tied`, a quota, or a chain that ends with a lot or a recorded decision.
    """
    for name, stage in subject.plan["stages"].items():
        if not _open(stage):
            continue
        for rule in stage["decisions"]:
            if not any(leaf["field"] in _BY_RANK for leaves in rule["alternatives"] for leaf in leaves):
                continue
            for i, outcome in enumerate(rule["then"]):
                if _limited(subject, ("stages", name, "decisions", rule["id"], "then", i), outcome):
                    yield _warning(subject, name, rule, i, outcome)


def _open(stage: StagePlan) -> bool:
    """Whether the chain can leave contestants on a shared rank."""
    ranking = stage["ranking"]
    closed = any(link["kind"] in ("lot", "discretion") and link["when"] is None for link in ranking["by"])
    return ranking["unresolved"] == "shared" and ranking["ties"] != "ordinal" and not closed


def _limited(subject: Subject, path: tuple[Any, ...], outcome: OutcomePlan) -> bool:
    """Whether there is only so much of it, and the rule does not say what a tie does to it."""
    if subject.loaded.positions.has((*path, "if_tied")) or outcome["quota"] is not None or outcome["approve"] is not None:
        return False
    return outcome["kind"] in ("cash", "advance")


def _warning(subject: Subject, stage: str, rule: DecisionPlan, i: int, outcome: OutcomePlan) -> Diagnostic:
    args = {"rule": rule["id"], "kind": outcome["kind"]}
    message = Message('a rank can stay shared, and "{rule}" does not say what then becomes of the {kind}', args)
    if outcome["kind"] == "cash":
        help = Message("add if_tied: each | split | ask, or end the ranking with {{lot: …}} or {{discretion: recorded}}")
    else:
        help = Message("add if_tied: each | ask, or end the ranking with {{lot: …}} or {{discretion: recorded}}")
    return subject.warning("L208", ("stages", stage, "decisions", rule["id"], "then", i, outcome["kind"]), message, help)
