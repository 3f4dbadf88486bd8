"""The command itself, as a process: what it prints, what it refuses, streams, `kill -9`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.live.running import TALK, event, opening, sheet

SERVE = [sys.executable, "-m", "scoring_engine", "serve", "--ruleset", str(TALK), "--lang", "en"]


class Page:
    """A browser over a real connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""

    def call(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json", "Cookie": self.cookie}
        connection.request(method, path, None if value is None else json.dumps(value), headers)
        answer = connection.getresponse()
        body = answer.read()
        if cookie := answer.getheader("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return answer.status, json.loads(body) if "application/json" in (answer.getheader("content-type") or "") else body

    def enter(self, address: str, pin: str) -> None:
        assert self.call("POST", "/api/session", {"secret": address.partition("#")[2], "pin": pin})[0] == 204

    def accept(self, *events: Any) -> None:
        status, answer = self.call("POST", "/api/events", {"events": list(events)})
        assert status == 200, answer
        assert {r["status"] for r in answer["results"]} == {"accepted"}, answer


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Page]]:
    """A server on the ledger of `folder`, and the organizer who has signed in."""
    command = [*SERVE, "--ledger", str(folder / "contest.db"), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        address, pin = (process.stdout.readline().split(maxsplit=1)[1].strip() for _ in range(2))
        found = re.search(r":(\d+)/#", address)
        assert found is not None
        page = Page(int(found[1]))
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", page.port)) == 0:
                    break
            time.sleep(0.05)
        page.enter(address, pin)
        yield process, page
    finally:
        process.kill()
        process.wait()


def judge_of(organizer: Page, name: str) -> Page:
    status, link = organizer.call("POST", "/api/links", {"role": "judge", "judge": name})
    assert status == 201
    page = Page(organizer.port)
    page.enter(link["url"], link["pin"])
    return page


def stream(page: Page) -> Iterator[dict[str, Any]]:
    """The frames of a stream."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as line:
        line.sendall(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nCookie: {page.cookie}\r\n\r\n".encode())
        yield from frames(line)


def frames(line: socket.socket) -> Iterator[dict[str, Any]]:
    text = b""
    while part := line.recv(65536):
        text += part
        while (at := text.find(b"\n\n", text.find(b"event: "))) > 0 and b"event: " in text[:at]:
            block, text = text[text.find(b"event: ") : at], text[at + 2 :]
            name = block.partition(b"\n")[0].removeprefix(b"event: ").decode()
            data = block.partition(b"data: ")[2]
            yield {"event": name, **json.loads(data)}


def setup(organizer: Page) -> None:
    organizer.accept(opening())
    organizer.accept(*(event("judge", judge=f"J{n}") for n in (1, 2)), *(event("contestant", contestant=f"S{n}") for n in (1, 2)))


def test_frames_come_by_themselves_and_end_with_the_link(tmp_path: Path) -> None:
    with served(tmp_path) as (_, organizer):
        setup(organizer)
        one, two = judge_of(organizer, "J1"), judge_of(organizer, "J2")
        desk, other = stream(organizer), stream(two)
        assert next(desk)["standings"][0]["total"] is None
        assert next(other)["states"] == {"S1": "blank", "S2": "blank"}
        one.accept(*sheet_of("J1", "S1"))
        frame = next(f for f in desk if f["standings"][0]["total"] is not None)
        assert frame["standings"][0]["total"] == "90.00"
        organizer.call("POST", "/api/current", {"contestant": "S2"})
        frame = next(other)  # the mark of J1 made no frame for J2: what is seen is the next change that concerns J2
        assert (frame["current"], frame["states"]) == ("S2", {"S1": "blank", "S2": "blank"})
        links = organizer.call("GET", "/api/links")[1]["links"]
        organizer.call("DELETE", f"/api/links/{next(link['id'] for link in links if link['judge'] == 'J2')}")
        organizer.call("POST", "/api/current", {"contestant": "S1"})
        assert next(f for f in other if f["event"] == "closed")


def sheet_of(judge: str, contestant: str) -> list[dict[str, Any]]:
    return [{**one, "value": float(one["value"])} for one in sheet(judge, contestant, 45, 27, 18)]


def test_a_viewer_who_takes_nothing_holds_nobody_up(tmp_path: Path) -> None:
    with served(tmp_path) as (_, organizer):
        setup(organizer)
        lines = []
        for _ in range(5):
            line = socket.create_connection(("127.0.0.1", organizer.port))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            line.sendall(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {organizer.cookie}\r\n\r\n".encode())
            lines.append(line)
        began = time.monotonic()
        for n in range(60):
            organizer.accept(event("score", judge="J1", contestant="S1", criterion="content", value=n % 50))
        assert time.monotonic() - began < 30
        desk = stream(organizer)
        assert next(desk)["standings"][0]["contestant"] == "S1"
        for line in lines:
            line.close()


def test_no_acknowledged_mark_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for turn in range(3):
        with served(tmp_path) as (process, organizer):
            if turn == 0:
                setup(organizer)
            stop = threading.Event()

            def marks(judge: str, page: Page = organizer, stop: threading.Event = stop) -> None:
                while not stop.is_set():
                    one = event("score", judge=judge, contestant="S1", criterion="content", value=40)
                    one["id"] = f"{turn}-{one['id']}-{judge}"  # noqa: B023  (the threads end within the turn)
                    try:
                        status, answer = page.call("POST", "/api/events", {"events": [one]})
                    except Exception:  # the server is gone
                        return
                    if status == 200 and answer["results"][0]["status"] == "accepted":
                        acknowledged.append(one["id"])

            threads = [threading.Thread(target=marks, args=(judge,)) for judge in ("J1", "J2", "J1", "J2")]
            for thread in threads:
                thread.start()
            time.sleep(1.5)
            os.kill(process.pid, signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join()
    with served(tmp_path) as (_, organizer):
        log = organizer.call("GET", "/export/log.jsonl")[1].decode()
        stored = {json.loads(line)["id"] for line in log.splitlines()}
        assert len(acknowledged) > 20
        assert set(acknowledged) <= stored
        assert organizer.call("GET", "/api/verify")[1]["ok"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "--insecure-lan"),
        (["--host", "192.168.1.5"], 2, "--insecure-lan"),
        (["--tls-cert", str(TALK)], 2, "belong together"),
        (["--port", "-1"], 2, "--port"),
        (["--host", "203.0.113.77", "--insecure-lan"], 1, "cannot listen"),
    ],
)
def test_what_it_refuses(tmp_path: Path, options: list[str], code: int, said: str) -> None:
    done = subprocess.run([*SERVE, "--ledger", str(tmp_path / "c.db"), *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "c.db").exists()


def test_a_second_server_is_told_who_holds_the_ledger(tmp_path: Path) -> None:
    with served(tmp_path) as (process, _):
        command = [*SERVE, "--ledger", str(tmp_path / "contest.db"), "--port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert str(process.pid) in done.stderr
        assert "Traceback" not in done.stderr


def test_an_open_network_is_warned_of(tmp_path: Path) -> None:
    command = [*SERVE, "--ledger", str(tmp_path / "c.db"), "--host", "0.0.0.0", "--port", "0", "--insecure-lan"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    said = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert "WARNING" in said
    assert process.returncode in (0, 130)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name in ('starlette', 'argon2') else real(name, *a)\n"
        "from scoring_engine.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, *SERVE[3:], "--ledger", str(tmp_path / "c.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "starlette, argon2" in done.stderr
    assert "[serve]" in done.stderr
