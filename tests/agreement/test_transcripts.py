"""The stand-ins are held to the real servers: what those did in a call, they do as well, and as fast.

Transcripts are recorded by `make transcripts TARGET=...`; `tests/pbx` asks a real server, where there
is one, whether they are still true.
"""

from __future__ import annotations

from functools import cache

import pytest
from stand_ins.making import TARGETS
from stand_ins.shape import Played
from transcripts.model import Transcript, load, place
from transcripts.replay import Replayer, lateness, other_steps
from transcripts.sets import BY_CHANCE, SETS

# How much earlier or later a step may come here than it came there, in ms. FreeSWITCH sees a key at
# a frame of 20 ms, each of several at one of its own. Queues and telephones take the servers a while.
WITHIN_MS = {
    ("asterisk", "vectors"): 60,
    ("asterisk", "graphs"): 60,
    ("asterisk", "house"): 200,
    ("freeswitch", "vectors"): 130,
    ("freeswitch", "graphs"): 60,
    ("freeswitch", "house"): 250,
}
_SLOWLY = "each key of a long burst is read 8 ms later than the one before"
_RINGS = "how long a line rings is counted in whole seconds of the server's clock"
_WHOLE = "what is planned comes at a whole second of the server's, and a queue looks twice in one"
LATER_MS = {
    ("freeswitch", "nobody on duty answers"): (1000, _RINGS),
    ("freeswitch", "the wait is too long"): (1500, _WHOLE),
    ("freeswitch", "after 64 keys an entry ends as it stands"): (600, _SLOWLY),
    ("freeswitch", "an entry that 64 keys ended opens no window for a hash"): (600, _SLOWLY),
    ("freeswitch", "64 stars are back"): (600, _SLOWLY),
    ("freeswitch", "64 digits are the longest entry"): (600, _SLOWLY),
}
FEWEST = {"vectors": 104, "graphs": 11, "house": 28}
KEPT = [
    (target, name, number)
    for target in TARGETS
    for name in SETS
    for number, call in enumerate(load(place(target, name)).calls)
    if target == "asterisk" or call.name not in BY_CHANCE
]
NODES = "fl-"  # what comes before is the lab's own door


@cache
def replayer(target: str, name: str) -> Replayer:
    return Replayer(name, load(place(target, name)))


def played(target: str, name: str, number: int) -> tuple[Transcript, Played]:
    made = replayer(target, name)
    transcript = made.kept.calls[number]
    return transcript, made.play(transcript)


def of_nodes(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith(NODES)]


@pytest.mark.parametrize(("target", "name", "number"), KEPT)
def test_a_call_of_a_real_server_goes_the_same_way_on_its_stand_in(
    target: str, name: str, number: int
) -> None:
    transcript, call = played(target, name, number)
    different = list(other_steps(transcript, call, replayer(target, name).graph(transcript)))
    assert not different, "\n".join([transcript.name, *different, *call.log])
    most, _ = LATER_MS.get((target, transcript.name), (WITHIN_MS[target, name], ""))
    late = lateness(transcript, call)
    assert max(map(abs, late)) <= most, (transcript.name, late)


@pytest.mark.parametrize("name", SETS)
def test_a_real_asterisk_ran_the_same_lines_of_dialplan(name: str) -> None:
    made = replayer("asterisk", name)
    changed = {each.made for each in made.kept.calls if not made.is_as_recorded(each.made)}
    for transcript in made.kept.calls:
        if transcript.made not in changed:
            found = of_nodes(made.dialplan_steps(made.play(transcript)))
            assert found == of_nodes(list(transcript.steps)), transcript.name
    if changed:
        pytest.skip(f"rendered otherwise since the transcripts were made: {sorted(changed)}")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SETS)
def test_no_transcript_is_lost(target: str, name: str) -> None:
    assert len(load(place(target, name)).calls) >= FEWEST[name]
