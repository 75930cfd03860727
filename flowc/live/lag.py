"""How late the machine wakes this process: what a key or a measured moment may be wrong by.

Knows no call. A call that failed while the machine was late may have failed by that alone.
"""

from __future__ import annotations

import asyncio
import gc
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

EVERY_S = 0.01
BUSY_MS = 20.0  # a key that comes so late may mean something else
_WORTH_MS = 1.0  # what is less is no lag, and need not be kept


class Lag:
    """The delays measured so far, by moment on the event loop's clock."""

    def __init__(self) -> None:
        """None."""
        self._moments: list[float] = []
        self._late_ms: list[float] = []

    def note(self, at: float, late_ms: float) -> None:
        """The process was woken so late. Moments come in order."""
        if late_ms >= _WORTH_MS:
            self._moments.append(at)
            self._late_ms.append(late_ms)

    def since(self, moment: float) -> float:
        """The worst delay (ms) from that moment on."""
        return max(self._late_ms[bisect_left(self._moments, moment) :], default=0.0)

    async def watch(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self.note(due, (loop.time() - due) * 1000)


@contextmanager
def no_collections() -> Iterator[None]:
    """Let no garbage be collected meanwhile: with every packet of hundreds of calls in memory, one
    collection stops all callers for longer than a key may be late. There is little to collect."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@asynccontextmanager
async def lag_watched() -> AsyncIterator[Lag]:
    """A measure that runs inside the context."""
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    try:
        yield lag
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
