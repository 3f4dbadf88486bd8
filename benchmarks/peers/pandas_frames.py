"""The plain panel job as one writes it with pandas: python pandas_frames.py LOG OUT

Marks are counted in tenths, so that the rounding is exact and the table can be compared with the engine's line by line.
"""

from __future__ import annotations

import sys
from decimal import Decimal

import pandas as pd

CELL = ["competition", "contestant", "judge", "criterion"]
WEIGHTS = pd.Series({"a": 30, "b": 25, "c": 20, "d": 15, "e": 10})


def read(log: str) -> pd.DataFrame:
    """The events of the log, of its form."""
    if log.endswith(".parquet"):
        return pd.read_parquet(log)
    return pd.read_json(log, lines=True, dtype=False) if log.endswith(".jsonl") else pd.read_csv(log)


def main(log: str, out: str) -> None:
    events = read(log)
    names = events[events["kind"] == "contestant"][["competition", "contestant", "name"]]
    marks = events[events["kind"].isin(["score", "amended"])].sort_values("seq").drop_duplicates(CELL, keep="last")
    marks = marks[[*CELL, "value"]].astype(dict.fromkeys(CELL, "str"))
    marks = marks.assign(tenths=(marks["value"].astype("float64") * 10).round().astype("int64"))
    panel = marks.groupby(["competition", "contestant", "criterion"])["tenths"].agg(["sum", "min", "max"]).reset_index()
    panel["worth"] = (panel["sum"] - panel["min"] - panel["max"]) * panel["criterion"].map(WEIGHTS)
    table = panel.groupby(["competition", "contestant"], as_index=False)["worth"].sum()
    table["total"] = (table["worth"] + 25) // 50  # tenths × 5 judges × 100 per cent → hundredths, half up
    table["rank"] = table.groupby("competition")["total"].rank(method="min", ascending=False).astype("int64")
    table = table.merge(names.astype("str"), on=["competition", "contestant"]).sort_values(["competition", "rank", "contestant"])
    table["total"] = [Decimal(total).scaleb(-2) for total in table["total"].tolist()]
    table = table[["competition", "contestant", "name", "rank", "total"]]
    if out.endswith(".parquet"):
        table.to_parquet(out, index=False)
    else:
        table.to_csv(out, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
