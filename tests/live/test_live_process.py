"""Faults that need a server of their own: TLS, a disk that is full, a viewer who takes nothing, a ledger of a newer format."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.verifying import verify
from tests.live.running import event
from tests.live.serving import SERVE, Page, judge_of, served, setup, sheet_of, stream

# -- TLS -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate of the test's own for 127.0.0.1, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=contest", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_a_contest_over_tls(tmp_path: Path, certificate: tuple[str, str]) -> None:
    cert, key = certificate
    trust = ssl.create_default_context(cafile=cert)
    with served(tmp_path, "--tls-cert", cert, "--tls-key", key, tls=trust) as (_, organizer):  # the address begins with https
        cookie = {part.strip().partition("=")[0] for part in organizer.set_cookie.split(";")}
        assert cookie == {"__Host-scoring", "Path", "HttpOnly", "SameSite", "Secure"}
        setup(organizer)
        status, link = organizer.call("POST", "/api/links", {"role": "judge", "judge": "J1"})
        assert (status, link["url"].partition(":")[0]) == (201, "https")
        judge = Page(organizer.port, trust)
        judge.enter(link["url"], link["pin"])
        desk = stream(organizer)
        assert next(desk)["standings"][0]["total"] is None
        judge.accept(*sheet_of("J1", "S1"))
        assert next(f for f in desk if f["standings"][0]["total"] is not None)["standings"][0]["total"] == "90.00"
        # a page of http:// is a stranger's
        stranger = Page(organizer.port, trust)
        stranger.cookie = organizer.cookie
        assert _from(stranger, f"http://127.0.0.1:{organizer.port}") == 403
        assert _from(stranger, f"https://127.0.0.1:{organizer.port}") == 200
        # plain HTTP gets nothing, and who does not know the certificate does not go on
        with socket.create_connection(("127.0.0.1", organizer.port), timeout=20) as line:
            line.sendall(f"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {organizer.cookie}\r\n\r\n".encode())
            assert b"HTTP/1.1 200" not in _all(line)
        with pytest.raises(ssl.SSLCertVerificationError):
            Page(organizer.port, ssl.create_default_context()).call("GET", "/")
        assert organizer.call("GET", "/api/me")[0] == 200


def _from(page: Page, origin: str) -> int:
    """What is answered to a change that comes from a page of `origin`."""
    from http.client import HTTPSConnection

    connection = HTTPSConnection("127.0.0.1", page.port, timeout=20, context=page.tls)
    headers = {"Origin": origin, "Content-Type": "application/json", "Cookie": page.cookie}
    connection.request("POST", "/api/current", json.dumps({"contestant": ""}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _all(line: socket.socket) -> bytes:
    """What comes until the other side closes the line."""
    parts = []
    try:
        while part := line.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


# -- a full disk -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["a small disk", "a limit"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str, Callable[[int], None], Callable[[int], None]]]:
    """A folder, what is said when no more can be written there, what brings that about for a server, and what makes room again."""
    if request.param == "a limit":
        resource = pytest.importorskip("resource")
        if not hasattr(resource, "prlimit"):
            pytest.skip("another process cannot be limited here")

        def fill(process: int) -> None:
            size = (tmp_path / "contest.db-wal").stat().st_size
            resource.prlimit(process, resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))

        def clear(process: int) -> None:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        yield tmp_path, "disk I/O error", fill, clear  # a limit is not a full disk, and not called one
        return
    small, ballast = tmp_path / "small", tmp_path / "small" / "ballast"
    small.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "none", small], capture_output=True).returncode:
        pytest.skip("a disk cannot be mounted here")

    def load(_: int) -> None:
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    try:
        yield small, "the disk is full", load, lambda _: ballast.unlink()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_full_disk_is_said_and_when_there_is_room_again_the_page_sends_again(disk: Any) -> None:
    folder, said, fill, clear = disk
    accepted: list[str] = []
    with served(folder) as (process, organizer):
        setup(organizer)
        judge = judge_of(organizer, "J1")
        fill(process.pid)
        for n in range(200):
            marks = [_commented(f"{half}{n}") for half in "ab"]
            status, answer = judge.call("POST", "/api/events", {"events": marks, "whole": True})
            if status != 200:
                break
            accepted += [one["id"] for one in marks]
        assert (status, answer["rule"]) == (503, "ledger")
        assert "nothing of this was stored" in answer["message"]["en"]
        assert answer["message"]["zh"] != answer["message"]["en"]
        assert said in answer["message"]["en"]
        # the pages go on, and show what is stored
        assert organizer.call("GET", "/api/state")[0] == 200
        log = organizer.call("GET", "/export/log.jsonl")[1].decode()
        assert {json.loads(line)["id"] for line in log.splitlines() if '"comment"' in line} == set(accepted)
        status, refused = organizer.call("POST", "/api/current", {"contestant": "S1"})
        if status != 200:  # notes may still find room where a mark does not
            assert said in refused["message"]["en"]
        clear(process.pid)
        status, answer = judge.call("POST", "/api/events", {"events": marks, "whole": True})  # what the page has kept
        assert [one["status"] for one in answer["results"]] == ["accepted", "accepted"]
        accepted += [one["id"] for one in marks]
        assert organizer.call("GET", "/api/verify")[1]["ok"]
    with open_ledger(folder / "contest.db", readonly=True) as ledger:
        assert verify(ledger).fault is None
        assert [one["id"] for one in ledger.read() if one["kind"] == "comment"] == accepted


def _commented(id: str) -> dict[str, Any]:
    return {"id": id, "kind": "comment", "judge": "J1", "contestant": "S1", "text": "好" * 1000}


# -- a viewer who takes nothing --------------------------------------------------------------------------------------------


def test_a_viewer_who_takes_nothing_is_cut_after_its_time_and_others_are_not(tmp_path: Path) -> None:
    patch = "import scoring_engine.live.hub as hub; hub.STALLED = 1.0"
    with served(tmp_path, patch=patch) as (_, organizer):
        setup(organizer)
        organizer.accept(*(event("contestant", contestant=f"N{n}", name="很长的名字" * 20) for n in range(300)))  # frames that fill a line
        other = stream(organizer)
        next(other)
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stalled.connect(("127.0.0.1", organizer.port))
            stalled.sendall(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {organizer.cookie}\r\n\r\n".encode())
            seen, n = 0, 0
            end = time.monotonic() + 30
            while "its line is cut" not in (tmp_path / "server.log").read_text():
                assert time.monotonic() < end
                n += 1
                organizer.accept(event("score", judge="J1", contestant="S1", criterion="content", value=n % 50))
                seen += next(other) is not None
                time.sleep(0.1)
            assert seen == n
            stalled.settimeout(20)
            assert not _all(stalled).endswith(b"event: closed\ndata: {}\n\n\r\n0\r\n\r\n")  # cut in the midst, not taken leave of
        organizer.accept(event("score", judge="J1", contestant="S2", criterion="content", value=9))
        assert next(other)


# -- a ledger that is not this program's -----------------------------------------------------------------------------------


def test_a_ledger_of_a_newer_format_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "contest.db"
    open_ledger(path, create=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    for lang, word in (("en", "format 99"), ("zh", "99")):
        command = [sys.executable, *SERVE[1:-1], lang, "--ledger", str(path), "--port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert word in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert path.read_bytes() == before


# -- a body that does not come ---------------------------------------------------------------------------------------------


def test_a_body_that_does_not_come_holds_nobody_up_and_is_given_up(tmp_path: Path) -> None:
    patch = "import scoring_engine.live.guard as guard; guard.READING = 1.0"
    with served(tmp_path, patch=patch) as (_, organizer):
        setup(organizer)
        head = (
            f"POST /api/events HTTP/1.1\r\nHost: 127.0.0.1:{organizer.port}\r\nOrigin: http://127.0.0.1:{organizer.port}\r\n"
            f"Cookie: {organizer.cookie}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
        )
        for part in (b"", b'{"events": ['):
            with socket.create_connection(("127.0.0.1", organizer.port), timeout=20) as line:
                line.sendall(head.encode() + part)
                organizer.accept(event("score", judge="J1", contestant="S1", criterion="content", value=40))
                answer = line.recv(65536)
                assert b" 408 " in answer.partition(b"\r\n")[0]
