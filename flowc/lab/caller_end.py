"""The caller's end of a live call of a test; what the server tells of it is a target's to add.

Knows neither scripts nor simulators; see `flowc.target.LiveLabCall`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from flowc.target import HeardSound
from flowc.telephony.call import CallEnded
from flowc.telephony.caller import OutgoingCall
from flowc.telephony.hearing import PromptBook, find_prompts
from flowc.telephony.phones import tone

KEY_S = 0.08
LOOK_S = 0.02  # sound is not told by events, so it is looked for


class CallerEnd(ABC):
    """A call that was placed. Whoever adds to it sets `changed` when the server has told something."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._call: OutgoingCall | None = None

    @abstractmethod
    def book(self) -> PromptBook:
        """The sounds that can be heard in it."""

    def connect(self, call: OutgoingCall) -> None:
        """The caller's end of it."""
        self._call = call

    @property
    def last_sound(self) -> float:
        return self._line.heard.last_at or 0.0

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, looking at each event and every 20 ms."""
        end = asyncio.get_running_loop().time() + seconds
        while not holds():
            if asyncio.get_running_loop().time() > end:
                return False
            self.changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self.changed.wait()
        return True

    async def press(self, key: str, at: float) -> float:
        """Press a key so that it ends at that moment; a call that is over hears it no more."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, at - KEY_S - loop.time()))
        with suppress(CallEnded):
            return (await self._line.press(key, spacing=KEY_S, length=KEY_S))[0]
        return loop.time()

    async def speak(self, seconds: float) -> None:
        """A buzz."""
        with suppress(CallEnded):
            await self._line.say(tone(seconds))

    async def hang_up(self) -> None:
        await self._line.hang_up()

    def heard(self) -> tuple[HeardSound, ...]:
        """The release's sounds in what the caller heard, in order."""
        found = find_prompts(self._line.heard, self.book())
        return tuple(HeardSound(each.prompt, each.also, each.start_s) for each in found)

    def recording(self) -> bytes:
        """What the caller heard, as a WAV file."""
        return self._line.recording()

    @property
    def _line(self) -> OutgoingCall:
        if self._call is None:
            raise RuntimeError("the call has not been placed")
        return self._call
