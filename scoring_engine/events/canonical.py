"""The canonical form of a log, and its SHA-256.

Two logs have the same form if and only if they hold the same events, whatever the order of lines, the number of deliveries, the
file format and the notation of numbers. It is written so that a short program of somebody else can make it again:

    For each section in alphabetical order of its name (the envelope is the section ""), for each field of the section in
    alphabetical order that some event gives: section NUL count of events NUL field NUL, then for each event of the section in the
    order (seq, id) its value and NUL. All of it in UTF-8.

A value is the field's text: "" where absent, numbers in plain decimal notation without needless zeros (92.5), true and false,
objects and lists as JSON with sorted keys and no spaces, the text itself otherwise. A text that stands where the vocabulary
declares a number, and looks like one or like a quoted text, is written as JSON text, in quotes. `at` is microseconds since
1970-01-01 UTC, and `offset` the microseconds that the writer's clock was ahead, where there is an `at`.
"""

from __future__ import annotations

from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.events.notation import OversizeError, plain

if TYPE_CHECKING:
    from scoring_engine.events.log import Column, Log


def digest(log: Log) -> str:
    """The SHA-256 of the canonical form, in hexadecimal digits."""
    from hashlib import sha256

    state = sha256()
    for piece in canonical(log):
        state.update(piece.encode())
    return state.hexdigest()


def canonical(log: Log) -> Iterable[str]:
    """The canonical form, a piece for each field."""
    known = log.at != MISSING_TIME
    times = {"at": log.at, "offset": log.offset}
    if log.size:
        for name in ("at", "competition", "id", "kind", "offset", "seq"):
            if name in times:
                if not known.any():
                    continue
                texts = list(map(str, times[name].tolist()))
                if not known.all():
                    texts = [text if is_known else "" for text, is_known in zip(texts, known.tolist(), strict=True)]
            elif name == "id":
                texts = list(log.id)
            elif name == "seq":
                texts = list(map(str, log.seq.tolist()))
            else:
                texts = row_texts(log.competition if name == "competition" else log.kind)
            yield "\0".join(["", str(log.size), name, *texts, ""])
    for kind in sorted(log.frames):
        frame = log.frames[kind]
        for name in sorted(frame.columns):
            if (frame.columns[name].codes >= 0).any():
                yield "\0".join([kind, str(len(frame)), name, *row_texts(frame.columns[name]), ""])


def forms(column: Column) -> list[str]:
    """The canonical form of each distinct text of a column."""
    if column.numeric is None:
        return column.texts
    pairs = zip(column.texts, column.numeric.tolist(), strict=True)
    return [text if is_number or not mistakable(text) else encode_basestring(text) for text, is_number in pairs]


def mistakable(text: str) -> bool:
    """Whether a text in a field for numbers must be quoted, to tell it from a number and from a quoted text."""
    if text[:1] == '"':
        return True
    try:
        return plain(text) is not None
    except OversizeError:
        return True


def row_texts(column: Column) -> list[str]:
    """The canonical form of each row of a column."""
    texts = [*forms(column), ""]
    return list(map(texts.__getitem__, column.codes.tolist()))
