"""Waiting that ends when it was said to, whatever is waited for makes of being broken off.

A driver may take ten seconds to break off a statement in a data base that has stopped answering. The
caller does not wait for that, and neither does the end of the program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
# Those that are being broken off; the event loop itself holds its tasks only weakly.
_broken_off: set[asyncio.Task[Any]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """What the work comes to. Raises TimeoutError after so many seconds, when the work has been told to
    end, and goes on ending by itself; so it does where the waiting itself is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=max(seconds, 0))
    finally:
        if not task.done():
            _break_off(task)
    if not task.done():
        raise TimeoutError("no answer in time")
    return task.result()


def _break_off(task: asyncio.Task[Any]) -> None:
    task.cancel()
    _broken_off.add(task)
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[Any]) -> None:
    """What it ended with is nobody's any more."""
    _broken_off.discard(task)
    if not task.cancelled():
        task.exception()
