"""One call of a test: what the server's events tell of it; the caller's end is every lab's.

Knows neither scripts nor simulators; see `flowc.target.LiveLabCall`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from flowc.lab.caller_end import CallerEnd
from flowc.machine.trace import Trace
from flowc.telephony.caller import OutgoingCall
from flowc.telephony.hearing import PromptBook
from flowc_freeswitch.trace import TraceReader


class FreeswitchCall(CallerEnd):
    """A call that was placed."""

    def __init__(self, book: Callable[[], PromptBook]) -> None:
        super().__init__()
        self._reader, self._book = TraceReader(), book
        self._zero = math.inf
        self._tells = False

    def book(self) -> PromptBook:
        """The release's sounds, read when they are first asked for."""
        return self._book()

    def connect(self, call: OutgoingCall) -> None:
        """The caller's end. Its answer, too, tells when zero was: events may come half a second late."""
        super().connect(call)
        self._zero = min(self._zero, call.answered_at or math.inf)

    def take(self, headers: Mapping[str, str], body: str, at: float) -> None:
        """An event of the call, and when it came."""
        self._reader.feed(headers, body)
        self._tells = True
        # Events come late, never early: that which came the soonest tells best when zero was.
        self._zero = min(self._zero, at - int(headers["Flowc-At"]) / 1000)
        self.changed.set()

    def end(self, by: str, at: float) -> None:
        """The server has let the call go; of a release that does nothing after that."""
        self._reader.end(by, int((at - self._zero) * 1000))
        self.changed.set()

    @property
    def begun(self) -> bool:
        """Has the server told anything of it?"""
        return self._tells

    @property
    def trace(self) -> Trace:
        return self._reader.trace

    @property
    def zero(self) -> float:
        return self._zero

    @property
    def is_over(self) -> bool:
        return self._reader.is_over
