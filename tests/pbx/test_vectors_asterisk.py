"""Every input vector over real SIP on a real server: outcomes, counters, prompts and timers.

All calls run in one boot, many at once; each vector is then judged by itself.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))
sys.path.insert(0, str(Path(__file__).parent))

from support import Bench, Placed, bench
from vectors.graphs import PROMPTS
from vectors.table import FLOWS, VECTORS, Press, Vector

from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.machine.trace import Ended, Entered, Offered, Trace
from flowc.telephony.call import CallEnded

pytestmark = pytest.mark.pbx

AT_ONCE = 40  # calls
ATTEMPTS = 3
BUSY_MS = 20  # of lag: a key that comes so late may be another vector
QUIET_S = 0.1  # longer than the gap between two files of a list
LATEST_MS = 100
# The last packets of an offer are the 20 ms of nil, and a file's end is heard a packet early.
EARLIEST_MS = -60


@dataclass
class Played:
    """One vector's call: when keys ended and offers began and fell silent, on the loop's clock."""

    vector: Vector
    placed: Placed
    keys: list[float]
    audio_ends: dict[int, float]
    trace: Trace
    lag_ms: float = 0.0  # how late this very process was woken while the call went on


class Player:
    """Presses a vector's keys in one call."""

    def __init__(self, vector: Vector, placed: Placed) -> None:
        self.vector, self.placed = vector, placed
        self.call = placed.call
        self.keys: list[float] = []
        self.audio_ends: dict[int, float] = {}

    async def play(self) -> Played:
        listening = asyncio.create_task(self._note_audio())
        with suppress(CallEnded):  # the rest of a burst, when the call has its answer already
            for press in self.vector.presses:
                await self._press(press)
        trace = await self.placed.finished()
        listening.cancel()
        return Played(self.vector, self.placed, self.keys, self.audio_ends, trace)

    async def _press(self, press: Press) -> None:
        length = min(press.hold, press.spacing or 1) if len(press.keys) > 1 else press.hold
        due = await self._reference(press) + press.wait / 1000 - length / 1000
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        spacing = max(press.spacing, length) / 1000
        ends = await self.call.press(press.keys, spacing=spacing, length=length / 1000)
        self.keys.extend(ends)

    async def _reference(self, press: Press) -> float:
        match press.since:
            case "key":
                return self.keys[-1]
            case "begin":
                return await self._offer(press.offer)
            case _:
                await self._offer(press.offer)
                await self.placed.until(lambda: self._has_ended(press.offer))
                return self.audio_ends[press.offer]

    async def _offer(self, number: int) -> float:
        begins = self.placed.reader.begins
        await self.placed.until(lambda: len(begins) >= number or self._is_over())
        if len(begins) < number:
            raise CallEnded("the call ended before that offer")
        return begins[number - 1]

    def _has_ended(self, offer: int) -> bool:
        return offer in self.audio_ends or self._is_over()

    def _is_over(self) -> bool:
        return self.placed.bench.ended[self.placed.channel].is_set()

    async def _note_audio(self) -> None:
        """When each offer fell silent, by what the caller hears."""
        while True:
            begins, last = self.placed.reader.begins, self.call.heard.last_at or 0.0
            now = asyncio.get_running_loop().time()
            for number, begun in enumerate(begins, start=1):
                following = begins[number] if number < len(begins) else now
                if number not in self.audio_ends and begun < last and last + QUIET_S <= now:
                    self.audio_ends[number] = min(last, following)
                    self.placed.bench.changed[self.placed.channel].set()
            await asyncio.sleep(0.01)


class Lag:
    """How late the machine wakes this process: what a measured time may be wrong by."""

    def __init__(self) -> None:
        self.worst: list[tuple[float, float]] = []

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 0.01
            await asyncio.sleep(0.01)
            self.worst.append((due, (loop.time() - due) * 1000))

    def since(self, begin: float) -> float:
        return max((late for at, late in self.worst if at >= begin), default=0.0)


async def _play_all(folder: Path) -> dict[str, Played | Exception]:
    recordings = {f"zh/{name}": length for name, length in PROMPTS.items()}
    async with bench(FLOWS, recordings, folder) as made:
        gate = asyncio.Semaphore(AT_ONCE)
        lag = Lag()
        watching = asyncio.create_task(lag.watch())
        results = await asyncio.gather(
            *(_play_one(made, index, gate, lag) for index in range(len(VECTORS))),
            return_exceptions=True,
        )
        watching.cancel()
    played: dict[str, Played | Exception] = {}
    for vector, result in zip(VECTORS, results, strict=True):
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
        played[vector.name] = result
    return played


async def _play_one(made: Bench, index: int, gate: asyncio.Semaphore, lag: Lag) -> Played:
    """Play a vector; again where the machine was too busy for its keys to come in time."""
    for attempt in range(ATTEMPTS):
        async with gate:
            began = asyncio.get_running_loop().time()
            vector = VECTORS[index]
            placed = await made.call(vector.flow, f"v{index}x{attempt}")
            played = await asyncio.wait_for(Player(vector, placed).play(), 80)
            played.lag_ms = lag.since(began)
        if played.lag_ms < BUSY_MS or _ended(played) == list(vector.ended):
            break
    return played


def _ended(played: Played) -> list[str]:
    steps = played.trace.steps
    return [f"{s.block.node}: {s.outcome}" for s in steps if isinstance(s, Ended)]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played | Exception]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("vectors")))


def _joined(trace: Trace) -> tuple[str, ...]:
    return tuple(
        "+".join(sound.removeprefix("zh/") for sound in step.sounds)
        for step in trace.steps
        if isinstance(step, Offered)
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_server_as_the_table_says(
    vector: Vector, played: dict[str, Played | Exception]
) -> None:
    result = played[vector.name]
    if isinstance(result, Exception):
        raise result
    steps, value = result.trace.steps, result.placed.reader.value
    assert _ended(result) == list(vector.ended), "\n".join(result.placed.steps)
    assert [s.block.node for s in steps if isinstance(s, Entered)][-1] == vector.at
    asked = [s.block.node for s in steps if isinstance(s, Ended)]
    assert value(f"v.{asked[-1]}") == vector.value
    assert (int(value(SILENCES) or 0), int(value(WRONGS) or 0)) == (vector.silences, vector.wrongs)
    assert value(CAUSE) == vector.cause
    if vector.offered:
        assert _joined(result.trace) == vector.offered


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_server_acts_on_a_vector_in_time(
    vector: Vector, played: dict[str, Played | Exception]
) -> None:
    result = played[vector.name]
    if isinstance(result, Exception):
        pytest.fail(str(result))
    reader = result.placed.reader
    acted = max(
        reader.zero + at / 1000
        for step, at in zip(result.trace.steps, result.trace.times, strict=True)
        if isinstance(step, Entered)
    )
    if vector.acts.since == "audio":
        since = result.audio_ends[max(result.audio_ends)]
    else:
        since = result.keys[sum(len(p.keys) for p in vector.presses) - 1 - vector.acts.back]
    late = (acted - since) * 1000 - vector.acts.wait
    assert EARLIEST_MS - result.lag_ms <= late <= LATEST_MS + result.lag_ms
