"""An event loop without any input or output whose time is a call's own. Runs the real gateways.

Only what tasks, futures, events, queues and timeouts ask of a loop; everything else refuses.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any


class VirtualLoop(asyncio.AbstractEventLoop):
    """`now` tells the time in milliseconds; nothing runs but in `run`."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[asyncio.TimerHandle] = []
        self._tasks: set[asyncio.Task[Any]] = set()  # that have not ended
        self.faults: list[str] = []

    # --- whoever drives it

    @property
    def next_at(self) -> int | None:
        """When it wants to run next, in milliseconds; None where nothing is left to do."""
        if self._ready:
            return self._now()
        while self._timers and self._timers[0].cancelled():
            heapq.heappop(self._timers)
        return _whole(self._timers[0].when()) if self._timers else None

    def run(self) -> None:
        """Do all that can be done at this moment."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while self._take_due() or self._ready:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            events._set_running_loop(before)

    def close(self) -> None:
        """Nothing waits any longer: what still does is cancelled."""
        for task in tuple(self._tasks):
            task.cancel()
        self.run()

    def _take_due(self) -> bool:
        """Timers that are due go behind what is ready."""
        now = self._now()
        while self._timers and (
            self._timers[0].cancelled() or _whole(self._timers[0].when()) <= now
        ):
            self._ready.append(heapq.heappop(self._timers))
        return bool(self._ready)

    # --- what asyncio asks

    def time(self) -> float:
        return self._now() / 1000

    def call_soon(  # type: ignore[override]  # plain callables only
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It stays in the heap until its time."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any], **_: Any
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.faults.append(f"{context.get('message')}: {error!r}")


def _whole(seconds: float) -> int:
    """The first whole millisecond that is not before."""
    return math.ceil(seconds * 1000 - 1e-6)
