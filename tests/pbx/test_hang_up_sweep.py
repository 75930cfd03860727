"""A caller hangs up in every moment of every kind of node, on both servers.

One boot a server, all calls at once. What a call means is asked of the simulator; what is left of it,
of the server, the back end and the store.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stand import servers
from sweep import CALLS_A_CELL, GONE_WITHIN_S, Played, Sweep, cells_of, sweep
from sweep_table import CELLS, MOMENTS, QUICK_KINDS, kind_of, moments_of, project_files, why_not

from flowc.compiler import compile_files
from flowc.kinds.table import KINDS
from flowc.live.compare import first_difference
from flowc.machine.trace import Entered, HungUp, Marked

NAMES = tuple(CELLS)


@pytest.fixture(scope="module", params=servers())
def swept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return asyncio.run(sweep(request.param, tmp_path_factory.mktemp(f"sweep-{request.param}")))


def _calls(swept: Sweep, name: tuple[str, str]) -> list[Played]:
    found = cells_of(swept.played)[name]
    assert len(found) == CALLS_A_CELL
    return found


@pytest.mark.pbx
@pytest.mark.parametrize("name", NAMES, ids=", ".join)
def test_the_call_goes_as_the_simulator_says_up_to_the_end_of_its_handler(
    name: tuple[str, str], swept: Sweep
) -> None:
    for call in _calls(swept, name):
        difference = first_difference(swept.graph, call.run.trace, call.trace)
        assert difference is None, f"meant: {difference.meant}, found: {difference.found}"
        assert call.problem == ""


@pytest.mark.pbx
@pytest.mark.parametrize("name", NAMES, ids=", ".join)
def test_the_handler_runs_exactly_once(name: tuple[str, str], swept: Sweep) -> None:
    handler = swept.graph.on_hangup
    for call in _calls(swept, name):
        steps = call.trace.steps
        assert sum(isinstance(step, HungUp) for step in steps) == 1
        assert steps.count(Entered(handler)) == 1  # type: ignore[arg-type]  # there is one
        assert steps.count(Marked("noted")) == 1
        opened = Counter(each.ticket_class for each in call.tickets)
        assert opened["after"] == 1


@pytest.mark.pbx
@pytest.mark.parametrize("name", NAMES, ids=", ".join)
def test_the_channel_is_free_within_two_seconds(name: tuple[str, str], swept: Sweep) -> None:
    for call in _calls(swept, name):
        assert call.freed_s <= GONE_WITHIN_S


@pytest.mark.pbx
@pytest.mark.parametrize("name", NAMES, ids=", ".join)
def test_what_the_caller_left_is_done_once_and_its_order_is_marked(
    name: tuple[str, str], swept: Sweep
) -> None:
    cell = CELLS[name]
    for call in _calls(swept, name):
        assert call.orders == cell.requests
        states = Counter((each.ticket_class, each.state) for each in call.tickets)
        wanted = Counter({("after", "opened"): 1, ("fault", "abandoned"): cell.abandoned})
        assert states == +wanted


@pytest.mark.pbx
@pytest.mark.parametrize("name", NAMES, ids=", ".join)
def test_the_record_is_written_once_and_tells_how_the_call_ended(
    name: tuple[str, str], swept: Sweep
) -> None:
    for call in _calls(swept, name):
        (record,) = call.records
        release, by, at, to, of, *marks = record.split(" ")
        caller = call.run.script.caller
        assert (by, at, to) == (
            f"by={call.run.by}",
            f"at={call.run.at}",
            f"to={call.run.script.to}",
        )
        assert of == f"from={caller[:3]}****{caller[-4:]}"
        assert marks == list(call.run.marks)
        assert len(release) == 8


@pytest.mark.pbx
def test_no_channel_of_anybodys_is_left(swept: Sweep) -> None:
    assert swept.all_gone


@pytest.mark.pbx
def test_the_operator_is_told_of_each_effect_that_nobody_was_told_of(swept: Sweep) -> None:
    told = [json.loads(line) for line in swept.log.splitlines()]
    lost = [each for each in told if each["event"] == "answer_lost"]
    effects = [
        each for each in swept.played if each.cell.requests or kind_of(each.name[0]) == "ticket"
    ]
    left = [each for each in effects if "status" not in each.name[0]]
    assert len(lost) == len(left)
    assert not [each for each in told if each["level"] == "error"]


# --- the table itself


def test_every_kind_meets_every_moment_or_there_is_a_reason() -> None:
    played = {(kind_of(name), moment) for name, moment in CELLS}
    known = {kind.keyword for kind in KINDS}
    assert {kind for kind, _ in played} | set(QUICK_KINDS) == known
    for kind in known:
        for moment in MOMENTS:
            assert (kind, moment) in played or why_not(kind, moment)


def test_a_cell_is_left_out_only_where_the_kind_has_no_such_moment() -> None:
    played: dict[str, set[str]] = {kind: set() for kind in QUICK_KINDS}
    for name, moment in CELLS:
        if moment in MOMENTS:
            played.setdefault(kind_of(name), set()).add(moment)
    found = _moments_of_kinds()
    found["call"] = found["menu"]  # what a call waits for is in the flow that it calls
    assert {kind: found[kind] for kind in played} == played


def _moments_of_kinds() -> dict[str, set[str]]:
    """What callers may be waiting for in the nodes of each kind, as they were lowered."""
    files = project_files(1, "environments: {lab: {target: none}}\n")
    graph = compile_files({name: text.encode() for name, text in files.items()}).graph
    assert graph is not None
    found: dict[str, set[str]] = {}
    for block in graph.blocks.values():
        moments = found.setdefault(block.origin.kind, set())
        moments.update(*map(moments_of, block.operations))
    return found
