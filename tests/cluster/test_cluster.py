"""A real scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring_engine.cluster import bulk
from tests.cluster.logs import ROOT, RULEBOOK, apart, contests, digests, whole

pytest.importorskip("distributed")


class Cluster:
    """A scheduler and workers, each a process in a folder without rulebooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False"}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(self.file))
        self.wait()

    def wait(self) -> None:
        for _ in range(600):
            if self.file.exists() and self.file.stat().st_size:
                return
            time.sleep(0.05)
        raise TimeoutError

    @property
    def address(self) -> str:
        import json

        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"]).replace("tcp://", "dask://")

    def start(self, what: str, *args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *args]
        with open(self.folder / f"{what}-{len(self.processes)}.log", "wb") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        args = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder / "space"))
        return self.start("worker", "--scheduler-file", str(self.file), *args)

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.usefixtures("small")
def test_a_killed_worker_costs_only_its_parts(cluster: Cluster, tmp_path: Path) -> None:
    log = contests(tmp_path / "log.jsonl", 24)
    workers = [cluster.worker(), cluster.worker()]
    killed: list[int] = []

    def kill_one(dones: object, tasks: object) -> None:
        if not killed:
            killed.append(workers[0].pid)
            workers[0].send_signal(signal.SIGKILL)

    manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on=cluster.address, tell=kill_one)
    assert killed
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    assert len(manifest["parts"]) > 10
    assert manifest["failed"] == []
    assert digests(tmp_path / "out") == whole([log])
    assert set(digests(tmp_path / "out").items()) == set(apart(log).items())


@pytest.mark.usefixtures("small")
def test_a_rulebook_that_only_the_driver_has_travels_to_the_worker(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "rulesets").mkdir(parents=True)
    (here / "rulesets" / "season.yaml").write_text(Path(RULEBOOK).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(here)
    log = contests(tmp_path / "log.jsonl", 4)
    cluster.worker()
    manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", on=cluster.address)
    assert manifest["competitions"] == 4
    assert digests(tmp_path / "out") == whole([log])
