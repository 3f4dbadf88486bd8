"""Logs for the benchmarks, of any size and the same bytes for the same seed.

    python benchmarks/generate.py --competitions 1000 --seed 1 --plain --out panel.jsonl --out panel.csv --out panel.parquet
    python benchmarks/generate.py --competitions 1000 --out contest.jsonl
    python benchmarks/generate.py --towns 20 --out season.jsonl

`--plain` is the job that is compared with other programs (panel.yaml): a panel of judges marks each contestant on five
criteria, and about one mark in a hundred is amended; an amendment repeats whose mark it is and the new value, so that a
program that knows no amendments can say "the later seq of a cell counts". Without it (season.yaml, stage contest) there are
deductions, absences, recusals, voided marks that are given anew, and marks that intake does not admit as well. `--towns`
makes linked seasons (season.yaml): groups feed their village, villages their town, a town its year-end evaluation.

Events have `seq` from 1 and stand competition by competition. JSON Lines are as `scoring_engine.events.writing` spells them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Event: TypeAlias = tuple[str, tuple[Any, ...]]  # the kind, and the values of its fields
Block: TypeAlias = list[Event]

ENVELOPE = ("seq", "id", "at", "competition", "kind")
FIELDS: dict[str, tuple[str, ...]] = {
    "opened": ("ruleset", "stage", "version"),
    "linked": ("ruleset", "stage", "version", "feeds"),
    "judge": ("judge",),
    "contestant": ("contestant", "name"),
    "member": ("contestant", "name", "group"),
    "team": ("contestant", "name", "village"),
    "score": ("judge", "contestant", "criterion", "value"),
    "amended": ("event", "value", "reason", "contestant", "criterion", "judge", "by"),
    "voided": ("event", "reason"),
    "deduction": ("contestant", "value", "reason"),
    "record": ("record", "contestant", "item", "points"),
    "recused": ("judge", "contestant", "reason"),
    "absent": ("contestant", "reason"),
}
"""The shapes of events; linked, member and team are opened and contestant with a field more."""
KINDS = {shape: {"linked": "opened", "member": "contestant", "team": "contestant"}.get(shape, shape) for shape in FIELDS}
NUMBERS = ("value", "points")
COLUMNS = (
    *ENVELOPE, "ruleset", "stage", "version", "name", "feeds", "contestant", "judge", "criterion", "value",
    "event", "reason", "record", "group", "item", "points", "village", "by",
)  # fmt: skip

CRITERIA = "abcde"
TENTHS = [str(n // 10) if n % 10 == 0 else f"{n / 10:.1f}" for n in range(2000)]  # 925 → 92.5, 920 → 92
HALVES = [TENTHS[5 * n] for n in range(201)]
TIMES = [f"2024-10-11T{9 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}+08:00" for s in range(15 * 3600)]
START = TIMES[0]
TOGETHER = 50
"""Competitions that are written together."""


def contests(first: int, count: int, seed: int, plain: bool, contestants: int = 20, judges: int = 7) -> Block:
    """`count` competitions from number `first`, each with all its events, one after the other."""
    events: Block = []
    for number in range(first, first + count):
        events += contest(number, seed, plain, contestants, judges)
    return events


def contest(number: int, seed: int, plain: bool, contestants: int, judges: int) -> Block:
    """The competition with that number, with all its events; the same however many there are."""
    draw = np.random.default_rng([seed, number, int(plain)])
    size = (contestants, judges, len(CRITERIA))
    level = draw.integers(700, 950, (contestants, 1, 1))
    marks = np.clip(level + draw.integers(-60, 61, size), 0, 1000).tolist()
    new = np.clip(level + draw.integers(-60, 61, size), 0, 1000).tolist()
    fate = draw.random(size)
    amended = (fate < 0.01).tolist()
    voided = (np.full(size, False) if plain else (fate > 0.996)).tolist()
    wrong = (np.full(size, False) if plain else (fate > 0.998)).tolist()
    absent, recused, deducted = ((draw.random(contestants) < share).tolist() for share in (0.02, 0.05, 0.06))
    people = [f"P{n:02}" for n in range(1, contestants + 1)]
    panel = [f"J{n}" for n in range(1, judges + 1)]
    events: Block = []
    add = events.append
    name = f"C{number + 1:05}"
    opening = ("panel", "final", "1") if plain else ("season", "contest", "1")
    add(("opened", (f"{name}-o", START, name, *opening)))
    for judge in panel:
        add(("judge", (f"{name}-{judge}", START, name, judge)))
    for p, person in enumerate(people, 1):
        add(("contestant", (f"{name}-{person}", START, name, person, f"Contestant {number * contestants + p}")))
    later: Block = []
    for p, person in enumerate(people):
        turn = 180 * p % 43200
        out = -1
        if not plain:
            if absent[p]:
                add(("absent", (f"{name}-{person}-x", TIMES[turn], name, person, "did not come")))
                continue
            if recused[p]:
                out = p % judges
                add(("recused", (f"{name}-{person}-r", TIMES[turn], name, panel[out], person, "a relative")))
            if deducted[p]:
                add(("deduction", (f"{name}-{person}-d", TIMES[turn], name, person, TENTHS[5 + 5 * (p % 4)], "overtime")))
        for j, judge in enumerate(panel):
            if j == out:
                continue
            at = TIMES[turn + 60 + 9 * j % 100]
            of = f"{name}-{person}-{judge}-"
            for k, criterion in enumerate(CRITERIA):
                if voided[p][j][k]:
                    if wrong[p][j][k]:
                        add(("score", (f"{of}{criterion}?", at, name, judge, person, criterion, "100.5")))
                    add(("score", (f"{of}{criterion}!", at, name, judge, person, criterion, TENTHS[new[p][j][k]])))
                    add(("voided", (f"{of}{criterion}-v", at, name, f"{of}{criterion}!", "the wrong sheet")))
                add(("score", (of + criterion, at, name, judge, person, criterion, TENTHS[marks[p][j][k]])))
                if amended[p][j][k]:
                    fields = (of + criterion, TENTHS[new[p][j][k]], "misread", person, criterion, judge, judge)
                    later.append(("amended", (f"{of}{criterion}-a", TIMES[43200 + 60 * p % 7200], name, *fields)))
    return events + later


GROUP, VILLAGE, TOWN = ("policy", "law", "growth"), ("industry", "habitat", "living", "order"), ("progress", "quality", "effect")


def town(number: int, seed: int, villages: int, groups: int, members: int) -> Block:
    """A season of one town: the drills of its groups, the contests of its villages, its final, its year-end evaluation."""
    draw = np.random.default_rng([seed, number, 3])
    name = f"T{number + 1:04}"
    year_end = f"{name}-year"
    events: Block = []
    add = events.append

    def opened(at: str, competition: str, stage: str, feeds: str) -> None:
        base = (f"{competition}-o", at, competition, "season", stage, "1")
        add(("linked", (*base, feeds)) if feeds else ("opened", base))

    def marks(at: int, competition: str, people: Sequence[str], judges: int, criteria: Sequence[str]) -> None:
        panel = [f"J{n}" for n in range(1, judges + 1)]
        for judge in panel:
            add(("judge", (f"{competition}-{judge}", TIMES[at], competition, judge)))
        size = (len(people), judges, len(criteria))
        drawn = (draw.integers(120, 185, (len(people), 1, 1)) + draw.integers(-15, 16, size)).tolist()
        amended = (draw.random(size) < 0.01).tolist()
        deducted = (draw.random(len(people)) < 0.04).tolist()
        later: Block = []
        for p, person in enumerate(people):
            for j, judge in enumerate(panel):
                for k, criterion in enumerate(criteria):
                    own, time = f"{competition}-{person}-{judge}-{criterion}", TIMES[at + 90 * p + 10 * j]
                    add(("score", (own, time, competition, judge, person, criterion, HALVES[drawn[p][j][k]])))
                    if amended[p][j][k]:
                        fields = (own, HALVES[drawn[p][j][k] - 9], "misread", person, criterion, judge, judge)
                        later.append(("amended", (f"{own}-a", TIMES[at + 90 * len(people) + p], competition, *fields)))
            if deducted[p]:
                add(("deduction", (f"{competition}-{person}-d", TIMES[at + 90 * p + 80], competition, person, "0.5", "overtime")))
        events.extend(later)

    units = [f"V{v:02}" for v in range(1, villages + 1)]
    for unit in units:
        teams = [f"G{g:02}" for g in range(1, groups + 1)]
        for team in teams:
            competition = f"{name}-{unit}-{team}"
            opened(START, competition, "group", f'{{"village":"{name}-{unit}"}}')
            people = [f"{team}P{m}" for m in range(1, members + 1)]
            for person in people:
                add(("member", (f"{competition}-{person}", START, competition, person, f"Person {unit} {person}", team)))
            marks(60, competition, people, 3, GROUP)
        competition = f"{name}-{unit}"
        opened(TIMES[7200], competition, "village", f'{{"town":"{name}"}}')
        for team in teams:
            # the village of a group is what the town final knows it by
            add(("team", (f"{competition}-{team}", TIMES[7200], competition, team, f"Group {unit} {team}", unit)))
        marks(7260, competition, teams, 3, VILLAGE)
    opened(TIMES[14400], name, "town", f'{{"year-end":"{year_end}"}}')
    for unit in units:
        add(("contestant", (f"{name}-{unit}", TIMES[14400], name, unit, f"Village {unit} of {name}")))
    marks(14460, name, units, 7, TOWN)
    opened(TIMES[21600], year_end, "year-end", "")
    for unit in units:
        add(("contestant", (f"{year_end}-{unit}", TIMES[21600], year_end, unit, f"Village {unit} of {name}")))
        for item in ("roads", "water", "forest", "schools"):
            fields = ("task", unit, item, HALVES[int(draw.integers(20, 50))])
            add(("record", (f"{year_end}-{unit}-{item}", TIMES[21660], year_end, *fields)))
    return events


def _line(shape: str) -> str:
    """The template of a line of JSON."""
    spelt = [f'"{field}": {"%s" if field in NUMBERS else _quoted(field)}' for field in FIELDS[shape]]
    head = ['"seq": %d', '"id": "%s"', '"at": "%s"', '"competition": "%s"', f'"kind": "{KINDS[shape]}"']
    return "{" + ", ".join(head + spelt) + "}\n"


def _quoted(field: str) -> str:
    return "%s" if field == "feeds" else '"%s"'


def _row(shape: str, columns: Sequence[str]) -> str:
    """The template of a row of CSV; fields stand where the header has them."""
    order = {"seq": "%d", "id": "%s", "at": "%s", "competition": "%s", "kind": KINDS[shape]} | dict.fromkeys(FIELDS[shape], "%s")
    return ",".join(order.get(column, "") for column in columns) + "\n"


def lines(block: Block, first: int) -> bytes:
    """The events as JSON Lines, numbered from `first`."""
    templates = {shape: _line(shape) for shape in FIELDS}
    return "".join([templates[shape] % (seq, *values) for seq, (shape, values) in enumerate(block, first)]).encode()


def rows(block: Block, first: int, columns: Sequence[str]) -> bytes:
    """The events as rows of CSV, numbered from `first`."""
    text = []
    templates = {shape: _row(shape, columns) for shape in FIELDS}
    place = {shape: _permutation(shape, columns) for shape in FIELDS}
    for seq, (shape, values) in enumerate(block, first):
        order = place[shape]
        if order is not None:
            values = tuple([values[i] for i in order])
        if shape == "linked":
            values = tuple('"' + v.replace('"', '""') + '"' if v[:1] == "{" else v for v in values)
        text.append(templates[shape] % (seq, *values))
    return "".join(text).encode()


def _permutation(shape: str, columns: Sequence[str]) -> list[int] | None:
    """How the values of a shape are put into the order of the columns, None where they are in it."""
    given = ("id", "at", "competition", *FIELDS[shape])
    wanted = [given.index(column) for column in columns if column in given]
    return None if wanted == list(range(len(given))) else wanted


class Jsonl:
    """A file of JSON Lines."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.file = open(path, "wb")  # noqa: SIM115

    def add(self, block: Block, first: int) -> None:
        self.file.write(lines(block, first))

    def close(self) -> None:
        self.file.close()


class Csv:
    """A file of CSV."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.columns = columns
        self.file = open(path, "wb")  # noqa: SIM115
        self.file.write((",".join(columns) + "\n").encode())

    def add(self, block: Block, first: int) -> None:
        self.file.write(rows(block, first, self.columns))

    def close(self) -> None:
        self.file.close()


class Parquet:
    """A Parquet file: texts as dictionaries, ids as plain texts. A row group ends with a competition."""

    ROWS = 100_000

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        unique = ("id", "event")
        text = pa.dictionary(pa.int32(), pa.string())
        types = {name: pa.int64() if name == "seq" else pa.string() if name in unique else text for name in columns}
        self.columns = columns
        self.writer = pq.ParquetWriter(path, pa.schema(types), use_dictionary=[n for n in columns if n not in ("seq", *unique)])
        self.types = types
        self.waiting = 0
        self.buffer = BytesIO()

    def add(self, block: Block, first: int) -> None:
        self.buffer.write(rows(block, first, self.columns))
        self.waiting += len(block)
        if self.waiting >= self.ROWS:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa
        from pyarrow import csv

        read = csv.ReadOptions(column_names=list(self.columns), block_size=1 << 30, use_threads=False)
        convert = csv.ConvertOptions(column_types=self.types, strings_can_be_null=True)
        table = csv.read_csv(pa.py_buffer(self.buffer.getvalue()), read, convert_options=convert)
        self.writer.write_table(table, row_group_size=2 * self.ROWS)
        self.waiting = 0
        self.buffer = BytesIO()

    def close(self) -> None:
        if self.waiting:
            self._write()
        self.writer.close()


WRITERS: dict[str, Callable[[Path, Sequence[str]], Jsonl | Csv | Parquet]] = {".jsonl": Jsonl, ".csv": Csv, ".parquet": Parquet}


def save(blocks: Iterator[Block], shapes: Sequence[str], paths: Sequence[Path]) -> int:
    """Writes the blocks, which hold events of those shapes, to files whose endings say the format. Returns the number of events."""
    used = {field for shape in shapes for field in FIELDS[shape]}
    columns = [name for name in COLUMNS if name in ENVELOPE or name in used]
    first = 1
    with ExitStack() as files:
        writers = []
        for path in paths:
            part = path.with_name(f".{path.stem}.part{path.suffix}")
            writer = WRITERS[path.suffix](part, columns)
            files.callback(os.replace, part, path)
            files.callback(writer.close)
            writers.append(writer)
        for block in blocks:
            for writer in writers:
                writer.add(block, first)
            first += len(block)
    return first - 1


PLAIN = ("opened", "judge", "contestant", "score", "amended")
FULL = (*PLAIN, "voided", "deduction", "recused", "absent")
SEASON = ("opened", "linked", "judge", "member", "team", "contestant", "score", "amended", "deduction", "record")


def panels(
    competitions: int, paths: Sequence[Path], seed: int = 1, plain: bool = True, contestants: int = 20, judges: int = 7
) -> int:
    """Writes competitions that do not feed one another."""
    firsts = range(0, competitions, TOGETHER)
    blocks = (contests(n, min(TOGETHER, competitions - n), seed, plain, contestants, judges) for n in firsts)
    return save(blocks, PLAIN if plain else FULL, paths)


def seasons(towns: int, paths: Sequence[Path], seed: int = 1, villages: int = 10, groups: int = 6, members: int = 8) -> int:
    """Writes linked seasons."""
    return save((town(n, seed, villages, groups, members) for n in range(towns)), SEASON, paths)


def log_of(competitions: int, folder: Path, ending: str = "jsonl", seed: int = 1) -> Path:
    """The log of the plain job with that many competitions in `folder`, written unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"panel-{competitions}-{seed}.{ending}"
    if not path.exists():
        panels(competitions, [path], seed)
    return path


def main(args: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--competitions", type=int, help="competitions that do not feed one another")
    size.add_argument("--towns", type=int, help="linked seasons: groups → village → town → year-end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="marks and amendments only, for panel.yaml")
    parser.add_argument("--contestants", type=int, default=20, help="in a competition")
    parser.add_argument("--judges", type=int, default=7, help="in a competition")
    parser.add_argument("--villages", type=int, default=10, help="in a town")
    parser.add_argument("--groups", type=int, default=6, help="in a village")
    parser.add_argument("--members", type=int, default=8, help="in a group")
    parser.add_argument("--out", type=Path, action="append", required=True, help="a .jsonl, .csv or .parquet file; may be given again")
    given = parser.parse_args(args)
    for path in given.out:
        if path.suffix not in WRITERS:
            parser.error(f"{path}: the ending says the format: {', '.join(WRITERS)}")
        path.parent.mkdir(parents=True, exist_ok=True)
    if given.towns is not None:
        count = seasons(given.towns, given.out, given.seed, given.villages, given.groups, given.members)
    else:
        count = panels(given.competitions, given.out, given.seed, given.plain, given.contestants, given.judges)
    print(f"{count:,} events: {', '.join(map(str, given.out))}")


if __name__ == "__main__":
    main(sys.argv[1:])
