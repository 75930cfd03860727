"""What a call waits for, and the two words that machine and walk share. Knows nothing else."""

from __future__ import annotations

from enum import Enum


class MachineError(Exception):
    """The graph or the driver broke a rule: our mistake, not a caller's."""


class Phase(Enum):
    """What the call waits for."""

    NEW = "new"
    MOVING = "moving"
    SAYING = "saying"
    LISTENING = "listening"
    ASKING = "asking"
    QUEUED = "queued"
    TALKING = "talking"
    DIALLING = "dialling"
    RECORDING = "recording"
    OVER = "over"
