"""Where `flowc.telephony.rtp` was; other modules of the lab still name it here."""

from flowc.telephony.rtp import (
    FRAME_SAMPLES,
    FRAME_SECONDS,
    KEYS,
    Packet,
    events_of,
    key_event,
    offer,
    pack,
    parse,
    place_of,
)

__all__ = [
    "FRAME_SAMPLES",
    "FRAME_SECONDS",
    "KEYS",
    "Packet",
    "events_of",
    "key_event",
    "offer",
    "pack",
    "parse",
    "place_of",
]
