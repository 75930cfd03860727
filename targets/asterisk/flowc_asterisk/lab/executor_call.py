"""One call of a test: what the server's events tell of it; the caller's end is every lab's.

Knows neither scripts nor simulators; see `flowc.target.LiveLabCall`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowc.lab.caller_end import CallerEnd
from flowc.machine.trace import Trace
from flowc.telephony.hearing import PromptBook
from flowc_asterisk.trace import TraceReader


class AsteriskCall(CallerEnd):
    """A call that was placed."""

    def __init__(self, reader: TraceReader, book: Callable[[], PromptBook]) -> None:
        super().__init__()
        self._reader, self._book = reader, book
        self._gone = False
        self.steps: list[str] = []  # every line of dialplan, for whoever looks for a fault

    def book(self) -> PromptBook:
        """The release's sounds, read when they are first asked for."""
        return self._book()

    def take(self, event: Mapping[str, str]) -> None:
        """An event of the call's channel."""
        self._reader.feed(event)
        if event.get("Event") == "Newexten":
            place = f"{event.get('Context')},{event.get('Extension')},{event.get('Priority')}"
            self.steps.append(f"{place} {event.get('Application')}({event.get('AppData', '')})")
        self._gone = self._gone or event.get("Event") == "Hangup"
        self.changed.set()

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
    def is_over(self) -> bool:
        return self._gone
