"""A reader of events: a bounded queue that never drops anything silently. Knows no connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from flowc_asterisk.ami.errors import AmiError, EventsLost
from flowc_asterisk.ami.message import AmiMessage

_END = AmiMessage(())


class EventStream:
    """`async for event in stream`, from the moment it was made. Close it, or use it with `with`.

    Raises EventsLost, once what came before is read, if it was read too slowly; and the reason
    why the connection ended, once it has. Ends by itself after `close`.
    """

    def __init__(
        self, names: tuple[str, ...], most: int, closed: Callable[[EventStream], None]
    ) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._queue: asyncio.Queue[AmiMessage] = asyncio.Queue(most + 1)
        self._most = most
        self._closed = closed
        self._failure: AmiError | None = None
        self._over = False

    def put(self, event: AmiMessage) -> None:
        """Take an event if it is one of ours; the one too many ends the stream."""
        if self._over or (self._names and event.event.lower() not in self._names):
            return
        if self._queue.qsize() >= self._most:
            self.end(EventsLost(f"more than {self._most} events waited to be read"))
        else:
            self._queue.put_nowait(event)

    def end(self, failure: AmiError | None) -> None:
        """Nothing more will come; `failure` is raised when the rest has been read."""
        if not self._over:
            self._over, self._failure = True, failure
            self._queue.put_nowait(_END)

    def close(self) -> None:
        """Take no more events."""
        self._closed(self)
        self.end(None)

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> AmiMessage:
        event = await self._queue.get()
        if event is not _END:
            return event
        self._queue.put_nowait(_END)  # the end stays the end, however often it is asked for
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    def __enter__(self) -> EventStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
