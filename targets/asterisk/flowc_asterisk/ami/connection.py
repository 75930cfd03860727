"""panoramisk's manager, with its known faults mended by subclassing. Nothing else imports panoramisk.

Mended: text cut by a packet's border is kept, a lost connection ends what waits for it, nothing
reconnects or pings by itself, and headers are taken apart without guessing at the text in them.

The server tells a caller's number as it came, line ends and all (tried on 22.10): whoever calls can
write lines of an event. So of what the protocol itself rests on the first word counts, no event ends
a connection, and a list is whole only with as many parts as its end says.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from flowc_asterisk.ami.errors import PbxUnreachable
from flowc_asterisk.ami.message import AmiMessage, from_headers

MOST_WAITING = 16 * 1024 * 1024  # characters without an empty line: the peer is no manager
_OF_THE_PROTOCOL = frozenset({"event", "response", "actionid", "eventlist", "message"})


def parsed(text: str) -> Any:  # panoramisk's Message
    """A message's headers; None where there is neither an answer nor an event."""
    headers: dict[str, str | list[str]] = {}
    spelled: dict[str, str] = {}
    for line in text.split("\r\n"):
        name, colon, rest = line.partition(":")
        value = rest.removeprefix(" ")
        if not colon:
            continue
        key = spelled.setdefault(name.lower(), name)
        if key not in headers:
            headers[key] = value
        elif name.lower() not in _OF_THE_PROTOCOL:
            known = headers[key]
            headers[key] = [*(known if isinstance(known, list) else [known]), value]
    return Message(headers) if {"event", "response"} & spelled.keys() else None


class PlainAction(Action):  # type: ignore[misc]  # panoramisk has no types
    """Knows when its answer is whole by what the server marks, not by the words of its message.

    panoramisk takes `Added interface to queue` for the head of a list, and waits for ever.
    """

    def add_message(self, message: Any) -> bool:  # panoramisk's Message
        """Take one part of the answer; whether it was the last."""
        self.responses.append(message)
        whole = self._is_whole(message)
        if whole and not self.future.done():
            self.future.set_result(tuple(from_headers(each.items()) for each in self.responses))
        return whole

    def _is_whole(self, last: Any) -> bool:  # panoramisk's Message
        first = self.responses[0]
        if not first.success:
            return True
        if first.eventlist.lower() == "start":
            ends = last.eventlist.lower() in ("complete", "cancelled")
            return bool(ends and last.event.lower().endswith(("complete", "cancelled")))
        if self.action.lower() == "originate" and str(self.get("async", "")).lower() == "true":
            return bool(last.event == "OriginateResponse")
        return True


class WholeTextProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Decodes UTF-8 across packets, and fails pending actions when the connection goes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def data_received(self, data: bytes) -> None:
        """Called by asyncio. panoramisk drops the parts of a character that a packet cut."""
        self._rest += self._decoder.decode(data)
        *whole, self._rest = self._rest.split("\r\n\r\n")
        for each in whole:
            message = parsed(each)
            if message is not None:
                self.handle_message(message)
        if len(self._rest) > MOST_WAITING:
            self.transport.close()

    def handle_message(self, message: Any) -> None:  # panoramisk's Message
        """To whom it belongs; panoramisk would end the connection at any event called Shutdown."""
        action = self.responses.get(message.actionid)
        if action is None:
            if "event" in message:
                self.factory.dispatch(message)
        elif action.add_message(message):
            self.responses.pop(action.id, None)

    def close(self) -> None:
        """Close, and tell everyone who waits for an answer; panoramisk would let them wait."""
        waiting = {id(action.future): action.future for action in self.responses.values()}
        super().close()
        self.factory.awaiting_actions.clear()
        for future in waiting.values():
            if not future.done():
                future.set_exception(PbxUnreachable("the connection to Asterisk was closed"))
                future.exception()  # whoever gave up waiting must not be reported as a leak

    def forget_future(self, future: asyncio.Future[Any]) -> None:
        """Stop waiting for the answer to an action that took too long."""
        kept = {
            key: action for key, action in self.responses.items() if action.future is not future
        }
        self.responses.clear()
        self.responses.update(kept)


class PlainManager(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Neither reconnects nor pings; tells its owner of events and of the end."""

    def __init__(
        self,
        on_event: Callable[[AmiMessage], None],
        on_lost: Callable[[], None],
        **config: Any,  # panoramisk's own settings, of any type
    ) -> None:
        super().__init__(loop=asyncio.get_running_loop(), **config)
        self._on_event, self._on_lost = on_event, on_lost

    def dispatch(self, event: Any) -> None:  # panoramisk's Message
        """Give an event to the owner."""
        self._on_event(from_headers(event.items()))

    def login(self, future: asyncio.Future[Any]) -> None:
        """`log_in` reads the answer itself; panoramisk would trip over one that never came."""

    def ping(self) -> None:
        """An action's own time limit finds out a dead server."""

    def connection_lost(self, exc: object) -> None:  # noqa: ARG002 - panoramisk's signature
        """Stay disconnected: whether to come back is for the owner to decide."""
        self._connected = False
        self._on_lost()

    async def log_in(self, timeout: float) -> bool:
        """Connect and log in; whether the server let us in. Raises OSError or PbxUnreachable."""
        connecting = self.loop.create_connection(
            WholeTextProtocol, self.config["host"], self.config["port"]
        )
        async with asyncio.timeout(timeout):
            made = await connecting
        done = self.loop.create_future()
        done.set_result(made)
        self.connection_made(done)
        self.pinger.cancel()
        async with asyncio.timeout(timeout):
            answer = await self.authenticated_future
        return bool(answer.success)
