"""`flowc test --on NAME`: the calls of a project on a real server, compared with the simulator.

    scripts -> simulate -> build for the lab -> runtime in test mode -> rounds of calls (`live`)

Knows no server by name: a target's `Lab` boots one and calls it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flowc.build import Build, build
from flowc.compiler import Compiled
from flowc.graph.as_json import Json
from flowc.graph.prompts import TEXTS
from flowc.language.environments import Environment as EnvironmentSettings
from flowc.live.acts import dials_of, queues_of, unplayable
from flowc.live.result import Result, Told
from flowc.live.rounds import AT_ONCE, PlannedCall, Rounds
from flowc.machine.commands import RecordCaller
from flowc.on_target.releases import World, releases_of, world_of
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.scripts import ScriptedReply
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run, simulate
from flowc.simulate.world import seconds_of
from flowc.target import (
    HasGateway,
    HasLab,
    LabCall,
    LabRelease,
    LabUnavailableError,
    Target,
)
from flowc.telephony.sounds import sound_files


@dataclass(frozen=True, slots=True)
class Playlist:
    """A project, its folder, and calls to be played on it."""

    compiled: Compiled
    scripts: Sequence[CallScript]
    project: Path


async def play_calls(
    compiled: Compiled,
    target: Target,
    scripts: Sequence[CallScript],
    project: Path,
    work: Path,
    told: Told = lambda _: None,
    *,
    strict: bool = False,
    at_once: int = AT_ONCE,
) -> tuple[Result, ...]:
    """Play the calls on a server of the target's; `told` hears of each result as it comes.

    Without `strict`, a call that failed while this machine was too busy is played again.

    `work`: an empty folder for the server's files, whose path is letters, digits and `/._-`.
    Raises LabUnavailableError; BuildError and EmitError where there is nothing to play.
    """
    one = Playlist(compiled, scripts, project)
    return await play_lists([one], target, work, told, strict=strict, at_once=at_once)


async def play_lists(
    lists: Sequence[Playlist],
    target: Target,
    work: Path,
    told: Told = lambda _: None,
    *,
    strict: bool = False,
    alone: bool = False,
    at_once: int = AT_ONCE,
) -> tuple[Result, ...]:
    """The same for several projects side by side, on one server and one runtime.

    With `alone`, every call that failed is played again, in the end by itself, and that is what counts.
    """
    if not isinstance(target, HasLab):
        raise LabUnavailableError(f"the target `{target.name}` has no lab", "it can't be tested on")
    settings = _place(target.name, work)
    stages = [await asyncio.to_thread(_staged, one, settings, target, work) for one in lists]
    async with _runtime(target, stages, work) as runtime:
        for stage in stages:
            guessed, _ = stage.planned(stage.lengths)
            await _render_texts(runtime, stage.made, guessed)
        texts = sound_lengths(work / "texts")
        planned, skipped = _all_planned(stages, texts)
        for result in skipped:
            told(result)
        _register(runtime, planned)
        releases = {id_: one for stage in stages for id_, one in stage.by_id.items()}
        rounds = Rounds(target.lab(), tuple(releases.values()), at_once, strict, alone)
        played = await rounds.play(planned, told)
    return (*skipped, *played)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A project whose releases are built. `lengths`: of its sounds, ms by sound key."""

    playlist: Playlist
    made: Build
    releases: Mapping[World, LabRelease]
    lengths: Mapping[str, int]

    @property
    def by_id(self) -> dict[str, LabRelease]:
        return {each.request.release: each for each in self.releases.values()}

    def planned(self, lengths: Mapping[str, int]) -> tuple[list[PlannedCall], list[Result]]:
        return _planned(self.playlist.compiled, self.releases, self.playlist.scripts, lengths)


def _staged(one: Playlist, settings: EnvironmentSettings, target: Target, work: Path) -> _Stage:
    folder = work / "releases"
    made = build(one.compiled, settings, target, folder, project_folder=one.project, lab=True)
    releases = releases_of(one.compiled, target, made, one.scripts, folder)
    return _Stage(one, made, releases, sound_lengths(made.folder / "sounds"))


def _all_planned(
    stages: Sequence[_Stage], texts: Mapping[str, int]
) -> tuple[list[PlannedCall], list[Result]]:
    """What is played of all projects; a call's token is its place among all."""
    planned: list[PlannedCall] = []
    skipped: list[Result] = []
    for stage in stages:
        some, left_out = stage.planned({**stage.lengths, **texts})
        planned += [each.with_token(f"call{len(planned) + at}") for at, each in enumerate(some)]
        skipped += left_out
    return planned, skipped


def _place(name: str, work: Path) -> EnvironmentSettings:
    """An environment of the lab's own: files under `work`, a free port, a secret."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        runtime = f"127.0.0.1:{probe.getsockname()[1]}"
    words = {"root": str(work), "runtime": runtime, "token": secrets.token_hex(8)}
    return EnvironmentSettings("lab", name, words)


def sound_lengths(folder: Path) -> dict[str, int]:
    """The lengths (ms) of the WAV files in a release's sounds, by sound key."""
    lengths = {}
    for key, path in sound_files(folder).items():
        with wave.open(str(path), "rb") as file:
            lengths[key] = file.getnframes() * 1000 // file.getframerate()
    return lengths


# --- the simulator says what is meant to happen


def _planned(
    compiled: Compiled,
    releases: Mapping[World, LabRelease],
    scripts: Sequence[CallScript],
    lengths: Mapping[str, int],
) -> tuple[list[PlannedCall], list[Result]]:
    planned, skipped = [], []
    for script in scripts:
        request = releases[world_of(script)].request
        run = simulate(
            request.graph, script, compiled.texts, lengths, compiled.services, compiled.tickets
        )
        why = unplayable(run)
        if why:
            skipped.append(Result(script, skipped=why))
        elif run.failures:
            said = tuple(each.say("en") for each in run.failures)
            skipped.append(Result(script, problems=(f"in the simulator: {said[0]}",)))
        else:
            heard = {} if script.lacks_sounds else lengths
            asked = LabCall(
                token="",
                release=request.release8,
                number=script.to,
                caller=script.caller,
                starts=seconds_of(script.at, request.graph.timezone),
                language=script.language,
                queues=queues_of(run),
                dials=dials_of(run),
                speaks=any(isinstance(note.what, RecordCaller) for note in run.journal),
            )
            planned.append(PlannedCall(script, request.graph, run, asked, heard))
    return planned, skipped


# --- the runtime, in test mode


@asynccontextmanager
async def _runtime(
    target: HasGateway, stages: Sequence[_Stage], work: Path
) -> AsyncIterator[Runtime]:
    """A runtime that serves the releases and answers each call by its script."""
    (work / "texts").mkdir()
    for made in {stage.made.folder: stage.made for stage in stages}.values():
        for language in made.request.graph.languages:
            _lead(made.folder / "sounds" / language, work / "texts" / language)
    with (work / "runtime.log").open("w", encoding="utf-8") as log:
        settings = RuntimeSettings(
            folder=stages[0].playlist.project,
            releases=work / "releases",
            texts=work / "texts",
            store=f"sqlite:///{work / 'runtime.db'}",
            environment=dict(os.environ),
            test_mode=True,
        )
        async with running(settings, Log(log)) as runtime:
            if not {stage.made.release8 for stage in stages} <= set(runtime.releases.ids):
                words = (work / "runtime.log").read_text(encoding="utf-8").strip()
                raise LabUnavailableError("the runtime can't serve this release", words[-300:])
            async with target.gateway(runtime, stages[0].made.environment).serving():
                yield runtime


def _lead(sounds: Path, texts: Path) -> None:
    """Let the server find the sounds of free texts beside the release's own."""
    (texts / TEXTS).mkdir(parents=True, exist_ok=True)
    sounds.mkdir(parents=True, exist_ok=True)
    (sounds / TEXTS).symlink_to(texts / TEXTS)


def _register(runtime: Runtime, planned: Sequence[PlannedCall]) -> None:
    assert runtime.scripts is not None
    for each in planned:
        for once in each.tries:
            runtime.scripts.register(once.asked.token, replies_of(each.run))


async def _render_texts(runtime: Runtime, made: Build, planned: Sequence[PlannedCall]) -> None:
    """The free texts of all calls, one after another: on a real line they come one at a time."""
    release = runtime.releases.release(made.release8)
    voices = {} if release is None else dict(release.voices)
    texts = {said.sound: said.text for each in planned for said in each.run.heard}
    for sound, text in texts.items():
        language, _, name = sound.partition("/")
        if name.startswith(f"{TEXTS}/"):
            await runtime.broker.texts.sound(language, text, voices)


def replies_of(run: Run) -> dict[str, tuple[ScriptedReply, ...]]:
    """The answers that each service gave in the simulation, in order, to be given again."""
    replies: dict[str, tuple[ScriptedReply, ...]] = {}
    for served in run.served:
        outcome = "silent" if served.is_late else served.outcome
        value = plain_data(served.value) if outcome == "done" else None
        reply = ScriptedReply(outcome, value, served.after_ms / 1000)
        replies[served.name] = (*replies.get(served.name, ()), reply)
    return replies


def plain_data(value: object) -> Json:
    """What a script gives as an answer: texts, numbers, lists and mappings, as JSON has them."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): plain_data(each) for name, each in value.items()}
        case Sequence():
            return [plain_data(each) for each in value]
        case _:
            raise TypeError(f"{value!r} is no plain data")
