"""The tables that the runtime itself keeps. Knows no rule: what a row means is `at_most_once`'s and `tickets`'."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from flowc.runtime.store import is_sqlite, reading, writing

METADATA = MetaData()

REQUESTS = Table(
    "flowc_requests",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("body", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reply", Text, nullable=False, default=""),
    Column("begun", BigInteger, nullable=False),  # milliseconds since 1970
    Column("until", BigInteger, nullable=False),  # when a begun one counts as lost
)

TICKETS = Table(
    "flowc_tickets",
    METADATA,
    Column("number", String(16), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("class", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("caller", String(64), nullable=False, index=True),
    Column("account", String(64), nullable=False, index=True),
    Column("note", Text, nullable=False),
    Column("call", String(128), nullable=False),
    Column("urged", Integer, nullable=False, default=0),
    Column("told", Boolean, nullable=False, default=False),
    Column("made", BigInteger, nullable=False),  # seconds since 1970, by the runtime's clock
    Column("opened", BigInteger, nullable=False),  # and by the call's own, as all that follow
    Column("accepted", BigInteger),
    Column("handled", BigInteger),
    Column("replied", BigInteger),
    Column("accept_by", BigInteger),
    Column("handle_by", BigInteger),
    Column("reply_by", BigInteger),
)

# Few orders are open among the many that were.
OPEN_TICKETS = Index("ix_flowc_tickets_state", TICKETS.c.state)

ATTACHMENTS = Table(
    "flowc_attachments",
    METADATA,
    Column("ticket", String(16), primary_key=True),
    Column("recording", String(128), primary_key=True),
)

COUNTERS = Table(
    "flowc_counters",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Integer, nullable=False),
)


async def create_tables(engine: AsyncEngine) -> None:
    """Make those that are not there yet."""
    async with writing(engine) as connection:
        if not is_sqlite(engine):  # an index of many rows takes its time
            await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        await connection.run_sync(METADATA.create_all)
        # In a store of before, too, where the table is not made any more.
        await connection.run_sync(OPEN_TICKETS.create, checkfirst=True)


async def read_something(engine: AsyncEngine) -> None:
    """Ask the store for a row of ours, to see that it answers. Raises SQLAlchemyError, OSError."""
    async with reading(engine) as connection:
        await connection.execute(select(COUNTERS.c.value).limit(1))
