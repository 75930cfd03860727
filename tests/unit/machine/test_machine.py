"""What a graph means beyond input: back list, calls, limit, handler, queues, lines, recordings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowc.expression.tree import Binary, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Call, Exit, Hangup, Jump, Return, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Limits, Origin
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
    Invoke,
    InvokeKind,
    Mark,
    Operation,
    Options,
    Play,
    Record,
    outcomes,
)
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken
from flowc.machine.commands import (
    AskService,
    DialNumber,
    EndCall,
    JoinQueue,
    LeaveQueue,
    PlaySounds,
    RecordCaller,
    WaitForKeys,
)
from flowc.machine.events import (
    AgentAnswered,
    Answered,
    AudioEnded,
    AudioFailed,
    CallerHungUp,
    DialEnded,
    Dialled,
    KeyPressed,
    LimitReached,
    QueueEnded,
    RecordingEnded,
    TimerExpired,
)
from flowc.machine.machine import Machine, MachineError, Phase, ReadError
from flowc.machine.trace import Assigned, Ended, Entered, HungUp, Marked
from flowc.simulate.world import SimulatedWorld

SATURDAY_AT_TEN = 1795226400  # 2026-11-21 in Shanghai


def said(*ids: str) -> Prompt:
    return tuple(Phrase(one, (("zh", (Sound(one),)),)) for one in ids)


def at(name: str) -> BlockId:
    flow, _, node = name.rpartition(".")
    return BlockId(flow or "f", node)


def block(name: str, way: Exit, *operations: Operation) -> Block:
    return Block(at(name), operations, way, Origin(name, "test"))


def leaf(name: str) -> Block:
    return block(name, Hangup(), Mark(name))


def switch(operation: Collect | Enqueue | Dial | Record | Invoke, **ways: str) -> Switch:
    cases = tuple((o, at(ways.get(o, o))) for o in outcomes(operation))
    return Switch(OUTCOME, cases)


def graph(*blocks: Block, **more: object) -> FlowGraph:
    first = blocks[0]
    answered = Block(first.id, (Answer(), *first.operations), first.exit, first.origin)
    variables = {"f.x": Scalar.INT, "f.recording": Scalar.TEXT}
    return FlowGraph(
        "test",
        ("zh",),
        "Asia/Shanghai",
        (("7000", first.id),),
        {b.id: b for b in (answered, *blocks[1:])},
        variables=variables,
        **more,  # type: ignore[arg-type]
    )


def readout(read_as: ReadAs, value: int | str, language: str) -> tuple[str, ...]:
    return tuple(f"{language}/_/{digit}" for digit in str(value))


def call(of: FlowGraph) -> Machine:
    return Machine(of, SimulatedWorld(SATURDAY_AT_TEN, "Asia/Shanghai", {}, ()), readout)


DIALLED = Dialled("7000", "13800000000", 0)


def test_a_call_knows_who_called_and_when() -> None:
    machine = call(graph(block("a", Hangup())))
    assert EndCall(16) in machine.handle(DIALLED)
    assert machine.values["call.from"] == "13800000000"
    assert machine.values["call.started"] == SATURDAY_AT_TEN
    assert machine.values["call.language"] == "zh"
    assert machine.trace.steps == (Entered(at("a")), HungUp("flow"))


def test_the_clock_is_the_projects_own_zone() -> None:
    machine = call(graph(block("a", Hangup(), Clock())))
    machine.handle(DIALLED)
    found = [machine.values[f"clock.{name}"] for name in ("date", "minute", "weekday")]
    assert found == [20261121, 600, 6]


def test_an_assignment_that_changes_nothing_is_no_step() -> None:
    one = Assign("f.x", Literal(1, Scalar.INT))
    machine = call(graph(block("a", Hangup(), one, one, Assign("f.x", None), Assign("f.x", None))))
    machine.handle(DIALLED)
    told = [step for step in machine.trace.steps if isinstance(step, Assigned)]
    assert told == [Assigned("f.x", 1), Assigned("f.x", None)]


def test_a_mark_is_told_once_a_name() -> None:
    machine = call(graph(block("a", Hangup(), Mark("m"), Mark("n"), Mark("m"))))
    machine.handle(DIALLED)
    assert [s for s in machine.trace.steps if isinstance(s, Marked)] == [Marked("m"), Marked("n")]
    assert machine.marks == ("m", "n")


def test_reading_what_nobody_gave_is_an_error_that_names_the_variable() -> None:
    way = Branch(Read("f.x", Scalar.BOOL), at("b"), at("b"))
    machine = call(graph(block("a", way), leaf("b")))
    with pytest.raises(ReadError) as unread:
        machine.handle(DIALLED)
    assert unread.value.variable == "f.x"
    assert unread.value.block == at("a")


def test_a_value_with_a_reading_of_its_own_is_said_by_it() -> None:
    phrase = Phrase("p", (("zh", (Sound("p"), Spoken("f.x", ReadAs.NUMBER))),))
    unread = graph(block("a", Hangup(), Assign("f.x", Literal(42, Scalar.INT)), Play((phrase,))))
    assert PlaySounds(("zh/p", "zh/_/4", "zh/_/2"), True) in call(unread).handle(DIALLED)
    ready = Assign("f.x.say.zh", Literal("zh/_/si&zh/_/er", Scalar.TEXT))
    read = graph(block("a", Hangup(), ready, Play((phrase,))))
    assert PlaySounds(("zh/p", "zh/_/si", "zh/_/er"), True) in call(read).handle(DIALLED)


def test_a_phrase_is_said_only_where_its_condition_holds() -> None:
    spoken = Phrase("p", (("zh", (Sound("p"),)),), Literal(0, Scalar.BOOL))
    machine = call(graph(block("a", Hangup(), Play((spoken,)))))
    machine.handle(DIALLED)
    assert machine.is_over  # nothing to say takes no time


def test_a_flow_returns_to_the_place_that_called_it() -> None:
    site = Call("g", at("g.in"), 1, (("ok", at("b")), ("no", at("c"))))
    other = Call("g", at("g.in"), 2, (("ok", at("c")), ("no", at("c"))))
    inner = block("g.in", Return("g", "ok", at("lost")))
    machine = call(graph(block("a", site), block("b", other), leaf("c"), inner, leaf("lost")))
    machine.handle(DIALLED)
    entered = [step.block.node for step in machine.trace.steps if isinstance(step, Entered)]
    assert entered == ["a", "in", "b", "in", "c"]


def test_a_return_that_nobody_called_goes_its_other_way() -> None:
    inner = block("g.in", Return("g", "ok", at("lost")))
    machine = call(graph(block("a", Jump(at("g.in"))), inner, leaf("lost")))
    machine.handle(DIALLED)
    assert machine.block == at("lost")


def test_a_graph_that_goes_round_without_the_caller_is_our_mistake() -> None:
    machine = call(graph(block("a", Jump(at("b"))), block("b", Jump(at("a")))))
    with pytest.raises(MachineError, match="without end"):
        machine.handle(DIALLED)


FAR = 10_001


def test_a_way_round_of_any_length_is_found() -> None:
    way = (block(f"n{i}", Jump(at(f"n{(i + 1) % FAR}"))) for i in range(FAR))
    with pytest.raises(MachineError, match="without end"):
        call(graph(*way)).handle(DIALLED)


def test_a_long_way_without_the_caller_comes_to_its_end() -> None:
    way = (block(f"n{i}", Jump(at(f"n{i + 1}"))) for i in range(FAR))
    machine = call(graph(*way, leaf(f"n{FAR}")))
    machine.handle(DIALLED)
    assert machine.marks == (f"n{FAR}",)


def test_a_way_round_that_counts_is_gone_as_often_as_it_says() -> None:
    count = Read("f.x", Scalar.INT)
    one_more = Assign("f.x", Binary("+", count, Literal(1, Scalar.INT)))
    again = Branch(Binary("<", count, Literal(FAR, Scalar.INT)), at("b"), at("c"))
    begin = block("a", Jump(at("b")), Assign("f.x", Literal(0, Scalar.INT)))
    machine = call(graph(begin, block("b", again, one_more), leaf("c")))
    machine.handle(DIALLED)
    assert machine.values["f.x"] == FAR
    assert machine.marks == ("c",)


def test_the_handler_runs_once_at_the_callers_hang_up() -> None:
    handler = block("h", Hangup(), Mark("handled"))
    machine = call(graph(block("a", Hangup(), Play(said("p"))), handler, on_hangup=at("h")))
    machine.handle(DIALLED)
    machine.handle(CallerHungUp(500))
    machine.handle(CallerHungUp(600))
    after = (HungUp("caller"), Entered(at("h")), Marked("handled"))
    assert machine.trace.steps[2:] == after
    assert machine.trace.times[-1] == 500


def test_the_handler_may_ask_the_runtime_after_the_call() -> None:
    ticket = Invoke("f.h", InvokeKind.TICKET, "tickets", "open", (), (), (), 2000)
    handler = block("h", switch(ticket, done="i", error="i", unknown="i"), ticket)
    of = graph(block("a", Hangup(17)), handler, leaf("i"), on_hangup=at("h"))
    machine = call(of)
    commands = machine.handle(DIALLED)
    assert commands[1] == EndCall(17)
    assert isinstance(commands[2], AskService)
    assert not machine.is_over
    machine.handle(Answered("done", 100))
    assert machine.is_over
    assert sum(isinstance(step, HungUp) for step in machine.trace.steps) == 1


def listening(**more: object) -> FlowGraph:
    collect = Collect(Options(("1",)))
    ways = switch(collect, **{"1": "b", "silence": "b", "key": "b", "error": "c"})
    start = block("a", ways, Cue(said("p"), CueKind.ENTRY), collect)
    return graph(start, leaf("b"), leaf("c"), leaf("out"), **more)


def test_a_call_that_is_too_long_takes_its_way_out() -> None:
    machine = call(listening(limits=Limits(3, at("out"))))
    machine.handle(DIALLED)
    assert machine.limit_at == 3000
    machine.handle(LimitReached(3000))
    assert machine.marks == ("out",)


def test_a_call_that_is_too_long_ends_where_no_way_out_is_named() -> None:
    machine = call(listening(limits=Limits(3)))
    machine.handle(DIALLED)
    assert EndCall(16) in machine.handle(LimitReached(3000))
    assert machine.trace.steps[-1] == HungUp("limit")


def test_a_server_that_cannot_play_ends_the_attempt_with_error() -> None:
    machine = call(listening())
    machine.handle(DIALLED)
    machine.handle(AudioFailed(10))
    assert machine.marks == ("c",)


def test_a_key_that_no_telephone_has_is_the_drivers_mistake() -> None:
    machine = call(listening())
    machine.handle(DIALLED)
    with pytest.raises(MachineError, match="no key"):
        machine.handle(KeyPressed("٣", 10))


def test_timers_are_absolute_and_begin_at_the_end_of_the_audio() -> None:
    machine = call(listening())
    machine.handle(DIALLED)
    assert machine.handle(AudioEnded(700)) == (WaitForKeys(5700),)
    machine.handle(TimerExpired(5700))
    assert Ended(at("a"), "silence") in machine.trace.steps


def queued() -> Machine:
    enqueue = Enqueue("tv", 90, None, ("1",))
    ways = {name: name for name in outcomes(enqueue)}
    start = block("a", switch(enqueue, **ways), enqueue)
    machine = call(graph(start, *(leaf(name) for name in ways), limits=Limits(10)))
    assert JoinQueue("tv", 0, ("1",), 90_000) in machine.handle(DIALLED)
    return machine


def test_the_longest_wait_ends_a_queue() -> None:
    machine = queued()
    assert LeaveQueue() in machine.handle(TimerExpired(90_000))
    assert machine.marks == ("waited_too_long",)
    assert machine.values["call.waited"] == 90


def test_an_exit_key_leaves_the_queue_and_others_do_not() -> None:
    machine = queued()
    assert machine.handle(KeyPressed("2", 1000)) == ()
    machine.handle(KeyPressed("1", 2000))
    assert machine.marks == ("key_1",)


def test_the_calls_clock_stands_still_in_queue_and_talk() -> None:
    machine = queued()
    assert machine.limit_at is None
    machine.handle(AgentAnswered(60_000))
    assert machine.phase is Phase.TALKING
    assert machine.limit_at is None
    assert machine.handle(KeyPressed("1", 61_000)) == ()
    machine.handle(QueueEnded("after_agent", 200_000))
    assert machine.marks == ("after_agent",)
    assert machine.values["call.waited"] == 60


def test_numbers_are_rung_in_turn_and_only_those_allowed() -> None:
    numbers = tuple(Literal(n, Scalar.DIGITS) for n in ("07501", "110", "12;rm", "07502"))
    dial = Dial(numbers, ("0750*",), 20)
    ways = {name: name for name in outcomes(dial)}
    machine = call(graph(block("a", switch(dial, **ways), dial), *(leaf(n) for n in ways)))
    assert DialNumber("07501", 20, "", ()) in machine.handle(DIALLED)
    assert machine.handle(DialEnded("busy", 5000)) == (DialNumber("07502", 20, "", ()),)
    machine.handle(DialEnded("no_answer", 30_000))
    assert machine.marks == ("no_answer",)


def test_a_number_that_is_not_allowed_is_failed_and_not_dialled() -> None:
    dial = Dial((Literal("110", Scalar.DIGITS),), ("0750*", "111"))
    ways = {name: name for name in outcomes(dial)}
    machine = call(graph(block("a", switch(dial, **ways), dial), *(leaf(n) for n in ways)))
    assert not [c for c in machine.handle(DIALLED) if isinstance(c, DialNumber)]
    assert machine.marks == ("failed",)


def recorded() -> FlowGraph:
    record = Record("f.recording", 60, 4)
    return graph(block("a", switch(record, done="b", empty="b", error="b"), record), leaf("b"))


def test_a_recordings_id_is_kept_where_there_is_a_recording() -> None:
    machine = call(recorded())
    assert RecordCaller(60, 4, "#") in machine.handle(DIALLED)
    assert machine.values["f.recording"] == "recording-1"
    machine.handle(RecordingEnded("done", 9000))
    assert machine.values["f.recording"] == "recording-1"


@pytest.mark.parametrize("outcome", ["empty", "error"])
def test_an_empty_recording_leaves_no_id(outcome: str) -> None:
    machine = call(recorded())
    machine.handle(DIALLED)
    machine.handle(RecordingEnded(outcome, 9000))
    assert "f.recording" not in machine.values


@pytest.mark.parametrize(("after_ms", "is_left"), [(749, False), (750, True)])
def test_who_hangs_up_while_speaking_has_left_a_recording(after_ms: int, is_left: bool) -> None:
    handler = replace(recorded(), on_hangup=BlockId("f", "b"))
    machine = call(handler)
    machine.handle(DIALLED)
    machine.handle(CallerHungUp(after_ms))
    assert machine.is_over
    assert ("f.recording" in machine.values) == is_left
