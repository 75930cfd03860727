"""Answers of look-ups, kept for as long as the project says. Knows no service."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic

from flowc.runtime.services.model import Reply

MOST_ANSWERS = 10_000


class AnswerCache:
    """At most `MOST_ANSWERS`; the one that was not asked for longest goes first."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Empty."""
        self._clock = clock
        self._held: OrderedDict[Hashable, tuple[float, Reply]] = OrderedDict()

    def get(self, slot: Hashable) -> Reply | None:
        """The reply, while it is fresh."""
        found = self._held.get(slot)
        if found is None:
            return None
        if self._clock() >= found[0]:
            del self._held[slot]
            return None
        self._held.move_to_end(slot)
        return found[1]

    def put(self, slot: Hashable, reply: Reply, seconds: float) -> None:
        """Keep a reply for so long."""
        self._held[slot] = (self._clock() + seconds, reply)
        self._held.move_to_end(slot)
        if len(self._held) > MOST_ANSWERS:
            self._held.popitem(last=False)
