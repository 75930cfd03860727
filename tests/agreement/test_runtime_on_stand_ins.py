"""What a call does with the runtime's answers, and with none, on the rendered text of every target."""

from __future__ import annotations

import pytest
from native_graphs import at, block, graph, said
from stand_ins.callers import ScriptCaller, TimedCaller
from stand_ins.making import TARGETS, release_on, stand_in
from stand_ins.shape import Played, State, World
from test_outside_asterisk import HOSTILE, LOOKUP, NAME, REQUEST, TICKET, one

from flowc.graph.exits import Hangup, Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import OUTCOME, Invoke, InvokeKind, Mark, outcomes
from flowc.live.acts import HangUp
from flowc.machine.trace import Assigned, Ended, HungUp, Marked
from flowc.runtime.services.scripts import ScriptedReply
from flowc.target import LabCall

ASKED = LabCall("t1", "0" * 8, "7000", "13800000000", 1_790_000_000)
DEADLINE = 2000
KINDS = (LOOKUP, REQUEST, TICKET)
# How long a call waits for a runtime that takes the question and says nothing: Asterisk by its own
# limit round the question, FreeSWITCH up to the question's deadline and a little.
HUNG_MS = {"asterisk": 2500, "freeswitch": 2300}


def asking(kind: InvokeKind) -> Invoke:
    return Invoke("f.ask", kind, "s", "ask", (), (NAME,), ("not_found",), DEADLINE, said("ask"))


def called(target: str, made: FlowGraph, world: World) -> Played:
    server = stand_in(target, release_on(target, made), {"zh/ask": 400})
    return server.call(ASKED, ScriptCaller(()), world)


def answered(*replies: ScriptedReply) -> World:
    return World(replies={"s.ask": replies})


def ended(call: Played) -> tuple[str, int]:
    steps = zip(call.trace.steps, call.trace.times, strict=True)
    return next((step.outcome, when) for step, when in steps if isinstance(step, Ended))


def assigned(call: Played) -> list[Assigned]:
    return [step for step in call.trace.steps if isinstance(step, Assigned)]


by_target = pytest.mark.parametrize("target", TARGETS)
by_kind = pytest.mark.parametrize("kind", KINDS)


@by_target
@by_kind
@pytest.mark.parametrize(
    "value", ["x", HOSTILE, "中文，“引号”", "a\\b", "a&b=c;d", " two  blanks "]
)
def test_an_answer_is_held_as_it_is(target: str, kind: InvokeKind, value: str) -> None:
    call = called(target, one(asking(kind)), answered(ScriptedReply("done", {"name": value})))
    assert ended(call)[0] == "done"
    assert assigned(call) == [Assigned("f.name", value)]


@by_target
@by_kind
@pytest.mark.parametrize("result", ["not_found", "error"])
def test_another_outcome_leaves_nothing_set(target: str, kind: InvokeKind, result: str) -> None:
    call = called(target, one(asking(kind)), answered(ScriptedReply(result)))
    assert ended(call)[0] == result
    assert not assigned(call)


@by_target
@by_kind
def test_a_slow_answer_is_waited_for_up_to_its_deadline(target: str, kind: InvokeKind) -> None:
    slow = answered(ScriptedReply("done", {"name": "x"}, 1.8))
    outcome, waited = ended(called(target, one(asking(kind)), slow))
    assert outcome == "done"
    assert 1800 <= waited <= 1900
    silent = answered(ScriptedReply("silent"))
    outcome, waited = ended(called(target, one(asking(kind)), silent))
    assert outcome == ("error" if kind is LOOKUP else "unknown")
    assert DEADLINE <= waited <= DEADLINE + 400


@by_target
@by_kind
def test_a_hung_runtime_is_left_in_time(target: str, kind: InvokeKind) -> None:
    call = called(target, one(asking(kind)), World(runtime=State.HANGS))
    outcome, waited = ended(call)
    # One that has not said that it begins has surely done nothing.
    assert outcome == "error"
    assert abs(waited - HUNG_MS[target]) <= 60


@by_target
@by_kind
def test_a_runtime_that_is_not_there_is_an_error_at_once(target: str, kind: InvokeKind) -> None:
    outcome, waited = ended(called(target, one(asking(kind)), World(runtime=State.IS_DOWN)))
    assert outcome == "error"
    assert waited <= 60


def with_handler() -> FlowGraph:
    """A handler of the end that asks."""
    asks = asking(TICKET)
    ways = tuple((way, at(f"after.{way}")) for way in outcomes(asks))
    marks = [block(f"after.{way}", Mark(f"was_{way}"), to=Hangup()) for way in outcomes(asks)]
    return graph(
        block("wait", to=Hangup()),
        block("after", asks, to=Switch(OUTCOME, ways)),
        *marks,
        on_hangup=at("after"),
    )


@by_target
@pytest.mark.parametrize(
    ("world", "outcome"),
    [
        (answered(ScriptedReply("done", {"name": "x"})), "done"),
        (answered(ScriptedReply("unknown")), "unknown"),
        (World(runtime=State.IS_DOWN), "error"),
        (World(runtime=State.HANGS), "error"),
    ],
    ids=["done", "unknown", "down", "hung"],
)
def test_the_end_of_a_call_asks_whoever_is_there(target: str, world: World, outcome: str) -> None:
    call = called(target, with_handler(), world)
    steps = call.trace.steps
    assert [step.name for step in steps if isinstance(step, Marked)] == [f"was_{outcome}"]
    assert sum(isinstance(step, HungUp) for step in steps) == 1


@by_target
@by_kind
def test_a_caller_who_hangs_up_meanwhile_ends_the_call(target: str, kind: InvokeKind) -> None:
    server = stand_in(target, release_on(target, one(asking(kind))), {"zh/ask": 400})
    slow = answered(ScriptedReply("done", {"name": "x"}, 1.5))
    call = server.call(ASKED, TimedCaller([(700, HangUp())]), slow)
    assert not [step for step in call.trace.steps if isinstance(step, Ended)]
    assert call.trace.steps[-1] == HungUp("caller")
    assert call.trace.times[-1] <= 800
