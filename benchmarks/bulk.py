"""1,000 competitions × 20 contestants × 35 marks: the engine against an idiomatic pandas script doing the same job.

    python benchmarks/bulk.py [COMPETITIONS] [RUNS]

Whole processes, each from the log file to the written table; the two tables are compared row by row first.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from generate import panel_log
from timing import CACHE, HERE, engine, interleaved, report, seconds

COLUMNS = ("competition", "contestant", "name", "rank", "total")


def rows(path: Path) -> list[tuple[str, ...]]:
    """The rows of a table, in an order that does not depend on who wrote it."""
    with open(path, encoding="utf-8", newline="") as file:
        return sorted(tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file))


def main(competitions: int, runs: int) -> bool:
    kept = True
    for log in (panel_log(competitions, CACHE, ending) for ending in ("csv", "jsonl")):
        kind, ours, theirs = log.suffix[1:], CACHE / "bulk", CACHE / "pandas.csv"
        replay = engine("replay", log, "--ruleset", HERE / "panel.yaml", "--engine", "columnar", "--out", ours)
        pandas = [sys.executable, HERE / "bulk_pandas.py", log, theirs]
        seconds(replay), seconds(pandas)
        found, expected = rows(ours / "standings.csv"), rows(theirs)
        if found != expected:
            different = next((pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]), (len(found), len(expected)))
            sys.exit(f"the tables of the {kind} log differ: {different[0]} is not {different[1]}")
        print(f"{kind}: {competitions} competitions, {len(found)} rows, the same in both tables")
        times = interleaved({"pandas": pandas, f"replay {kind}": replay}, runs)
        kept &= report(times, "pandas", {f"replay {kind}": 3.0})
    return kept


if __name__ == "__main__":
    given = [int(arg) for arg in sys.argv[1:]]
    sys.exit(not main(*(given + [1000, 3][len(given) :])))
