"""Checking a ledger: is each event the one that was recorded, in its place, and is none missing?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scoring_engine.events.ledger.chain import GENESIS, link
from scoring_engine.events.ledger.errors import LedgerError
from scoring_engine.events.ledger.store import Entry, Head, Store
from scoring_engine.messages import Message


class Fault(NamedTuple):
    """The first place where a ledger is not as it was recorded.

    seq       of the event
    message   says what is wrong
    """

    seq: int
    message: Message


class Verdict(NamedTuple):
    """What a check found.

    head      the end of the part that is in order
    fault     what is wrong after it; None where all is in order
    """

    head: Head
    fault: Fault | None


def verify(store: Store, noted: bytes | None = None) -> Verdict:
    """Checks the whole ledger.

    noted   a hash that was noted earlier; it must be in the chain. Against one who can write to the database itself, and
            reckons the whole chain anew, nothing but such a note, kept elsewhere, is of any help.
    """
    good = Head(0, GENESIS)
    seen = noted is None or noted == GENESIS
    try:
        head = store.head()
        for entry, following in _pairs(store.entries()):
            if good.seq >= head.seq:  # somebody may be writing; what is there beyond the end of then must have moved the end
                head = store.head()
            if (message := _wrong(good, entry, following, head)) is not None:
                return Verdict(good, Fault(good.seq + 1, message))
            good = Head(entry.seq, entry.hash)
            seen = seen or entry.hash == noted
    except LedgerError as error:
        return Verdict(good, Fault(good.seq + 1, error.message))
    if good.seq < head.seq:
        text = "the events {first} to {last}, the last ones, are missing"
        return Verdict(good, Fault(good.seq + 1, Message(text, {"first": str(good.seq + 1), "last": str(head.seq)})))
    if good != head:
        text = "the end of the ledger is recorded as event {seq}, and what it holds does not end so"
        return Verdict(good, Fault(good.seq, Message(text, {"seq": str(head.seq)})))
    if not seen:
        text = "no event has the hash {hash}: the events up to the one it was noted for are not those of then, or it is another ledger"
        return Verdict(good, Fault(1, Message(text, {"hash": noted.hex() if noted else ""})))
    return Verdict(good, None)


def _wrong(before: Head, entry: Entry, following: Entry | None, end: Head) -> Message | None:
    """What is wrong with the entry after `before`."""
    due = before.seq + 1
    if entry.seq != due:
        return Message("event {seq} is missing", {"seq": str(due)})
    if due > end.seq:
        return Message("event {seq} ({id}) stands after the end of the ledger: it was put in", {"seq": str(due), "id": entry.id[:80]})
    names = {"seq": str(due), "id": entry.id[:80]}
    if link(before.hash, entry.body) == entry.hash:
        if _told(entry.body) == (entry.id, entry.competition):
            return None
        return Message("event {seq} is filed under the id {id} and a competition, and one of them is not its own", names)
    # If the chain goes on from its hash, only what is before the hash can be wrong.
    goes_on = end == (entry.seq, entry.hash) if following is None else link(entry.hash, following.body) == following.hash
    if goes_on:
        return Message(
            "event {seq} ({id}) is not the one that was recorded here: it was changed, or events before it were taken out", names
        )
    return Message("event {seq} ({id}) is not the one that was recorded here: it was moved here or put in, or its hash was changed", names)


def _told(body: bytes) -> tuple[object, object] | None:
    """The id and the competition that an event gives itself."""
    try:
        event = json.loads(body)
        return event["id"], event["competition"]
    except (ValueError, KeyError, TypeError):
        return None


def _pairs(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """Each entry with the one after it."""
    last: Entry | None = None
    for entry in entries:
        if last is not None:
            yield last, entry
        last = entry
    if last is not None:
        yield last, None
