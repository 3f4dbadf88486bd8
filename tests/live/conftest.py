"""Where the packages of the extra [serve] are missing, its tests are left out."""

from __future__ import annotations

import pytest

for name in ("starlette", "uvicorn", "jinja2", "argon2", "segno", "httpx"):
    pytest.importorskip(name, reason="needs pip install 'scoring-engine[serve]' httpx")

from tests.ledger.conftest import postgres, postgres_url  # noqa: E402

__all__ = ["postgres", "postgres_url"]
