"""Where `flowc.telephony.media` was; other modules of the lab still name it here."""

from flowc.telephony.media import (
    MediaStream,
    SoundClock,
)

__all__ = [
    "MediaStream",
    "SoundClock",
]
