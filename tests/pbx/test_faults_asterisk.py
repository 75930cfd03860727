"""The runtime dies, hangs or answers half while real calls ask it: no caller is lost by that."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import (
    EXIT_WITHIN_S,
    GONE_WITHIN_S,
    NUMBERS,
    Fault,
    Seen,
    calls_of,
    faulty_bench,
)

pytestmark = pytest.mark.pbx

FAULTS = (
    Fault("kill", after_s=0.3),
    Fault("stop", after_s=0.3),
    Fault("cut", most_bytes=250),
    Fault("hold", most_bytes=250),
)
ASKED = ("look-up", "look-up", "request", "request")
Outcomes = dict[str, tuple[list[Seen], float]]


async def _suffer_all(folder: Path) -> Outcomes:
    numbers = [NUMBERS[what] for what in ASKED]
    found: Outcomes = {}
    async with faulty_bench(folder, lambda id_: calls_of(id_, numbers * len(FAULTS))) as (
        bench,
        calls,
    ):
        for index, fault in enumerate(FAULTS):
            some = calls[index * len(numbers) : (index + 1) * len(numbers)]
            seen = await bench.suffer(fault, some)
            found[str(fault)] = (seen, bench.left_s)
    return found


@pytest.fixture(scope="module")
def suffered(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return asyncio.run(_suffer_all(tmp_path_factory.mktemp("faults")))


@pytest.mark.parametrize("fault", [str(fault) for fault in FAULTS])
def test_a_caller_is_at_a_declared_exit_within_three_seconds(
    fault: str, suffered: Outcomes
) -> None:
    seen, _ = suffered[fault]
    assert [each.outcome for each in seen] == ["error", "error", "unknown", "unknown"]
    assert max(each.seconds for each in seen) <= EXIT_WITHIN_S


@pytest.mark.parametrize("fault", [str(fault) for fault in FAULTS])
def test_no_channel_is_left_two_seconds_after_the_callers_have_gone(
    fault: str, suffered: Outcomes
) -> None:
    assert suffered[fault][1] <= GONE_WITHIN_S
