"""Data bases by URL: SQLite by default, PostgreSQL where a URL says so, both through one door.

A SQLite file that was deleted or replaced while it is open takes whatever is written, and nobody ever
finds it: so a connection is used only while its file is the one that stands there. Knows no table and
no call.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from flowc.graph.services import DATA_BASES
from flowc.runtime.services.model import SettingsError

BUSY_S = 1
# A step of ours (a row read, a row written) takes milliseconds where the store is well.
STEP_S = 2.0
# What a data base goes on with after that is waited for by nobody, but other writers stand behind it.
STATEMENT_S = 10.0
STORE_MODE = 0o600  # it holds callers' numbers and what they said; SQLite's other files follow it
# How long a PostgreSQL that cannot be reached, or was lost from the net, is waited for, in its library's
# words; a URL may say otherwise.
_PATIENCE = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_DRIVERS = dict(zip(DATA_BASES, ("sqlite+aiosqlite", "postgresql+psycopg"), strict=True))

# Theirs of connections that were thrown away would stand on stderr between the lines of our log.
for _library in ("psycopg", "sqlalchemy"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


class _Connection(aiosqlite.Connection):
    """A connection that is stopped once.

    aiosqlite 0.22.1 waits without end for the second time, since its thread has gone with the first.
    SQLAlchemy stops a connection twice where a question is cancelled while a lost connection is being
    closed, and a runtime that had seen its store deleted did not end.
    """

    def __init__(self, database: str, **options: Any) -> None:
        """Opened by whoever awaits it."""
        super().__init__(lambda: connect(database, **options), iter_chunk_size=64)
        self._thread.daemon = True  # as SQLAlchemy has it for its own
        self._thread.run = partial(_until_the_loop_ends, self._thread.run)  # type: ignore[method-assign]  # the one way in
        self._is_stopped = False

    def stop(self) -> asyncio.Future[Any] | None:
        """Let the thread end; nothing to wait for where it has been told so."""
        if self._is_stopped:
            return None
        self._is_stopped = True
        return super().stop()


def _until_the_loop_ends(run: Callable[[], None]) -> None:
    """A data base that is locked may answer when the event loop has ended: then nobody waits for it."""
    with suppress(RuntimeError):
        run()


def open_engine(url: str, folder: Path) -> AsyncEngine:
    """An engine for a URL; a relative SQLite path is relative to `folder`.

    Raises SettingsError for a URL of another kind, or of a data base whose driver is not installed;
    the message does not show it.
    """
    address = _address(url, folder)
    if address.get_backend_name() != "sqlite":
        try:
            return create_async_engine(
                address,
                connect_args={k: v for k, v in _PATIENCE.items() if k not in address.query},
                pool_pre_ping=True,
                hide_parameters=True,
            )
        except ImportError:
            raise SettingsError("a `postgresql://` URL needs flowc[postgresql] installed") from None
    engine = create_async_engine(
        address,
        connect_args={"timeout": BUSY_S, "async_creator_fn": _Connection},
        hide_parameters=True,
        pool_size=8,
        max_overflow=0,
        pool_timeout=2 * BUSY_S,
    )
    _hold_to_file(engine, Path(address.database or ""))
    return engine


def open_store(url: str, folder: Path) -> AsyncEngine:
    """An engine for what the runtime itself keeps: readers beside the writer, commits that last.

    Makes a SQLite file where there is none: only here, since one that was there before and is gone
    takes with it which requests have been done. Raises SettingsError, OSError.
    """
    engine = open_engine(url, folder)
    if is_sqlite(engine):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        os.close(
            os.open(engine.url.database or "", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, STORE_MODE)
        )
    else:
        event.listen(engine.sync_engine, "connect", _prepare_postgresql)
    return engine


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for as long as the context is open.

    One whose user is cancelled is thrown away: whatever it would be told next (a rollback, so that
    another may have it) would have to wait for the statement that was not waited for.
    """
    async with engine.connect() as connection:
        try:
            yield connection
        except asyncio.CancelledError:
            # A driver of SQLite has a thread of its own, which no rollback can keep waiting for long.
            if not is_sqlite(engine):
                await connection.invalidate()
            raise


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """The same for one transaction, committed at the end of the context."""
    async with reading(engine) as connection:
        yield connection
        await connection.commit()


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


def _hold_to_file(engine: AsyncEngine, path: Path) -> None:
    """Use a connection only while the file that it holds is the one at the path; make no new file."""
    pool = engine.sync_engine

    def refuse_absent(*_: object) -> None:
        if not path.is_file():
            raise FileNotFoundError("the data base's file is gone")

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(path)

    def refuse_other(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError("the data base's file was replaced")

    event.listen(pool, "do_connect", refuse_absent)
    event.listen(pool, "connect", note)
    event.listen(pool, "checkout", refuse_other)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Let the data base itself give up a step that its caller gave up long ago."""
    cursor = connection.cursor()
    cursor.execute(f"SET statement_timeout = {int(STATEMENT_S * 1000)}")
    cursor.close()
    connection.commit()


def _prepare_sqlite(connection: Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
