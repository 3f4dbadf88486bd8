"""Parquet files with row groups far larger than a part, and with a damaged column of competitions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scoring_engine.cli.main import main
from scoring_engine.cluster import bulk, sources, tables
from scoring_engine.events.reading import read
from scoring_engine.report.files import table_csv
from scoring_engine.season.replay import replay
from tests.cluster.logs import RULEBOOK, apart, contests, digests, season, whole

pq = pytest.importorskip("pyarrow.parquet")
pytestmark = pytest.mark.usefixtures("small")


def run(log: Path, out: Path) -> dict[str, object]:
    return bulk.run([str(log)], str(out), "csv", rulesets=[RULEBOOK], on="local[2]")


def one_group(log: Path, **options: object) -> Path:
    """The file with all rows in one row group."""
    pq.write_table(pq.read_table(log), log, row_group_size=10**6, **options)
    assert pq.read_metadata(log).num_row_groups == 1
    return log


@pytest.fixture
def giant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row group of some hundred rows is a giant."""
    monkeypatch.setattr(sources, "GIANT", 300)
    monkeypatch.setattr(sources, "ROWS", 110)


def test_a_row_group_of_several_parts_is_cut(tmp_path: Path) -> None:
    log = one_group(contests(tmp_path / "log.parquet", 8))
    manifest = run(log, tmp_path / "out")
    assert len(manifest["parts"]) == 8
    assert digests(tmp_path / "out") == apart(contests(tmp_path / "same.jsonl", 8))


@pytest.mark.usefixtures("giant")
@pytest.mark.parametrize("linked", [False, True])
def test_a_giant_row_group_is_written_anew_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool) -> None:
    made = season if linked else contests
    log = one_group(made(tmp_path / "log.parquet", 6))
    seen: list[list[int]] = []
    cuts = tables.cuts

    def look(path: str, size: int) -> list[int] | None:
        seen.append([pq.read_metadata(path).row_group(n).num_rows for n in range(pq.read_metadata(path).num_row_groups)])
        return cuts(path, size)

    monkeypatch.setattr(tables, "cuts", look)
    manifest = run(log, tmp_path / "out")
    assert len(seen[0]) > 3
    assert len(manifest["parts"]) > 3
    assert manifest["inputs"][0]["file"] == str(log)
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert digests(tmp_path / "out") == dict(memory.digests) == whole([made(tmp_path / "same.jsonl", 6)])
    found = list(csv.reader((tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8").splitlines()))
    assert found == list(csv.reader(table_csv(memory.rejected).splitlines()))


@pytest.mark.usefixtures("giant")
def test_what_a_damaged_giant_row_group_costs_is_named(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.parquet", 8)
    options = {"use_dictionary": ["competition"], "write_page_checksum": True, "data_page_size": 1024, "write_batch_size": 50}
    one_group(log, **options)
    damage(log, "id", 0.9)
    manifest = run(log, tmp_path / "out")
    assert manifest["failed"]
    expected = apart(contests(tmp_path / "same.jsonl", 8))
    found = digests(tmp_path / "out")
    assert found.items() < expected.items()
    assert {name for failure in manifest["failed"] for name in failure["competitions"]} == expected.keys() - found.keys()


@pytest.mark.parametrize("groups", [100, 10**6])
@pytest.mark.parametrize("where", [0.1, 0.5])
def test_a_damaged_column_of_competitions_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], groups: int, where: float) -> None:
    log = contests(tmp_path / "log.parquet", 8)
    pq.write_table(pq.read_table(log), log, row_group_size=groups, use_dictionary=["competition"], write_page_checksum=True)
    damage(log, "competition", where)
    args = ["replay", str(log), "--ruleset", RULEBOOK, "--out", str(tmp_path / "out"), "--format", "csv", "--lang", "en"]
    assert main(args) == 1
    said = capsys.readouterr().err
    assert str(log) in said
    assert "fault of scoring-engine" not in said
    assert "Traceback" not in said
    if (tmp_path / "out" / "competitions.csv").exists():
        found, expected = digests(tmp_path / "out"), apart(contests(tmp_path / "same.jsonl", 8))
        assert found.items() <= expected.items()


def damage(log: Path, column: str, where: float) -> None:
    """Overwrites some bytes of a column in the row group in the middle."""
    metadata = pq.read_metadata(log)
    group = metadata.row_group(metadata.num_row_groups // 2)
    chunk = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == column)
    data = bytearray(log.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    begin = start + int(chunk.total_compressed_size * where)
    data[begin : begin + 20] = b"\xff" * 20
    log.write_bytes(data)
