"""Callers who put hostile words wherever SIP has room for them, line ends and NUL included.

The virtual caller of flowc refuses what would break its own messages; here such signs go out raw.
Knows SIP; knows no server.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from flowc.telephony.dialog import SipSocket
from flowc.telephony.phones import Phones
from flowc.telephony.rtp import EVENTS, Packet, pack

# Signs that `sip.write` refuses, and what stands for them while a message is ours.
_RAW = {"\n": "\ue00a", "\r": "\ue00d", "\0": "\ue000"}
_ON_THE_WIRE = {stands.encode(): sign.encode() for sign, stands in _RAW.items()}
_ALONE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


class _RawTransport:
    """A transport that puts the signs back."""

    def __init__(self, inner: asyncio.DatagramTransport) -> None:
        self._inner = inner

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        for stands, sign in _ON_THE_WIRE.items():
            data = data.replace(stands, sign)
        self._inner.sendto(data, address)

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def close(self) -> None:
        self._inner.close()


def let_through(socket: SipSocket) -> None:
    """Have a socket of ours send such signs, and take in those that a server hands on."""
    assert socket._transport is not None
    socket._transport = _RawTransport(socket._transport)  # type: ignore[assignment]
    take = socket.datagram_received

    def datagram_received(data: bytes, addr: tuple[str, int]) -> None:
        take(_ALONE.sub(lambda sign: _RAW[sign[0].decode()].encode(), data), addr)

    socket.datagram_received = datagram_received  # type: ignore[method-assign]


class RawCaller(Caller):
    """A caller of any words: `masked` ones leave as they were."""

    async def __aenter__(self) -> RawCaller:
        await super().__aenter__()
        let_through(self._opened)
        return self


class RawPhones(Phones):
    """Telephones that a server may tell anything."""

    async def __aenter__(self) -> RawPhones:
        await super().__aenter__()
        let_through(self._opened)
        return self

    def rung_since(self, number: int) -> dict[str, list[str]]:
        """The numbers that rang after so many calls, by the token of the call that rang them."""
        found: dict[str, list[str]] = {}
        for call in self.calls[number:]:
            told = " ".join(f"{name} {value}" for name, value in call.invite.headers)
            lines = " by a caller of several lines" if set(told) & set(_RAW.values()) else ""
            token = call.invite.header("x-flowc-token")
            found.setdefault(token, []).append(f"{call.number}{lines}")
        return found


def masked(text: str) -> str:
    """A text that may stand in a SIP message of ours and becomes itself on the wire."""
    return "".join(_RAW.get(sign, sign) for sign in text)


@dataclass(frozen=True, slots=True)
class Placing:
    """How one call presents itself; every word may be hostile."""

    number: str = "7000"
    caller: str = ""
    name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    keys: str = ""
    info: tuple[tuple[str, str], ...] = field(default=())  # content type and body of SIP INFOs

    def dial(self, caller: RawCaller) -> OutgoingCall:
        headers = {name: masked(value) for name, value in self.headers}
        how = Dialling(masked(self.name), headers, speaks=False)
        return caller.dial(self.number, self.caller, how)


def send_info(call: OutgoingCall, kind: str, body: str) -> None:
    """A SIP INFO inside the call, its body as it is."""
    request = call.dialog.request("INFO", call.dialog.next_number())
    head = request.partition(b"\r\nContent-Length")[0]
    content = body.encode("utf-8", "replace")
    rest = f"\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    call.dialog.send(head + rest.encode() + content)


def send_event(call: OutgoingCall, code: int, payload: bytes = b"\x8a\x01\x90") -> None:
    """An RTP telephone-event of any code, ended at once."""
    media = call.media
    if media._place is None or media._socket.fileno() < 0:
        return
    media._sequence += 1
    packet = Packet(
        0.0, EVENTS, media._sequence, media._now(), media._source, bytes([code]) + payload
    )
    media._socket.sendto(pack(packet, mark=True), media._place)
