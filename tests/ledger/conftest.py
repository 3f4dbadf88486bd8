from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ledger.postgres_server import NoServerError, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server: what its URLs end with."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'psycopg[binary]'")
    with ExitStack() as stack:
        try:
            place = stack.enter_context(server())
        except NoServerError as error:
            pytest.skip(f"no PostgreSQL server: {error}")
        yield place


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A new database on the server."""
    import psycopg

    with psycopg.connect(f"postgresql:///postgres{postgres}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE contest")
    yield f"postgresql:///contest{postgres}"
    with psycopg.connect(f"postgresql:///postgres{postgres}", autocommit=True) as connection:
        connection.execute("DROP DATABASE contest WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be, in each kind of store."""
    if request.param == "sqlite":
        return str(tmp_path / "contest.db")
    place: str = request.getfixturevalue("postgres_url")
    return place
