"""L209: rules and parameters that do not say which clause they come from."""

from __future__ import annotations

from collections.abc import Iterator

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.subject import Subject


def references(subject: Subject) -> Iterator[Diagnostic]:
    """Entries without `ref`: whoever is decided about may ask where it is written."""
    help = Message("add ref: and the clause")
    for path, _, rule in subject.decisions():
        if not rule["ref"].strip():
            yield subject.warning("L209", path, Message('the rule "{name}" names no clause', {"name": rule["id"]}), help)
    for name, param in subject.plan["params"].items():
        if not param["ref"].strip():
            yield subject.warning("L209", ("params", name), Message('the parameter "{name}" names no clause', {"name": name}), help)
