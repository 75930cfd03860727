"""What happened in a call, in words that every executor can say. Equal traces are equal meanings.

Knows no server and no clock: times are beside the steps, not in them, so that traces compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flowc.graph.ids import BlockId


@dataclass(frozen=True, slots=True)
class Entered:
    """A block was entered."""

    block: BlockId


@dataclass(frozen=True, slots=True)
class Offered:
    """A prompt was begun: its sound keys in order (`zh/balance.again.prompt`). Nothing offered is no step."""

    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """An ending operation of this block ended with an outcome."""

    block: BlockId
    outcome: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A variable of the author's got a value (registers are not told; unset is None)."""

    variable: str
    value: int | str | None


@dataclass(frozen=True, slots=True)
class Marked:
    name: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over. `by` is `caller`, `flow` or `limit`."""

    by: str


Step = Entered | Offered | Ended | Assigned | Marked | HungUp


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of one call in order, and when each happened, in milliseconds since the answer."""

    steps: tuple[Step, ...]
    times: tuple[int, ...] = field(default=(), compare=False)
