"""Parts computed on a cluster: the same function, sent with its part to the workers of a Dask scheduler.

Logs and the folder of results are on a file system that all workers see. Nothing else has to be there: rulebooks travel with the
job. What a worker that dies was at, another one computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.cluster.parts import Done, Job, Task
from scoring_engine.cluster.work import work

if TYPE_CHECKING:
    from distributed import Client

RETRIES = 3
"""How often a part is tried again that a worker could not compute."""


def run(tasks: Sequence[tuple[Job, Task]], tell: Callable[[Done], None], address: str) -> None:
    """Computes the tasks on the cluster at `address`, dask://HOST:PORT or tls://HOST:PORT, and tells of each that is done.

    The certificates of TLS are those that Dask's own configuration names (distributed.comm.tls, DASK_DISTRIBUTED__COMM__TLS__…).

    Raises:
        OSError: the scheduler cannot be reached, or a worker cannot write; what `tell` raises.
    """
    from distributed import as_completed

    with _client(address) as client:
        jobs = {id(job): job for job, _ in tasks}
        # A task that gives back the job: unlike what is scattered it is made anew where the worker that held it dies.
        sent = {key: client.submit(_same, job, pure=False) for key, job in jobs.items()}
        futures = [client.submit(work, sent[id(job)], task, pure=False, retries=RETRIES) for job, task in tasks]
        try:
            for future in as_completed(futures, loop=client.loop):
                tell(future.result())
        finally:
            client.cancel([*futures, *sent.values()], force=True)


def _same(job: Job) -> Job:
    return job


def _client(address: str) -> Client:
    from distributed import Client
    from distributed.security import Security

    place = address.replace("dask://", "tcp://", 1)
    options: dict[str, Any] = {"security": Security()} if place.startswith("tls://") else {}
    return Client(place, timeout=15, set_as_default=False, **options)
