"""Twenty ways for the runtime to fail, ten calls each, on a real Asterisk: is any caller lost?

    python benchmarks/faults.py

A line a fault; the last line is JSON: {"faults", "calls", "lost", "late", "worst_s", "channels_left_s"}.
`lost`: calls that came to no declared exit; `late`: to one after more than three seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/pbx"))

from faulty import EXIT_WITHIN_S, NUMBERS, Fault, Seen, calls_of, faulty_bench

MOMENTS_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6)  # the back end answers after 0.6 s
BYTES = (0, 10, 120, 250)  # of the runtime's side of one question
FAULTS = (
    *(Fault("kill", after_s=moment) for moment in MOMENTS_S),
    *(Fault("stop", after_s=moment) for moment in MOMENTS_S),
    *(Fault("cut", most_bytes=most) for most in BYTES),
    *(Fault("hold", most_bytes=most) for most in BYTES),
)
ASKED = ("look-up", "request") * 5
DECLARED = {"look-up": {"done", "error"}, "request": {"done", "error", "unknown"}}


async def measure(folder: Path) -> dict[str, float]:
    """Let every fault happen; the figures of all of them."""
    numbers = [NUMBERS[what] for what in ASKED]
    seen: list[tuple[str, Seen]] = []
    left = 0.0
    async with faulty_bench(folder, lambda id_: calls_of(id_, numbers * len(FAULTS))) as (
        bench,
        calls,
    ):
        for index, fault in enumerate(FAULTS):
            some = calls[index * len(numbers) : (index + 1) * len(numbers)]
            outcomes = list(zip(ASKED, await bench.suffer(fault, some), strict=True))
            print(_line(fault, outcomes, bench.left_s), flush=True)
            seen += outcomes
            left = max(left, bench.left_s)
    return {
        "faults": len(FAULTS),
        "calls": len(seen),
        "lost": sum(one.outcome not in DECLARED[what] for what, one in seen),
        "late": sum(one.seconds > EXIT_WITHIN_S for _, one in seen),
        "worst_s": round(max(one.seconds for _, one in seen), 2),
        "channels_left_s": round(left, 2),
    }


def _line(fault: Fault, outcomes: list[tuple[str, Seen]], left: float) -> str:
    counted = Counter(f"{what} {one.outcome or 'lost'}" for what, one in outcomes)
    said = ", ".join(f"{count} {what}" for what, count in sorted(counted.items()))
    worst = max(one.seconds for _, one in outcomes)
    return f"{fault!s:22} {said}; at an exit within {worst:.2f} s, gone within {left:.2f} s"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="flowc-faults-") as work:
        print(json.dumps(asyncio.run(measure(Path(work)))))
