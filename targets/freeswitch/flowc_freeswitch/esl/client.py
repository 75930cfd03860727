"""A client of the event socket: commands one at a time, and the events that were asked for.

Knows no flow. Replies come in the order of the commands; events come between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType

from flowc_freeswitch.esl import wire

CONNECT_S = 5.0
REPLY_S = 30.0
MOST_EVENTS = 100_000  # not yet taken; a client that is slower is cut off
MOST_HEADERS = 2000  # of an event; a call's own have some hundred
MOST_WAITING = 256 * 1024 * 1024  # characters of them


class EslError(OSError):
    """The server could not be reached, refused, or has gone."""


class Esl:
    """`async with Esl(host, port, password) as esl:` - raises EslError where it cannot be entered."""

    def __init__(self, host: str, port: int, password: str) -> None:
        """Nothing is connected before it is entered."""
        self._host, self._port, self._password = host, port, password
        self._events: asyncio.Queue[wire.Message | None] = asyncio.Queue()
        self._waiting = 0  # characters of events that nobody has taken yet
        self._reply: asyncio.Future[wire.Message] | None = None  # that a command waits for
        self._given_up = 0  # replies still to come to commands that nobody waits for any more
        self._turn = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None
        self._greeted = asyncio.Event()
        self.fault = ""
        self.gone = asyncio.Event()

    async def __aenter__(self) -> Esl:
        # Not wait_for, which loses a cancellation that comes together with a refusal.
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as error:
            raise EslError(
                f"no event socket at {self._host}:{self._port}: does FreeSWITCH run there, with "
                "mod_event_socket? The environment's `runtime:` says where it is"
            ) from error
        self._pump = asyncio.create_task(self._read(reader))
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._greeted.wait()
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

    async def subscribe(self, *subclasses: str, kinds: tuple[str, ...] = ()) -> None:
        """Ask for CUSTOM events of these subclasses, and for events of these kinds. Raises EslError."""
        reply = await self.command(f"event plain {' '.join((*kinds, 'CUSTOM', *subclasses))}")
        if not reply.startswith("+OK"):
            raise EslError(f"the events were refused: {reply}")

    async def send_event(self, headers: Mapping[str, str], body: str = "") -> None:
        """Fire a CUSTOM event. Raises EslError, CommandRefused."""
        await self._asked(wire.send_event(headers, body))

    async def wake_presence(self) -> None:
        """Fire the first event of presence, unless there was one. Raises EslError.

        With that one mod_sofia keeps all events of the server waiting for half a second while its own
        thread starts (sofia_presence.c): better now than in a call, whose questions would wait. This
        one names no mailbox, so nobody takes it.
        """
        await self.command("sendevent MESSAGE_WAITING")

    async def events(self) -> AsyncIterator[wire.Event]:
        """The events as they come, until the server is gone."""
        while (message := await self._events.get()) is not None:
            self._waiting -= len(message.body)
            yield wire.event_of(message)

    async def _asked(self, data: bytes) -> wire.Message:
        async with self._turn:
            if self._writer is None or self.gone.is_set():
                raise EslError(self.fault or "the event socket is closed")
            reply: asyncio.Future[wire.Message] = asyncio.get_running_loop().create_future()
            self._reply = reply
            self._writer.write(data)
            try:
                await asyncio.wait({reply}, timeout=REPLY_S)
            finally:
                self._reply = None
                self._given_up += not reply.done()  # it may come, and is not the next command's
                if reply.done():
                    reply.exception()  # who is cancelled does not take it, and nobody else is to be told
            if not reply.done():
                self._end("no reply in time")
                raise EslError(self.fault)
            return reply.result()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        incoming = wire.Wire()
        try:
            while data := await reader.read(65_536):
                for message in incoming.feed(data):
                    self._take(message)
        except (wire.WireError, OSError) as error:
            self.fault = str(error)
        finally:
            self._end(self.fault or "the server closed the event socket")

    def _take(self, message: wire.Message) -> None:
        match message.kind:
            case "auth/request":
                self._greeted.set()
            case "command/reply" | "api/response":
                self._replied(message)
            case "text/event-plain":
                self._keep(message)
            case "text/disconnect-notice" | "text/rude-rejection":
                self.fault = "the server turned us away"
            case _:
                pass

    def _replied(self, message: wire.Message) -> None:
        if self._given_up:
            self._given_up -= 1
        elif self._reply is None or self._reply.done():
            raise wire.WireError("a reply that nobody asked for")
        else:
            self._reply.set_result(message)

    def _keep(self, message: wire.Message) -> None:
        head, _, _ = message.body.partition("\n\n")
        if head.count("\n") > MOST_HEADERS:
            raise wire.WireError("an event of too many headers")
        self._waiting += len(message.body)
        if self._waiting > MOST_WAITING or self._events.qsize() >= MOST_EVENTS:
            raise wire.WireError("more events than can be taken")
        self._events.put_nowait(message)

    def _end(self, why: str) -> None:
        self.fault = self.fault or why
        if not self.gone.is_set():
            self.gone.set()
            self._greeted.set()
            if self._reply is not None and not self._reply.done():
                self._reply.set_exception(EslError(self.fault))
            self._events.put_nowait(None)

    async def _close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            # Not suppressed, since what comes here may be our own task's end.
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
