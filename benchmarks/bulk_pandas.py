"""The job of benchmarks/bulk.py as one writes it with pandas: read the log, trim, weigh, round half up, rank, write.

Marks are counted in tenths, so that the rounding is exact and the table can be compared with the engine's line by line.
"""

from __future__ import annotations

import sys

import pandas as pd

CELL = ["competition", "contestant", "judge", "criterion"]
WEIGHTS = pd.Series({"a": 30, "b": 25, "c": 20, "d": 15, "e": 10})


def main(log: str, out: str) -> None:
    events = pd.read_json(log, lines=True, dtype=False) if log.endswith(".jsonl") else pd.read_csv(log)
    events = events.drop_duplicates("id").sort_values("seq")
    names = events[events["kind"] == "contestant"][["competition", "contestant", "name"]]
    marks = events[events["kind"].isin(["score", "amended"])].drop_duplicates(CELL, keep="last")
    marks = marks.assign(tenths=(marks["value"] * 10).round().astype("int64"))
    panel = marks.groupby(["competition", "contestant", "criterion"])["tenths"].agg(["sum", "min", "max"]).reset_index()
    panel["worth"] = (panel["sum"] - panel["min"] - panel["max"]) * panel["criterion"].map(WEIGHTS)
    table = panel.groupby(["competition", "contestant"], as_index=False)["worth"].sum()
    table["total"] = (table["worth"] + 25) // 50  # tenths × 5 judges × 100 per cent → hundredths, half up
    table["rank"] = table.groupby("competition")["total"].rank(method="min", ascending=False).astype("int64")
    table = table.merge(names, on=["competition", "contestant"]).sort_values(["competition", "rank", "contestant"])
    table["total"] = table["total"] / 100
    table[["competition", "contestant", "name", "rank", "total"]].to_csv(out, index=False, float_format="%.2f")


if __name__ == "__main__":
    main(*sys.argv[1:])
