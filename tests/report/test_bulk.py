"""Tables of a replay as CSV and Parquet files: the values of the result, exact, in the same columns whatever the log holds."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.report.bulk import save_columns
from scoring_engine.report.files import save
from scoring_engine.ruleset import store
from scoring_engine.season.columns import tables
from scoring_engine.season.replay import replay
from tests.season.linked import RULEBOOK, season

PLAN = store.plan_of(str(RULEBOOK))
STAGES = list(PLAN["stages"].values())
MADE = season(2, towns=2, villages=3, groups=3)
NAMES = ["standings", "decisions", "rejected", "notices", "competitions"]


def result(stage: str | None = None) -> Any:
    wanted = {event["competition"] for event in MADE.events if stage in (None, event.get("stage"))}
    return replay(read([event for event in MADE.events if event["competition"] in wanted]), [PLAN], engine="columnar")


def test_csv_files_are_those_of_a_single_result(tmp_path: Path) -> None:
    whole = result()
    save(whole, str(tmp_path / "one"))
    paths = save_columns(tables(whole), str(tmp_path / "bulk"), "csv")
    assert [Path(path).name for path in paths] == [f"{name}.csv" for name in NAMES]
    for name in ("standings", "decisions", "rejected"):
        assert (tmp_path / "bulk" / f"{name}.csv").read_bytes() == (tmp_path / "one" / f"{name}.csv").read_bytes()
    published = json.loads((tmp_path / "one" / "result.json").read_text(encoding="utf-8"))
    for name in ("standings", "notices"):
        with open(tmp_path / "bulk" / f"{name}.csv", encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == [{k: "" if v is None else str(v) for k, v in row.items()} for row in published[name]]
    with open(tmp_path / "bulk" / "competitions.csv", encoding="utf-8", newline="") as file:
        assert [(row["id"], row["digest"]) for row in csv.DictReader(file)] == whole.digests


def test_parquet_holds_the_same_values_as_exact_decimals(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    whole = result()
    save_columns(tables(whole), str(tmp_path), "parquet")
    found = {name: parquet.read_table(tmp_path / f"{name}.parquet") for name in NAMES}
    expected = [
        {
            name: Decimal(value) if name in ("total", "drill", "bonus", "score", "base") and value is not None else value
            for name, value in row.items()
        }
        for row in whole.standings.records()
    ]
    assert found["standings"].to_pylist() == expected
    for name in ("decisions", "rejected", "notices"):
        assert found[name].to_pylist() == getattr(whole, name).records()
    types = {field.name: str(field.type) for field in found["standings"].schema}
    assert types["rank"] == "int64"
    assert types["drill"] == "decimal128(19, 2)"
    assert types["score"] == "decimal128(19, 1)"
    assert types["status"].startswith("dictionary<values=")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_part_of_a_run_has_the_same_columns(tmp_path: Path, form: Any) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    heads = {}
    for stage in (None, "group", "year-end", "nothing"):
        folder = tmp_path / str(stage)
        save_columns(tables(result(stage), STAGES), str(folder), form)
        if form == "csv":
            heads[stage] = [(folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0] for name in NAMES]
        else:
            heads[stage] = [parquet.read_schema(folder / f"{name}.parquet") for name in NAMES]
    assert len(heads) == 4
    assert all(head == heads[None] for head in heads.values())


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").mkdir()
    with pytest.raises(OSError, match="decisions"):
        save_columns(tables(result()), str(tmp_path), "csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.csv", "standings.csv"]


def test_writing_parquet_does_not_import_pandas(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    program = (
        "import sys, numpy as np\n"
        "from scoring_engine.report.bulk import save_columns\n"
        "from scoring_engine.season.columns import ColumnTable, DecimalColumn, WholeColumn, text_column\n"
        "from scoring_engine.season.result import ColumnInfo\n"
        "infos = [ColumnInfo('a'), ColumnInfo('n', None, 'integer'), ColumnInfo('d', None, 'number', 2)]\n"
        "decimals = DecimalColumn(np.array([-250]), 2, np.array([True]))\n"
        "table = ColumnTable(infos, [text_column(['x']), WholeColumn(np.array([1])), decimals])\n"
        "save_columns({'t': table}, sys.argv[1], 'parquet')\n"
        "print('pandas' in sys.modules)\n"
    )
    made = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert made.stdout == "False\n"
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "t.parquet").to_pylist() == [{"a": "x", "n": 1, "d": Decimal("-2.50")}]
