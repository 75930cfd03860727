"""Every call that is kept with a project, on the rendered text: the simulator's trace, to the millisecond."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stand_ins.callers import RunCaller
from stand_ins.from_run import asked_of, world_of
from stand_ins.making import TARGETS
from stand_ins.projects import ProjectOn, folders, runs_of

from flowc.compiler import Compiled
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Dial, Enqueue, Invoke, InvokeKind, Record
from flowc.live.acts import Press, acts_of
from flowc.live.compare import first_difference
from flowc.machine.trace import Ended, Trace
from flowc.simulate.simulator import Run

ROOT = Path(__file__).parents[2]
PROJECTS = {path.relative_to(ROOT).as_posix(): path for path in folders(ROOT)}
FEWEST_CALLS = 299


@pytest.fixture(scope="module", params=PROJECTS)
def project(request: pytest.FixtureRequest) -> tuple[Compiled, tuple[Run, ...]]:
    return runs_of(PROJECTS[request.param])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("at_once", [True, False], ids=["without delay", "as fast as a server"])
def test_every_call_of_a_project_goes_on_a_stand_in_as_the_simulator_says(
    target: str, at_once: bool, project: tuple[Compiled, tuple[Run, ...]]
) -> None:
    compiled, runs = project
    made = ProjectOn(target, compiled)
    parted = []
    for run in runs:
        if run.by == "limit" and not at_once:
            continue  # when 20 minutes are over, a server's own delays have come to seconds
        request, server = made.server(run.script)
        asked = asked_of(run, request.graph, request.release8)
        trace = server.play(asked, RunCaller(run, at_once=at_once), world_of(run, at_once=at_once))
        found = first_difference(request.graph, run.trace, trace)
        if found is not None:
            parted.append(f"{run.script.name}: {found.meant}, but {found.found} ({found.block})")
        if at_once and not runs_on(target, run):
            parted.extend(late(request.graph, run, trace))
    assert not parted, "\n".join(parted)


def runs_on(target: str, run: Run) -> bool:
    """FreeSWITCH lets a prompt run on where the machine begins it anew for a late `#`, or ends it
    because the call has been long enough."""
    late_hash = any(act.what == Press("#") for act in acts_of(run))
    return target == "freeswitch" and (late_hash or run.by == "limit")


def late(graph: FlowGraph, run: Run, trace: Trace) -> Iterator[str]:
    """A step that came at another moment, up to the first thing that nobody says the length of."""
    for step, meant, found in zip(run.trace.steps, run.trace.times, trace.times, strict=False):
        if isinstance(step, Ended) and takes_its_time(graph, step):
            return
        if meant != found:
            yield f"{run.script.name}: {step} came at {found} ms, not at {meant}"
            return


def takes_its_time(graph: FlowGraph, step: Ended) -> bool:
    """People, tones, tries that are put off by chance."""
    match graph.blocks[step.block].operations[-1]:
        case Enqueue() | Dial() | Record():
            return True
        case Invoke(kind=InvokeKind.LOOKUP):
            return step.outcome == "error"
        case Invoke():
            return True  # the journal answers at once what it knows
        case _:
            return False


def test_the_projects_keep_as_many_calls_as_they_promise() -> None:
    assert sum(len(list(path.glob("tests/**/*.call.yaml"))) for path in PROJECTS.values()) >= (
        FEWEST_CALLS
    )
