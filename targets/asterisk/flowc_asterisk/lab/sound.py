"""Where `flowc.telephony.sound` was; other modules of the lab still name it here."""

from flowc.telephony.sound import (
    Sound,
    Stream,
)

__all__ = [
    "Sound",
    "Stream",
]
