"""L201: what a rulebook declares and nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.subject import Subject, used


def unused(subject: Subject) -> Iterator[Diagnostic]:
    """Parameters and look-up tables that no formula reads, records that no stage admits or reads, calendars nobody asks."""
    stages = subject.plan["stages"]
    ladders = {outcome["name"] for _, _, rule in subject.decisions() for outcome in rule["then"] if outcome["kind"] == "step"}
    tables = _tables(stages)
    admitted = {kind for stage in stages.values() for kind in stage["records"]}
    kinds: list[tuple[str, set[str], str]] = [
        ("params", {*used(stages, "param"), *ladders}, 'the parameter "{name}" is not used'),
        ("scales", set(used(stages, "scale")), 'the look-up table "{name}" is not used'),
        ("records", admitted, 'no stage admits records of the kind "{name}"'),
        ("windows", tables, 'the calendar "{name}" is not used'),
    ]
    declared: dict[str, Any] = dict(subject.plan)
    for section, known, text in kinds:
        for name in declared[section]:
            if name not in known:
                yield subject.warning("L201", (section, name), Message(text, {"name": name}), Message("delete it, or use it"))


def _tables(node: Any) -> set[str]:
    """Every table, and every calendar that a function names, anywhere in a part of the plan."""
    found: set[str] = set()
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("table", "source", "of") and isinstance(value, str):
                found.add(value)
            elif key == "sources":
                found.update(value)
            found |= _tables(value)
    elif isinstance(node, list):
        if node[:2] == ["call", "window"]:
            found.add(node[2][1])
        elif node[:1] == ["far"]:
            found.add(node[1])
        for item in node:
            found |= _tables(item)
    return found
