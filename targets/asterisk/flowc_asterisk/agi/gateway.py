"""The port of the server's AGI requests: listens, turns strangers away, hands calls to `question`.

FastAGI has no authentication: it listens on loopback, the path carries a password, and whoever has
not shown it has five seconds and few places. Knows no flow.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import time
from typing import Protocol

from flowc.graph.operations import Invoke
from flowc.graph.release import Release
from flowc.runtime.services.broker import Broker
from flowc.runtime.services.model import SettingsError
from flowc_asterisk import protocol, quote
from flowc_asterisk.agi import wire
from flowc_asterisk.agi.conversation import Conversation, GoneError
from flowc_asterisk.agi.question import CallQuestion

MOST_CALLS = 4000
MOST_STRANGERS = 128  # of one peer, before they have shown the password
DRAIN_S = 10.0
TELL_EVERY_S = 60.0
ACCEPT_AT_ONCE = 16
WAITING = 4096


class Releases(Protocol):
    """The releases that are served."""

    def invoke(self, release8: str, site: str) -> tuple[Release, Invoke] | None:
        """A release and the question that it asks at a site; None where there is none."""


@dataclass(slots=True)
class _Stranger:
    """A connection that has not shown the password."""

    peer: str
    task: asyncio.Task[None]


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(slots=True)
class AgiGateway:
    """Serves live calls. `host` must be a loopback address. `token` makes the releases' passwords.

    `clock`: seconds since 1970.
    """

    broker: Broker
    releases: Releases
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 4573
    clock: Callable[[], float] = time
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _told: dict[str, float] = field(default_factory=dict)
    _strangers: list[_Stranger] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """Listen while the context is open, then let the calls under way end, ten seconds at most.

        Raises SettingsError.
        """
        try:
            quote.token(self.token)
        except ValueError as reason:
            raise SettingsError(f"`token`: {reason}") from reason
        if not _is_loopback(self.host):
            where = f"`runtime: {self.host}:{self.port}`"
            raise SettingsError(f"{where}: the gateway listens on a loopback address")
        listening = _listening(self.host, self.port)
        server = await asyncio.start_server(self.accept, sock=listening, backlog=ACCEPT_AT_ONCE)
        # The loop takes as many at once as its backlog says, and serves nobody meanwhile; the
        # system may hold more.
        listening.listen(WAITING)
        host, port = listening.getsockname()[:2]
        try:
            yield host, port
        finally:
            server.close()
            await self._drain()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_S)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first word to its end."""
        task = asyncio.current_task()
        assert task is not None
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        if len(self._tasks) >= MOST_CALLS:
            self._turn_away("too many calls")
            writer.close()
            return
        self._tasks.add(task)
        stranger = _Stranger(peer, task)
        self._make_room(peer)
        self._strangers.append(stranger)
        try:
            await self._converse(Conversation(reader, writer), stranger)
        except asyncio.CancelledError:
            # Made room for another, or the end of serving: nobody waits for this task.
            writer.close()
        finally:
            self._introduced(stranger)
            self._tasks.discard(task)

    def _make_room(self, peer: str) -> None:
        """The stranger that has been silent longest leaves; a real server speaks at once."""
        of_peer = [each for each in self._strangers if each.peer == peer]
        if len(of_peer) >= MOST_STRANGERS:
            self._turn_away("too many strangers")
            self._strangers.remove(of_peer[0])
            of_peer[0].task.cancel()

    def _introduced(self, stranger: _Stranger) -> None:
        if stranger in self._strangers:
            self._strangers.remove(stranger)

    async def _converse(self, talk: Conversation, stranger: _Stranger) -> None:
        try:
            header = await talk.header()
            found = self._found(header)
            if found is None:
                return
            self._introduced(stranger)
            release, invoke = found
            with self.broker.metrics.calls.track_inprogress():
                question = CallQuestion(talk, self.broker, release, invoke, header, self.clock)
                await question.answer()
        except GoneError:
            if talk.fault:
                self._turn_away("broken protocol")
        except Exception as error:
            self.broker.log.event("defect", "error", error=type(error).__name__)
        finally:
            await talk.close()

    def _found(self, header: wire.Header) -> tuple[Release, Invoke] | None:
        """Where the path leads; the password is looked at first, in constant time."""
        given, _, place = header.values.get("network_script", "").partition("/")
        release8, _, site = place.removesuffix(protocol.AFTER).partition("/")
        password = protocol.password(self.token, release8)
        if not hmac.compare_digest(given.encode(), password.encode()):
            self._turn_away("wrong token")
            return None
        found = self.releases.invoke(release8, site)
        if found is None:
            self._turn_away("unknown place")
            self.broker.log.event("unknown_place", "error", release=release8[:8], site=site[:80])
        return found

    def _turn_away(self, why: str) -> None:
        """Counted each time, told once a minute: whoever comes in by loopback can't fill the log."""
        self.broker.metrics.turned_away.labels(why).inc()
        now = self.clock()
        if now - self._told.get(why, 0.0) >= TELL_EVERY_S:
            self._told[why] = now
            self.broker.log.event("turned_away", "warning", why=why)
