"""Whatever stands where the event socket should be: other calls have their answers meanwhile, and
the gateway is back with the next server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hostile_servers import ACCEPTED, GREETING, MANNERS, Manner, hostile

from benchmarks.hostile_fastagi import TOKEN, question, runtime_in
from flowc_asterisk.agi.gateway import AgiGateway
from flowc_asterisk.protocol import HANG_LIMIT_S
from flowc_freeswitch.esl import client, wire
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.esl.gateway import EslGateway

QUESTIONS = 20


@asynccontextmanager
async def serving(folder: Path, port: int) -> AsyncIterator[int]:
    """One runtime for both kinds of servers; the port of the other one's questions."""
    async with runtime_in(folder) as runtime:
        theirs = EslGateway(runtime.broker, runtime.releases, "password", port=port)
        ours = AgiGateway(runtime.broker, runtime.releases, TOKEN, port=0)
        async with theirs.serving(), ours.serving() as (_, agi):
            yield agi


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS.keys())
def test_calls_of_another_server_have_their_answers_meanwhile(
    tmp_path: Path, manner: Manner
) -> None:
    async def call() -> list[float]:
        async with hostile(manner) as port, serving(tmp_path, port) as agi:
            return [await question(agi) for _ in range(QUESTIONS)]

    assert max(asyncio.run(asyncio.wait_for(call(), 30))) < HANG_LIMIT_S


class Changing:
    """Hostile to the first who comes, and a server as it should be to the next."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.came = 0
        self.subscribed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            if self.came == 1:
                await self.manner(reader, writer)
            else:
                await self._well(reader, writer)
        writer.close()

    async def _well(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        while command := await reader.readuntil(b"\n\n"):
            if command.startswith(b"event plain"):
                self.subscribed.set()
            writer.write(ACCEPTED)


@pytest.mark.parametrize(
    "manner",
    [
        *("closes at once", "a head without an end", "binary", "a body of a gigabyte"),
        *("replies that nobody asked for", "says nothing", "no reply"),
    ],
)
def test_a_server_without_sense_is_left_and_the_next_one_served(
    tmp_path: Path, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CONNECT_S", 0.3)
    monkeypatch.setattr(client, "REPLY_S", 0.3)

    async def call() -> None:
        changing = Changing(MANNERS[manner])
        server = await asyncio.start_server(changing.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with serving(tmp_path, port):
            await asyncio.wait_for(changing.subscribed.wait(), 10)
        server.close()

    asyncio.run(asyncio.wait_for(call(), 30))


def test_a_late_reply_is_not_taken_for_the_next_command_s() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await reader.readuntil(b"\n\n")
        writer.write(ACCEPTED)
        for word in (b"first", b"second"):
            await reader.readuntil(b"\n\n")
            await asyncio.sleep(0.2)
            writer.write(
                b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(word), word)
            )

    async def call() -> str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server, Esl("127.0.0.1", server.sockets[0].getsockname()[1], "x") as esl:
            with suppress(TimeoutError):
                await asyncio.wait_for(esl.api("one"), 0.05)
            return await esl.api("two")

    assert asyncio.run(asyncio.wait_for(call(), 10)) == "second"


def test_a_client_that_takes_no_events_is_told_that_it_missed_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "MOST_EVENTS", 100)
    flood = MANNERS["questions without sense, forty thousand"]

    async def call() -> int:
        async with hostile(flood) as port, Esl("127.0.0.1", port, "x") as esl:
            await esl.subscribe("flowc::ask")
            await asyncio.wait_for(esl.gone.wait(), 10)
            with pytest.raises(EslError, match="more events"):
                await esl.api("status")
            return len([event async for event in esl.events()])

    assert asyncio.run(asyncio.wait_for(call(), 20)) == 100


def test_an_event_is_never_as_large_as_an_answer_may_be() -> None:
    with pytest.raises(wire.WireError):
        list(wire.Wire().feed(b"Content-Type: text/event-plain\nContent-Length: 300000\n\n"))
