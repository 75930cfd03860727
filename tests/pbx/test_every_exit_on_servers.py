"""Every kind of node by every exit and every cause: on each real server as on the simulator."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))

from every_exit.playing import results
from every_exit.rows import ROWS, Row

from flowc.cli.test_on import line
from flowc.live.result import Result
from flowc.target import LabUnavailableError

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module", params=["asterisk", "freeswitch"])
def played(request: pytest.FixtureRequest) -> dict[Row, Result]:
    try:
        return results(request.param)
    except LabUnavailableError as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_exit_is_taken_on_a_server_as_on_the_simulator(
    row: Row, played: dict[Row, Result]
) -> None:
    assert played[row].passed, line(played[row])
    assert not played[row].allowed
