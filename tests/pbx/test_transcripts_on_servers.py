"""Are the transcripts that the stand-ins are held to still true? A few of them on the real servers."""

from __future__ import annotations

import asyncio
import sys
from itertools import pairwise
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))
sys.path.insert(0, str(Path(__file__).parent))

from support_freeswitch import needs_server
from transcripts.again import Again, play_again
from transcripts.model import Transcript, load, place
from transcripts.replay import side_by_side

from flowc.live.acts import Press

EVERY = 9  # of the vectors
WITHIN_MS = 150
FINGER_MS = 95  # a caller here holds each key for 80 ms; keys that come closer were sent otherwise

pytestmark = pytest.mark.pbx
SERVERS = ("asterisk", pytest.param("freeswitch", marks=needs_server))


def chosen(target: str, name: str) -> list[Transcript]:
    calls = [call for call in load(place(target, name)).calls if not has_bursts(call)]
    return calls[::EVERY] if name == "vectors" else calls


def has_bursts(call: Transcript) -> bool:
    at = [when for when, what in call.acts if isinstance(what, Press)]
    return any(later - before < FINGER_MS for before, later in pairwise(at))


@pytest.mark.parametrize("target", SERVERS)
@pytest.mark.parametrize("name", ["vectors", "graphs"])
def test_a_server_still_does_what_a_transcript_says(target: str, name: str, tmp_path: Path) -> None:
    played = asyncio.run(play_again(target, name, chosen(target, name), tmp_path))
    found = [told for each in played for told in different(each)]
    assert not found, "\n".join(found)


def different(again: Again) -> list[str]:
    """In what the call was another one, where this machine was not too busy to play it."""
    transcript, trace = again.transcript, again.trace
    if trace.steps != transcript.trace.steps:
        sides = "\n".join(side_by_side(transcript.trace.steps, trace.steps))
        return [f"{transcript.name} (lag {again.lag_ms:.0f} ms):\n{sides}"]
    pairs = zip(transcript.trace.times, trace.times, strict=True)
    late = max(abs(here - there) for there, here in pairs)
    if late > WITHIN_MS + 2 * again.lag_ms:
        return [f"{transcript.name}: {late} ms late, lag {again.lag_ms:.0f} ms"]
    return []
