"""What both telephone systems ask: one runtime, its back ends, and the environment's secret.

The runtime serves Asterisk and FreeSWITCH side by side out of one process, as in production.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flowc.graph.as_json import release_to_json
from flowc.graph.model import FlowGraph
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc_asterisk.agi.gateway import AgiGateway
from tests.injection import flows
from tests.injection.far_end import FarEnd, far_end

TOKEN = "agi0token0of0the0test"  # of the FastAGI gateway
SECRET = "s3cr3t-Canary/of+the=test"  # what `${env:...}` stands for in the services


@dataclass(frozen=True)
class World:
    """`agi`: where the FastAGI gateway listens."""

    folder: Path
    graphs: Mapping[str, FlowGraph]
    end: FarEnd
    runtime: Runtime
    agi: int

    @property
    def log(self) -> Path:
        return self.folder / "runtime.log"

    @property
    def store(self) -> Path:
        return self.folder / "runtime.db"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def world(folder: Path, graphs: Mapping[str, FlowGraph]) -> AsyncIterator[World]:
    """Back ends, runtime and the FastAGI gateway; the releases are those that benches install."""
    async with AsyncExitStack() as stack:
        end = await stack.enter_async_context(far_end(folder / "far"))
        for number, graph in enumerate(graphs.values(), 1):
            place = folder / "releases" / f"{number:08x}"
            place.mkdir(parents=True)
            made = flows.release(graph, f"{number:08x}", end.port)
            (place / "release.json").write_text(release_to_json(made), encoding="utf-8")
        log = stack.enter_context((folder / "runtime.log").open("w", encoding="utf-8"))
        settings = RuntimeSettings(
            folder,
            folder / "releases",
            folder / "texts",
            store=f"sqlite:///{folder / 'runtime.db'}",
            environment={flows.SECRET: SECRET, "INJECTION_DB": str(end.file)},
        )
        runtime = await stack.enter_async_context(running(settings, Log(log)))
        gateway = AgiGateway(runtime.broker, runtime.releases, TOKEN, port=free_port())
        _, port = await stack.enter_async_context(gateway.serving())
        yield World(folder, graphs, end, runtime, port)
