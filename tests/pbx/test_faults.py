"""The runtime dies, hangs, is slow, talks nonsense or is not there, while real calls ask it on either
server: no caller is lost by that, no channel is kept, and the server is as well as before.

`benchmarks/faults.py` plays the whole table; here is one of each sort.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import AFTER, ASKS, GONE_WITHIN_S, MOST_IDLE_CPU, Suffered, faulty_bench
from faulty_proxy import Fault
from stand import servers

pytestmark = pytest.mark.pbx

FAULTS = (
    Fault("kill", after_s=0.3),
    Fault("stop", after_s=0.3),
    Fault("slow", after_s=0.3),
    Fault("cut", most_bytes=120),
    Fault("hold", most_bytes=120),
    Fault("junk", words="words"),
    Fault("lies"),
    Fault("refuse"),
)
AFTER_THE_CALL = (Fault("kill"), Fault("stop"), Fault("hold", most_bytes=10))
CALLS = (*ASKS, AFTER)
Outcomes = dict[str, Suffered]


async def _suffer_all(name: str, folder: Path) -> Outcomes:
    rounds = [(fault, CALLS) for fault in FAULTS]
    rounds += [(fault, (AFTER, AFTER)) for fault in AFTER_THE_CALL]
    found: Outcomes = {}
    asks = [asked for _, calls in rounds for asked in calls]
    async with faulty_bench(name, folder, asks, len(rounds)) as bench:
        for fault, calls in rounds:
            title = str(fault) if calls is CALLS else f"{fault}, {AFTER}"
            found[title] = await bench.suffer(fault, calls)
    return found


@pytest.fixture(scope="module", params=servers())
def suffered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp(f"faults-{request.param}")
    return asyncio.run(_suffer_all(request.param, folder))


TITLES = (*map(str, FAULTS), *(f"{fault}, {AFTER}" for fault in AFTER_THE_CALL))


@pytest.mark.parametrize("title", TITLES)
def test_a_caller_is_at_a_declared_exit_in_time(title: str, suffered: Outcomes) -> None:
    for one in suffered[title].seen:
        assert not one.is_lost, one
        assert not one.is_late, one


@pytest.mark.parametrize("title", [t for t in TITLES if AFTER not in t and "slow" not in t])
def test_nobody_is_told_that_something_was_done(title: str, suffered: Outcomes) -> None:
    """What the runtime never said, no call can have heard."""
    if title in {"kill 0.30 s", "stop 0.30 s"}:
        slow = ("look-up", "look-up, filled", "request")  # orders were answered by then
        told = {one.asked: one.outcome for one in suffered[title].seen if one.asked in slow}
    else:
        told = {one.asked: one.outcome for one in suffered[title].seen}
    assert not {"done", "not_found"} & set(told.values()), told


@pytest.mark.parametrize("title", TITLES)
def test_no_channel_is_left_two_seconds_after_the_callers_have_gone(
    title: str, suffered: Outcomes
) -> None:
    assert suffered[title].left_s <= GONE_WITHIN_S + 0.1


@pytest.mark.parametrize("title", TITLES)
def test_the_server_is_as_well_as_before(title: str, suffered: Outcomes) -> None:
    assert suffered[title].cpu <= MOST_IDLE_CPU
    assert suffered[title].works_again
