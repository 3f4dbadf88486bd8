"""A real scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring_engine.cluster import bulk
from tests.cluster.dask import Cluster
from tests.cluster.logs import RULEBOOK, apart, contests, digests, whole

pytest.importorskip("distributed")


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
