"""A real FreeSWITCH that holds graphs, and calls to it: what the tests of the interpreter stand on.

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

import pytest

from flowc.graph.model import FlowGraph
from flowc.machine.trace import Offered, Trace
from flowc.target import Bundle, EmitRequest, Environment, LabUnavailableError
from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from flowc_freeswitch import TARGET
from flowc_freeswitch.callcenter import configuration, queue_name
from flowc_freeswitch.entry import LAB_ENTRY
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.lab.configuration import CALLCENTER, DIALPLAN, LabPlan
from flowc_freeswitch.lab.find import find_server
from flowc_freeswitch.lab.server import FreeswitchServer
from flowc_freeswitch.trace import SUBCLASS, TraceReader


def _why_not() -> str:
    try:
        find_server()
    except LabUnavailableError as reason:
        return str(reason)
    return ""


needs_server = pytest.mark.skipif(_why_not() != "", reason=_why_not() or "there is a server")


@dataclass(frozen=True, slots=True)
class Installed:
    """A graph on the server: its number there and its release."""

    graph: FlowGraph
    number: str
    release: str


@dataclass
class Reading:
    """A call's trace as it is told, and when each offer began, on the loop's clock."""

    reader: TraceReader = field(default_factory=TraceReader)
    begins: list[float] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    zero: float = 0.0  # when the call was answered, on the loop's clock

    def value(self, name: str) -> str:
        """A variable or register at the call's end."""
        return str(self.reader.values.get(name, ""))


@dataclass
class Bench:
    """A booted server with graphs on it, a caller, and the trace of every call."""

    server: FreeswitchServer
    esl: Esl
    caller: Caller
    installed: Mapping[str, Installed]
    readings: dict[str, Reading] = field(default_factory=dict)

    @property
    def ended(self) -> dict[str, asyncio.Event]:
        return {token: each.ended for token, each in self.readings.items()}

    @property
    def changed(self) -> dict[str, asyncio.Event]:
        return {token: each.changed for token, each in self.readings.items()}

    async def call(
        self,
        name: str,
        token: str,
        headers: Mapping[str, str] | None = None,
        *,
        how: Dialling | None = None,
        caller: str = "13800000000",
    ) -> Placed:
        """Call a graph; `token` is the call's own and names it among all others."""
        self.readings[token] = Reading()
        asked = how or Dialling()
        told = {"X-Flowc-Token": token, **(headers or {})}
        call = await self.caller.call(
            self.installed[name].number, caller, replace(asked, headers=told)
        )
        assert call.is_answered, (call.status, call.reason)
        return Placed(self, call, token, self.installed[name].graph)

    def take(self, headers: Mapping[str, str], body: str, at: float) -> None:
        """Give an event to the call that it belongs to."""
        reading = self.readings.get(headers.get("Flowc-Token", ""))
        if reading is None:
            return
        steps = reading.reader.feed(headers, body)
        reading.begins.extend(at for step in steps if isinstance(step, Offered))
        reading.zero = reading.zero or at - int(headers["Flowc-At"]) / 1000
        if reading.reader.is_over:
            reading.ended.set()
        reading.changed.set()


@dataclass
class Placed:
    """One call: the caller's end of it, and what the server tells of its own."""

    bench: Bench
    call: OutgoingCall
    channel: str  # its token
    graph: FlowGraph

    @property
    def reader(self) -> Reading:
        return self.bench.readings[self.channel]

    @property
    def trace(self) -> Trace:
        return self.reader.reader.trace

    @property
    def steps(self) -> list[str]:
        return [f"{at} {step}" for step, at in zip(self.trace.steps, self.trace.times, strict=True)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, looking whenever the server tells something of the call."""
        while not holds():
            self.reader.changed.clear()
            await self.reader.changed.wait()

    async def finished(self, seconds: float = 120) -> Trace:
        """The whole trace, once the server has let the call go."""
        await asyncio.wait_for(self.reader.ended.wait(), seconds)
        return self.trace


@asynccontextmanager
async def bench(
    graphs: Mapping[str, FlowGraph],
    recordings: Mapping[str, int],
    folder: Path,
    *,
    digit_fragments: Mapping[str, Mapping[str, str]] | None = None,
    environment: Environment | None = None,
    log_level: str = "info",
) -> AsyncIterator[Bench]:
    """Boot a server that holds `graphs`; `recordings`: sound key to milliseconds."""
    base = environment or Environment(str(folder / "sounds"), str(folder / "recordings"))
    Path(base.recordings).mkdir(parents=True, exist_ok=True)
    for key, milliseconds in recordings.items():
        hum(Path(base.sounds) / f"{key}.wav", milliseconds)
    async with FreeswitchServer(find_server(), LabPlan(LAB_ENTRY, log_level)) as server:
        installed, bundles = emitted(graphs, base, digit_fragments or {})
        install(server, bundles)
        queues = {queue_name(name): settings for name, settings in base.queues.items()}
        (server.instance.etc / CALLCENTER).write_text(configuration(queues))
        async with server.connect() as esl, Caller((server.host, server.ports.sip)) as caller:
            reply = await esl.api("reloadxml")
            assert reply.strip() == "+OK [Success]", reply
            await esl.subscribe(SUBCLASS)
            made = Bench(server, esl, caller, installed)
            listening = asyncio.create_task(_listen(made))
            try:
                yield made
            finally:
                listening.cancel()


def emitted(
    graphs: Mapping[str, FlowGraph],
    environment: Environment,
    digit_fragments: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, Installed], list[Bundle]]:
    """Each graph under a release and a number of its own."""
    installed, bundles = {}, []
    for index, (name, graph) in enumerate(graphs.items()):
        number, release = f"{7000 + index}", f"{index + 1:08x}"
        own = replace(graph, numbers=((number, graph.numbers[0][1]),))
        bundles.append(
            TARGET.emit(EmitRequest(own, release, environment, None, digit_fragments, lab=True))
        )
        installed[name] = Installed(own, number, release)
    return installed, bundles


def install(server: FreeswitchServer, bundles: list[Bundle]) -> None:
    """Each release's scripts in its folder; the entries of all releases side by side."""
    entries: dict[str, str] = {}
    for bundle in bundles:
        for artifact in bundle.artifacts:
            kind, _, name = artifact.path.partition("/")
            if kind == "scripts":
                place = server.instance.scripts / "flowc" / bundle.release[:8] / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(artifact.content)
            elif name == "dialplan.xml":
                _join(entries, artifact.text)
    contexts = "".join(
        f'<context name="{name}">\n{text}</context>\n' for name, text in entries.items()
    )
    (server.instance.etc / DIALPLAN).write_text(f"<include>\n{contexts}</include>\n")


def _join(entries: dict[str, str], xml: str) -> None:
    """The extensions of a release's contexts, added to those that there are."""
    for part in xml.split('<context name="')[1:]:
        name, _, rest = part.partition('">\n')
        entries[name] = entries.get(name, "") + rest.partition("  </context>")[0]


async def _listen(made: Bench) -> None:
    loop = asyncio.get_running_loop()
    async for event in made.esl.events():
        made.take(event.headers, event.body, loop.time())


def hum(path: Path, milliseconds: int) -> None:
    """A recording of that length, loud throughout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = array("h", (int(6000 * sin(tau * 400 * n / 8000)) for n in range(8 * milliseconds)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
