"""A PostgreSQL that lets everybody in and then says nothing: a disk that hangs, a server that was stopped.

Its driver waits ten seconds to break off a statement in such a one; no call and no end of the program may.
"""

from __future__ import annotations

import asyncio
import io
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flowc.expression.types import Scalar
from flowc.graph.operations import InvokeKind
from flowc.graph.services import OperationSpec, ServiceSpec, SqlAction, SqlSettings, Words
from flowc.runtime.app import RELEASES_EVERY_S
from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.logs import Log
from flowc.runtime.services.broker import Outcome, Place
from flowc.runtime.services.model import CallFacts, Done, Failed, Reply, Unknown
from flowc.runtime.services.providers import Providers
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc.runtime.store import open_engine, open_store
from flowc.runtime.tables import read_something
from tests.unit.runtime.runtime_support import ACCOUNT, bench, invoke, release, run

pytest.importorskip("psycopg")

LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", deadline_ms=700)
_SECRET, _SSL, _GSS = 80877102, 80877103, 80877104


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


_WELCOME = (
    _message(b"R", struct.pack("!I", 0))
    + _message(b"S", b"server_version\x0016.0\x00")
    + _message(b"S", b"client_encoding\x00UTF8\x00")
    + _message(b"S", b"standard_conforming_strings\x00on\x00")
    + _message(b"K", struct.pack("!II", 1, 2))
    + _message(b"Z", b"I")
)


@dataclass
class Silent:
    """The server; `asked` counts those that were let in."""

    asked: int = 0
    talks: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let it in; then read for ever. A request to break off is not answered either."""
        self.talks.add(writer)
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                (length,) = struct.unpack("!I", await reader.readexactly(4))
                (code,) = struct.unpack("!I", (await reader.readexactly(length - 4))[:4])
                if code not in (_SSL, _GSS):
                    break
                writer.write(b"N")
            if code != _SECRET:
                self.asked += 1
                writer.write(_WELCOME)
            await reader.read(-1)


@asynccontextmanager
async def silent() -> AsyncIterator[tuple[Silent, str]]:
    """It, and its URL."""
    made = Silent()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield made, f"postgresql://flowc:x@127.0.0.1:{port}/flowc?sslmode=disable"
    finally:
        server.close()
        for each in made.talks:
            each.close()
        await asyncio.sleep(0)


def billing(url: str) -> ServiceSpec:
    action = SqlAction(("select :account as name",), empty="not_found")
    operation = OperationSpec("customer", InvokeKind.LOOKUP, ACCOUNT, action, Scalar.TEXT)
    return ServiceSpec("billing", SqlSettings((Words(url),)), (operation,))


def test_a_look_up_ends_at_its_deadline_is_counted_and_rests_the_data_base(tmp_path: Path) -> None:
    async def call() -> None:
        async with silent() as (server, url), bench(tmp_path) as it:
            served = release(billing(url), asks=(LOOK,))
            clock = asyncio.get_running_loop().time
            for number in range(5):
                begun = clock()
                assert (await it.ask(served, LOOK, number=number)).outcome == "error"
                assert clock() - begun < 1.5
            asked = server.asked
            assert (await it.ask(served, LOOK)).outcome == "error"
            assert (server.asked, asked) == (asked, 5)
            assert "no answer in time" in it.log.getvalue()
            assert "left alone for a while" in it.log.getvalue()
            labels = {"asked": "billing.customer", "outcome": "error"}
            counted = it.runtime.metrics.registry.get_sample_value
            assert counted("flowc_questions_seconds_count", labels) == 6
            await asyncio.sleep(2 * RELEASES_EVERY_S)
            assert counted("flowc_back_ends_resting") == 1

    begun = time.monotonic()
    run(call())
    assert time.monotonic() - begun < 12


def test_a_request_whose_journal_falls_silent_is_surely_not_done_and_keeps_nobody_from_ending() -> (
    None
):
    tried = []

    async def attempt() -> Reply:
        tried.append(1)
        return Done()

    async def call() -> None:
        async with silent() as (_, url):
            log = io.StringIO()
            engine = open_store(url, Path())
            journal = AtMostOnce(engine, Log(log))
            assert isinstance(await journal.run("k", "b", 0.5, attempt), Failed)
            await journal.drain()
            await engine.dispose()
            assert "journal_failed" in log.getvalue()

    begun = time.monotonic()
    run(call())
    assert time.monotonic() - begun < 4
    assert not tried


def test_an_attempt_that_bounds_itself_by_nothing_keeps_nobody_from_ending(tmp_path: Path) -> None:
    async def attempt() -> Reply:
        await asyncio.sleep(3600)
        return Done()

    async def call() -> None:
        async with bench(tmp_path) as it:
            journal = AtMostOnce(it.runtime.tickets._engine, Log(io.StringIO()))
            asked = asyncio.create_task(journal.run("k", "b", 60, attempt))
            await asyncio.sleep(0.2)
            await asyncio.wait_for(journal.drain(0.2), 5)
            with suppress(asyncio.CancelledError):
                await asked

    run(call())


def test_a_mark_that_the_store_does_not_take_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(TicketDesk, "told", never)
    monkeypatch.setattr("flowc.runtime.services.broker.STEP_S", 0.2)
    asked = invoke(InvokeKind.TICKET, "tickets", "open")

    async def call() -> None:
        async with bench(tmp_path) as it:
            place = Place(release(), asked, CallFacts("c", "v", 0))
            await it.runtime.broker.delivered(place, Outcome("done"))
            assert "order_not_marked" in it.log.getvalue()

    run(call())


@pytest.mark.parametrize("late", [False, True], ids=["who has gone", "who has waited in vain"])
def test_a_question_of_one_who_leaves_is_counted_and_told_if_it_was_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    async def never(*_: object) -> Reply:
        await asyncio.sleep(3600)
        return Unknown("")

    monkeypatch.setattr(Providers, "reply", never)
    asked = invoke(InvokeKind.LOOKUP, "billing", "customer", deadline_ms=100 if late else 60_000)

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(billing("sqlite:///billing.db"), asks=(asked,))
            waiting = asyncio.create_task(it.ask(served, asked))
            await asyncio.sleep(0.4)
            waiting.cancel()
            await asyncio.wait({waiting})
            assert ("not_answered" in it.log.getvalue()) is late
            labels = {"asked": "billing.customer", "outcome": "cancelled"}
            counted = it.runtime.metrics.registry.get_sample_value
            assert counted("flowc_questions_seconds_count", labels) == 1

    run(call())


PATIENCE = {"the usual": ("", 3), "the URL's own": ("?connect_timeout=9", "9")}


@pytest.mark.parametrize("more", PATIENCE)
def test_a_url_may_say_itself_how_long_its_server_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    seen: dict[str, object] = {}

    async def refuse(*_: object, **given: object) -> None:
        seen.update(given)
        raise OSError("refused")

    monkeypatch.setattr("psycopg.AsyncConnection.connect", refuse)

    async def call() -> None:
        with suppress(OSError):
            await read_something(open_engine(f"postgresql://h/b{PATIENCE[more][0]}", Path()))

    run(call())
    assert (seen["connect_timeout"], seen["tcp_user_timeout"]) == (PATIENCE[more][1], 10_000)
