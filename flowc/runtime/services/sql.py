"""`kind: sql`: a project's own statements, run with bound parameters in one transaction.

Knows nothing of calls. What a caller typed is never part of a statement's text.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from time import monotonic

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from flowc.expression.evaluate import Value as Held
from flowc.expression.types import ListOf, Record, Scalar, Type
from flowc.graph.as_json import Json
from flowc.graph.operations import InvokeKind
from flowc.graph.services import OperationSpec, SqlAction, SqlSettings
from flowc.graph.statements import Part, parameters_in, pieces
from flowc.machine.templates import as_date, outward
from flowc.runtime.services.model import (
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    SettingsError,
    Unknown,
    by_word,
)
from flowc.runtime.services.templates import constant
from flowc.runtime.store import is_sqlite, open_engine, what_failed

MOST_ROWS = 1000
_BARE_COLON = re.compile(r"(?<!\\):")
_SCALAR = "value"


class SqlBackend:
    """A data base of the project."""

    def __init__(self, settings: SqlSettings, folder: Path, environment: Mapping[str, str]) -> None:
        """Nothing is opened yet. Raises SettingsError."""
        self._engine = open_engine(constant(settings.url, environment), folder)

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        """Run the operation's statements; an effect is committed or surely not done."""
        if is_sqlite(self._engine) and not Path(self._engine.url.database or "").is_file():
            return Failed("the SQLite file does not exist")
        attempt = _Attempt(operation, question)
        try:
            async with asyncio.timeout(question.seconds), self._engine.connect() as connection:
                return await attempt.run(connection)
        except TimeoutError:
            return attempt.lost("no answer in time")
        except (SQLAlchemyError, OSError) as error:
            return attempt.lost(f"the data base failed: {what_failed(error)}")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


class _Attempt:
    """One transaction; it knows whether the commit has begun."""

    def __init__(self, operation: OperationSpec, question: Question) -> None:
        if not isinstance(operation.action, SqlAction):
            raise SettingsError(f"{operation.name} is no SQL operation")
        self.action = operation.action
        self.operation = operation
        self.question = question
        self.committing = False

    def lost(self, why: str) -> Reply:
        """Before the commit nothing has happened; after it nobody can tell."""
        if self.committing:
            return Unknown(why)
        return Failed(why, again=True)

    async def run(self, connection: AsyncConnection) -> Reply:
        await self._limit(connection)
        rows = await self._rows(connection)
        reply = await self._reply(connection, rows)
        if self.operation.kind is InvokeKind.LOOKUP:
            await connection.rollback()
        elif isinstance(reply, Done | Declared):
            self.committing = True
            await connection.commit()
        return reply

    async def _limit(self, connection: AsyncConnection) -> None:
        """Tell the data base itself when to give up, and that a look-up only looks."""
        looks_only = self.operation.kind is InvokeKind.LOOKUP
        if connection.dialect.name == "sqlite":
            await _limit_sqlite(connection, self.question.seconds, looks_only)
            return
        if looks_only:
            await connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        milliseconds = max(1, int(self.question.seconds * 1000))
        await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")

    async def _rows(self, connection: AsyncConnection) -> list[dict[str, Json]] | None:
        """The rows of the last statement that gives any; None where none does."""
        rows = None
        for statement in self.action.statements:
            rows = await self._execute(connection, statement) or rows
        return rows

    async def _execute(
        self, connection: AsyncConnection, statement: str
    ) -> list[dict[str, Json]] | None:
        bound = self._bound(statement, connection.dialect.name == "sqlite")
        result = await connection.execute(text(_marked(statement)), bound)
        if not result.returns_rows:
            return None
        found = result.mappings().fetchmany(MOST_ROWS)
        return [{str(name): _plain(value) for name, value in row.items()} for row in found]

    def _bound(self, statement: str, sqlite: bool) -> dict[str, object]:
        types = dict(self.operation.parameters)
        names = {name for name in parameters_in(statement) if name in types}
        given = self.question.arguments
        return {name: _native(given.get(name, ""), types[name], sqlite) for name in names}

    async def _reply(
        self, connection: AsyncConnection, rows: list[dict[str, Json]] | None
    ) -> Reply:
        if not rows:
            return self._without_row(rows)
        row = rows[0]
        for field, statement in self.action.lists:
            row[field] = [*(await self._execute(connection, statement) or [])]
        reply = by_word(self.operation, row)
        if not isinstance(reply, Done):
            return reply
        if isinstance(self.operation.gives, Scalar):
            value = row.get(_SCALAR, next(iter(row.values())))
            return Done(_as_declared(value, self.operation.gives))
        return Done(_as_declared(row, self.operation.gives))

    def _without_row(self, rows: list[dict[str, Json]] | None) -> Reply:
        if self.action.empty:
            return Declared(self.action.empty)
        if self.operation.gives is None:
            return Done()
        return Failed("no row was found" if rows is not None else "no statement gave rows")


def _marked(statement: str) -> str:
    """The statement for SQLAlchemy, which looks for parameters in quotes and comments, too."""
    return "".join(
        piece.text if piece.part is Part.PARAMETER else _BARE_COLON.sub(r"\\:", piece.text)
        for piece in pieces(statement)
    )


async def _limit_sqlite(connection: AsyncConnection, seconds: float, looks_only: bool) -> None:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    until = monotonic() + seconds
    await driver.set_progress_handler(lambda: int(monotonic() > until), 10_000)
    await connection.exec_driver_sql(f"PRAGMA query_only = {int(looks_only)}")


def _native(value: Held, type_: Type, sqlite: bool) -> object:
    """A held value as the data base takes it; SQLite knows neither decimals nor dates."""
    if value == "":
        return None
    match type_:
        case Scalar.MONEY if not sqlite:
            return Decimal(outward(value, type_))
        case Scalar.DATE if not sqlite:
            return as_date(int(value))
        case Scalar.BOOL:
            return bool(value)
        case Scalar.INT | Scalar.DURATION:
            return int(value)
        case _:
            return outward(value, type_)


def _plain(value: object) -> Json:
    """A column's value as JSON: decimals and dates as text, exact."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return format(Decimal(repr(value)), "f")
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(timespec="seconds")
        case _:
            return value.isoformat("minutes") if isinstance(value, time) else str(value)


def _as_declared(value: Json, type_: Type | None) -> Json:
    """What a column cannot say by itself: SQLite holds a truth as 1 or 0, and digits as a number."""
    match type_, value:
        case Record(fields=fields), dict():
            return {**value, **{n: _as_declared(value[n], t) for n, t in fields if n in value}}
        case ListOf(item), list():
            return [_as_declared(each, item) for each in value]
        case Scalar.BOOL, 0 | 1:
            return bool(value)
        case Scalar.TEXT | Scalar.DIGITS, int() if not isinstance(value, bool):
            return str(value)
    return value
