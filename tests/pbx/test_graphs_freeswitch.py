"""Graphs by hand on a real FreeSWITCH and on the machine: the same trace from both."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from machine_calls import Played, World
from support_freeswitch import Bench, Placed, bench, needs_server
from test_graphs_asterisk import CALLER, FRAGMENTS, MOMENT, RECORDINGS, SCENES, Scene

from flowc.graph.operations import Collect
from flowc.machine.trace import Ended, Entered, Offered, Trace
from flowc.telephony.call import CallEnded

pytestmark = [pytest.mark.pbx, needs_server]


async def _play(made: Bench, name: str, index: int) -> tuple[Trace, str]:
    scene = SCENES[name]
    headers = {"X-Flowc-Offset": str(MOMENT - int(time.time()))}
    placed = await made.call(name, f"g{index}", headers)
    pressing = asyncio.create_task(_press(placed, scene))
    try:
        trace = await placed.finished(90)
    finally:
        pressing.cancel()
    return trace, made.server.log.read_text(encoding="utf-8", errors="replace")


async def _press(placed: Placed, scene: Scene) -> None:
    """The next input's keys, once it waits: its prompt was offered and the audio is over."""
    inputs = 0
    with suppress(CallEnded):
        for keys in scene.keys:
            await placed.until(lambda wanted=inputs: _waits(placed, wanted))
            inputs += 1
            if keys is not None:
                await asyncio.sleep(0.6)
                await placed.call.press(keys, spacing=0.1, length=0.06)
        await placed.until(lambda: _waits(placed, inputs))
        await asyncio.sleep(0.5)
        await placed.call.hang_up()


def _waits(placed: Placed, inputs: int) -> bool:
    """Whether so many attempts have ended and the next one was offered."""
    graph, ended, asks = placed.graph, 0, False
    for step in placed.trace.steps:
        if isinstance(step, Entered):
            asks = any(isinstance(one, Collect) for one in graph.blocks[step.block].operations)
        elif isinstance(step, Ended):
            ended += 1
        elif isinstance(step, Offered) and asks and ended == inputs:
            return True
    return False


async def _play_all(folder: Path) -> dict[str, tuple[Trace, str] | BaseException]:
    graphs = {name: scene.graph for name, scene in SCENES.items()}
    async with bench(graphs, RECORDINGS, folder, digit_fragments=FRAGMENTS) as made:
        await _raise_flags(made)
        calls = (_play(made, name, index) for index, name in enumerate(SCENES))
        results = await asyncio.gather(*calls, return_exceptions=True)
    return dict(zip(SCENES, results, strict=True))


async def _raise_flags(made: Bench) -> None:
    for flag in {flag for scene in SCENES.values() for flag in scene.flags}:
        await made.esl.api(f"db insert/flowc/flag.{flag}/{MOMENT + 3600}")


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Trace, str] | BaseException]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("graphs")))


@pytest.mark.parametrize("name", SCENES)
def test_a_graph_gives_the_same_trace_on_the_server_as_on_the_machine(
    name: str, played: dict[str, tuple[Trace, str] | BaseException]
) -> None:
    result = played[name]
    if isinstance(result, BaseException):
        raise result
    trace, log = result
    scene = SCENES[name]
    number = f"{7000 + list(SCENES).index(name)}"
    graph = replace(scene.graph, numbers=((number, scene.graph.numbers[0][1]),))
    expected = Played(graph, World(graph, MOMENT, scene.flags), scene.keys).play(number, CALLER)
    wrong = [line for line in log.splitlines() if "[ERR]" in line]
    assert trace.steps == expected.steps, "\n".join(wrong)
