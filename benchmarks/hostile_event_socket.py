"""How much a hostile event socket costs everybody else: the other gateway's turn-around meanwhile.

    python benchmarks/hostile_event_socket.py [--seconds 2]

One runtime serves both kinds of servers. In the place of the event socket stands, in a process of its
own, a server without sense; each manner for a while. Prints medians and the worst, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/unit/freeswitch"))

from hostile_fastagi import TOKEN, question, runtime_in, shown
from hostile_servers import MANNERS, hostile

from flowc.runtime.app import Runtime
from flowc_asterisk.agi.gateway import AgiGateway
from flowc_freeswitch.esl.gateway import EslGateway


@asynccontextmanager
async def runtime() -> AsyncIterator[tuple[Runtime, int]]:
    """A runtime with a table as its back end, and the port of the other kind's questions."""
    with tempfile.TemporaryDirectory() as name:
        async with runtime_in(Path(name)) as made:
            gateway = AgiGateway(made.broker, made.releases, TOKEN, port=0)
            async with gateway.serving() as (_, port):
                yield made, port


async def measured(port: int, seconds: float) -> list[float]:
    """Questions one after another for so long."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        times.append(await question(port))
    return times


async def attacked(made: Runtime, port: int, manner: str, seconds: float) -> dict[str, float]:
    """The same while a server of that manner is the event socket."""
    command = [sys.executable, __file__, "--serve", manner]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        socket = int(await asyncio.to_thread(server.stdout.readline))
        gateway = EslGateway(made.broker, made.releases, "password", port=socket)
        async with gateway.serving():
            times = await measured(port, seconds)
    finally:
        server.kill()
        server.wait()
    return {**shown(times), "questions": len(times)}


async def bench(seconds: float) -> dict[str, object]:
    """In peace, then under each manner."""
    async with runtime() as (made, port):
        await measured(port, 0.5)
        peace = shown(await measured(port, seconds))
        war = {}
        for manner in MANNERS:
            war[manner] = await attacked(made, port, manner, seconds)
            print(f"{manner}: {war[manner]}", file=sys.stderr, flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    worst = max(each["worst_ms"] for each in war.values())
    return {
        "peace": peace,
        "attacked": war,
        "worst_ms": worst,
        "failed": 0,
        "most_memory_mb": memory,
    }


async def serve(manner: str) -> None:
    """Be the hostile server until the end."""
    async with hostile(MANNERS[manner]) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--serve", choices=MANNERS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.serve))
    else:
        print(json.dumps(asyncio.run(bench(asked.seconds)), indent=2))


if __name__ == "__main__":
    main()
