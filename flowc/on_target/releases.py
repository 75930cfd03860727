"""The releases that a server of tests holds: the project's own, and one more for each call whose world
differs in what only a release can say.

Knows no server and plays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from flowc.build import Build, release_of
from flowc.compiler import Compiled
from flowc.graph.as_json import release_to_json
from flowc.graph.model import FlowGraph
from flowc.simulate.script import CallScript, Happening, Happens
from flowc.target import Environment, LabRelease, Target

NOWHERE = "nowhere"  # a file, so that there is no folder under it and none can be made


@dataclass(frozen=True, slots=True)
class World:
    """What a script lets be otherwise than the project's release has it."""

    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    limit_s: int | None = None
    lacks_sounds: bool = False
    lacks_recordings: bool = False


def world_of(script: CallScript) -> World:
    """The world of a call. Where one recording fails, none can be made."""
    happens = [step.what for step in script.steps if isinstance(step, Happens)]
    return World(
        lists=script.lists,
        limit_s=script.limit_s,
        lacks_sounds=script.lacks_sounds,
        lacks_recordings=Happening.RECORDING_FAILS in happens,
    )


def releases_of(
    compiled: Compiled, target: Target, made: Build, scripts: Sequence[CallScript], folder: Path
) -> dict[World, LabRelease]:
    """A release for each world; `folder` is where the runtime looks for them."""
    releases = {World(): LabRelease(made.request, made.bundle)}
    for script in scripts:
        world = world_of(script)
        if world not in releases:
            releases[world] = _own_release(compiled, target, made, world, folder)
    return releases


def _own_release(
    compiled: Compiled, target: Target, made: Build, world: World, folder: Path
) -> LabRelease:
    id_ = sha256(f"{made.release} {world!r}".encode()).hexdigest()
    graph = graph_in(made.request.graph, world)
    environment = _environment(made.environment, world, folder)
    request = replace(made.request, graph=graph, release=id_, environment=environment)
    (folder / id_[:8]).mkdir(exist_ok=True)
    release = replace(release_of(compiled, id_[:8]), graph=graph)
    (folder / id_[:8] / "release.json").write_text(release_to_json(release), encoding="utf-8")
    return LabRelease(
        request, target.emit(request), not world.lacks_sounds, not world.lacks_recordings
    )


def graph_in(graph: FlowGraph, world: World) -> FlowGraph:
    """The project's graph with the world's own lists and limit."""
    limits = graph.limits
    if world.limit_s is not None:
        limits = replace(limits, length_s=world.limit_s)
    return replace(graph, lists={**graph.lists, **dict(world.lists)}, limits=limits)


def _environment(environment: Environment, world: World, folder: Path) -> Environment:
    nowhere = folder / NOWHERE
    if world.lacks_sounds or world.lacks_recordings:
        nowhere.touch()
    if world.lacks_sounds:
        environment = replace(environment, sounds=f"{nowhere}/sounds")
    if world.lacks_recordings:
        environment = replace(environment, recordings=f"{nowhere}/recordings")
    return environment
