"""A transcript's call on the stand-in: the same acts at the same moments, and what is different then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from stand_ins.callers import TimedCaller
from stand_ins.from_run import world_of
from stand_ins.making import PLACE, stand_in
from stand_ins.projects import emitted_for, runs_of
from stand_ins.shape import Played, StandIn, World

from flowc.build import release_of
from flowc.compiler import Compiled
from flowc.graph.model import FlowGraph
from flowc.graph.release import Release
from flowc.live.compare import comparable, words
from flowc.machine.trace import Step
from flowc.simulate.simulator import Run
from flowc.simulate.world import seconds_of
from flowc.target import Environment, LabCall, LabRelease

from .model import Transcript, Transcripts, masked
from .sets import CALLER, HOUSE, NUMBER, digest, made_for, planned_for

TOKEN = "t1"


@dataclass(frozen=True, slots=True)
class House:
    """The project of the house on one target, as it is rendered for a stand-in."""

    compiled: Compiled
    runs: Mapping[str, Run]
    release: LabRelease
    served: Release


def place_of(folder: int) -> Environment:
    """Sounds in a folder whose name is that long."""
    return replace(PLACE, sounds="/".ljust(folder, "s"))


SHORT = len(PLACE.sounds)


@cache
def house_on(target: str, folder: int = SHORT) -> House:
    """Rendered once."""
    compiled, runs = runs_of(HOUSE)
    assert compiled.graph is not None
    release = emitted_for(target, compiled.graph, place_of(folder))
    served = replace(release_of(compiled, release.request.release), graph=release.request.graph)
    return House(compiled, {run.script.name: run for run in runs}, release, served)


class Replayer:
    """Plays the transcripts of one set."""

    def __init__(self, name: str, kept: Transcripts) -> None:
        self._name, self.kept = name, kept
        self._servers: dict[str, StandIn] = {}
        self._planned = {} if name == "house" else {one.name: one for one in planned_for(name)}

    def release(self, made: str, folder: int) -> LabRelease:
        """What a call was made from, as it is rendered today; `folder`: of its sounds, how long."""
        if self._name == "house":
            return house_on(self.kept.server, folder).release
        return made_for(self._name)[made].release_on(self.kept.server, place_of(folder))

    def is_as_recorded(self, made: str) -> bool:
        """Is the rendered text still what it was on the real server?"""
        return digest(self.release(made, SHORT)) == self.kept.digests[made]

    def play(self, transcript: Transcript) -> Played:
        """The call once more."""
        server = self._server(transcript.made)
        asked, world = self._asked(transcript)
        return server.call(asked, TimedCaller(transcript.acts), world)

    def graph(self, transcript: Transcript) -> FlowGraph:
        return self._held(transcript.made).request.graph

    def dialplan_steps(self, played: Played) -> list[str]:
        """The lines of dialplan that were run, as a transcript keeps them."""
        own = {place_of(self.kept.folder).sounds: PLACE.sounds}
        return [masked(line.partition(" ")[2], own) for line in played.log]

    def _held(self, made: str) -> LabRelease:
        return self.release(made, self.kept.folder)

    def _server(self, made: str) -> StandIn:
        if made not in self._servers:
            target, release = self.kept.server, self._held(made)
            if self._name == "house":
                house = house_on(target, self.kept.folder)
                lengths, texts = self.kept.lengths, house.compiled.texts
                self._servers[made] = stand_in(target, release, lengths, texts, house.served)
            else:
                self._servers[made] = stand_in(target, release, self.kept.lengths)
        return self._servers[made]

    def _asked(self, transcript: Transcript) -> tuple[LabCall, World]:
        release8 = self._held(transcript.made).request.release8
        if self._name != "house":
            planned = self._planned[transcript.name]
            asked = LabCall(TOKEN, release8, NUMBER, CALLER, planned.starts)
            return asked, World(flags=planned.flags)
        run = house_on(self.kept.server, self.kept.folder).runs[transcript.name]
        script, graph = run.script, self.graph(transcript)
        asked = LabCall(
            token=TOKEN,
            release=release8,
            number=script.to,
            caller=script.caller,
            starts=seconds_of(script.at, graph.timezone),
            language=script.language,
            queues=transcript.queues,
            dials=transcript.dials,
            speaks=True,
        )
        return asked, world_of(run)


def other_steps(transcript: Transcript, played: Played, graph: FlowGraph) -> Iterator[str]:
    """Where the trace is not what the real server's was."""
    steps = comparable(graph, played.trace)
    if steps != transcript.trace.steps:
        yield "\n".join(side_by_side(transcript.trace.steps, steps))


def side_by_side(meant: tuple[Step, ...], found: tuple[Step, ...]) -> Iterator[str]:
    """What was meant and what came, a line a step; `!` where they are not the same."""
    for place in range(max(len(meant), len(found))):
        ours = words(meant[place]) if place < len(meant) else "-"
        theirs = words(found[place]) if place < len(found) else "-"
        yield f"{'  ' if ours == theirs else '! '}{ours} | {theirs}"


def lateness(transcript: Transcript, played: Played) -> list[int]:
    """How much later each step came here than on the real server, in ms."""
    pairs = zip(transcript.trace.times, played.trace.times, strict=False)
    return [here - there for there, here in pairs]
