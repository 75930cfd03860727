"""Random calls on the stand-ins: what a target rendered, run without a server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

from stand_ins.callers import RunCaller
from stand_ins.from_run import asked_of, world_of
from stand_ins.making import stand_in
from stand_ins.shape import StandIn

from flowc.build import environment_of, release_of
from flowc.graph.prompts import fragment_key
from flowc.language.environments import Environment as EnvironmentSettings
from flowc.live.compare import Compared, compared
from flowc.simulate.simulator import Run
from flowc.speech.readers import digit_fragments
from flowc.target import EmitError, EmitRequest, LabRelease, load_target
from fuzz.callers import Callable

RELEASE = "0" * 8
# As long as the folder of a run on a real server: what fits there is a matter of its length.
ROOT = f"{tempfile.gettempdir()}/fz-{RELEASE}/server"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A project's release on one target's stand-in."""

    request: EmitRequest
    server: StandIn
    numbers: Iterator[int] = field(default_factory=count)

    def play(self, run: Run, *, at_once: bool = False) -> Compared:
        """Where the call parts from the simulated one, and what of it may differ."""
        token = f"call{next(self.numbers)}"
        asked = asked_of(run, self.request.graph, self.request.release8, token)
        trace = self.server.play(
            asked, RunCaller(run, at_once=at_once), world_of(run, at_once=at_once)
        )
        return compared(self.request.graph, run.trace, trace)


def fits(name: str, called: Callable) -> bool:
    """Can the target hold the project? It says so before anything is built."""
    try:
        rendered(name, called)
    except EmitError:
        return False
    return True


_target = cache(load_target)  # what is installed is looked for once


def rendered(name: str, called: Callable) -> Rendered:
    """A project on the stand-in of a target. Raises EmitError."""
    compiled = called.compiled
    assert compiled.graph is not None
    target = _target(name)
    place = environment_of(
        compiled, EnvironmentSettings("lab", name, {"root": ROOT}), target, RELEASE
    )
    fragments = {
        language: {d: fragment_key(language, one) for d, one in digit_fragments(language).items()}
        for language in compiled.graph.languages
    }
    request = EmitRequest(compiled.graph, RELEASE, place, None, fragments, lab=True)
    served = replace(release_of(compiled, RELEASE), graph=compiled.graph)
    release = LabRelease(request, target.emit(request))
    return Rendered(request, stand_in(name, release, called.lengths, compiled.texts, served))
