"""CSV: one event a row, the fields as columns."""

from __future__ import annotations

from scoring_engine.events.gathering import Gatherer


def parse(content: bytes, gatherer: Gatherer) -> None:
    """Take in all events of a CSV file."""
    raise NotImplementedError
