"""Some transcripts on the real server once more: the same keys at the same moments."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flowc.live.acts import HangUp, Press
from flowc.live.lag import lag_watched, no_collections
from flowc.machine.trace import Trace
from flowc.target import HasLab, LabCall, LiveLab, load_target
from flowc.telephony.call import CallEnded

from .live import installed
from .model import Transcript
from .sets import CALLER, NUMBER, made_for, planned_for

LONGEST_S = 100


@dataclass(frozen=True, slots=True)
class Again:
    """What came of it; `lag_ms`: how late this machine woke us at worst meanwhile."""

    transcript: Transcript
    trace: Trace
    lag_ms: float


async def play_again(
    target: str, name: str, chosen: Sequence[Transcript], work: Path
) -> list[Again]:
    """The calls, all at once, on one server."""
    lab_of = load_target(target)
    assert isinstance(lab_of, HasLab)
    made = {key: each for key, each in made_for(name).items() if key in {t.made for t in chosen}}
    releases = installed(target, made, work)
    planned = {each.name: each for each in planned_for(name)}
    asked = [
        LabCall(
            f"t{at}",
            releases[each.made].request.release8,
            NUMBER,
            CALLER,
            planned[each.name].starts,
        )
        for at, each in enumerate(chosen)
    ]
    with no_collections():
        async with lab_of.lab().booted(list(releases.values()), asked) as live:
            pairs = zip(chosen, asked, strict=True)
            return list(await asyncio.gather(*(_play(live, *each) for each in pairs)))


async def _play(live: LiveLab, transcript: Transcript, asked: LabCall) -> Again:
    loop = asyncio.get_running_loop()
    async with lag_watched() as lag:
        begun = loop.time()
        call = await live.call(asked)
        with suppress(CallEnded):
            for at, what in transcript.acts:
                due = call.zero + at / 1000
                match what:
                    case Press(key):
                        await call.press(key, due)
                    case HangUp():
                        await asyncio.sleep(max(0.0, due - loop.time()))
                        await call.hang_up()
                    case _:
                        raise AssertionError(what)
        await call.until(lambda: call.is_over, LONGEST_S)
        return Again(transcript, call.trace, lag.since(begun))
