"""A client of the event socket: commands one at a time, and the events that were asked for.

Knows no flow. Replies come in the order of the commands; events come between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from types import TracebackType

from flowc_freeswitch.esl import wire

CONNECT_S = 5.0
REPLY_S = 30.0
MOST_EVENTS = 100_000  # not yet taken; a client that is slower is cut off


class EslError(OSError):
    """The server could not be reached, refused, or has gone."""


class Esl:
    """`async with Esl(host, port, password) as esl:` - raises EslError where it cannot be entered."""

    def __init__(self, host: str, port: int, password: str) -> None:
        """Nothing is connected before it is entered."""
        self._host, self._port, self._password = host, port, password
        self._events: asyncio.Queue[wire.Event | None] = asyncio.Queue(MOST_EVENTS)
        self._replies: asyncio.Queue[wire.Message | None] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None
        self._greeted = asyncio.Event()
        self.fault = ""
        self.gone = asyncio.Event()

    async def __aenter__(self) -> Esl:
        opening = asyncio.open_connection(self._host, self._port)
        try:
            reader, self._writer = await asyncio.wait_for(opening, CONNECT_S)
        except (OSError, TimeoutError) as error:
            raise EslError(f"no event socket at {self._host}:{self._port}") from error
        self._pump = asyncio.create_task(self._read(reader))
        try:
            await asyncio.wait_for(self._greeted.wait(), CONNECT_S)
            reply = await self.command(f"auth {self._password}")
        except TimeoutError as error:
            await self._close()
            raise EslError("the event socket does not greet") from error
        except BaseException:
            await self._close()
            raise
        if not reply.startswith("+OK"):
            await self._close()
            raise EslError("the event socket refuses the password")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def command(self, line: str) -> str:
        """The reply to one command. Raises EslError, CommandRefused."""
        return (await self._asked(wire.command(line))).headers.get("Reply-Text", "")

    async def api(self, line: str) -> str:
        """What an API command answers. Raises EslError, CommandRefused."""
        return (await self._asked(wire.command(f"api {line}"))).body

    async def subscribe(self, *subclasses: str) -> None:
        """Ask for CUSTOM events of these subclasses. Raises EslError."""
        reply = await self.command(f"event plain CUSTOM {' '.join(subclasses)}")
        if not reply.startswith("+OK"):
            raise EslError(f"the events were refused: {reply}")

    async def send_event(self, headers: Mapping[str, str], body: str = "") -> None:
        """Fire a CUSTOM event. Raises EslError, CommandRefused."""
        await self._asked(wire.send_event(headers, body))

    async def events(self) -> AsyncIterator[wire.Event]:
        """The events as they come, until the server is gone."""
        while (event := await self._events.get()) is not None:
            yield event

    async def _asked(self, data: bytes) -> wire.Message:
        async with self._turn:
            if self._writer is None or self.gone.is_set():
                raise EslError(self.fault or "the event socket is closed")
            self._writer.write(data)
            try:
                reply = await asyncio.wait_for(self._replies.get(), REPLY_S)
            except TimeoutError as error:
                # A reply that comes later would be taken for the next command's.
                self._end("no reply in time")
                raise EslError(self.fault) from error
        if reply is None:
            raise EslError(self.fault or "the event socket has closed")
        return reply

    async def _read(self, reader: asyncio.StreamReader) -> None:
        incoming = wire.Wire()
        try:
            while data := await reader.read(65_536):
                for message in incoming.feed(data):
                    self._take(message)
        except (wire.WireError, asyncio.QueueFull, OSError) as error:
            self.fault = str(error) or "more events than can be taken"
        finally:
            self._end(self.fault or "the server closed the event socket")

    def _take(self, message: wire.Message) -> None:
        match message.kind:
            case "auth/request":
                self._greeted.set()
            case "command/reply" | "api/response":
                self._replies.put_nowait(message)
            case "text/event-plain":
                self._events.put_nowait(wire.event_of(message))
            case "text/disconnect-notice" | "text/rude-rejection":
                self.fault = "the server turned us away"
            case _:
                pass

    def _end(self, why: str) -> None:
        self.fault = self.fault or why
        if not self.gone.is_set():
            self.gone.set()
            self._greeted.set()
            self._replies.put_nowait(None)
            with suppress(asyncio.QueueFull):
                self._events.put_nowait(None)

    async def _close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
        if self._writer is not None:
            self._writer.close()
