"""The clock of one call and the caller's end of its line. Knows no server and no flow.

All moments are whole milliseconds on the line's own clock. Whoever plays the server lets time pass
(`pass_to`) and is told of what happens first: a key that ended, the hang-up, a word of the runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flowc.live.acts import HangUp, Press, Speak
from flowc.machine.trace import Trace

from .virtual_loop import VirtualLoop

MOST_MS = 60 * 60_000
OVER, GONE, SPOKE = "", "gone", "spoke"  # what `pass_to` tells beside keys


class StandInError(AssertionError):
    """The stand-in was led where it knows no rule, or where the real server would complain."""


@dataclass(frozen=True, slots=True)
class Due:
    """What the caller does next, and when; a key ends then. A moment in the past means at once."""

    at: int
    what: Press | Speak | HangUp


class Caller(Protocol):
    """Whoever is at the other end."""

    def next(self, line: Line, /) -> Due | None:
        """What comes next, so far as that is known yet. Asked again whenever time passes."""

    def done(self, at: int, /) -> None:
        """That has happened, at this moment."""


class Line:
    """One call. `begins` and `ends` are of its offers: when each began, when its last sound ended."""

    def __init__(self, caller: Caller, trace: Callable[[], Trace], epoch_ms: int) -> None:
        """`trace` gives what is known of the call so far; the clock of the world begins at `epoch_ms`."""
        self.now = 0
        self.loop = VirtualLoop(lambda: self.now)  # type: ignore[abstract]  # it has what is asked
        self.is_gone = False
        self.gave_up = False  # nothing would ever have happened any more
        self.zero = -1  # when the call was answered
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.is_saying = False
        self.quiet_at = 0
        self.waits = 0  # how often keys were waited for with nothing being said
        self.is_waiting = False
        self.spoke = False  # the runtime has said something that nobody has taken yet
        self.voice: list[tuple[int, int]] = []  # when the caller spoke
        self._caller, self._trace, self._epoch_ms = caller, trace, epoch_ms

    @property
    def trace(self) -> Trace:
        """What is known so far."""
        return self._trace()

    @property
    def epoch_ms(self) -> int:
        """Milliseconds since 1970, as the server's clock has it."""
        return self._epoch_ms + self.now

    # --- what the server tells of its side

    def answered(self) -> None:
        """The call is answered; again means nothing."""
        if self.zero < 0:
            self.zero = self.now

    def offer_begins(self) -> None:
        self.begins.append(self.now)
        self.ends.append(self.now)

    def says(self) -> None:
        """Sounds are begun."""
        self.is_saying, self.is_waiting = True, False

    def falls_silent(self, at: int | None = None) -> None:
        """The last of what was said has ended, or was cut; now, or some time ago."""
        self.is_saying, self.quiet_at = False, self.now if at is None else at
        if self.ends:
            self.ends[-1] = self.quiet_at

    def waits_for_keys(self) -> None:
        """Keys are waited for and nothing is said."""
        self.waits += 1
        self.is_waiting = True

    def stops_waiting(self) -> None:
        self.is_waiting = False

    # --- time

    def pass_to(self, until: int | None) -> str:
        """Let time pass up to `until`, or for ever; a key, or one of `OVER`, `GONE`, `SPOKE`."""
        while True:
            due = None if self.is_gone else self._caller.next(self)
            at = None if due is None else max(due.at, self.now)
            timer = self.loop.next_at
            moment = min((one for one in (at, timer, until) if one is not None), default=None)
            if moment is None:
                return self._give_up()
            self.now = max(moment, self.now)
            if self.now > MOST_MS:
                raise StandInError("the call goes on for ever")
            if due is not None and at == moment:
                told = self._acts(due)
                if told:
                    return told
            elif timer == moment:
                self.loop.run()
                if self.spoke:
                    return SPOKE
            else:
                return OVER

    def _acts(self, due: Due) -> str:
        self._caller.done(self.now)
        match due.what:
            case Press(key):
                return key
            case HangUp():
                self.is_gone = True
                return GONE
            case Speak(seconds):
                self.voice.append((self.now, self.now + round(seconds * 1000)))
                return OVER

    def _give_up(self) -> str:
        if self.is_gone:
            raise StandInError("the call is over, and its end waits for ever")
        self.is_gone = self.gave_up = True
        return GONE
