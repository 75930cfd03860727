"""Many calls at once on one server, every trace compared with the simulator's.

    python benchmarks/at_once.py freeswitch 200

The calls are the hotline's own: the longest of those that raise no flag, begun 0.15 s apart (the load is
bounded by that), the longest first, so that all are live together before the first has ended. None is played
twice. The last line is one JSON object; the exit code is 1 where a trace differs or fewer calls were live
together than asked for.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flowc.cli.test import Chosen, scripts_of, simulated
from flowc.cli.test_on import line
from flowc.compiler import Compiled, compile_project
from flowc.live.acts import unplayable
from flowc.live.result import Result
from flowc.on_target import play_calls
from flowc.on_target.releases import World, world_of
from flowc.simulate.script import CallScript
from flowc.target import Lab, LabCall, LabRelease, LiveLab, LiveLabCall, Target, load_target

HOTLINE = Path(__file__).parents[1] / "flows"
WARM_S = 12  # of a call's length, so that a call that ends early is not chosen


@dataclass
class Watched:
    """A target whose labs note every call that is placed."""

    target: Target
    calls: list[LiveLabCall] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.target, name)

    def lab(self) -> WatchedLab:
        return WatchedLab(self.target.lab(), self.calls)  # type: ignore[attr-defined]


@dataclass
class WatchedLab:
    lab: Lab
    calls: list[LiveLabCall]

    @asynccontextmanager
    async def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AsyncIterator[WatchedLive]:
        async with self.lab.booted(releases, calls) as live:
            yield WatchedLive(live, self.calls)


@dataclass
class WatchedLive:
    live: LiveLab
    calls: list[LiveLabCall]

    async def raise_flags(self, flags: frozenset[str]) -> None:
        await self.live.raise_flags(flags)

    async def call(self, asked: LabCall) -> LiveLabCall:
        call = await self.live.call(asked)
        self.calls.append(call)
        return call


def most_live(calls: Sequence[LiveLabCall]) -> int:
    """How many calls were live at the same moment, by their traces."""
    changes = []
    for call in calls:
        changes.append((call.zero, 1))
        changes.append((call.zero + call.trace.times[-1] / 1000, -1))
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


def chosen(compiled: Compiled, wanted: int) -> tuple[CallScript, ...]:
    """The longest calls that one server can play together; some twice where there are too few."""
    scripts = scripts_of(compiled, HOTLINE, Chosen(), "en")
    runs = [
        run
        for run in simulated(compiled, scripts)
        if not (run.script.flags or unplayable(run) or world_of(run.script) != World())
        and run.length_ms >= WARM_S * 1000
    ]
    longest = sorted(runs, key=lambda run: -run.length_ms)[:wanted]
    return tuple(longest[at % len(longest)].script for at in range(wanted))


def main(name: str, wanted: int) -> int:
    """Play, compare, report. The exit code."""
    compiled = compile_project(HOTLINE)
    scripts = chosen(compiled, wanted)
    watched, begun = Watched(load_target(name)), time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="flowc-") as work:
        playing = play_calls(
            *(compiled, watched, scripts, HOTLINE, Path(work)),  # type: ignore[arg-type]
            strict=True,
            at_once=wanted,
        )
        results = asyncio.run(playing)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for each in results:
        if not each.passed or each.allowed:
            print(line(each))
    figures = _figures(results, most_live(watched.calls))
    figures["seconds"] = round(time.monotonic() - begun)
    figures["server_cpu_s"] = round(
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    )
    print(json.dumps({"target": name, **figures}))
    return int(figures["equal"] != wanted or figures["most_live"] < wanted)


def _figures(results: Sequence[Result], live: int) -> dict[str, float]:
    return {
        "calls": len(results),
        "most_live": live,
        "equal": sum(each.passed for each in results),
        "differences": sum(not each.passed for each in results),
        "allowed": sum(bool(each.allowed) for each in results),
        "worst_lag_ms": round(max(each.lag_ms for each in results)),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
