"""The calls of the rows on the simulator and on real servers, by the machinery of `flowc test --on`."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from flowc.cli.test import simulated
from flowc.compiler import Compiled, compile_project
from flowc.diagnostics.model import Reporter
from flowc.live.result import Result
from flowc.on_target import play_calls
from flowc.simulate.check_script import check_script
from flowc.simulate.read_calls import read_call
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run
from flowc.target import load_target

from .rows import ROWS, Row

PROJECT = Path(__file__).parent / "project"


@cache
def compiled() -> Compiled:
    """The project. Raises AssertionError where it has findings."""
    made = compile_project(PROJECT)
    assert made.graph is not None, [one.label("en") for one in made.found]
    return made


@cache
def scripts() -> dict[Row, CallScript]:
    """The call of each row."""
    graph = compiled().graph
    assert graph is not None
    numbers = {graph.blocks[entry].exit.to.flow: number for number, entry in graph.numbers}
    report = Reporter()
    found: dict[Row, CallScript] = {}
    for row in ROWS:
        text = row.script(numbers[row.flow])
        script = read_call(f"{row.name}.call.yaml", text.encode(), report)
        assert script is not None, text
        check_script(script, graph, report)
        found[row] = script
    assert not report.has_errors, [(str(one.span), one.label("en")) for one in report.sorted]
    return found


@cache
def runs() -> dict[Row, Run]:
    """What the simulator makes of each."""
    return dict(zip(ROWS, simulated(compiled(), tuple(scripts().values())), strict=True))


def results(target: str) -> dict[Row, Result]:
    """What a server makes of each. Raises LabUnavailableError."""
    # Not pytest's own folder: a server's lists of sounds have a limit, and the path stands in each.
    with tempfile.TemporaryDirectory(prefix="flowc-") as work:
        calls = tuple(scripts().values())
        playing = play_calls(compiled(), load_target(target), calls, PROJECT, Path(work))
        played = {each.script.name: each for each in asyncio.run(playing)}
    return {row: played[row.name] for row in ROWS}
