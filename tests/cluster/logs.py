"""Logs for the tests of bulk replays, small enough to be replayed as a whole, and the digests that each competition has by itself."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from scoring_engine.events.reading import read
from scoring_engine.season.replay import replay

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from generate import panels, seasons  # noqa: E402

RULEBOOK = str(ROOT / "benchmarks" / "season.yaml")
PANEL = str(ROOT / "benchmarks" / "panel.yaml")


def contests(path: Path, competitions: int, seed: int = 1, contestants: int = 6, judges: int = 5) -> Path:
    """A log of competitions for themselves, with all that intake knows."""
    panels(competitions, [path], seed, plain=False, contestants=contestants, judges=judges)
    return path


def season(path: Path, towns: int, seed: int = 1) -> Path:
    """A log of linked seasons: 2 villages of 2 groups of 4 persons a town."""
    seasons(towns, [path], seed, villages=2, groups=2, members=4)
    return path


def events(path: Path) -> list[dict[str, object]]:
    """The events of a JSONL log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, some: Iterable[dict[str, object]]) -> Path:
    """Writes events as JSON Lines."""
    path.write_text("".join(json.dumps(event) + "\n" for event in some), encoding="utf-8")
    return path


def apart(log: Path, rulebook: str = RULEBOOK) -> dict[str, str]:
    """The digest of each competition that feeds none, replayed from a log of its own events alone."""
    of: dict[str, list[dict[str, object]]] = {}
    for event in events(log):
        of.setdefault(str(event["competition"]), []).append(event)
    return {name: dict(replay(read(own), [rulebook]).digests)[name] for name, own in of.items()}


def whole(logs: Sequence[Path], rulebook: str = RULEBOOK) -> dict[str, str]:
    """The digest of each competition, all replayed together in memory."""
    return dict(replay(read(list(logs)), [rulebook], engine="columnar").digests)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """A table that a bulk replay wrote as CSV."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests(folder: Path) -> dict[str, str]:
    """The digest of each competition in the folder of a bulk replay."""
    if (folder / "competitions.csv").exists():
        return {row["id"]: row["digest"] for row in table(folder, "competitions")}
    import pyarrow.parquet as pq

    found = pq.read_table(folder / "competitions", columns=["id", "digest"])
    return dict(zip(found["id"].to_pylist(), found["digest"].to_pylist(), strict=True))
