"""CPU time of one call of the hotline's path on a real Asterisk: compiled against written by hand.

The path: greeting, menu, eight digits and `#`, a branch, a value read out as five fragments, a last
sentence, hang up; with hang-up handler and call record. Every variant plays the same files. The
caller is a Local channel; the CPU time of Asterisk and of the server beside it counts. Each variant
has a server of its own, and they change places every round. Run: `python benchmarks/asterisk.py [--rounds 20] [--calls 60]`.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from asterisk_field import CONTEXTS, AsteriskField, field
from path_scripts import MEASURED
from rounds import Rounds, same_ends

RATIOS = {
    "compiled_vs_plain": ("compiled", "plainest"),
    "compiled_vs_native": ("compiled", "native_same"),
    "native_vs_plain": ("native_same", "plainest"),
    "panoramisk_vs_compiled": ("panoramisk", "compiled"),
    "ari_vs_compiled": ("ari", "compiled"),
}


async def _steps(made: AsteriskField, *, show: bool) -> dict[str, int]:
    """How many steps of dialplan one call runs, by variant."""
    steps = {}
    for name in made.variants:
        taken = await made.lines.steps(CONTEXTS[name], MEASURED.name)
        steps[name] = len(taken)
        if show:
            print(f"{name}:", *taken, sep="\n  ")
    return steps


async def run(
    count: int, calls: int, only: tuple[str, ...], *, show_steps: bool
) -> tuple[dict[str, object], bool]:
    """Boot, check, measure: the figures, and whether every call went right."""
    async with AsyncExitStack() as stack:
        made = [await stack.enter_async_context(_field(only)) for _ in only]
        await same_ends(made[0], ("compiled", "native_same"))
        steps = await _steps(made[0], show=show_steps)
        rounds = Rounds(made, calls)
        await rounds.play(count)
        found = {
            "benchmark": "asterisk",
            "server": f"Asterisk {made[0].server.tree.version}",
            **rounds.report(RATIOS),
            "steps": steps,
        }
        return found, rounds.all_right


@asynccontextmanager
async def _field(only: tuple[str, ...]) -> AsyncIterator[AsteriskField]:
    with tempfile.TemporaryDirectory(prefix="flowc-bench-") as folder:
        async with field(Path(folder), only) as made:
            yield made


def main() -> int:
    """Print the figures; 1 where a call went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=60, help="calls of each variant in a round")
    parser.add_argument("--only", nargs="+", choices=CONTEXTS, default=tuple(CONTEXTS))
    parser.add_argument("--steps", action="store_true", help="show every step of one call")
    asked = parser.parse_args()
    found, is_right = asyncio.run(
        run(asked.rounds, asked.calls, tuple(asked.only), show_steps=asked.steps)
    )
    print(json.dumps(found))
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main())
