"""The words of standings: what a contestant is, and who is first and last."""

from __future__ import annotations

STATUSES = ("", "absent", "excused", "withdrawn", "disqualified")
"""What a contestant's status events say; the code is the position."""

OUT = ("absent", "withdrawn", "disqualified")
"""Statuses under which no mark is admitted."""

STANDS = ("ranked", *STATUSES[1:], "unranked", "unscored")
"""What a contestant is in the table: what the status events say of him, at the place of their code, or one of the others."""

PLACES = ("", "first", "between", "last", "only", "last-pending")
"""The text of each place code. The empty one is for contestants who are not ranked and not last."""
