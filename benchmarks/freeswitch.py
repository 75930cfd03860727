"""CPU time of one call of the hotline's path on a real FreeSWITCH: compiled against written by hand.

The path: greeting, menu, eight digits and `#`, a branch, a value read out as five fragments, a last
sentence, hang up; with a call record. By hand it is written twice, as a Lua script and as a dialplan
of XML; both play the same files and pass the same calls as the compiled path, which is checked first.
What counts is the CPU time of a server less what it takes with no call up. Each variant has a server of
its own, and they change places every round; the ratios are of one round, and their median is told with
its interval by order statistics. `compiled_vs_native` is against the better of the two by hand.
With `--only compiled large null`, `large_vs_compiled` is the same path in a project of a thousand nodes
more, and `null` a call that is answered and hung up. They have a run of their own, since the ratio
depends on how many servers work at the same time: on two cores 1.04 with three and 1.06 with five.
Run: `python benchmarks/freeswitch.py [--rounds 20] [--calls 60]`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from freeswitch_field import NUMBERS, fields
from rounds import Rounds, idle_share, same_ends

from flowc.target import LabUnavailableError

BY_HAND = ("lua", "xml")
COMPARED = ("compiled", *BY_HAND)
IDLE_S = 5.0


async def run(count: int, calls: int, only: tuple[str, ...]) -> tuple[dict[str, object], bool]:
    """Boot, check, measure: the figures, and whether every call went right."""
    with tempfile.TemporaryDirectory(prefix="flowc-bench-") as folder:
        async with fields(Path(folder), only) as made:
            await same_ends(made[0], [each for each in only if each != "null"])
            idle = await idle_share(made[0], only[0], IDLE_S)
            rounds = Rounds(made, calls, idle)
            await rounds.play(count)
            return _report(rounds, made[0].version, idle), rounds.all_right


def _report(rounds: Rounds, version: str, idle: float) -> dict[str, object]:
    better = min((each for each in BY_HAND if each in rounds.ms), key=rounds.middle, default="")
    ratios = {
        "compiled_vs_native": ("compiled", better),
        **{f"compiled_vs_{each}": ("compiled", each) for each in BY_HAND},
        "large_vs_compiled": ("large", "compiled"),
    }
    return {
        "benchmark": "freeswitch",
        "server": f"FreeSWITCH {version}",
        "better_native": better,
        **rounds.report(ratios),
        "idle_ms_per_s": round(1000 * idle, 2),
    }


def main() -> int:
    """Print the figures; 1 where a call went wrong, 3 where there is no server."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=60, help="calls of each variant in a round")
    parser.add_argument("--only", nargs="+", choices=NUMBERS, default=COMPARED)
    asked = parser.parse_args()
    try:
        found, is_right = asyncio.run(run(asked.rounds, asked.calls, tuple(asked.only)))
    except LabUnavailableError as reason:
        print(reason, file=sys.stderr)
        return 3
    print(json.dumps(found))
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main())
