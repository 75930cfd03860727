"""Plays the sweep's table on one server: every cell's calls at once, and what was left of each.

Knows both servers by their views only.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stand import Standing, Watch, back_end, built, standing, written
from sweep_table import CELLS, Cell, number_of, project_files

from flowc.diagnostics.model import Reporter
from flowc.expression.evaluate import Value
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Invoke
from flowc.graph.release import Release
from flowc.live.acts import dials_of, queues_of
from flowc.live.play import PartedError, Player
from flowc.machine.commands import RecordCaller
from flowc.machine.trace import HungUp, Trace
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.model import CallFacts, Reply
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc.runtime.tickets import Ticket
from flowc.simulate.read_calls import read_call
from flowc.simulate.simulator import Run, simulate
from flowc.simulate.world import seconds_of
from flowc.target import LabCall, LiveLabCall, load_target

CALLS_A_CELL = 2
APART_S = 0.15  # calls that begin together hang up together, all along
GONE_WITHIN_S = 2.0
BACK_END_S = 3.0
DESK_S = 1.2
LEFT_AT_MOST_S = 20.0


@dataclass(frozen=True)
class Played:
    """A call of a cell: what was meant, what happened, what is left of it."""

    name: tuple[str, str]
    cell: Cell
    run: Run
    trace: Trace
    problem: str
    freed_s: float  # from hanging up until no channel of the caller's was seen
    records: list[str]
    tickets: list[Ticket]
    orders: int


@dataclass
class Sweep:
    """All calls on one server, and the state in which they left it."""

    graph: FlowGraph
    played: list[Played]
    all_gone: bool
    log: str


class SlowDesk(TicketDesk):
    """The real desk, late: a store answers too soon to hang up meanwhile. The handler's own order
    is not kept waiting."""

    async def reply(
        self, release: Release, invoke: Invoke, arguments: Mapping[str, Value], call: CallFacts
    ) -> Reply:
        if arguments.get("class") != "after":
            await asyncio.sleep(DESK_S)
        return await super().reply(release, invoke, arguments, call)


@dataclass
class Planned:
    name: tuple[str, str]
    cell: Cell
    run: Run
    asked: LabCall


async def sweep(name: str, folder: Path) -> Sweep:
    """Play the whole table on a server of that name."""
    async with back_end(BACK_END_S) as far:
        words = {"root": str(folder / "root"), "runtime": _free_address(), "token": "sweep"}
        place = f"environments: {{lab: {{target: {name}, root: {words['root']}}}}}\n"
        compiled = written(folder, project_files(far.port, place))
        made = await built(name, compiled, folder, words)
        graph = made.request.graph
        planned = _planned(graph, dict(compiled.texts), _lengths(made), made.release8)
        stream = (folder / "runtime.log").open("w", encoding="utf-8")
        settings = RuntimeSettings(folder, folder / "root/releases", folder / "root/texts")
        async with running(settings, Log(stream)) as runtime:
            slow = _with_slow_desk(runtime)
            gateway = load_target(name).gateway(slow, made.environment)
            async with (
                gateway.serving(),
                standing(name, compiled, made, [each.asked for each in planned]) as on,
                Watch(on.server) as watch,
            ):
                plays = (_play(on, each, at * APART_S) for at, each in enumerate(planned))
                done = await asyncio.gather(*plays)
                all_gone = await watch.none_left(GONE_WITHIN_S)
                await asyncio.sleep(4)  # an answer that nobody takes is given up after 3 s
                tickets = await runtime.tickets.list()
                found = [
                    Played(
                        each.name,
                        each.cell,
                        each.run,
                        trace,
                        problem,
                        watch.seen.get(each.asked.caller, gone_at) - gone_at,
                        await on.server.records(each.asked.caller),
                        [one for one in tickets if one.caller == each.asked.caller],
                        far.orders[each.asked.caller],
                    )
                    for each, (trace, problem, gone_at) in zip(planned, done, strict=True)
                ]
        stream.close()
    return Sweep(graph, found, all_gone, (folder / "runtime.log").read_text(encoding="utf-8"))


def _with_slow_desk(runtime: Runtime) -> Runtime:
    desk = SlowDesk(runtime.tickets)
    return replace(runtime, broker=replace(runtime.broker, desk=desk))


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def _lengths(made: object) -> dict[str, int]:
    from flowc.on_target import sound_lengths

    return sound_lengths(made.folder / "sounds")  # type: ignore[attr-defined]


def _planned(
    graph: FlowGraph, texts: dict[str, str], lengths: dict[str, int], release8: str
) -> list[Planned]:
    """Each cell's calls, with what the simulator says of them."""
    planned = []
    for place, (name, cell) in enumerate(CELLS.items()):
        for index in range(CALLS_A_CELL):
            caller = f"138{place:04}{index:04}"
            run = simulated(graph, texts, lengths, place, cell, caller)
            planned.append(Planned(name, cell, run, _asked(place, index, run, cell, release8)))
    return planned


def simulated(
    graph: FlowGraph,
    texts: dict[str, str],
    lengths: dict[str, int],
    place: int,
    cell: Cell,
    caller: str,
) -> Run:
    """The cell's call in the simulator; it must go as the table says."""
    report = Reporter()
    services = f"services: {{{cell.services}}}\n" if cell.services else ""
    text = (
        f'call: cell {place}\nto: "{number_of(place)}"\nfrom: "{caller}"\n{services}'
        f"steps: {cell.steps}\nexpect: {{abandoned: {cell.abandoned}, "
        f"requests: {{far.order: {cell.requests}}}, ends: {cell.ends}}}\n"
    )
    script = read_call("tests/sweep.call.yaml", text.encode(), report)
    assert script is not None, [one.label("en") for one in report]
    assert not report.has_errors, [one.label("en") for one in report]
    run = simulate(graph, script, texts, lengths)
    assert run.passed, (place, [found.say("en") for found in run.failures])
    return run


def _asked(place: int, index: int, run: Run, cell: Cell, release8: str) -> LabCall:
    return LabCall(
        token=f"s{place}x{index}",
        release=release8,
        number=number_of(place),
        caller=run.script.caller,
        starts=seconds_of("", "Asia/Shanghai"),
        queues=queues_of(run),
        dials=cell.dials if cell.dials is not None else dials_of(run),
        speaks=any(isinstance(note.what, RecordCaller) for note in run.journal),
    )


class Leaving:
    """A live call that notes when its caller hung up."""

    def __init__(self, call: LiveLabCall) -> None:
        self._call = call
        self.left_at = 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._call, name)

    async def hang_up(self) -> None:
        self.left_at = self.left_at or asyncio.get_running_loop().time()
        await self._call.hang_up()


async def _play(on: Standing, each: Planned, after_s: float) -> tuple[Trace, str, float]:
    """One call: its trace, what was wrong with it, and when it ended on the loop's clock."""
    await asyncio.sleep(after_s)
    call = Leaving(await on.live.call(each.asked))
    problem = ""
    try:
        await Player(each.run, call).play()  # type: ignore[arg-type]  # it is one but for a method
    except PartedError as parting:
        problem = parting.why or "it went another way"
    await call._call.until(lambda: call._call.is_over, LEFT_AT_MOST_S)
    trace = call._call.trace
    ended = [
        at for step, at in zip(trace.steps, trace.times, strict=True) if isinstance(step, HungUp)
    ]
    at = call.left_at if call.left_at and ended else 0.0
    return trace, problem, at or call._call.zero + (ended or [0])[0] / 1000


def cells_of(found: Sequence[Played]) -> dict[tuple[str, str], list[Played]]:
    cells: dict[tuple[str, str], list[Played]] = {}
    for each in found:
        cells.setdefault(each.name, []).append(each)
    return cells
