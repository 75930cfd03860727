"""The lab as flowc asks for it: a server with releases on it, and calls of tests that reach them.

Boots, installs, tells the events of each call to that call. What queues and telephones do is
written in `executor_scenes`; a call's own side is `executor_call`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flowc.graph.model import FlowGraph
from flowc.lab.caller_end import LOOK_S
from flowc.lab.scenes import ScenePhones
from flowc.target import (
    BareServer,
    LabCall,
    LabRelease,
    ServerError,
)
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook
from flowc.telephony.sounds import sound_files
from flowc_asterisk import quote
from flowc_asterisk.ami.client import Ami, Originate, connect
from flowc_asterisk.entry import (
    LANGUAGE_HEADER,
    LINE_HEADER,
    OFFSET_HEADER,
    TOKEN_HEADER,
)
from flowc_asterisk.lab.bare import bare_server
from flowc_asterisk.lab.configuration import LabPlan
from flowc_asterisk.lab.executor_call import AsteriskCall
from flowc_asterisk.lab.executor_files import DOOR, HOLD, RELEASE_HEADER, WAIT, install
from flowc_asterisk.lab.executor_scenes import LAB_PHONE, occupied, queues_conf
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.protocol import TOKEN
from flowc_asterisk.trace import AT, TraceReader

MOST_EVENTS = 1_000_000
BEGINS_WITHIN_S = 30.0
KEEP = False  # whether the servers' folders stay, for whoever looks for a fault
FOR_EVER = 9_999_999_999  # seconds since 1970 until which a flag is raised


class AsteriskLab:
    """Boots private Asterisks; see `flowc.target.Lab`."""

    def __init__(self) -> None:
        """Nothing is booted."""
        self._books: dict[str, PromptBook] = {}

    @asynccontextmanager
    async def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AsyncIterator[AsteriskLiveLab]:
        """A server that holds the releases and the scenes of the calls."""
        async with AsyncExitStack() as stack:
            tree = await asyncio.to_thread(ensure_asterisk)
            plan = LabPlan(entry_context=DOOR, agents=(LAB_PHONE,), verbose=0)
            server = await stack.enter_async_context(AsteriskServer(tree, plan, keep=KEEP))
            queues = queues_conf(releases, calls, server.ports.phones)
            await asyncio.to_thread(install, server, releases, queues)
            for command in ("moh reload", "queue reload all", "dialplan reload"):
                await server.cli(command)
            account, port = server.account, server.ports.control
            ami = await stack.enter_async_context(
                connect(server.host, port, account.name, account.secret)
            )
            phones = await stack.enter_async_context(
                ScenePhones(server.ports.phones, calls, TOKEN_HEADER)
            )
            caller = await stack.enter_async_context(Caller((server.host, server.ports.sip)))
            served = _served(releases, self._books)
            live = AsteriskLiveLab(server, ami, caller, phones, tuple(calls), served)
            listening = asyncio.create_task(live.listen())
            try:
                yield live
            finally:
                listening.cancel()

    def bare(
        self, root: Path, tell: Callable[[str], None]
    ) -> AbstractAsyncContextManager[BareServer]:
        """A server to deploy to; see `bare`."""
        return bare_server(root, tell)


@dataclass(frozen=True, slots=True)
class _Served:
    """A release on the server, and its sounds; `books` by their folder."""

    graph: FlowGraph
    sounds: str
    books: dict[str, PromptBook]

    def book(self) -> PromptBook:
        """Read when it is first asked for, after the calls: that takes time, and they have none."""
        if self.sounds not in self.books:
            self.books[self.sounds] = PromptBook(sound_files(Path(self.sounds)))
        return self.books[self.sounds]


def _served(releases: Sequence[LabRelease], books: dict[str, PromptBook]) -> dict[str, _Served]:
    return {
        each.request.release8: _Served(each.request.graph, each.request.environment.sounds, books)
        for each in releases
    }


@dataclass
class AsteriskLiveLab:
    """A server that has booted; see `flowc.target.LiveLab`."""

    server: AsteriskServer
    ami: Ami
    caller: Caller
    phones: ScenePhones
    calls: tuple[LabCall, ...]
    served: Mapping[str, _Served]
    _flags: set[str] = field(default_factory=set)
    _awaited: dict[str, AsteriskCall] = field(default_factory=dict)  # by token
    _live: dict[str, AsteriskCall] = field(default_factory=dict)  # by channel

    async def raise_flags(self, flags: frozenset[str]) -> None:
        """Raise these flags for all calls, and lower all others."""
        for name in sorted(self._flags | flags):
            until = FOR_EVER if name in flags else 0
            key = f"flag.{quote.segment(name)}"
            await self.ami.demand("DBPut", Family="flowc", Key=key, Val=str(until))
        self._flags |= flags

    async def call(self, asked: LabCall) -> AsteriskCall:
        """Place one of the calls and wait until it is answered."""
        line = self.calls.index(asked)
        for queue in occupied(asked, line):
            await self._occupy(queue)
        served = self.served[asked.release]
        reader = TraceReader(served.graph, asked.release, served.sounds)
        live = self._awaited[asked.token] = AsteriskCall(reader, served.book)
        how = Dialling(headers=_headers(asked, line), speaks=asked.speaks)
        call = await self.caller.call(asked.number, asked.caller or "anonymous", how)
        live.connect(call)
        if not call.is_answered:
            raise ServerError(f"the server refused the call: {call.status} {call.reason}")
        if not await live.until(lambda: live.begun, BEGINS_WITHIN_S):
            raise ServerError("the server answered the call but does not tell of it")
        return live

    async def _occupy(self, queue: str) -> None:
        """Let somebody wait in a queue that holds one caller, until it says that it is full."""
        await self.ami.originate(Originate(f"Local/s@{HOLD}/n", WAIT, queue))
        try:
            async with asyncio.timeout(BEGINS_WITHIN_S):
                while not await self._is_taken(queue):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            raise ServerError(f"nobody could be let wait in the queue {queue}") from error

    async def _is_taken(self, queue: str) -> bool:
        return any(each.event == "QueueEntry" for each in await self.ami.queue_status(queue))

    async def listen(self) -> None:
        """Give each event to the call that it belongs to."""
        loop = asyncio.get_running_loop()
        with self.ami.events("Newexten", "VarSet", "Hangup", most=MOST_EVENTS) as events:
            async for event in events:
                self._take(dict(event.headers), loop.time())

    def _take(self, event: Mapping[str, str], at: float) -> None:
        channel = event.get("Uniqueid", "")
        if event.get("Event") == "VarSet" and event.get("Variable") == TOKEN:
            awaited = self._awaited.pop(event.get("Value", ""), None)
            if awaited is not None:
                self._live[channel] = awaited
        live = self._live.get(channel)
        if live is not None:
            live.take({**event, AT: f"{at:.6f}"})


def _headers(asked: LabCall, line: int) -> dict[str, str]:
    headers = {
        RELEASE_HEADER: asked.release,
        TOKEN_HEADER: asked.token,
        OFFSET_HEADER: str(asked.starts - int(time.time())),
        LINE_HEADER: str(line),
    }
    return {**headers, LANGUAGE_HEADER: asked.language} if asked.language else headers
