"""A server as a process, and pages that reach it over real connections, by http or https."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

from tests.live.running import TALK, event, opening, sheet

SERVE = [sys.executable, "-m", "scoring_engine", "serve", "--ruleset", str(TALK), "--lang", "en"]

IN_PYTHON = "import sys\n{patch}\nfrom scoring_engine.cli.main import main\nsys.exit(main(sys.argv[1:]))"
"""The command with something done before: for faults that the outside cannot make."""


class Page:
    """A browser over a real connection. `tls` trusts the server's certificate, None for http."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.tls = tls
        self.cookie = ""
        self.set_cookie = ""

    def call(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        if self.tls is None:
            connection, scheme = HTTPConnection("127.0.0.1", self.port, timeout=20), "http"
        else:
            connection, scheme = HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.tls), "https"
        headers = {"Origin": f"{scheme}://127.0.0.1:{self.port}", "Content-Type": "application/json", "Cookie": self.cookie}
        connection.request(method, path, None if value is None else json.dumps(value), headers)
        answer = connection.getresponse()
        body = answer.read()
        if cookie := answer.getheader("set-cookie"):
            self.set_cookie = cookie
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return answer.status, json.loads(body) if "application/json" in (answer.getheader("content-type") or "") else body

    def enter(self, address: str, pin: str) -> None:
        assert self.call("POST", "/api/session", {"secret": address.partition("#")[2], "pin": pin})[0] == 204

    def accept(self, *events: Any) -> list[int]:
        """The numbers of events that must be accepted."""
        status, answer = self.call("POST", "/api/events", {"events": list(events)})
        assert status == 200, answer
        assert {r["status"] for r in answer["results"]} == {"accepted"}, answer
        return [r["seq"] for r in answer["results"]]


@contextmanager
def served(
    folder: Path,
    *options: str,
    ledger: str = "",
    patch: str = "",
    tls: ssl.SSLContext | None = None,
    before: Callable[[], None] | None = None,
) -> Iterator[tuple[subprocess.Popen[str], Page]]:
    """A server on a ledger (that of `folder` where none is named), and the organizer who has signed in.

    patch    Python that is run in the server's process first
    before   is called in it before it is a Python program
    """
    command = [sys.executable, "-c", IN_PYTHON.format(patch=patch), *SERVE[3:]] if patch else SERVE
    command = [*command, "--ledger", ledger or str(folder / "contest.db"), "--port", "0", *options]
    with open(folder / "server.log", "a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=before)
    try:
        assert process.stdout is not None
        said = process.stdout.readline(), process.stdout.readline()
        assert all(said), (folder / "server.log").read_text()
        address, pin = (line.split(maxsplit=1)[1].strip() for line in said)
        found = re.search(r":(\d+)/#", address)
        assert found is not None
        assert address.startswith("https://" if tls else "http://")
        page = Page(int(found[1]), tls)
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
    page = Page(organizer.port, organizer.tls)
    page.enter(link["url"], link["pin"])
    return page


def stream(page: Page) -> Iterator[dict[str, Any]]:
    """The frames of a stream."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as plain:
        line = plain if page.tls is None else page.tls.wrap_socket(plain, server_hostname="127.0.0.1")
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
    """A talk contest with two judges and two speakers."""
    organizer.accept(opening())
    organizer.accept(*(event("judge", judge=f"J{n}") for n in (1, 2)), *(event("contestant", contestant=f"S{n}") for n in (1, 2)))


def sheet_of(judge: str, contestant: str) -> list[dict[str, Any]]:
    return [{**one, "value": float(one["value"])} for one in sheet(judge, contestant, 45, 27, 18)]
