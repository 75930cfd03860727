"""CPU time of one call of the hotline's path on a real Asterisk: compiled against written by hand.

The path: greeting, menu, eight digits and `#`, a branch, a value read out as five fragments, a last
sentence, hang up; with hang-up handler and call record. Every variant plays the same files. The
caller is a Local channel; the CPU time of Asterisk and of the server beside it counts. A round calls
every variant, in another order each time; the ratios are of one round, and their median is told with
its interval by order statistics. Run: `python benchmarks/asterisk.py [--rounds 20] [--calls 60]`.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from asterisk_field import CONTEXTS, Field, field, reload
from asterisk_figures import cpu_seconds, median
from asterisk_scripts import MEASURED, SAME

GAP_S = 0.025
GOALS = {
    "compiled_vs_plain": ("compiled", "plainest"),
    "compiled_vs_native": ("compiled", "native_same"),
}
RATIOS = {
    **GOALS,
    "native_vs_plain": ("native_same", "plainest"),
    "panoramisk_vs_compiled": ("panoramisk", "compiled"),
    "ari_vs_compiled": ("ari", "compiled"),
}
RIGHT = "told"


async def same_ends(made: Field) -> list[str]:
    """Every script on both dialplans of one meaning; what did not end as it must."""
    wrong = []
    for variant in ("compiled", "native_same"):
        for name in SAME:
            await made.lines.place(CONTEXTS[variant], name)
        found = await made.lines.ended(len(SAME))
        wanted = Counter(end for _, end in SAME.values())
        if found != wanted:
            wrong.append(f"{variant}: {dict(found)} instead of {dict(wanted)}")
    return wrong


class Rounds:
    """The measurements so far: milliseconds a call and right calls, by variant."""

    def __init__(self, made: Field, calls: int) -> None:
        self._made, self._calls = made, calls
        self.ms: dict[str, list[float]] = {name: [] for name in made.variants}
        self.right: Counter[str] = Counter()

    async def one(self, number: int) -> None:
        """Call every variant; each round begins with another, and every other one runs backwards."""
        names = self._made.variants
        start = number % len(names)
        order = names[start:] + names[:start]
        for name in order if number % 2 else reversed(order):
            await self._measure(name)

    async def _measure(self, name: str) -> None:
        pids = self._made.pids(name)
        before = sum(map(cpu_seconds, pids))
        ends = await self._made.lines.all(CONTEXTS[name], MEASURED.name, self._calls, GAP_S)
        self.ms[name].append(1000 * (sum(map(cpu_seconds, pids)) - before) / self._calls)
        self.right[name] += ends[RIGHT]

    def ratios(self, over: str, under: str, less: str = "") -> list[float]:
        """A round each; `less` names a variant whose cost is taken off both."""
        floor = self.ms[less] if less else [0.0] * len(self.ms[over])
        rows = zip(self.ms[over], self.ms[under], floor, strict=True)
        return [(one - off) / (other - off) for one, other, off in rows]


def report(
    rounds: Rounds, made: Field, steps: dict[str, int], count: int, calls: int
) -> dict[str, object]:
    """Everything that was found, as it is printed."""
    known = {name: pair for name, pair in RATIOS.items() if set(pair) <= set(made.variants)}
    return {
        "benchmark": "asterisk",
        "server": f"Asterisk {made.server.tree.version}",
        "rounds": count,
        "calls_a_round": calls,
        **{name: median(rounds.ratios(*pair)).rounded() for name, pair in known.items()},
        "net_of_null": _net(rounds, known) if "null" in made.variants else {},
        "ms_per_call": {name: round(median(ms).value, 3) for name, ms in rounds.ms.items()},
        "steps": steps,
        "right_calls": {name: [rounds.right[name], count * calls] for name in made.variants},
        "left_out": dict(made.left_out),
    }


def _net(rounds: Rounds, known: dict[str, tuple[str, str]]) -> dict[str, object]:
    """The ratios without what every variant pays for being called."""
    return {
        name: median(rounds.ratios(*pair, less="null")).rounded() for name, pair in known.items()
    }


async def run(
    count: int, calls: int, only: tuple[str, ...], *, show_steps: bool
) -> dict[str, object]:
    """Boot, check, measure."""
    with tempfile.TemporaryDirectory(prefix="flowc-bench-") as folder:
        async with field(Path(folder), only) as made:
            await reload(made)
            wrong = await same_ends(made)
            if wrong:
                raise SystemExit("the dialplans do not mean the same: " + "; ".join(wrong))
            print(f"{len(SAME)} calls end alike on the compiled and the hand-written dialplan")
            steps = {}
            for name in made.variants:
                taken = await made.lines.steps(CONTEXTS[name], MEASURED.name)
                steps[name] = len(taken)
                if show_steps:
                    print(f"{name}:", *taken, sep="\n  ")
            rounds = Rounds(made, calls)
            for number in range(count):
                await rounds.one(number)
                row = "  ".join(f"{name} {ms[-1]:.2f}" for name, ms in rounds.ms.items())
                print(f"round {number + 1:2}, ms a call: {row}", flush=True)
            return report(rounds, made, steps, count, calls)


def main() -> int:
    """Print the figures; 1 where a call went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=60, help="calls of each variant in a round")
    parser.add_argument("--only", nargs="+", choices=CONTEXTS, default=tuple(CONTEXTS))
    parser.add_argument("--steps", action="store_true", help="show every step of one call")
    asked = parser.parse_args()
    found = asyncio.run(run(asked.rounds, asked.calls, tuple(asked.only), show_steps=asked.steps))
    print(json.dumps(found))
    right = found["right_calls"]
    assert isinstance(right, dict)
    return int(any(good != all_ for good, all_ in right.values()))


if __name__ == "__main__":
    sys.exit(main())
