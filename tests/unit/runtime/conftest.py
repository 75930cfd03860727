"""Stores for the runtime's tests: a file of SQLite, and a real PostgreSQL where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.runtime import postgresql
from tests.unit.runtime.runtime_support import Store

needs_postgresql = pytest.mark.skipif(not postgresql.is_there(), reason=postgresql.ABSENT)
STORES = ("sqlite", pytest.param("postgresql", marks=needs_postgresql))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    if request.param == "sqlite":
        yield Store("sqlite:///runtime.db", tmp_path)
        return
    server = request.getfixturevalue("postgresql_server")
    base = postgresql.new_base(server)
    yield Store(base, tmp_path)
    postgresql.drop_base(server, base)
