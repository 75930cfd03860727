"""Every input vector over real SIP on a real FreeSWITCH: outcomes, counters, prompts and timers.

All calls run in one boot, many at once; each vector is then judged by itself.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))
sys.path.insert(0, str(Path(__file__).parent))

from support_freeswitch import Bench, bench, needs_server
from test_vectors_asterisk import ATTEMPTS, BUSY_MS, Lag, Played, Player
from vectors.graphs import PROMPTS
from vectors.table import FLOWS, VECTORS, Vector

from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.live.allowances import BURST, READ_SLOWLY
from flowc.machine.trace import Ended, Entered, Offered

pytestmark = [pytest.mark.pbx, needs_server]

AT_ONCE = 30  # calls
# Frames of 20 ms: a timer may end one early, and a key or a re-prompt comes some later.
EARLIEST_MS, LATEST_MS = -60, 120

# What may differ from the table on this server: rows of the one table of all servers.
OTHER_OUTCOME = {
    "a wrong entry flushes the rest of a burst": BURST,
    "a burst behind keys that leave the tree is flushed": BURST,
    "keys before a node that flushes are dropped": BURST,
}
LATER_MS = {
    "a burst of all keys at once": (600, READ_SLOWLY),
    "64 digits are the longest entry": (700, READ_SLOWLY),
    "64 stars are back": (700, READ_SLOWLY),
}


async def _play_all(folder: Path) -> dict[str, Played | BaseException]:
    recordings = {f"zh/{name}": length for name, length in PROMPTS.items()}
    async with bench(FLOWS, recordings, folder) as made:
        gate, lag = asyncio.Semaphore(AT_ONCE), Lag()
        watching = asyncio.create_task(lag.watch())
        calls = (_play_one(made, index, gate, lag) for index in range(len(VECTORS)))
        results = await asyncio.gather(*calls, return_exceptions=True)
        watching.cancel()
    return dict(zip((vector.name for vector in VECTORS), results, strict=True))


async def _play_one(made: Bench, index: int, gate: asyncio.Semaphore, lag: Lag) -> Played:
    """Play a vector; again where the machine was too busy for its keys to come in time."""
    for attempt in range(ATTEMPTS):
        async with gate:
            began = asyncio.get_running_loop().time()
            vector = VECTORS[index]
            placed = await made.call(vector.flow, f"v{index}x{attempt}")
            played = await asyncio.wait_for(Player(vector, placed).play(), 80)
            played.lag_ms = lag.since(began)
        in_time = _ended(played) == list(vector.ended) and _is_in_time(vector, played)
        if played.lag_ms < BUSY_MS or in_time:
            break
    return played


def _ended(played: Played) -> list[str]:
    steps = played.trace.steps
    return [f"{s.block.node}: {s.outcome}" for s in steps if isinstance(s, Ended)]


def _is_in_time(vector: Vector, played: Played) -> bool:
    latest, _ = LATER_MS.get(vector.name, (LATEST_MS, None))
    return EARLIEST_MS - played.lag_ms <= _late_ms(vector, played) <= latest + 2 * played.lag_ms


def _late_ms(vector: Vector, played: Played) -> float:
    """How much later than the table says the call reached its last node."""
    entered = (
        at
        for step, at in zip(played.trace.steps, played.trace.times, strict=True)
        if isinstance(step, Entered)
    )
    acted = played.placed.reader.zero + max(entered) / 1000
    if vector.acts.since == "audio":
        since = max(played.audio_ends.values())
    else:
        since = played.keys[sum(len(p.keys) for p in vector.presses) - 1 - vector.acts.back]
    return (acted - since) * 1000 - vector.acts.wait


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played | BaseException]:
    return asyncio.run(_play_all(tmp_path_factory.mktemp("vectors")))


def _result(vector: Vector, played: dict[str, Played | BaseException]) -> Played:
    result = played[vector.name]
    if isinstance(result, BaseException):
        raise result
    return result


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_server_as_the_table_says(
    vector: Vector, played: dict[str, Played | BaseException]
) -> None:
    if vector.name in OTHER_OUTCOME:
        pytest.skip(OTHER_OUTCOME[vector.name].why.say("en", {}))
    result = _result(vector, played)
    steps, value = result.trace.steps, result.placed.reader.value
    assert _ended(result) == list(vector.ended), "\n".join(result.placed.steps)
    assert [s.block.node for s in steps if isinstance(s, Entered)][-1] == vector.at
    asked = [s.block.node for s in steps if isinstance(s, Ended)]
    assert value(f"v.{asked[-1]}") == vector.value
    assert (int(value(SILENCES) or 0), int(value(WRONGS) or 0)) == (vector.silences, vector.wrongs)
    assert value(CAUSE) == vector.cause
    offered = ("+".join(s.sounds).replace("zh/", "") for s in steps if isinstance(s, Offered))
    if vector.offered:
        assert tuple(offered) == vector.offered


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_server_acts_on_a_vector_in_time(
    vector: Vector, played: dict[str, Played | BaseException]
) -> None:
    if vector.name in OTHER_OUTCOME:
        pytest.skip(OTHER_OUTCOME[vector.name].why.say("en", {}))
    result = _result(vector, played)
    assert _is_in_time(vector, result), (_late_ms(vector, result), result.lag_ms)
