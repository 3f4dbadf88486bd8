"""L210: rules without a worked example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.subject import Subject


def untested(subject: Subject) -> Iterator[Diagnostic]:
    """Rules that no row of `expect.decisions` or `expect.not` of their stage names."""
    named = {(example.stage, str(row.get("rule"))) for example in subject.ruleset.tests for row in rows(example.expect)}
    for path, stage, rule in subject.decisions():
        if (stage, rule["id"]) not in named:
            message = Message('the rule "{name}" has no worked example', {"name": rule["id"]})
            yield subject.warning("L210", path, message, Message("add one to tests: whose expect names it in decisions or not"))


def rows(expect: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of an expectation that name rules."""
    for key in ("decisions", "not"):
        listed = expect.get(key)
        for row in listed if isinstance(listed, list) else []:
            if isinstance(row, dict):
                yield row
