"""The running contest: marks acknowledged a second, all judges at once, viewers, how soon a table follows a mark, and `kill -9`.

    python benchmarks/live.py [--seconds 5] [--rounds 3] [--only load,instant,slow,viewers,table,kill]

The server runs as a process of its own on one core, the judges and viewers in this one over loopback, on the others. Every mark is
durable before it is acknowledged. Each thing is measured in several rounds, each with a server and a ledger of its own; the table at
the end has the medians. Where others use the machine, the processor time of the server tells more than the clock on the wall: it is
given too, and the load while it was measured. What is missed is said, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.verifying import verify

HERE = Path(__file__).parent
JUDGES, VIEWERS = 50, 500
ADDED = 0.020
"""Seconds that are added to each commit where the disk is slow."""
KILLS = 10

SLOW = """
import sys, time
from scoring_engine.events.ledger.sqlite import SqliteStore
durable = SqliteStore._make_durable
def slow(self, connection):
    time.sleep(%r)
    durable(self, connection)
SqliteStore._make_durable = slow
from scoring_engine.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


class Target(NamedTuple):
    """What is asked for: at least, or at most, so much."""

    what: str
    unit: str
    bound: float
    least: bool = False

    def met(self, found: float) -> bool:
        return found >= self.bound if self.least else found <= self.bound


LOAD, INSTANT, SLOWLY, WATCHED, TABLE, KILLED = TARGETS = (
    [
        Target("50 judges in a closed loop: marks acknowledged", "1/s", 5000, least=True),
        Target("  marks for a second of the server's processor time", "1/s", 5000, least=True),
        Target("  p99 of a mark", "ms", 50),
        Target("  the same with sheets of five: marks acknowledged", "1/s", 5000, least=True),
    ],
    [Target("50 judges in the same instant: p99 of a mark", "ms", 50)],
    [Target("  the same with 20 ms added to each commit", "ms", 50)],
    [
        Target("500 viewers, 7 marks/s: frames at each viewer", "1/s", 5, least=True),
        Target("  p99 of a mark", "ms", 60),
        Target("  p99 from a mark to its frame", "ms", 60),
        Target("  share of one core", "%", 15),
    ],
    [Target("a table of 200 × 9 × 5 marks after a mark: median", "ms", 20)],
    [
        Target("ten rounds of kill -9 under load: acknowledged marks", "", 1000, least=True),
        Target("  of these lost, or the chain broken", "", 0),
    ],
)


class Line:
    """A kept connection that asks one thing after another; no more work for the client than needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""

    async def open(self) -> Line:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        return self

    async def call(self, method: str, path: str, value: Any = None) -> tuple[int, bytes]:
        body = b"" if value is None else json.dumps(value).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nOrigin: http://127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        head_of = await self.reader.readuntil(b"\r\n\r\n")
        if found := re.search(rb"set-cookie: ([^;]*)", head_of, re.I):
            self.cookie = found[1].decode()
        length = re.search(rb"content-length: (\d+)", head_of, re.I)
        return int(head_of[9:12]), await self.reader.readexactly(int(length[1])) if length else b""

    async def enter(self, address: str, pin: str) -> Line:
        status, body = await self.call("POST", "/api/session", {"secret": address.partition("#")[2], "pin": pin})
        assert status == 204, body
        return self

    async def events(self, *events: dict[str, Any]) -> list[dict[str, Any]]:
        status, body = await self.call("POST", "/api/events", {"events": events})
        assert status == 200, body
        results: list[dict[str, Any]] = json.loads(body)["results"]
        return results


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def cpu(pid: int) -> float:
    """Seconds of processor time of a process; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mark(n: int, judge: str, contestant: int, criterion: str, value: float) -> dict[str, Any]:
    return {"id": f"m{n}", "kind": "score", "judge": judge, "contestant": f"P{contestant:03}", "criterion": criterion, "value": value}


class Bench:
    """A server with a contest."""

    def __init__(self, process: subprocess.Popen[str], port: int, address: str, pin: str) -> None:
        self.process = process
        self.port = port
        self.address = address
        self.pin = pin
        self.count = 0

    @property
    def busy(self) -> float:
        """Seconds of processor time of the server."""
        return cpu(self.process.pid)

    async def prepare(self, judges: int, contestants: int) -> None:
        self.contestants = contestants
        self.organizer = await (await Line(self.port).open()).enter(self.address, self.pin)
        await self.organizer.events({"id": "o", "kind": "opened", "competition": "bench", "stage": "final"})
        people = [{"id": f"j{n}", "kind": "judge", "judge": f"J{n:02}"} for n in range(judges)]
        people += [{"id": f"p{n}", "kind": "contestant", "contestant": f"P{n:03}"} for n in range(contestants)]
        assert {r["status"] for r in await self.organizer.events(*people)} == {"accepted"}
        self.judges = [await self.member("judge", f"J{n:02}") for n in range(judges)]

    async def member(self, role: str, judge: str = "") -> Line:
        status, body = await self.organizer.call("POST", "/api/links", {"role": role, "judge": judge})
        assert status == 201, body
        made = json.loads(body)
        return await (await Line(self.port).open()).enter(made["url"], made["pin"])

    def next(self, judge: int) -> dict[str, Any]:
        """The next mark of a judge."""
        self.count += 1
        n = self.count
        return mark(n, f"J{judge:02}", n % self.contestants, "abcde"[n // self.contestants % 5], 60 + n % 37)

    async def one(self, judge: int, times: list[float]) -> None:
        """A judge gives a mark and waits for the answer."""
        event = self.next(judge)
        began = time.perf_counter()
        results = await self.judges[judge].events(event)
        times.append(time.perf_counter() - began)
        assert results[0]["status"] == "accepted", results

    async def load(self, seconds: float) -> list[float]:
        times: list[float] = []
        busy, end = self.busy, time.perf_counter() + seconds

        async def run(judge: int) -> None:
            while time.perf_counter() < end:
                await self.one(judge, times)

        await asyncio.gather(*(run(judge) for judge in range(JUDGES)))
        spent = self.busy - busy
        return [len(times) / seconds, len(times) / spent if spent else float("nan"), percentile(times, 0.99), await self.sheets(seconds)]

    async def sheets(self, seconds: float) -> float:
        """The same with a sheet of five marks at a time, as the page sends what has gathered."""
        count, end = 0, time.perf_counter() + seconds

        async def run(judge: int) -> None:
            nonlocal count
            while time.perf_counter() < end:
                results = await self.judges[judge].events(*[self.next(judge) for _ in range(5)])
                assert {r["status"] for r in results} == {"accepted"}
                count += 5

        await asyncio.gather(*(run(judge) for judge in range(JUDGES)))
        return count / seconds

    async def instant(self, seconds: float) -> list[float]:
        times: list[float] = []
        for _ in range(int(4 * seconds)):
            await asyncio.gather(*(self.one(judge, times) for judge in range(JUDGES)))
            await asyncio.sleep(0.2)
        return [percentile(times, 0.99)]

    async def viewers(self, seconds: float) -> list[float]:
        """Viewers of the screen while marks come in: every mark changes the table that is shown."""
        await self.fill()
        await self.organizer.call("POST", "/api/reveal", {"ranking": "live"})
        screen = await self.member("screen")
        frames: list[float] = []
        sent: list[float] = []

        async def watch() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
            writer.write(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {screen.cookie}\r\n\r\n".encode())
            try:
                while True:
                    block = await reader.readuntil(b"\n\n")
                    if b"event: state" in block:
                        frames.append(time.perf_counter() - (sent[-1] if sent else time.perf_counter()))
            finally:
                writer.close()

        tasks = [asyncio.create_task(watch()) for _ in range(VIEWERS)]
        while len(frames) < VIEWERS:
            await asyncio.sleep(0.05)
        frames.clear()
        times: list[float] = []
        busy, began = self.busy, time.perf_counter()
        while time.perf_counter() - began < seconds:
            sent.append(time.perf_counter())
            await self.one(self.count % len(self.judges), times)
            await asyncio.sleep(max(0.0, sent[-1] + 1 / 7 - time.perf_counter()))
        await asyncio.sleep(0.3)
        spent = time.perf_counter() - began
        busy = self.busy - busy
        for task in tasks:
            task.cancel()
        return [len(frames) / VIEWERS / spent, percentile(times, 0.99), percentile(frames, 0.99), 100 * busy / spent]

    async def fill(self) -> None:
        """All marks of all judges."""
        for contestant in range(self.contestants):
            events = [
                mark(10**6 + contestant * 45 + j * 5 + k, f"J{j:02}", contestant, criterion, 60 + (contestant * 7 + j * 3 + k) % 40)
                for j in range(len(self.judges))
                for k, criterion in enumerate("abcde")
            ]
            assert {r["status"] for r in await self.organizer.events(*events)} == {"accepted"}
        await asyncio.sleep(1)

    async def table(self, seconds: float) -> list[float]:
        """From handing in a mark to an answer from a result that holds it."""
        await self.fill()
        times: list[float] = []
        for _ in range(int(6 * seconds)):
            began = time.perf_counter()
            await self.one(self.count % 9, [])
            await self.organizer.call("GET", "/api/me")  # waits for a result that holds the mark
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)
        return [percentile(times, 0.5)]


def serve(folder: str, added: float = 0.0) -> Bench:
    """A server on one core, the rest of the machine for this process."""
    program = ["-c", SLOW % added] if added else ["-m", "scoring_engine"]
    command = [sys.executable, *program, "serve", "--ruleset", str(HERE / "panel.yaml"), "--port", "0", "--lang", "en"]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def pin() -> None:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[:1])

    process = subprocess.Popen(
        [*command, "--ledger", f"{folder}/contest.db"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=pin
    )
    assert process.stdout is not None
    address, number = (process.stdout.readline().split(maxsplit=1)[1].strip() for _ in range(2))
    port = re.search(r":(\d+)/#", address)
    assert port is not None
    time.sleep(1)
    return Bench(process, int(port[1]), address, number)


async def served(judges: int, contestants: int, measure: Callable[[Bench], Awaitable[list[float]]], added: float = 0.0) -> list[float]:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        bench = serve(folder, added)
        try:
            await bench.prepare(judges, contestants)
            return await measure(bench)
        finally:
            bench.process.kill()
            bench.process.wait()


async def kills(seconds: float) -> list[float]:
    """Rounds of a server on one ledger, each ended by `kill -9` while 50 judges mark; what was acknowledged must be there."""
    acknowledged: set[str] = set()
    cookies: list[str] = []
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        for turn in range(KILLS):
            bench = serve(folder)
            try:
                if turn == 0:
                    await bench.prepare(JUDGES, 200)
                    cookies = [judge.cookie for judge in bench.judges]
                bench.judges, bench.contestants, bench.count = [await Line(bench.port).open() for _ in cookies], 200, turn * 10**6
                for line, cookie in zip(bench.judges, cookies, strict=True):
                    line.cookie = cookie

                async def run(judge: int, bench: Bench = bench) -> None:
                    try:
                        while True:
                            event = bench.next(judge)
                            if (await bench.judges[judge].events(event))[0]["status"] == "accepted":
                                acknowledged.add(event["id"])
                    except (OSError, asyncio.IncompleteReadError):
                        return  # the server is gone

                tasks = [asyncio.create_task(run(judge)) for judge in range(JUDGES)]
                await asyncio.sleep(0.2 + seconds * turn / 40)
                os.kill(bench.process.pid, signal.SIGKILL)
                await asyncio.gather(*tasks)
            finally:
                bench.process.kill()
                bench.process.wait()
        with open_ledger(f"{folder}/contest.db", readonly=True) as ledger:
            stored = {event["id"] for event in ledger.read()}
            broken = verify(ledger).fault is not None
    return [len(acknowledged), len(acknowledged - stored) + broken]


MEASURES: dict[str, tuple[list[Target], Callable[[float], Awaitable[list[float]]]]] = {
    "load": (LOAD, lambda seconds: served(JUDGES, 200, lambda bench: bench.load(seconds))),
    "instant": (INSTANT, lambda seconds: served(JUDGES, 200, lambda bench: bench.instant(seconds))),
    "slow": (SLOWLY, lambda seconds: served(JUDGES, 200, lambda bench: bench.instant(seconds), ADDED)),
    "viewers": (WATCHED, lambda seconds: served(7, 20, lambda bench: bench.viewers(seconds))),
    "table": (TABLE, lambda seconds: served(9, 200, lambda bench: bench.table(seconds))),
    "kill": (KILLED, kills),
}

FOLDER = HERE.parent / "out" / "bench"
"""On the disk of this checkout: a folder for temporary files may be kept in memory, where a commit costs nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(MEASURES), help="what to measure, with commas")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    parts = " and ".join(name for name in ("httptools", "uvloop") if importlib.util.find_spec(name)) or "neither httptools nor uvloop"
    print(f"Python {sys.version.split()[0]}, with {parts}; medians of {asked.rounds} rounds")
    print(f"{'':53}{'median':>11}{'least':>11}{'most':>11}      {'target':>9}   load")
    kept = True
    for name in asked.only.split(","):
        targets, measure = MEASURES[name]
        rounds = [asyncio.run(measure(asked.seconds)) for _ in range(1 if name == "kill" else asked.rounds)]
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        for target, found in zip(targets, zip(*rounds, strict=True), strict=True):
            median = statistics.median(found)
            met = target.met(median)
            kept &= met
            values = "".join(f"{value:>11,.1f}" for value in (median, min(found), max(found)))
            wanted = f"{'≥' if target.least else '≤'} {target.bound:>7,.0f}"
            print(
                f"{target.what:53}{values} {target.unit:4} {wanted}  {load:5.1f}  {'met' if met else 'MISSED'}",
                flush=True,
            )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
