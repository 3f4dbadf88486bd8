"""The words of standings and notices: what a contestant is, who is first and last, what a person should know."""

from __future__ import annotations

from scoring_engine.messages import Message

STATUSES = ("", "absent", "excused", "withdrawn", "disqualified")
"""What a contestant's status events say; the code is the position."""

OUT = ("absent", "withdrawn", "disqualified")
"""Statuses under which no mark is admitted."""

STANDS = ("ranked", *STATUSES[1:], "unranked", "unscored")
"""What a contestant is in the table: what the status events say of him, at the place of their code, or one of the others."""

PLACES = ("", "first", "between", "last", "only", "last-pending")
"""The text of each place code. The empty one is for contestants who are not ranked and not last."""

RECUSED_MARK = Message("a mark given before the judge was recused is left out")
NO_COMMENT = Message("a sheet has marks but no comment; the rulebook requires one")


def too_few(least: int) -> Message:
    """What is said where a group is too small to be trimmed."""
    return Message("fewer than {least} values, so none is left out; see the rulebook's trim", {"least": str(least)})
