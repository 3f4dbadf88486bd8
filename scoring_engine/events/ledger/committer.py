"""Group commit: one thread that writes for all.

Making a transaction durable takes a disk the same time whether it holds one event or a thousand. While one is on its way,
what comes in waits; the next transaction takes all of it. So the more callers, the more events a transaction, and none waits
for more than two of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from scoring_engine.events.ledger.errors import LedgerError
from scoring_engine.messages import Message

MOST = 1000
"""Jobs of one transaction, at most."""

J = TypeVar("J")


class Committer(Generic[J]):
    """Takes jobs from any thread and has them done in its own, several at a time.

    commit   does the jobs in one transaction and returns when that is durable, with a result or an exception for each; what it
             raises is the answer to all of them
    finish   is called in the thread at its end
    """

    def __init__(self, name: str, commit: Callable[[list[J]], list[Any]], finish: Callable[[], None]) -> None:
        self._commit = commit
        self._finish = finish
        self._name = name
        self._queue: SimpleQueue[tuple[J, Future[Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"ledger {name}", daemon=True)
        self._thread.start()

    def submit(self, job: J) -> Future[Any]:
        """Hands in a job.

        Raises:
            LedgerError: the ledger was closed.
        """
        future: Future[Any] = Future()
        # A job that is in the queue before the end mark is done, and none can come after it.
        with self._lock:
            if self._closed:
                raise LedgerError(Message("{file} was closed", {"file": self._name}))
            self._queue.put((job, future))
        return future

    def close(self) -> None:
        """Returns when all jobs are done and the thread has ended."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            try:
                while len(batch) < MOST:
                    batch.append(self._queue.get_nowait())
            except Empty:
                pass
            work = [item for item in batch if item is not None]
            going = len(work) == len(batch)
            # A caller may have given up on a job that waits; from here on it cannot any more.
            work = [item for item in work if item[1].set_running_or_notify_cancel()]
            if work:
                self._do(work)
        self._finish()

    def _do(self, work: list[tuple[J, Future[Any]]]) -> None:
        try:
            results = self._commit([job for job, _ in work])
        except BaseException as error:
            for _, future in work:
                future.set_exception(error)
            return
        for (_, future), result in zip(work, results, strict=True):
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
