"""Every input vector on the interpreter, with a stand-in for the session: as the machine, in 20 ms frames."""

from __future__ import annotations

from pathlib import Path

import pytest
from callers import VectorCaller
from stand_in import Line, install, play
from vectors.graphs import NUMBER, PROMPTS
from vectors.on_machine import play as play_on_machine
from vectors.table import FLOWS, VECTORS, Vector

from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.machine.trace import Ended, Entered, Offered, Trace
from flowc.target import EmitRequest, Environment
from flowc_freeswitch import TARGET

LENGTHS = {f"zh/{name}": length for name, length in PROMPTS.items()}
# A frame to see a key, one to flush after it, one at the timer's end.
LATEST_MS = 60


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("scripts")
    environment = Environment("/s", "/r")
    return {
        name: install(
            TARGET.emit(EmitRequest(graph, "0" * 8, environment, lab=True)), folder / name
        )
        for name, graph in FLOWS.items()
    }


def _joined(trace: Trace) -> tuple[str, ...]:
    return tuple(
        "+".join(sound.removeprefix("zh/") for sound in step.sounds)
        for step in trace.steps
        if isinstance(step, Offered)
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_interpreter_as_the_table_says(
    vector: Vector, scripts: dict[str, Path]
) -> None:
    caller = VectorCaller(vector.presses)
    line = Line(scripts[vector.flow], caller, "/s", LENGTHS)
    trace = play(line, NUMBER, "13800000000")
    steps = trace.steps
    expected = play_on_machine(vector, FLOWS[vector.flow])
    assert (
        tuple(f"{s.block.node}: {s.outcome}" for s in steps if isinstance(s, Ended)) == vector.ended
    )
    entered = [
        (s.block.node, at)
        for s, at in zip(steps, trace.times, strict=True)
        if isinstance(s, Entered)
    ]
    node, acted = entered[-1]
    assert node == vector.at
    asked = [s.block.node for s in steps if isinstance(s, Ended)]
    values = line.reader.values
    assert str(values.get(f"v.{asked[-1]}", "")) == vector.value
    assert (values.get(SILENCES, 0), values.get(WRONGS, 0)) == (vector.silences, vector.wrongs)
    assert values.get(CAUSE, "") == vector.cause
    assert _joined(trace) == expected.offered
    reference = line.ends[-1] if vector.acts.since == "audio" else caller.keys[_counted(vector)]
    assert vector.acts.wait - 20 <= acted - (reference - 1_000_000) <= vector.acts.wait + LATEST_MS
    assert not [line for line in line.log if line.startswith("err")]


def _counted(vector: Vector) -> int:
    """The last key that counts."""
    return sum(len(press.keys) for press in vector.presses) - 1 - vector.acts.back
