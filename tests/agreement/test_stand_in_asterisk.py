"""The rendered dialplan on the stand-in: every input vector, every graph by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_calls import AUDIO_MS, Played, World
from stand_ins.asterisk import AsteriskCall, AsteriskStandIn
from stand_ins.callers import ScriptCaller, VectorCaller
from stand_ins.making import release_on
from test_graphs_asterisk import CALLER, FRAGMENTS, MOMENT, RECORDINGS, SCENES
from vectors.graphs import NUMBER, PROMPTS
from vectors.table import FLOWS, VECTORS, Vector

from flowc.machine.trace import Ended, Entered, Offered
from flowc.target import LabCall

# 50 ms and a little between the files of a list, 20 ms of silence at its end, 20 ms for a flush.
LATEST_MS = 30
LENGTHS = {f"zh/{name}": length for name, length in PROMPTS.items()}


@pytest.fixture(scope="module")
def servers() -> dict[str, AsteriskStandIn]:
    return {
        name: AsteriskStandIn(release_on("asterisk", graph), LENGTHS)
        for name, graph in FLOWS.items()
    }


def call_to(number: str) -> LabCall:
    return LabCall("t1", "0" * 8, number, CALLER, MOMENT)


def acted_late(vector: Vector, call: AsteriskCall, keys: list[int]) -> int:
    """How much later than the table says the call reached its last node."""
    steps = zip(call.trace.steps, call.trace.times, strict=True)
    acted = call.line.zero + max(at for step, at in steps if isinstance(step, Entered))
    if vector.acts.since == "audio":
        since = call.line.ends[-1]
    else:
        since = keys[sum(len(press.keys) for press in vector.presses) - 1 - vector.acts.back]
    return acted - since - vector.acts.wait


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_rendered_dialplan_as_the_table_says(
    vector: Vector, servers: dict[str, AsteriskStandIn]
) -> None:
    caller = VectorCaller(vector.presses)
    call = servers[vector.flow].call(call_to(NUMBER), caller)
    steps = call.trace.steps
    ended = [f"{step.block.node}: {step.outcome}" for step in steps if isinstance(step, Ended)]
    assert ended == list(vector.ended), "\n".join(call.channel.log)
    assert [step.block.node for step in steps if isinstance(step, Entered)][-1] == vector.at
    asked = [step.block.node for step in steps if isinstance(step, Ended)]
    assert call.reader.value(f"v.{asked[-1]}") == vector.value
    counted = [int(call.reader.value(name) or 0) for name in ("input.silences", "input.wrongs")]
    assert counted == [vector.silences, vector.wrongs]
    assert call.reader.value("cause") == vector.cause
    offered = ("+".join(s.sounds).replace("zh/", "") for s in steps if isinstance(s, Offered))
    if vector.offered:
        assert tuple(offered) == vector.offered
    assert 0 <= acted_late(vector, call, caller.keys) <= LATEST_MS


@pytest.mark.parametrize("name", SCENES)
def test_a_graph_gives_the_same_trace_on_the_rendered_dialplan_as_on_the_machine(name: str) -> None:
    scene = SCENES[name]
    graph = replace(scene.graph, numbers=(("7000", scene.graph.numbers[0][1]),))
    release = release_on("asterisk", graph, digit_fragments=FRAGMENTS)
    server = AsteriskStandIn(release, dict.fromkeys(RECORDINGS, AUDIO_MS))
    call = server.call(call_to("7000"), ScriptCaller(scene.keys), flags=scene.flags)
    expected = Played(graph, World(graph, MOMENT, scene.flags), scene.keys).play("7000", CALLER)
    assert call.trace.steps == expected.steps, "\n".join(call.channel.log)
