"""Sound on the wire: RTP packets, RFC 2833 keys, and the SDP that agrees on them.

Knows no SIP and no clock; whoever sends decides when.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

KEYS = "0123456789*#ABCD"
FRAME_SECONDS = 0.02
FRAME_SAMPLES = 160
PCMU, EVENTS = 0, 101
_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One received packet: when it came (event loop's clock), its numbers, and what it carries."""

    at: float
    kind: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes


def parse(datagram: bytes, at: float) -> Packet | None:
    """The packet in `datagram`, or None where it is no RTP (STUN, RTCP, noise)."""
    if len(datagram) < 12 or datagram[0] & 0xC0 != 0x80:
        return None
    flags, kind, sequence, timestamp, source = _HEADER.unpack_from(datagram)
    start = 12 + 4 * (flags & 0x0F)
    if flags & 0x10 and len(datagram) >= start + 4:
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    end = len(datagram) - (datagram[-1] if flags & 0x20 else 0)
    return Packet(at, kind & 0x7F, sequence, timestamp, source, datagram[start:end])


def pack(packet: Packet, *, mark: bool = False) -> bytes:
    """The bytes of `packet`; its numbers wrap as RTP lets them. `mark` begins a talk or a key."""
    kind = packet.kind | 0x80 if mark else packet.kind
    sequence, timestamp = packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF
    return _HEADER.pack(0x80, kind, sequence, timestamp, packet.source) + packet.payload


def key_event(key: str, samples: int, *, ended: bool) -> bytes:
    """The payload that says `key` has been held for `samples`. Raises ValueError for no key."""
    index = KEYS.index(key)
    return struct.pack("!BBH", index, 0x8A if ended else 0x0A, min(samples, 0xFFFF))


def offer(host: str, port: int) -> str:
    """The SDP of one u-law stream with RFC 2833 keys, at `host` and `port`."""
    return (
        f"v=0\r\no=flowc 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {PCMU} {EVENTS}\r\na=rtpmap:{PCMU} PCMU/8000\r\n"
        f"a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-16\r\n"
        "a=ptime:20\r\na=sendrecv\r\n"
    )


def place_of(sdp: str) -> tuple[str, int] | None:
    """Where the other side wants its sound, or None where the SDP names no such place."""
    port = re.search(r"^m=audio (\d{1,5}) ", sdp, re.MULTILINE)
    host = re.search(r"^c=IN IP4 ([\d.]+)", sdp, re.MULTILINE)
    return (host[1], int(port[1])) if host and port and int(port[1]) else None


def events_of(sdp: str) -> int:
    """The payload type that the other side takes keys with."""
    found = re.search(r"^a=rtpmap:(\d{1,3}) telephone-event/8000", sdp, re.MULTILINE)
    return int(found[1]) if found else EVENTS
