"""What is said of an event, or a line, that does not count."""

from __future__ import annotations

from typing import NamedTuple

from scoring_engine.messages import Message

SHOWN = 80
"""Characters of a value that are shown."""


class Rejection(NamedTuple):
    """An event that was not admitted: where it stands, what is wrong with it, which rule it broke and what to do.

    Texts that are not known are "", numbers that are not known None. `rule` is a stable code such as "range",
    `value` is cut at `SHOWN` characters.
    """

    file: str
    line: int
    seq: int | None
    id: str
    competition: str
    kind: str
    field: str
    value: str
    rule: str
    message: Message
