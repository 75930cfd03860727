"""The journal of requests: one attempt a key, whatever dies."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time

import pytest
from sqlalchemy import insert

from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.logs import Log
from flowc.runtime.services.model import Declared, Done, Failed, Reply, Unknown
from flowc.runtime.store import open_store
from flowc.runtime.tables import REQUESTS, create_tables
from tests.unit.runtime.runtime_support import Store, run


@asynccontextmanager
async def journals(store: Store) -> AsyncIterator[tuple[AtMostOnce, AtMostOnce, io.StringIO]]:
    """Two runtimes over one store, and their log."""
    stream = io.StringIO()
    engines = [open_store(store.url, store.folder) for _ in range(2)]
    await create_tables(engines[0])
    first, second = (AtMostOnce(engine, Log(stream)) for engine in engines)
    try:
        yield first, second, stream
    finally:
        for journal in (first, second):
            await journal.drain()
        for engine in engines:
            await engine.dispose()


class Effect:
    """An attempt that counts itself."""

    def __init__(self, reply: Reply, seconds: float = 0.0) -> None:
        self.reply, self.seconds, self.times = reply, seconds, 0

    async def __call__(self) -> Reply:
        self.times += 1
        await asyncio.sleep(self.seconds)
        return self.reply


@pytest.mark.parametrize(
    "reply", [Done({"until": "2026-11-24"}), Done(None), Declared("not_qualified"), Unknown("lost")]
)
def test_what_was_once_replied_is_replied_again_without_an_attempt(
    store: Store, reply: Reply
) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, _):
            effect = Effect(reply)
            for journal in (first, first, second):
                assert await journal.run("k", "b", 1.0, effect) == reply
            assert effect.times == 1

    run(call())


def test_what_was_surely_not_done_may_be_attempted_again(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, _):
            assert isinstance(await first.run("k", "b", 1.0, Effect(Failed("no"))), Failed)
            assert await second.run("k", "b", 1.0, Effect(Done(1))) == Done(1)

    run(call())


def test_a_key_of_what_was_surely_not_done_is_free_for_another_body(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, log):
            assert isinstance(await first.run("k", "b", 1.0, Effect(Failed("no"))), Failed)
            assert await second.run("k", "x", 1.0, Effect(Done(1))) == Done(1)
            assert isinstance(await first.run("k", "b", 1.0, Effect(Done(2))), Failed)
            assert log.getvalue().count("request_key_reused") == 1

    run(call())


def test_two_calls_at_once_share_one_attempt_in_one_runtime_and_in_two(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, _):
            effect = Effect(Done(7), 0.2)
            ways = [journal.run("k", "b", 2.0, effect) for journal in (first, second) * 10]
            assert await asyncio.gather(*ways) == [Done(7)] * 20
            assert effect.times == 1

    run(call())


def test_another_body_under_the_same_key_is_refused_and_told(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, log):
            slow = asyncio.create_task(first.run("k", "b", 2.0, Effect(Done(1), 0.2)))
            await asyncio.sleep(0)
            other = Effect(Done(2))
            assert isinstance(await first.run("k", "x", 1.0, other), Failed)
            await slow
            assert isinstance(await second.run("k", "x", 1.0, other), Failed)
            assert other.times == 0
            assert log.getvalue().count("request_key_reused") == 2

    run(call())


def test_a_runtime_that_died_in_the_attempt_leaves_the_key_unknown_for_good(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, _, _log):
            long_ago = int(time() * 1000) - 60_000
            row = {"key": "k", "body": "b", "state": "begun", "reply": ""}
            async with first._engine.begin() as connection:
                await connection.execute(
                    insert(REQUESTS).values(**row, begun=long_ago, until=long_ago + 5000)
                )
            effect = Effect(Done(1))
            for _ in range(2):
                assert isinstance(await first.run("k", "b", 1.0, effect), Unknown)
            assert effect.times == 0

    run(call())


def test_an_attempt_elsewhere_that_does_not_end_is_unknown_in_time(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, _):
            slow = asyncio.create_task(first.run("k", "b", 3.0, Effect(Done(1), 1.5)))
            await asyncio.sleep(0.1)
            begun = asyncio.get_running_loop().time()
            assert isinstance(await second.run("k", "b", 0.3, Effect(Done(2))), Unknown)
            assert asyncio.get_running_loop().time() - begun < 1.0
            assert await slow == Done(1)

    run(call())


def test_a_caller_who_goes_away_does_not_undo_the_attempt(store: Store) -> None:
    async def call() -> None:
        async with journals(store) as (first, second, _):
            effect = Effect(Done(1), 0.2)
            caller = asyncio.create_task(first.run("k", "b", 1.0, effect))
            await asyncio.sleep(0.05)
            caller.cancel()
            await first.drain()
            assert await second.run("k", "b", 1.0, effect) == Done(1)
            assert effect.times == 1

    run(call())


def test_a_journal_that_cannot_be_written_lets_nothing_happen(store: Store) -> None:
    async def call() -> None:
        stream = io.StringIO()
        engine = open_store(store.url, store.folder)  # its tables were never made
        effect = Effect(Done(1))
        reply = await AtMostOnce(engine, Log(stream)).run("k", "b", 1.0, effect)
        assert isinstance(reply, Failed)
        assert effect.times == 0
        assert "flowc_requests" in stream.getvalue()
        await engine.dispose()

    run(call())
