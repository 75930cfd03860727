"""The steps of a deploy, told to whoever watches before each begins."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Step(Enum):
    """In their order; the value is what people read."""

    LOCK = "taking the lock"
    RECOVER = "ending what a dead deploy left"
    CHECK = "checking the build and the server"
    STAGE = "putting the release beside those in use"
    ASK_RUNTIME = "asking the runtime whether it serves the release"
    HOST = "letting the server's configuration take in flowc's"
    WRITE = "writing what the server shall hold"
    SWITCH = "switching"
    RELOAD = "reloading"
    READ_BACK = "asking the server what it holds"
    TRY_CALL = "placing a trial call"
    CONFIRM = "confirming"
    CLEAN_UP = "taking away what no call needs"
    PUT_BACK = "putting back what was before"


Observer = Callable[[Step], None]
