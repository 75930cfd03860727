"""What the machine asks of whoever drives it: a verb and its object. A closed set.

Knows no server. Deadlines are absolute, in milliseconds on the scale of the events; a command that
names one replaces the deadline before, and one that names none puts it away.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.operations import Invoke


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """Pick up."""


@dataclass(frozen=True, slots=True)
class PlaySounds:
    """Say sounds one after another, then tell `AudioEnded`. `deaf`: no key stops them."""

    sounds: tuple[str, ...]
    deaf: bool


@dataclass(frozen=True, slots=True)
class StopSounds:
    """A key cut the prompt: say no more of it and tell no `AudioEnded`."""


@dataclass(frozen=True, slots=True)
class WaitForKeys:
    """Tell `TimerExpired` at `deadline`, unless a key ends before."""

    deadline: int


@dataclass(frozen=True, slots=True)
class AskService:
    """Ask the runtime and tell `Answered` by `deadline`. `filler` is said once, after 1 s."""

    invoke: Invoke
    arguments: tuple[tuple[str, int | str], ...]
    filler: tuple[str, ...]
    deadline: int


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Let the caller wait. With a deadline, tell `TimerExpired` then, unless an agent answered."""

    queue: str
    priority: int
    exit_keys: tuple[str, ...]
    deadline: int | None


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Take the caller out of the queue."""


@dataclass(frozen=True, slots=True)
class DialNumber:
    """Ring one number that is allowed, and tell `DialEnded`."""

    number: str
    ring_s: int
    accept: str
    accept_sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordCaller:
    """Record after a tone, and tell `RecordingEnded`."""

    most_s: int
    silence_s: int
    end_key: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up with a Q.850 cause."""

    cause: int


Command = (
    AnswerCall
    | PlaySounds
    | StopSounds
    | WaitForKeys
    | AskService
    | JoinQueue
    | LeaveQueue
    | DialNumber
    | RecordCaller
    | EndCall
)
