"""A compiled project and a place to run into a build folder: the release whole, ready to deploy.

    build/<release8>/release.json     what the runtime reads
    build/<release8>/build.json       what a deploy and a person want to know of it
    build/<release8>/sounds/zh/...    every prompt, by sound key
    build/<release8>/...              the target's files

The id is a hash of all that calls can tell apart, so the same source gives the same id anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flowc.compiler import Compiled
from flowc.graph.as_json import release_to_json
from flowc.graph.model import FlowGraph
from flowc.graph.prompts import Sound, Spoken, fragment_key, sound_key
from flowc.graph.reads import phrases_in, spoken_in
from flowc.graph.release import Release
from flowc.graph.surroundings import QueueSpec
from flowc.language.environments import Environment as EnvironmentSettings
from flowc.speech.cache import PromptCache
from flowc.speech.manifest import PromptRequest, fragment_requests
from flowc.speech.readers import digit_fragments
from flowc.speech.render import Progress, PromptProblem, Rendering, render_all
from flowc.target import (
    Bundle,
    EmitError,
    EmitRequest,
    Environment,
    HasGateway,
    QueueSettings,
    Target,
)
from flowc.target.capabilities import lacking

PLACEHOLDER = "0" * 64
DEFAULT_ROOT = "/var/lib/flowc"
MOST_CACHE_BYTES = 2 * 1024**3


class BuildError(Exception):
    """Prompts without a sound: a build that would leave callers in silence is none."""

    def __init__(self, problems: tuple[PromptProblem, ...]) -> None:
        """Keep every problem, in the order of the prompts."""
        self.problems = problems
        super().__init__(
            "; ".join(
                f"{each.request.language}/{each.request.id}: {each.message}" for each in problems
            )
        )


@dataclass(frozen=True, slots=True)
class Build:
    """A release on this machine's disk."""

    release: str
    folder: Path
    bundle: Bundle
    rendering: Rendering
    request: EmitRequest

    @property
    def environment(self) -> Environment:
        return self.request.environment

    @property
    def release8(self) -> str:
        return self.release[:8]


def prompt_cache() -> PromptCache:
    """The rendered prompts of all projects of this user, by content."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return PromptCache(Path(base) / "flowc" / "prompts", MOST_CACHE_BYTES)


def prompt_requests(compiled: Compiled) -> dict[str, PromptRequest]:
    """Every prompt that a call of the graph may hear, by sound key."""
    assert compiled.project is not None
    assert compiled.graph is not None
    voices = compiled.project.voices
    wanted: dict[str, PromptRequest] = {}
    used = sounds_of(compiled.graph, compiled.project.fallback)
    for key, text in compiled.texts.items():
        language, _, id_ = key.partition("/")
        if key in used:
            wanted[key] = PromptRequest(id_, language, _voice(voices, language), text)
    for language in compiled.graph.languages if _reads_values(compiled.graph) else ():
        for request in fragment_requests(language, _voice(voices, language)):
            wanted[fragment_key(language, request.id)] = request
    return wanted


def _voice(voices: Mapping[str, str], language: str) -> str:
    default = {"zh": "espeak:cmn", "en": "espeak:en-us"}
    base = language.partition("-")[0]
    return voices.get(language) or voices.get(base) or default.get(base, f"espeak:{base}")


def sounds_of(graph: FlowGraph, fallback: str = "") -> frozenset[str]:
    """The sound keys of static texts that the graph says."""
    phrases = (
        phrase
        for block in graph.blocks.values()
        for op in block.operations
        for phrase in phrases_in(op)
    )
    found = {
        sound_key(language, part)
        for phrase in phrases
        for language, parts in phrase.parts
        for part in parts
        if isinstance(part, Sound)
    }
    found |= {f"{language}/{fallback}" for language in graph.languages if fallback}
    return frozenset(found)


def _reads_values(graph: FlowGraph) -> bool:
    return any(
        isinstance(part, Spoken)
        for block in graph.blocks.values()
        for operation in block.operations
        for phrase in phrases_in(operation)
        for part in spoken_in(phrase)
    )


def release_of(compiled: Compiled, id_: str) -> Release:
    """What the runtime is told."""
    assert compiled.project is not None
    assert compiled.graph is not None
    around = compiled.project.program.around
    return Release(
        id=id_,
        graph=compiled.graph,
        services=tuple(around.services.values()),
        tickets=around.tickets,
        voices=tuple(
            (language, _voice(compiled.project.voices, language)) for language in around.languages
        ),
        texts=tuple(sorted(compiled.texts.items())),
        fallback=compiled.project.fallback,
    )


def environment_of(
    compiled: Compiled, settings: EnvironmentSettings, target: Target, release8: str
) -> Environment:
    """The settings of one place, with the folders of this release."""
    assert compiled.project is not None

    def text(name: str, default: str) -> str:
        value = settings.settings.get(name, default)
        return value if isinstance(value, str) else default

    root = text("root", DEFAULT_ROOT).rstrip("/")
    seat = text("seats", target.seat)
    queues = compiled.project.program.around.queues
    return Environment(
        sounds=f"{root}/releases/{release8}/sounds",
        recordings=f"{root}/recordings",
        runtime=text("runtime", target.runtime if isinstance(target, HasGateway) else ""),
        token=text("token", compiled.project.program.around.name.replace("_", "")),
        trunk=text("trunk", "trunk"),
        queues={name: _queue(spec, seat) for name, spec in queues.items()},
    )


def _queue(spec: QueueSpec, seat: str) -> QueueSettings:
    return QueueSettings(
        members=tuple(seat.replace("{seat}", each) for each in spec.members),
        strategy=spec.strategy,
        ring_s=spec.ring_s,
        wrap_up_s=spec.wrap_up_s,
        most_waiting=spec.most_callers,
        music=spec.music,
    )


def _request(
    compiled: Compiled,
    settings: EnvironmentSettings,
    target: Target,
    id_: str,
    keys: frozenset[str],
    *,
    lab: bool,
) -> EmitRequest:
    assert compiled.graph is not None
    fragments = {
        language: {
            digit: fragment_key(language, each) for digit, each in digit_fragments(language).items()
        }
        for language in compiled.graph.languages
    }
    environment = environment_of(compiled, settings, target, id_[:8])
    return EmitRequest(compiled.graph, id_, environment, keys, fragments, lab)


def build(
    compiled: Compiled,
    settings: EnvironmentSettings,
    target: Target,
    folder: Path,
    *,
    project_folder: Path,
    progress: Progress | None = None,
    lab: bool = False,
) -> Build:
    """Render, emit and write a release under `folder`. Raises BuildError, EmitError, OSError."""
    assert compiled.graph is not None
    beyond = lacking(compiled.graph, target.supports)
    if beyond:
        raise EmitError(beyond)
    requests = prompt_requests(compiled)
    rendering = render_all(requests.values(), prompt_cache(), project_folder / "prompts", progress)
    if rendering.problems:
        raise BuildError(rendering.problems)
    keys = frozenset(requests)
    draft = target.emit(_request(compiled, settings, target, PLACEHOLDER, keys, lab=lab))
    id_ = _identity(compiled, draft, requests, rendering)
    request = _request(compiled, settings, target, id_, keys, lab=lab)
    made = Build(id_, folder / id_[:8], target.emit(request), rendering, request)
    _write(compiled, made, requests)
    return made


def _identity(
    compiled: Compiled, draft: Bundle, requests: Mapping[str, PromptRequest], rendering: Rendering
) -> str:
    """The hash of what calls can tell apart; the id's own place in it is a placeholder."""
    hashed = sha256(release_to_json(release_of(compiled, PLACEHOLDER[:8])).encode())
    for artifact in draft.artifacts:
        hashed.update(f"\0{artifact.path}\0{len(artifact.content)}\0".encode())
        hashed.update(artifact.content)
    # A sound's file in the cache is named by its content key.
    for key in sorted(requests):
        hashed.update(f"\0{key}\0{rendering.paths[requests[key]].stem}".encode())
    return hashed.hexdigest()


def _write(compiled: Compiled, made: Build, requests: Mapping[str, PromptRequest]) -> None:
    """Beside its place first, then renamed: a build folder is whole or not there."""
    part = made.folder.with_name(f"{made.folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for key, request in requests.items():
        _link(made.rendering.paths[request], part / "sounds" / f"{key}.wav")
    for artifact in made.bundle.artifacts:
        path = part / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    release = release_to_json(release_of(compiled, made.release8))
    (part / "release.json").write_text(release, encoding="utf-8")
    facts = _facts(compiled, made, requests, part)
    (part / "build.json").write_text(facts, encoding="utf-8")
    shutil.rmtree(made.folder, ignore_errors=True)
    part.rename(made.folder)


def _link(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, to)
    except OSError:  # another file system
        shutil.copyfile(source, to)


def _facts(compiled: Compiled, made: Build, requests: Iterable[str], part: Path) -> str:
    assert compiled.graph is not None
    facts = {
        "release": made.release,
        "project": compiled.graph.name,
        "target": made.bundle.target,
        "numbers": [number for number, _ in compiled.graph.numbers],
        "sounds": made.environment.sounds,
        "runtime": made.environment.runtime,
        "files": sorted(artifact.path for artifact in made.bundle.artifacts),
        "sound_keys": sorted(requests),
        # A copy that broke off on its way to the server is found by these.
        "sha256": {
            path.relative_to(part).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in part.rglob("*")
            if path.is_file()
        },
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
