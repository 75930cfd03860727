"""How much a hostile peer costs everybody else: the gateway's turn-around while it is attacked.

    python benchmarks/hostile_fastagi.py [--connects 10000] [--calls 200]

Runs a runtime with an in-memory table as its back end, measures a whole question (connect, header,
arguments, answer, nonce), first in peace, then while another process of this machine opens half-open
connections, endless headers, binary and instant closes. Prints medians and the worst, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from flowc.expression.tree import Read
from flowc.expression.types import Record, Scalar
from flowc.graph.as_json import release_to_json
from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import Given, Invoke, InvokeKind
from flowc.graph.release import Release
from flowc.graph.services import FixtureAction, FixtureSettings, OperationSpec, ServiceSpec
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc_asterisk.agi.gateway import AgiGateway
from flowc_asterisk.protocol import password

TOKEN = "t0ken"
WORDS = (b"", b"agi_network: yes\n", b"agi_callerid: " + b"1" * 9000, b"\x16\x03\x01\n", b"\n\n")
AT_ONCE = 200


def release() -> Release:
    """One question at one place."""
    account = ("account", Scalar.DIGITS)
    name = (Given("name", ("name",), Scalar.TEXT),)
    arguments = (("account", Read("account", Scalar.DIGITS)),)
    asked = Invoke("a.b", InvokeKind.LOOKUP, "x", "y", arguments, name, (), 2000)
    block = BlockId("a", "b")
    blocks = {block: Block(block, (asked,), Hangup(), Origin("a.b", "lookup"))}
    graph = FlowGraph("bench", ("en",), "UTC", (), blocks)
    gives = Record("R", (("name", Scalar.TEXT),))
    operation = OperationSpec("y", InvokeKind.LOOKUP, (account,), FixtureAction(), gives)
    return Release("00000000", graph, (ServiceSpec("x", FixtureSettings("x.yaml"), (operation,)),))


async def question(port: int) -> float:
    """One whole question, as the telephone server asks it; seconds, or an error where it failed."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"agi_network_script: {password(TOKEN, '00000000')}/00000000/a.b\nagi_uniqueid: 1.1\n\n".encode()
    )
    done = False
    while line := await reader.readline():
        known = b"1" if line.startswith(b"GET VARIABLE V_account") else b"n1"
        got = line.startswith((b"GET VARIABLE V_", b"GET VARIABLE AN"))
        writer.write(b"200 result=1 (" + known + b")\n" if got else b"200 result=0\n")
        done = done or line.startswith(b"SET VARIABLE AD")
    writer.close()
    if not done:
        raise RuntimeError("a call had no answer")
    return time.perf_counter() - begun


async def measured(port: int, calls: int) -> list[float]:
    """So many questions, ten at a time."""
    times: list[float] = []
    for _ in range(0, calls, 10):
        times += await asyncio.gather(*(question(port) for _ in range(10)))
    return times


async def attack(port: int, connects: int) -> None:
    """Connect so often; each connection says something else and stays as long as it is let."""
    held: list[asyncio.StreamWriter] = []
    for number in range(connects):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(WORDS[number % len(WORDS)])
            held.append(writer)
        if len(held) >= AT_ONCE:
            held.pop(0).close()
    for writer in held:
        writer.close()


def shown(times: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(times)
    return {
        "median_ms": round(statistics.median(ordered) * 1000, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99) - 1] * 1000, 2),
        "worst_ms": round(ordered[-1] * 1000, 2),
    }


@asynccontextmanager
async def runtime_in(folder: Path) -> AsyncIterator[Runtime]:
    """A runtime in an empty folder that serves the release, with a table as its back end."""
    (folder / "x.yaml").write_text("y: [{gives: {name: abc}}]\n")
    place = folder / "releases" / "00000000"
    place.mkdir(parents=True)
    (place / "release.json").write_text(release_to_json(release()))
    settings = RuntimeSettings(folder, folder / "releases", folder / "texts")
    async with running(settings, Log(io.StringIO())) as runtime:
        yield runtime


async def bench(connects: int, calls: int) -> dict[str, object]:
    """In peace, then under attack until the attack has ended."""
    with tempfile.TemporaryDirectory() as name:
        async with runtime_in(Path(name)) as runtime:
            gateway = AgiGateway(runtime.broker, runtime.releases, TOKEN, port=0)
            async with gateway.serving() as (_, port):
                await measured(port, 20)
                peace = await measured(port, calls)
                command = [sys.executable, __file__, "--attack", str(port)]
                attacker = subprocess.Popen([*command, "--connects", str(connects)])
                begun = time.perf_counter()
                war: list[float] = []
                while attacker.poll() is None:
                    war += await measured(port, 10)
                seconds = time.perf_counter() - begun
    return {
        "peace": shown(peace),
        "attacked": {**shown(war), "questions": len(war), "failed": 0},
        "hostile_connects": connects,
        "connects_a_second": round(connects / seconds),
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connects", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--attack", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.attack:
        asyncio.run(attack(asked.attack, asked.connects))
    else:
        print(json.dumps(asyncio.run(bench(asked.connects, asked.calls)), indent=2))


if __name__ == "__main__":
    main()
