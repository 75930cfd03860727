"""What an attempt at input says, in the forms that are needed: commands, and a step of the trace."""

from __future__ import annotations

from flowc.machine.commands import PlaySounds
from flowc.machine.trace import Offered

Sounds = tuple[str, ...]


class Offer:
    """Sounds that are heard whole, then sounds that a key cuts; None for what is silent.

    Prompts without values are the same in every call, and so are their offers: made once.
    """

    __slots__ = ("deaf", "live", "step")

    def __init__(self, deaf: Sounds, live: Sounds) -> None:
        self.deaf = PlaySounds(deaf, True) if deaf else None
        self.live = PlaySounds(live, False) if live else None
        self.step = Offered(deaf + live) if deaf or live else None
