from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from scoring_engine.report.files import save, table_csv, write
from scoring_engine.season.result import Table
from tests.report.fakes import DECISIONS, REJECTED, STANDINGS, Column, Replay, standings


@pytest.fixture
def result() -> Replay:
    return Replay(standings=Table(STANDINGS, standings("a")), decisions=Table(DECISIONS, []), rejected=Table(REJECTED, []))


def test_csv_writes_nothing_for_missing_and_quotes_what_needs_it():
    table = Table([Column("name"), Column("value")], [('say "hi", all', None), ("two\nlines", "92.50")])
    assert table_csv(table) == 'name,value\n"say ""hi"", all",\n"two\nlines",92.50\n'


def test_save_writes_the_four_files_with_the_agreed_columns(result, tmp_path: Path):
    save(result, str(tmp_path / "new" / "folder"))
    folder = tmp_path / "new" / "folder"
    assert sorted(os.listdir(folder)) == ["decisions.csv", "rejected.csv", "result.json", "standings.csv"]
    with open(folder / "standings.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:9] == ["competition", "stage", "scope", "contestant", "name", "rank", "status", "total", "decided_by"]
    assert rows[1][3:8] == ["V07", "东河村", "1", "ranked", "91.36"]
    assert rows[3][5] == ""
    assert (folder / "decisions.csv").read_bytes() == b"competition,contestant,rule,consequence,value,to,ref,name,status,note\n"


def test_the_byte_order_mark_only_where_asked_for_and_never_in_json(result, tmp_path: Path):
    save(result, str(tmp_path), bom=True)
    assert (tmp_path / "standings.csv").read_bytes().startswith(b"\xef\xbb\xbfcompetition,")
    assert (tmp_path / "result.json").read_bytes().startswith(b"{")
    save(result, str(tmp_path))
    assert (tmp_path / "standings.csv").read_bytes().startswith(b"competition,")


def test_saving_again_replaces_the_files_and_leaves_no_others(result, tmp_path: Path):
    save(result, str(tmp_path))
    first = (tmp_path / "standings.csv").read_bytes()
    save(result, str(tmp_path))
    assert (tmp_path / "standings.csv").read_bytes() == first
    assert len(os.listdir(tmp_path)) == 4


def test_a_failure_leaves_the_old_file_whole_and_no_part_of_the_new_one(tmp_path: Path):
    path = tmp_path / "standings.csv"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write(str(path), "new " * 100_000 + "\udcff")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["standings.csv"]
