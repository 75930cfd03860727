"""Data bases by URL: SQLite by default, PostgreSQL where a URL says so, both through one door.

Knows no table and no call.
"""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from flowc.runtime.services.model import SettingsError

BUSY_S = 1
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


def open_engine(url: str, folder: Path) -> AsyncEngine:
    """An engine for a URL; a relative SQLite path is relative to `folder`.

    Raises SettingsError for a URL of another kind; the message does not show it.
    """
    address = _address(url, folder)
    if address.get_backend_name() != "sqlite":
        return create_async_engine(address, pool_pre_ping=True, hide_parameters=True)
    return create_async_engine(
        address,
        connect_args={"timeout": BUSY_S},
        hide_parameters=True,
        pool_size=8,
        max_overflow=0,
        pool_timeout=2 * BUSY_S,
    )


def open_store(url: str, folder: Path) -> AsyncEngine:
    """An engine for what the runtime itself keeps: readers beside the writer, commits that last."""
    engine = open_engine(url, folder)
    if is_sqlite(engine):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def is_sqlite(engine: AsyncEngine) -> bool:
    """Is it SQLite?"""
    return engine.dialect.name == "sqlite"


def _address(url: str, folder: Path) -> URL:
    try:
        address = make_url(url)
        driver = _DRIVERS[address.get_backend_name()]
    except (ArgumentError, KeyError, ValueError):
        raise SettingsError("a data base URL is `sqlite:///...` or `postgresql://...`") from None
    if address.get_backend_name() == "sqlite":
        if not address.database or address.database == ":memory:":
            raise SettingsError("a SQLite URL names a file: `sqlite:///billing.db`")
        address = address.set(database=str((folder / address.database).absolute()))
    return address.set(drivername=driver)


def _prepare_sqlite(connection: Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
