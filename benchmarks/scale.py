"""The plain panel job at several sizes and in several forms: the engine against what an expert writes by hand.

    python benchmarks/scale.py                                    700 and 0.7 M events, JSONL, CSV and Parquet
    python benchmarks/scale.py --size 10.5M --format jsonl        one cell of the table
    python benchmarks/scale.py --all --runs 5 --report docs/measured.md

Whole processes, from the log's file to the written table. All tables are compared row by row before anything is timed. Then
the programs run in turn, so that a drift of the machine touches all alike. Times are wall times; memory is what the kernel
says each process has held at most, summed over all processes of a program (which counts shared pages more than once). The
engine also finds out what is not admitted, decides, and takes a digest of each competition, which the others do not.

Peers: DuckDB and Polars (streaming and in memory) with the equivalent rule, that of a cell's marks the one with the latest
seq counts; DuckDB with amendments split off, which assumes one score a cell; pandas (to 0.7 M); durable-rules alone (700).
Needs the extra bench.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from timing import CACHE, HERE, engine

SIZES = {"700": 1, "0.7M": 1000, "10.5M": 15000}
FORMATS = ("jsonl", "csv", "parquet")
OURS, SPLIT = "scoring-engine", "DuckDB, split"
WALL = {  # against the faster equivalent peer
    "700": {"jsonl": 0.5, "csv": 0.5, "parquet": 0.8},
    "0.7M": {"jsonl": 0.65, "csv": 0.65, "parquet": 0.85},
    "10.5M": {"jsonl": 0.45, "csv": 0.45, "parquet": 0.5},
}
MEMORY = {  # against the leaner
    "700": {"jsonl": 0.5, "csv": 0.5, "parquet": 0.5},
    "0.7M": {"jsonl": 0.4, "csv": 0.4, "parquet": 0.8},
    "10.5M": {"jsonl": 0.25, "csv": 0.25, "parquet": 0.25},
}
AGAINST_SPLIT = {("10.5M", "parquet"): 1.0}
EQUIVALENT = ("DuckDB", "Polars", "Polars, streaming")
POLL = 0.002
TRIED = """What was tried, beside what stands in the code:

* Larger parts: from 24 MB of JSON Lines on an event costs the same, and memory grows with the part.
* Every event through one reader of JSON: seven times the time; templates vouch for whole columns of lines by comparing their literals.
* Sorting to find cells, people and ids: tables over small codes are faster wherever they fit; sorting is left for codes that are sparse.
* Memory that is given back after each part: 5 to 15 % more time; it is kept, and fetched in pages of 2 MB, which is another 3 to 6 %.
* Parquet by half row groups: 18 MiB less at 0.7 M events, and a quarter more time, since a half is read by decoding what stands before it.
* mmap instead of read: saves a copy, and a file that is cut while it is read would end the process without a word.

What the peers do not do and the engine does in this time: every event is checked and what is wrong is listed, ids are held against one
another so that a mark delivered twice counts once, corrections are found by the event that they name, rules decide, and each competition
gets a SHA-256 that anybody can compute again."""


class Run(NamedTuple):
    """One run: seconds from its start to its end, seconds of processors, and bytes held at most."""

    wall: float
    cpu: float
    memory: int


def programs(size: str, form: str, log: Path, out: Path) -> dict[str, tuple[list[str], Path]]:
    """Each program's command line and the table that it writes."""
    ending = "parquet" if form == "parquet" else "csv"
    peers = HERE / "peers"
    found: dict[str, tuple[list[str], Path]] = {}
    ours = engine("replay", log, "--ruleset", HERE / "panel.yaml", "--out", out / "ours", "--format", ending)
    found[OURS] = (ours, out / "ours" / ("standings" if ending == "parquet" else "standings.csv"))
    scripts = {
        "DuckDB": ("duckdb_sql.py",),
        SPLIT: ("duckdb_sql.py", "--split"),
        "Polars": ("polars_lazy.py",),
        "Polars, streaming": ("polars_lazy.py", "--streaming"),
    }
    if size != "10.5M":
        scripts["pandas"] = ("pandas_frames.py",)
    if size == "700" and form == "jsonl":
        scripts["durable-rules alone"] = ("durable_alone.py",)
    for name, (script, *options) in scripts.items():
        target = out / f"{name}.{ending}"
        found[name] = ([sys.executable, str(peers / script), str(log), str(target), *options], target)
    return found


def run(command: Sequence[str]) -> Run:
    """Runs the command to its end. The peaks of its processes are asked for again and again while it runs."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    peaks: dict[int, int] = {}
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, peaks, over))
    watch.start()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - began
    over.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nfailed with {process.returncode}:\n{said.decode(errors='replace')[-2000:]}")
    return Run(taken, usage.ru_utime + usage.ru_stime, sum(peaks.values()))  # ru_maxrss would begin with what this process holds


def _watch(pid: int, peaks: dict[int, int], over: threading.Event) -> None:
    while not over.wait(POLL):
        for one in [pid, *_children(pid)]:
            try:
                with open(f"/proc/{one}/status", "rb") as file:
                    status = file.read()
            except OSError:
                continue
            at = status.find(b"VmHWM:")
            if at >= 0:
                peaks[one] = max(peaks.get(one, 0), int(status[at + 6 : status.index(b"kB", at)]) * 1024)


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            children = list(map(int, file.read().split()))
    except OSError:
        return []
    return [one for child in children for one in (child, *_children(child))]


def rows(path: Path) -> list[tuple[str, ...]]:
    """The rows of a table that all programs write, in an order that does not depend on who wrote it."""
    import csv

    names = ("competition", "contestant", "name", "rank", "total")
    if path.suffix == ".csv":
        with open(path, encoding="utf-8", newline="") as file:
            return sorted(tuple(row[name] for name in names) for row in csv.DictReader(file))
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(names))
    return sorted(zip(*(map(str, table.column(name).to_pylist()) for name in names), strict=True))


def compare(paths: Sequence[Path]) -> None:
    """Ends the process with what differs, where tables differ."""
    first = rows(paths[0])
    for path in paths[1:]:
        other = rows(path)
        if other != first:
            different = next((pair for pair in zip(first, other, strict=False) if pair[0] != pair[1]), (len(first), len(other)))
            sys.exit(f"{paths[0]} and {path} differ: {different[0]} is not {different[1]}")
    print(len(first))


def measure(size: str, form: str, runs: int, cache: Path) -> dict[str, list[Run]]:
    """The runs of all programs for one size and form, after their tables were compared."""
    from generate import log_of

    log = log_of(SIZES[size], cache, form)
    out = cache / f"{size}-{form}"
    out.mkdir(parents=True, exist_ok=True)
    found = programs(size, form, log, out)
    for command, _ in found.values():
        run(command)
    tables = [str(table) for _, table in found.values()]
    same = subprocess.run([sys.executable, __file__, "--compare", *tables], capture_output=True, text=True)
    if same.returncode:
        sys.exit(same.stderr or same.stdout)
    print(f"\n{size} events, {form}: {int(same.stdout):,} rows, the same in all {len(found)} tables", flush=True)
    taken: dict[str, list[Run]] = {name: [] for name in found}
    for _ in range(runs):
        for name, (command, _) in found.items():
            taken[name].append(run(command))
    return taken


class Cost(NamedTuple):
    """What the engine took for one log: events, bytes of the file, seconds of processors, bytes of memory of all processes."""

    form: str
    events: int
    size: int
    cpu: float
    memory: int


def cost(size: str, form: str, taken: dict[str, list[Run]], cache: Path) -> Cost:
    """The medians of the engine's runs."""
    from generate import log_of

    log = log_of(SIZES[size], cache, form)
    with open(cache / f"{size}-{form}" / "ours" / "manifest.json", encoding="utf-8") as file:
        events = json.load(file)["events"]
    runs = taken[OURS]
    return Cost(
        form, events, log.stat().st_size, statistics.median(run.cpu for run in runs), int(statistics.median(run.memory for run in runs))
    )


def sizing(costs: Sequence[Cost]) -> str:
    """What logs of other sizes will take, from the largest that was measured of each form, as a table of Markdown."""
    lines = ["| events | format | file | seconds of processors | on 2 processors | on 64 | |", "|---|---|---|---|---|---|---|"]
    for form in dict.fromkeys(one.form for one in costs):
        mine = sorted((one for one in costs if one.form == form), key=lambda one: one.events)
        base = mine[-1]
        known = [(one, "measured") for one in mine if one.events > 10_000]
        for events in (10**8, 10**9, 10**10):
            times = events / base.events
            far = Cost(form, events, int(base.size * times), base.cpu * times, base.memory)
            known.append((far, "extrapolated"))
        for one, how in known:
            file, cpu = f"{one.size / 2**30:,.2f} GiB", f"{one.cpu:,.1f}"
            lines.append(f"| {one.events:,} | {form} | {file} | {cpu} | {_time(one.cpu / 2)} | {_time(one.cpu / 64)} | {how} |")
        lines.append(f"| | {form} | | | {base.memory / 2**20:,.0f} MiB in all | the same a process | measured at {base.events:,} events |")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:,.1f} s"
    return f"{seconds / 60:,.1f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"


class Row(NamedTuple):
    """A line of the table of targets."""

    size: str
    form: str
    what: str
    ratio: float
    limit: float
    ours: str
    theirs: str

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.limit


def judge(size: str, form: str, taken: dict[str, list[Run]]) -> list[Row]:
    """Prints the medians and returns how they stand to the targets."""
    wall = {name: statistics.median(run.wall for run in all_) for name, all_ in taken.items()}
    cpu = {name: statistics.median(run.cpu for run in all_) for name, all_ in taken.items()}
    memory = {name: statistics.median(run.memory for run in all_) for name, all_ in taken.items()}
    print("     wall   processors        memory     wall     memory of the engine against")
    for name in taken:
        ratios = f"{wall[OURS] / wall[name]:5.2f} × {memory[OURS] / memory[name]:5.2f} ×"
        print(f"{wall[name] * 1000:6.0f} ms  {cpu[name] * 1000:7.0f} ms  {memory[name] / 2**20:8.0f} MiB   {ratios}   {name}")
    fast = min(EQUIVALENT, key=wall.__getitem__)
    lean = min(EQUIVALENT, key=memory.__getitem__)
    made = [
        Row(size, form, "wall", wall[OURS] / wall[fast], WALL[size][form], f"{wall[OURS]:.2f} s", f"{fast} {wall[fast]:.2f} s"),
        Row(
            size, form, "peak memory", memory[OURS] / memory[lean], MEMORY[size][form],
            f"{memory[OURS] / 2**20:.0f} MiB", f"{lean} {memory[lean] / 2**20:.0f} MiB",
        ),
    ]  # fmt: skip
    if (size, form) in AGAINST_SPLIT:
        limit = AGAINST_SPLIT[size, form]
        made.append(Row(size, form, "wall", wall[OURS] / wall[SPLIT], limit, f"{wall[OURS]:.2f} s", f"{SPLIT} {wall[SPLIT]:.2f} s"))
    return made


def table(found: Sequence[Row]) -> str:
    """The targets and how they are met, as a table of Markdown."""
    lines = ["| events | format | | engine | against | ratio | target | |", "|---|---|---|---|---|---|---|---|"]
    for row in found:
        verdict = "met" if row.met else "**missed**"
        lines.append(
            f"| {row.size} | {row.form} | {row.what} | {row.ours} | {row.theirs} | {row.ratio:.2f} × | ≤ {row.limit:.2f} × | {verdict} |"
        )
    return "\n".join(lines)


def profiles(found: Sequence[Row], cache: Path) -> str:
    """Where the time goes, for each form of which a target of time is missed: shares are those of the log of 0.7 M events."""
    from generate import log_of

    parts = []
    for form in dict.fromkeys(row.form for row in found if row.what == "wall" and not row.met):
        log = log_of(SIZES["0.7M"], cache, form)
        told = subprocess.run([sys.executable, str(HERE / "stages.py"), str(log)], capture_output=True, text=True, check=True)
        parts.append(f"## Where the time goes: {form}\n\n{told.stdout.strip()}")
    return "\n\n".join([*parts, TRIED]) if parts else ""


def main(args: Sequence[str]) -> bool:
    """The command line; returns whether all targets are met."""
    if args[:1] == ["--compare"]:
        compare(list(map(Path, args[1:])))
        return True
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, action="append", help="may be given again; 700 and 0.7M by default")
    parser.add_argument("--format", choices=FORMATS, action="append", help="may be given again; all by default")
    parser.add_argument("--all", action="store_true", help="all sizes, which takes many minutes and 4 GB of disk")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--logs", type=Path, default=CACHE, help="folder of the logs, which are made where they are not there")
    parser.add_argument("--report", type=Path, help="a file that the table of targets is written to")
    given = parser.parse_args(args)
    sizes = list(SIZES) if given.all else given.size or ["700", "0.7M"]
    found: list[Row] = []
    costs: list[Cost] = []
    for size in sizes:
        for form in given.format or FORMATS:
            runs = max(given.runs, 15) if size == "700" else given.runs
            taken = measure(size, form, runs, given.logs)
            found += judge(size, form, taken)
            costs.append(cost(size, form, taken, given.logs))
    text = table(found)
    print(f"\n{text}\n\n{sum(row.met for row in found)} of {len(found)} targets are met")
    missed = profiles(found, given.logs)
    print(f"\n{missed}")
    if given.report:
        where = f"{os.cpu_count()} processors, Python {platform.python_version()}, medians of {given.runs} runs"
        page = ["<!-- generated by python benchmarks/scale.py --report; do not edit -->", "# Measured", where, text, "## Sizes"]
        page += [sizing(costs), missed]
        given.report.write_text("\n\n".join(page) + "\n", encoding="utf-8")
    return all(row.met for row in found)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
