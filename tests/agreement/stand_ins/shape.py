"""The shape that every stand-in has: a release, and calls that meet a world. Knows no server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from flowc.machine.trace import Trace
from flowc.runtime.services.scripts import ScriptedReply
from flowc.target import LabCall

from .line import Caller, Line

Replies = Mapping[str, tuple[ScriptedReply, ...]]  # by `service.operation`, the last one again


class State(Enum):
    """What the runtime does when it is asked."""

    ANSWERS = "answers"
    HANGS = "takes the question and says nothing"
    IS_DOWN = "is not there"


@dataclass(frozen=True, slots=True)
class World:
    """What a call meets beside its caller and its scenes.

    `replies`: what the services answer. `failing`: which of its recordings fail, counted from 1.
    `at_once`: the server takes no more time than the text says, as the simulator does; else what a
    real one takes.
    """

    flags: frozenset[str] = frozenset()
    replies: Replies = field(default_factory=dict)
    failing: frozenset[int] = frozenset()
    runtime: State = State.ANSWERS
    at_once: bool = False


QUIET = World()


class Played(Protocol):
    """A call that is over. `log`: what the server did, for whoever looks for a fault."""

    @property
    def trace(self) -> Trace: ...

    @property
    def line(self) -> Line: ...

    @property
    def log(self) -> list[str]: ...

    def value(self, name: str, /) -> str:
        """A variable or register as it was at the end; "" where it was not set."""


class StandIn(Protocol):
    """A server that holds one release. Queues and dialled numbers do what the call's scenes say."""

    def call(self, asked: LabCall, caller: Caller, world: World = QUIET, /) -> Played:
        """A call to its end. Raises StandInError."""

    def play(self, asked: LabCall, caller: Caller, world: World = QUIET, /) -> Trace:
        """Its trace."""
