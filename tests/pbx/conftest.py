"""Tests on real servers run in real time: file by file, at most two at once (`make test`).

A machine that is busy with something else can make a caller press late. Such a test is tried a
second time, and the report says so (`rerun`); one that fails twice has failed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))
