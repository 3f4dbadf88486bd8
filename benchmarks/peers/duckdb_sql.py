"""The plain panel job in DuckDB, on all cores: python duckdb_sql.py LOG OUT [--split]

Marks are DECIMAL and no float takes part. Of the marks of a cell the one with the latest seq counts. With `--split` the query
takes amendments off first and so assumes one score a cell, which makes it cheaper and less general.
"""

from __future__ import annotations

import sys

import duckdb

FIELDS = ("seq", "id", "at", "competition", "kind", "ruleset", "stage", "version", "name", "contestant", "judge", "criterion", "value")
USED = ("seq", "competition", "kind", "name", "contestant", "judge", "criterion", "value")
NUMBERS = {"seq": "BIGINT", "value": "DECIMAL(5,1)"}
EQUIVALENT = """
    marks AS (
        SELECT competition, contestant, judge, criterion, arg_max(value, seq) AS value
        FROM events WHERE kind IN ('score', 'amended') GROUP BY ALL)
"""
SPLIT = """
    amendments AS (
        SELECT competition, contestant, judge, criterion, arg_max(value, seq) AS value
        FROM events WHERE kind = 'amended' GROUP BY ALL),
    marks AS (
        SELECT competition, contestant, judge, criterion, coalesce(a.value, s.value) AS value
        FROM events s LEFT JOIN amendments a USING (competition, contestant, judge, criterion) WHERE s.kind = 'score')
"""
JOB = """
COPY (
    WITH events AS ({events}), {marks},
    panel AS (
        SELECT competition, contestant, criterion, sum(value) - min(value) - max(value) AS kept FROM marks GROUP BY ALL),
    worth AS (
        SELECT competition, contestant,
            sum((kept * 10)::BIGINT
                * CASE criterion WHEN 'a' THEN 30 WHEN 'b' THEN 25 WHEN 'c' THEN 20 WHEN 'd' THEN 15 ELSE 10 END) AS worth
        FROM panel GROUP BY ALL),
    totals AS (SELECT competition, contestant, ((worth + 25) // 50)::DECIMAL(18,0) * 0.01 AS total FROM worth)
    SELECT competition, contestant, name, rank() OVER (PARTITION BY competition ORDER BY total DESC) AS rank, total::DECIMAL(18,2) AS total
    FROM totals JOIN (SELECT competition, contestant, name FROM events WHERE kind = 'contestant') USING (competition, contestant)
    ORDER BY competition, rank, contestant
) TO '{out}' ({form})
"""


def source(log: str) -> str:
    """The events of the log, of its form."""
    if log.endswith(".parquet"):
        return f"SELECT * REPLACE (value::DECIMAL(5,1) AS value) FROM read_parquet('{log}')"
    if log.endswith(".csv"):
        columns = ", ".join(f"'{name}': '{NUMBERS.get(name, 'VARCHAR')}'" for name in (*FIELDS, "event", "reason", "by"))
        return f"SELECT * FROM read_csv('{log}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {{{columns}}})"
    columns = ", ".join(f"{name}: '{NUMBERS.get(name, 'VARCHAR')}'" for name in USED)
    return f"SELECT * FROM read_json('{log}', format = 'newline_delimited', columns = {{{columns}}})"


def main(log: str, out: str, *options: str) -> None:
    form = "FORMAT parquet" if out.endswith(".parquet") else "FORMAT csv, HEADER"
    query = JOB.format(events=source(log), marks=SPLIT if "--split" in options else EQUIVALENT, out=out, form=form)
    duckdb.connect().execute(query)


if __name__ == "__main__":
    main(*sys.argv[1:])
