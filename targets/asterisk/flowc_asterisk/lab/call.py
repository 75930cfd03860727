"""Where `flowc.telephony.call` was; other modules of the lab still name it here."""

from flowc.telephony.call import (
    CallEnded,
    EndedBy,
    LiveCall,
)

__all__ = [
    "CallEnded",
    "EndedBy",
    "LiveCall",
]
