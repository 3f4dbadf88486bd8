"""Marks a second that a ledger makes durable, and how long a judge waits: 50 writers at once, on one core.

    python benchmarks/ledger.py [--seconds 3] [--rounds 3] [--folder DIR] [postgresql://…]

closed loop   each writer sends its next mark when the last one is acknowledged
together      all writers send one mark in the same instant, again and again
slow disk     the same with 20 ms added to each commit
The peer is SQLite with a transaction a mark, on the same disk, in the same run. Given are the medians of the rounds; beside the
clock on the wall the processor time of a mark, which others on the machine change less.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.sqlite import SqliteStore
from scoring_engine.events.ledger.store import Store
from scoring_engine.events.ledger.verifying import verify

WRITERS = 50
ADDED = 0.020
LEAST = 5_000
"""Marks a second in the closed loop."""
LONGEST = 0.050
"""Seconds that one mark of a hundred may wait longer than."""

Send = Callable[[int, int], Awaitable[Any]]


class SlowStore(SqliteStore):
    """A ledger on a disk that takes 20 ms longer for each commit."""

    def _make_durable(self, connection: sqlite3.Connection) -> None:
        time.sleep(ADDED)
        super()._make_durable(connection)


def mark(run: str, writer: int, number: int) -> dict[str, Any]:
    judge = f"J{writer:02}"
    event = {
        "id": f"{run}-{judge}-{number:06}",
        "competition": "town-final",
        "kind": "score",
        "judge": judge,
        "contestant": f"V{number % 200:03}",
    }
    return {**event, "criterion": "quality", "value": 92.5, "by": f"judge:{judge}", "device": "a81f", "n": number}


class Round(NamedTuple):
    """Marks a second, seconds that the median and one of a hundred waits longer than, and processor time of a mark."""

    speed: float
    p50: float
    p99: float
    cpu: float


def told(waits: list[float], start: tuple[float, float]) -> Round:
    """What a round was, of the waits of its marks and its start, on the wall and of the processor."""
    taken, busy = time.perf_counter() - start[0], time.process_time() - start[1]
    waits.sort()
    return Round(len(waits) / taken, waits[len(waits) // 2], waits[len(waits) * 99 // 100], busy / len(waits))


async def closed_loop(send: Send, seconds: float) -> Round:
    """Each writer sends its next mark when the last one is acknowledged."""
    waits: list[float] = []
    start = time.perf_counter(), time.process_time()

    async def judge(writer: int) -> None:
        number = 0
        while (sent := time.perf_counter()) < start[0] + seconds:
            number += 1
            await send(writer, number)
            waits.append(time.perf_counter() - sent)

    await asyncio.gather(*map(judge, range(WRITERS)))
    return told(waits, start)


async def together(send: Send, seconds: float) -> Round:
    """As `closed_loop`, but nobody sends the next mark before all marks of this instant are acknowledged."""
    waits: list[float] = []
    start = time.perf_counter(), time.process_time()
    number = 0

    async def judge(writer: int, sent: float) -> None:
        await send(writer, number)
        waits.append(time.perf_counter() - sent)

    while time.perf_counter() < start[0] + seconds:
        number += 1
        sent = time.perf_counter()
        await asyncio.gather(*(judge(writer, sent) for writer in range(WRITERS)))
    return told(waits, start)


def through(store: Store, run: str) -> Send:
    async def send(writer: int, number: int) -> None:
        await asyncio.wrap_future(store.submit([mark(run, writer, number)]))

    return send


def plain(path: Path) -> Send:
    """A transaction a mark, in a table that holds nothing but the mark."""
    import json

    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)")

    async def send(writer: int, number: int) -> None:
        event = mark("plain", writer, number)
        connection.execute("INSERT INTO events (id, body) VALUES (?, ?)", (event["id"], json.dumps(event)))
        await asyncio.sleep(0)

    return send


def report(name: str, rounds: list[Round], base: float, bound: bool, rate: bool) -> tuple[float, bool]:
    """Prints the medians of rounds; returns marks a second and whether the targets are met."""
    speed, p50, p99, cpu = (statistics.median(values) for values in zip(*rounds, strict=True))
    asked = [f"≥ {LEAST:,} marks/s"] * rate + [f"p99 < {LONGEST * 1000:.0f} ms"] * bound
    met = (not bound or p99 < LONGEST) and (not rate or speed >= LEAST)
    against = f"ratio {speed / base:6.1f}" if base else "peer        "
    verdict = f"{'met' if met else 'MISSED'}: {', '.join(asked)}" if asked else ""
    waits = f"p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms"
    print(f"{speed:9,.0f} marks/s   {against}   {waits}   {cpu * 1e6:6.0f} µs a mark   {name:36} {verdict}", flush=True)
    return speed, met


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--folder", help="on the disk to be measured; by default that of this checkout")
    arguments.add_argument("url", nargs="?", help="a PostgreSQL database, empty or a ledger, to be measured too")
    asked = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    out = Path(asked.folder or Path(__file__).parent.parent / "out" / "bench")
    out.mkdir(parents=True, exist_ok=True)
    print(f"SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}, {WRITERS} writers, one core, {out}")
    with tempfile.TemporaryDirectory(dir=out) as temporary:
        folder = Path(temporary)
        peers = [asyncio.run(closed_loop(plain(folder / f"plain-{turn}.db"), asked.seconds)) for turn in range(asked.rounds)]
        peer, _ = report("SQLite, a transaction a mark", peers, 0, bound=False, rate=False)
        kept = True
        stores: list[tuple[str, Callable[[], Store], bool]] = [
            ("ledger", lambda: open_ledger(folder / "ledger.db", create=True), True),
            ("ledger, slow disk", lambda: SlowStore(str(folder / "slow.db"), create=True), False),  # 20 ms more a commit
        ]
        if asked.url:
            stores.append(("ledger in PostgreSQL", lambda: open_ledger(asked.url, create=True), False))
        for label, opened, rate in stores:
            with opened() as store:
                for way in (closed_loop, together):
                    names = [f"{way.__name__}-{time.time_ns()}-{turn}" for turn in range(asked.rounds)]
                    rounds = [asyncio.run(way(through(store, run), asked.seconds)) for run in names]
                    # Where each commit takes 20 ms, a closed loop waits for the rest of one and for its own: no bound is set for it.
                    name = f"{label}, {way.__name__.replace('_', ' ')}"
                    _, good = report(name, rounds, peer, bound=rate or way is together, rate=rate and way is closed_loop)
                    kept &= good
                start = time.perf_counter()
                verdict = verify(store)
                count = verdict.head.seq
                print(
                    f"{count / (time.perf_counter() - start):9,.0f} events/s verified, {'in order' if verdict.fault is None else 'BROKEN'}"
                )
                kept &= verdict.fault is None
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
