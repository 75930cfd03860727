"""Tests on real servers run in real time: one after another, beside at most one other worker.

Deploys have no timers to meet, so they make a second row, for that other worker.

A machine that is busy with something else can make a caller press late. Such a test is tried a
second time, and the report says so (`rerun`); one that fails twice has failed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITHOUT_TIMERS = ("test_deploy", "test_two_systems", "test_ami_on_a_server", "test_lab.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            row = "deploys" if item.path.name.startswith(WITHOUT_TIMERS) else "calls"
            item.add_marker(pytest.mark.xdist_group(row))
            item.add_marker(pytest.mark.flaky(reruns=1))
