"""A call on its way through blocks: does operations, takes exits, keeps what the call knows.

Knows no events: `machine` tells it how a wait ended. Whatever needs the outside is appended to
`commands`, and `phase` says what the call then waits for.
"""

from __future__ import annotations

from typing import assert_never

from flowc.expression.evaluate import World
from flowc.expression.tree import Expression
from flowc.graph.exits import (
    Back,
    Branch,
    Call,
    Exit,
    Hangup,
    Jump,
    Return,
    Switch,
    return_register,
)
from flowc.graph.operations import (
    OUTCOME,
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    CueKind,
    Dial,
    Enqueue,
    Flush,
    Forget,
    Invoke,
    Language,
    Lead,
    Mark,
    Operation,
    Play,
    Record,
    Remember,
)
from flowc.graph.prompts import Prompt
from flowc.machine.allowed import is_allowed
from flowc.machine.clock import clock_values
from flowc.machine.commands import (
    AnswerCall,
    AskService,
    Command,
    DialNumber,
    EndCall,
    JoinQueue,
    PlaySounds,
    RecordCaller,
)
from flowc.machine.formula import Formula
from flowc.machine.listening import Listener
from flowc.machine.phase import MachineError, Phase
from flowc.machine.prepared import Action, Prepared, PreparedBlock
from flowc.machine.speaking import Readout, sounds_of
from flowc.machine.trace import Assigned, HungUp, Marked, Offered, Step

MOST_REMEMBERED = 8
MOST_STEPS = 10_000  # blocks entered between two events; what a compiler proves stays far below


# Named once: looking up a member costs more than the step it is needed for.
_MOVING = Phase.MOVING


class Walk:
    """One call between two waits."""

    __slots__ = (
        "_is_ending",
        "_kept_lead",
        "_lead",
        "_readout",
        "_remembered",
        "_ringing",
        "_walked",
        "_world",
        "block",
        "commands",
        "index",
        "is_still",
        "language",
        "listener",
        "marks",
        "now",
        "phase",
        "prepared",
        "started",
        "steps",
        "times",
        "values",
        "waiting_since",
    )

    def __init__(self, prepared: Prepared, world: World, readout: Readout) -> None:
        self.prepared = prepared
        self.values: dict[str, int | str] = {}
        self.language = prepared.graph.languages[0]
        self.phase = Phase.NEW
        self.block: PreparedBlock
        self.is_still = True  # the call's own clock: before the answer, in queues and lines
        self.index = 0  # of the operation that comes next
        self.commands: list[Command] = []
        self.listener = Listener(self.commands)
        self.now = self.started = self.waiting_since = 0
        self.marks: dict[str, None] = {}
        self.steps: list[Step] = []
        self.times: list[int] = []
        self._world, self._readout = world, readout
        self._walked = 0
        self._is_ending = False
        self._lead: tuple[str, ...] = ()
        self._kept_lead: tuple[str, ...] = ()
        self._remembered: list[str] = []
        self._ringing: list[Expression] = []  # numbers of a Dial that have not been rung yet

    # --- what machine tells it

    @property
    def operation(self) -> Operation:
        """What the call is waiting in."""
        return self.block.operations[self.index - 1]

    @property
    def is_ending(self) -> bool:
        """The call is over, or only its hang-up handler still runs."""
        return self._is_ending or self.phase is Phase.OVER

    def begin(self, number: str, caller: str) -> None:
        if number not in self.prepared.numbers:
            raise MachineError(f"the graph has no number {number!r}")
        self.started = self.now
        self.set("call.from", caller)
        self.set("call.to", number)
        self.set("call.started", self._world.now())
        self.set("call.language", self.language)
        self.enter(self.prepared.numbers[number])

    def move_on(self) -> None:
        """Go as far as no wait is needed. Raises Undecided where a value is missing."""
        self._walked = 0
        while self.phase is _MOVING:
            actions = self.block.actions or self._actions(self.block)
            for place in range(self.index, len(actions)):
                do, what = actions[place]
                self.index = place + 1
                do(self, what)
                if self.phase is not _MOVING:
                    return

    def enter(self, block: PreparedBlock) -> None:
        self._walked += 1
        if self._walked > MOST_STEPS:
            raise MachineError(f"{block.id} goes round without end and without the caller")
        self.block, self.index, self.phase, self.is_still = block, 0, _MOVING, False
        self.steps.append(block.entered)
        self.times.append(self.now - self.started)

    def end(self, outcome: str) -> None:
        """The operation waited in has ended."""
        self.values[OUTCOME] = outcome
        self.phase = _MOVING
        self.is_still = False
        self.tell(self.block.ended_by(outcome))

    def finish(self, by: str, cause: int | None) -> None:
        """The call is over; its handler runs once."""
        if self.is_ending:
            self.phase = Phase.OVER if cause is not None else self.phase
            return
        self.tell(HungUp(by))
        if cause is not None:
            self.commands.append(EndCall(cause))
        handler = self.prepared.graph.on_hangup
        self._is_ending = True
        if handler is None:
            self.phase = Phase.OVER
        else:
            self.enter(self.prepared.blocks[handler])

    def assign(self, variable: str, value: int | str | None) -> None:
        """Fill or unset a variable of the flow's; told only where that changes it."""
        held = None if value == "" else value
        if variable in self.prepared.told and held != self.values.get(variable):
            self.tell(Assigned(variable, held))
        self.set(variable, held)

    def set(self, variable: str, value: int | str | None) -> None:
        """The same without a word; a register is never told."""
        if value is None or value == "":
            self.values.pop(variable, None)
        else:
            self.values[variable] = value

    def tell(self, step: Step) -> None:
        self.steps.append(step)
        self.times.append(self.now - self.started)

    def ring_next(self, outcome: str) -> None:
        """Dial the next number that is allowed; with none left the dialling ends so."""
        operation = self.operation
        assert isinstance(operation, Dial)
        while self._ringing:
            number = str(self._value(self._ringing.pop(0)))
            if is_allowed(number, operation.allowed):
                accept = self._sounds(operation.accept_prompt)
                self.commands.append(DialNumber(number, operation.ring_s, operation.accept, accept))
                return
            outcome = "failed"
        self.end(outcome)

    def stop_ringing(self) -> None:
        self._ringing.clear()

    # --- operations

    def _actions(self, block: PreparedBlock) -> tuple[Action, ...]:
        """What a block does, found out once: its operations, then its exit."""
        made = [self._action(operation) for operation in block.operations]
        block.actions = (*made, (Walk._leave, block.exit))
        return block.actions

    def _action(self, operation: Operation) -> Action:
        match operation:
            case Assign(variable, None):
                return Walk._unset, variable
            case Assign(variable, value):
                assert value is not None
                is_told = variable in self.prepared.told
                return Walk._assign, (variable, self.prepared.formula(value), is_told)
            case Cue() | Play() | Lead():
                return Walk._speak, operation
            case Collect():
                return Walk._listen, operation
            case Invoke() | Enqueue() | Dial() | Record():
                return Walk._wait_for, operation
            case Answer() | Flush() | Clock() | Language() | Mark() | Remember() | Forget():
                return Walk._note, operation
            case _:
                assert_never(operation)

    def _unset(self, variable: str) -> None:
        self.assign(variable, None)

    def _assign(self, what: tuple[str, Formula, bool]) -> None:
        variable, formula, is_told = what
        value = formula(self.values, self._world)
        if is_told or value == "":
            self.assign(variable, value)
        else:
            self.values[variable] = value

    def _speak(self, operation: Play | Lead | Cue) -> None:
        match operation:
            case Cue(prompt, kind, deaf):
                lead = self._lead_for(kind)
                self.listener.cue(self._sounds(deaf), lead + self._sounds(prompt))
            case Play(prompt):
                self._play(self._sounds(prompt))
            case Lead(prompt):
                self._lead += self._sounds(prompt)
            case _:
                assert_never(operation)

    def _lead_for(self, kind: CueKind) -> tuple[str, ...]:
        match kind:
            case CueKind.ENTRY:
                self._kept_lead, self._lead = self._lead, ()
                return self._kept_lead
            case CueKind.AGAIN:
                return self._kept_lead
            case CueKind.RETRY:
                return ()
            case _:
                assert_never(kind)

    def _note(
        self, operation: Answer | Flush | Clock | Language | Mark | Remember | Forget
    ) -> None:
        match operation:
            case Answer():
                self.commands.append(AnswerCall())
            case Flush():
                self.listener.flush(self.now)
            case Clock():
                for name, value in clock_values(self._world.now(), self.prepared.graph.timezone):
                    self.set(name, value)
            case Language(language):
                self.language = language
                self.set("call.language", language)
            case Mark(name):
                self._mark(name)
            case Remember(node):
                self._remembered = [*self._remembered, node][-MOST_REMEMBERED:]
            case Forget(flow):
                own = f"{flow}."
                self._remembered = [one for one in self._remembered if not one.startswith(own)]
            case _:
                assert_never(operation)

    def _mark(self, name: str) -> None:
        if name not in self.marks:
            self.marks[name] = None
            self.tell(Marked(name))

    def _play(self, sounds: tuple[str, ...]) -> None:
        if sounds:
            self.tell(Offered(sounds))
            self.commands.append(PlaySounds(sounds, True))
            self.phase = Phase.SAYING

    def _wait_for(self, operation: Invoke | Enqueue | Dial | Record) -> None:
        match operation:
            case Invoke():
                self._ask(operation)
            case Enqueue():
                self._join(operation)
            case Dial(numbers=numbers):
                self.phase, self.is_still = Phase.DIALLING, True
                self._ringing = list(numbers)
                self.ring_next("failed")
            case Record(_, most_s, silence_s, end_key):
                self.phase = Phase.RECORDING
                self.commands.append(RecordCaller(most_s, silence_s, end_key))
            case _:
                assert_never(operation)

    def _listen(self, collect: Collect) -> None:
        offer = self.listener.offer
        if offer is None:
            raise MachineError(f"{self.block.id} collects before any Cue")
        if offer:
            self.tell(Offered(offer))
        self.phase = Phase.LISTENING
        self.listener.begin(collect, self.now)

    def _ask(self, invoke: Invoke) -> None:
        arguments = tuple((name, self._value(value)) for name, value in invoke.arguments)
        self.phase = Phase.ASKING
        deadline = self.now + invoke.deadline_ms
        self.commands.append(AskService(invoke, arguments, self._sounds(invoke.filler), deadline))

    def _join(self, enqueue: Enqueue) -> None:
        priority = 0 if enqueue.priority is None else int(self._value(enqueue.priority))
        most = enqueue.max_wait_s
        deadline = None if most is None else self.now + most * 1000
        self.phase, self.waiting_since, self.is_still = Phase.QUEUED, self.now, True
        self.commands.append(JoinQueue(enqueue.queue, priority, enqueue.exit_keys, deadline))

    # --- exits

    def _leave(self, exit_: Exit) -> None:
        block = self.block
        match exit_:
            case Jump():
                self._go(block.otherwise)
            case Switch(variable):
                self._go(self._switch(variable))
            case Branch(condition):
                self._go(block.ways["1" if self._value(condition) else "0"])
            case Call(flow, _, site):
                self.set(return_register(flow), site)
                self._go(block.otherwise)
            case Return(flow, result):
                self._go(self._return(flow, result))
            case Back():
                self._go(self._back())
            case Hangup(cause):
                self.finish("flow", cause)
            case _:
                assert_never(exit_)

    def _go(self, block: PreparedBlock | None) -> None:
        if block is None:
            raise MachineError(f"{self.block.id} has no way for {self.values.get(OUTCOME)!r}")
        self.enter(block)

    def _switch(self, variable: str) -> PreparedBlock | None:
        value = str(self.values.get(variable, ""))
        return self.block.ways.get(value, self.block.otherwise)

    def _return(self, flow: str, result: str) -> PreparedBlock | None:
        site = self.values.pop(return_register(flow), None)
        caller = None if site is None else self.prepared.callers[flow, int(site)]
        return self.block.otherwise if caller is None else caller.ways.get(result)

    def _back(self) -> PreparedBlock | None:
        if not self._remembered:
            return self.block.otherwise
        return self.prepared.menus[self._remembered.pop()]

    def _value(self, expression: Expression) -> int | str:
        return self.prepared.formula(expression)(self.values, self._world)

    def _sounds(self, prompt: Prompt) -> tuple[str, ...]:
        if not prompt:
            return ()
        fixed = self.prepared.fixed_sounds(prompt, self.language)
        if fixed is not None:
            return fixed
        return sounds_of(prompt, self.language, self.values, self._world, self._readout)
