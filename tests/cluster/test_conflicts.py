"""An id that events of different competitions share is found wherever the log is cut, and decided as in a replay of the whole log."""

from __future__ import annotations

import csv
import os
import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.cluster import bulk, conflicts
from scoring_engine.events.reading import read
from scoring_engine.report.files import table_csv
from scoring_engine.season.replay import replay
from tests.cluster.logs import RULEBOOK, contests, digests, events, table, whole, write

pytestmark = pytest.mark.usefixtures("small")


def run(log: Path, out: Path, on: str = "local[2]") -> dict[str, object]:
    return bulk.run([str(log)], str(out), "csv", rulesets=[RULEBOOK], on=on)


def shared(log: Path, how: str) -> Path:
    """The log with ids that events of different competitions share."""
    some = events(log)
    marks = [event for event in some if event["kind"] == "score"]
    first, last = marks[3], marks[-3]
    if how == "one":
        last["id"] = first["id"]
    elif how == "two, the later with the lower seq":
        last["id"] = first["id"]
        first["seq"], last["seq"] = last["seq"], first["seq"]
    elif how == "three":
        last["id"] = marks[len(marks) // 2]["id"] = first["id"]
    elif how == "an opening":
        opening = [event for event in some if event["kind"] == "opened"][-1]
        opening["id"] = first["id"]
    elif how == "long":
        last["id"] = first["id"] = "x" * 100
    elif how == "short":
        last["id"] = first["id"] = "x"
    elif how == "not in ASCII":
        last["id"] = first["id"] = "评" * 21
    return write(log, some)


@pytest.mark.parametrize("how", ["one", "two, the later with the lower seq", "three", "an opening", "long", "short", "not in ASCII"])
def test_an_id_used_again_is_found_between_parts(tmp_path: Path, how: str) -> None:
    log = shared(contests(tmp_path / "log.jsonl", 8), how)
    apart = bulk.run([str(contests(tmp_path / "sound.jsonl", 8))], str(tmp_path / "sound"), "csv", rulesets=[RULEBOOK])
    assert len(apart["parts"]) > 3
    run(log, tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert any(row["rule"] == "id-conflict" for row in table(tmp_path / "out", "rejected"))
    assert digests(tmp_path / "out") == dict(memory.digests)
    assert rows(tmp_path / "out" / "rejected.csv") == rows_of(table_csv(memory.rejected))
    assert rows(tmp_path / "out" / "standings.csv") == rows_of(table_csv(memory.standings))


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_id_used_again_in_one_competition_is_said_with_its_line(tmp_path: Path, ending: str) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 8))
    marks = [event for event in some if event["kind"] == "score" and event["competition"] == "C00006"]
    marks[9]["id"] = marks[4]["id"]
    log = converted(write(tmp_path / "log.jsonl", some), ending)
    run(log, tmp_path / "out")
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert rows(tmp_path / "out" / "rejected.csv") == rows_of(table_csv(memory.rejected))
    assert digests(tmp_path / "out") == dict(memory.digests)


def converted(log: Path, ending: str) -> Path:
    """The log in another form."""
    if ending == "jsonl":
        return log
    some = events(log)
    names = list(dict.fromkeys(name for event in some for name in event))
    other = log.with_suffix(f".{ending}")
    if ending == "csv":
        with open(other, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(some)
    else:
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")
        columns = {name: [None if event.get(name) is None else str(event[name]) for event in some] for name in names if name != "seq"}
        columns = {"seq": pa.array([event["seq"] for event in some])} | columns
        pq.write_table(pa.table(columns), other, row_group_size=100)
    return other


def rows(path: Path) -> list[list[str]]:
    return rows_of(path.read_text(encoding="utf-8"))


def rows_of(text: str) -> list[list[str]]:
    return sorted(csv.reader(text.splitlines()))


def test_ids_that_begin_alike_in_all_parts_are_compared_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    again = conflicts._again
    monkeypatch.setattr(conflicts, "_again", lambda some: (compared.append(some.size), again(some))[1])
    plain = contests(tmp_path / "plain.jsonl", 8)
    run(plain, tmp_path / "plain")
    assert len(compared) == 1, "the beginnings of the ids tell"
    assert compared[0] < 100
    log = write(tmp_path / "log.jsonl", [renamed(event) for event in events(plain)])
    run(log, tmp_path / "out")
    assert compared[-1] == len(events(log))
    assert digests(tmp_path / "out") == whole([log])


def renamed(event: dict[str, object]) -> dict[str, object]:
    """The event with ids that all begin alike."""
    return event | {name: f"contest-{event[name]}" for name in ("id", "event") if name in event}


def test_competitions_that_use_the_same_ids_throughout_are_one_part(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 4)
    some = [event | {name: str(event[name])[7:] for name in ("id", "event") if name in event} for event in events(log)]
    manifest = run(write(log, some), tmp_path / "out")
    assert len(manifest["parts"]) == 1
    memory = replay(read(str(log)), [RULEBOOK], engine="columnar")
    assert digests(tmp_path / "out") == dict(memory.digests)
    assert rows(tmp_path / "out" / "rejected.csv") == rows_of(table_csv(memory.rejected))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(0, 4), size=st.integers(3000, 60_000), mixed=st.booleans(), alike=st.booleans())
def test_no_cut_hides_an_id_used_again(seed: int, count: int, size: int, mixed: bool, alike: bool) -> None:
    from scoring_engine.cluster import buckets, planning

    draw = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    try:
        log = contests(folder / "log.jsonl", 6, seed, 3, 3)
        some = [renamed(event) if alike else event for event in events(log)]
        for _ in range(count):
            one, other = draw.sample(some, 2)
            one["id"] = other["id"]
        if mixed:
            draw.shuffle(some)
        write(log, some)
        planning.SIZE = buckets.SIZE = size
        run(log, folder / "out")
        assert digests(folder / "out") == whole([log])
    finally:
        shutil.rmtree(folder)


def test_hashes_are_there_as_a_whole_while_they_are_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name / conflicts.FILE for name in ("a", "b")]
    for path, hashes in zip(paths, ([5, 3, 9], [9, 1]), strict=True):
        path.parent.mkdir()
        path.write_bytes(np.array([0, *hashes], np.uint64).tobytes())
    before = [path.read_bytes() for path in paths]

    def killed(source: str, target: str) -> None:
        raise KeyboardInterrupt

    folders = [str(path.parent) for path in paths]
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            conflicts.shared(folders)
    assert [path.read_bytes() for path in paths] == before
    assert conflicts.shared(folders).tolist() == [9]
    assert [np.fromfile(path, np.uint64).tolist() for path in paths] == [[0, 3, 5, 9], [0, 1, 9]]
