"""The words of outcomes."""

from __future__ import annotations

from scoring_engine.messages import Message

STATUSES = ("granted", "pending", "refused", "barred")
"""What became of a consequence."""

SHARED_RANK = Message("the rank is shared; a person must decide the value")
