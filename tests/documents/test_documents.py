"""The samples of the documents: made anew they are the same bytes, and the engine agrees with the oracles in every row."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.documents.generate import SAMPLES, expected, log
from tests.documents.plain import EXPECTED, ROOT

CUTS = {  # moments in the middle of each campaign
    "grand_discussion": ("2017-03-10T12:00:00+08:00", "2017-04-15T23:00:00+08:00", "2017-04-16T23:00:00+08:00"),
    "capability_drive": ("2024-09-30T23:00:00+08:00", "2024-10-20T12:00:00+08:00", "2024-12-01T00:00:00+08:00"),
    "three_basics": ("2017-07-05T23:00:00+08:00", "2017-10-01T09:00:00+08:00", "2017-12-21T00:00:00+08:00"),
}
LAST_DAYS = {  # days on which something can still be done in time, and the days after
    "grand_discussion": ("2017-03-02", "2017-03-03", "2017-03-30", "2017-03-31", "2017-04-30", "2017-05-01", "2017-05-07", "2017-05-30"),
    "capability_drive": ("2024-08-31", "2024-09-01", "2024-09-29", "2024-09-30", "2024-12-31"),
    "three_basics": ("2017-05-12", "2017-06-30", "2017-07-01", "2017-08-05", "2017-08-06", "2017-10-05", "2017-12-31"),
}


def agree(result: Replay, tables: dict[str, str]) -> None:
    """The result has exactly the expected rows, in the columns that the expected tables have."""
    for file, content in tables.items():
        wanted = list(csv.DictReader(io.StringIO(content)))
        columns = next(csv.reader(io.StringIO(content)))
        rows = getattr(result, file.removesuffix(".csv")).records()
        found = Counter(tuple("" if row.get(name) is None else str(row.get(name)) for name in columns) for row in rows)
        assert found == Counter(tuple(row[name] for name in columns) for row in wanted), file


def sample(name: str) -> str:
    """The path of a sample log."""
    return str(ROOT / "sample_events" / f"{name}.jsonl")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_its_maker_writes(name: str) -> None:
    with open(sample(name), encoding="utf-8") as file:
        assert file.read() == log(name), "a rulebook has changed: run python -m tests.documents.generate"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_expected_tables_are_the_oracle_s(name: str) -> None:
    for file, content in expected(name, log(name)).items():
        assert (EXPECTED / name / file).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("name", SAMPLES)
def test_the_engine_agrees_with_the_oracle(name: str) -> None:
    agree(replay(read(sample(name))), {path.name: path.read_text(encoding="utf-8") for path in (EXPECTED / name).iterdir()})


@pytest.mark.parametrize(("name", "until"), [(name, until) for name, cuts in CUTS.items() for until in cuts])
def test_in_the_middle_nothing_is_missing_that_is_not_due(name: str, until: str) -> None:
    part = "".join(line + "\n" for line in log(name).splitlines() if json.loads(line)["at"] <= until)
    agree(replay(read(sample(name)), until=until), expected(name, part))


@pytest.mark.parametrize(("name", "day"), [(name, day) for name, days in LAST_DAYS.items() for day in days])
def test_the_last_day_still_counts(name: str, day: str) -> None:
    lines = [line for line in log(name).splitlines() if json.loads(line)["at"][:10] <= day]
    for number, competition in enumerate(dict.fromkeys(json.loads(line)["competition"] for line in lines)):
        end = {"seq": 10**6 + number, "id": f"end/{number}", "at": f"{day}T23:30:00+08:00", "competition": competition, "kind": "confirmed"}
        lines.append(json.dumps(end))
    text = "\n".join(lines) + "\n"
    agree(replay(read(text)), expected(name, text))


@pytest.mark.parametrize("name", SAMPLES)
def test_order_and_double_delivery_change_nothing(name: str) -> None:
    lines = log(name).splitlines()
    events = [json.loads(line, parse_float=str) for line in lines]
    assert len({event["id"] for event in events}) == len(events) - 1  # one line comes twice in the sample itself
    shuffled = read("\n".join([*lines[::-1], *lines[::7]]) + "\n")
    assert replay(shuffled).digest == replay(read(sample(name))).digest
