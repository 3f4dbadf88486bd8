from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite"])
def url(tmp_path: Path) -> str:
    """Where a new ledger may be."""
    return str(tmp_path / "contest.db")
