"""`Record`: what the caller says into a file, as long as the server takes it for speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..line import OVER, StandInError
from .arguments import padded, separate

if TYPE_CHECKING:
    from .channel import Channel

FRAME_MS = 20
HEAD, BYTES_A_MS = 44, 16
CUT_OF_KEY_MS, KEPT_SILENCE_MS = 250, 1000


def record(channel: Channel, data: str) -> bool:
    """Ended by a key, by silence, by the time or by a hang-up; only sizes are kept of it."""
    file, silence, most, options = padded(separate(data, ",", 4), 4)
    if not file.endswith(".wav") or options not in ("k", "kt"):
        raise StandInError(f"Record({data}) is not known")
    channel.set("RECORDED_FILE", file.removesuffix(".wav"))
    host = channel.host
    host.recorded += 1
    if host.recorded in host.failing:
        channel.set("RECORD_STATUS", "ERROR")
        return True
    if channel.wait_for_digit(host.pace.beep, "") is None:
        channel.set("RECORD_STATUS", "HANGUP")
        return False
    host.line.waits_for_keys()
    key = "*" if "t" in options else "#"
    status, kept = _recorded(channel, int(silence) * 1000, int(most) * 1000, key)
    host.line.stops_waiting()
    host.recordings[file] = HEAD + max(kept, 0) * BYTES_A_MS
    channel.set("RECORD_STATUS", status)
    return status != "HANGUP"


def _recorded(channel: Channel, silence: int, most: int, key: str) -> tuple[str, int]:
    """How it ended, and how many milliseconds the file holds."""
    begun = channel.now
    while True:
        told = channel.pass_to(min(_quiet(channel, begun) + silence, begun + most))
        lasted = channel.now - begun
        if told is None:
            return "HANGUP", lasted
        if told == key:
            return "DTMF", lasted - CUT_OF_KEY_MS
        if lasted >= most:
            return "TIMEOUT", lasted
        if told == OVER and channel.now >= _quiet(channel, begun) + silence:
            return "SILENCE", lasted - (silence - KEPT_SILENCE_MS)


def _quiet(channel: Channel, begun: int) -> int:
    """Since when nothing is heard, by what the caller has said up to now."""
    line = channel.host.line
    return max([begun, *(end for start, end in line.voice if start <= line.now)]) + FRAME_MS
