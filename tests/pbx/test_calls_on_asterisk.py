"""The same call on two executors: what the simulator says happens, happens on a real Asterisk.

Every call of the examples, and of the cable operator's hotline each one in six (`flowc test --on
asterisk flows` plays them all).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flowc.cli.test import scripts_of
from flowc.cli.test_on import line
from flowc.compiler import compile_project
from flowc.on_target import Result, play_calls
from flowc.target import load_target

pytestmark = [pytest.mark.pbx, pytest.mark.xdist_group("calls-on-asterisk")]

ROOT = Path(__file__).parents[2]
PROJECTS = {"examples/smallest": 1, "examples/duty_400": 1, "examples/city_hotline": 1, "flows": 6}


def _played(project: str, each: int, work: Path) -> tuple[Result, ...]:
    folder = ROOT / project
    compiled = compile_project(folder)
    scripts = scripts_of(compiled, folder, "", "en")[::each]
    target = load_target("asterisk")
    return asyncio.run(play_calls(compiled, target, scripts, folder, work))


@pytest.mark.parametrize("project", PROJECTS)
def test_every_call_goes_on_a_real_asterisk_as_the_simulator_says(
    project: str, tmp_path: Path
) -> None:
    results = _played(project, PROJECTS[project], tmp_path)
    failed = [line(result) for result in results if result.failed]
    assert not failed, "\n".join(failed)
    assert sum(result.passed for result in results) >= len(results) * 3 // 4
