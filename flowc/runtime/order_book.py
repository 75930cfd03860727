"""A store that is there, for those who carry its work orders out and keep it small; makes none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from flowc.runtime.failures import what_failed
from flowc.runtime.store import is_sqlite, open_engine, writing
from flowc.runtime.tables import REQUESTS
from flowc.runtime.tickets import Tickets


@asynccontextmanager
async def store_that_is_there(url: str, folder: Path) -> AsyncIterator[AsyncEngine]:
    """A relative SQLite path is relative to `folder`.

    Raises SettingsError for a URL of another kind; OSError where there is no store, or it fails.
    """
    engine = open_engine(url, folder)
    try:
        place = Path(engine.url.database or "")
        if is_sqlite(engine) and not place.is_file():
            raise FileNotFoundError(f"{place} is not there; `flowc run` makes it when it starts")
        yield engine
    except SQLAlchemyError as error:
        raise OSError(f"the store of work orders: {what_failed(error)}") from error
    finally:
        await engine.dispose()


@asynccontextmanager
async def order_book(url: str, folder: Path) -> AsyncIterator[Tickets]:
    """Its work orders. Raises what `store_that_is_there` does."""
    async with store_that_is_there(url, folder) as engine:
        yield Tickets(engine)


async def forget_orders(url: str, folder: Path, before: int) -> int:
    """Let go of the orders that were closed before then (seconds since 1970); their number."""
    async with order_book(url, folder) as orders:
        return await orders.forget_closed(before)


async def forget_requests(url: str, folder: Path, before: int) -> int:
    """Let go of the requests that were made before then, so that the same may be done anew; their number."""
    old = REQUESTS.c.until < before * 1000
    async with store_that_is_there(url, folder) as engine, writing(engine) as connection:
        return (await connection.execute(delete(REQUESTS).where(old))).rowcount
