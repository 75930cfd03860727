"""A runtime that is asked to stop, and one that is killed in the middle of a request."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from flowc.runtime.app import Runtime, RuntimeSettings, serve
from flowc.runtime.logs import Log
from flowc.runtime.services.model import Done, Reply, Unknown
from tests.unit.runtime.runtime_support import Store, run
from tests.unit.runtime.test_at_most_once import journals

ATTEMPT = """
import asyncio, sys
from pathlib import Path
from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.logs import Log
from flowc.runtime.store import open_store
from flowc.runtime.tables import create_tables

async def attempt():
    Path("effect").write_text("once")
    await asyncio.sleep(60)

async def main():
    engine = open_store("sqlite:///runtime.db", Path("."))
    await create_tables(engine)
    await AtMostOnce(engine, Log()).run("k", "b", 0.2, attempt)

asyncio.run(main())
"""


class NoCalls:
    """A gateway that nobody calls; it notes whether it was closed in order."""

    def __init__(self, _runtime: Runtime) -> None:
        self.closed = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """Nothing listens."""
        yield "127.0.0.1", 0
        self.closed = True


def test_a_runtime_that_is_asked_to_stop_closes_its_gateway_first(tmp_path: Path) -> None:
    made: list[NoCalls] = []

    def gateway(runtime: Runtime) -> NoCalls:
        made.append(NoCalls(runtime))
        return made[0]

    async def call() -> None:
        log = io.StringIO()
        settings = RuntimeSettings(tmp_path, tmp_path / "releases", tmp_path / "texts")
        task = asyncio.create_task(serve(settings, [gateway], Log(log)))
        while '"serving"' not in log.getvalue():
            assert not task.done()
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        assert made[0].closed
        assert [line.split('"event": "')[1].split('"')[0] for line in log.getvalue().splitlines()][
            -2:
        ] == ["stopping", "stopped"]

    run(call())


def test_a_request_in_which_the_runtime_was_killed_is_never_attempted_again(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ATTEMPT], cwd=tmp_path)
    give_up = time.monotonic() + 20
    while not (tmp_path / "effect").exists():
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.02)
    process.kill()
    process.wait()

    async def again() -> Reply:
        (tmp_path / "effect").write_text("twice")
        return Done(1)

    async def call() -> None:
        async with journals(Store("sqlite:///runtime.db", tmp_path)) as (first, second, _):
            for journal in (first, second):
                assert isinstance(await journal.run("k", "b", 3.0, again), Unknown)

    run(call())
    assert (tmp_path / "effect").read_text() == "once"
