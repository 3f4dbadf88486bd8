"""What goes wrong is said with its file and competition, the rest goes on, and nothing half-written is left."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scoring_engine.cli.main import main
from scoring_engine.cluster import bulk, finishing, local, work
from scoring_engine.cluster.manifest import publish
from scoring_engine.season import replay as season_replay
from tests.cluster.logs import ROOT, RULEBOOK, apart, contests, digests, events, table, whole, write

pytestmark = pytest.mark.usefixtures("small")


def run(log: Path, out: Path, form: str = "csv", on: str = "local[2]") -> dict[str, object]:
    return bulk.run([str(log)], str(out), form, rulesets=[RULEBOOK], on=on)  # type: ignore[arg-type]


def test_a_plan_that_never_holds_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scattered(*args: object) -> None:
        raise bulk.Scattered

    monkeypatch.setattr(bulk, "_check", scattered)
    log = contests(tmp_path / "log.jsonl", 3)
    with pytest.raises(bulk.BulkError, match=r"log\.jsonl: the log cannot be sorted into whole competitions"):
        run(log, tmp_path / "out")


def test_a_competition_that_cannot_be_computed_is_left_out_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = contests(tmp_path / "log.jsonl", 6)
    true = season_replay.replay

    def fail(log, *args, **options):  # type: ignore[no-untyped-def]
        if "C00004" in log.competition.texts:
            raise OverflowError("C00004 is too much")
        return true(log, *args, **options)

    monkeypatch.setattr(season_replay, "replay", fail)
    manifest = run(log, tmp_path / "out")
    assert [(f["file"], f["competitions"]) for f in manifest["failed"]] == [(str(log), ["C00004"])]
    assert "C00004 is too much" in manifest["failed"][0]["message"]
    expected = apart_without(log, "C00004", monkeypatch, true)
    assert digests(tmp_path / "out") == expected


def apart_without(log: Path, name: str, monkeypatch: pytest.MonkeyPatch, true: object) -> dict[str, str]:
    monkeypatch.setattr(season_replay, "replay", true)
    return {key: digest for key, digest in apart(log).items() if key != name}


def test_garbage_in_the_middle_of_a_file_is_rejected_line_by_line(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 6)
    data = bytearray(log.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = b"\x00\xff" * 150
    log.write_bytes(data)
    run(log, tmp_path / "out")
    memory = whole([log])
    assert digests(tmp_path / "out") == memory
    rejected = table(tmp_path / "out", "rejected")
    assert any(int(row["line"]) == data[:middle].count(b"\n") + 1 for row in rejected)


def test_a_corrupt_block_of_parquet_costs_its_part_only(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    log = contests(tmp_path / "log.parquet", 8)
    rows = pq.read_table(log)
    pq.write_table(rows, log, row_group_size=100, use_dictionary=["competition"], data_page_version="2.0", write_page_checksum=True)
    data = bytearray(log.read_bytes())
    column = pq.read_metadata(log).row_group(6).column(1)  # the ids of the rows 600 to 699
    begin = column.data_page_offset + column.total_compressed_size // 2
    data[begin : begin + 40] = b"\xff" * 40
    log.write_bytes(data)
    manifest = run(log, tmp_path / "out")
    assert manifest["failed"]
    assert {f["file"] for f in manifest["failed"]} == {str(log)}
    found, expected = digests(tmp_path / "out"), apart(contests(tmp_path / "same.jsonl", 8))
    assert 0 < len(found) < 8
    assert found.items() <= expected.items()
    lost = {name for failure in manifest["failed"] for name in failure["competitions"]}
    assert lost == expected.keys() - found.keys()


def test_a_competition_without_its_opening_is_rejected_and_named(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 5)
    write(log, [event for event in events(log) if (event["kind"], event["competition"]) != ("opened", "C00003")])
    run(log, tmp_path / "out")
    assert sorted(digests(tmp_path / "out")) == ["C00001", "C00002", "C00004", "C00005"]
    strays = [row for row in table(tmp_path / "out", "rejected") if row["rule"] == "not-opened"]
    assert {row["competition"] for row in strays} == {"C00003"}


def test_a_rulebook_that_is_nowhere_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = contests(tmp_path / "log.jsonl", 3)
    assert main(["replay", str(log), "--out", str(tmp_path / "out"), "--format", "csv", "--lang", "en"]) == 1
    rows = [row for row in table(tmp_path / "out", "rejected") if row["rule"] == "unknown-ruleset"]
    assert {row["competition"] for row in rows} == {"C00001", "C00002", "C00003"}
    assert all("season" in row["reason"] for row in rows)


def test_mixed_fields_between_files(tmp_path: Path) -> None:
    first = contests(tmp_path / "first.jsonl", 2)
    second = write(tmp_path / "second.jsonl", [event | {"device": "d1"} for event in events(contests(tmp_path / "other.jsonl", 4))[700:]])
    kept = {str(event["competition"]) for event in events(second)} - {"C00001", "C00002"}
    write(second, [event for event in events(second) if event["competition"] in kept])
    bulk.run([str(first), str(second)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]")
    assert digests(tmp_path / "out") == whole([first, second])


def test_a_full_disk_leaves_the_result_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = contests(tmp_path / "log.jsonl", 5)
    run(log, tmp_path / "out")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in os.listdir(tmp_path / "out")}

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device", "standings.csv")

    for module, name in ((work, "save_columns"), (finishing, "_put_csv")):
        with monkeypatch.context() as patched:
            patched.setattr(module, name, full)
            with pytest.raises(OSError, match="No space left"):
                run(log, tmp_path / "out")
        left = {name for name in os.listdir(tmp_path / "out") if not name.startswith(".")}
        assert {name: (tmp_path / "out" / name).read_bytes() for name in left} == before
    run(log, tmp_path / "out")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in os.listdir(tmp_path / "out")} == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, how: signal.Signals) -> None:
    log = contests(tmp_path / "log.jsonl", 30)
    code = (
        "import sys, time\nfrom scoring_engine.cluster import planning, work\nplanning.LEAST = planning.FEW = 1\nplanning.SIZE = 20_000\n"
        "save = work.save_columns\nwork.save_columns = lambda *given: (time.sleep(0.1), save(*given))\n"
        "from scoring_engine.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    args = ["replay", str(log), "--ruleset", RULEBOOK, "--out", str(tmp_path / "out"), "--format", "csv", "--on", "local[2]"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", code, *args], env=environment, stderr=subprocess.PIPE)
    folder = tmp_path / "out" / ".replay"
    until = time.monotonic() + 30
    while len(done := parts(folder)) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode == (130 if how != signal.SIGKILL else -signal.SIGKILL)
    assert sorted(os.listdir(tmp_path / "out")) == [".replay"]
    kept = {name: (folder / name / "done.json").stat().st_mtime_ns for name in done}
    assert len(parts(folder)) < len(json.loads((folder / "plan.json").read_text(encoding="utf-8"))["tasks"])
    seen: list[int] = []
    true = bulk._compute

    def look(job, tasks, *more):  # type: ignore[no-untyped-def]
        result = true(job, tasks, *more)
        seen.extend((folder / name / "done.json").stat().st_mtime_ns for name in kept)
        return result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bulk, "_compute", look)
        run(log, tmp_path / "out")
    assert seen == list(kept.values()), "parts that were done are not computed again"
    assert digests(tmp_path / "out") == whole([log])


def parts(folder: Path) -> list[str]:
    """The parts that are done."""
    return sorted(name for name in os.listdir(folder) if name.startswith("part-") and "." not in name) if folder.exists() else []


def test_a_changed_log_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = contests(tmp_path / "log.jsonl", 6)
    with monkeypatch.context() as patched:
        patched.setattr(finishing, "finish", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(log, tmp_path / "out")
    assert parts(tmp_path / "out" / ".replay")
    other = contests(log, 6, seed=2)
    run(other, tmp_path / "out")
    assert digests(tmp_path / "out") == whole([other])


def test_two_replays_do_not_write_into_one_folder(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 3)
    (tmp_path / "out" / ".replay").mkdir(parents=True)
    with bulk._Alone(str(tmp_path / "out" / ".replay")), pytest.raises(bulk.BulkError, match="another replay"):
        run(log, tmp_path / "out")


def test_a_killed_copy_costs_its_part_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = contests(tmp_path / "log.jsonl", 10)
    own, true = os.getpid(), work.save_columns

    def die(*given: object) -> object:
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return true(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "save_columns", die)
    run(log, tmp_path / "out")
    assert digests(tmp_path / "out") == whole([log])


def test_a_place_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = contests(tmp_path / "log.jsonl", 1)
    args = ["replay", str(log), "--out", str(tmp_path / "out"), "--format", "csv", "--lang", "en"]
    assert main([*args, "--on", "cloud"]) == 1
    assert "write local[4], dask://HOST:PORT" in capsys.readouterr().err
    assert main(["replay", str(log), "--format", "parquet", "--lang", "en"]) == 2
    assert "--out DIR" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_program_that_replays_finds_its_collector_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    monkeypatch.setattr(local, "_hold_memory", lambda: held.append(os.getpid()))
    log = contests(tmp_path / "log.jsonl", 6)
    before = gc.get_freeze_count(), gc.get_threshold()
    run(log, tmp_path / "out")
    assert main(["replay", str(log), "--ruleset", RULEBOOK, "--out", str(tmp_path / "out"), "--format", "csv"]) == 0
    assert (gc.get_freeze_count(), gc.get_threshold()) == before
    assert held == []


@pytest.mark.skipif(sys.platform != "linux", reason="copies that end with their process are of Linux")
def test_a_killed_run_leaves_nobody_who_holds_the_folder(tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 30)
    code = (
        "import os, sys, time\nfrom scoring_engine.cluster import bulk, planning, work\n"
        "planning.LEAST = planning.FEW = 1\nplanning.SIZE = 20_000\n"
        "work.save_columns = lambda *given: (open(sys.argv[2] + '.at-work', 'a').write('.'), time.sleep(30))\n"
        "bulk.run([sys.argv[1]], sys.argv[2], 'csv', rulesets=[sys.argv[3]], on='local[2]')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", code, str(log), str(tmp_path / "out"), RULEBOOK], env=environment)
    at_work = tmp_path / "out.at-work"
    until = time.monotonic() + 30
    while not (at_work.exists() and at_work.stat().st_size == 2) and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.2)  # a shell would take as long to start the next
    run(log, tmp_path / "out")
    assert digests(tmp_path / "out") == whole([log])


FOREIGN = [b"[1]", b"\xff{", b"no JSON", b'{"name": "an application"}', b'{"format": "bulk/1"}', b'{"format": "bulk/1", "tables": [1]}']
FOREIGN += [b'{"format": "bulk/1", "tables": {"standings": [%s]}}' % path for path in (b"7", b'"../log.jsonl"', b'"/etc/x"')]


@pytest.mark.parametrize("manifest", FOREIGN)
def test_a_manifest_of_somebody_else_stays(tmp_path: Path, manifest: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    log = contests(tmp_path / "log.jsonl", 2)
    theirs = tmp_path / "out" / "manifest.json"
    theirs.parent.mkdir()
    theirs.write_bytes(manifest)
    for lang, said in (("en", "was not written by a replay"), ("zh", "不是")):
        command = ["replay", str(log), "--ruleset", RULEBOOK, "--out", str(tmp_path / "out"), "--format", "csv", "--lang", lang]
        assert main(command) == 1
        assert said in capsys.readouterr().err
    with pytest.raises(bulk.BulkError):
        publish(str(tmp_path), str(tmp_path / "out"), {})
    assert os.listdir(tmp_path / "out") == ["manifest.json"]
    assert sorted(os.listdir(tmp_path)) == ["log.jsonl", "out"]
    assert theirs.read_bytes() == manifest
