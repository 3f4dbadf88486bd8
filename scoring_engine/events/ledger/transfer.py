"""Between a ledger and a file: JSON Lines, an event a line in the order of the ledger, the same bytes each time.

An export is a log like any other; and a ledger made of it has the same chain, for what is chained is the canonical JSON of the
events, which the export holds as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import accumulate
from json import JSONDecoder
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.events.ledger.chain import GENESIS, link
from scoring_engine.events.ledger.draft import draft
from scoring_engine.events.ledger.errors import LineError
from scoring_engine.events.ledger.store import Store
from scoring_engine.messages import Message

CHUNK = 5000
"""Events of a block of lines."""

_decoder = JSONDecoder(parse_float=Decimal)


def blocks(store: Store) -> Iterator[bytes]:
    """The events as JSON Lines, in blocks of whole lines."""
    lines: list[bytes] = []
    for seq, body in store.bodies():
        lines.append(b'{"seq":%d,%s\n' % (seq, body[1:]))
        if len(lines) == CHUNK:
            yield b"".join(lines)
            lines.clear()
    if lines:
        yield b"".join(lines)


def load(path: str) -> list[dict[str, Any]]:
    """The events of a file of JSON Lines for a new ledger, in their order, without seq.

    Where the events have a seq, it must count from 1 without a gap; where none has one, the order is that of the lines.

    Raises:
        InputError: the file cannot be read, a line is no event, or an event is missing, out of its place or there twice.
    """
    from scoring_engine.events.reading import open_file, read

    log = read(path)
    if log.rejected:
        first = min(log.rejected, key=lambda rejection: rejection.line)
        raise LineError(path, first.line, first.message)
    events: list[dict[str, Any]] = []
    ids: dict[str, int] = {}
    with open_file(path) as file:
        for number, line in enumerate(file, 1):
            text = line.decode().removeprefix("\ufeff").strip()
            if not text:
                continue
            try:
                event = _decoder.decode(text)
            except ValueError as error:  # a log in CSV can be replayed, but what is chained is JSON
                problem = Message("the line is no JSON; a ledger is made of JSON Lines, as log export writes them")
                raise LineError(path, number, problem) from error
            seq = event.pop("seq", None)
            if seq is not None and int(seq) != len(events) + 1:
                text = "event {seq} stands where {due} is due; an event is missing, moved or there twice"
                raise LineError(path, number, Message(text, {"seq": str(seq), "due": str(len(events) + 1)}))
            if event["id"] in ids:
                text = "the id {id} was given on line {first} already"
                raise LineError(path, number, Message(text, {"id": event["id"][:80], "first": str(ids[event["id"]])}))
            ids[event["id"]] = number
            events.append(event)
    return events


def chained(events: Iterable[dict[str, Any]]) -> list[bytes]:
    """The hashes of the chain of the events, from before the first to after the last."""
    drafts = map(draft, events)
    return list(accumulate((each.body(each.at).encode() for each in drafts), link, initial=GENESIS))


def fill(store: Store, events: list[dict[str, Any]]) -> None:
    """Puts the events into a ledger that has none: all of them, or none.

    Raises:
        InputError: it has events.
        NotStoredError: they could not be stored.
    """
    seq = store.head().seq
    if seq:
        text = "{file} has {count} events; a log is imported into a new ledger"
        raise InputError(Message(text, {"file": store.name, "count": str(seq)}))
    store.append(events)
