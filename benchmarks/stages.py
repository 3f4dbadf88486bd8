"""Where the time of a bulk replay goes: the stages of one process, under the profiler, as a table.

    python benchmarks/stages.py LOG [csv|parquet]

The profiler makes calls dearer than they are, so shares count here and not seconds. What stands indented is part of the line above.
"""

from __future__ import annotations

import contextlib
import cProfile
import io
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from timing import HERE

STAGES = (
    ("importing modules", "<frozen importlib._bootstrap>", "_find_and_load"),
    ("planning the parts", "cluster/planning.py", "plan"),
    ("reading", "cluster/work.py", "read"),
    ("  bytes and line breaks", "fast/lines.py", "blocks"),
    ("  lines by their template", "fast/templates.py", "sort"),
    ("  values to codes", "fast/values.py", "codes"),
    ("  row groups to codes", "fast/parquet.py", "_take"),
    ("  one log of the blocks", "events/assembly.py", "assemble"),
    ("voids and amendments", "intake/effective.py", "effective"),
    ("openings and links", "season/opening.py", "openings"),
    ("intake, measures, ranks", "scoring/stage.py", "score"),
    ("  intake", "intake/admit.py", "admit"),
    ("  ranks", "scoring/chain.py", "run"),
    ("decisions", "season/settled.py", "settle"),
    ("tables and digests", "season/columns.py", "tables"),
    ("files of the parts", "report/bulk.py", "save_columns"),
    ("files put together", "cluster/finishing.py", "finish"),
)


def seconds(stats: pstats.Stats, place: str, function: str) -> float:
    """The time inside a function, with all that it calls."""
    found: Mapping[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    return sum(entry[3] for (file, _, name), entry in found.items() if file.endswith(place) and name == function)


def stages(log: Path, form: str = "csv") -> str:
    """The table for one log."""
    profiler = cProfile.Profile(time.process_time)
    with tempfile.TemporaryDirectory() as out, contextlib.redirect_stderr(io.StringIO()):
        command = ["replay", str(log), "--ruleset", str(HERE / "panel.yaml"), "--out", out, "--format", form]
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # a single processor, so that this process computes all parts
        profiler.enable()
        with contextlib.suppress(SystemExit):
            from scoring_engine.cli.main import main

            main(command)
        profiler.disable()
    stats = pstats.Stats(profiler, stream=io.StringIO())
    whole: float = stats.total_tt  # type: ignore[attr-defined]
    lines = ["| stage | share | seconds |", "|---|---|---|"]
    for label, place, function in STAGES:
        taken = seconds(stats, place, function)
        if taken:
            indent = "&nbsp;&nbsp;" if label.startswith(" ") else ""
            lines.append(f"| {indent}{label.strip()} | {taken / whole:.0%} | {taken:.2f} |")
    return "\n".join([*lines, f"| all of it | 100% | {whole:.2f} |"])


if __name__ == "__main__":
    print(stages(Path(sys.argv[1]), *sys.argv[2:3]))
