"""Where `flowc.telephony.dialog` was; other modules of the lab still name it here."""

from flowc.telephony.dialog import (
    Address,
    Dialog,
    Receive,
    Repeater,
    SipSocket,
)

__all__ = [
    "Address",
    "Dialog",
    "Receive",
    "Repeater",
    "SipSocket",
]
