"""The files of a release: strictly read, the same each time, and refused where they can't be made."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib import import_module

import pytest
from machine_calls import AUDIO_MS, Played, World
from native_graphs import at, block, expressions, graph, said
from stand_ins.callers import ScriptCaller
from stand_ins.freeswitch import FreeswitchStandIn
from stand_ins.making import release_on
from test_graphs_asterisk import CALLER, FRAGMENTS, MOMENT, RECORDINGS, SCENES

from flowc.expression.tree import Binary, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Call, Hangup, Jump, Return, Switch
from flowc.graph.model import Block, FlowGraph, Limits
from flowc.graph.operations import OUTCOME, Dial, Enqueue, Play, Remember, outcomes
from flowc.graph.prompts import Phrase, ReadAs, Spoken
from flowc.target import Bundle, EmitError, EmitRequest, Environment, LabCall, QueueSettings
from flowc_freeswitch import TARGET
from flowc_freeswitch.entry import MOST_TALKS

LUAS = ("lua51", "lua52", "lua53", "lua54", "luajit21")
PLACE = Environment("/s/sounds", "/s/recordings")


def emitted(made: FlowGraph, *, lab: bool = False, place: Environment = PLACE) -> Bundle:
    return TARGET.emit(EmitRequest(made, "abcdef01" * 8, place, None, FRAGMENTS, lab=lab))


def test_the_same_request_gives_the_same_bytes() -> None:
    scene = SCENES["menus are gone back to, newest first"]
    assert emitted(scene.graph) == emitted(scene.graph)


def test_every_xml_file_is_read_by_a_strict_parser() -> None:
    waits = Enqueue("support", 60)
    made = graph(
        block("go", waits, to=Switch(OUTCOME, tuple((o, at("end")) for o in outcomes(waits))))
    )
    queues = {"support": QueueSettings(("user/1001", "user/1002"), most_waiting=3)}
    bundle = emitted(made, lab=True, place=replace(PLACE, queues=queues))
    dialplan = ET.fromstring(bundle.artifact("entry/dialplan.xml").text)
    assert [each.get("name") for each in dialplan.iter("context")] == ["flowc-entry", "flowc-lab"]
    actions = [(each.get("application"), each.get("data")) for each in dialplan.iter("action")]
    assert actions[0] == ("lua", "flowc/abcdef01/interpreter.lua start 7000")
    assert actions[-1] == ("hangup", "NORMAL_TEMPORARY_FAILURE")
    known = ET.fromstring(bundle.artifact("entry/queues.xml").text)
    assert [each.get("name") for each in known.iter("queue")] == ["fl-support"]
    seats = ET.fromstring(bundle.artifact("entry/tiers.xml").text)
    assert [each.get("agent") for each in seats.iter("tier")] == ["fl-user+1001", "fl-user+1002"]
    agents = ET.fromstring(bundle.artifact("entry/agents.xml").text)
    assert [each.get("contact") for each in agents.iter("agent")] == [
        "[leg_timeout=15]user/1001",
        "[leg_timeout=15]user/1002",
    ]


def test_a_deployed_entry_leads_to_the_scripts_beside_the_releases_sounds() -> None:
    text = emitted(expressions()).artifact("entry/dialplan.xml").text
    assert 'application="lua" data="/s/scripts/interpreter.lua start 7000"' in text


def test_a_flows_script_says_how_its_blocks_are_found_where_they_are_written() -> None:
    bundle = emitted(SCENES["menus are gone back to, newest first"].graph)
    first, _, _ = bundle.artifact("scripts/flow_f.lua").text.partition("\n")
    assert first.endswith("flowc where fl-abcdef01.f.node,part")


def test_only_the_lab_obeys_what_a_call_says_of_itself() -> None:
    made = expressions()
    assert "lab" not in emitted(made).artifact("entry/dialplan.xml").text
    assert "start 7000 lab" in emitted(made, lab=True).artifact("entry/dialplan.xml").text


@pytest.mark.parametrize("version", LUAS)
def test_every_script_is_read_by_every_lua_that_servers_are_built_with(version: str) -> None:
    lua = import_module(f"lupa.{version}").LuaRuntime()
    load = lua.eval("function(text, name) return (loadstring or load)(text, name) ~= nil end")
    for artifact in emitted(expressions()).artifacts:
        if artifact.path.endswith(".lua"):
            assert load(artifact.text, artifact.path), artifact.path


@pytest.mark.parametrize("version", LUAS)
def test_expressions_have_one_value_in_every_lua(version: str) -> None:
    scene = SCENES["every expression has the value that the machine gives it"]
    release = release_on("freeswitch", scene.graph, digit_fragments=FRAGMENTS)
    lua = import_module(f"lupa.{version}").LuaRuntime
    server = FreeswitchStandIn(release, dict.fromkeys(RECORDINGS, AUDIO_MS), lua=lua)
    trace = server.play(LabCall("t1", "0" * 8, "7000", CALLER, MOMENT), ScriptCaller(()))
    world = World(scene.graph, MOMENT, scene.flags)
    assert trace.steps == Played(scene.graph, world, ()).play("7000", CALLER).steps


def test_all_that_cannot_be_expressed_is_told_at_once() -> None:
    price = Read("f.price", Scalar.DECIMAL)
    value = Phrase("p", tuple((one, (Spoken("f.price", ReadAs.DECIMAL),)) for one in ("zh", "en")))
    made = graph(
        block("a", Play((value,)), to=Branch(Binary("<", price, price), at("b"), at("end"))),
        block("b", Play(said("no_such")), to=Hangup()),
        variables={"f.price": Scalar.DECIMAL},
    )
    request = EmitRequest(made, "0" * 8, PLACE, frozenset({"zh/else"}))
    with pytest.raises(EmitError) as caught:
        TARGET.emit(request)
    told = "; ".join(map(str, caught.value.problems))
    assert "f.a.start: the value of `f.price` has no reading" in told
    assert "there is no sound `zh/no_such`" in told


def test_a_number_that_may_be_dialled_is_a_number() -> None:
    dial = Dial((), ("1*", "loopback/x*"))
    made = graph(
        block("go", dial, to=Switch(OUTCOME, tuple((o, at("end")) for o in outcomes(dial))))
    )
    with pytest.raises(EmitError, match="is no number"):
        emitted(made)


def test_what_a_call_loads_first_does_not_grow_with_the_project() -> None:
    """Menus that are gone back to and places that flows return to stand with their own flows."""
    small = graph(block("go", to=Hangup()))
    more = [
        one
        for flow in (f"g{number}" for number in range(100))
        for one in (
            block(
                f"{flow}.top.start",
                Remember(f"{flow}.top"),
                to=Call(flow, at(f"{flow}.in.start"), 1, ()),
            ),
            block(f"{flow}.in.start", to=Return(flow, "done", at("end"))),
        )
    ]
    menus = {one.id.node_name: one.id for one in more}
    large = graph(block("go", to=Hangup()), *more, menus=menus)
    first = ("scripts/interpreter.lua", "scripts/release.lua", "scripts/flow_f.lua")
    assert [len(emitted(large).artifact(path).content) for path in first] == [
        len(emitted(small).artifact(path).content) for path in first
    ]


def _waits(name: str, then: str) -> Block:
    """A queue whose talk leads on to a block, and everything else to the end."""
    waits = Enqueue("support", 60)
    ways = tuple((one, at(then if one == "after_agent" else "end")) for one in outcomes(waits))
    return block(name, waits, to=Switch(OUTCOME, ways))


@pytest.mark.parametrize(
    ("blocks", "limits", "talks"),
    [
        ((_waits("go", "end"),), Limits(), 1),
        ((_waits("go", "bye"), block("bye", to=Jump(at("end")))), Limits(), 1),
        ((_waits("go", "again"), _waits("again", "end")), Limits(), MOST_TALKS),
        ((_waits("go", "go"),), Limits(), MOST_TALKS),
        ((_waits("go", "end"),), Limits(to=at("go")), MOST_TALKS),
    ],
    ids=["once", "no more after it", "two after each other", "round", "the way out leads there"],
)
def test_the_entry_leads_on_after_as_many_talks_as_a_call_can_have(
    blocks: tuple[Block, ...], limits: Limits, talks: int
) -> None:
    place = replace(PLACE, queues={"support": QueueSettings(("user/1001",))})
    text = emitted(graph(*blocks, limits=limits), place=place).artifact("entry/dialplan.xml").text
    assert text.count("interpreter.lua resume") == talks
