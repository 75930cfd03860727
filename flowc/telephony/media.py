"""One party's sound: an RTP socket that hears, speaks and presses keys on a real clock.

All streams of a process share one clock, so that two hundred calls cost one timer, not two
hundred threads. Knows no SIP: it is told where to send.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from secrets import randbits

from flowc.telephony import rtp, ulaw
from flowc.telephony.rtp import FRAME_SAMPLES, FRAME_SECONDS, Packet
from flowc.telephony.sound import Sound

# Linux tells when a packet came in, to the nanosecond, however late we read it. Python's socket
# module does not name the option (asm-generic/socket.h).
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_SILENT_FRAME = bytes([ulaw.SILENCE]) * FRAME_SAMPLES
# A caller who says nothing still sends this much, since a server may wait for first sound when it answers.
_OPENING_FRAMES = 10


class SoundClock:
    """Ticks every 20 ms for all streams that speak; stands still while none does."""

    def __init__(self) -> None:
        self._streams: dict[MediaStream, None] = {}
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: MediaStream) -> None:
        """Let `stream` speak from the next tick on."""
        self._streams[stream] = None
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._next = loop.time()
            self._timer = loop.call_at(self._next, self._tick)

    def remove(self, stream: MediaStream) -> None:
        """Let `stream` be silent from now on."""
        self._streams.pop(stream, None)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        for stream in tuple(self._streams):
            stream.tick()
        self._timer = None
        if self._streams:
            self._next = max(self._next + FRAME_SECONDS, loop.time() - 5 * FRAME_SECONDS)
            self._timer = loop.call_at(self._next, self._tick)


class MediaStream:
    """A socket on loopback that hears all that comes and, once connected, speaks and presses."""

    def __init__(self, clock: SoundClock, host: str, *, speaks: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._frames = -1 if speaks else _OPENING_FRAMES
        self._socket = _bound(host)
        self._port = int(self._socket.getsockname()[1])  # asked for after the end, too
        self._loop.add_reader(self._socket, self._read)
        self.heard = Sound(self._loop.time())
        self.keys: list[tuple[str, float]] = []
        self.on_sound: Callable[[], None] = lambda: None
        self._wall = self._loop.time() - time.time()
        self._place: tuple[str, int] | None = None
        self._events = rtp.EVENTS
        self._sequence, self._source = randbits(15), randbits(32)
        self._began = self._loop.time()
        self._outgoing = bytearray()
        self._sent = asyncio.Event()
        self._pressing = asyncio.Lock()
        self._last_key = (-1, -1)

    @property
    def port(self) -> int:
        """Where sound for this party is to be sent."""
        return self._port

    def connect(self, sdp: str) -> None:
        """Send to the place that the other side's SDP names; SDP without one changes nothing."""
        place = rtp.place_of(sdp)
        if place is not None and self._socket.fileno() >= 0:
            self._place, self._events = place, rtp.events_of(sdp)
            self._clock.add(self)

    def close(self) -> None:
        """Stop hearing and speaking; what was heard stays."""
        self._clock.remove(self)
        self._sent.set()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def tick(self) -> None:
        """Send the next 20 ms: what is to be said, else silence, and nothing during a key."""
        if self._pressing.locked():
            return
        frame = bytes(self._outgoing[:FRAME_SAMPLES])
        del self._outgoing[:FRAME_SAMPLES]
        if not self._outgoing:
            self._sent.set()
        if not frame and self._frames == 0:
            self._clock.remove(self)
            return
        self._frames -= self._frames > 0
        self._send(rtp.PCMU, self._now(), frame.ljust(FRAME_SAMPLES, b"\xff") or _SILENT_FRAME)

    async def say(self, sound: bytes) -> None:
        """Speak the u-law `sound` after what is being said already; returns when it is out."""
        self._outgoing += sound
        self._sent.clear()
        self._clock.add(self)
        await self._sent.wait()

    async def press(self, keys: str, *, spacing: float, length: float) -> tuple[float, ...]:
        """Press `keys`, each `length` s long, `spacing` s from start to start; when each ended."""
        async with self._pressing:
            start = self._loop.time()
            ends = []
            for index, key in enumerate(keys):
                await _until(start + index * spacing)
                ends.append(await self._press(key, length))
            return tuple(ends)

    async def _press(self, key: str, length: float) -> float:
        """One key: a packet every 20 ms while it is held, then its end three times over."""
        begun, stamp = self._loop.time(), self._now()
        frames = max(1, round(length / FRAME_SECONDS))
        for frame in range(frames):
            await _until(begun + frame * FRAME_SECONDS)
            held = rtp.key_event(key, (frame + 1) * FRAME_SAMPLES, ended=False)
            self._send(self._events, stamp, held, mark=frame == 0)
        await _until(begun + length)
        last = rtp.key_event(key, round(length * ulaw.RATE), ended=True)
        for _ in range(3):
            self._send(self._events, stamp, last)
        return self._loop.time()

    def _now(self) -> int:
        return int((self._loop.time() - self._began) * ulaw.RATE)

    def _send(self, kind: int, stamp: int, payload: bytes, *, mark: bool = False) -> None:
        if self._place is None or self._socket.fileno() < 0:
            return
        self._sequence += 1
        packet = Packet(0.0, kind, self._sequence, stamp, self._source, payload)
        with contextlib.suppress(OSError):  # the far side's socket may be closed already
            self._socket.sendto(rtp.pack(packet, mark=mark), self._place)

    def _read(self) -> None:
        """Take in everything that has come, with the kernel's own times."""
        while True:
            try:
                datagram, extra, _, _ = self._socket.recvmsg(2048, 64)
            except (BlockingIOError, ConnectionError):
                return
            packet = rtp.parse(datagram, self._time_of(extra))
            if packet is not None:
                self._take(packet)

    def _take(self, packet: Packet) -> None:
        if packet.kind == rtp.PCMU:
            self.heard.packets.append(packet)
            self.on_sound()
        elif packet.kind == self._events and len(packet.payload) >= 4:
            self._take_key(packet)

    def _take_key(self, packet: Packet) -> None:
        """Note a key that the other side pressed, once, when it ends."""
        identity = (packet.source, packet.timestamp)
        if packet.payload[1] & 0x80 and identity != self._last_key and packet.payload[0] < 16:
            self._last_key = identity
            self.keys.append((rtp.KEYS[packet.payload[0]], packet.at))

    def _time_of(self, extra: list[tuple[int, int, bytes]]) -> float:
        for _, kind, value in extra:
            if kind == _SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(value[: _TIMESPEC.size])
                return float(seconds + nanoseconds * 1e-9 + self._wall)
        return self._loop.time()


def _bound(host: str) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    with contextlib.suppress(OSError):  # without it we read the clock ourselves
        bound.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    bound.bind((host, 0))
    return bound


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))
