"""Parts computed on a cluster: the same function, sent with its part to the workers of a Dask scheduler.

Logs and the folder of results are on a file system that all workers see. Nothing else has to be there: rulebooks travel with the
job. What a worker that dies was at, another one computes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scoring_engine.cluster.bulk import BulkError
from scoring_engine.cluster.parts import Done, Job, Task
from scoring_engine.cluster.work import work
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

RETRIES = 3
"""How often a part is tried again that a worker could not compute."""

PATIENCE = 15
"""Seconds that are waited for a scheduler to answer."""


def run(tasks: Sequence[tuple[Job, Task]], tell: Callable[[Done], None], address: str) -> None:
    """Computes the tasks on the cluster at `address`, dask://HOST:PORT or tls://HOST:PORT, and tells of each that is done.

    The certificates of TLS are those that Dask's own configuration names (distributed.comm.tls, DASK_DISTRIBUTED__COMM__TLS__…).

    Raises:
        BulkError: the scheduler cannot be reached, or workers die of a part. OSError: a worker cannot write. What `tell` raises.
    """
    from distributed import KilledWorker, as_completed

    with _client(address) as client:
        jobs = {id(job): job for job, _ in tasks}
        # A task that gives back the job: unlike what is scattered it is made anew where the worker that held it dies.
        sent = {key: client.submit(_same, job, pure=False) for key, job in jobs.items()}
        futures = [client.submit(work, sent[id(job)], task, pure=False, retries=RETRIES) for job, task in tasks]
        try:
            for future in as_completed(futures, loop=client.loop):
                tell(future.result())
        except KilledWorker as error:
            text = "the cluster gave a part up whose workers died one after the other ({problem}); see that they have memory enough"
            raise BulkError(Message(text, {"problem": _line(error)})) from error
        finally:
            client.cancel([*futures, *sent.values()], force=True)


def _same(job: Job) -> Job:
    return job


def _client(address: str) -> Client:
    """A client of the scheduler at the address.

    What can be wrong is looked for before there is a client: one that is half made waits for half a minute when it is given up.

    Raises:
        BulkError: it cannot be reached.
    """
    from distributed import Client
    from distributed.comm import get_address_host_port
    from distributed.security import Security

    place = address.replace("dask://", "tcp://", 1)
    try:
        get_address_host_port(place, strict=True)
        security = Security()
        if place.startswith("tls://"):
            _check_certificates(address, security)
        elif security.require_encryption:
            raise ValueError("Dask's configuration requires TLS")
        return Client(place, timeout=PATIENCE, set_as_default=False, security=security)
    except (OSError, ValueError, RuntimeError) as error:
        text = (
            "{address}: no scheduler can be reached there ({problem}); see that one runs, that it speaks what the address says "
            "(dask:// or tls://), and that the certificates of both sides come from the same authority"
        )
        raise BulkError(Message(text, {"address": address, "problem": _line(error)})) from error


def _check_certificates(address: str, security: Security) -> None:
    """Looks whether Dask's configuration names certificates with which a client can speak TLS.

    Raises:
        BulkError: it does not.
    """
    named = security.get_tls_config_for_role("client")
    texts = {name: str(named[name]) for name in ("ca_file", "cert", "key") if named.get(name)}
    lost = [text for text in texts.values() if "\n" not in text and not os.path.exists(text)]  # else it is the certificate itself
    try:
        if lost:
            raise FileNotFoundError(f"{lost[0]} is not there")
        if security.get_connection_args("client")["ssl_context"] is None:
            raise ValueError("none is named")
    except (OSError, ValueError) as error:
        text = (
            "{address}: the certificates for TLS cannot be used ({problem}); name their files in DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY, or in Dask's own configuration"
        )
        raise BulkError(Message(text, {"address": address, "problem": _line(error)})) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
