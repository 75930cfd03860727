"""A runtime in a process of its own that is killed, stopped, slowed, cut off or talks nonsense.

    Asterisk:    server -> proxy -> `flowc run` -> a back end that takes its time
    FreeSWITCH:  `flowc run` -> proxy -> server

What must hold on both: a caller is at a declared exit within three seconds of the fault, two seconds
after hanging up no channel is left, and the server is as well as before. Used by the tests and by
`benchmarks/faults.py`.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from faulty_proxy import PROCESS, Fault, Proxy
from stand import Server, Standing, Watch, back_end, built, cpu_share, standing, written

from flowc.live.play import PartedError
from flowc.machine.trace import Ended, Entered, HungUp
from flowc.target import LabCall, LiveLabCall
from flowc_freeswitch.lab.executor import FreeswitchLiveLab

BACK_END_S = 0.6
EXIT_WITHIN_S, GONE_WITHIN_S = 3.0, 2.0
MOST_IDLE_CPU = 0.25  # of one processor, while there is no call
DEADLINE_S = 2.0
LEAVES_AFTER_S = 0.7
LONG = "您好，" * 12
# What asks the runtime: the number that is called, and the outcomes of which one must come.
ASKS = {
    "look-up": ("100", ("done", "error")),
    "look-up, filled": ("110", ("done", "error")),
    "request": ("200", ("done", "error", "unknown")),
    "order": ("300", ("done", "error", "unknown")),
    "status": ("310", ("not_found", "error", "unknown")),
    "urge": ("320", ("not_found", "error", "unknown")),
}
AFTER = "after the call"
AFTER_NUMBER = "400"
_STAY = f"  stay: {{say: {LONG}, then: bye}}\n  bye: {{hangup: 再见。}}\n"


def _flow(name: str, node: str) -> str:
    return f"flow: {name}\nnodes:\n  ask: {{{node}}}\n{_STAY}"


def _files(back_end: int, environment: str) -> dict[str, str]:
    look_up = "lookup: far.name, with: {number: call.from}, as: name, then: stay, error: stay"
    effect = "then: stay, error: stay, unknown: stay"
    return {
        "flowc.yaml": """project: faults
languages: [zh]
numbers: {"100": ask, "110": fill, "200": order, "300": open, "310": status, "320": urge, "400": leave}
tickets: {fault: {handle: 4h}, after: {}}
on_hangup:
  - {ticket: open, class: after, error: hangup_end, unknown: hangup_end}
"""
        + environment,
        "services/far.yaml": f"""service: far
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
        "flows/ask.flow.yaml": _flow("ask", look_up),
        "flows/fill.flow.yaml": _flow("fill", f"{look_up}, while_waiting: {LONG}"),
        "flows/order.flow.yaml": _flow(
            "order", f"request: far.order, with: {{number: call.from}}, as: name, {effect}"
        ),
        "flows/open.flow.yaml": _flow("open", f"ticket: open, class: fault, {effect}"),
        "flows/status.flow.yaml": _flow("status", f"ticket: status, not_found: stay, {effect}"),
        "flows/urge.flow.yaml": _flow(
            "urge", f"ticket: urge, not_found: stay, closed: stay, {effect}"
        ),
        "flows/leave.flow.yaml": f"flow: leave\nnodes:\n{_STAY}",
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: what it asked, its outcome ("" for none), how long after the fault or the question,
    whichever is later, it came; for a question after the call, how long the channel was kept."""

    asked: str
    outcome: str
    seconds: float

    @property
    def is_lost(self) -> bool:
        declared = ("done", "error", "unknown") if self.asked == AFTER else ASKS[self.asked][1]
        return self.outcome not in declared

    @property
    def is_late(self) -> bool:
        return self.seconds > (GONE_WITHIN_S if self.asked == AFTER else EXIT_WITHIN_S)


@dataclass(frozen=True, slots=True)
class Suffered:
    """A fault: its calls, how long channels were left, and what the server used afterwards, idle."""

    fault: Fault
    seen: tuple[Seen, ...]
    left_s: float
    cpu: float
    works_again: bool


@dataclass
class FaultyBench:
    """A server, a proxy and a runtime that can be started anew."""

    folder: Path
    proxy: Proxy
    on: Standing
    calls: list[LabCall]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the runtime and wait until it serves."""
        folder = self.folder
        command = (Path(sys.executable).with_name("flowc"), "run", folder, "--metrics-port", "0")
        await self._forget_last()
        with (folder / "run.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, "--releases", str(folder / "root/releases"), stdout=log, stderr=log
            )
        end = asyncio.get_running_loop().time() + 60
        while not await self._serves():
            told = (folder / "run.log").read_text()[-3000:]
            assert self.process.returncode is None, told
            assert asyncio.get_running_loop().time() < end, f"the runtime does not serve: {told}"
            await asyncio.sleep(0.05)

    async def _forget_last(self) -> None:
        if isinstance(self.on.live, FreeswitchLiveLab):
            await self.on.live.esl.api("global_setvar flowc_beat=0")

    async def _serves(self) -> bool:
        if isinstance(self.on.live, FreeswitchLiveLab):
            beat = (await self.on.live.esl.api("global_getvar flowc_beat")).strip()
            return beat.isdigit() and beat != "0"
        return await _listens(self.proxy.onward)

    async def end(self) -> None:
        """Make an end of the runtime, whatever state it is in."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def suffer(self, fault: Fault, asks: Sequence[str]) -> Suffered:
        """Place calls, let the fault happen, see where each comes out, and hang up; then look at
        the server, and whether a call has its answer from a new runtime."""
        server = self.on.server
        await self.proxy.begin(fault)
        async with Watch(server) as watch:
            if fault.kind == "refuse":
                await self._forget_last()
            else:
                await self.start()
            breaking = asyncio.create_task(self._break(fault))
            try:
                live = await asyncio.gather(*(self._call(asked) for asked in asks))
                seen = await asyncio.gather(*(self._see(*each, watch, breaking) for each in live))
                left = await self._hang_up_all([call for _, call, _ in live], server)
            finally:
                breaking.cancel()
                await self.end()
        cpu = await cpu_share(server.pid, 1.0)
        return Suffered(fault, tuple(seen), left, cpu, await self._works_again())

    async def _call(self, asked: str) -> tuple[str, LiveLabCall, str]:
        number = AFTER_NUMBER if asked == AFTER else ASKS[asked][0]
        index = next(i for i, each in enumerate(self.calls) if each.number == number)
        call = self.calls.pop(index)
        return asked, await self.on.live.call(call), call.caller

    async def _break(self, fault: Fault) -> float:
        """Let the fault happen; when it did, on the loop's clock."""
        await self.proxy.asked.wait()
        if fault.kind in PROCESS:
            await asyncio.sleep(fault.after_s)
            assert self.process is not None
            self.process.send_signal(signal.SIGKILL if fault.kind == "kill" else signal.SIGSTOP)
        return asyncio.get_running_loop().time()

    async def _see(
        self,
        asked: str,
        call: LiveLabCall,
        caller: str,
        watch: Watch,
        breaking: asyncio.Task[float],
    ) -> Seen:
        if asked == AFTER:
            return await self._see_after(call, caller, watch)
        await call.until(lambda: call.is_over or bool(outcome_of(call)), 20)
        fault_at = self.proxy.broke_at or (breaking.result() if breaking.done() else 0.0)
        if self.proxy.fault is not None and self.proxy.fault.kind in ("slow", "lies"):
            fault_at = 0.0  # it was there from the beginning
        return _seen(asked, call, fault_at)

    async def _see_after(self, call: LiveLabCall, caller: str, watch: Watch) -> Seen:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(LEAVES_AFTER_S)
        gone = loop.time()
        await call.hang_up()
        await call.until(lambda: call.is_over and watch.seen[caller] < loop.time() - 0.3, 20)
        outcome = outcome_of(call)
        return Seen(AFTER, outcome, max(watch.seen[caller] - gone, 0.0))

    async def _hang_up_all(self, calls: Sequence[LiveLabCall], server: Server) -> float:
        loop = asyncio.get_running_loop()
        for each in calls:
            await each.hang_up()
        begun = loop.time()
        while await server.channels() and loop.time() < begun + 15:
            await asyncio.sleep(0.05)
        return loop.time() - begun

    async def _works_again(self) -> bool:
        """Has a call its answer from a new runtime?"""
        await self.proxy.begin(None)
        await self.start()
        try:
            _, call, _ = await self._call("look-up")
            await call.until(lambda: call.is_over or bool(outcome_of(call)), 10)
            await call.hang_up()
            await call.until(lambda: call.is_over, 10)
        finally:
            await self.end()
        return outcome_of(call) == "done"


def outcome_of(call: LiveLabCall) -> str:
    """The outcome of the call's first question, "" before."""
    steps = call.trace.steps
    return next((step.outcome for step in steps if isinstance(step, Ended)), "")


def _seen(asked: str, call: LiveLabCall, fault_at: float) -> Seen:
    trace = call.trace
    steps = list(zip(trace.steps, trace.times, strict=True))
    begun = next(at for step, at in steps if isinstance(step, Entered) and step.block.node == "ask")
    ended = next((at for step, at in steps if isinstance(step, Ended | HungUp)), None)
    if ended is None or not outcome_of(call):
        return Seen(asked, "", 99.0)
    since = max(call.zero + begun / 1000, fault_at)
    return Seen(asked, outcome_of(call), max(call.zero + ended / 1000 - since, 0.0))


def calls_for(release: str, asks: Sequence[str], again: int) -> list[LabCall]:
    """A call for each question, and as many look-ups that try whether all is well again."""
    numbers = [AFTER_NUMBER if asked == AFTER else ASKS[asked][0] for asked in asks]
    numbers += [ASKS["look-up"][0]] * again
    return [
        LabCall(f"f{index}", release, number, caller=f"1380000{index:04}", starts=1_790_000_000)
        for index, number in enumerate(numbers)
    ]


@asynccontextmanager
async def faulty_bench(
    name: str, folder: Path, asks: Sequence[str], faults: int
) -> AsyncIterator[FaultyBench]:
    """A bench in an empty folder; `asks` are all calls of all faults, of which there are so many."""
    asks_first = name == "asterisk"
    async with back_end(BACK_END_S) as far:
        proxy = Proxy(_free_port(), asks_first, whole_lines=asks_first, port=_free_port())
        # Whoever connects does so to the proxy: Asterisk to its runtime, the runtime to FreeSWITCH.
        server_side, runtime_side = (
            (proxy.port, proxy.onward) if asks_first else (proxy.onward, proxy.port)
        )
        root = folder / "root"
        place = (
            f"environments:\n  lab: {{target: {name}, root: {root}, "
            f'runtime: "127.0.0.1:{runtime_side}", token: faults}}\n'
        )
        compiled = written(folder, _files(far.port, place))
        words = {"root": str(root), "runtime": f"127.0.0.1:{server_side}", "token": "faults"}
        made = await built(name, compiled, folder, words)
        calls = calls_for(made.release8, asks, faults)
        async with standing(name, compiled, made, calls) as on:
            bench = FaultyBench(folder, proxy, on, list(calls))
            try:
                yield bench
            finally:
                proxy.close()
                await bench.end()


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


__all__ = [
    "AFTER",
    "ASKS",
    "Fault",
    "FaultyBench",
    "PartedError",
    "Seen",
    "Suffered",
    "faulty_bench",
]
