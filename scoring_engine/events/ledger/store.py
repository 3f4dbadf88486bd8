"""What every store of a ledger does.

Writing: callers in any number of threads hand in batches of events; one thread writes them, as many batches in one
transaction as have come in the meantime (`committer`), and each caller hears of it when the transaction is durable. A batch
is stored as a whole or not at all.

Beside the log, and not part of it, a ledger keeps notes: texts under keys, for what must not be in a log, such as who may
enter with which secret.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from scoring_engine.events.ledger.committer import Committer
from scoring_engine.events.ledger.draft import Draft, draft
from scoring_engine.events.ledger.errors import LedgerError
from scoring_engine.messages import Message

CHUNK = 1000
"""Events read at a time. Between two chunks no transaction is open, so that a slow reader does not make a write-ahead log grow."""

FORMAT = 1
"""The version of the format of ledgers; a ledger of a newer one is refused."""


class Appended(NamedTuple):
    """An event that is stored.

    seq         its place in the ledger, from 1
    id          of the event
    at          its time: that which it came with, else that of the ledger's clock
    duplicate   whether the ledger had it already
    """

    seq: int
    id: str
    at: str
    duplicate: bool


class Head(NamedTuple):
    """The end of the chain: the seq of the last event (0: none) and its hash, which stands for all events up to it."""

    seq: int
    hash: bytes


class Entry(NamedTuple):
    """A row of the ledger as it is stored. Only `body` is the event; the rest must agree with it."""

    seq: int
    id: str
    competition: str
    body: bytes
    hash: bytes


class Batch(NamedTuple):
    """Events that are stored as a whole or not at all; where `after` is given only if the ledger's last event is that one then."""

    drafts: list[Draft]
    after: int | None = None


class Replace(NamedTuple):
    """A wish to set the note `key` to `new` (None: take it away), if `checked` only where it is `old` now (None: not there)."""

    key: str
    old: str | None
    new: str | None
    checked: bool


Job: TypeAlias = "Batch | Replace"


class Store(ABC):
    """A ledger. Every method may be called from any thread.

    name      what messages call it
    shared    whether other programs may write to it at the same time
    """

    name: str
    shared = False
    _committer: Committer[Job] | None

    # -- the log -------------------------------------------------------------------------------------------------------

    def append(self, events: Iterable[Mapping[str, Any]], after: int | None = None) -> list[Appended]:
        """Appends events, all or none of them; on return they are durable.

        An event whose id the ledger has, with the same content, counts once: its seq is that of the first delivery. An event
        without time (`at`) gets that of the ledger's clock, and is the same as one that differs in nothing but the time.

        after   the seq of the last event that the writer knows: where there is a later one, nothing is stored

        Raises:
            GrownError: there is an event after `after`.
            ConflictError: an id that the ledger has with other content.
            NotStoredError: they could not be stored.
            NoEventError: one lacks an id, a competition or a kind, has a seq, or has values that have no place in an event.
        """
        return self.submit(events, after).result()

    def submit(self, events: Iterable[Mapping[str, Any]], after: int | None = None) -> Future[list[Appended]]:
        """As `append`, but returns at once; the future gives the result when the events are durable."""
        drafts = [draft(event) for event in events]
        if drafts:
            return self._writer().submit(Batch(drafts, after))
        nothing: Future[list[Appended]] = Future()
        nothing.set_result([])
        return nothing

    def read(self, after_seq: int = 0, competition: str | None = None) -> Iterator[dict[str, Any]]:
        """The events after `after_seq` in their order, with their seq; numbers are int or Decimal."""
        for seq, body in self.bodies(after_seq):
            event = json.loads(body, parse_float=Decimal)
            if competition is None or event["competition"] == competition:
                yield {"seq": seq, **event}

    @abstractmethod
    def bodies(self, after_seq: int = 0, chunk: int = CHUNK) -> Iterator[tuple[int, bytes]]:
        """The seq and the canonical JSON (without seq) of the events after `after_seq`, in their order; read `chunk` at a time."""

    def body(self, seq: int) -> bytes:
        """The canonical JSON (without seq) of the event `seq`.

        Raises:
            KeyError: there is no such event.
        """
        for number, body in self.bodies(seq - 1, 1):
            if number == seq:
                return body
        raise KeyError(seq)

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """All rows as they are stored, ordered by seq; for checking them."""

    @abstractmethod
    def head(self) -> Head:
        """The end of the chain."""

    @abstractmethod
    def wait(self, after_seq: int, timeout: float) -> bool:
        """Whether there are events after `after_seq`; waits for one as long as `timeout` seconds."""

    # -- the notes -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def find(self, prefix: str) -> dict[str, str]:
        """The notes whose keys begin with `prefix`, ordered by key."""

    @abstractmethod
    def get(self, key: str) -> str | None:
        """The note `key`; None where there is none."""

    def put(self, key: str, value: str | None) -> None:
        """Sets the note `key`; None takes it away. On return this is durable."""
        self._writer().submit(Replace(key, None, value, checked=False)).result()

    def replace(self, key: str, old: str | None, new: str | None) -> bool:
        """Sets the note `key` to `new` if it is `old` now (None: not there), in one step; returns whether it was."""
        return bool(self._writer().submit(Replace(key, old, new, checked=True)).result())

    # -- the end -------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Stores what was handed in, and lets go of the ledger. Does nothing when it is closed already."""
        if self._committer is not None:
            self._committer.close()
        self._release()

    @abstractmethod
    def _release(self) -> None:
        """Closes connections and locks; nothing is written any more."""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _writer(self) -> Committer[Job]:
        if self._committer is None:
            raise LedgerError(Message("{file} was opened for reading only", {"file": self.name}))
        return self._committer


Clock: TypeAlias = Callable[[], str]


def local_time() -> str:
    """The time of the machine's clock, with its offset."""
    from datetime import datetime

    return datetime.now().astimezone().isoformat(timespec="milliseconds")
