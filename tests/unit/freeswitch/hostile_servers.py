"""Servers that take the event socket's place and behave as no server should.

Each is a way of treating one client; the first bytes are those of a real one where it needs to be
let in. Used by the tests and by `benchmarks/hostile_event_socket.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

GREETING = b"Content-Type: auth/request\n\n"
ACCEPTED = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
PIECE = b"x" * 65_536
FLOOD = 40_000  # messages
STAYS_S = 60.0


async def _let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a real server up to and including the subscription."""
    writer.write(GREETING)
    for _ in range(2):
        await reader.readuntil(b"\n\n")
        writer.write(ACCEPTED)
    await writer.drain()


async def _stay(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(STAYS_S)


async def closing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Gone at once."""


async def endless_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"X: " + PIECE + b"\n")
        await writer.drain()


async def binary(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    noise = bytes(range(256)) * 256
    while True:
        writer.write(noise)
        await writer.drain()


async def huge_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _let_in(reader, writer)
    writer.write(b"Content-Type: text/event-plain\nContent-Length: 999999999\n\n")
    while True:
        writer.write(PIECE)
        await writer.drain()


async def body_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _let_in(reader, writer)
    writer.write(b"Content-Type: text/event-plain\nContent-Length: 200000\n\nEvent-Name: CUSTOM\n")
    await _stay(reader)


async def no_reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(GREETING)
    await _stay(reader)


async def replies_unasked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _let_in(reader, writer)
    while True:
        writer.write(ACCEPTED * 1000)
        await writer.drain()


def _event(body: bytes) -> bytes:
    return b"Content-Type: text/event-plain\nContent-Length: %d\n\n%s" % (len(body), body)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Questions of releases that there are not."""
    await _let_in(reader, writer)
    asks = (
        b"Event-Name: CUSTOM\nEvent-Subclass: flowc%3A%3Aask\nFlowc-Call: 1\nFlowc-Sequence: 1\n\n"
    )
    for _ in range(FLOOD // 100):
        writer.write(_event(asks) * 100)
        await writer.drain()
    await _stay(reader)


async def large_events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Each as large as an event may be, and all of it lines."""
    await _let_in(reader, writer)
    body = b"Event-Name: CUSTOM\nEvent-Subclass: flowc%3A%3Aask\n" + b"a:%41\n" * 43_000
    for _ in range(50):
        writer.write(_event(body[: 256 * 1024]))
        await writer.drain()
    await _stay(reader)


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _let_in(reader, writer)
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.001)


MANNERS: dict[str, Manner] = {
    "says nothing": silent,
    "closes at once": closing,
    "a head without an end": endless_head,
    "binary": binary,
    "a body of a gigabyte": huge_body,
    "a body without an end": body_without_end,
    "no reply": no_reply,
    "replies that nobody asked for": replies_unasked,
    "questions without sense, forty thousand": flood,
    "the largest events": large_events,
    "a byte a millisecond": dripping,
}


@contextlib.asynccontextmanager
async def hostile(manner: Manner) -> AsyncIterator[int]:
    """A server of that manner while the context is open; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await manner(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
