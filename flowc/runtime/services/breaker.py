"""A circuit breaker: a back end that failed five times is left alone for ten seconds.

Knows no back end and no clock but the one that it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

FAILURES = 5
REST_S = 10.0


class Breaker:
    """Closed, open, or half open: then one question is let through to see."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Closed."""
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def allows(self) -> bool:
        """May a question go out now? Where half open, the one that asks is the probe."""
        if self._failures < FAILURES:
            return True
        if self._clock() < self._rests_until:
            return False
        self._rests_until = self._clock() + REST_S
        return True

    def succeeded(self) -> None:
        """The back end answered, whatever it said."""
        self._failures = 0

    def failed(self) -> None:
        """The back end did not answer as it should."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._rests_until = self._clock() + REST_S

    @property
    def is_open(self) -> bool:
        """Are questions being turned away?"""
        return self._failures >= FAILURES and self._clock() < self._rests_until
