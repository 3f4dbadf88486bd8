"""Whole-process times of commands, taken in turn so that a drift of the machine's speed touches all alike."""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent / "out" / "bench"


def engine(*args: str | Path) -> list[str]:
    """The command line of the engine: the installed script, as a person would start it."""
    _compile()
    script = shutil.which("scoring-engine", path=os.path.dirname(sys.executable))
    return [*([script] if script else [sys.executable, "-m", "scoring_engine"]), *map(str, args)]


@cache
def _compile() -> None:
    """Compiles the package's modules, as an installer does: each process would compile anew those that were changed since, where the
    environment says that it must not keep them (PYTHONDONTWRITEBYTECODE)."""
    compileall.compile_dir(HERE.parent / "scoring_engine", quiet=1)


def seconds(command: Sequence[str | Path]) -> float:
    """The time that one run of the command takes, from its start to its end."""
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, stdin=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nfailed with {done.returncode}:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return taken


def interleaved(commands: dict[str, Sequence[str | Path]], runs: int) -> dict[str, list[float]]:
    """The times of `runs` runs of each command, A B A B …, after one run of each that does not count."""
    for command in commands.values():
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(seconds(command))
    return times


def ratio(times: Sequence[float], base: Sequence[float]) -> float:
    """The median over the runs of time ÷ base, run by run."""
    return statistics.median(a / b for a, b in zip(times, base, strict=True))


def report(times: dict[str, list[float]], base: str, limits: dict[str, float]) -> bool:
    """Prints a line a command with its median time and its ratio to `base`; returns whether all ratios keep their limits."""
    kept = True
    for name, taken in times.items():
        against = ratio(taken, times[base])
        limit = limits.get(name)
        verdict = "" if limit is None else f"   limit {limit:.2f}   {'ok' if against <= limit else 'OVER'}"
        print(f"{statistics.median(taken) * 1000:9.1f} ms   ratio {against:5.2f}{verdict}   {name}")
        kept &= limit is None or against <= limit
    return kept
