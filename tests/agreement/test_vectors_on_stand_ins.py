"""Every input vector on the rendered text: outcomes, counters, prompts, and the moment it acts at.

The servers take no time of their own here; how long real ones take is in test_transcripts.
"""

from __future__ import annotations

import pytest
from stand_ins.callers import VectorCaller
from stand_ins.making import TARGETS, release_on, stand_in
from stand_ins.shape import Played, StandIn, World
from vectors.graphs import NUMBER, PROMPTS
from vectors.on_machine import play as play_on_machine
from vectors.table import FLOWS, VECTORS, Vector

from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.machine.trace import Ended, Entered, Offered
from flowc.target import LabCall

ASKED = LabCall("t1", "0" * 8, NUMBER, "13800000000", 1_795_226_400)
LENGTHS = {f"zh/{name}": length for name, length in PROMPTS.items()}


@pytest.fixture(scope="module", params=TARGETS)
def servers(request: pytest.FixtureRequest) -> dict[str, StandIn]:
    target = request.param
    return {
        name: stand_in(target, release_on(target, graph), LENGTHS) for name, graph in FLOWS.items()
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_rendered_text_as_the_table_says(
    vector: Vector, servers: dict[str, StandIn]
) -> None:
    caller = VectorCaller(vector.presses)
    call = servers[vector.flow].call(ASKED, caller, World(at_once=True))
    steps = call.trace.steps
    ended = [f"{step.block.node}: {step.outcome}" for step in steps if isinstance(step, Ended)]
    assert ended == list(vector.ended), "\n".join(call.log)
    assert [step.block.node for step in steps if isinstance(step, Entered)][-1] == vector.at
    asked = [step.block.node for step in steps if isinstance(step, Ended)]
    assert call.value(f"v.{asked[-1]}") == vector.value
    counted = [int(call.value(name) or 0) for name in (SILENCES, WRONGS)]
    assert counted == [vector.silences, vector.wrongs]
    assert call.value(CAUSE) == vector.cause
    offered = ("+".join(s.sounds).replace("zh/", "") for s in steps if isinstance(s, Offered))
    assert tuple(offered) == play_on_machine(vector, FLOWS[vector.flow]).offered
    assert acted_late(vector, call, caller.keys) == 0


def acted_late(vector: Vector, call: Played, keys: list[int]) -> int:
    """How much later than the table says the call reached its last node."""
    steps = zip(call.trace.steps, call.trace.times, strict=True)
    acted = call.line.zero + max(at for step, at in steps if isinstance(step, Entered))
    if vector.acts.since == "audio":
        since = call.line.ends[-1]
    else:
        since = keys[sum(len(press.keys) for press in vector.presses) - 1 - vector.acts.back]
    return acted - since - vector.acts.wait
