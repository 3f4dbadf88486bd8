"""The command itself, as a process: what it prints, what it refuses, streams, `kill -9`."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.verifying import verify
from scoring_engine.live.hub import BEAT
from tests.live.running import TALK, event
from tests.live.serving import SERVE, Page, judge_of, served, setup, sheet_of, stream


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
        began = time.monotonic()
        organizer.call("DELETE", f"/api/links/{next(link['id'] for link in links if link['judge'] == 'J2')}")
        assert next(f for f in other if f["event"] == "closed")
        assert time.monotonic() - began < BEAT / 2  # at once, not when the next sign of life is due


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


ROUNDS = 10


def test_no_acknowledged_mark_is_lost_in_ten_rounds_of_kill_9_under_load(tmp_path: Path) -> None:
    acknowledged: list[set[str]] = []
    for turn in range(ROUNDS):
        with served(tmp_path) as (process, organizer):
            if turn == 0:
                setup(organizer)
            else:  # what was acknowledged before is there
                lines = organizer.call("GET", "/export/log.jsonl")[1].decode().splitlines()
                assert set.union(*acknowledged) <= {json.loads(line)["id"] for line in lines}
            done = threading.Event()
            heard: set[str] = set()
            threads = [threading.Thread(target=_mark, args=(organizer, f"{turn}-{n}", f"J{n % 2 + 1}", heard, done)) for n in range(6)]
            for thread in threads:
                thread.start()
            done.wait(20)  # in the midst of it, and each time after a little more
            os.kill(process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
            acknowledged.append(heard)
    assert all(len(heard) > ENOUGH for heard in acknowledged), [len(heard) for heard in acknowledged]
    with served(tmp_path) as (_, organizer):
        verdict = organizer.call("GET", "/api/verify")[1]
        log = organizer.call("GET", "/export/log.jsonl")[1].decode()
        stored = [json.loads(line)["id"] for line in log.splitlines()]
    assert verdict["ok"], verdict
    assert len(set(stored)) == len(stored) == verdict["seq"]
    assert set.union(*acknowledged) <= set(stored)
    with open_ledger(tmp_path / "contest.db", readonly=True) as ledger:
        assert verify(ledger).fault is None


ENOUGH = 30
"""Marks that are acknowledged before the server is killed."""


def _mark(page: Page, name: str, judge: str, heard: set[str], done: threading.Event) -> None:
    """One mark after the other until the server is gone."""
    connection = HTTPConnection("127.0.0.1", page.port, timeout=20)
    headers = {"Origin": f"http://127.0.0.1:{page.port}", "Content-Type": "application/json", "Cookie": page.cookie}
    for n in itertools.count():
        one = {"id": f"{name}-{n}", "kind": "score", "judge": judge, "contestant": "S1", "criterion": "content", "value": n % 50}
        try:
            connection.request("POST", "/api/events", json.dumps({"events": [one]}), headers)
            answer = json.loads(connection.getresponse().read())
        except (OSError, HTTPException, ValueError):
            return
        if answer["results"][0]["status"] == "accepted":
            heard.add(one["id"])
        if len(heard) > ENOUGH:
            done.set()


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
