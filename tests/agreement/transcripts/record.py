"""Lets a real server play the calls of the transcripts, and keeps what it did.

    make transcripts TARGET=asterisk|freeswitch [SETS="vectors graphs house"]

The machine should have nothing else to do: where it woke this process too late, nothing is kept. A
call whose trace is not the machine's is told and left out; play it again.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from vectors.model import Press as VectorPress

from flowc.compiler import compile_project, files_of
from flowc.diagnostics.model import Reporter
from flowc.live.acts import HangUp, Press, Speak
from flowc.live.compare import comparable
from flowc.live.lag import lag_watched, no_collections
from flowc.machine.trace import Offered, Trace
from flowc.on_target import play_calls, sound_lengths
from flowc.simulate.read_calls import read_calls
from flowc.target import (
    EmitRequest,
    Lab,
    LabCall,
    LabRelease,
    LiveLab,
    Target,
    load_target,
)
from flowc.telephony.call import CallEnded
from transcripts.live import installed
from transcripts.model import Transcript, Transcripts, masked, place, save
from transcripts.replay import house_on
from transcripts.sets import (
    CALLER,
    HOUSE,
    NUMBER,
    SETS,
    Planned,
    digest,
    made_for,
    planned_for,
)

AT_ONCE = 30
QUIET_S = 0.1  # longer than the gap between two files of a list
LONGEST_S = 100
MOST_LAG_MS = {"vectors": 40, "graphs": 40, "house": 90}  # the house's runtime is in this process


@dataclass(frozen=True, slots=True)
class Recorded:
    """`lag_ms`: how late the machine was at worst while the calls ran."""

    transcripts: Transcripts
    lag_ms: float


class HeardCall:
    """A live call, and what was done in it. Fits `flowc.target.LiveLabCall`."""

    def __init__(self, inner: Any, asked: LabCall) -> None:
        self.inner, self.asked = inner, asked
        self.acts: list[tuple[float, Press | Speak | HangUp]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def press(self, key: str, at: float) -> float:
        ended = float(await self.inner.press(key, at))
        self.acts.append((ended, Press(key)))
        return ended

    async def press_all(self, press: VectorPress, due: float) -> None:
        """Keys one after another, the first of which ends then."""
        length = min(press.hold, press.spacing or 1) if len(press.keys) > 1 else press.hold
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, due - length / 1000 - loop.time()))
        spacing = max(press.spacing, length) / 1000
        line = self.inner._line
        ends = await line.press(press.keys, spacing=spacing, length=length / 1000)
        self.acts.extend((at, Press(key)) for at, key in zip(ends, press.keys, strict=True))

    async def speak(self, seconds: float) -> None:
        self.acts.append((asyncio.get_running_loop().time(), Speak(seconds)))
        await self.inner.speak(seconds)

    async def hang_up(self) -> None:
        if not self.inner.is_over:
            self.acts.append((asyncio.get_running_loop().time(), HangUp()))
        await self.inner.hang_up()

    def transcript(self, name: str, made: str, trace: Trace, own: Mapping[str, str]) -> Transcript:
        """What is kept of it."""
        zero = self.inner.zero
        acts = sorted(self.acts, key=lambda each: each[0])
        return Transcript(
            name,
            made,
            tuple((round((at - zero) * 1000), what) for at, what in acts),
            trace,
            tuple(masked(step, own) for step in getattr(self.inner, "steps", ())),
            self.asked.queues,
            self.asked.dials,
        )


class HeardLab:
    """A lab that keeps every call that is placed in it."""

    def __init__(self, inner: Lab) -> None:
        self._inner = inner
        self.calls: dict[str, HeardCall] = {}
        self.releases: tuple[LabRelease, ...] = ()
        self.lengths: dict[str, int] = {}

    @asynccontextmanager
    async def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AsyncIterator[Any]:
        self.releases = tuple(releases)
        for each in releases:
            self.lengths |= sound_lengths(Path(each.request.environment.sounds))
        async with self._inner.booted(releases, calls) as live:
            yield _HeardLive(live, self)

    def bare(self, *_: object) -> AbstractAsyncContextManager[Any]:
        raise NotImplementedError


class _HeardLive:
    def __init__(self, inner: LiveLab, lab: HeardLab) -> None:
        self._inner, self._lab = inner, lab

    async def raise_flags(self, flags: frozenset[str]) -> None:
        await self._inner.raise_flags(flags)

    async def call(self, asked: LabCall) -> HeardCall:
        heard = self._lab.calls[asked.token] = HeardCall(await self._inner.call(asked), asked)
        return heard


class HeardTarget:
    """A target whose lab is heard."""

    def __init__(self, inner: Target) -> None:
        self._inner: Any = inner
        self.heard = HeardLab(self._inner.lab())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def lab(self) -> HeardLab:
        return self.heard

    def emit(self, request: EmitRequest) -> Any:
        return self._inner.emit(request)

    def gateway(self, *given: Any) -> Any:
        return self._inner.gateway(*given)


# --- graphs by hand


async def record_plain(target: str, name: str, work: Path) -> Recorded:
    """A set whose calls ask nobody."""
    made, planned = made_for(name), planned_for(name)
    releases = installed(target, made, work)
    asked = {
        call.name: LabCall(
            f"t{at}", releases[call.made].request.release8, NUMBER, CALLER, call.starts
        )
        for at, call in enumerate(planned)
    }
    lab = HeardLab(load_target(target).lab())  # type: ignore[attr-defined]  # it has one
    gate = asyncio.Semaphore(AT_ONCE)
    async with (
        lab.booted(list(releases.values()), list(asked.values())) as live,
        lag_watched() as lag,
    ):
        await asyncio.gather(*(_play(live, each, asked[each.name], gate) for each in planned))
        worst = lag.since(0.0)
    calls = []
    for each in planned:
        heard = lab.calls[asked[each.name].token]
        own = _own(releases[each.made].request)
        calls.append(heard.transcript(each.name, each.made, heard.inner.trace, own))
    digests = {key: digest(each.release_on(target)) for key, each in made.items()}
    lengths = {sound: ms for each in made.values() for sound, ms in each.lengths.items()}
    return Recorded(Transcripts(target, digests, _folder(lab), lengths, tuple(calls)), worst)


def _own(request: EmitRequest) -> dict[str, str]:
    """What stands in a transcript for the words of one release in one place."""
    environment = request.environment
    return {
        environment.sounds: "/s",
        environment.recordings: "/r",
        request.release8: "0" * 8,
    }


async def _play(live: Any, planned: Planned, asked: LabCall, gate: asyncio.Semaphore) -> None:
    async with gate:
        call = await live.call(asked)
        listening = asyncio.create_task(_note_silences(call))
        with suppress(CallEnded):
            for press in planned.presses:
                await call.press_all(press, await _reference(call, press) + press.wait / 1000)
            if planned.leaves_at and await _silence(call, planned.leaves_at):
                await asyncio.sleep(0.3)
                await call.hang_up()
        await call.until(lambda: call.is_over, LONGEST_S)
        listening.cancel()


async def _reference(call: HeardCall, press: VectorPress) -> float:
    """The moment from which a press is timed."""
    match press.since:
        case "key":
            return call.acts[-1][0]
        case "begin":
            await _until(call, lambda: len(_begins(call)) >= press.offer)
            return _begins(call)[press.offer - 1]
        case _:
            return await _silence(call, press.offer)


async def _silence(call: HeardCall, offer: int) -> float:
    """When an offer fell silent. Raises CallEnded where the call ends before."""
    silences: dict[int, float] = call.__dict__.setdefault("silences", {})
    await _until(call, lambda: offer in silences)
    return silences[offer]


async def _until(call: HeardCall, holds: Callable[[], bool]) -> None:
    await call.until(lambda: holds() or call.is_over, LONGEST_S)
    if not holds():
        raise CallEnded("the call ended before")


def _begins(call: HeardCall) -> list[float]:
    trace = call.inner.trace
    told = zip(trace.steps, trace.times, strict=True)
    return [call.inner.zero + at / 1000 for step, at in told if isinstance(step, Offered)]


async def _note_silences(call: HeardCall) -> None:
    """When each offer fell silent, by what the caller hears."""
    silences: dict[int, float] = call.__dict__.setdefault("silences", {})
    loop = asyncio.get_running_loop()
    while True:
        begins, last = _begins(call), call.inner.last_sound
        for number, begun in enumerate(begins, start=1):
            following = begins[number] if number < len(begins) else loop.time()
            if number not in silences and begun < last and last + QUIET_S <= loop.time():
                silences[number] = min(last, following)
        await asyncio.sleep(0.01)


# --- the house


async def record_house(target: str, work: Path) -> Recorded:
    """Every call of the house, with the real runtime and telephones of the lab."""
    compiled = compile_project(HOUSE)
    scripts = read_calls(files_of(HOUSE), Reporter())
    heard = HeardTarget(load_target(target))
    results = await play_calls(compiled, heard, scripts, HOUSE, work)  # type: ignore[arg-type]
    lab, calls = heard.heard, []
    for number, script in enumerate(scripts):
        result = next(each for each in results if each.script is script)
        if not result.passed or result.trace is None:
            click.echo(f"left out: {script.name}: {result}", err=True)
            continue
        again = lab.calls.get(f"call{number}again")
        call = again if result.first is not None and again else lab.calls[f"call{number}"]
        request = next(
            each.request for each in lab.releases if each.request.release8 == call.asked.release
        )
        trace = replace(result.trace, steps=comparable(request.graph, result.trace))
        assert len(trace.steps) == len(trace.times), script.name
        calls.append(call.transcript(script.name, "house", trace, _own(request)))
    digests = {"house": digest(house_on(target).release)}
    said = {sound: ms for sound, ms in lab.lengths.items() if _is_said(sound, calls)}
    found = Transcripts(target, digests, _folder(lab), said, tuple(calls))
    return Recorded(found, max(each.lag_ms for each in results))


def _folder(lab: HeardLab) -> int:
    return len(lab.releases[0].request.environment.sounds)


def _is_said(sound: str, calls: Sequence[Transcript]) -> bool:
    return any(
        sound in step.sounds
        for call in calls
        for step in call.trace.steps
        if isinstance(step, Offered)
    )


async def record(target: str, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="flowc-") as folder, no_collections():
        work = Path(folder)
        if name == "house":
            found = await record_house(target, work)
        else:
            found = await record_plain(target, name, work)
    told = f"{target} {name}: {len(found.transcripts.calls)} calls, lag {found.lag_ms:.0f} ms"
    if found.lag_ms > MOST_LAG_MS[name]:
        raise click.ClickException(f"{told}: not kept, the machine was too busy")
    save(found.transcripts, place(target, name))
    click.echo(told)


def main() -> None:
    """The sets of a target, all where none is named."""
    for chosen in sys.argv[2:] or SETS:
        try:
            asyncio.run(record(sys.argv[1], chosen))
        except click.ClickException as error:
            error.show()
            raise SystemExit(1) from None


if __name__ == "__main__":
    main()
