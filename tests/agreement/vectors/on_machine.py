"""Plays a vector on the call machine with a virtual clock; gives back what the table expects of it."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.graph.model import FlowGraph
from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.graph.prompts import ReadAs
from flowc.machine.commands import Command, PlaySounds, StopSounds, WaitForKeys
from flowc.machine.events import (
    AudioEnded,
    CallerHungUp,
    Dialled,
    Event,
    KeyPressed,
    TimerExpired,
)
from flowc.machine.machine import Machine
from flowc.machine.trace import Ended, Entered, Offered

from .graphs import NUMBER, PROMPTS
from .table import Press, Vector

MOST_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a vector is compared with."""

    ended: tuple[str, ...]
    at: str
    acted_ms: int  # since the reference of the vector's `acts`
    value: str
    silences: int
    wrongs: int
    cause: str
    offered: tuple[str, ...]


class _World:
    def today(self) -> int:
        return 20261121

    def now(self) -> int:
        return 1_795_226_400

    def listed(self, value: str, list: str) -> bool:  # noqa: A002 - the word of the language
        raise AssertionError((value, list))

    def flag(self, name: str) -> bool:
        raise AssertionError(name)


def _no_values(read_as: ReadAs, value: int | str, language: str) -> tuple[str, ...]:
    raise AssertionError((read_as, value, language))


class Player:
    """One call: the clock, the audio that runs, and the keys still to be pressed."""

    def __init__(self, graph: FlowGraph, presses: tuple[Press, ...]) -> None:
        self.machine = Machine(graph, _World(), _no_values)
        self.now = 0
        self.due: tuple[int, str] | None = None  # what ends next: audio or a timer
        self.begins: list[int] = []  # of each offer
        self.ends: list[int] = []  # of each offer's audio, so far as it was heard
        self.keys: list[int] = []  # when each key ended
        self._presses = [
            Press(key, p.since if i == 0 else "key", p.wait if i == 0 else p.spacing, offer=p.offer)
            for p in presses
            for i, key in enumerate(p.keys)
        ]

    def play(self) -> None:
        self._handle(Dialled(NUMBER, "13800000000", 0))
        while not self.machine.is_over and self.now < MOST_MS:
            key_at = self._next_key()
            if key_at is not None and (self.due is None or key_at <= self.due[0]):
                self.now = max(self.now, key_at)
                self.keys.append(self.now)
                self._handle(KeyPressed(self._presses.pop(0).keys, self.now))
            elif self.due is not None:
                self._end_of_wait()
            else:
                self._handle(CallerHungUp(self.now))

    def _end_of_wait(self) -> None:
        assert self.due is not None
        (self.now, what), self.due = self.due, None
        if what == "audio":
            self._audio_stopped()
            self._handle(AudioEnded(self.now))
        else:
            self._handle(TimerExpired(self.now))

    def _next_key(self) -> int | None:
        if not self._presses:
            return None
        press = self._presses[0]
        if press.since == "key":
            return self.keys[-1] + press.wait
        if len(self.begins) < press.offer:
            return None
        if press.since == "begin":
            return self.begins[press.offer - 1] + press.wait
        # While an offer's audio still runs, nobody knows when it will have ended.
        return self.ends[press.offer - 1] + press.wait if self._is_waiting(press.offer) else None

    def _is_waiting(self, offer: int) -> bool:
        return len(self.begins) > offer or (self.due is not None and self.due[1] == "timer")

    def _handle(self, event: Event) -> None:
        for command in self.machine.handle(event):
            self._obey(command)
        self._note_offers()

    def _obey(self, command: Command) -> None:
        match command:
            case PlaySounds(sounds):
                self._note_offers()
                length = sum(PROMPTS[sound.removeprefix("zh/")] for sound in sounds)
                self.due = (self.now + length, "audio")
            case StopSounds():
                self.due = None
                self._audio_stopped()
            case WaitForKeys(deadline):
                self._note_offers()
                self.due = (deadline, "timer")
            case _:
                pass

    def _note_offers(self) -> None:
        offered = [step for step in self.machine.trace.steps if isinstance(step, Offered)]
        for _ in range(len(offered) - len(self.begins)):
            self.begins.append(self.now)
            self.ends.append(self.now)

    def _audio_stopped(self) -> None:
        self.ends[-1] = self.now


def play(vector: Vector, graph: FlowGraph) -> Outcome:
    """Play a vector's call to its end."""
    player = Player(graph, vector.presses)
    player.play()
    trace, values = player.machine.trace, player.machine.values
    entered = [
        (step.block.node, at)
        for step, at in zip(trace.steps, trace.times, strict=True)
        if isinstance(step, Entered)
    ]
    node, acted = entered[-1]
    asked = [step.block.node for step in trace.steps if isinstance(step, Ended)]
    return Outcome(
        ended=tuple(f"{s.block.node}: {s.outcome}" for s in trace.steps if isinstance(s, Ended)),
        at=node,
        acted_ms=acted - _reference(player, vector),
        value=str(values.get(f"v.{asked[-1]}", "")),
        silences=int(values.get(SILENCES, 0)),
        wrongs=int(values.get(WRONGS, 0)),
        cause=str(values.get(CAUSE, "")),
        offered=tuple(
            "+".join(sound.removeprefix("zh/") for sound in step.sounds)
            for step in trace.steps
            if isinstance(step, Offered)
        ),
    )


def _reference(player: Player, vector: Vector) -> int:
    acts = vector.acts
    if acts.since == "audio":
        return player.ends[-1]
    return player.keys[sum(len(press.keys) for press in vector.presses) - 1 - acts.back]
