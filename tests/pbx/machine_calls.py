"""A call on the machine by a script: what a real server's trace is compared with."""

from __future__ import annotations

from flowc.graph.model import FlowGraph
from flowc.graph.prompts import ReadAs
from flowc.machine.clock import local_date
from flowc.machine.commands import Command, PlaySounds, WaitForKeys
from flowc.machine.events import (
    AudioEnded,
    CallerHungUp,
    Dialled,
    Event,
    KeyPressed,
    LimitReached,
    TimerExpired,
)
from flowc.machine.machine import Machine
from flowc.machine.trace import Trace

AUDIO_MS = 500


class World:
    """What the lab's server holds as well: one moment, the graph's lists, flags that are up."""

    def __init__(self, graph: FlowGraph, now: int, flags: frozenset[str] = frozenset()) -> None:
        self._graph, self._now, self._flags = graph, now, flags

    def today(self) -> int:
        return local_date(self._now, self._graph.timezone)

    def now(self) -> int:
        return self._now

    def listed(self, value: str, list: str) -> bool:  # noqa: A002 - the word of the language
        return value in self._graph.lists[list]

    def flag(self, name: str) -> bool:
        return name in self._flags


def spelled(read_as: ReadAs, value: int | str, language: str) -> tuple[str, ...]:
    """Digits one by one, as the tests' fragments are named."""
    assert read_as is ReadAs.DIGITS
    return tuple(f"{language}/_/d{digit}" for digit in str(value))


class Played:
    """Presses the script's keys, one string an input; None is silence; at its end the caller goes."""

    def __init__(self, graph: FlowGraph, world: World, keys: tuple[str | None, ...]) -> None:
        self.machine = Machine(graph, world, spelled)
        self.now = 0
        self._keys = list(keys)
        self._due: tuple[int, Event] | None = None

    def play(self, number: str, caller: str) -> Trace:
        self._handle(Dialled(number, caller))
        while not self.machine.is_over:
            if self._due is None:
                self._handle(CallerHungUp(self.now))
            elif isinstance(self._due[1], TimerExpired):
                self._listen()
            else:
                self._happen()
        return self.machine.trace

    def _listen(self) -> None:
        assert self._due is not None
        if not self._keys:
            self._due = None
            return
        keys = self._keys.pop(0)
        if keys is None:
            self._happen()
            return
        for key in keys:
            self.now += 100
            self._handle(KeyPressed(key, self.now))

    def _happen(self) -> None:
        assert self._due is not None
        (at, event), self._due = self._due, None
        limit = self.machine.limit_at
        if limit is not None and limit < at:
            self.now = limit
            self._handle(LimitReached(limit))
            return
        self.now = at
        self._handle(event)

    def _handle(self, event: Event) -> None:
        for command in self.machine.handle(event):
            self._obey(command)

    def _obey(self, command: Command) -> None:
        match command:
            case PlaySounds():
                at = self.now + AUDIO_MS
                self._due = (at, AudioEnded(at))
            case WaitForKeys(deadline):
                self._due = (deadline, TimerExpired(deadline))
            case _:
                self._due = None
