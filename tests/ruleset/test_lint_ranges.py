"""The ranges that the linter reasons with hold every value that a replay computes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset.checking import check
from scoring_engine.ruleset.lint.domains import Domain, Value
from scoring_engine.ruleset.lint.ranges import Ranges
from scoring_engine.ruleset.lint.reasoning import OF_THE_RANKED, Conditions
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.scoring.vectors import Number, Text, Truth
from scoring_engine.season.examples import events_of
from scoring_engine.season.replay import replay

ROOT = Path(__file__).parents[2]
RULEBOOKS = sorted((ROOT / "rulesets").rglob("*.yaml"))


def values(vector: Any, texts: list[str]) -> Iterator[Value]:
    """The values of a column."""
    if isinstance(vector, Text):
        yield from (None if code < 0 else texts[code] for code in vector.codes.tolist())
    elif isinstance(vector, Truth):
        yield from (bool(value) if ok else None for value, ok in zip(vector.values.tolist(), vector.present.tolist(), strict=True))
    elif isinstance(vector, Number):
        dens = [vector.den] * vector.size if isinstance(vector.den, int) else vector.den.tolist()
        for num, den, ok in zip(vector.num.tolist(), dens, vector.present.tolist(), strict=True):
            yield Fraction(int(num), int(den)) if ok else None


def outside(domain: Domain, value: Value) -> bool:
    """Whether the domain says that there is no such value."""
    if value is None:
        return not domain.missing
    if isinstance(value, Fraction) and domain.kind == "number":
        low = domain.low is not None and value < domain.low
        high = domain.high is not None and value > domain.high
        step = domain.step is not None and (value % domain.step if domain.step else value) != 0
        return low or high or step
    if isinstance(value, str) and domain.kind == "text":
        return domain.texts is not None and value not in domain.texts
    return False


def contradicted(settled: Any, ranges: Ranges) -> list[str]:
    batch = settled.scored.batch
    found = []
    for name, table in batch.tables.items():
        plan = batch.stage["tables"].get(name)
        for column, vector in table.columns.items():
            if plan is None or column.startswith("@") or column not in plan["columns"] or plan["columns"][column]["kind"] == "time":
                continue
            domain = ranges.of(name, column)
            wrong = [value for value in values(vector, batch.lexicon.texts) if outside(domain, value)]
            found += [f"{name}.{column} = {wrong[0]}, not in {domain}"] if wrong else []
    return [*found, *_unranked(settled, ranges)]


def _unranked(settled: Any, ranges: Ranges) -> Iterator[str]:
    """Who is not ranked has none of what the linter takes to be of the ranked only, and who is ranked has all of it."""
    batch = settled.scored.batch
    conditions = Conditions(ranges.subject, batch.stage["id"])
    columns = batch.tables["contestants"].columns
    if not conditions.only_ranked:
        return
    ranked = [status == "ranked" for status in values(columns["status"], batch.lexicon.texts)]
    for name in OF_THE_RANKED:
        present = [value is not None for value in values(columns[name], batch.lexicon.texts)]
        if present != ranked:
            yield f"{name} is there for others than the ranked"
    for name in conditions.of_ranked:
        present = [value is not None for value in values(columns[name], batch.lexicon.texts)]
        if any(own and not there for own, there in zip(ranked, present, strict=True)):
            yield f"{name} is missing for one of the ranked"


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_worked_examples(path: Path) -> None:
    checked = check(path)
    assert checked.plan is not None
    subject = Subject(checked.loaded, checked.plan)
    for example in subject.ruleset.tests:
        log = read(list(events_of(example.given, checked.plan, example.stage)))
        ranges = Ranges(subject, checked.plan["stages"][example.stage])
        for settled in replay(log, [checked.plan]).settled:
            assert contradicted(settled, ranges) == []


@pytest.mark.parametrize("path", sorted((ROOT / "sample_events").glob("*.jsonl")), ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    subjects = {}
    for rulebook in RULEBOOKS:
        checked = check(rulebook)
        assert checked.plan is not None
        subjects[checked.plan["id"]] = Subject(checked.loaded, checked.plan)
    for settled in replay(read([str(path)]), [subject.plan for subject in subjects.values()]).settled:
        batch = settled.scored.batch
        assert contradicted(settled, Ranges(subjects[batch.plan["id"]], batch.stage)) == []
