"""One simulated call on its virtual clock: obeys the machine's commands and brings it events.

Knows no script: what the world outside does is asked of an `Outside`; who moves the clock and
presses keys is the caller's side (`simulator` by a script, `interactive` by a person).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flowc.graph.ids import BlockId
from flowc.graph.operations import SHORTEST_RECORDING_MS, TONE_MS
from flowc.machine.commands import (
    AnswerCall,
    AskService,
    Command,
    DialNumber,
    EndCall,
    JoinQueue,
    LeaveQueue,
    PlaySounds,
    RecordCaller,
    StopSounds,
    WaitForKeys,
)
from flowc.machine.events import (
    AgentAnswered,
    AudioEnded,
    AudioFailed,
    CallerHungUp,
    DialEnded,
    Dialled,
    Event,
    KeyPressed,
    LimitReached,
    QueueEnded,
    RecordingEnded,
    TimerExpired,
)
from flowc.machine.machine import Machine, Phase
from flowc.simulate.voice import Voice
from flowc.simulate.world import SimulatedWorld

FILLER_AFTER_MS = 1000
# What may still come about while the machine waits so; everything else has been put away.
_AWAITED = {
    Phase.SAYING: ("audio",),
    Phase.LISTENING: ("audio", "timer"),
    Phase.ASKING: ("reply", "filler"),
    Phase.QUEUED: ("timer", "agent"),
    Phase.TALKING: ("agent",),
    Phase.DIALLING: ("dial",),
    Phase.RECORDING: ("record",),
}
# Events by which the world outside has its say.
_ENDINGS = (AgentAnswered, QueueEnded, DialEnded, RecordingEnded)


@dataclass(slots=True)
class Said:
    """One sound that was begun: its text, when, and how much of it was heard."""

    text: str
    sound: str
    begins: int
    ends: int
    block: BlockId


@dataclass(frozen=True, slots=True)
class Noted:
    """What the caller did, what was asked of the world, or how that ended; so that it can be done again.

    `at` in ms; `steps`: how many steps the trace had just before; `audio_ended_at`: when the last
    audio had ended, None while something is said.
    """

    at: int
    steps: int
    audio_ended_at: int | None
    what: Event | Command


class Outside(Protocol):
    """What the world does when it is asked. Each gives a delay in ms and what then happens.

    What happens is found out when it is due, so that a script may still change its mind: an event,
    a number of ms after which to ask again, or None for nothing.
    """

    def reply(self, ask: AskService, /) -> tuple[int, EventMaker]: ...

    def left(self, at: int, /) -> None:
        """The call no longer waits for its reply: a look-up is given up, an effect goes on."""

    def agent(self, join: JoinQueue, /) -> tuple[int, EventMaker]: ...

    def talk(self) -> tuple[int, EventMaker]: ...

    def dial(self, dial: DialNumber, /) -> tuple[int, EventMaker]: ...

    def record(self, record: RecordCaller, /) -> tuple[int, EventMaker]: ...


EventMaker = Callable[[int], Event | int | None]


class Line:
    """A call. `now` is in milliseconds since it was dialled."""

    def __init__(
        self, machine: Machine, world: SimulatedWorld, voice: Voice, outside: Outside
    ) -> None:
        self.machine = machine
        self.now = 0
        self.said: list[Said] = []
        self.journal: list[Noted] = []
        self.audio_ended_at = 0
        self.key_at = 0
        self._world, self._voice, self._outside = world, voice, outside
        self._due: dict[str, tuple[int, EventMaker]] = {}
        self.record_key = ""  # that ends the recording which runs
        self.recording_since = 0  # behind the tone

    # --- what may be asked of it

    @property
    def is_over(self) -> bool:
        return self.machine.is_over

    @property
    def is_saying(self) -> bool:
        """A sound runs: a prompt, or a filler."""
        return "audio" in self._due

    @property
    def waits_for_keys(self) -> bool:
        """An input's audio has ended, a queue can be left by key, or a recording runs."""
        match self.machine.phase:
            case Phase.LISTENING:
                return not self.is_saying
            case Phase.QUEUED | Phase.RECORDING:
                return True
            case _:
                return False

    @property
    def next_at(self) -> int | None:
        """When the next thing happens by itself."""
        times = [at for at, _ in self._due.values()]
        limit = self.machine.limit_at
        if limit is not None:
            times.append(max(limit, self.now))
        return min(times, default=None)

    def is_due(self, slot: str) -> bool:
        return slot in self._due

    # --- what the caller does

    def dial(self, number: str, caller: str) -> None:
        self._handle(Dialled(number, caller, self.now))

    def press(self, key: str) -> None:
        self.key_at = self.now
        self._note(KeyPressed(key, self.now))
        if self.machine.phase is Phase.RECORDING and key == self.record_key:
            lasted = self.now - self.recording_since
            if lasted >= 0:
                outcome = "empty" if lasted < SHORTEST_RECORDING_MS else "done"
                self._handle(RecordingEnded(outcome, self.now))
        elif not self.is_over:
            self._handle(KeyPressed(key, self.now))

    def hang_up(self) -> None:
        self._note(CallerHungUp(self.now))
        self._handle(CallerHungUp(self.now))

    def tell(self, event: Event) -> None:
        """Something happens now that the caller's side knows of."""
        self._handle(event)

    # --- time

    def pass_to(self, at: int) -> None:
        """Let time pass up to `at`, with all that happens until then."""
        while not self.is_over and (due := self.next_at) is not None and due <= at:
            self.advance()
        self._set_time(max(self.now, at))

    def come_to(self, at: int) -> None:
        """Let time pass up to a key that ends at `at`: what is due in that moment comes after it."""
        self.pass_to(at - 1)
        self._set_time(max(self.now, at))

    def advance(self) -> str:
        """Let the next thing happen; its name (audio, timer, reply, agent ...), or "" for nothing."""
        slot = min(self._due, key=lambda name: self._due[name][0], default="")
        limit = self.machine.limit_at
        if limit is not None and (not slot or limit < self._due[slot][0]):
            self._set_time(max(limit, self.now))
            self._handle(LimitReached(self.now))
            return "limit"
        if slot:
            self._happen(slot)
        return slot

    def _happen(self, slot: str) -> None:
        at, make = self._due.pop(slot)
        self._set_time(at)
        if slot == "audio":
            self.audio_ended_at = at
        event = make(at)
        if isinstance(event, int):
            self._due[slot] = (at + event, make)
        elif event is not None:
            self._handle(event)

    def _set_time(self, at: int) -> None:
        self.now = at
        self._world.elapsed_ms = at

    # --- the machine

    def _handle(self, event: Event) -> None:
        if isinstance(event, _ENDINGS):
            self._note(event)
        for command in self.machine.handle(event):
            self._obey(command)
        awaited = _AWAITED.get(self.machine.phase, ())
        for slot in [name for name in self._due if name not in awaited]:
            self._put_away(slot)
        if self.machine.phase is Phase.TALKING and not self.is_due("agent"):
            self._expect("agent", self._outside.talk())

    def _note(self, what: Event | Command) -> None:
        ended = None if self.is_saying else self.audio_ended_at
        self.journal.append(Noted(self.now, self.machine.steps_taken, ended, what))

    def _put_away(self, slot: str) -> None:
        del self._due[slot]
        if slot == "audio":
            self._cut()
        elif slot == "reply":
            self._outside.left(self.now)

    def _stop_audio(self) -> None:
        if self._due.pop("audio", None):
            self._cut()

    def _expect(self, slot: str, what: tuple[int, EventMaker]) -> None:
        delay, make = what
        self._due[slot] = (self.now + delay, make)

    def _obey(self, command: Command) -> None:
        match command:
            case PlaySounds(sounds):
                self._due.pop("timer", None)
                self._stop_audio()
                self._expect("audio", self._saying(sounds))
            case StopSounds():
                self._stop_audio()
            case WaitForKeys(deadline):
                self._due["timer"] = (deadline, TimerExpired)
            case AnswerCall() | EndCall() | LeaveQueue():
                pass
            case _:
                self._due.pop(
                    "timer", None
                )  # a command that names no deadline puts the old one away
                self._ask_outside(command)

    def _ask_outside(self, command: AskService | JoinQueue | DialNumber | RecordCaller) -> None:
        self._note(command)
        match command:
            case AskService():
                for old in ("reply", "filler"):  # of a question that the caller left
                    if self.is_due(old):
                        self._put_away(old)
                self._expect("reply", self._outside.reply(command))
                if command.filler:
                    self._expect("filler", (FILLER_AFTER_MS, self._filler(command)))
            case JoinQueue():
                self._expect("agent", self._outside.agent(command))
                if command.deadline is not None:
                    self._due["timer"] = (command.deadline, TimerExpired)
            case DialNumber():
                self._expect("dial", self._outside.dial(command))
            case RecordCaller():
                self.record_key, self.recording_since = command.end_key, self.now + TONE_MS
                self._expect("record", self._outside.record(command))

    def _filler(self, ask: AskService) -> EventMaker:
        def say(_at: int) -> None:
            if not self._voice.is_mute:
                self._say(ask.filler)

        return say

    def _saying(self, sounds: tuple[str, ...]) -> tuple[int, EventMaker]:
        return (1, AudioFailed) if self._voice.is_mute else (self._say(sounds), AudioEnded)

    def _say(self, sounds: tuple[str, ...]) -> int:
        begins = self.now
        for sound in sounds:
            ends = begins + self._voice.length_ms(sound)
            text = self._voice.text(sound)
            self.said.append(Said(text, sound, begins, ends, self.machine.block))
            begins = ends
        return begins - self.now

    def _cut(self) -> None:
        """What was said up to now was heard; what had not begun was not."""
        self.audio_ended_at = self.now
        while self.said and self.said[-1].begins > self.now:
            self.said.pop()
        if self.said:
            self.said[-1].ends = min(self.said[-1].ends, self.now)
