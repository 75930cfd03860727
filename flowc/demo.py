"""`flowc demo`: one real call to a project, from an empty folder to a recording of it.

    build -> boot a server -> runtime -> deploy -> call -> transcript, recording

Services are the project's own and really asked. Knows no server by name.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from flowc.build import Build, build
from flowc.compiler import Compiled
from flowc.deploy.build_folder import open_build
from flowc.deploy.deployment import Wishes
from flowc.deploy.place import read_place
from flowc.language.environments import Environment as EnvironmentSettings
from flowc.machine.trace import Entered, HungUp, Marked, Offered
from flowc.runtime.app import RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.simulate.hearing import letters
from flowc.simulate.script import KEY_SPACING_MS, CallScript, HangUp, Hears, Press, Silence, Wait
from flowc.simulate.voice import Voice
from flowc.target import (
    BareServer,
    HasGateway,
    HasLab,
    LabRelease,
    LabUnavailableError,
    LiveLabCall,
    Target,
)

Tell = Callable[[str], None]
DEMO_CALLER = "13800000000"
QUIET_S = 0.35  # after it a prompt has ended
HEARS_WITHIN_S = 30.0
ENDS_WITHIN_S = 30.0


class DemoError(Exception):
    """The call went another way than the demonstration's script."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript: when (seconds from the answer), where, and what. `who` is `said`,
    `pressed`, `marked` or `ended`."""

    at_s: float
    block: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demonstration leaves behind."""

    transcript: tuple[Line, ...]
    recording: bytes
    release: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A server with the project deployed and its runtime beside it."""

    compiled: Compiled
    made: Build
    server: BareServer


@asynccontextmanager
async def staged(
    compiled: Compiled, target: Target, project: Path, tell: Tell
) -> AsyncIterator[Stage]:
    """Everything that a call needs, while the context is open.

    Raises LabUnavailableError, BuildError, EmitError, and what a deploy raises.
    """
    if not isinstance(target, HasLab):
        raise LabUnavailableError(f"the target `{target.name}` has no lab", "name another target")
    # A short path of plain signs: it stands in the telephone system's files.
    work = Path(mkdtemp(prefix="flowc-demo-"))
    try:
        async with target.lab().bare(work, tell) as server:
            settings = EnvironmentSettings("demo", target.name, _words(server))
            made = await asyncio.to_thread(
                build, compiled, settings, target, work / "build", project_folder=project
            )
            tell(f"release {made.release8}: {len(made.rendering.paths)} sounds")
            place = read_place(target.name, settings.settings)
            report = await place.deployment(lambda _: None).deploy(
                open_build(made.folder), Wishes(agree=lambda _: True)
            )
            tell(f"deployed and read back in {report.seconds:.1f} s")
            async with _runtime(target, made, project, work):
                yield Stage(compiled, made, server)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _words(server: BareServer) -> Mapping[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        runtime = f"127.0.0.1:{probe.getsockname()[1]}"
    # A server may say itself where the runtime finds it.
    return {"runtime": runtime, "token": secrets.token_hex(8), **server.words}


@asynccontextmanager
async def _runtime(
    target: HasGateway, made: Build, project: Path, work: Path
) -> AsyncIterator[None]:
    with (work / "runtime.log").open("w", encoding="utf-8") as log:
        settings = RuntimeSettings(
            folder=project,
            releases=work / "releases",
            texts=work / "texts",
            store=f"sqlite:///{work / 'runtime.db'}",
            environment=dict(os.environ),
        )
        async with running(settings, Log(log)) as runtime:
            if not runtime.releases.ids:
                words = (work / "runtime.log").read_text(encoding="utf-8").strip()
                raise LabUnavailableError("the runtime can't serve this release", words[-300:])
            async with target.gateway(runtime, made.environment).serving():
                yield


async def show(stage: Stage, script: CallScript) -> Shown:
    """Play a script's caller on the real server. Raises DemoError, ServerError."""
    held = LabRelease(stage.made.request, stage.made.bundle)
    call = await stage.server.call(script.to, script.caller or DEMO_CALLER, held)
    caller = _Caller(call, Voice(stage.compiled.texts, None))
    try:
        for step in script.steps:
            await caller.take(step)
        await call.until(lambda: call.is_over, ENDS_WITHIN_S)
    finally:
        await call.hang_up()
    await call.until(lambda: call.is_over, ENDS_WITHIN_S)
    return Shown(caller.transcript(), call.recording(), stage.made.release8)


class _Caller:
    """Does what a script's caller does, when the live call has come as far."""

    def __init__(self, call: LiveLabCall, voice: Voice) -> None:
        self._call, self._voice = call, voice
        self._from = 0  # steps of the trace that the caller has already answered
        self._pressed_at = 0.0
        self._keys: list[Line] = []

    async def take(self, step: object) -> None:
        match step:
            case Hears(text):
                await self._hear(text)
            case Press(keys):
                await self._press(keys)
            case HangUp():
                await self._quiet()
                await self._call.hang_up()
            case Wait(ms) if ms is not None:
                await asyncio.sleep(ms / 1000)
            case Silence():
                said = len(self._call.trace.steps)
                await self._call.until(lambda: len(self._call.trace.steps) > said, HEARS_WITHIN_S)
            case _:
                raise DemoError(f"a demonstration can't make this happen: {step}")

    async def _hear(self, text: str) -> None:
        wanted = letters(text)
        if not await self._call.until(lambda: wanted in letters(self._said()), HEARS_WITHIN_S):
            raise DemoError(f"expected to hear “{text}”, heard: {self._said() or '-'}")

    def _said(self) -> str:
        steps = self._call.trace.steps[self._from :]
        sounds = (sound for step in steps if isinstance(step, Offered) for sound in step.sounds)
        return "".join(self._voice.text(sound) for sound in sounds)

    async def _press(self, keys: str) -> None:
        await self._quiet()
        self._from = len(self._call.trace.steps)
        loop = asyncio.get_running_loop()
        self._keys.append(Line(loop.time() - self._call.zero, "", "pressed", keys))
        for number, key in enumerate(keys, 1):
            later = KEY_SPACING_MS / 1000 if number > 1 else 0.0
            self._pressed_at = await self._call.press(key, loop.time() + later)

    async def _quiet(self) -> None:
        """Wait for the end of what is said in answer to the last keys."""
        loop = asyncio.get_running_loop()

        def ended() -> bool:
            steps = self._call.trace.steps[self._from :]
            begun = any(isinstance(step, Offered) for step in steps)
            quiet_since = max(self._call.last_sound, self._pressed_at)
            heard = self._call.last_sound > self._pressed_at
            return self._call.is_over or (begun and heard and loop.time() - quiet_since > QUIET_S)

        await self._call.until(ended, HEARS_WITHIN_S)

    def transcript(self) -> tuple[Line, ...]:
        """What was said and pressed, in the order of time."""
        return tuple(sorted((*self._told(), *self._keys), key=lambda line: line.at_s))

    def _told(self) -> Iterator[Line]:
        block = ""
        trace = self._call.trace
        for step, at in zip(trace.steps, trace.times, strict=False):
            match step:
                case Entered(where):
                    block = str(where)
                case Offered(sounds):
                    text = "".join(self._voice.text(sound) for sound in sounds)
                    yield Line(at / 1000, block, "said", text)
                case Marked(name):
                    yield Line(at / 1000, block, "marked", name)
                case HungUp(by):
                    yield Line(at / 1000, block, "ended", by)
