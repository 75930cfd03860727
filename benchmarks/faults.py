"""Every way for the runtime to fail, at everything that asks it, on a real server: is any caller lost?

    python benchmarks/faults.py asterisk [kill stop ...]
    python benchmarks/faults.py freeswitch

A line a fault; the last line is JSON. `lost`: calls that came to no declared exit; `late`: to one after
more than three seconds, or whose channel was kept for more than two seconds after they had gone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/pbx"))

from faulty import AFTER, ASKS, GONE_WITHIN_S, MOST_IDLE_CPU, Suffered, faulty_bench
from faulty_proxy import JUNK, Fault

MOMENTS_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6)  # the back end answers after 0.6 s
AFTER_MOMENTS_S = (0.0, 0.005, 0.02)  # the store answers sooner
BYTES = (0, 10, 120, 250)  # of what the runtime says to one question, or to all
FAULTS = (
    *(Fault("kill", after_s=moment) for moment in MOMENTS_S),
    *(Fault("stop", after_s=moment) for moment in MOMENTS_S),
    *(Fault("slow", after_s=delay) for delay in (0.1, 0.3, 1.0)),
    *(Fault("cut", most_bytes=most) for most in BYTES),
    *(Fault("hold", most_bytes=most) for most in BYTES),
    *(Fault("junk", words=words) for words in (*JUNK, "for ever")),
    Fault("lies"),
    Fault("refuse"),
)
AFTER_FAULTS = (
    *(Fault("kill", after_s=moment) for moment in AFTER_MOMENTS_S),
    *(Fault("stop", after_s=moment) for moment in AFTER_MOMENTS_S),
    *(Fault("hold", most_bytes=most) for most in BYTES),
    Fault("slow", after_s=0.3),
    Fault("refuse"),
)
CALLS = (*ASKS, *ASKS)
AFTER_CALLS = (AFTER,) * 4


async def measure(name: str, kinds: frozenset[str], folder: Path) -> dict[str, float | str]:
    """Let every fault of these kinds happen; the figures of all of them."""
    rounds = [(fault, CALLS) for fault in FAULTS if not kinds or fault.kind in kinds]
    rounds += [(fault, AFTER_CALLS) for fault in AFTER_FAULTS if not kinds or fault.kind in kinds]
    asks = [asked for _, calls in rounds for asked in calls]
    found: list[Suffered] = []
    async with faulty_bench(name, folder, asks, len(rounds)) as bench:
        for fault, calls in rounds:
            found.append(await bench.suffer(fault, calls))
            print(_line(found[-1]), flush=True)
    seen = [one for each in found for one in each.seen]
    within = [one.seconds for one in seen if one.asked != AFTER]
    kept = [one.seconds for one in seen if one.asked == AFTER]
    return {
        "server": name,
        "faults": len(found),
        "calls": len(seen),
        "lost": sum(one.is_lost for one in seen),
        "late": sum(one.is_late for one in seen),
        "worst_s": round(max(within, default=0.0), 2),
        "worst_after_the_call_s": round(max(kept, default=0.0), 2),
        "channels_left_s": round(max(each.left_s for each in found), 2),
        "left_too_long": sum(each.left_s > GONE_WITHIN_S + 0.1 for each in found),
        "spinning": sum(each.cpu > MOST_IDLE_CPU for each in found),
        "worst_idle_cpu": round(max(each.cpu for each in found), 3),
        "not_well_again": sum(not each.works_again for each in found),
    }


def _line(suffered: Suffered) -> str:
    counted = Counter(f"{one.asked} {one.outcome or 'lost'}" for one in suffered.seen)
    said = ", ".join(f"{count} {what}" for what, count in sorted(counted.items()))
    worst = max(one.seconds for one in suffered.seen)
    again = "" if suffered.works_again else "; DOES NOT WORK AGAIN"
    return (
        f"{suffered.fault!s:20} within {worst:.2f} s, gone within {suffered.left_s:.2f} s, "
        f"idle at {suffered.cpu:.0%}{again}: {said}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="flowc-faults-") as work:
        figures = measure(sys.argv[1], frozenset(sys.argv[2:]), Path(work))
        print(json.dumps(asyncio.run(figures)))
