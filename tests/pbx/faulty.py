"""A runtime in a process of its own that is killed, stopped or cut off while calls ask it.

    Asterisk -> proxy (cuts or holds an answer) -> `flowc run` -> a back end that takes its time

What must hold: a caller is at a declared exit within three seconds of the fault, and two seconds
after hanging up no channel is left. Used by the tests and by `benchmarks/faults.py`.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from flowc.build import build
from flowc.compiler import compile_project
from flowc.language.environments import Environment
from flowc.machine.trace import Ended, Entered
from flowc.target import LabCall, LabRelease
from flowc_asterisk import TARGET
from flowc_asterisk.lab.executor import AsteriskLab, AsteriskLiveLab
from flowc_asterisk.lab.executor_call import AsteriskCall

BACK_END_S = 0.6
EXIT_WITHIN_S = 3.0
GONE_WITHIN_S = 2.0
TOKEN = "faults"
NUMBERS = {"look-up": "100", "request": "200"}
_PROJECT = {
    "flowc.yaml": """project: faults
languages: [zh]
numbers: {{"100": ask, "200": order}}
environments:
  lab: {{target: asterisk, root: "{root}", runtime: "127.0.0.1:{port}", token: faults}}
""",
    "services/far.yaml": """service: far
kind: http
url: http://127.0.0.1:{back_end}
allow_private: yes
lookups:
  name: {{with: {{number: digits}}, gives: text, deadline: 2s, get: "/name/{{number}}", at: name}}
requests:
  order:
    with: {{number: digits}}
    gives: text
    key: "{{number}}-{{now()}}"
    deadline: 2s
    post: /orders
    body: {{number: "{{number}}"}}
    at: name
""",
    "flows/ask.flow.yaml": """flow: ask
nodes:
  find: {{lookup: far.name, with: {{number: call.from}}, as: name, then: stay, error: sorry}}
  stay: {{say: 您好，您好，您好，您好，您好，您好，您好，您好，您好，您好，您好。, then: bye}}
  sorry: {{say: 对不起，对不起，对不起，对不起，对不起，对不起，对不起，对不起。, then: bye}}
  bye: {{hangup: 再见。}}
""",
    "flows/order.flow.yaml": """flow: order
nodes:
  order:
    request: far.order
    with: {{number: call.from}}
    as: name
    then: stay
    error: sorry
    unknown: perhaps
  stay: {{say: 您好，您好，您好，您好，您好，您好，您好，您好，您好，您好，您好。, then: bye}}
  sorry: {{say: 对不起，对不起，对不起，对不起，对不起，对不起，对不起，对不起。, then: bye}}
  perhaps: {{say: 可能，可能，可能，可能，可能，可能，可能，可能，可能，可能。, then: bye}}
  bye: {{hangup: 再见。}}
""",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong. Asterisk itself spins for ever over half a line that is never ended (tried on
    22.10), so a runtime sends a line at once, and an answer is held between two lines.

    `kill` or `stop` the runtime `after_s` of the first question, or let only
    `most_bytes` of each answer through and then `cut` or `hold` it."""

    kind: str
    after_s: float = 0.0
    most_bytes: int = 0

    def __str__(self) -> str:
        if self.kind in ("kill", "stop"):
            return f"{self.kind} after {self.after_s:.2f} s"
        return f"{self.kind} after {self.most_bytes} bytes"


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: its outcome ("" for none), seconds from the fault or the question, whichever is
    later, to the outcome."""

    outcome: str
    seconds: float


@dataclass
class Proxy:
    """Between the server and the runtime."""

    port: int
    runtime: int
    fault: Fault | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    broke_at: float = 0.0  # when an answer was last cut or held

    @property
    def _holds(self) -> bool:
        return self.fault is not None and self.fault.kind == "hold"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question of one call."""
        self.asked.set()
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.runtime)
        except OSError:
            writer.close()
            return
        fault = self.fault
        most = None if fault is None or fault.kind not in ("cut", "hold") else fault.most_bytes
        pumps = [
            asyncio.create_task(_pump(reader, forth, None)),
            asyncio.create_task(_pump(back, writer, most, whole=self._holds)),
        ]
        done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        self.broke_at = asyncio.get_running_loop().time()
        if pumps[1] in done and fault is not None and fault.kind == "hold":
            await asyncio.wait({pumps[0]})  # until the server gives up
        for pump in pumps:
            pump.cancel()
        for each in (writer, forth):
            each.close()


async def _pump(
    source: asyncio.StreamReader,
    sink: asyncio.StreamWriter,
    most: int | None,
    *,
    whole: bool = False,
) -> None:
    """Hand on what comes, `most` bytes of it; or, `whole`, the lines that end within them."""
    with suppress(OSError):
        while data := await source.read(65536):
            if most is not None:
                data, most = data[:most], most - len(data)
            if whole and most is not None and most <= 0:
                data = data[: data.rfind(b"\n") + 1]
            sink.write(data)
            await sink.drain()
            if most is not None and most <= 0:
                return


async def _back_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every question has the same answer, after a while."""
    with suppress(OSError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(BACK_END_S)
        body = b'{"name": "li"}'
        head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        )
        writer.write(head.encode() + b"connection: close\r\n\r\n" + body)
        await writer.drain()
    writer.close()


@dataclass
class FaultyBench:
    """A server, a proxy and a runtime that can be started anew."""

    folder: Path
    proxy: Proxy
    live: AsteriskLiveLab
    process: asyncio.subprocess.Process | None = None
    left_s: float = 0.0  # how long channels were left after the last calls had hung up

    async def start(self) -> None:
        """Start the runtime and wait until it serves."""
        command = (
            Path(sys.executable).with_name("flowc"),
            "run",
            self.folder,
            "--metrics-port",
            "0",
        )
        log = (self.folder / "run.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *command, "--releases", str(self.folder / "root/releases"), stdout=log, stderr=log
        )
        async with asyncio.timeout(60):
            while not await _listens(self.proxy.runtime):
                assert self.process.returncode is None, (self.folder / "run.log").read_text()
                await asyncio.sleep(0.05)

    async def end(self) -> None:
        """Make an end of the runtime, whatever state it is in."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def suffer(self, fault: Fault, calls: list[LabCall]) -> list[Seen]:
        """Place calls, let the fault happen, and see where each comes out. Hangs up all of them."""
        loop = asyncio.get_running_loop()
        self.proxy.fault = fault
        self.proxy.asked.clear()
        await self.start()
        breaking = asyncio.create_task(self._break(fault))
        try:
            live = await asyncio.gather(*map(self.live.call, calls))
            for each in live:
                await each.until(lambda each=each: each.is_over or bool(outcome_of(each)), 20)
            at = await breaking
            at = self.proxy.broke_at if fault.kind in ("cut", "hold") else at
            seen = [_seen(each, at) for each in live]
            for each in live:
                await each.hang_up()
            begun = loop.time()
            while await self.live.ami.core_show_channels() and loop.time() < begun + 10:
                await asyncio.sleep(0.05)
            self.left_s = loop.time() - begun
        finally:
            breaking.cancel()
            await self.end()
        return seen

    async def _break(self, fault: Fault) -> float:
        """Let the fault happen; when it did, on the loop's clock."""
        await self.proxy.asked.wait()
        await asyncio.sleep(fault.after_s)
        assert self.process is not None
        if fault.kind in ("kill", "stop"):
            self.process.send_signal(signal.SIGKILL if fault.kind == "kill" else signal.SIGSTOP)
        return asyncio.get_running_loop().time()


def outcome_of(call: AsteriskCall) -> str:
    """The outcome of the call's only question, "" before."""
    steps = call.trace.steps
    return next((step.outcome for step in steps if isinstance(step, Ended)), "")


def _seen(call: AsteriskCall, fault_at: float) -> Seen:
    trace = call.trace
    moments = {type(step): at for step, at in zip(trace.steps, trace.times, strict=True)}
    asked = next(
        at
        for step, at in zip(trace.steps, trace.times, strict=True)
        if isinstance(step, Entered) and step.block.node in ("find", "order")
    )
    if Ended not in moments:
        return Seen("", 99.0)
    ended = call.zero + moments[Ended] / 1000
    return Seen(outcome_of(call), max(ended - max(call.zero + asked / 1000, fault_at), 0.0))


def calls_of(release: str, numbers: list[str]) -> list[LabCall]:
    """A call to each number, each with a caller of its own."""
    return [
        LabCall(f"f{index}", release, number, caller=f"1380000{index:04}", starts=1_790_000_000)
        for index, number in enumerate(numbers)
    ]


@asynccontextmanager
async def faulty_bench(
    folder: Path, make_calls: Callable[[str], list[LabCall]]
) -> AsyncIterator[tuple[FaultyBench, list[LabCall]]]:
    """A bench in an empty folder, and the calls that may be placed on it."""
    async with AsyncExitStack() as stack:
        back_end = await stack.enter_async_context(
            await asyncio.start_server(_back_end, "127.0.0.1", 0)
        )
        proxy = Proxy(0, _free_port())
        server = await stack.enter_async_context(
            await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        )
        proxy.port = server.sockets[0].getsockname()[1]
        port = back_end.sockets[0].getsockname()[1]
        root = folder / "root"
        for name, text in _PROJECT.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            filled = text.format(root=root, port=proxy.runtime, back_end=port)
            (folder / name).write_text(filled, encoding="utf-8")
        compiled = compile_project(folder)
        assert compiled.graph is not None, compiled.found
        words = {"root": str(root), "runtime": f"127.0.0.1:{proxy.port}", "token": TOKEN}
        place = Environment("lab", "asterisk", words)
        made = await asyncio.to_thread(
            build, compiled, place, TARGET, root / "releases", project_folder=folder, lab=True
        )
        calls = make_calls(made.release8)
        release = LabRelease(made.request, made.bundle)
        live = await stack.enter_async_context(AsteriskLab().booted([release], calls))
        bench = FaultyBench(folder, proxy, live)
        stack.push_async_callback(bench.end)
        yield bench, calls


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
