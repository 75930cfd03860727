"""Who calls by a name or a number that no line can hold is put through as nobody; what a name looks
like changes nothing of how many wait. On real servers: `make test-injection`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from native_graphs import at, block, digits, graph
from stand_ins.asterisk import AsteriskStandIn
from stand_ins.callers import ScriptCaller
from stand_ins.freeswitch import FreeswitchStandIn, server
from stand_ins.making import release_on

from flowc.graph.exits import Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import OUTCOME, Dial, Ending, Enqueue, outcomes
from flowc.machine.trace import Ended
from flowc.target import LabCall, QueueScene

NUMBER = "13800000000"
ASKED = LabCall("t1", "0" * 8, "7000", NUMBER, 1_790_000_000)
RING, WAIT = Dial((digits("100"),), ("100",), 2), Enqueue("agents", 2)


def going(operation: Ending) -> FlowGraph:
    ways = tuple((outcome, at("end")) for outcome in outcomes(operation))
    return graph(block("go", operation, to=Switch(OUTCOME, ways)))


@pytest.mark.parametrize("operation", [RING, WAIT], ids=["dial", "queue"])
@pytest.mark.parametrize(
    ("number", "left"), [(NUMBER, NUMBER), ("138\r\nX-Evil: 1", ""), ("138\nEvent: Forged", "")]
)
def test_on_asterisk_a_number_of_several_lines_rings_nobody_s_telephone(
    number: str, left: str, operation: Ending
) -> None:
    stand_in = AsteriskStandIn(release_on("asterisk", going(operation)), {})
    call = stand_in.call(replace(ASKED, caller=number, queues=QUEUES), ScriptCaller(()))
    assert call.channel.caller == left


QUEUES = (QueueScene("agents", "waited_too_long"),)


def called(operation: Ending, asked: LabCall = ASKED, **variables: str) -> server.Call:
    stand_in = FreeswitchStandIn(release_on("freeswitch", going(operation)), {})
    call = stand_in.begun(asked, ScriptCaller(()))
    call.variables |= variables
    stand_in.finished(call)
    return call


@pytest.mark.parametrize("operation", [RING, WAIT], ids=["dial", "queue"])
@pytest.mark.parametrize(
    ("name", "number"),
    [("x\r\nX-Evil: 1", NUMBER), ("x\nContent-Length: 9", ""), ("Bob", "1\n2"), ("Bob", "1%0a2")],
)
def test_on_freeswitch_a_name_of_several_lines_rings_nobody_s_telephone(
    name: str, number: str, operation: Ending
) -> None:
    asked = replace(ASKED, queues=QUEUES)
    call = called(operation, asked, caller_id_name=name, caller_id_number=number)
    assert call.variables["caller_id_name"] == "anonymous"
    assert call.variables["caller_id_number"] == "anonymous"


def test_on_freeswitch_any_other_name_stays() -> None:
    call = called(RING, caller_id_name="王小明 & 100%")
    assert call.variables["caller_id_name"] == "王小明 & 100%"


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
    call = called(WAIT, replace(ASKED, queues=(QueueScene("agents", "full"),)))
    assert ("full" not in outcomes_of(call)) is joins
    assert any("callcenter fl-agents" in line for line in call.log) is joins


def outcomes_of(call: server.Call) -> list[str]:
    return [step.outcome for step in call.reader.trace.steps if isinstance(step, Ended)]
