"""The call machine: what a flow graph means. An event in, commands out; no clock and no I/O.

Time comes with the events. The rules of input are in `listening` and `entry`, those of blocks in
`walk`; here is what each event means for what the call waits for, and how long a call may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from flowc.expression.evaluate import Undecided, Unset, World
from flowc.expression.operators import walk
from flowc.expression.tree import Call, Literal
from flowc.graph.ids import BlockId
from flowc.graph.model import WAY_OUT_S, FlowGraph
from flowc.graph.operations import SHORTEST_RECORDING_MS, TONE_MS, Enqueue, Invoke, Record
from flowc.graph.prompts import reading_variable
from flowc.machine.commands import Command, EndCall, LeaveQueue
from flowc.machine.events import (
    AgentAnswered,
    Answered,
    AudioEnded,
    AudioFailed,
    CallerHungUp,
    DialEnded,
    Dialled,
    Ending,
    Event,
    KeyPressed,
    LimitReached,
    QueueEnded,
    RarerEvent,
    RecordingEnded,
    TimerExpired,
)
from flowc.machine.phase import MachineError, Phase
from flowc.machine.prepare import prepare
from flowc.machine.prepared import Prepared
from flowc.machine.speaking import Readout
from flowc.machine.trace import HungUp, Trace
from flowc.machine.walk import Walk

KEYS = frozenset("0123456789*#ABCD")
# Named once: looking up a member costs more than the step it is needed for.
_LISTENING, _MOVING = Phase.LISTENING, Phase.MOVING


class ReadError(Exception):
    """A block read what has no value in this call: a field that a test's answer left out, a sum too
    large for a telephone system."""

    def __init__(self, block: BlockId, reason: Undecided) -> None:
        """Keep the block, and the variable where it is known."""
        self.block = block
        self.reason = reason
        self.variable = reason.variable if isinstance(reason, Unset) else ""
        super().__init__(f"{block} reads what has no value: {self.variable or repr(reason)}")


class Machine:
    """One call. `handle` moves it; the properties tell where it stands."""

    __slots__ = ("_flow_ms", "_limit_ms", "_walk", "is_led_out", "prepared")

    def __init__(
        self,
        graph: FlowGraph | Prepared,
        world: World,
        readout: Readout,
        language: str | None = None,
        limit_s: int | None = None,
    ) -> None:
        """A call that nobody dialled yet; share a `Prepared` between the calls of one graph.

        `language`: to begin in; else the project's first. `limit_s`: instead of the graph's own.
        """
        self.prepared = graph if isinstance(graph, Prepared) else prepare(graph)
        first = self.prepared.graph.languages[0]
        self._walk = Walk(self.prepared, world, readout, language or first)
        self._flow_ms = 0
        length_s = self.prepared.graph.limits.length_s if limit_s is None else limit_s
        self._limit_ms = length_s * 1000
        self.is_led_out = False  # by the limit of its length

    @property
    def phase(self) -> Phase:
        """What the call waits for."""
        return self._walk.phase

    @property
    def block(self) -> BlockId:
        """Where the call stands."""
        return self._walk.block.id

    @property
    def is_mid_entry(self) -> bool:
        """Keys of an input have come, and it waits for more."""
        return self._walk.phase is _LISTENING and self._walk.listener.is_begun

    @property
    def language(self) -> str:
        return self._walk.language

    @property
    def values(self) -> Mapping[str, int | str]:
        """Variables and registers; what is missing is unset."""
        return self._walk.values

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(self._walk.marks)

    @property
    def is_over(self) -> bool:
        """The call has ended and its hang-up handler is through."""
        return self._walk.phase is Phase.OVER

    @property
    def trace(self) -> Trace:
        return Trace(tuple(self._walk.steps), tuple(self._walk.times))

    @property
    def steps_taken(self) -> int:
        """How long the trace is by now."""
        return len(self._walk.steps)

    @property
    def limit_at(self) -> int | None:
        """When `LimitReached` is due; None while the call's clock stands still, and at its end."""
        if self._walk.is_still or self._walk.is_ending:
            return None
        return self._walk.now + max(0, self._limit_ms - self._flow_ms)

    def handle(self, event: Event) -> tuple[Command, ...]:
        """Take an event, move until the outside is needed again, and say what is to be done.

        Raises ReadError where the flow reads what nobody gave; MachineError for a broken graph,
        and for an event that fits nothing the call waits for.
        """
        walk = self._walk
        walk.commands.clear()
        if not walk.is_still:
            self._flow_ms += event.at - walk.now
        walk.now = event.at
        try:
            if isinstance(event, KeyPressed):  # as most events are
                self._key(event.key, event.at)
            else:
                self._take(event)
            if walk.phase is _MOVING:
                walk.move_on()
        except Undecided as reason:
            raise ReadError(walk.block.id, reason) from reason
        return tuple(walk.commands)

    def _take(self, event: RarerEvent) -> None:
        match event:
            case AudioEnded():
                self._audio_ended()
            case TimerExpired():
                self._timer()
            case Dialled(number, caller):
                self._expect(Phase.NEW)
                self._walk.begin(number, caller)
            case CallerHungUp():
                self._walk.finish(HungUp("caller"), None, self._empty_recording())
            case LimitReached():
                self._limit()
            case AudioFailed():
                self._audio_failed()
            case _:
                self._outside(event)

    def _outside(self, event: Ending) -> None:
        match event:
            case Answered(outcome, _, values):
                self._expect(Phase.ASKING)
                self._answered(outcome, values)
            case AgentAnswered():
                self._expect(Phase.QUEUED)
                self._note_wait()
                self._walk.phase = Phase.TALKING
            case QueueEnded(outcome):
                self._expect(Phase.QUEUED, Phase.TALKING)
                self._leave_queue(outcome)
            case DialEnded(outcome):
                self._expect(Phase.DIALLING)
                self._dial_ended(outcome)
            case RecordingEnded(outcome):
                self._expect(Phase.RECORDING)
                self._recorded(outcome)
            case _:
                assert_never(event)

    def _expect(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise MachineError(f"the call is {self.phase.value}, not {phases[0].value}")

    def _key(self, key: str, at: int) -> None:
        walk = self._walk
        if key not in KEYS:
            raise MachineError(f"{key!r} is no key of a telephone")
        if walk.phase is _LISTENING:
            outcome = walk.listener.key(key, at)
            if outcome is not None:
                self._heard(outcome)
        elif walk.phase is Phase.QUEUED:
            operation = walk.block.ending
            if isinstance(operation, Enqueue) and key in operation.exit_keys:
                walk.commands.append(LeaveQueue())
                self._leave_queue(f"key_{key}")

    def _audio_ended(self) -> None:
        if self._walk.phase is _LISTENING:
            self._walk.listener.audio_ended(self._walk.now)
        else:
            self._expect(Phase.SAYING)
            self._walk.phase = Phase.MOVING

    def _audio_failed(self) -> None:
        if self._walk.phase is _LISTENING:
            self._walk.end("error")
        else:
            self._audio_ended()

    def _timer(self) -> None:
        if self.phase is Phase.QUEUED:
            self._walk.commands.append(LeaveQueue())
            self._leave_queue("waited_too_long")
        else:
            self._expect(Phase.LISTENING)
            self._heard(self._walk.listener.silence())

    def _limit(self) -> None:
        """Once to the way out, with a time of its own; then the call is hung up."""
        way_out = self.prepared.graph.limits.to
        if way_out is None or self.is_led_out:
            self._walk.finish(HungUp("limit"), EndCall(16))
        elif not self._walk.is_ending:
            self.is_led_out = True
            self._limit_ms = self._flow_ms + WAY_OUT_S * 1000
            self._walk.enter(self.prepared.blocks[way_out])

    def _heard(self, outcome: str) -> None:
        block = self._walk.block
        self._walk.end(outcome)
        if outcome == "done" and block.typed:
            text = self._walk.listener.text
            self._walk.assign(block.typed, int(text) if block.types_number else text)

    def _answered(self, outcome: str, values: Mapping[str, int | str]) -> None:
        operation = self._walk.block.ending
        assert isinstance(operation, Invoke)
        self._walk.end(outcome)
        for name in filled_by(operation, self.prepared.graph.languages):
            self._walk.assign(name, values.get(name) if outcome == "done" else None)

    def _note_wait(self) -> None:
        self._walk.set("call.waited", (self._walk.now - self._walk.waiting_since) // 1000)

    def _leave_queue(self, outcome: str) -> None:
        if self.phase is Phase.QUEUED:
            self._note_wait()
        self._walk.end(outcome)

    def _dial_ended(self, outcome: str) -> None:
        if outcome == "after_agent":
            self._walk.ringing.clear()
        self._walk.ring_next(outcome)

    def _recorded(self, outcome: str) -> None:
        operation = self._walk.block.ending
        assert isinstance(operation, Record)
        self._walk.end(outcome)
        if outcome != "done":
            self._walk.assign(operation.into, None)

    def _empty_recording(self) -> str:
        """The variable of a recording that runs and holds no word yet; "" without one."""
        walk = self._walk
        if walk.phase is not Phase.RECORDING or not isinstance(walk.block.ending, Record):
            return ""
        is_short = walk.now - walk.waiting_since < TONE_MS + SHORTEST_RECORDING_MS
        return walk.block.ending.into if is_short else ""


def filled_by(invoke: Invoke, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Every variable that an answer may fill, in order: fields, conditions, readings."""
    names = [given.variable for given in invoke.gives]
    names.extend(decided.variable for decided in invoke.decided)
    names.extend(
        reading_variable(reading.variable, language)
        for reading in invoke.readings
        for language in languages
    )
    return tuple(dict.fromkeys(names))


def flags_asked(invoke: Invoke) -> tuple[str, ...]:
    """The flags by which its arguments and the conditions on its answer are decided, sorted."""
    arguments = (value for _, value in invoke.arguments)
    conditions = (decided.expression for decided in invoke.decided)
    parts = (part for each in (*arguments, *conditions) for part in walk(each))
    names = [
        str(name.value)
        for part in parts
        if isinstance(part, Call) and part.function == "flag"
        for name in part.arguments
        if isinstance(name, Literal)
    ]
    return tuple(sorted(set(names)))


__all__ = ["Machine", "MachineError", "Phase", "ReadError", "filled_by", "flags_asked"]
