"""The work orders of a store that is there, for those who carry them out; makes none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flowc.runtime.failures import what_failed
from flowc.runtime.store import is_sqlite, open_engine
from flowc.runtime.tickets import Tickets


@asynccontextmanager
async def order_book(url: str, folder: Path) -> AsyncIterator[Tickets]:
    """A relative SQLite path is relative to `folder`.

    Raises SettingsError for a URL of another kind; OSError where there is no store, or it fails.
    """
    engine = open_engine(url, folder)
    try:
        place = Path(engine.url.database or "")
        if is_sqlite(engine) and not place.is_file():
            raise FileNotFoundError(f"{place} is not there; `flowc run` makes it when it starts")
        yield Tickets(engine)
    except SQLAlchemyError as error:
        raise OSError(f"the store of work orders: {what_failed(error)}") from error
    finally:
        await engine.dispose()
