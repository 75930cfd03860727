"""A compiled project on a stand-in: its release, its sounds, what the runtime knows, all its calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flowc.build import environment_of, release_of
from flowc.compiler import Compiled, compile_project, files_of
from flowc.diagnostics.model import Reporter
from flowc.graph.model import FlowGraph
from flowc.graph.prompts import fragment_key
from flowc.language.environments import Environment as EnvironmentSettings
from flowc.machine.prepare import prepare
from flowc.machine.prepared import Prepared
from flowc.on_target.releases import World, graph_in, world_of
from flowc.simulate.read_calls import read_calls
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run, simulate
from flowc.speech.readers import digit_fragments
from flowc.target import EmitRequest, Environment, LabRelease, load_target

from .making import stand_in
from .shape import StandIn

RELEASE = "0" * 8
Lists = tuple[tuple[str, tuple[str, ...]], ...]


class ProjectOn:
    """A project on one target's stand-in. Lists are a part of a release, so calls with lists of their
    own have one of their own, as on a real server."""

    def __init__(self, target: str, compiled: Compiled) -> None:
        self._target, self._compiled = target, compiled
        self._servers: dict[World, tuple[EmitRequest, StandIn]] = {}

    def server(self, script: CallScript) -> tuple[EmitRequest, StandIn]:
        """The stand-in that holds the project in a call's world, and what it was made from."""
        world = world_of(script)
        if world not in self._servers:
            self._servers[world] = self._made(world)
        return self._servers[world]

    def _made(self, world: World) -> tuple[EmitRequest, StandIn]:
        compiled = self._compiled
        assert compiled.graph is not None
        place = environment_of(
            compiled,
            EnvironmentSettings("lab", self._target, {}),
            load_target(self._target),
            RELEASE,
        )
        release = emitted_for(self._target, graph_in(compiled.graph, world), place)
        served = replace(release_of(compiled, RELEASE), graph=release.request.graph)
        return release.request, stand_in(self._target, release, {}, compiled.texts, served)


def emitted_for(target: str, graph: FlowGraph, place: Environment) -> LabRelease:
    """A project's graph as a target's release, always of the same id."""
    fragments = {
        language: {
            digit: fragment_key(language, each) for digit, each in digit_fragments(language).items()
        }
        for language in graph.languages
    }
    request = EmitRequest(graph, RELEASE, place, None, fragments, lab=True)
    return LabRelease(request, load_target(target).emit(request))


def runs_of(folder: Path) -> tuple[Compiled, tuple[Run, ...]]:
    """A project, and what the simulator makes of every call that is kept with it."""
    compiled = compile_project(folder)
    report = Reporter()
    scripts = read_calls(files_of(folder), report)
    assert compiled.graph is not None
    assert not report.has_errors
    prepared: dict[Lists, Prepared] = {}
    runs = []
    for script in scripts:
        if script.lists not in prepared:
            graph = compiled.graph
            own = replace(graph, lists={**graph.lists, **dict(script.lists)})
            prepared[script.lists] = prepare(own)
        runs.append(
            simulate(
                prepared[script.lists],
                script,
                compiled.texts,
                services=compiled.services,
                tickets=compiled.tickets,
            )
        )
    assert not [run.script.name for run in runs if run.failures]
    return compiled, tuple(runs)


def folders(root: Path) -> Iterator[Path]:
    """The projects of this repository."""
    yield root / "flows"
    yield from sorted(path.parent for path in root.glob("examples/*/flowc.yaml"))
