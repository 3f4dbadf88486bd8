"""The lock that keeps a second writer from an SQLite ledger.

It is held on a file of its own beside the ledger, by the operating system, which lets go of it when the process ends, however
it ends. The file says who holds it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from scoring_engine.events.ledger.errors import HeldError, LedgerError
from scoring_engine.events.ledger.store import local_time
from scoring_engine.messages import Message

SUFFIX = "-lock"

if sys.platform == "win32":
    import msvcrt

    # Windows keeps others from reading bytes that are locked, so the one that is locked lies beyond all that is written.
    _FAR = 1 << 30

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WriterLock:
    """Held from its making to `release`.

    Raises:
        HeldError: another program, or another store of this one, writes to the ledger at `path`.
        LedgerError: the lock's file cannot be made.
    """

    def __init__(self, path: str) -> None:
        # By whatever name the ledger was opened, its lock is the same one.
        self.path = os.path.realpath(path) + SUFFIX
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            text = "{file}: {problem}; a ledger is written in a folder in which files may be made"
            raise LedgerError(Message(text, {"file": self.path, "problem": error.strerror or str(error)})) from error
        try:
            _lock(self._descriptor)
        except OSError:
            holder = _read(self._descriptor)
            os.close(self._descriptor)
            raise HeldError(_held(path, holder)) from None
        import socket

        holder = {"process": os.getpid(), "host": socket.gethostname(), "since": local_time()[:19]}
        try:
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, json.dumps(holder).encode())
        except OSError:  # a full disk; who holds the lock is a help, not the lock
            pass

    def release(self) -> None:
        """Lets the next one write. The file stays: taking it away could take it from under one who waits for it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _read(descriptor: int) -> dict[str, Any]:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, 4096))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _held(path: str, holder: dict[str, Any]) -> Message:
    if not holder:
        return Message("another program writes to {file}; end it, or name another ledger", {"file": path})
    text = (
        "process {process} on {host} has been writing to {file} since {since}; one program writes to a ledger at a time: "
        "end that one, or name another ledger"
    )
    known = {name: str(holder.get(name, "?"))[:80] for name in ("process", "host", "since")}
    return Message(text, {"file": path, **known, "since": known["since"].replace("T", " ")})
