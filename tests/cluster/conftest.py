"""Small parts, so that small logs have many of them."""

from __future__ import annotations

import pytest

from scoring_engine.cluster import buckets, planning


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of some twenty kilobytes, or a hundred rows."""
    for module in (planning, buckets):
        monkeypatch.setattr(module, "SIZE", 20_000)
        monkeypatch.setattr(module, "ROWS", 100)
    monkeypatch.setattr(planning, "LEAST", 1)
    monkeypatch.setattr(planning, "FEW", 1)
