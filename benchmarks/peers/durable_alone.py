"""The plain panel job by durable-rules alone, an event at a time: python durable_alone.py LOG OUT (JSON Lines, small logs)

Every mark is an event of the state of its contestant; a rule keeps the latest of each cell, and one that fires at the end makes
the total. Ranks are counted in Python, since no rule sees two contestants at a time.
"""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal

from durable.lang import m, post, ruleset, when_all  # type: ignore[import-not-found]

WEIGHTS = {"a": 30, "b": 25, "c": 20, "d": 15, "e": 10}
totals: dict[tuple[str, str], int] = {}


def rules() -> None:
    with ruleset("panel"):

        @when_all((m.kind == "score") | (m.kind == "amended"))
        def mark(c):  # type: ignore[no-untyped-def]
            cells = c.s.cells or {}
            cell = f"{c.m.criterion} {c.m.judge}"
            if cell not in cells or cells[cell][0] < c.m.seq:
                cells[cell] = [c.m.seq, c.m.tenths]
            c.s.cells = cells

        @when_all(m.kind == "closed")
        def total(c):  # type: ignore[no-untyped-def]
            panel: dict[str, list[int]] = {}
            for cell, (_, tenths) in c.s.cells.items():
                panel.setdefault(cell.split(" ")[0], []).append(tenths)
            worth = sum(WEIGHTS[criterion] * (sum(marks) - min(marks) - max(marks)) for criterion, marks in panel.items())
            totals[c.m.competition, c.m.contestant] = (worth + 25) // 50


def main(log: str, out: str) -> None:
    rules()
    names: dict[tuple[str, str], str] = {}
    with open(log, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line, parse_float=Decimal)
            if event["kind"] == "contestant":
                names[event["competition"], event["contestant"]] = event["name"]
            elif event["kind"] in ("score", "amended"):
                fields = {name: event[name] for name in ("seq", "kind", "judge", "criterion")}
                post("panel", fields | {"tenths": int(event["value"] * 10), "sid": f"{event['competition']} {event['contestant']}"})
    for competition, contestant in names:
        post("panel", {"kind": "closed", "competition": competition, "contestant": contestant, "sid": f"{competition} {contestant}"})
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["competition", "contestant", "name", "rank", "total"])
        for (competition, contestant), total in totals.items():
            rank = 1 + sum(other > total for (of, _), other in totals.items() if of == competition)
            writer.writerow([competition, contestant, names[competition, contestant], rank, Decimal(total).scaleb(-2)])


if __name__ == "__main__":
    main(*sys.argv[1:])
