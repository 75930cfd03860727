"""The input vectors: what a caller presses, when, and what must come of it, for every executor.

Times are milliseconds and are those of a key's END, since a key counts then. A `Press` is timed
from the end of an input's audio (`audio`), from its beginning (`begin`), or from the key before
(`key`). `offer` counts the prompts that the call's inputs offer, from 1; a prompt said once more
because of a swallowed `#` is no new offer.

Expected: `ended` are the outcomes of attempts in order (`ask: done`), `at` the node where the call
ends, `value` the digits of the last `collect` reached, counters and cause as they stand at the end,
`offered` what each input or say offered. `acts` is when the call reaches its last node: so many ms
after the last key that counts (`key`; `back`: so many keys before the last of `presses`), or after the audio of
the newest offer (`audio`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Press:
    """Keys one after another; the first ends `wait` ms after its reference, each next `spacing` later.

    `hold`: how long the (first) key is held before it ends; a real caller starts it so much earlier.
    """

    keys: str
    since: str  # audio, begin, key
    wait: int
    spacing: int = 100
    offer: int = 1
    hold: int = 60


@dataclass(frozen=True, slots=True)
class Acts:
    """When the last node is reached."""

    since: str  # key, audio
    wait: int = 0
    back: int = 0


@dataclass(frozen=True, slots=True)
class Vector:
    name: str
    flow: str
    presses: tuple[Press, ...]
    ended: tuple[str, ...]
    at: str
    acts: Acts
    value: str = ""
    silences: int = 0
    wrongs: int = 0
    cause: str = ""
    offered: tuple[str, ...] = ()  # sounds joined by `+`; () is not compared
