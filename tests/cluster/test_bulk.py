"""Whatever a log's size, form, order and partition, each competition has the digest that it has by itself."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from pathlib import Path

import pytest

from scoring_engine.cluster import bulk
from scoring_engine.events.reading import read
from scoring_engine.report.files import table_csv
from scoring_engine.season.replay import replay
from tests.cluster.logs import ROOT, RULEBOOK, apart, contests, digests, events, season, table, whole, write

pytestmark = pytest.mark.usefixtures("small")


def run(logs: list[Path], out: Path, form: str = "csv", on: str = "local[2]", **options: object) -> dict[str, object]:
    return bulk.run([str(log) for log in logs], str(out), form, rulesets=[RULEBOOK], on=on, **options)  # type: ignore[arg-type]


def test_parts_have_the_digests_of_single_competitions(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 8)
    manifest = run([log], tmp_path / "out")
    assert len(manifest["parts"]) > 3
    assert digests(tmp_path / "out") == apart(log)
    assert manifest["events"] == len(events(log))
    assert not (tmp_path / "out" / ".replay").exists()


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_all_forms_of_a_log_have_the_same_digests(tmp_path: Path, ending: str) -> None:
    log = contests(tmp_path / f"log.{ending}", 6)
    same = contests(tmp_path / "same.jsonl", 6)
    run([log], tmp_path / "out")
    assert digests(tmp_path / "out") == apart(same)


def test_tables_are_those_of_a_replay_in_memory(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 7)
    run([log], tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert memory.rejected.rows, "the log is to hold events that are not admitted"
    for name in ("standings", "decisions", "rejected"):
        assert (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8") == table_csv(getattr(memory, name)), name


def test_csv_counts_lines_from_the_top_of_the_file(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.csv", 7)
    run([log], tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8") == table_csv(memory.rejected)


def test_events_without_seq_are_numbered_as_in_one_piece(tmp_path: Path) -> None:
    numbered = events(contests(tmp_path / "numbered.jsonl", 7))
    log = write(tmp_path / "log.jsonl", [{name: value for name, value in event.items() if name != "seq"} for event in numbered])
    run([log], tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8") == table_csv(memory.rejected)


def test_parquet_files_hold_what_csv_files_hold(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    log = contests(tmp_path / "log.jsonl", 6)
    run([log], tmp_path / "csv")
    manifest = run([log], tmp_path / "parquet", "parquet")
    assert digests(tmp_path / "parquet") == digests(tmp_path / "csv")
    for name, files in manifest["tables"].items():
        assert len(files) == len(manifest["parts"])
        found = pq.read_table(tmp_path / "parquet" / name)
        rows = [{key: spelt(value) for key, value in row.items()} for row in found.to_pylist()]
        assert rows == table(tmp_path / "csv", name), name


def spelt(value: object) -> str:
    """A value as CSV has it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_season_is_kept_together(tmp_path: Path, ending: str) -> None:
    log = season(tmp_path / f"log.{ending}", 4)
    manifest = run([log], tmp_path / "out")
    assert digests(tmp_path / "out") == whole([season(tmp_path / "same.jsonl", 4)])
    assert len(manifest["parts"]) > 1


def test_parts_with_other_columns_are_one_table(tmp_path: Path) -> None:
    """The standings of contests and those of seasons have measures of their own."""
    first = events(contests(tmp_path / "contests.jsonl", 4))
    more = [event | {"seq": len(first) + 1 + place} for place, event in enumerate(events(season(tmp_path / "season.jsonl", 2)))]
    log = write(tmp_path / "log.jsonl", [*first, *more])
    run([log], tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    found = table(tmp_path / "out", "standings")
    expected = list(csv.DictReader(io.StringIO(table_csv(memory.standings))))
    assert found[0].keys() == expected[0].keys()
    assert sorted(sorted(row.items()) for row in found) == sorted(sorted(row.items()) for row in expected)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_shuffled_events_are_gathered(tmp_path: Path, ending: str) -> None:
    log = season(tmp_path / f"log.{ending}", 3)
    ordered = season(tmp_path / "ordered.jsonl", 3)
    shuffled = tmp_path / f"shuffled.{ending}"
    if ending == "parquet":
        pq = pytest.importorskip("pyarrow.parquet")
        rows = pq.read_table(log)
        pq.write_table(rows.take(random.Random(5).sample(range(len(rows)), len(rows))), shuffled, row_group_size=150)
    else:
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
        head = lines[: ending == "csv"]
        rest = lines[len(head) :]
        random.Random(5).shuffle(rest)
        shuffled.write_text("".join(head + rest), encoding="utf-8")
    run([shuffled], tmp_path / "out")
    assert digests(tmp_path / "out") == whole([ordered])


def test_tiers_one_after_the_other_and_split_over_files_of_several_forms(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 5)
    some = events(log)
    first = write(tmp_path / "first.jsonl", some[::2])
    lines = contests(tmp_path / "log.csv", 5).read_text(encoding="utf-8").splitlines(keepends=True)
    second = tmp_path / "second.csv"
    second.write_text("".join([lines[0], *lines[2::2]]), encoding="utf-8")
    run([first, second], tmp_path / "out")
    assert digests(tmp_path / "out") == apart(log)
    rejected = {(row["id"], row["file"], row["line"]) for row in table(tmp_path / "out", "rejected")}
    where = {(row[1], row[6], str(row[0])) for row in replay(read([str(first), str(second)]), [RULEBOOK], engine="columnar").rejected.rows}
    assert rejected == where


def test_one_giant_competition_is_one_part(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 1, contestants=60)
    manifest = run([log], tmp_path / "out")
    assert len(manifest["parts"]) == 1
    assert digests(tmp_path / "out") == apart(log)


def test_tiny_competitions_share_parts(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 300, contestants=1, judges=1)
    manifest = run([log], tmp_path / "out")
    assert 3 < len(manifest["parts"]) < 60
    assert len(digests(tmp_path / "out")) == 300


def test_a_sample_is_decided_by_durable_rules_too(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 6)
    assert run([log], tmp_path / "out", shadow=4, seed=3)["shadowed"] == 4
    assert digests(tmp_path / "out") == apart(log)


def test_engines_that_disagree_publish_nothing_of_that_competition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scoring_engine.decisions import columnar

    log = contests(tmp_path / "log.jsonl", 3)
    true = columnar.masks
    monkeypatch.setattr(columnar, "masks", lambda rules, facts: {name: ~mask for name, mask in true(rules, facts).items()})
    manifest = run([log], tmp_path / "out", on="local[1]", shadow=2, seed=1)
    lost = {name for failure in manifest["failed"] for name in failure["competitions"]}
    assert len(lost) == 2
    assert digests(tmp_path / "out").keys() == {"C00001", "C00002", "C00003"} - lost
    assert all("disagree" in failure["message"] for failure in manifest["failed"])


def test_a_second_replay_into_the_same_folder_leaves_its_own_files_only(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([contests(tmp_path / "log.jsonl", 6)], out, "parquet")
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    run([contests(tmp_path / "less.jsonl", 1)], out, "csv")
    tables = [f"{name}.csv" for name in ("standings", "decisions", "rejected", "notices", "competitions")]
    assert sorted(os.listdir(out)) == sorted([*tables, "manifest.json", "mine.txt"])
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["competitions"] == 1


def test_a_packed_log_and_standard_input_are_unpacked_first(tmp_path: Path) -> None:
    import gzip
    import subprocess
    import sys

    log = contests(tmp_path / "log.csv", 6)
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    run([packed], tmp_path / "out")
    assert digests(tmp_path / "out") == whole([log])
    assert {row["file"] for row in table(tmp_path / "out", "rejected")} <= {str(packed)}
    args = ["replay", "-", "--ruleset", RULEBOOK, "--out", str(tmp_path / "in"), "--format", "csv"]
    command = [sys.executable, "-m", "scoring_engine", *args]
    done = subprocess.run(command, input=log.read_bytes(), capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr.decode()
    assert digests(tmp_path / "in") == whole([log])


def test_a_link_that_an_amendment_makes_is_followed(tmp_path: Path) -> None:
    log = season(tmp_path / "log.jsonl", 2)
    some = []
    for event in events(log):
        feeds = event.pop("feeds", None)
        some.append(event)
        if feeds:
            correction = {"event": event["id"], "reason": "forgotten", "by": "office", "feeds": feeds}
            some.append({name: event[name] for name in ("at", "competition")} | {"id": f"{event['id']}-a", "kind": "amended"} | correction)
    for seq, event in enumerate(some, 1):
        event["seq"] = seq
    write(log, some)
    run([log], tmp_path / "out")
    assert digests(tmp_path / "out") == whole([log])
