"""Where Parquet logs are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.cluster import tables
from scoring_engine.events.fast import Part, read_part
from tests.cluster.logs import contests

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def file(path: Path, competitions: str, rows: int) -> str:
    """A file with such competitions, a letter each, in row groups of so many rows."""
    pq.write_table(pa.table({"competition": list(competitions)}), path, row_group_size=rows)
    return str(path)


def test_parts_end_with_row_groups(tmp_path: Path) -> None:
    assert tables.cuts(file(tmp_path / "log.parquet", "aaaaaabbbbccccccddddeeeeeeffff", 10), 10) == [0, 10, 20, 30]


def test_small_row_groups_come_together(tmp_path: Path) -> None:
    log = file(tmp_path / "log.parquet", "aabbccddeeffgghhiijjkkll", 4)
    assert tables.cuts(log, 10) == [0, 12, 24]
    assert tables.cuts(log, 15) == [0, 16, 24]


@pytest.mark.parametrize("rows", [10**6, 200])
def test_rows_are_the_same_wherever_a_part_begins_and_ends(tmp_path: Path, rows: int) -> None:
    log = contests(tmp_path / "log.parquet", 3)
    pq.write_table(pq.read_table(log), log, row_group_size=rows)
    end = pq.read_metadata(log).num_rows
    ids = pq.read_table(log).column("id").to_pylist()
    for start, stop in [(0, end), (0, 150), (1, 2), (150, 190), (199, 201), (150, end), (end // 2, end), (end - 1, end)]:
        part = read_part(Part(str(log), start, stop, first_line=start + 1))
        assert set(part.id) | {rejection.id for rejection in part.rejected} >= set(ids[start:stop]) - {None, ""}
        assert all(start < line <= stop for line in part.line[:])
