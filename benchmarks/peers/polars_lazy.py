"""The plain panel job in Polars, lazy, on all cores: python polars_lazy.py LOG OUT [--streaming]

Marks are counted in tenths, so that no float takes part after they are read. Of the marks of a cell the one with the latest
seq counts.
"""

from __future__ import annotations

import sys

import polars as pl

CELL = ["competition", "contestant", "judge", "criterion"]
WEIGHTS = {"a": 30, "b": 25, "c": 20, "d": 15, "e": 10}
USED = ["seq", "competition", "kind", "name", "contestant", "judge", "criterion", "value"]


def scan(log: str) -> pl.LazyFrame:
    """The events of the log, of its form, with the columns that the job uses."""
    if log.endswith(".parquet"):
        return pl.scan_parquet(log).select(USED).with_columns(pl.col("value").cast(pl.String).cast(pl.Float64))
    if log.endswith(".csv"):
        types = dict.fromkeys(["id", "at", "competition", "kind", "ruleset", "stage", "version", "name", "contestant"], pl.String)
        return pl.scan_csv(log, schema_overrides={**types, "seq": pl.Int64, "value": pl.Float64}).select(USED)
    schema = dict.fromkeys(USED, pl.String) | {"seq": pl.Int64, "value": pl.Float64}
    return pl.scan_ndjson(log, schema=schema)


def job(events: pl.LazyFrame) -> pl.LazyFrame:
    """The table of the log."""
    marks = (
        events.filter(pl.col("kind").is_in(["score", "amended"]))
        .group_by(CELL)
        .agg((pl.col("value").max_by("seq") * 10).round().cast(pl.Int64).alias("tenths"))
    )
    panel = marks.group_by(["competition", "contestant", "criterion"]).agg(
        (pl.col("tenths").sum() - pl.col("tenths").min() - pl.col("tenths").max()).alias("kept")
    )
    weight = pl.col("criterion").replace_strict(WEIGHTS, return_dtype=pl.Int64)
    totals = panel.group_by(["competition", "contestant"]).agg((pl.col("kept") * weight).sum().alias("worth"))
    names = events.filter(pl.col("kind") == "contestant").select("competition", "contestant", "name")
    return (
        totals.with_columns(((pl.col("worth") + 25) // 50).alias("hundredths"))
        .with_columns(pl.col("hundredths").rank("min", descending=True).over("competition").cast(pl.Int64).alias("rank"))
        .join(names, on=["competition", "contestant"])
        .select("competition", "contestant", "name", "rank", (pl.col("hundredths").cast(pl.Decimal(18, 2)) / 100).alias("total"))
        .sort("competition", "rank", "contestant")
    )


def main(log: str, out: str, *options: str) -> None:
    engine = "streaming" if "--streaming" in options else "in-memory"
    table = job(scan(log)).collect(engine=engine)
    if out.endswith(".parquet"):
        table.write_parquet(out)
    else:
        table.write_csv(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
