"""Parts computed on this machine: by this process, and by copies of it that it makes.

Copies are made before anything has started a thread. This process works too, so that two processors need one copy. A copy
that dies costs the part that it was at, which is computed here.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from scoring_engine import process
from scoring_engine.cluster.parts import Done, Job, Task

FIT = 16_000
"""Numbers of tasks that a pipe holds."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""

MADV_HUGEPAGE, HUGE = 14, 2 << 20
"""Of sys/mman.h; bytes of a huge page."""

PR_SET_PDEATHSIG = 1
"""Of sys/prctl.h."""

ROOM = 64 << 20
"""Bytes that a part takes, about."""

Work = Callable[[Job, Task], Done]
Tell = Callable[[Done], None]


class Copy(NamedTuple):
    """A copy of this process: its id, and the pipe on which it reports."""

    pid: int
    reports: int


def run(tasks: Sequence[tuple[Job, Task]], work: Work, tell: Tell, workers: int) -> None:
    """Computes the tasks, each once, and tells of each that is done, in no particular order.

    Raises:
        OSError: files cannot be written; what `tell` raises. The copies are ended, files that are not whole are gone.
    """
    if process.is_own():
        _settle()
    copies = min(workers, len(tasks)) - 1
    if copies < 1 or not hasattr(os, "fork"):
        for task in tasks:
            tell(work(*task))
        return
    for first in range(0, len(tasks), FIT):
        _shared(tasks[first : first + FIT], work, tell, copies)


def _settle() -> None:
    """Sets this process up for computing parts to its end."""
    _hold_memory()
    gc.freeze()  # what is there stays to the end; the collector need not look at it after every part


def _hold_memory() -> None:
    """Has the C library keep what a part gave back for the next one, and the system give out what a part takes in few large pages:
    fetching it page by page costs more than many a computation. Nothing where it is another library than GNU's."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        library.mallopt(M_TRIM_THRESHOLD, 1 << 30)
        library.malloc.restype = ctypes.c_void_p
        room = library.malloc(ctypes.c_size_t(ROOM))
        if room:
            library.madvise(ctypes.c_void_p(room // HUGE * HUGE + HUGE), ctypes.c_size_t(ROOM - HUGE), MADV_HUGEPAGE)
            library.free(ctypes.c_void_p(room))


def _shared(tasks: Sequence[tuple[Job, Task]], work: Work, tell: Tell, copies: int) -> None:
    queue, fill = os.pipe()
    os.write(fill, b"".join(struct.pack("i", index) for index in range(len(tasks))))
    os.close(fill)
    made = [_copy(tasks, work, queue) for _ in range(copies)]
    reading = {copy.reports: bytearray() for copy in made}
    begun: dict[int, int] = {}  # the pipe of a copy → the task that it is at

    def listen(timeout: float | None) -> None:
        ready, _, _ = select.select(list(reading), [], [], timeout)
        for pipe in ready:
            block = os.read(pipe, 1 << 20)
            if not block:
                del reading[pipe]
                continue
            buffer = reading[pipe]
            buffer += block
            for message in _messages(buffer):
                if isinstance(message, int):
                    begun[pipe] = message
                elif isinstance(message, BaseException):
                    raise message
                else:
                    del begun[pipe]
                    tell(message)

    try:
        while (index := _next(queue)) is not None:
            tell(work(*tasks[index]))
            if reading:
                listen(0)
        while reading:
            listen(None)
        for index in begun.values():
            tell(work(*tasks[index]))
    finally:
        os.close(queue)
        for copy in made:
            with contextlib.suppress(ProcessLookupError):
                os.kill(copy.pid, signal.SIGTERM)
            os.waitpid(copy.pid, 0)
            os.close(copy.reports)


def _copy(tasks: Sequence[tuple[Job, Task]], work: Work, queue: int) -> Copy:
    """Makes a copy of this process that takes tasks from the queue until it is empty."""
    reports, out = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(out)
        return Copy(pid, reports)
    code = 1
    try:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        os.close(reports)
        _end_with(parent)
        if not process.is_own():  # else it was settled before it was copied
            _settle()
        while (index := _next(queue)) is not None:
            _report(out, index)
            _report(out, work(*tasks[index]))
        code = 0
    except OSError as error:
        with contextlib.suppress(OSError):
            _report(out, error)
    except _Leave:
        pass
    finally:
        os._exit(code)


def _end_with(parent: int) -> None:
    """Has this process end at once when the one that it is a copy of does, be it killed: whoever starts it again finds nobody writing
    into the folder, nor holding its lock, which copies share. On other systems than Linux a copy ends with the part that it is at."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        raise _Leave


class _Leave(BaseException):
    """A copy is asked to end."""


def _leave(signum: int, frame: object) -> None:
    raise _Leave


def _next(queue: int) -> int | None:
    taken = os.read(queue, 4)
    return struct.unpack("i", taken)[0] if taken else None


def _report(pipe: int, message: Any) -> None:
    data = pickle.dumps(message)
    view = memoryview(struct.pack("I", len(data)) + data)
    while view:
        view = view[os.write(pipe, view) :]


def _messages(buffer: bytearray) -> list[Any]:
    """The whole messages at the beginning of the buffer, which are taken off it."""
    found = []
    while len(buffer) >= 4:
        size = struct.unpack_from("I", buffer)[0]
        if len(buffer) < 4 + size:
            break
        found.append(pickle.loads(bytes(buffer[4 : 4 + size])))
        del buffer[: 4 + size]
    return found
