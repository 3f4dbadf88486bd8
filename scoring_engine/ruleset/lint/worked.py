"""L212: worked examples that speak of what the rulebook does not have.

An example whose names are wrong fails when it is played, and says so far from the line; here the line is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, did_you_mean
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.models import CONSEQUENCES, Example
from scoring_engine.ruleset.plan import StagePlan
from scoring_engine.ruleset.source import Path

GIVEN = ("contestants", "judges", "marks", "records", "events", "opened", "params")
ENVELOPE = ("id", "seq", "at", "by", "device", "n", "competition")
OPENING = ("version", "sha256", "name", "date", "feeds", "seed")
EXPECTED: dict[str, tuple[str, ...]] = {
    "standings": ("competition", "stage", "scope", "contestant", "name", "rank", "status", "total", "decided_by"),
    "decisions": ("competition", "contestant", "rule", "consequence", "name", "value", "to", "ref", "status", "note"),
    "not": ("contestant", "rule", "failed"),
    "rejected": ("line", "id", "field", "value", "rule", "reason", "file", "seq", "competition", "kind"),
    "notices": ("competition", "code", "contestant", "text"),
    "carried": (),
}


class Finding(NamedTuple):
    """What is wrong with the entry at a path of the example, and whether its key or its value is to be blamed."""

    path: Path
    message: Message
    help: Message | None = None
    key: bool = False


def worked(subject: Subject) -> Iterator[Diagnostic]:
    """The examples against their stage: entries, contestants, criteria, records, fields, rules, columns."""
    positions = subject.loaded.positions
    for i, example in enumerate(subject.ruleset.tests):
        root: Path = ("tests", i)
        if example.stage not in subject.plan["stages"]:
            names = list(subject.plan["stages"])
            message = Message('there is no stage "{name}"', {"name": example.stage})
            yield subject.error("L212", positions.value((*root, "stage")), message, did_you_mean(example.stage, names))
            continue
        stage = subject.plan["stages"][example.stage]
        for found in (*_given(subject, stage, example), *_expected(subject, stage, example)):
            path = (*root, *found.path)
            yield subject.error("L212", positions.key(path) if found.key else positions.value(path), found.message, found.help)


def _given(subject: Subject, stage: StagePlan, example: Example) -> Iterator[Finding]:
    given = example.given
    yield from _known(("given",), given, GIVEN, '"given" has no entry "{name}"')
    yield from _shape(("given",), given, {"judges": list, "marks": dict, "records": dict, "events": list, "opened": dict, "params": dict})
    if isinstance(given.get("params"), dict):
        yield from _known(("given", "params"), given["params"], subject.ruleset.params, 'there is no parameter "{name}"')
    contestants = given.get("contestants", {})
    if not isinstance(contestants, (dict, list)):
        yield Finding(("given", "contestants"), Message("expected a list, or entries (name: value)"))
        return
    for name, roster in contestants.items() if isinstance(contestants, dict) else ():
        path: Path = ("given", "contestants", name)
        if isinstance(roster, dict):
            yield from _known(path, roster, (*stage["roster"], "name", *ENVELOPE), '{place} have no field "{name}"', place="contestants")
        elif roster is not None:
            yield Finding(path, Message("expected entries (name: value)"))
    opened = given.get("opened")
    if isinstance(opened, dict):
        known = (*stage["fields"], *OPENING, *ENVELOPE)
        yield from _known(("given", "opened"), opened, known, 'the opening event has no field "{name}"')
    if isinstance(given.get("params"), dict):
        yield from _known(("given", "params"), given["params"], subject.plan["params"], 'there is no parameter "{name}"')
    # An example of what is rejected may name what does not exist.
    strict = "rejected" not in example.expect
    present = {str(name) for name in contestants} | {str(event.get("contestant")) for event in _rows(given.get("events"))}
    if isinstance(given.get("marks"), dict):
        judges = given.get("judges")
        yield from _marks(stage, given["marks"], len(judges) if isinstance(judges, list) else None, present, strict)
    if isinstance(given.get("records"), dict):
        yield from _records(subject, stage, given["records"], present, strict)
    for j, event in enumerate(given.get("events") or [] if isinstance(given.get("events"), list) else []):
        if not isinstance(event, dict) or "kind" not in event:
            yield Finding(("given", "events", j), Message("an event is a mapping with the entry kind"))


def _marks(stage: StagePlan, marks: dict[str, Any], judges: int | None, present: set[str], strict: bool) -> Iterator[Finding]:
    sheet = stage["sheet"]
    if sheet is None:
        yield Finding(("given", "marks"), Message("the stage has no sheet, so there are no marks"), key=True)
        return
    for contestant, inside in marks.items():
        path: Path = ("given", "marks", contestant)
        if strict and contestant not in present:
            message = Message('the example has no contestant "{name}"', {"name": contestant})
            yield Finding(path, message, did_you_mean(contestant, present), True)
        yield from _sheet(path, inside, len(sheet["keys"]), list(sheet["criteria"]), judges, strict)


def _sheet(path: Path, inside: Any, keys: int, criteria: list[str], judges: int | None, strict: bool) -> Iterator[Finding]:
    """The marks below a contestant: so many levels of keys, then criterion → list of marks."""
    if not isinstance(inside, dict):
        yield Finding(path, Message("expected entries (name: value)"))
        return
    if keys == 0 and strict:
        yield from _known(path, inside, criteria, 'the sheet has no criterion "{name}"')
    for name, value in inside.items():
        if keys:
            yield from _sheet((*path, name), value, keys - 1, criteria, judges, strict)
        elif not isinstance(value, list):
            yield Finding((*path, name), Message("expected a list of marks, in the order of the judges"))
        elif judges is not None and len(value) > judges:
            counts = {"marks": str(len(value)), "judges": str(judges)}
            yield Finding((*path, name), Message("{marks} marks, but the example has {judges} judges", counts))


def _records(subject: Subject, stage: StagePlan, records: dict[str, Any], present: set[str], strict: bool) -> Iterator[Finding]:
    if strict:
        yield from _known(("given", "records"), records, stage["records"], 'the stage admits no records of the kind "{name}"')
    for kind, rows in records.items():
        path: Path = ("given", "records", kind)
        if not isinstance(rows, list):
            yield Finding(path, Message("expected a list"))
            continue
        plan = subject.plan["records"].get(kind)
        for i, row in enumerate(rows):
            if not isinstance(row, dict):
                yield Finding((*path, i), Message("expected entries (name: value)"))
            elif strict and plan is not None:
                known = (*plan["fields"], "contestant", "judge", *ENVELOPE)
                yield from _known((*path, i), row, known, 'records of the kind {kind} have no field "{name}"', kind=kind)
                if "contestant" in row and str(row["contestant"]) not in present:
                    message = Message('the example has no contestant "{name}"', {"name": str(row["contestant"])})
                    yield Finding((*path, i, "contestant"), message, did_you_mean(str(row["contestant"]), present))


def _expected(subject: Subject, stage: StagePlan, example: Example) -> Iterator[Finding]:
    expect = example.expect
    yield from _known(("expect",), expect, EXPECTED, '"expect" has no entry "{name}"')
    yield from _shape(("expect",), expect, dict.fromkeys(EXPECTED, list))
    if not expect:
        yield Finding(("expect",), Message("the example expects nothing"))
    measures = [measure["name"] for measure in stage["measures"]]
    everywhere = list(dict.fromkeys(measure["name"] for other in subject.plan["stages"].values() for measure in other["measures"]))
    comparisons = _comparisons(subject)
    for part, known in EXPECTED.items():
        for i, row in enumerate(expect[part] if isinstance(expect.get(part), list) else []):
            path: Path = ("expect", part, i)
            if not isinstance(row, dict):
                yield Finding(path, Message("expected entries (name: value)"))
                continue
            if known:
                # a row of another competition of the example may be of any stage
                shown = everywhere if "competition" in row or "stage" in row else measures
                columns = (*known, *shown) if part == "standings" else known
                yield from _known(path, row, columns, '{part} have no column "{name}"', part=part)
            if part in ("decisions", "not"):
                yield from _rule(path, row, comparisons)
            if part == "not":
                needed = ("rule", "contestant") if str(row.get("rule")) not in _of_nobody(subject) else ("rule",)
                for name in needed:
                    if name not in row:
                        yield Finding(path, Message('"{name}" is missing', {"name": name}))


def _rule(path: Path, row: dict[str, Any], comparisons: dict[str, dict[str, str]]) -> Iterator[Finding]:
    rule = str(row.get("rule", ""))
    if rule and rule not in comparisons:
        yield Finding((*path, "rule"), Message('there is no rule "{name}"', {"name": rule}), did_you_mean(rule, comparisons))
    elif rule and "failed" in row and _squeezed(row["failed"]) not in comparisons[rule]:
        message = Message('"{rule}" has no comparison "{text}"', {"rule": rule, "text": str(row["failed"])})
        written = [text for text in comparisons[rule].values() if not text.startswith("not ")]
        yield Finding((*path, "failed"), message, did_you_mean(str(row["failed"]), written))
    if "consequence" in row and row["consequence"] not in CONSEQUENCES:
        name = str(row["consequence"])
        message = Message('there is no consequence "{name}"', {"name": name})
        yield Finding((*path, "consequence"), message, did_you_mean(name, CONSEQUENCES))


def _of_nobody(subject: Subject) -> set[str]:
    """The rules over tables whose rows belong to no contestant."""
    stages = subject.plan["stages"]
    return {rule["id"] for _, stage, rule in subject.decisions() if "contestant" not in stages[stage]["tables"][rule["table"]]["columns"]}


def _comparisons(subject: Subject) -> dict[str, dict[str, str]]:
    """Every rule of every stage, with each of its comparisons without blanks (also negated) → as it is written."""
    found: dict[str, dict[str, str]] = {}
    for _, _, rule in subject.decisions():
        texts = [leaf["text"] for leaves in rule["alternatives"] for leaf in leaves]
        known = found.setdefault(rule["id"], {})
        known.update({_squeezed(text): text for text in texts})
        known.update({"not" + _squeezed(text): f"not {text}" for text in texts})
    return found


def _squeezed(text: Any) -> str:
    return "".join(str(text).split())


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _known(path: Path, entries: dict[str, Any], names: Collection[str], text: str, **args: str) -> Iterator[Finding]:
    """Entries whose name is none of those that can stand here."""
    for name in entries:
        if name not in names:
            yield Finding((*path, name), Message(text, {"name": name, **args}), did_you_mean(name, list(names), 24), True)


def _shape(path: Path, entries: dict[str, Any], types: dict[str, type]) -> Iterator[Finding]:
    """Entries that are not the list or the mapping that they should be."""
    for name, wanted in types.items():
        if name in entries and not isinstance(entries[name], wanted):
            text = "expected a list" if wanted is list else "expected entries (name: value)"
            yield Finding((*path, name), Message(text))
