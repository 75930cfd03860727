"""What a block does, operation by operation, as functions made once.

Each takes the walk that it moves. Whatever can be known without a call (constant values, sounds that
are the same in every call, expressions as functions) is found out here, not in the call.
"""

from __future__ import annotations

from typing import assert_never

from flowc.expression.tree import Expression, Literal
from flowc.expression.types import Scalar
from flowc.graph.operations import (
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
from flowc.machine.clock import clock_values
from flowc.machine.commands import AnswerCall, AskService, JoinQueue, RecordCaller
from flowc.machine.formula import Formula, formula
from flowc.machine.listening import Attempt
from flowc.machine.phase import MachineError, Phase
from flowc.machine.prepared import Action, Prepared
from flowc.machine.speaking import Offering, Say, offering, saying
from flowc.machine.trace import Assigned
from flowc.machine.walk import Walk

MOST_REMEMBERED = 8
_ANSWER = AnswerCall()


def action_of(operation: Operation, prepared: Prepared) -> Action:
    """What an operation does to a call."""
    match operation:
        case Assign(variable, value):
            return _assign(variable, value, variable in prepared.told)
        case Cue() | Play() | Lead():
            return _speak(operation)
        case Collect():
            return _listen(operation)
        case Invoke():
            return _ask(operation)
        case Enqueue():
            return _join(operation)
        case Dial():
            return _dial(operation)
        case Record(into, most_s, silence_s, end_key):
            return _record(into, RecordCaller(most_s, silence_s, end_key))
        case Answer() | Flush() | Clock() | Language() | Mark() | Remember() | Forget():
            return _note(operation, prepared)
        case _:
            assert_never(operation)


# --- variables


def _assign(variable: str, value: Expression | None, is_told: bool) -> Action:
    match value:
        case None | Literal(value=""):
            return lambda walk: walk.assign(variable, None)
        case Literal(value=constant):
            return _put(variable, constant, is_told)
        case _:
            return _reckon(variable, formula(value), is_told)


def _put(variable: str, value: int | str, is_told: bool) -> Action:
    step = Assigned(variable, value)

    def put(walk: Walk) -> None:
        walk.values[variable] = value

    def put_and_tell(walk: Walk) -> None:
        if walk.values.get(variable) != value:
            walk.values[variable] = value
            walk.tell(step)

    return put_and_tell if is_told else put


def _reckon(variable: str, result: Formula, is_told: bool) -> Action:
    def reckon(walk: Walk) -> None:
        value = result(walk.values, walk.world)
        if value == "":
            walk.assign(variable, None)
        elif not is_told:
            walk.values[variable] = value
        elif walk.values.get(variable) != value:
            walk.values[variable] = value
            walk.tell(Assigned(variable, value))

    return reckon


# --- speech and input


def _speak(operation: Play | Lead | Cue) -> Action:
    match operation:
        case Cue(prompt, kind, deaf):
            return _cue(offering(deaf, prompt), kind)
        case Play(prompt):
            return _play(offering(prompt, ()))
        case Lead(prompt):
            return _lead(saying(prompt))
        case _:
            assert_never(operation)


def _play(made: Offering) -> Action:
    def play(walk: Walk) -> None:
        offer = made(walk, ())
        if offer.step is not None and offer.deaf is not None:
            walk.tell(offer.step)
            walk.commands.append(offer.deaf)
            walk.phase = Phase.SAYING

    return play


def _lead(say: Say) -> Action:
    def lead(walk: Walk) -> None:
        walk.lead += say(walk)

    return lead


def _cue(made: Offering, kind: CueKind) -> Action:
    def entry(walk: Walk) -> None:
        walk.kept_lead, walk.lead = walk.lead, ()
        again(walk)

    def again(walk: Walk) -> None:
        walk.listener.cue(made(walk, walk.kept_lead))

    def retry(walk: Walk) -> None:
        walk.listener.cue(made(walk, ()))

    match kind:
        case CueKind.ENTRY:
            return entry
        case CueKind.AGAIN:
            return again
        case CueKind.RETRY:
            return retry
        case _:
            assert_never(kind)


def _listen(collect: Collect) -> Action:
    attempt = Attempt(collect)
    listening = Phase.LISTENING

    def listen(walk: Walk) -> None:
        offer = walk.listener.offer
        if offer is None:
            raise MachineError(f"{walk.block.id} collects before any Cue")
        if offer.step is not None:
            walk.tell(offer.step)
        walk.phase = listening
        walk.listener.begin(attempt, walk.now)

    return listen


# --- what the outside ends


def _ask(invoke: Invoke) -> Action:
    named = tuple((name, formula(value)) for name, value in invoke.arguments)
    say = saying(invoke.filler)

    def ask(walk: Walk) -> None:
        arguments = tuple((name, value(walk.values, walk.world)) for name, value in named)
        walk.phase = Phase.ASKING
        deadline = walk.now + invoke.deadline_ms
        walk.commands.append(AskService(invoke, arguments, say(walk), deadline))

    return ask


def _join(enqueue: Enqueue) -> Action:
    urgency = formula(enqueue.priority or Literal(0, Scalar.INT))
    most = enqueue.max_wait_s

    def join(walk: Walk) -> None:
        priority = int(urgency(walk.values, walk.world))
        deadline = None if most is None else walk.now + most * 1000
        walk.phase, walk.waiting_since, walk.is_still = Phase.QUEUED, walk.now, True
        walk.commands.append(JoinQueue(enqueue.queue, priority, enqueue.exit_keys, deadline))

    return join


def _dial(operation: Dial) -> Action:
    numbers = [formula(number) for number in operation.numbers]
    say_accept = saying(operation.accept_prompt)

    def dial(walk: Walk) -> None:
        walk.phase, walk.is_still = Phase.DIALLING, True
        walk.ringing, walk.say_accept = list(numbers), say_accept
        walk.ring_next("failed")

    return dial


def _record(into: str, command: RecordCaller) -> Action:
    def record(walk: Walk) -> None:
        walk.recordings += 1
        walk.assign(into, f"recording-{walk.recordings}")
        walk.phase, walk.waiting_since = Phase.RECORDING, walk.now
        walk.commands.append(command)

    return record


# --- what takes no time


def _note(
    operation: Answer | Flush | Clock | Language | Mark | Remember | Forget, prepared: Prepared
) -> Action:
    match operation:
        case Answer():
            return lambda walk: walk.commands.append(_ANSWER)
        case Flush():
            return lambda walk: walk.listener.flush(walk.now)
        case Clock():
            return _clock(prepared.graph.timezone)
        case Language(language):
            return lambda walk: walk.speak(language)
        case Mark(name):
            return lambda walk: walk.mark(name)
        case Remember(node):
            return _remember(node)
        case Forget(flows):
            return _forget(tuple(f"{flow}." for flow in flows))
        case _:
            assert_never(operation)


def _clock(timezone: str) -> Action:
    return lambda walk: walk.values.update(clock_values(walk.world.now(), timezone))


def _remember(node: str) -> Action:
    def remember(walk: Walk) -> None:
        walk.remembered.append(node)
        del walk.remembered[:-MOST_REMEMBERED]

    return remember


def _forget(own: tuple[str, ...]) -> Action:
    def forget(walk: Walk) -> None:
        walk.remembered = [one for one in walk.remembered if not one.startswith(own)]

    return forget
