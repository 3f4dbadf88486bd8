"""A real Dask cluster for tests: a scheduler and workers, each a process in a folder without rulebooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.logs import ROOT


class Cluster:
    """A scheduler, which runs from the beginning, and workers; `settings` are further variables of their environment."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False"} | (settings or {})
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
