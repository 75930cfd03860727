"""Requests at most once by key: a journal that is written before the world is touched.

| found for the key           | what happens                                            |
|-----------------------------|---------------------------------------------------------|
| nothing, or surely not done | it is begun and attempted, once, whatever its body      |
| another body                | refused and told to the log: two meanings share one key |
| begun just now              | wait for that attempt, here or in another runtime       |
| begun long ago              | its runtime died: `Unknown`, for good                   |
| done, a declared result     | the same reply again, without an attempt                |

Knows no back end: an attempt is a function.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from flowc.runtime.deadlines import within
from flowc.runtime.failures import what_failed
from flowc.runtime.logs import Log
from flowc.runtime.services.model import Declared, Done, Failed, Reply, Unknown
from flowc.runtime.store import STEP_S, reading, writing
from flowc.runtime.tables import REQUESTS

Attempt = Callable[[], Awaitable[Reply]]
# What a runtime may take beyond its deadline to write down how an attempt ended.
GRACE_S = 2.0
# Attempts bound themselves, and the gateways that began them have waited already.
DRAIN_S = 5.0
_LOOK_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class _Row:
    body: str
    state: str
    reply: str
    until: int


class AtMostOnce:
    """The journal of one store; several runtimes may share it."""

    def __init__(self, engine: AsyncEngine, log: Log) -> None:
        """The tables must exist."""
        self._engine = engine
        self._log = log
        self._running: dict[str, tuple[str, asyncio.Task[Reply]]] = {}

    async def run(self, key: str, body: str, seconds: float, attempt: Attempt) -> Reply:
        """The reply for the key, by an attempt or from the journal.

        An attempt bounds itself to `seconds`; whoever waits for it waits 2 s longer at most.

        `key` and `body` are hashes. An attempt goes on and is written down when its caller has gone.
        """
        if key not in self._running:
            started = asyncio.create_task(self._settle(key, body, seconds, attempt))
            started.add_done_callback(lambda _: self._running.pop(key, None))
            self._running[key] = (body, started)
        begun_with, task = self._running[key]
        if begun_with != body:
            return self._two_meanings(key)
        try:
            async with asyncio.timeout(seconds + GRACE_S):
                return await asyncio.shield(task)
        except TimeoutError:
            return Unknown("the attempt has not ended in time")

    async def drain(self, seconds: float = DRAIN_S) -> None:
        """Wait for every attempt that is under way, so long at most: one that is broken off stays begun in
        the journal, and so becomes unknown."""
        tasks = [task for _, task in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _settle(self, key: str, body: str, seconds: float, attempt: Attempt) -> Reply:
        try:
            if not await within(STEP_S, self._begin(key, body, seconds)):
                return await self._reply_of_other(key, body, seconds)
        except (SQLAlchemyError, OSError) as error:
            self._log.event("journal_failed", level="error", why=what_failed(error))
            return Failed("the journal cannot be written", refused=True)
        reply = await attempt()
        return await self._write_down(key, reply)

    async def _begin(self, key: str, body: str, seconds: float) -> bool:
        """Is the attempt ours? True at most once at a time, over all runtimes."""
        now = _now()
        row = {
            "body": body,
            "state": "begun",
            "reply": "",
            "begun": now,
            "until": now + int((seconds + GRACE_S) * 1000),
        }
        async with writing(self._engine) as connection:
            result = await connection.execute(self._insert().values(key=key, **row))
            if result.rowcount == 1:
                return True
            free = (REQUESTS.c.key == key) & (REQUESTS.c.state == "failed")
            again = update(REQUESTS).where(free).values(**row)
            return (await connection.execute(again)).rowcount == 1

    def _insert(self) -> Any:
        """Insert unless it is there, in the words of the data base at hand."""
        from sqlalchemy.dialects import postgresql, sqlite

        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(REQUESTS).on_conflict_do_nothing()
        # Without the option an INSERT's count of rows is lost with its cursor, except on SQLite.
        return insert.execution_options(preserve_rowcount=True)

    async def _reply_of_other(self, key: str, body: str, seconds: float) -> Reply:
        """What the journal says, once the attempt that is under way elsewhere has ended."""
        give_up = _now() + int(seconds * 1000)
        while True:
            row = await within(STEP_S, self._row(key))
            if row is not None and row.state == "failed":
                return Failed("the other attempt was surely not done")
            if row is None or row.body != body:
                return self._two_meanings(key)
            if row.state != "begun":
                return _read_reply(row)
            if _now() > row.until:
                return await self._write_down(key, Unknown("the runtime died in the attempt"))
            if _now() > give_up:
                return Unknown("the other attempt has not ended in time")
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _row(self, key: str) -> _Row | None:
        columns = (REQUESTS.c.body, REQUESTS.c.state, REQUESTS.c.reply, REQUESTS.c.until)
        async with reading(self._engine) as connection:
            found = (
                await connection.execute(select(*columns).where(REQUESTS.c.key == key))
            ).first()
        return None if found is None else _Row(*found)

    async def _write_down(self, key: str, reply: Reply) -> Reply:
        """Keep how it ended. What cannot be written stays begun, and so becomes unknown."""
        try:
            await within(STEP_S, self._end(key, *_written(reply)))
        except (SQLAlchemyError, OSError) as error:
            self._log.event("journal_failed", level="error", why=what_failed(error))
        return reply

    async def _end(self, key: str, state: str, text: str) -> None:
        mine = (REQUESTS.c.key == key) & (REQUESTS.c.state == "begun")
        async with writing(self._engine) as connection:
            await connection.execute(update(REQUESTS).where(mine).values(state=state, reply=text))

    def _two_meanings(self, key: str) -> Reply:
        self._log.event("request_key_reused", level="error", key=key)
        return Failed("the key stands for another request already", refused=True)


def _now() -> int:
    return int(time() * 1000)


def _written(reply: Reply) -> tuple[str, str]:
    match reply:
        case Done(answer):
            return "done", json.dumps(answer, ensure_ascii=False)
        case Declared(result):
            return "declared", result
        case Failed(why):
            return "failed", why
        case Unknown(why):
            return "unknown", why


def _read_reply(row: _Row) -> Reply:
    match row.state:
        case "done":
            return Done(json.loads(row.reply))
        case "declared":
            return Declared(row.reply)
        case _:
            return Unknown(row.reply)
