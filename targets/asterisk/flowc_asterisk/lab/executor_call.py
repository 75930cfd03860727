"""One call of a test: the caller's end over SIP, and what the server's events tell of it.

Knows neither scripts nor simulators; see `flowc.target.LiveLabCall`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from flowc.machine.trace import Trace
from flowc.target import HeardSound
from flowc.telephony.call import CallEnded
from flowc.telephony.caller import OutgoingCall
from flowc.telephony.hearing import PromptBook, find_prompts
from flowc.telephony.phones import tone
from flowc_asterisk.trace import TraceReader

KEY_S = 0.08
LOOK_S = 0.02  # sound is not told by events, so it is looked for


class AsteriskCall:
    """A call that was placed."""

    def __init__(self, reader: TraceReader, book: Callable[[], PromptBook]) -> None:
        self._reader, self._book = reader, book
        self._call: OutgoingCall | None = None
        self._changed = asyncio.Event()
        self._gone = False
        self.steps: list[str] = []  # every line of dialplan, for whoever looks for a fault

    def connect(self, call: OutgoingCall) -> None:
        """The caller's end of it."""
        self._call = call

    def take(self, event: Mapping[str, str]) -> None:
        """An event of the call's channel."""
        self._reader.feed(event)
        if event.get("Event") == "Newexten":
            place = f"{event.get('Context')},{event.get('Extension')},{event.get('Priority')}"
            self.steps.append(f"{place} {event.get('Application')}({event.get('AppData', '')})")
        self._gone = self._gone or event.get("Event") == "Hangup"
        self._changed.set()

    @property
    def begun(self) -> bool:
        """Has the server told that it answered?"""
        return self._reader.zero > 0 or self._gone

    @property
    def trace(self) -> Trace:
        return self._reader.trace

    @property
    def zero(self) -> float:
        return self._reader.zero

    @property
    def last_sound(self) -> float:
        return self._line.heard.last_at or 0.0

    @property
    def is_over(self) -> bool:
        return self._gone

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, looking at each event and every 20 ms."""
        end = asyncio.get_running_loop().time() + seconds
        while not holds():
            if asyncio.get_running_loop().time() > end:
                return False
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_S)
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
        found = find_prompts(self._line.heard, self._book())
        return tuple(HeardSound(each.prompt, each.also, each.start_s) for each in found)

    def recording(self) -> bytes:
        return self._line.recording()

    @property
    def _line(self) -> OutgoingCall:
        if self._call is None:
            raise RuntimeError("the call has not been placed")
        return self._call
