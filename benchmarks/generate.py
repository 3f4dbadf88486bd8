"""Logs for the benchmarks: competitions of 20 contestants, 7 judges and 5 criteria, 700 marks each; the same bytes every time."""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

CONTESTANTS, JUDGES, CRITERIA = 20, 7, "abcde"
FIELDS = ["id", "at", "competition", "kind", "ruleset", "version", "stage", "contestant", "judge", "criterion", "value", "name"]


def events(competitions: int) -> Iterator[dict[str, object]]:
    """The events of that many competitions, one competition after the other. Marks have one decimal."""
    draw = random.Random(20241011)
    for c in range(competitions):
        competition = f"C{c + 1:05d}"
        head = {"at": "2024-10-11T09:00:00+08:00", "competition": competition}
        yield {"id": f"{competition}-o", **head, "kind": "opened", "ruleset": "panel", "version": "1", "stage": "final"}
        for judge in range(1, JUDGES + 1):
            yield {"id": f"{competition}-j{judge}", **head, "kind": "judge", "judge": f"J{judge}"}
        for contestant in range(1, CONTESTANTS + 1):
            name = f"Contestant {c * CONTESTANTS + contestant}"
            yield {"id": f"{competition}-c{contestant}", **head, "kind": "contestant", "contestant": f"P{contestant:02d}", "name": name}
        for contestant in range(1, CONTESTANTS + 1):
            level = draw.randrange(750, 950)
            for judge in range(1, JUDGES + 1):
                for criterion in CRITERIA:
                    mark = level + draw.randrange(-50, 51)
                    yield {
                        "id": f"{competition}-{contestant}-{judge}-{criterion}",
                        **head,
                        "kind": "score",
                        "contestant": f"P{contestant:02d}",
                        "judge": f"J{judge}",
                        "criterion": criterion,
                        "value": mark / 10,
                    }


def write(competitions: int, folder: Path) -> tuple[Path, Path]:
    """Writes the log as JSONL and as CSV into `folder`, unless it is there already, and returns the two paths."""
    folder.mkdir(parents=True, exist_ok=True)
    jsonl, table = (folder / f"bench-{competitions}.{ending}" for ending in ("jsonl", "csv"))
    if not (jsonl.exists() and table.exists()):
        with open(jsonl, "w", encoding="utf-8", newline="") as lines, open(table, "w", encoding="utf-8", newline="") as rows:
            writer = csv.DictWriter(rows, FIELDS, lineterminator="\n")
            writer.writeheader()
            for event in events(competitions):
                lines.write(json.dumps(event, separators=(",", ":")) + "\n")
                writer.writerow(event)
    return jsonl, table


if __name__ == "__main__":
    print(*write(int(sys.argv[1]), Path(sys.argv[2])), sep="\n")
