"""What the room does not vouch for."""

from __future__ import annotations


class Unsure(Exception):  # noqa: N818  (no fault: the general engine does it)
    """Something in the log or in the rulebook that this room does not vouch for; `why` is for those who widen it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
