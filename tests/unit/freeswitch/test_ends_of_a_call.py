"""What a call leaves for after its end: nothing, where there is nothing to do."""

from __future__ import annotations

from pathlib import Path

from callers import ScriptCaller
from native_graphs import at, block, graph
from stand_in import Line, install, run

from flowc.graph.exits import Hangup
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Mark
from flowc.target import EmitRequest, Environment
from flowc_freeswitch import TARGET

HOOK = "lua flowc/interpreter.lua hangup"


def called(made: FlowGraph, folder: Path) -> Line:
    """A call in production: no test asks it anything."""
    request = EmitRequest(made, "0" * 8, Environment("/s", "/r"))
    line = Line(install(TARGET.emit(request), folder), ScriptCaller(()), "/s", {})
    run(line, "start", "7000")
    assert line.hung_up
    return line


def test_a_call_without_a_handler_leaves_nothing_to_do(tmp_path: Path) -> None:
    line = called(graph(block("go", to=Hangup())), tmp_path)
    assert "api_hangup_hook" not in line.variables
    assert line.kept == {}


def test_a_call_with_a_handler_has_it_run_at_its_end(tmp_path: Path) -> None:
    blocks = (block("go", to=Hangup()), block("after", Mark("over"), to=Hangup()))
    line = called(graph(*blocks, on_hangup=at("after")), tmp_path)
    assert line.variables["api_hangup_hook"] == HOOK
    assert len(line.kept) == 1
    run(line, "hangup")
    assert line.kept == {}


def test_a_call_names_its_release(tmp_path: Path) -> None:
    line = called(graph(block("go", to=Hangup())), tmp_path)
    assert line.variables["flowc_release"] == "0" * 8
