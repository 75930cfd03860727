"""A real server that holds graphs, and calls to it: what the tests of the dialplan stand on.

One server serves many releases at once: each graph is emitted under a release of its own and
reached by a number of its own. Fixed recordings are hums of the lengths that a test names.
"""

from __future__ import annotations

import asyncio
import wave
from array import array
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import sin, tau
from pathlib import Path

from flowc.graph.model import FlowGraph
from flowc.machine.trace import Trace
from flowc.target import Bundle, EmitRequest, Environment
from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from flowc_asterisk import TARGET
from flowc_asterisk.ami.client import Ami, connect
from flowc_asterisk.entry import LAB_ENTRY
from flowc_asterisk.lab.configuration import LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.trace import AT, TraceReader

_MOST_EVENTS = 200_000


@dataclass(frozen=True, slots=True)
class Installed:
    """A graph on the server: its number there, its release and its sounds."""

    graph: FlowGraph
    number: str
    release: str
    sounds: str


@dataclass
class Bench:
    """A booted server with graphs on it, a caller, and the events of every call."""

    server: AsteriskServer
    ami: Ami
    caller: Caller
    installed: Mapping[str, Installed]
    readers: dict[str, TraceReader] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    ended: dict[str, asyncio.Event] = field(default_factory=dict)
    changed: dict[str, asyncio.Event] = field(default_factory=dict)
    _waiting: dict[str, asyncio.Future[str]] = field(default_factory=dict)
    _pending: dict[str, TraceReader] = field(default_factory=dict)

    async def call(
        self,
        name: str,
        token: str,
        headers: Mapping[str, str] | None = None,
        caller: str = "13800000000",
    ) -> Placed:
        """Call a graph; `token` is the call's own and names it among all others."""
        installed = self.installed[name]
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[token] = found
        self._pending[token] = TraceReader(installed.graph, installed.release[:8], installed.sounds)
        how = Dialling(headers={"X-Flowc-Token": token, **(headers or {})})
        call = await self.caller.call(installed.number, caller, how)
        channel = await asyncio.wait_for(found, 20)
        return Placed(self, call, channel)

    def take(self, event: Mapping[str, str], at: float) -> None:
        """Give an event to the call that it belongs to."""
        channel = event.get("Uniqueid", "")
        stamped = {**event, AT: f"{at:.6f}"}
        if event.get("Event") == "VarSet" and event.get("Variable") == "FLOWC_TOKEN":
            self._introduce(channel, event.get("Value", ""))
        reader = self.readers.get(channel)
        if reader is not None:
            reader.feed(stamped)
            self._note(channel, event)
            self.changed[channel].set()

    def _introduce(self, channel: str, token: str) -> None:
        if token in self._waiting:
            self.readers[channel] = self._pending.pop(token)
            self.steps[channel], self.ended[channel] = [], asyncio.Event()
            self.changed[channel] = asyncio.Event()
            self._waiting.pop(token).set_result(channel)

    def _note(self, channel: str, event: Mapping[str, str]) -> None:
        if event.get("Event") == "Newexten":
            step = f"{event.get('Context')},{event.get('Extension')},{event.get('Priority')}"
            self.steps[channel].append(
                f"{step} {event.get('Application')}({event.get('AppData', '')})"
            )
        if event.get("Event") == "Hangup":
            self.ended[channel].set()


@dataclass
class Placed:
    """One call: the caller's end of it, and what the server tells of its own."""

    bench: Bench
    call: OutgoingCall
    channel: str

    @property
    def reader(self) -> TraceReader:
        return self.bench.readers[self.channel]

    @property
    def trace(self) -> Trace:
        return self.reader.trace

    @property
    def steps(self) -> list[str]:
        return self.bench.steps[self.channel]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, looking whenever the server tells something of the call."""
        while not holds():
            changed = self.bench.changed[self.channel]
            changed.clear()
            await changed.wait()

    async def finished(self, seconds: float = 120) -> Trace:
        """The whole trace, once the server has let the call go."""
        await asyncio.wait_for(self.bench.ended[self.channel].wait(), seconds)
        return self.trace


@asynccontextmanager
async def bench(
    graphs: Mapping[str, FlowGraph],
    recordings: Mapping[str, int],
    folder: Path,
    *,
    environment: Environment | None = None,
    digit_fragments: Mapping[str, Mapping[str, str]] | None = None,
    agents: tuple[str, ...] = (),
    runtimes: Mapping[str, str] | None = None,
    dialplan: str = "",
) -> AsyncIterator[Bench]:
    """Boot a server that holds `graphs`; `recordings`: sound key to milliseconds.

    `runtimes`: the runtime's `host:port` for those graphs that do not ask the environment's.
    `dialplan`: the host's own part of extensions.conf.
    """
    base = environment or Environment(str(folder / "sounds"), str(folder / "recordings"))
    Path(base.recordings).mkdir(parents=True, exist_ok=True)
    for key, milliseconds in recordings.items():
        hum(Path(base.sounds) / f"{key}.wav", milliseconds)
    installed, bundles = _emitted(graphs, base, digit_fragments or {}, runtimes or {})
    async with AsteriskServer(
        ensure_asterisk(), LabPlan(entry_context=LAB_ENTRY, agents=agents, dialplan=dialplan)
    ) as server:
        _install(server, bundles, Path(base.sounds))
        for command in ("moh reload", "queue reload all", "dialplan reload"):
            await server.cli(command)
        async with (
            connect(
                server.host, server.ports.control, server.account.name, server.account.secret
            ) as ami,
            Caller((server.host, server.ports.sip)) as caller,
        ):
            made = Bench(server, ami, caller, installed)
            listening = asyncio.create_task(_listen(made))
            try:
                yield made
            finally:
                listening.cancel()


def _emitted(
    graphs: Mapping[str, FlowGraph],
    environment: Environment,
    digit_fragments: Mapping[str, Mapping[str, str]],
    runtimes: Mapping[str, str],
) -> tuple[dict[str, Installed], list[Bundle]]:
    installed, bundles = {}, []
    for index, (name, graph) in enumerate(graphs.items()):
        number, release = f"{7000 + index}", f"{index + 1:08x}"
        own = replace(graph, numbers=((number, graph.numbers[0][1]),))
        place = replace(environment, runtime=runtimes.get(name, environment.runtime))
        request = EmitRequest(own, release, place, None, digit_fragments, lab=True)
        bundles.append(TARGET.emit(request))
        installed[name] = Installed(own, number, release, environment.sounds)
    return installed, bundles


def _install(server: AsteriskServer, bundles: list[Bundle], sounds: Path) -> None:
    """Each file once, as a deploy would; the entries of all releases side by side."""
    texts: dict[str, str] = {"extensions": "", "queues": "", "musiconhold": ""}
    seen: set[str] = set()
    for bundle in bundles:
        for artifact in bundle.artifacts:
            kind = Path(artifact.path).stem
            if artifact.path.startswith("sounds/"):
                file = sounds / artifact.path.removeprefix("sounds/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(artifact.content)
            elif kind in texts and (kind != "queues" or artifact.text not in seen):
                seen.add(artifact.text)
                texts[kind] += artifact.text.replace("[flowc-entry]", "[flowc-entry](+)").replace(
                    "[flowc-lab]", "[flowc-lab](+)"
                )
    texts["extensions"] = "[flowc-entry]\n[flowc-lab]\n" + texts["extensions"].replace(
        "exten => release,1", "; exten => release,1"
    )
    for name, text in texts.items():
        server.included(name).write_text(text, encoding="utf-8")


async def _listen(made: Bench) -> None:
    loop = asyncio.get_running_loop()
    with made.ami.events("Newexten", "VarSet", "Hangup", most=_MOST_EVENTS) as events:
        async for event in events:
            made.take(dict(event.headers), loop.time())


def hum(path: Path, milliseconds: int) -> None:
    """A recording of that length, loud throughout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = array("h", (int(6000 * sin(tau * 400 * n / 8000)) for n in range(8 * milliseconds)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
