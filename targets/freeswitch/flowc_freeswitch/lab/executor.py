"""The lab as flowc asks for it: a server with releases on it, and calls of tests that reach them.

Boots, installs, tells the events of each call to that call. What queues and telephones do is
written in `executor_scenes`; a call's own side is `executor_call`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, field
from pathlib import Path

from flowc.lab.caller_end import LOOK_S
from flowc.lab.scenes import ScenePhones
from flowc.target import (
    BareServer,
    LabCall,
    LabRelease,
    ServerError,
)
from flowc.telephony import ulaw
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook
from flowc.telephony.sounds import sound_files
from flowc_freeswitch import quote
from flowc_freeswitch.callcenter import configuration
from flowc_freeswitch.entry import (
    LAB_ENTRY,
    LANGUAGE_HEADER,
    LINE_HEADER,
    OFFSET_HEADER,
    RELEASE_HEADER,
    TOKEN_HEADER,
    extension,
)
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.lab.bare import bare_server
from flowc_freeswitch.lab.configuration import CALLCENTER, DIALPLAN, LabPlan
from flowc_freeswitch.lab.executor_call import FreeswitchCall
from flowc_freeswitch.lab.executor_scenes import occupied, queues_of
from flowc_freeswitch.lab.find import find_server
from flowc_freeswitch.lab.server import FreeswitchServer, wake_events
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.trace import SUBCLASS

BEGINS_WITHIN_S = 30.0
RUNTIME_WITHIN_S = 5.0
_TURNS: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Lock] = {}
KEEP = False  # whether the servers' folders stay, for whoever looks for a fault
FOR_EVER = 9_999_999_999  # seconds since 1970 until which a flag is raised
HOLD = "flowc-lab-hold"
# The half of a caller who takes a place in a queue.
_HOLD = (
    f'  <context name="{HOLD}">\n    <extension name="hold">\n'
    '      <condition field="destination_number" expression="^hold$">\n'
    '        <action application="answer"/>\n        <action application="sleep" data="3600000"/>\n'
    "      </condition>\n    </extension>\n  </context>\n"
)


class FreeswitchLab:
    """Boots private servers; see `flowc.target.Lab`."""

    def __init__(self) -> None:
        """Nothing is booted."""
        self._books: dict[str, PromptBook] = {}

    @asynccontextmanager
    async def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AsyncIterator[FreeswitchLiveLab]:
        """A server that holds the releases and the scenes of the calls."""
        async with AsyncExitStack() as stack:
            # The runtime is the client of one event socket: a server after another.
            await stack.enter_async_context(_turn(releases[0].request.environment.runtime))
            server = FreeswitchServer(find_server(), _plan(releases), keep=KEEP)
            await stack.enter_async_context(server)
            await asyncio.to_thread(_install, server, releases, calls)
            esl = await stack.enter_async_context(server.connect())
            await _reload(esl)
            await esl.subscribe(SUBCLASS)
            await wake_events(esl, SUBCLASS)
            await _runtime_is_there(esl)
            await stack.enter_async_context(ScenePhones(server.ports.phones, calls, TOKEN_HEADER))
            caller = await stack.enter_async_context(Caller((server.host, server.ports.sip)))
            live = FreeswitchLiveLab(
                server, esl, caller, tuple(calls), _sounds(releases), self._books
            )
            listening = asyncio.create_task(live.listen())
            try:
                yield live
            finally:
                listening.cancel()

    def bare(
        self, root: Path, tell: Callable[[str], None]
    ) -> AbstractAsyncContextManager[BareServer]:
        """A server to deploy to, with nothing of flowc on it."""
        return bare_server(root, tell)


def _plan(releases: Sequence[LabRelease]) -> LabPlan:
    """The event socket listens where the releases' runtime will look for it."""
    environment = releases[0].request.environment
    port = int(environment.runtime.rpartition(":")[2])
    return LabPlan(LAB_ENTRY, "notice", port, environment.token)


def _install(
    server: FreeswitchServer, releases: Sequence[LabRelease], calls: Sequence[LabCall]
) -> None:
    """Each release's scripts in its folder; the entries of all releases side by side."""
    entries = ""
    for each in releases:
        if each.has_recordings:
            Path(each.request.environment.recordings).mkdir(parents=True, exist_ok=True)
        release = Release(each.request)
        for number, _ in each.request.graph.numbers:
            entries += extension(release, number, " lab", guarded=True)
        for artifact in each.bundle.artifacts:
            kind, _, name = artifact.path.partition("/")
            if kind == "scripts":
                place = server.instance.scripts / "flowc" / release.id / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(artifact.content)
    contexts = f'  <context name="{LAB_ENTRY}">\n{entries}  </context>\n{_HOLD}'
    (server.instance.etc / DIALPLAN).write_text(f"<include>\n{contexts}</include>\n")
    (server.instance.etc / CALLCENTER).write_text(configuration(queues_of(releases, calls)))


async def _reload(esl: Esl) -> None:
    reply = (await esl.api("reloadxml")).strip()
    if reply != "+OK [Success]":
        raise ServerError(f"the server does not take its files: {reply[:300]}")
    await esl.api("reload mod_callcenter")


def _turn(runtime: str) -> asyncio.Lock:
    """The turn of those who want a server for the same runtime."""
    key = asyncio.get_running_loop(), runtime
    return _TURNS.setdefault(key, asyncio.Lock())


async def _runtime_is_there(esl: Esl) -> None:
    """Wait for its first sign of life; calls that ask nothing do without."""
    with suppress(TimeoutError):
        async with asyncio.timeout(RUNTIME_WITHIN_S):
            while not (await esl.api("global_getvar flowc_beat")).strip().isdigit():
                await asyncio.sleep(LOOK_S)


def _sounds(releases: Sequence[LabRelease]) -> dict[str, str]:
    """By release: the folder of the sounds that can be heard in its calls."""
    return {each.request.release8: each.request.environment.sounds for each in releases}


@dataclass
class FreeswitchLiveLab:
    """A server that has booted; see `flowc.target.LiveLab`. `books` by their folder."""

    server: FreeswitchServer
    esl: Esl
    caller: Caller
    calls: tuple[LabCall, ...]
    sounds: Mapping[str, str]
    books: dict[str, PromptBook]
    _flags: set[str] = field(default_factory=set)
    _live: dict[str, FreeswitchCall] = field(default_factory=dict)  # by token

    async def raise_flags(self, flags: frozenset[str]) -> None:
        """Raise these flags for all calls, and lower all others."""
        for name in sorted(self._flags | flags):
            until = FOR_EVER if name in flags else 0
            await self.esl.api(f"db insert/flowc/flag.{quote.segment(name)}/{until}")
        self._flags |= flags

    async def call(self, asked: LabCall) -> FreeswitchCall:
        """Place one of the calls and wait until it is answered."""
        line = self.calls.index(asked)
        for queue in occupied(asked, line):
            await self._occupy(queue)
        folder = self.sounds[asked.release]
        live = self._live[asked.token] = FreeswitchCall(lambda: self._book(folder))
        how = Dialling(headers=_headers(asked, line), speaks=asked.speaks)
        call = await self.caller.call(asked.number, asked.caller or "anonymous", how)
        live.connect(call)
        if not call.is_answered:
            raise ServerError(f"the server refused the call: {call.status} {call.reason}")
        if not await live.until(lambda: live.begun, BEGINS_WITHIN_S):
            raise ServerError("the server answered the call but does not tell of it")
        return live

    def _book(self, folder: str) -> PromptBook:
        """Read when it is first asked for, after the calls: that takes time, and they have none."""
        if folder not in self.books:
            self.books[folder] = PromptBook(sound_files(Path(folder)), ulaw.encode_exactly)
        return self.books[folder]

    async def _occupy(self, queue: str) -> None:
        """Let somebody wait in a queue that holds one caller, until it says that it is full."""
        await self.esl.api(f"hash insert/flowc_most/{queue}/1")
        await self.esl.command(f"bgapi originate loopback/hold/{HOLD} &callcenter({queue})")
        try:
            async with asyncio.timeout(BEGINS_WITHIN_S):
                while not await self._is_taken(queue):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            raise ServerError(f"nobody could be let wait in the queue {queue}") from error

    async def _is_taken(self, queue: str) -> bool:
        members = await self.esl.api(f"callcenter_config queue list members {queue}")
        return "|Waiting|" in members or "|Trying|" in members

    async def listen(self) -> None:
        """Give each event to the call that it belongs to."""
        loop = asyncio.get_running_loop()
        async for event in self.esl.events():
            live = self._live.get(event.headers.get("Flowc-Token", ""))
            if live is not None:
                live.take(event.headers, event.body, loop.time())


def _headers(asked: LabCall, line: int) -> dict[str, str]:
    headers = {
        RELEASE_HEADER: asked.release,
        TOKEN_HEADER: asked.token,
        OFFSET_HEADER: str(asked.starts - int(time.time())),
        LINE_HEADER: str(line),
    }
    return {**headers, LANGUAGE_HEADER: asked.language} if asked.language else headers
