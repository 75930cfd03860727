"""Every input vector on the rendered text: outcomes, counters, prompts, and how late each target acts."""

from __future__ import annotations

import pytest
from stand_ins.callers import VectorCaller
from stand_ins.making import TARGETS, release_on, stand_in
from stand_ins.shape import Played, StandIn
from vectors.graphs import NUMBER, PROMPTS
from vectors.on_machine import play as play_on_machine
from vectors.table import FLOWS, VECTORS, Vector

from flowc.graph.operations import CAUSE, SILENCES, WRONGS
from flowc.machine.trace import Ended, Entered, Offered
from flowc.target import LabCall

ASKED = LabCall("t1", "0" * 8, NUMBER, "13800000000", 1_795_226_400)
LENGTHS = {f"zh/{name}": length for name, length in PROMPTS.items()}
# How much earlier and later than the table says, in ms. Asterisk flushes for 20 ms and lets a list
# end in 20 ms of silence; FreeSWITCH sees keys in frames of 20 ms, where a timer may end one early.
WITHIN_MS = {"asterisk": (0, 30), "freeswitch": (-20, 60)}


@pytest.fixture(scope="module", params=TARGETS)
def servers(request: pytest.FixtureRequest) -> tuple[str, dict[str, StandIn]]:
    target = request.param
    made = {
        name: stand_in(target, release_on(target, graph), LENGTHS) for name, graph in FLOWS.items()
    }
    return target, made


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_on_the_rendered_text_as_the_table_says(
    vector: Vector, servers: tuple[str, dict[str, StandIn]]
) -> None:
    target, made = servers
    caller = VectorCaller(vector.presses)
    call = made[vector.flow].call(ASKED, caller)
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
    earliest, latest = WITHIN_MS[target]
    assert earliest <= acted_late(vector, call, caller.keys) <= latest


def acted_late(vector: Vector, call: Played, keys: list[int]) -> int:
    """How much later than the table says the call reached its last node."""
    steps = zip(call.trace.steps, call.trace.times, strict=True)
    acted = call.line.zero + max(at for step, at in steps if isinstance(step, Entered))
    if vector.acts.since == "audio":
        since = call.line.ends[-1]
    else:
        since = keys[sum(len(press.keys) for press in vector.presses) - 1 - vector.acts.back]
    return acted - since - vector.acts.wait
