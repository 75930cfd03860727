"""What a party heard: every packet of sound with the moment it came, as a stream and as a recording.

Two views of the same packets. The stream joins what was sent, whatever the gaps between, and is
what prompts are recognised in; the recording keeps the gaps and is what a person listens to.
"""

from __future__ import annotations

import io
import wave
from bisect import bisect_right
from dataclasses import dataclass, field

from flowc.telephony import ulaw
from flowc.telephony.rtp import FRAME_SAMPLES, Packet

# A packet that is later than this opened a gap; below, it is the network's or the server's jitter.
_GAP_SAMPLES = 320
# More packets than this do not get lost on loopback: the sender has begun a new count.
_MOST_LOST = 50


@dataclass(slots=True)
class Sound:
    """The packets of one call in order of arrival. `zero` is the clock's time that counts as 0 s."""

    zero: float
    packets: list[Packet] = field(default_factory=list)

    @property
    def last_at(self) -> float | None:
        """When the last packet came, on the event loop's clock; None before the first."""
        return self.packets[-1].at if self.packets else None

    def stream(self) -> Stream:
        """The sound without its gaps; a lost packet is silence of the same length."""
        joined, starts, times = bytearray(), [], []
        previous: Packet | None = None
        for packet in _in_order(self.packets):
            joined += bytes([ulaw.SILENCE]) * (_lost_between(previous, packet) * FRAME_SAMPLES)
            starts.append(len(joined))
            times.append(packet.at - self.zero)
            joined += packet.payload
            previous = packet
        return Stream(bytes(joined), tuple(starts), tuple(times))

    def recording(self) -> bytes:
        """A WAV file, 8 kHz, 16 bit, one channel, that begins at `zero`; gaps are silence."""
        line = bytearray()
        for packet in self.packets:
            place = max(round((packet.at - self.zero) * ulaw.RATE), 0)
            if place - len(line) > _GAP_SAMPLES:
                line += bytes([ulaw.SILENCE]) * (place - len(line))
            line += packet.payload
        return _wav(bytes(line))


@dataclass(frozen=True, slots=True)
class Stream:
    """Joined u-law sound, and for each packet in it where it begins and when it came (seconds)."""

    sound: bytes
    starts: tuple[int, ...]
    times: tuple[float, ...]

    def time_of(self, place: int) -> float:
        """When the byte at `place` was heard, in seconds since the sound's zero."""
        index = max(bisect_right(self.starts, place) - 1, 0)
        return self.times[index] + (place - self.starts[index]) / ulaw.RATE


def _in_order(packets: list[Packet]) -> list[Packet]:
    """Without doubles, and with neighbours that overtook each other put back."""
    ordered: list[Packet] = []
    for packet in packets:
        if ordered and packet.source == ordered[-1].source:
            behind = (ordered[-1].sequence - packet.sequence) & 0xFFFF
            if behind == 0:
                continue
            if behind < _MOST_LOST:
                _put_back(ordered, packet)
                continue
        ordered.append(packet)
    return ordered


def _put_back(ordered: list[Packet], late: Packet) -> None:
    """Insert a packet that came late where its number belongs; a double is dropped."""
    for index in range(len(ordered) - 1, max(len(ordered) - _MOST_LOST, 0) - 1, -1):
        ahead = (late.sequence - ordered[index].sequence) & 0xFFFF
        if ordered[index].source != late.source or ahead == 0:
            return
        if ahead < _MOST_LOST:
            ordered.insert(index + 1, late)
            return


def _lost_between(previous: Packet | None, packet: Packet) -> int:
    if previous is None or previous.source != packet.source:
        return 0
    missing = (packet.sequence - previous.sequence - 1) & 0xFFFF
    return missing if missing < _MOST_LOST else 0


def _wav(sound: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, ulaw.RATE, 0, "NONE", ""))
        writer.writeframes(ulaw.decode(sound))
    return file.getvalue()
