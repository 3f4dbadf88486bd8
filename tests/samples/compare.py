"""Comparing a replayed result with the expected tables, values as exact numbers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from tests.samples.oracle import EXPECTED

DECISION = ("competition", "contestant", "rule", "consequence", "name", "value", "to", "status")


def expected(name: str, table: str) -> list[dict[str, str]]:
    """The rows of an expected table."""
    with (EXPECTED / name / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exact(value: Any) -> Fraction | str:
    """A value in the one form in which equal values are equal: numbers as fractions, nothing as an empty text."""
    if value is None:
        return ""
    try:
        return Fraction(str(value))
    except ValueError:
        return str(value)


def standings_differ(wanted: Iterable[Mapping[str, str]], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where the standings differ, a line each."""
    rows = {(row["competition"], row["contestant"]): row for row in found}
    lines = []
    for row in wanted:
        other = rows.pop((row["competition"], row["contestant"]), None)
        if other is None:
            lines.append(f"{row['competition']} {row['contestant']}: not there")
            continue
        for name, value in row.items():
            if exact(value) != exact(other.get(name)):
                lines.append(f"{row['competition']} {row['contestant']} {name}: {value} expected, {other.get(name)} found")
    return lines + [f"{competition} {contestant}: not expected" for competition, contestant in rows]


def decisions_differ(wanted: Iterable[Mapping[str, str]], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where the decisions differ, a line each; their order does not matter."""
    ours, theirs = (Counter(tuple(exact(row.get(name)) for name in DECISION) for row in rows) for rows in (wanted, found))
    return sorted(
        [f"expected {n} ×: {' '.join(map(str, row))}" for row, n in (ours - theirs).items()]
        + [f"found {n} ×: {' '.join(map(str, row))}" for row, n in (theirs - ours).items()]
    )
