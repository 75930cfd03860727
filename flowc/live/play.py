"""Plays the caller of a simulated call in a live one: each key when the live call has come as far.

A moment is carried over from what happened last before it in the simulation: the step of the trace,
the end of the audio, or the caller's own last key. Knows no server.
"""

from __future__ import annotations

import asyncio
from typing import assert_never

from flowc.live.acts import Act, HangUp, Press, Speak, acts_of
from flowc.live.compare import parted
from flowc.machine.trace import Entered, Offered, Step, Trace
from flowc.simulate.simulator import Run
from flowc.target import LiveLabCall

QUIET_S = 0.12  # longer than the gap between two files of one prompt
# No server says a prompt in less than its files' lengths, but for what it cuts at their ends.
SURELY_SAID, MOST_CUT_S = 0.9, 0.3
SLACK_S = 12.0  # how much later than in the simulation something may come before it is given up
SWALLOWED_MS = 1000  # how long after an entry's last digit a `#` counts nowhere
SOONEST_MS = 120  # a key takes that long to be pressed at all


class PartedError(Exception):
    """The live call went another way, or nowhere: what the caller does next means nothing in it."""

    def __init__(self, why: str) -> None:
        """Keep why."""
        self.why = why
        super().__init__(why)


class Player:
    """The caller of one call."""

    def __init__(self, run: Run, call: LiveLabCall) -> None:
        self._run, self._call = run, call
        self._meant = run.trace
        self._keys: list[tuple[int, float]] = []  # simulated and live end of each key
        self._speaking: set[asyncio.Task[None]] = set()
        self._reached = 0
        self._late_ms = 0.0
        self._seen = (-1, 0, False)  # steps of the live trace, those that are told, has it parted

    @property
    def hushed(self) -> tuple[int, ...]:
        """When each key ended, in ms since the answer."""
        return tuple(round((at - self._call.zero) * 1000) for _, at in self._keys)

    @property
    def late_ms(self) -> float:
        """By how much the caller was late at worst, since what the act follows was told of too late."""
        return self._late_ms

    async def play(self) -> Trace:
        """The live call's whole trace. Raises PartedError; the call is over then, too."""
        try:
            for act in acts_of(self._run):
                await self._do(act)
            await self._end()
        finally:
            for task in self._speaking:
                task.cancel()
            await self._call.hang_up()
            await self._call.until(lambda: self._call.is_over, SLACK_S)
        return self._call.trace

    async def _do(self, act: Act) -> None:
        due = await self._due(act)
        late_s = asyncio.get_running_loop().time() - due
        self._late_ms = max(self._late_ms, late_s * 1000)
        match act.what:
            case Press(key):
                self._keys.append((act.at, await self._call.press(key, due)))
            case Speak(seconds):
                await _until(due)
                task = asyncio.create_task(self._call.speak(seconds))
                self._speaking.add(task)
            case HangUp():
                await _until(due)
                await self._call.hang_up()
            case _:
                assert_never(act.what)

    async def _end(self) -> None:
        rest = max(self._run.length_ms - self._passed_ms(), 0) / 1000
        if not await self._call.until(self._is_through, rest + SLACK_S):
            raise PartedError("the call did not end")
        if not self._call.is_over:
            raise PartedError("the call went another way")

    def _passed_ms(self) -> int:
        return max((at for at, _ in self._keys), default=0)

    def _is_through(self) -> bool:
        return self._call.is_over or self._has_parted()

    def _has_parted(self) -> bool:
        return self._looked()[2]

    def _looked(self) -> tuple[int, int, bool]:
        """Looked at anew only where the trace has grown: it is asked for 50 times a second."""
        trace = self._call.trace
        if len(trace.steps) != self._seen[0]:
            told = sum(_tells(each) for each in trace.steps)
            self._seen = (len(trace.steps), told, parted(self._meant, trace))
        return self._seen

    # --- moments

    async def _due(self, act: Act) -> float:
        """When an act is due on the loop's clock, once the call has come to it."""
        if self._finishes_entry(act):
            at, ended = self._keys[-1]
            return ended + (act.at - at) / 1000
        step = self._anchor(act)
        begun = await self._reach(step)
        simulated, live = self._meant.times[step] if step >= 0 else 0, begun
        is_after_key = bool(self._keys) and self._keys[-1][0] > simulated
        if is_after_key:
            simulated, live = self._keys[-1]
        if act.audio_ended_at is not None and act.audio_ended_at > simulated:
            quiet = await self._quiet(begun, act, simulated)
            # A late `#` begins a prompt anew on some servers only: then the key itself is the mark.
            if quiet > live or not is_after_key:
                simulated, live = act.audio_ended_at, quiet
        soonest = 0.0 if self._keys and live == self._keys[-1][1] else SOONEST_MS / 1000
        return live + max((act.at - simulated) / 1000, soonest)

    def _finishes_entry(self, act: Act) -> bool:
        """A `#` typed right after an entry: swallowed within a second, so it can't wait for a server
        whose look-up takes longer than the simulator's. Later it would cut a prompt."""
        return (
            isinstance(act.what, Press)
            and act.what.key == "#"
            and bool(self._keys)
            and act.at - self._keys[-1][0] < SWALLOWED_MS
        )

    def _anchor(self, act: Act) -> int:
        """The last step before the act that every executor tells at once: a block or a prompt."""
        for place in range(act.steps - 1, -1, -1):
            if isinstance(self._meant.steps[place], Entered | Offered):
                return place
        return -1

    async def _reach(self, step: int) -> float:
        """Wait until the live call has come to a step; when it did."""
        if step < 0:
            return self._call.zero
        wanted = sum(_tells(each) for each in self._meant.steps[: step + 1])
        before = self._meant.times[self._reached] if self._reached else 0
        seconds = max(self._meant.times[step] - before, 0) / 1000 + SLACK_S
        self._reached = step

        def holds() -> bool:
            return self._looked()[1] >= wanted or self._is_through()

        in_time = await self._call.until(holds, seconds)
        trace = self._call.trace
        places = [at for at, each in enumerate(trace.steps) if _tells(each)]
        if self._has_parted() or len(places) < wanted:
            raise PartedError("" if in_time else f"nothing happened for {SLACK_S:.0f} s")
        return self._call.zero + trace.times[places[wanted - 1]] / 1000

    async def _quiet(self, begun: float, act: Act, simulated: int) -> float:
        """Wait until what is being said has ended; when the last of it was heard."""
        assert act.audio_ended_at is not None
        lasts = (act.audio_ended_at - simulated) / 1000
        # Under load the gap between the parts of a prompt may seem to be its end.
        earliest = begun + max(lasts * SURELY_SAID, lasts - MOST_CUT_S)
        loop = asyncio.get_running_loop()

        def holds() -> bool:
            last = self._call.last_sound
            quiet = last > begun and loop.time() - max(last, earliest) >= QUIET_S
            return quiet or self._call.is_over

        if not await self._call.until(holds, lasts + SLACK_S):
            raise PartedError("a prompt did not end")
        return self._call.last_sound


def _tells(step: Step) -> bool:
    return isinstance(step, Entered | Offered)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))
