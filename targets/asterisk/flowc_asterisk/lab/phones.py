"""Where `flowc.telephony.phones` was; other modules of the lab still name it here."""

from flowc.telephony.phones import (
    Answers,
    Behaviour,
    IncomingCall,
    Phones,
    Rejects,
    Rings,
    tone,
)

__all__ = [
    "Answers",
    "Behaviour",
    "IncomingCall",
    "Phones",
    "Rejects",
    "Rings",
    "tone",
]
