"""A few random projects and callers on real servers; `make fuzz-agreement` plays thousands.

Short calls, so that the whole takes no longer than booting the server and the longest of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))

from fuzz.making import Made, made
from fuzz.rendered import fits
from fuzz.servers import play_on

from flowc.cli.test_on import line
from flowc.live.allowances import too_many
from flowc.live.result import Result
from flowc.target import LabUnavailableError

pytestmark = pytest.mark.pbx

SEEDS, SIZE, CALLERS = range(100, 120), 8, 2
LONGEST_MS = 12_000
# One server at a time has the machine's attention in a run of all tests.
AT_ONCE = 15 * min(os.cpu_count() or 1, 2)


def short_calls(target: str) -> list[Made]:
    """Random projects that the target can hold, with their calls, but for those that last long."""
    found = [made(seed, SIZE, CALLERS) for seed in SEEDS]
    for one in found:
        one.runs = [run for run in one.runs if run.length_ms <= LONGEST_MS]
    return [one for one in found if one.runs and fits(target, one.called)]


@pytest.fixture(scope="module", params=["asterisk", "freeswitch"])
def results(request: pytest.FixtureRequest) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="fz-") as work:
        try:
            return play_on(request.param, short_calls(request.param), Path(work), AT_ONCE)
        except LabUnavailableError as reason:
            pytest.skip(str(reason))


def test_random_calls_go_on_a_real_server_as_in_the_simulator(results: list[Result]) -> None:
    failed = [line(result) for result in results if result.failed]
    assert not failed, "\n".join(failed)
    assert not [line(result) for result in results if result.skipped]


def test_hardly_a_random_call_needs_an_allowance(results: list[Result]) -> None:
    used = [line(result) for result in results if result.allowed]
    assert not too_many(len(used), len(results)), used


def test_random_calls_are_played_in_some_number(results: list[Result]) -> None:
    assert len(results) >= len(SEEDS) * CALLERS // 2
