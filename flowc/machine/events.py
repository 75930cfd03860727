"""What can happen to a call, in the past tense. A closed set; the machine handles each one.

Knows no clock: `at` comes with each event, in milliseconds on the driver's own scale, never less
than the event before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dialled:
    """A caller dialled one of the graph's numbers; `caller` is "" where it is withheld."""

    number: str
    caller: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class AudioEnded:
    """The sounds of the last `PlaySounds` have been heard to their end."""

    at: int


@dataclass(frozen=True, slots=True)
class AudioFailed:
    """The server could not play the last `PlaySounds`, or could not read keys."""

    at: int


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of `0-9*#A-D` ended at `at`: a key counts when it ends."""

    key: str
    at: int


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """The newest deadline that a command named has come."""

    at: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The runtime answered: an outcome of the `Invoke`, and the variables that `answers` made."""

    outcome: str
    at: int
    values: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    """An agent took the waiting caller: keys and the longest wait no longer matter."""

    at: int


@dataclass(frozen=True, slots=True)
class QueueEnded:
    """`full`, `no_agents`, `error`, or `after_agent` when the talk ended on the far side."""

    outcome: str
    at: int


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The number last dialled: `after_agent`, `busy`, `no_answer` or `failed`."""

    outcome: str
    at: int


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """`done`, `empty` or `error`."""

    outcome: str
    at: int


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The call is as long as it may be (`Machine.limit_at`)."""

    at: int


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    at: int


Ending = Answered | AgentAnswered | QueueEnded | DialEnded | RecordingEnded
"""What was waited for outside the call, and came."""
RarerEvent = (
    Dialled | AudioEnded | AudioFailed | TimerExpired | LimitReached | CallerHungUp | Ending
)
Event = KeyPressed | RarerEvent
