"""Where `flowc.telephony.caller` was; other modules of the lab still name it here."""

from flowc.telephony.caller import (
    Caller,
    Dialling,
    OutgoingCall,
)

__all__ = [
    "Caller",
    "Dialling",
    "OutgoingCall",
]
