"""From a seed to a project that is compiled and to calls that are worth playing on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowc.build import prompt_requests
from flowc.compiler import Compiled, compile_files
from flowc.machine.prepare import prepare
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run, simulate
from fuzz.callers import Callable, random_script
from fuzz.generate import random_project
from fuzz.project import Project
from fuzz.replay import is_robust
from fuzz.tones import length_ms

TRIES = 6
# A flag holds for all calls of a server, and one server plays about so many projects.
SEEDS_OF_ONE_MIND = 100


class RefusedError(Exception):
    """The compiler refuses a random project: a fault of the generator, or of the compiler."""


@dataclass
class Made:
    """A random project with its calls. `dropped`: calls whose callers pressed too near to something."""

    seed: int
    project: Project
    called: Callable
    runs: list[Run] = field(default_factory=list)
    dropped: int = 0

    @property
    def scripts(self) -> list[CallScript]:
        return [run.script for run in self.runs]


def made(seed: int, size: int, callers: int) -> Made:
    """The project of a seed, and so many calls. Raises RefusedError."""
    project = random_project(seed, size)
    found = Made(seed, project, callable_of(project))
    for number in range(callers):
        _add_call(found, size, number)
    return found


def callable_of(project: Project) -> Callable:
    """A project, compiled. Raises RefusedError."""
    compiled = compile_files(project.encoded())
    if compiled.graph is None:
        raise RefusedError("; ".join(_errors(compiled)))
    return Callable(compiled, prepare(compiled.graph), lengths_of(compiled))


def lengths_of(compiled: Compiled) -> dict[str, int]:
    return {key: length_ms(key) for key in prompt_requests(compiled)}


def _errors(compiled: Compiled) -> list[str]:
    found = [one for one in compiled.found if one.code.severity.name == "ERROR"]
    return [f"{one.span} {one.code.number} {one.label('en')}" for one in found]


def _add_call(found: Made, size: int, number: int) -> None:
    flags = found.seed // SEEDS_OF_ONE_MIND % 4 == 1
    for again in range(TRIES):
        script = random_script(found.called, found.seed, size, number, again, flags=flags)
        run = run_of(found.called, script)
        if not run.failures and not is_robust(found.called, run):
            found.runs.append(run)
            return
        found.dropped += 1


def run_of(called: Callable, script: CallScript, lengths: Mapping[str, int] | None = None) -> Run:
    compiled = called.compiled
    return simulate(
        called.prepared,
        script,
        compiled.texts,
        lengths or called.lengths,
        compiled.services,
        compiled.tickets,
    )
