"""The stand-ins are held to the real servers: what those did in a call, they do as well, and as fast.

Transcripts are recorded by `make transcripts TARGET=...`; `tests/pbx` asks a real server, where there
is one, whether they are still true.
"""

from __future__ import annotations

from functools import cache

import pytest
from stand_ins.making import TARGETS
from transcripts.model import Transcript, load, place
from transcripts.replay import Replayer, dialplan_steps, lateness, other_steps
from transcripts.sets import SETS

# How much earlier or later a step may come here than it came there, in ms. What takes people or
# services a while is measured in whole seconds by some servers.
WITHIN_MS = {"vectors": 60, "graphs": 60, "house": 1200}
FEWEST = {"vectors": 100, "graphs": 11, "house": 25}
KEPT = [
    (target, name, number)
    for target in TARGETS
    for name in SETS
    for number in range(len(load(place(target, name)).calls))
]
NODES = "fl-"  # what comes before is the lab's own door


@cache
def replayer(target: str, name: str) -> Replayer:
    return Replayer(name, load(place(target, name)))


def called(target: str, name: str, number: int) -> tuple[Replayer, Transcript]:
    made = replayer(target, name)
    return made, made.kept.calls[number]


def of_nodes(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith(NODES)]


@pytest.mark.parametrize(("target", "name", "number"), KEPT)
def test_a_call_of_a_real_server_goes_the_same_way_on_its_stand_in(
    target: str, name: str, number: int
) -> None:
    made, transcript = called(target, name, number)
    played = made.play(transcript)
    different = list(other_steps(transcript, played, made.graph(transcript)))
    assert not different, "\n".join([transcript.name, *different, *played.log])
    late = lateness(transcript, played)
    assert max(map(abs, late)) <= WITHIN_MS[name], (transcript.name, late)


@pytest.mark.parametrize("name", SETS)
def test_a_real_asterisk_ran_the_same_lines_of_dialplan(name: str) -> None:
    made = replayer("asterisk", name)
    changed = {each.made for each in made.kept.calls if not made.is_as_recorded(each.made)}
    for transcript in made.kept.calls:
        if transcript.made not in changed:
            found = of_nodes(dialplan_steps(made.play(transcript)))
            assert found == of_nodes(list(transcript.steps)), transcript.name
    if changed:
        pytest.skip(f"rendered otherwise since the transcripts were made: {sorted(changed)}")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SETS)
def test_no_transcript_is_lost(target: str, name: str) -> None:
    assert len(load(place(target, name)).calls) >= FEWEST[name]
