"""Graphs by hand on the rendered text and on the machine: the same trace from both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_calls import AUDIO_MS
from machine_calls import Played as OnMachine
from machine_calls import World as MachinesWorld
from stand_ins.callers import ScriptCaller
from stand_ins.making import TARGETS, release_on, stand_in
from stand_ins.shape import World
from test_graphs_asterisk import CALLER, FRAGMENTS, MOMENT, RECORDINGS, SCENES

from flowc.target import LabCall

ASKED = LabCall("t1", "0" * 8, "7000", CALLER, MOMENT)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SCENES)
def test_a_graph_gives_the_same_trace_on_the_rendered_text_as_on_the_machine(
    name: str, target: str
) -> None:
    scene = SCENES[name]
    graph = replace(scene.graph, numbers=(("7000", scene.graph.numbers[0][1]),))
    release = release_on(target, graph, digit_fragments=FRAGMENTS)
    server = stand_in(target, release, dict.fromkeys(RECORDINGS, AUDIO_MS))
    call = server.call(ASKED, ScriptCaller(scene.keys), World(flags=scene.flags))
    world = MachinesWorld(graph, MOMENT, scene.flags)
    expected = OnMachine(graph, world, scene.keys).play("7000", CALLER)
    assert call.trace.steps == expected.steps, "\n".join(call.log)
