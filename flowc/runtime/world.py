"""What an expression may ask of the call it is in, as the runtime knows it. Holds no clock: it is told the time."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.model import FlowGraph
from flowc.machine.clock import local_date


@dataclass(frozen=True, slots=True)
class CallWorld:
    """`seconds` is the call's own time since 1970 UTC; `raised` are the flags that are up."""

    graph: FlowGraph
    seconds: int
    raised: frozenset[str] = frozenset()

    def today(self) -> int:
        """The date in the project's zone, YYYYMMDD."""
        return local_date(self.seconds, self.graph.timezone)

    def now(self) -> int:
        """Seconds since 1970 UTC."""
        return self.seconds

    def listed(self, value: str, list: str) -> bool:  # noqa: A002 - the word of the language
        """Does the release's list of that name hold the value?"""
        return value in self.graph.lists.get(list, ())

    def flag(self, name: str) -> bool:
        """Is the flag up?"""
        return name in self.raised
