"""The running contest: marks acknowledged a second, all judges at once, viewers, and how soon a table follows a mark.

    python benchmarks/live.py [SECONDS]

The server runs as a process of its own on one core, the judges and viewers in this one over loopback, on another where there is
one. Every mark is durable before it is acknowledged. Targets are those of the issue; what is missed is said, and the exit code is 1.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
JUDGES, VIEWERS = 50, 500
HTTP = b"HTTP/1.1 "


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
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mark(n: int, judge: str, contestant: int, criterion: str, value: float) -> dict[str, Any]:
    return {"id": f"m{n}", "kind": "score", "judge": judge, "contestant": f"P{contestant:03}", "criterion": criterion, "value": value}


class Bench:
    """A server with a contest of 200 contestants and 50 judges, and what was measured."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid
        self.kept = True
        self.count = 0

    def say(self, what: str, found: float, unit: str, target: float, least: bool = False) -> None:
        met = found >= target if least else found <= target
        self.kept &= met
        sign = "≥" if least else "≤"
        print(f"  {what:<58} {found:>9,.1f} {unit:<8} {sign} {target:,.0f}  {'ok' if met else 'MISSED'}", flush=True)

    async def prepare(self, address: str, pin: str, judges: int, contestants: int) -> None:
        self.contestants = contestants
        self.organizer = await (await Line(self.port).open()).enter(address, pin)
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

    async def one(self, judge: int, times: list[float]) -> None:
        """A judge gives a mark and waits for the answer."""
        self.count += 1
        n = self.count
        event = mark(n, f"J{judge:02}", n % self.contestants, "abcde"[n // self.contestants % 5], 60 + n % 37)
        began = time.perf_counter()
        results = await self.judges[judge].events(event)
        times.append(time.perf_counter() - began)
        assert results[0]["status"] == "accepted", results

    async def closed_loop(self, seconds: float) -> None:
        times: list[float] = []
        busy, end = cpu(self.pid), time.perf_counter() + seconds

        async def run(judge: int) -> None:
            while time.perf_counter() < end:
                await self.one(judge, times)

        await asyncio.gather(*(run(judge) for judge in range(JUDGES)))
        print(f"{JUDGES} judges, each a mark after the other; {len(times) / (cpu(self.pid) - busy):,.0f} marks a second of processor time")
        self.say("marks acknowledged a second", len(times) / seconds, "1/s", 5000, least=True)
        self.say("p99 of a mark", percentile(times, 0.99), "ms", 50)

    async def sheets(self, seconds: float) -> None:
        """The same with a sheet of five marks at a time, as the page sends what has gathered."""
        times: list[float] = []
        end = time.perf_counter() + seconds

        async def run(judge: int) -> None:
            while time.perf_counter() < end:
                events = []
                for criterion in "abcde":
                    self.count += 1
                    events.append(mark(self.count, f"J{judge:02}", self.count % self.contestants, criterion, 60 + self.count % 37))
                began = time.perf_counter()
                results = await self.judges[judge].events(*events)
                times.append(time.perf_counter() - began)
                assert {r["status"] for r in results} == {"accepted"}

        await asyncio.gather(*(run(judge) for judge in range(JUDGES)))
        print(f"{JUDGES} judges, each a sheet of five marks after the other")
        self.say("marks acknowledged a second", 5 * len(times) / seconds, "1/s", 5000, least=True)
        self.say("p99 of a sheet", percentile(times, 0.99), "ms", 50)

    async def at_once(self, turns: int) -> None:
        times: list[float] = []
        for _ in range(turns):
            await asyncio.gather(*(self.one(judge, times) for judge in range(JUDGES)))
            await asyncio.sleep(0.2)
        print(f"{JUDGES} judges in the same instant, {turns} times")
        self.say("p99 of a mark", percentile(times, 0.99), "ms", 50)

    async def viewers(self, seconds: float) -> None:
        """Viewers of the screen while marks come in: every mark changes the table that is shown."""
        await self.fill()
        await self.organizer.call("POST", "/api/reveal", {"ranking": "live"})
        screen = await self.member("screen")
        frames: list[float] = []
        sent: list[float] = []
        size = 0

        async def watch() -> None:
            nonlocal size
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
            writer.write(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {screen.cookie}\r\n\r\n".encode())
            try:
                while True:
                    block = await reader.readuntil(b"\n\n")
                    if b"event: state" in block:
                        size = len(block)
                        frames.append(time.perf_counter() - (sent[-1] if sent else time.perf_counter()))
            finally:
                writer.close()

        tasks = [asyncio.create_task(watch()) for _ in range(VIEWERS)]
        while len(frames) < VIEWERS:
            await asyncio.sleep(0.05)
        frames.clear()
        times: list[float] = []
        busy, began = cpu(self.pid), time.perf_counter()
        while time.perf_counter() - began < seconds:
            sent.append(time.perf_counter())
            await self.one(self.count % len(self.judges), times)
            await asyncio.sleep(max(0.0, sent[-1] + 1 / 7 - time.perf_counter()))
        await asyncio.sleep(0.3)
        spent = time.perf_counter() - began
        busy = cpu(self.pid) - busy
        for task in tasks:
            task.cancel()
        rate = len(frames) / VIEWERS / spent
        print(f"{VIEWERS} viewers, 7 marks a second, {rate:.1f} frames a second each, {size / 1024:.1f} kB a frame")
        self.say("p99 of a mark", percentile(times, 0.99), "ms", 60)
        self.say("p99 from the mark to its frame at a viewer", percentile(frames, 0.99), "ms", 60)
        self.say("share of one core", 100 * busy / spent, "%", 15)

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

    async def refreshed(self, turns: int) -> None:
        """From handing in a mark to a table that holds it, 200 contestants × 9 judges × 5 criteria."""
        await self.fill()
        times: list[float] = []
        for _ in range(turns):
            began = time.perf_counter()
            await self.one(self.count % 9, [])
            await self.organizer.call("GET", "/api/me")  # waits for a result that holds the mark
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)
        print("a table of 200 contestants × 9 judges × 5 criteria after each mark")
        self.say("median from the mark to an answer from the new result", percentile(times, 0.5), "ms", 20)


def serve(folder: str, judges: int) -> tuple[subprocess.Popen[str], Bench, str, str]:
    command = [sys.executable, "-m", "scoring_engine", "serve", "--ruleset", str(HERE / "panel.yaml"), "--port", "0", "--lang", "en"]
    command += ["--ledger", f"{folder}/contest-{judges}.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    address, pin = (process.stdout.readline().split(maxsplit=1)[1].strip() for _ in range(2))
    port = re.search(r":(\d+)/#", address)
    assert port is not None
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        for task in os.listdir(f"/proc/{process.pid}/task"):
            os.sched_setaffinity(int(task), {0})
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)))
    time.sleep(1)
    return process, Bench(int(port[1]), process.pid), address, pin


async def run(seconds: float) -> bool:
    kept = True
    for judges, contestants in ((JUDGES, 200), (7, 20), (9, 200)):
        with tempfile.TemporaryDirectory() as folder:
            process, bench, address, pin = serve(folder, judges)
            try:
                await bench.prepare(address, pin, judges, contestants)
                if judges == JUDGES:
                    await bench.at_once(20)
                    await bench.closed_loop(seconds)
                    await bench.sheets(seconds)
                elif contestants == 20:
                    await bench.viewers(seconds)
                else:
                    await bench.refreshed(30)
            finally:
                process.kill()
                process.wait()
            kept &= bench.kept
    return kept


if __name__ == "__main__":
    sys.exit(not asyncio.run(run(float(sys.argv[1]) if len(sys.argv) > 1 else 10)))
