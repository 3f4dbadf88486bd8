"""Worked examples: the `tests:` of a rulebook, replayed, their expectations compared with the result.

Each example is a small competition written down in short (`models.Example`). It is turned into events, replayed by the
same code as any log, and each expected row is looked for in the result: values as exact numbers, reasons too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.ruleset.models import Example
    from scoring_engine.ruleset.plan import Plan, StagePlan
    from scoring_engine.season.result import Replay

COMPETITION = "example"


class Verdict(NamedTuple):
    """How an example came out: `failures` is empty where all that it expects is so. `line` is where it stands in the file."""

    name: str
    line: int
    failures: list[Message]


def run(path: str, *, engine: Engine = "both") -> Iterator[Verdict]:
    """Check the rulebook `path` and replay each of its worked examples.

    Raises:
        RulesetError: the rulebook has errors.
    """
    from scoring_engine.ruleset.checking import check as checked
    from scoring_engine.ruleset.diagnostics import RulesetError
    from scoring_engine.ruleset.overriding import with_params

    loaded, plan, diagnostics = read = checked(path)
    if not read.ok or plan is None or loaded.ruleset is None:
        raise RulesetError(diagnostics, {loaded.file: loaded.text})
    for number, example in enumerate(loaded.ruleset.tests):
        params = example.given.get("params")
        try:
            failures = check(example, with_params(loaded, params) if params else plan, engine=engine)
        except RulesetError as error:
            failures = [diagnostic.message for diagnostic in error.diagnostics]
        yield Verdict(example.name, loaded.positions.line(("tests", number)), failures)


def check(example: Example, plan: Plan, *, engine: Engine = "both") -> list[Message]:
    """What of the example's expectations is not so."""
    from scoring_engine.events.reading import read
    from scoring_engine.season.replay import replay

    if example.stage not in plan["stages"]:
        return [Message("the rulebook has no stage “{stage}”", {"stage": example.stage})]
    events = list(events_of(example.given, plan, example.stage))
    result = replay(read(events), [plan], engine=engine)
    return list(_compared(example.expect, result))


def events_of(given: Mapping[str, Any], plan: Plan, stage: str) -> Iterator[dict[str, Any]]:
    """The short form of an example as events: opening, contestants, judges, marks, records, further events."""
    for n, event in enumerate(_events(given, plan["stages"][stage], plan["id"]), 1):
        yield {"seq": n, "id": event.pop("id", f"e{n}"), "competition": event.pop("competition", COMPETITION), **event}


def _events(given: Mapping[str, Any], stage: StagePlan, ruleset: str) -> Iterator[dict[str, Any]]:
    yield {"kind": "opened", "ruleset": ruleset, "stage": stage["id"], **(given.get("opened") or {})}
    contestants = given.get("contestants") or {}
    for contestant in contestants:
        fields = contestants[contestant] if isinstance(contestants, Mapping) else None
        yield {"kind": "contestant", "contestant": str(contestant), **(fields or {})}
    judges = [str(judge) for judge in given.get("judges") or []]
    for judge in judges:
        yield {"kind": "judge", "judge": judge}
    before, after = _split(given.get("events") or [])
    yield from before
    keys = list(stage["sheet"]["keys"]) if stage["sheet"] else []
    for contestant, sheet in (given.get("marks") or {}).items():
        yield from _marks(str(contestant), sheet, keys, {}, judges)
    for kind, rows in (given.get("records") or {}).items():
        for row in rows:
            yield {"kind": "record", "record": kind, **{name: value for name, value in row.items() if value is not None}}
    yield from after


def _split(events: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events that happen before the marks (`first: true`) and after them."""
    before: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    for event in events:
        plain = dict(event)
        (before if plain.pop("first", False) else after).append(plain)
    return before, after


def _marks(contestant: str, sheet: Any, keys: Sequence[str], at: dict[str, Any], judges: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The marks of one contestant: key values first, then criterion → marks in the order of the judges."""
    for name, value in sheet.items():
        if keys:
            yield from _marks(contestant, value, keys[1:], at | {keys[0]: name}, judges)
            continue
        for judge, mark in zip(judges, value, strict=False):
            if mark is not None:
                yield {"kind": "score", "judge": judge, "contestant": contestant, **at, "criterion": str(name), "value": mark}


def _compared(expect: Mapping[str, Any], result: Replay) -> Iterator[Message]:
    tables = {"standings": result.standings, "decisions": result.decisions, "rejected": result.rejected, "notices": result.notices}
    for name, rows in expect.items():
        if name == "not":
            yield from _not_fired(rows, result)
        elif name == "carried":
            yield from _rows(name, rows, result.carried())
        elif name in tables:
            yield from _rows(name, rows, tables[name].records())
        else:
            yield Message("expect has no part “{name}”; it may have standings, decisions, not, rejected, notices, carried", {"name": name})


def _rows(table: str, expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    """Each expected row must be there: all of its values in one row of the table."""
    for row in expected:
        if any(all(_same(value, other.get(name)) for name, value in row.items()) for other in actual):
            continue
        near = _nearest(row, actual)
        yield Message("{table}: expected {row}, found {near}", {"table": table, "row": _show(row), "near": near})


def _nearest(row: Mapping[str, Any], actual: Sequence[Mapping[str, Any]]) -> str:
    """The row that agrees in most values, as far as the expected columns go."""
    if not actual:
        return "–"
    best = max(actual, key=lambda other: sum(_same(value, other.get(name)) for name, value in row.items()))
    return _show({name: best.get(name) for name in row})


def _show(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {'–' if value is None else value}" for name, value in row.items())


def _same(expected: Any, actual: Any) -> bool:
    """Equal as exact numbers where both are numbers, else as texts; nothing equals nothing."""
    if expected is None or expected == "":
        return actual in (None, "")
    if actual is None:
        return False
    if isinstance(expected, bool):
        return str(actual).lower() == str(expected).lower()
    left, right = _number(expected), _number(actual)
    if left is not None and right is not None:
        return left == right
    return str(expected) == str(actual)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def _not_fired(rows: Sequence[Mapping[str, Any]], result: Replay) -> Iterator[Message]:
    """The rule must not hold for the contestant, and for the reason given."""
    for row in rows:
        who, rule = str(row.get("contestant") or ""), str(row["rule"])
        failed = result.failures(COMPETITION, who, rule)
        if failed is None:
            yield Message("not: there is no rule {rule} or no row of {who}", {"rule": rule, "who": who})
        elif not failed:
            yield Message("not: {rule} holds for {who}", {"rule": rule, "who": who})
        elif "failed" in row and not any(_squeezed(row["failed"]) == _squeezed(f.leaf["text"]) for f in failed):
            reasons = "; ".join(f"{f.leaf['text']} (is {f.actual})" for f in failed)
            yield Message("not: {rule} fails for {who} because of {reasons}, not because of {row}",
                          {"rule": rule, "who": who, "reasons": reasons, "row": str(row["failed"])})  # fmt: skip


def _squeezed(text: str) -> str:
    """A condition without its spaces; `not has(x)` and `has(x)` name the same condition."""
    return "".join(str(text).removeprefix("not ").split())
