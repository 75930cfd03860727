"""Graphs by hand on the interpreter and on the machine: the same trace from both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from callers import ScriptCaller
from machine_calls import AUDIO_MS, Played, World
from native_graphs import LANGUAGES
from stand_in import Line, install, play
from test_graphs_asterisk import CALLER, FRAGMENTS, MOMENT, RECORDINGS, SCENES

from flowc.target import EmitRequest, Environment
from flowc_freeswitch import TARGET


@pytest.mark.parametrize("name", SCENES)
def test_a_graph_gives_the_same_trace_on_the_interpreter_as_on_the_machine(
    name: str, tmp_path: Path
) -> None:
    scene = SCENES[name]
    graph = replace(scene.graph, numbers=(("7000", scene.graph.numbers[0][1]),))
    request = EmitRequest(graph, "0" * 8, Environment("/s", "/r"), None, FRAGMENTS, lab=True)
    scripts = install(TARGET.emit(request), tmp_path)
    line = Line(scripts, ScriptCaller(scene.keys), "/s", dict.fromkeys(RECORDINGS, AUDIO_MS))
    line.epoch = MOMENT
    line.flags = dict.fromkeys(scene.flags, MOMENT + 60)
    trace = play(line, "7000", CALLER)
    expected = Played(graph, World(graph, MOMENT, scene.flags), scene.keys).play("7000", CALLER)
    assert trace.steps == expected.steps
    assert LANGUAGES
