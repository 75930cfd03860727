"""Graphs by hand on a real server and on the machine: the same trace from both."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from machine_calls import Played, World
from native_graphs import LANGUAGES, ending, expressions, long_speech, menus, speech
from support import Bench, Placed, bench

from flowc.graph.model import FlowGraph
from flowc.machine.trace import Trace
from flowc.telephony.call import CallEnded

pytestmark = pytest.mark.pbx

CALLER = "13800000000"
FRAGMENTS = {one: {str(d): f"{one}/_/d{d}" for d in range(10)} for one in LANGUAGES}
SOUNDS = ("hello", "ask", "you", "never", "often")
RECORDINGS = {f"{one}/{name}": 200 for one in LANGUAGES for name in SOUNDS} | {
    key: 100 for keys in FRAGMENTS.values() for key in keys.values()
}
# 2026-11-21 10:00:20 in Shanghai: the calls' own clock.
MOMENT = 1_795_226_420


@dataclass(frozen=True)
class Scene:
    """A graph, what is pressed at each of its inputs (None is silence), and who hangs up."""

    graph: FlowGraph
    keys: tuple[str | None, ...] = ()
    flags: frozenset[str] = frozenset()


SCENES: dict[str, Scene] = {
    "every expression has the value that the machine gives it": Scene(expressions()),
    "prompts follow language, condition and value": Scene(speech(), ("80012345#",)),
    "a joined prompt is cut by a key, and a silent caller is let go": Scene(speech(), (None,)),
    "menus are gone back to, newest first": Scene(menus(), ("1", "1", "*", "*", "*")),
    "a forgotten flow's menus are not gone back to": Scene(menus(), ("3", "3", "1", "1", "*", "*")),
    "the list of menus holds eight": Scene(menus(), (*("1", "2") * 5, *("*",) * 9)),
    "a sub-flow returns to where it was called": Scene(menus(), ("2",)),
    "a caller hangs up and the handler runs once": Scene(ending(60, None), (None,)),
    "a call that is too long ends": Scene(ending(6, None), (None, None, None)),
    "a call that is too long goes its way out": Scene(ending(6, "late"), (None, None, None)),
    "keys within other timers": Scene(ending(60, None), ("12#", "1234")),
}

# Played from sounds in a folder with a name so long that no list holds a value whole.
FAR_AWAY: dict[str, Scene] = {
    "a value that no list holds is said in parts": Scene(
        long_speech(), (f"{'1234567890' * 4}#", "123456789012", None)
    ),
    "prompts from far away follow language, condition and value": Scene(speech(), ("80012345#",)),
}
FAR = f"{'far' * 30}/{'away' * 15}"


async def _play(made: Bench, name: str, scene: Scene, index: int) -> tuple[Trace, list[str]]:
    headers = {"X-Flowc-Offset": str(MOMENT - int(time.time()))}
    placed = await made.call(name, f"g{index}", headers)
    pressing = asyncio.create_task(_press(placed, scene))
    try:
        trace = await placed.finished(90)
    finally:
        pressing.cancel()
    return trace, placed.steps


async def _press(placed: Placed, scene: Scene) -> None:
    """The next input's keys, once it waits: `Read` was run and the audio is over."""
    inputs = 0
    with suppress(CallEnded):
        for keys in scene.keys:
            inputs += 1
            await placed.until(lambda wanted=inputs: _reads(placed) >= wanted)
            if keys is not None:
                await asyncio.sleep(0.6)
                await placed.call.press(keys, spacing=0.1, length=0.06)
        await placed.until(lambda: _reads(placed) > inputs)
        await asyncio.sleep(0.3)
        await placed.call.hang_up()


def _reads(placed: Placed) -> int:
    return sum(" Read(" in step and ",1r," not in step for step in placed.steps)


async def _play_all(
    folder: Path, scenes: dict[str, Scene]
) -> dict[str, tuple[Trace, list[str]] | BaseException]:
    graphs = {name: scene.graph for name, scene in scenes.items()}
    async with bench(graphs, RECORDINGS, folder, digit_fragments=FRAGMENTS) as made:
        results = await asyncio.gather(
            *(_play(made, name, scene, at) for at, (name, scene) in enumerate(scenes.items())),
            return_exceptions=True,
        )
        log = made.server.log.read_text(encoding="utf-8", errors="replace")
    for result in results:
        if isinstance(result, tuple):
            result[1].extend(line for line in log.splitlines() if "WARNING" in line)
    return dict(zip(scenes, results, strict=True))


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Trace, list[str]] | BaseException]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("graphs"), SCENES))


@pytest.fixture(scope="module")
def played_far_away(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Trace, list[str]] | BaseException]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("graphs") / FAR, FAR_AWAY))


@pytest.mark.parametrize("name", SCENES)
def test_a_graph_gives_the_same_trace_on_the_server_as_on_the_machine(
    name: str, played: dict[str, tuple[Trace, list[str]] | BaseException]
) -> None:
    _compare(name, SCENES, played)


@pytest.mark.parametrize("name", FAR_AWAY)
def test_a_deep_folder_of_sounds_changes_nothing(
    name: str, played_far_away: dict[str, tuple[Trace, list[str]] | BaseException]
) -> None:
    _compare(name, FAR_AWAY, played_far_away)


def _compare(
    name: str,
    scenes: dict[str, Scene],
    played: dict[str, tuple[Trace, list[str]] | BaseException],
) -> None:
    result = played[name]
    if isinstance(result, BaseException):
        raise result
    trace, steps = result
    scene = scenes[name]
    number = f"{7000 + list(scenes).index(name)}"
    graph = replace(scene.graph, numbers=((number, scene.graph.numbers[0][1]),))
    expected = Played(graph, World(graph, MOMENT, scene.flags), scene.keys).play(number, CALLER)
    assert trace.steps == expected.steps, "\n".join(steps)
