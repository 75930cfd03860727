"""The player of a live call, against a call that tells of itself too late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import takewhile

import pytest

from flowc.live.play import SOONEST_MS, PartedError, Player
from flowc.machine.trace import Ended, Trace
from flowc.simulate.simulator import Run

Play = Callable[[str], Run]


class LateCall:
    """A call that says its prompt, and of which nothing is known before `late_s` have passed."""

    def __init__(self, run: Run, late_s: float) -> None:
        self.zero = asyncio.get_running_loop().time()
        self.last_sound = self.zero
        self.is_over = False
        self._late_s = late_s
        steps = tuple(takewhile(lambda step: not isinstance(step, Ended), run.trace.steps))
        self._told = Trace(steps, run.trace.times[: len(steps)])

    @property
    def trace(self) -> Trace:
        now = asyncio.get_running_loop().time()
        return self._told if now >= self.zero + self._late_s else Trace(())

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        until = asyncio.get_running_loop().time() + seconds
        while not holds() and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.01)
        return holds()

    async def press(self, key: str, due: float) -> float:
        del key
        self.is_over = True
        return due

    async def hang_up(self) -> None:
        self.is_over = True


@pytest.mark.parametrize("late_s", [0.0, 0.6])
def test_a_key_that_comes_late_since_its_cause_was_told_late_is_known(
    run: Play, late_s: float
) -> None:
    done = run("steps:\n- press: {keys: '1', after: 300ms}\n- hang up\n")

    async def played() -> float:
        player = Player(done, LateCall(done, late_s))  # type: ignore[arg-type]  # what a player needs of one
        with pytest.raises(PartedError):  # it is over too soon
            await player.play()
        return player.late_ms

    late_ms = asyncio.run(played())

    assert (late_ms > 200) == (late_s > SOONEST_MS / 1000), late_ms
