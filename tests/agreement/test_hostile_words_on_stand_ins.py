"""Words of callers and back ends that look like a server's own signs: found by `make test-injection` on
real servers, and held here without one.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from native_graphs import at, block, digits, graph
from stand_ins.asterisk import AsteriskStandIn
from stand_ins.callers import ScriptCaller
from stand_ins.freeswitch import FreeswitchStandIn, server
from stand_ins.making import TARGETS, release_on, stand_in
from stand_ins.shape import Played, World
from test_outside_asterisk import LOOKUP, NAME, one

from flowc.expression.tree import IsSet, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Jump, Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import (
    OUTCOME,
    Assign,
    Dial,
    Ending,
    Enqueue,
    Invoke,
    Mark,
    outcomes,
)
from flowc.machine.trace import Assigned, Ended, Marked
from flowc.runtime.services.scripts import ScriptedReply
from flowc.target import DialScene, LabCall, QueueScene

NUMBER = "13800000000"
ASKED = LabCall("t1", "0" * 8, "7000", NUMBER, 1_790_000_000)
RING, WAIT = Dial((digits("100"),), ("100",), 2), Enqueue("agents", 2)
QUEUES = (QueueScene("agents", "waited_too_long"),)
ASK = Invoke("f.ask", LOOKUP, "s", "ask", (), (NAME,), (), 2000)
TEXTS = {"f.name": Scalar.TEXT, "f.copy": Scalar.DIGITS}

by_target = pytest.mark.parametrize("target", TARGETS)
by_operation = pytest.mark.parametrize("operation", [RING, WAIT], ids=["dial", "queue"])


def ways(operation: Ending, to: str) -> Switch:
    return Switch(OUTCOME, tuple((outcome, at(to)) for outcome in outcomes(operation)))


def going(operation: Ending) -> FlowGraph:
    return graph(block("go", operation, to=ways(operation, "end")))


def called(target: str, made: FlowGraph, asked: LabCall = ASKED, name: str = "") -> Played:
    world = World(replies={"s.ask": (ScriptedReply("done", {"name": name}),)})
    return stand_in(target, release_on(target, made), {}).call(asked, ScriptCaller(()), world)


# --- signs that end what they stand in


def compared() -> FlowGraph:
    """A text of a back end is asked about in both ways there are."""
    name = Read("f.name", Scalar.TEXT)
    return graph(
        block("go", ASK, to=ways(ASK, "look")),
        block("look", to=Branch(IsSet(name), at("set"), at("end"))),
        block("set", Mark("is_set"), to=Switch("f.name", (("vip", at("vip")),), at("end"))),
        block("vip", Mark("is_vip"), to=Jump(at("end"))),
        variables=TEXTS,
    )


@by_target
@pytest.mark.parametrize(
    "text", ["x)X-Evil: 1", "vip):0", "vip):9", "v ip", "vip;", ":", ")", "(:", "vip", "中"]
)
def test_a_text_is_set_and_equal_to_itself_whatever_its_signs(target: str, text: str) -> None:
    steps = called(target, compared(), name=text).trace.steps
    expected = ["is_set", "is_vip"] if text == "vip" else ["is_set"]
    assert [step.name for step in steps if isinstance(step, Marked)] == expected


@by_target
@pytest.mark.parametrize("number", [f"{NUMBER}):0", f"{NUMBER}):0:9", "x)X-Evil: 1", "1(:", "):"])
def test_what_only_begins_like_a_number_is_nobody_s(target: str, number: str) -> None:
    copying = Assign("f.copy", Read("call.from", Scalar.DIGITS))
    made = graph(block("go", copying, to=Jump(at("end"))), variables=TEXTS)
    played = called(target, made, replace(ASKED, caller=number))
    assert [step for step in played.trace.steps if isinstance(step, Assigned)] == []


@pytest.mark.parametrize("number", [f"{NUMBER}):0", "x)X-Evil: 1"])
def test_asterisk_s_record_withholds_what_is_no_number(number: str) -> None:
    stand_in = AsteriskStandIn(release_on("asterisk", graph(block("go", to=Jump(at("end"))))), {})
    call = stand_in.call(replace(ASKED, caller=number), ScriptCaller(()))
    assert call.channel.record == "00000000 by=flow at=f.end to=7000 from=withheld"


@by_target
@pytest.mark.parametrize("text", ["100):0", "100):0:3", "1 00", "100:"])
def test_a_text_that_only_begins_like_an_allowed_number_is_not_dialled(
    target: str, text: str
) -> None:
    ring = Dial((Read("f.name", Scalar.TEXT),), ("100",), 2)
    made = graph(
        block("go", ASK, to=ways(ASK, "ring")),
        block("ring", ring, to=ways(ring, "end")),
        variables=TEXTS,
    )
    played = called(target, made, replace(ASKED, dials=(DialScene("busy"),)), text)
    assert [step.outcome for step in played.trace.steps if isinstance(step, Ended)][1] == "failed"


# --- names of several lines, which servers hand on as they came


@by_operation
@pytest.mark.parametrize(
    ("number", "left"),
    [
        (NUMBER, NUMBER),
        ("138\r\nX-Evil: 1", ""),
        ("138\nEvent: Forged", ""),
        ("1)2:9\r\nX-Evil: 1", ""),
    ],
)
def test_on_asterisk_a_number_of_several_lines_rings_nobody_s_telephone(
    number: str, left: str, operation: Ending
) -> None:
    stand_in = AsteriskStandIn(release_on("asterisk", going(operation)), {})
    call = stand_in.call(replace(ASKED, caller=number, queues=QUEUES), ScriptCaller(()))
    assert call.channel.caller == left


def on_freeswitch(made: FlowGraph, asked: LabCall = ASKED, **variables: str) -> server.Call:
    stand_in = FreeswitchStandIn(release_on("freeswitch", made), {})
    call = stand_in.begun(asked, ScriptCaller(()))
    call.variables |= variables
    stand_in.finished(call)
    return call


@by_operation
@pytest.mark.parametrize(
    ("name", "number"),
    [("x\r\nX-Evil: 1", NUMBER), ("x\nContent-Length: 9", ""), ("Bob", "1\n2"), ("Bob", "1%0a2")],
)
def test_on_freeswitch_a_name_of_several_lines_rings_nobody_s_telephone(
    name: str, number: str, operation: Ending
) -> None:
    asked = replace(ASKED, queues=QUEUES)
    call = on_freeswitch(going(operation), asked, caller_id_name=name, caller_id_number=number)
    assert call.variables["caller_id_name"] == "anonymous"
    assert call.variables["caller_id_number"] == "anonymous"


def test_on_freeswitch_any_other_name_stays() -> None:
    call = on_freeswitch(going(RING), caller_id_name="王小明 & 100%")
    assert call.variables["caller_id_name"] == "王小明 & 100%"


@by_operation
def test_on_freeswitch_a_caller_s_own_headers_ring_nobody_s_telephone(operation: Ending) -> None:
    call = on_freeswitch(going(operation), replace(ASKED, queues=QUEUES))
    assert call.variables["sip_copy_custom_headers"] == "false"


# --- what FreeSWITCH's modules and the runtime take


@pytest.mark.parametrize(
    ("member", "joins"),
    [
        ("{}|h|u|s|1|Bob|1|1|0|0|0|0|0|||Waiting|1", False),
        ("{}|h|u|s|1|Bob|1|1|0|0|0|0|0|||Trying|1", False),
        ("{}|h|u|s|1|x|Waiting|y|1|1|0|0|1|0|0|||Abandoned|1", True),
    ],
)
def test_a_name_that_looks_like_a_state_takes_nobody_s_place_in_a_queue(
    member: str, joins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_WAITS", member)
    call = on_freeswitch(going(WAIT), replace(ASKED, queues=(QueueScene("agents", "full"),)))
    ended = [step.outcome for step in call.reader.trace.steps if isinstance(step, Ended)]
    assert ("full" not in ended) is joins
    assert any("callcenter fl-agents" in line for line in call.log) is joins


def test_a_call_by_an_endless_token_asks_what_the_runtime_can_answer() -> None:
    call = on_freeswitch(one(ASK), replace(ASKED, token="t" * 100))
    assert call.fired[0].headers["Flowc-Token"] == "t" * 64
