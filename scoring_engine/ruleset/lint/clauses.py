"""L211: the table of clauses against the rulebook that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, did_you_mean
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.loader import step
from scoring_engine.ruleset.source import Node, Path


def clauses(subject: Subject) -> Iterator[Diagnostic]:
    """A clause that became a rule or a parameter names entries that exist; one that was left out says why.

    What the opening event of a competition says (its organizer, how it reads a clause) is set as a parameter is.
    """
    root = subject.loaded.positions.root
    for i, clause in enumerate(subject.ruleset.clauses):
        path: Path = ("clauses", i)
        for j, written in enumerate(clause.by):
            missing = _missing(root, written)
            if missing is not None:
                name, names = missing
                message = Message('"{path}" is not in the rulebook: there is no "{name}"', {"path": written, "name": name})
                place = subject.loaded.positions.value((*path, "by", j))
                yield subject.error("L211", place, message, did_you_mean(name, names))
            elif clause.status == "param" and not _settable(written):
                message = Message('status: param, but "{path}" is no parameter', {"path": written})
                yield subject.error("L211", subject.loaded.positions.value((*path, "by", j)), message, Message("write status: rule"))
        if clause.status == "left_out" and not clause.why.strip():
            message = Message('clause "{clause}" is left out without a reason', {"clause": clause.clause})
            yield subject.error("L211", (*path, "clause"), message, Message("add why: and the reason"))
        elif clause.status != "left_out" and not clause.by:
            message = Message('clause "{clause}" does not say which entries carry it', {"clause": clause.clause})
            yield subject.error("L211", (*path, "clause"), message, Message("add by: [params.x, stages.y.decisions.z]"))


def _settable(written: str) -> bool:
    """Whether a path leads to what those who apply the rulebook set: a parameter, or a field of a stage's opening event."""
    parts = written.split(".")
    return parts[0] == "params" or (len(parts) == 4 and parts[0] == "stages" and parts[2] == "fields")


def _missing(root: Node | None, written: str) -> tuple[str, list[str]] | None:
    """The first part of a dotted path that leads nowhere, with the names that are there instead."""
    node: Any = root
    for part in written.split("."):
        found = step(node, int(part) if node.kind == "list" and part.isdecimal() else part)
        if found is None:
            return part, list(node.value) if node.kind == "map" else []
        node = found[1]
    return None
