"""What a transaction adds to the ledger: reckoned here, apart from any database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scoring_engine.events.ledger.chain import link
from scoring_engine.events.ledger.draft import Draft, redrafted
from scoring_engine.events.ledger.errors import ConflictError, GrownError
from scoring_engine.events.ledger.store import Appended, Batch, Head
from scoring_engine.messages import Message

Row = tuple[int, str, str, str, bytes]
"""seq, id, competition, body, hash."""


class Addition(NamedTuple):
    """The rows to insert, the end of the chain after them, and for each batch what its caller is told."""

    rows: list[Row]
    head: Head
    answers: list[list[Appended] | ConflictError | GrownError]


def add(batches: Sequence[Batch], head: Head, known: Mapping[str, tuple[int, str]], now: str) -> Addition:
    """What `batches` add to a ledger that ends with `head`.

    known   id → seq and body of the events of the batches that the ledger has already
    now     the time of events that came without
    """
    rows: list[Row] = []
    answers: list[list[Appended] | ConflictError | GrownError] = []
    taken = dict(known)
    seq, hash = head
    for drafts, after in batches:
        if after is not None and after != seq:
            answers.append(GrownError(Message("other events were stored in the meantime; send it again")))
            continue
        answer: list[Appended] = []
        new: dict[str, tuple[int, str]] = {}
        start = len(rows), seq, hash
        for draft in drafts:
            stored = taken.get(draft.id) or new.get(draft.id)
            if stored is None:
                seq += 1
                at = draft.at or now
                body = draft.body(at)
                hash = link(hash, body.encode())
                rows.append((seq, draft.id, draft.competition, body, hash))
                new[draft.id] = seq, body
                answer.append(Appended(seq, draft.id, at, duplicate=False))
            elif (first := same(draft, stored[1])) is not None:
                answer.append(Appended(stored[0], draft.id, first, duplicate=True))
            else:
                answers.append(_conflict(draft, None if draft.id in new else stored[0]))
                del rows[start[0] :]
                _, seq, hash = start
                break
        else:
            taken |= new
            answers.append(answer)
    return Addition(rows, Head(seq, hash), answers)


def same(draft: Draft, body: str) -> str | None:
    """The time of the stored event `body` if `draft` is the same event; None if it is another.

    A draft without time is the same whatever the time that the stored one was given.
    """
    stored = redrafted(body)
    if stored == (draft if draft.at else draft._replace(at=stored.at)):
        return stored.at
    return None


def _conflict(draft: Draft, seq: int | None) -> ConflictError:
    if seq is None:
        text = "the id {id} is given to two different events; an id belongs to one event"
        return ConflictError(Message(text, {"id": draft.id[:80]}), draft.id, None)
    text = "the id {id} belongs to the event {seq}, which says something else; a correction is an event of its own, with its own id"
    return ConflictError(Message(text, {"id": draft.id[:80], "seq": str(seq)}), draft.id, seq)
