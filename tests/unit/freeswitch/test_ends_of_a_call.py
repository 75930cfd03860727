"""What a call leaves for after its end: nothing, where there is nothing to do."""

from __future__ import annotations

from native_graphs import at, block, graph, said
from stand_ins.callers import ScriptCaller
from stand_ins.freeswitch import FreeswitchStandIn
from stand_ins.freeswitch.server import Call
from stand_ins.making import release_on

from flowc.graph.exits import Hangup, Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import OUTCOME, Collect, Cue, CueKind, Digits, Mark, outcomes
from flowc.target import LabCall

HOOK = "lua /scripts/interpreter.lua hangup"
ASKED = LabCall("", "0" * 8, "7000", "13800000000", 1_790_000_000)


def called(made: FlowGraph) -> Call:
    """A call in production: no test asks it anything."""
    server = FreeswitchStandIn(release_on("freeswitch", made, lab=False), {"zh/ask": 200})
    return server.finished(server.begun(ASKED, ScriptCaller(()))).call


def test_a_call_without_a_handler_leaves_nothing_to_do() -> None:
    call = called(graph(block("go", to=Hangup())))
    assert "api_hangup_hook" not in call.variables
    assert (call.memory, call.most_kept) == ({}, 0)


def test_a_call_with_a_handler_has_it_run_at_its_end() -> None:
    blocks = (block("go", to=Hangup()), block("after", Mark("over"), to=Hangup()))
    call = called(graph(*blocks, on_hangup=at("after")))
    assert call.variables["api_hangup_hook"] == HOOK
    assert (call.memory, call.most_kept) == ({}, 1)


def test_a_call_names_its_release() -> None:
    assert called(graph(block("go", to=Hangup()))).variables["flowc_release"] == "0" * 8


def test_a_calls_record_tells_who_ended_it_and_where_and_its_marks() -> None:
    call = called(graph(block("go", Mark("passed"), to=Hangup())))
    told = "00000000 by=flow at=f.go to=7000 from=138****0000 passed"
    assert call.variables["flowc_record"] == told


def test_a_handler_that_ends_does_not_take_the_call_for_ended_by_the_flow() -> None:
    asks = block("go", Cue(said("ask"), CueKind.ENTRY), Collect(Digits(1, 4)), to=_leads_on())
    blocks = (asks, block("after", Mark("over"), to=Hangup()))
    call = called(graph(*blocks, on_hangup=at("after")))
    told = "00000000 by=caller at=f.go to=7000 from=138****0000 over"
    assert call.variables["flowc_record"] == told


def _leads_on() -> Switch:
    return Switch(OUTCOME, tuple((way, at("end")) for way in outcomes(Collect(Digits(1, 4)))))


def test_a_mark_that_is_passed_after_the_end_is_in_the_record_too() -> None:
    blocks = (block("go", to=Hangup()), block("after", Mark("over"), to=Hangup()))
    call = called(graph(*blocks, on_hangup=at("after")))
    told = "00000000 by=flow at=f.go to=7000 from=138****0000 over"
    assert call.variables["flowc_record"] == told
