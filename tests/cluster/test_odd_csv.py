"""CSV that is odd where a bulk replay looks at it before anything is read: a CR within a line, long cells, byte order marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scoring_engine.cluster import bulk
from scoring_engine.events.reading import read
from scoring_engine.report.files import table_csv
from scoring_engine.season.replay import replay
from tests.cluster.logs import RULEBOOK, contests, digests, events, season, table

pytestmark = pytest.mark.usefixtures("small")


def csv_of(log: Path, change: Callable[[list[dict[str, object]]], None] = lambda some: None, scattered: bool = False) -> Path:
    """A log of JSON Lines as CSV, without the fields that are lists, and a CR for @; `scattered`: every second event stands at the end."""
    some = [event for event in events(log) if not any(isinstance(value, (list, dict)) for value in event.values())]
    change(some)
    if scattered:
        some = some[::2] + some[1::2]
    names = list(dict.fromkeys(name for event in some for name in event))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(some)
    target = log.with_suffix(".csv")
    target.write_text(out.getvalue().replace("@", "\r"), encoding="utf-8", newline="")
    return target


@pytest.fixture(autouse=True)
def _long_cells() -> Iterator[None]:
    """So that the tests can read such tables."""
    limit = csv.field_size_limit(1 << 20)
    yield
    csv.field_size_limit(limit)


def same(log: Path, out: Path) -> None:
    """A bulk replay says the same of the log as a replay of the whole. (Where a CR ends a line, the lines of parts are counted in
    another way.)"""
    manifest = bulk.run([str(log)], str(out), "csv", rulesets=[RULEBOOK], on="local[2]")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert digests(out) == dict(memory.digests)
    expected = list(csv.DictReader(io.StringIO(table_csv(memory.rejected), newline="")))
    assert rows(table(out, "rejected")) == rows(expected)
    assert manifest["rejected"] == len(expected)


def rows(some: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return sorted(tuple(value for name, value in row.items() if name != "line") for row in some)


def spoil(kind: str, text: str) -> Callable[[list[dict[str, object]]], None]:
    def change(some: list[dict[str, object]]) -> None:
        for event in [event for event in some if event["kind"] == kind][1::3]:
            event["name"] = text

    return change


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("kind", ["opened", "contestant"])
@pytest.mark.parametrize("text", ["a@b", "a,@b", "x" * 140_000], ids=["CR", "CR in quotes", "long"])
def test_cells_that_are_odd(tmp_path: Path, kind: str, text: str, scattered: bool) -> None:
    log = csv_of(contests(tmp_path / "log.jsonl", 8), spoil(kind, text), scattered)
    same(log, tmp_path / "out")


def test_openings_that_are_odd_in_a_season(tmp_path: Path) -> None:
    log = csv_of(season(tmp_path / "log.jsonl", 3), spoil("opened", "a@b"))
    same(log, tmp_path / "out")


@pytest.mark.parametrize("scattered", [False, True])
def test_a_cr_in_the_header(tmp_path: Path, scattered: bool) -> None:
    log = csv_of(contests(tmp_path / "log.jsonl", 8), scattered=scattered)
    log.write_bytes(log.read_bytes().replace(b",kind", b",\rkind", 1))
    bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]")
    assert [row["rule"] for row in table(tmp_path / "out", "rejected")] == [one.rule for one in read(str(log)).rejected]
    assert digests(tmp_path / "out") == {}


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("marks", [1, 2])
def test_byte_order_marks(tmp_path: Path, marks: int, scattered: bool) -> None:
    log = csv_of(contests(tmp_path / "log.jsonl", 8), scattered=scattered)
    log.write_bytes(b"\xef\xbb\xbf" * marks + log.read_bytes())
    same(log, tmp_path / "out")
