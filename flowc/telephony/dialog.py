"""The parts of SIP that both ends of a call share: the socket, repeating, and the dialog's requests.

Knows neither who rings nor who answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flowc.telephony import sip
from flowc.telephony.sip import Message

Address = tuple[str, int]
Receive = Callable[[Message, Address], None]

T1, T2, GIVE_UP = 0.5, 4.0, 32.0  # RFC 3261: first repeat, longest pause, end of patience


class SipSocket(asyncio.DatagramProtocol):
    """One UDP socket for many calls: messages go to the call whose Call-ID they carry."""

    def __init__(self, otherwise: Receive) -> None:
        self._otherwise = otherwise
        self._calls: dict[str, Receive] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self.host, self.port = "", 0

    @classmethod
    async def opened(cls, host: str, port: int, otherwise: Receive) -> SipSocket:
        """A socket bound to `host` and `port` (0: any). Raises OSError where that is taken."""
        loop = asyncio.get_running_loop()
        transport, opened = await loop.create_datagram_endpoint(
            lambda: cls(otherwise), local_addr=(host, port)
        )
        opened._transport = transport
        opened.host, opened.port = transport.get_extra_info("sockname")[:2]
        return opened

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Called by asyncio."""
        message = sip.parse(data)
        if message is not None:
            self._calls.get(message.header("call-id"), self._otherwise)(message, addr)

    def send(self, data: bytes, address: Address) -> None:
        """Send one datagram."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, address)

    def listen(self, call_id: str, receive: Receive) -> None:
        """Have messages of that Call-ID given to `receive`."""
        self._calls[call_id] = receive

    def close(self) -> None:
        """Stop sending and receiving."""
        if self._transport is not None:
            self._transport.close()

    def via(self) -> str:
        """A Via header with a new branch."""
        return f"SIP/2.0/UDP {self.host}:{self.port};branch={sip.new_branch()};rport"


class Repeater:
    """Sends at once and again, with growing pauses, until stopped or out of patience."""

    def __init__(
        self, send: Callable[[], None], give_up: Callable[[], None], longest: float = T2
    ) -> None:
        self._send, self._give_up, self._longest = send, give_up, longest
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + GIVE_UP
        self._timer: asyncio.TimerHandle | None = None
        self._repeat(T1)

    def stop(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _repeat(self, pause: float) -> None:
        if self._loop.time() >= self._deadline:
            self._give_up()
            return
        self._send()
        self._timer = self._loop.call_later(pause, self._repeat, min(pause * 2, self._longest))


@dataclass(slots=True)
class Dialog:
    """What two ends of a call agreed on, and the requests that one of them sends in it."""

    socket: SipSocket
    call_id: str
    local: str
    remote: str
    target: str
    peer: Address
    sequence: int = 1
    _via: dict[int, str] = field(default_factory=dict)

    def request(
        self, method: str, number: int, extra: tuple[tuple[str, str], ...] = (), body: str = ""
    ) -> bytes:
        """The request `method` with CSeq `number`; the same number keeps the same branch."""
        via = self._via.setdefault(number, self.socket.via())
        contact = sip.uri("lab", self.socket.host, self.socket.port)
        headers = (
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<{contact}>"),
            *extra,
        )
        return sip.write(f"{method} {self.target} SIP/2.0", headers, body)

    def renew(self, number: int) -> None:
        """Give the next request of that number a branch of its own, as an ACK to a 200 needs."""
        self._via.pop(number, None)

    def next_number(self) -> int:
        """A new CSeq number."""
        self.sequence += 1
        return self.sequence

    def send(self, data: bytes) -> None:
        """Send to the other end."""
        self.socket.send(data, self.peer)
