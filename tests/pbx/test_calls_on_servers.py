"""The same call on every executor: what the simulator says happens, happens on real servers.

Every call of two examples, and of the cable operator's hotline one of each kind (`flowc test flows --on
NAME` plays them all). All are played once, at the same time, and each is then judged.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from flowc.cli.test import Chosen, scripts_of
from flowc.cli.test_on import line
from flowc.compiler import compile_project
from flowc.live.allowances import too_many
from flowc.live.result import Result
from flowc.on_target import play_calls
from flowc.simulate.script import CallScript
from flowc.target import LabUnavailableError, load_target

pytestmark = pytest.mark.pbx

ROOT = Path(__file__).parents[2]
HOTLINE = (
    "unsuspend/qualifies",
    "unsuspend/does_not_qualify",
    "unsuspend/second_request_the_same_day",
    "unsuspend/two_calls_at_once_first",
    "unsuspend/two_calls_at_once_second",
    "unsuspend/reply_lost",
    "unsuspend/twice_in_one_call",
    "menus/nothing_but_silence",
    "menus/only_wrong_keys",
    "menus/repeat",
    "menus/back",
    "menus/skip",
    "menus/barge_in",
    "menus/type_ahead",
    "menus/hang_up_in_the_menu",
    "menus/dialled_with_area_code",
    "menus/too_long",
    "balance/zero_inside_the_entry",
    "balance/every_service",
    "hours/last_minute",
    "hours/make_up_workday",
    "hours/holiday",
    "hours/emergency_in_english",
    "fault/outage",
    "lines/broadband_full",
    "lines/hang_up_in_the_queue",
    "lines/vip",
    "person/no_agents",
    "person/hang_up_in_the_message",
    "person/hang_up_in_the_message_reply_lost",
    "person/message_not_recorded",
    "person/message_ended_by_key",
    "progress/by_number",
    "progress/urged",
    "progress/not_found",
)
CALLS = {"examples/smallest": 1, "examples/duty_400": 22, "flows": len(HOTLINE)}
FEWEST_BY_EAR = 11


def _chosen(project: str, scripts: tuple[CallScript, ...]) -> tuple[CallScript, ...]:
    if project != "flows":
        return scripts
    files = {f"tests/{name}.call.yaml" for name in HOTLINE}
    return tuple(script for script in scripts if script.span.source.name in files)


async def _played(project: str, target: str, work: Path) -> tuple[Result, ...]:
    folder = ROOT / project
    compiled = compile_project(folder)
    scripts = _chosen(project, scripts_of(compiled, folder, Chosen(), "en"))
    work.mkdir()
    return await play_calls(compiled, load_target(target), scripts, folder, work)


async def _play_all(target: str, work: Path) -> dict[str, tuple[Result, ...]]:
    playing = (_played(project, target, work / str(place)) for place, project in enumerate(CALLS))
    return dict(zip(CALLS, await asyncio.gather(*playing), strict=True))


@pytest.fixture(scope="module", params=["asterisk", "freeswitch"])
def results(request: pytest.FixtureRequest) -> dict[str, tuple[Result, ...]]:
    # Not pytest's own folder: every sound's whole path stands in the server's lists of sounds, which
    # have a limit, as it does on an operator's server.
    with tempfile.TemporaryDirectory(prefix="flowc-") as work:
        try:
            return asyncio.run(_play_all(request.param, Path(work)))
        except LabUnavailableError as reason:
            pytest.skip(str(reason))


@pytest.mark.parametrize("project", CALLS)
def test_every_call_goes_on_a_real_server_as_the_simulator_says(
    project: str, results: dict[str, tuple[Result, ...]]
) -> None:
    failed = [line(result) for result in results[project] if result.failed]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("project", CALLS)
def test_no_call_is_left_out(project: str, results: dict[str, tuple[Result, ...]]) -> None:
    assert [line(result) for result in results[project] if result.skipped] == []
    assert len(results[project]) == CALLS[project]


def test_hardly_a_call_differs_even_in_what_may_differ(
    results: dict[str, tuple[Result, ...]],
) -> None:
    everything = [result for project in results.values() for result in project]
    used = [line(result) for result in everything if result.allowed]
    assert not too_many(len(used), len(everything)), used


def test_what_was_offered_is_heard_in_its_order(results: dict[str, tuple[Result, ...]]) -> None:
    heard = [result.heard for result in results["flows"] if result.passed]
    assert sum(sounds >= 3 for sounds in heard) >= FEWEST_BY_EAR


def test_a_call_is_played_twice_only_where_the_machine_was_measured_late(
    results: dict[str, tuple[Result, ...]],
) -> None:
    everything = [result for project in results.values() for result in project]
    again = [result for result in everything if result.first is not None]
    assert all(result.first is not None and result.first.may_be_lags_fault for result in again)
    assert len(again) <= len(everything) // 4, "\n".join(map(line, again))
