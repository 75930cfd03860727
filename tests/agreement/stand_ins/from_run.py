"""A simulated run as a call for a stand-in: the same caller, the same answers, the same scenes."""

from __future__ import annotations

from flowc.graph.model import FlowGraph
from flowc.live.acts import dials_of, queues_of
from flowc.live.compare import Difference, first_difference
from flowc.machine.commands import RecordCaller
from flowc.machine.events import RecordingEnded
from flowc.on_target import replies_of
from flowc.simulate.simulator import Run
from flowc.simulate.world import seconds_of
from flowc.target import LabCall

from .callers import RunCaller
from .shape import StandIn, World


def asked_of(run: Run, graph: FlowGraph, release8: str, token: str = "call") -> LabCall:
    """The call as a lab would be asked for it."""
    script = run.script
    return LabCall(
        token=token,
        release=release8,
        number=script.to,
        caller=script.caller,
        starts=seconds_of(script.at, graph.timezone),
        language=script.language,
        queues=queues_of(run),
        dials=dials_of(run),
        speaks=True,
    )


def world_of(run: Run, *, at_once: bool = False) -> World:
    """What the simulated call met."""
    return World(
        flags=frozenset(run.script.flags),
        replies=replies_of(run),
        failing=_failing(run),
        at_once=at_once,
    )


def _failing(run: Run) -> frozenset[int]:
    recordings, found = 0, set()
    for note in run.journal:
        recordings += isinstance(note.what, RecordCaller)
        if isinstance(note.what, RecordingEnded) and note.what.outcome == "error":
            found.add(recordings)
    return frozenset(found)


def differs(
    server: StandIn, run: Run, graph: FlowGraph, release8: str, *, at_once: bool = False
) -> Difference | None:
    """Where the call on the stand-in first parts from the simulated one; None where they agree."""
    asked = asked_of(run, graph, release8)
    trace = server.play(asked, RunCaller(run, at_once=at_once), world_of(run, at_once=at_once))
    return first_difference(graph, run.trace, trace)
