"""Where `flowc.telephony.ulaw` was; other modules of the lab still name it here."""

from flowc.telephony.ulaw import (
    RATE,
    SILENCE,
    decode,
    encode,
)

__all__ = [
    "RATE",
    "SILENCE",
    "decode",
    "encode",
]
