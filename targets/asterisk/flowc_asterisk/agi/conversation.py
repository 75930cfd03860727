"""One connection of the server: commands one at a time, and the hang-up that may come between them.

Knows the protocol and a stream; knows no flow and no runtime.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from flowc_asterisk.agi import wire

HEADER_S = 5.0
Wanted = TypeVar("Wanted")
# A server that is alive replies within milliseconds.
REPLY_S = 5.0


class GoneError(Exception):
    """The peer has closed, or has not spoken in time."""


class Conversation:
    """Reads as a task of its own, so that a hang-up is seen while a back end is waited for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begins to read at once; `close` ends it."""
        self._reader = reader
        self._writer = writer
        self._replies: asyncio.Queue[wire.Reply] = asyncio.Queue(maxsize=4)
        self._header: asyncio.Future[wire.Header] = asyncio.get_running_loop().create_future()
        self._ended = asyncio.Event()
        self.hung_up = asyncio.Event()
        self.fault = ""
        self._pump = asyncio.create_task(self._read())

    async def header(self) -> wire.Header:
        """What the request begins with. Raises GoneError after five seconds."""
        return await self._or_gone(self._header, HEADER_S)

    async def command(self, line: bytes) -> wire.Reply:
        """Send one command and wait for its reply. Raises GoneError."""
        if self._ended.is_set():
            raise GoneError("the peer has closed")
        self._writer.write(line)
        return await self._or_gone(asyncio.ensure_future(self._replies.get()), REPLY_S)

    async def get(self, name: str) -> str:
        """A channel variable, "" where it is not set. Raises GoneError."""
        reply = await self.command(wire.get_variable(name))
        return reply.value or "" if reply.code == 200 and reply.result == "1" else ""

    async def text(self, name: str) -> str:
        """The same, of whatever length. Raises GoneError."""
        reply = await self.command(wire.get_text(name))
        return reply.value or ""

    async def set(self, name: str, value: str) -> None:
        """Set a channel variable. Raises GoneError, ValueRefused."""
        await self.command(wire.set_variable(name, value))

    async def close(self) -> None:
        """End the connection; once more changes nothing."""
        self._pump.cancel()
        self._writer.close()
        await asyncio.gather(self._pump, return_exceptions=True)
        self._header.cancel()

    async def _read(self) -> None:
        incoming = wire.Wire()
        try:
            while data := await self._reader.read(4096):
                for event in incoming.feed(data):
                    self._note(event)
        except (wire.WireError, asyncio.QueueFull) as error:
            self.fault = str(error) or "replies that nobody asked for"
        except OSError:
            self.fault = "the connection broke"
        finally:
            self._ended.set()
            self.hung_up.set()

    def _note(self, event: wire.Event) -> None:
        match event:
            case wire.Header():
                if not self._header.done():
                    self._header.set_result(event)
            case wire.Reply():
                self._replies.put_nowait(event)
            case wire.HungUp():
                self.hung_up.set()

    async def _or_gone(self, wanted: asyncio.Future[Wanted], seconds: float) -> Wanted:
        ended = asyncio.ensure_future(self._ended.wait())
        either: tuple[asyncio.Future[Any], ...] = (wanted, ended)
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not wanted.done():
                raise GoneError(self.fault or "no word in time")
            return wanted.result()
        finally:
            ended.cancel()
            if not wanted.done():
                wanted.cancel()
