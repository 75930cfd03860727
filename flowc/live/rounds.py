"""Many calls at once on a server, and once more those that a busy machine may have spoilt.

Knows no server by name and does not say what is meant to happen: it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

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
AGAIN = "again"
Flags = frozenset[str]


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
    def again(self) -> PlannedCall:
        """The same call once more: another call to the runtime, which has not been asked yet."""
        return self.with_token(f"{self.asked.token}{AGAIN}")

    @property
    def tries(self) -> tuple[PlannedCall, ...]:
        """As often as it may have to be played."""
        return (self, self.again, self.again.again)


@dataclass(frozen=True, slots=True)
class Rounds:
    """A server's lab and what it shall hold.

    `strict`: no call is played a second time. `alone`: every call that failed is, however quick the
    machine was, and once more by itself where it fails again; else only those that a busy machine may
    have spoilt, once.
    """

    lab: Lab
    releases: Sequence[LabRelease]
    at_once: int = AT_ONCE
    strict: bool = False
    alone: bool = False

    async def play(self, planned: Sequence[PlannedCall], told: Told) -> list[Result]:
        """The results, in no order; `told` hears of each as soon as it is final."""
        final: list[Result] = []
        firsts: dict[str, Result] = {}  # of calls that are played again, by token
        rounds = (self.at_once, *self._again)
        for number, at_once in enumerate(rounds, start=1):
            doubtful: list[PlannedCall] = []
            for each, result in await self._round(planned, at_once):
                first = firsts.get(each.asked.token)
                if number < len(rounds) and self._is_doubtful(result):
                    doubtful.append(each.again)
                    firsts[each.again.asked.token] = first or result
                else:
                    final.append(replace(result, first=first))
                    told(final[-1])
            planned = doubtful
        return final

    @property
    def _again(self) -> tuple[int, ...]:
        """How many calls go on together in each further round."""
        if self.strict:
            return ()
        return (AGAIN_AT_ONCE, 1) if self.alone else (AGAIN_AT_ONCE,)

    def _is_doubtful(self, result: Result) -> bool:
        """Is another try to say whether it really fails?"""
        return result.failed if self.alone else result.may_be_lags_fault

    async def _round(
        self, planned: Sequence[PlannedCall], at_once: int
    ) -> list[tuple[PlannedCall, Result]]:
        """Flags hold for all calls of a server, so each set of flags has a server of its own."""
        longest_first = sorted(planned, key=lambda each: -each.run.length_ms)
        groups = by_flags(longest_first)
        with no_collections():
            played = await self._groups(groups, at_once)
        # The ears take long; no call of these goes on any more that would suffer from it.
        return [
            (each, await asyncio.to_thread(_with_ears, one, each.lengths)) for each, one in played
        ]

    async def _groups(
        self, groups: Mapping[Flags, Sequence[PlannedCall]], at_once: int
    ) -> list[tuple[PlannedCall, _Played]]:
        async with lag_watched() as lag:
            gate = _Gate(asyncio.Semaphore(at_once), asyncio.Lock(), lag)
            playing = [self._group(flags, group, gate) for flags, group in groups.items()]
            groups_played = await asyncio.gather(*playing)
        return [one for group in groups_played for one in group]

    async def _group(
        self, flags: Flags, group: Sequence[PlannedCall], gate: _Gate
    ) -> list[tuple[PlannedCall, _Played]]:
        called = {each.asked.release for each in group}
        releases = [each for each in self.releases if each.request.release8 in called]
        async with self.lab.booted(releases, [each.asked for each in group]) as live:
            await live.raise_flags(flags)
            played = await asyncio.gather(*(_play(live, each, gate) for each in group))
        return list(zip(group, played, strict=True))


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


def by_flags(planned: Sequence[PlannedCall]) -> dict[Flags, list[PlannedCall]]:
    """The calls by the flags that a server must have raised for them, on as few servers as that takes:
    a flag that a project does not know is nothing to its calls."""
    left, groups = list(planned), dict[Flags, list[PlannedCall]]()
    while left:
        all_at_once = frozenset(flag for each in left for flag in each.script.flags)
        sets = dict.fromkeys([*(frozenset(each.script.flags) for each in left), all_at_once])
        most = max(sets, key=lambda flags: sum(_suits(flags, each) for each in left))
        groups[most] = [each for each in left if _suits(most, each)]
        left = [each for each in left if not _suits(most, each)]
    return groups


def _suits(flags: Flags, each: PlannedCall) -> bool:
    """Are of the flags that the call's project knows just those raised that the call wants?"""
    return all((name in flags) == (name in each.script.flags) for name in each.graph.flags)


async def _play(lab: LiveLab, each: PlannedCall, gate: _Gate) -> _Played:
    async with gate.entered():
        begun = asyncio.get_running_loop().time()
        played = await _play_one(lab, each)
        seconds = asyncio.get_running_loop().time() - begun
        lag_ms = max(gate.lag.since(begun), played.result.lag_ms)
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
        lag_ms=player.late_ms,
    )
    return _Played(result, call, player.hushed)
