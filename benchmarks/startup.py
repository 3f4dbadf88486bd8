"""How long a person waits: a replay of one competition (20 contestants, 700 marks) against importing what it stands on.

    python benchmarks/startup.py [RUNS]

Prints whole-process medians and ratios, the runs of all commands taken in turn. The rulebook is compiled in the first,
uncounted run and kept; `first replay` shows what it costs without that.
"""

from __future__ import annotations

import sys

from generate import log_of
from timing import CACHE, HERE, engine, interleaved, report

BASE = "import numpy, pydantic, click"


def main(runs: int) -> bool:
    jsonl, table = log_of(1, CACHE), log_of(1, CACHE, "csv")
    rules = HERE / "panel.yaml"
    commands = {
        BASE: [sys.executable, "-c", BASE],
        "replay JSONL": engine("replay", jsonl, "--ruleset", rules),
        "replay CSV": engine("replay", table, "--ruleset", rules),
        "replay JSONL, files": engine("replay", jsonl, "--ruleset", rules, "--out", CACHE / "one"),
        "replay JSONL, CSV files": engine("replay", jsonl, "--ruleset", rules, "--out", CACHE / "parts", "--format", "csv"),
        "replay JSONL, columnar": engine("replay", jsonl, "--ruleset", rules, "--engine", "columnar"),
        "--help": engine("--help"),
    }
    limits = {"replay JSONL": 1.5, "replay CSV": 1.5, "replay JSONL, CSV files": 0.7}
    return report(interleaved(commands, runs), BASE, limits)


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if sys.argv[1:] else 21))
