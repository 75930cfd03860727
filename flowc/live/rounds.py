"""Many calls at once on a server, and once more those that a busy machine may have spoilt.

Knows no server by name and does not say what is meant to happen: it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import groupby

from flowc.graph.model import FlowGraph
from flowc.live.compare import compared
from flowc.live.ears import expected_sounds, unheard
from flowc.live.lag import Lag, lag_watched, no_collections
from flowc.live.play import PartedError, Player
from flowc.live.result import Result, Told
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run
from flowc.target import Lab, LabCall, LabRelease, LiveLab, LiveLabCall, ServerError

AT_ONCE = 60  # calls
AGAIN_AT_ONCE = 5  # of those that failed
APART_S = 0.15  # calls that begin together ask and are answered together, all along
SECOND = "again"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call that will be played: what is meant to happen, and what it takes."""

    script: CallScript
    graph: FlowGraph
    run: Run
    asked: LabCall
    lengths: Mapping[str, int]  # of its sounds, ms by sound key

    def with_token(self, token: str) -> PlannedCall:
        """The same call by another name."""
        return replace(self, asked=replace(self.asked, token=token))

    @property
    def second(self) -> PlannedCall:
        """The same call once more: another call to the runtime, which has not been asked yet."""
        return self.with_token(f"{self.asked.token}{SECOND}")


@dataclass(frozen=True, slots=True)
class Rounds:
    """A server's lab and what it shall hold.

    `strict`: no call is played a second time.
    """

    lab: Lab
    releases: Sequence[LabRelease]
    at_once: int = AT_ONCE
    strict: bool = False

    async def play(self, planned: Sequence[PlannedCall], told: Told) -> list[Result]:
        """The results, in no order; `told` hears of each as soon as it is final."""
        final: list[Result] = []
        again: dict[str, tuple[PlannedCall, Result]] = {}
        for each, result in await self._round(planned, self.at_once):
            if result.may_be_lags_fault and not self.strict:
                again[each.second.asked.token] = (each.second, result)
            else:
                told(result)
                final.append(result)
        seconds = [each for each, _ in again.values()]
        for each, result in await self._round(seconds, AGAIN_AT_ONCE):
            both = replace(result, first=again[each.asked.token][1])
            told(both)
            final.append(both)
        return final

    async def _round(
        self, planned: Sequence[PlannedCall], at_once: int
    ) -> list[tuple[PlannedCall, Result]]:
        """Flags hold for all calls of a server, so each set of flags has a server of its own."""
        ordered = sorted(planned, key=lambda each: (_flags(each), -each.run.length_ms))
        with no_collections():
            played = await self._groups(ordered, at_once)
        # The ears take long; no call of these goes on any more that would suffer from it.
        return [
            (each, await asyncio.to_thread(_with_ears, one, each.lengths))
            for each, one in zip(ordered, played, strict=True)
        ]

    async def _groups(self, ordered: Sequence[PlannedCall], at_once: int) -> list[_Played]:
        groups = [list(group) for _, group in groupby(ordered, key=_flags)]
        async with lag_watched() as lag:
            gate = _Gate(asyncio.Semaphore(at_once), asyncio.Lock(), lag)
            groups_played = await asyncio.gather(*(self._group(each, gate) for each in groups))
        return [one for group in groups_played for one in group]

    async def _group(self, group: Sequence[PlannedCall], gate: _Gate) -> list[_Played]:
        async with self.lab.booted(self.releases, [each.asked for each in group]) as live:
            await live.raise_flags(frozenset(_flags(group[0])))
            return await asyncio.gather(*(_play(live, each, gate) for each in group))


@dataclass(frozen=True, slots=True)
class _Gate:
    """Lets so many calls in at a time, one after another, and knows how busy the machine is."""

    free: asyncio.Semaphore
    door: asyncio.Lock
    lag: Lag

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Wait for a place, and let it go at the end."""
        async with self.free:
            async with self.door:
                await asyncio.sleep(APART_S)
            yield


@dataclass(frozen=True, slots=True)
class _Played:
    """A call that is over. Whether its sounds were heard is found out when no call needs the time."""

    result: Result
    call: LiveLabCall | None = None
    hushed: tuple[int, ...] = ()  # when the caller pressed a key


def _with_ears(played: _Played, lengths: Mapping[str, int]) -> Result:
    """The result, once the sounds that were offered are found in what the caller heard."""
    if played.call is None or not played.result.passed:
        return played.result
    trace = played.call.trace
    missing = unheard(trace, played.call.heard(), lengths, played.hushed)
    problems = tuple(f"offered, but not heard: {sound}" for sound in missing)
    found = len(expected_sounds(trace, lengths, played.hushed)) - len(missing)
    return replace(played.result, problems=problems, heard=found)


def _flags(each: PlannedCall) -> tuple[str, ...]:
    return tuple(sorted(set(each.script.flags)))


async def _play(lab: LiveLab, each: PlannedCall, gate: _Gate) -> _Played:
    async with gate.entered():
        begun = asyncio.get_running_loop().time()
        played = await _play_one(lab, each)
        seconds = asyncio.get_running_loop().time() - begun
        lag_ms = gate.lag.since(begun)
    return replace(played, result=replace(played.result, seconds=seconds, lag_ms=lag_ms))


async def _play_one(lab: LiveLab, each: PlannedCall) -> _Played:
    problem = ""
    try:
        call = await lab.call(each.asked)
    except ServerError as error:
        return _Played(Result(each.script, problems=(str(error),)))
    player = Player(each.run, call)
    try:
        await player.play()
    except PartedError as parting:
        problem = parting.why
    found = compared(each.graph, each.run.trace, call.trace)
    result = Result(
        each.script,
        difference=found.difference,
        problems=(problem,) if problem else (),
        allowed=found.allowed,
        trace=call.trace,
    )
    return _Played(result, call, player.hushed)
