"""A call on its way through blocks: what it knows, and how it moves from one wait to the next.

Knows no events (`machine` tells it how a wait ended) and no operations (`doing` and `leaving` made
functions of them). Whatever needs the outside is appended to `commands`, and `phase` says what the
call then waits for.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.expression.evaluate import World
from flowc.graph.destinations import is_allowed
from flowc.graph.operations import OUTCOME, Dial
from flowc.machine.commands import Command, DialNumber, EndCall
from flowc.machine.formula import Formula
from flowc.machine.listening import Listener
from flowc.machine.phase import MachineError, Phase
from flowc.machine.prepared import Action, Prepared, PreparedBlock
from flowc.machine.speaking import Readout, Say
from flowc.machine.trace import Assigned, Ended, HungUp, Marked, Step

# Blocks entered between two events before anybody looks whether the call goes round. No bound: a long
# flow, or a bounded way back over many nodes, enters more, and looking costs.
UNWATCHED = 1_000

# Named once: looking up a member costs more than the step it is needed for.
_MOVING = Phase.MOVING


class Walk:
    """One call between two waits."""

    __slots__ = (
        "_is_ending",
        "block",
        "commands",
        "is_still",
        "kept_lead",
        "language",
        "lead",
        "listener",
        "marks",
        "now",
        "phase",
        "prepared",
        "readout",
        "recordings",
        "remembered",
        "ringing",
        "say_accept",
        "started",
        "steps",
        "times",
        "todo",
        "values",
        "waiting_since",
        "world",
    )

    def __init__(self, prepared: Prepared, world: World, readout: Readout, language: str) -> None:
        self.prepared, self.world, self.readout, self.language = prepared, world, readout, language
        self.values: dict[str, int | str] = {}
        self.phase = Phase.NEW
        self.block: PreparedBlock
        self.is_still = True  # the call's own clock: before the answer, in queues and lines
        self.commands: list[Command] = []
        self.listener = Listener(self.commands)
        self.now = self.waiting_since = self.started = self.recordings = 0
        self.marks: dict[str, None] = {}
        self.steps: list[Step] = []
        self.times: list[int] = []
        self.lead: tuple[str, ...] = ()
        self.kept_lead: tuple[str, ...] = ()
        self.remembered: list[str] = []
        self.say_accept: Say  # what the called party hears first
        self.ringing: list[Formula] = []  # numbers of a Dial that have not been rung yet
        self.todo: Iterator[Action]  # what the block still has to do
        self._is_ending = False

    @property
    def is_ending(self) -> bool:
        """The call is over, or only its hang-up handler still runs."""
        return self._is_ending or self.phase is Phase.OVER

    def begin(self, number: str, caller: str) -> None:
        if number not in self.prepared.numbers:
            raise MachineError(f"the graph has no number {number!r}")
        self.started = self.now
        self.values["call.to"] = number
        self.values["call.started"] = self.world.now()
        self.values["call.language"] = self.language
        self.set("call.from", caller)
        self.enter(self.prepared.numbers[number])

    def move_on(self) -> None:
        """Go as far as no wait is needed. Raises Undecided where a value is missing, and MachineError
        where the call would go round for ever."""
        for _ in range(UNWATCHED):
            for do in self.todo:
                do(self)
                if self.phase is not _MOVING:
                    return
        self._move_on_watched()

    def _move_on_watched(self) -> None:
        """The same, for a way so long that it may have no end.

        Where a block is entered once more with nothing changed, it will be again and again. One
        such place is kept to compare with, each for twice as many blocks as the one before: a way
        round of any length is found so (Brent's method).
        """
        stretch = UNWATCHED
        while True:
            block, values, remembered = self.block, dict(self.values), list(self.remembered)
            for _ in range(stretch):
                for do in self.todo:
                    do(self)
                    if self.phase is not _MOVING:
                        return
                if self.block is block and (self.values, self.remembered) == (values, remembered):
                    raise MachineError(f"{block.id} goes round without end and without the caller")
            stretch *= 2

    def enter(self, block: PreparedBlock) -> None:
        """Leave whatever is waited for, and go to a block."""
        self.phase, self.is_still = _MOVING, False
        block.enter(self)

    def end(self, outcome: str) -> None:
        """The operation waited in has ended."""
        self.values[OUTCOME] = outcome
        self.phase, self.is_still = _MOVING, False
        self.tell(self.block.ended.get(outcome) or Ended(self.block.id, outcome))

    def finish(self, how: HungUp, command: EndCall | None, lost: str = "") -> None:
        """The call is over; its handler runs once, without the variable `lost`. Without a handler
        nothing is told of that any more, since nobody asks for it."""
        if self.is_ending:
            self.phase = self.phase if command is None else Phase.OVER
            return
        self.tell(how)
        if command is not None:
            self.commands.append(command)
        handler = self.prepared.graph.on_hangup
        self._is_ending = True
        if handler is None:
            self.phase = Phase.OVER
            self.values.pop(lost, None)
            return
        if lost:
            self.assign(lost, None)
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

    def speak(self, language: str) -> None:
        """Say what follows in another language."""
        self.language = language
        self.set("call.language", language)

    def mark(self, name: str) -> None:
        if name not in self.marks:
            self.marks[name] = None
            self.tell(Marked(name))

    def ring_next(self, outcome: str) -> None:
        """Dial the next number that is allowed; with none left the dialling ends so."""
        dial = self.block.ending
        assert isinstance(dial, Dial)
        while self.ringing:
            number = str(self.ringing.pop(0)(self.values, self.world))
            if is_allowed(number, dial.allowed):
                accept = self.say_accept(self)
                self.commands.append(DialNumber(number, dial.ring_s, dial.accept, accept))
                return
            outcome = "failed"
        self.end(outcome)
