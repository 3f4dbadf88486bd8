"""Random logs: chunked, shuffled, in two processes, in every form, and a competition by itself have equal digests."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.cluster import buckets, bulk, planning
from tests.cluster.logs import RULEBOOK, apart, contests, digests, events, season, whole, write

pytestmark = pytest.mark.usefixtures("small")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    competitions=st.integers(1, 8),
    contestants=st.integers(1, 7),
    judges=st.integers(1, 6),
    size=st.integers(1500, 60_000),
    order=st.sampled_from(["as it is", "shuffled", "by time", "twice"]),
    ending=st.sampled_from(["jsonl", "csv"]),
    workers=st.integers(1, 3),
)
def test_no_partition_shows_in_a_digest(
    seed: int, competitions: int, contestants: int, judges: int, size: int, order: str, ending: str, workers: int
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        log = contests(folder / "log.jsonl", competitions, seed, contestants, judges)
        expected = apart(log)
        assert whole([log]) == expected
        same = contests(folder / f"same.{ending}", competitions, seed, contestants, judges)
        text = same.read_text(encoding="utf-8").splitlines(keepends=True)
        head, lines = text[: ending == "csv"], text[ending == "csv" :]
        if order == "shuffled":
            random.Random(seed).shuffle(lines)
        elif order == "by time":
            lines.sort(key=lambda line: line[line.find("2024-") :][:25])
        elif order == "twice":
            lines += random.Random(seed).sample(lines, len(lines) // 2)
        same.write_text("".join([*head, *lines]), encoding="utf-8")
        planning.SIZE = buckets.SIZE = size
        bulk.run([str(same)], str(folder / "out"), "csv", rulesets=[RULEBOOK], on=f"local[{workers}]")
        assert digests(folder / "out") == expected
    finally:
        shutil.rmtree(folder)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), towns=st.integers(1, 4), size=st.integers(3000, 60_000), mixed=st.booleans())
def test_linked_seasons_have_the_digests_of_their_town_alone(seed: int, towns: int, size: int, mixed: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        log = season(folder / "log.jsonl", towns, seed)
        some = events(log)
        expected: dict[str, str] = {}
        for town in sorted({str(event["competition"])[:5] for event in some}):
            own = write(folder / "town.jsonl", [event for event in some if str(event["competition"]).startswith(town)])
            expected |= whole([own])
        if mixed:
            random.Random(seed).shuffle(some)
            write(log, some)
        planning.SIZE = buckets.SIZE = size
        bulk.run([str(log)], str(folder / "out"), "csv", rulesets=[RULEBOOK], on="local[2]")
        assert digests(folder / "out") == expected
    finally:
        shutil.rmtree(folder)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(1500, 30_000),
    cells=st.sampled_from([('"two\nlines"', '"three\n\nlines, and more"', '"said ""so"""', '""'), ('a stray "mark', '""')]),
    often=st.floats(0.001, 0.3),
)
def test_records_over_several_lines_are_not_cut(seed: int, size: int, cells: list[str], often: float) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        log = contests(folder / "log.csv", 4, seed)
        head, *rows = log.read_text(encoding="utf-8").splitlines()
        place = head.split(",").index("by")
        chance = random.Random(seed)
        for number, row in enumerate(rows):
            row_cells = row.split(",")
            if chance.random() < often and not row_cells[place]:
                row_cells[place] = chance.choice(cells)
                rows[number] = ",".join(row_cells)
        log.write_text("".join(f"{row}\n" for row in [head, *rows]), encoding="utf-8")
        planning.SIZE = buckets.SIZE = size
        bulk.run([str(log)], str(folder / "out"), "csv", rulesets=[RULEBOOK], on="local[2]")
        assert digests(folder / "out") == whole([log])
    finally:
        shutil.rmtree(folder)
