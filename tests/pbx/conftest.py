"""Tests on real servers run in real time: file by file, at most two at once (`make test`).

A machine that is busy with something else can make a caller press late. Such a test is tried a
second time, and the report says so (`rerun`); one that fails twice has failed. What the tests of a
file look at together is measured anew for the first of them that fails, once: else a second try
would look at the same figures again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_measured_anew: set[tuple[str, object]] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if getattr(item, "execution_count", 1) > 1:  # as pytest-rerunfailures counts
        for shared in list(_shared(item)):
            name = (shared.baseid + "::" + shared.argname, shared.cached_result[1])
            if name not in _measured_anew:
                _measured_anew.add(name)
                shared.finish(item._request)


def _shared(item: pytest.Item) -> Iterator[pytest.FixtureDef[object]]:
    """The file's own fixtures that this test looks at together with others."""
    for known in item._fixtureinfo.name2fixturedefs.values():
        for each in known:
            if each.scope == "module" and each.cached_result is not None:
                yield each
