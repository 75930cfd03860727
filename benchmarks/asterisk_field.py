"""A booted server that holds every variant of the measured path, and the servers beside it.

All variants play the same files and leave the same record; each is entered by a number of its own
context. Knows nothing of figures.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asterisk_lines import Lines, caller_dialplan
from path_project import by_hand, compiled
from path_scripts import MEASURED, SCRIPTS

from flowc.target import Bundle
from flowc_asterisk import TARGET
from flowc_asterisk.ami.client import connect
from flowc_asterisk.entry import ENTRY
from flowc_asterisk.lab.configuration import LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer

HERE = Path(__file__).parent
GAP_S = 0.017  # between calls, all variants together: about half of one core
CONTEXTS = {
    "compiled": ENTRY,
    "plainest": "plainest",
    "native_same": "native",
    "panoramisk": "panoramisk",
    "ari": "ari",
    "null": "null",
}
BY_HAND = ("plainest", "native_same", "served")
# In the order of what needs what; Asterisk 20 has no res_websocket_client, and does without.
_ARI_MODULES = (
    *("res_http_websocket", "res_websocket_client", "res_stasis", "res_stasis_recording"),
    *("res_stasis_playback", "res_stasis_answer", "res_stasis_snoop", "res_ari_model", "res_ari"),
    *("app_stasis", "res_ari_events", "res_ari_channels", "res_ari_playbacks"),
)


@dataclass(frozen=True, slots=True)
class AsteriskField:
    """What is measured on: the lines into it, the process of each variant beside Asterisk."""

    lines: Lines
    server: AsteriskServer
    beside: Mapping[str, Process]
    variants: tuple[str, ...]

    def pids(self, variant: str) -> tuple[int, ...]:
        """The processes that work for a variant's calls."""
        beside = self.beside.get(variant)
        return (self.server.pid, *([beside.pid] if beside else []))

    async def measured(self, variant: str, calls: int) -> Counter[str]:
        """Place so many measured calls; the marks they left, once all have ended."""
        return await self.lines.all(
            CONTEXTS[variant], MEASURED.name, calls, GAP_S * len(self.variants)
        )

    async def played(self, variant: str, names: Sequence[str]) -> Counter[str]:
        """Place the calls of these names, all at once; the marks they left."""
        for name in names:
            await self.lines.place(CONTEXTS[variant], name)
        return await self.lines.ended(len(names))


@asynccontextmanager
async def field(
    folder: Path, asked: tuple[str, ...] = tuple(CONTEXTS)
) -> AsyncIterator[AsteriskField]:
    """Boot the server, start what stands beside it, load every variant."""
    sounds = folder / "sounds"
    bundle = compiled(TARGET, sounds, "PJSIP/anna")
    plan = LabPlan(dialplan=caller_dialplan(SCRIPTS), verbose=0)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(AsteriskServer(ensure_asterisk(), plan))
        beside = {}
        english = str(sounds / "en")
        port = 0
        if "panoramisk" in asked:
            command = (sys.executable, str(HERE / "asterisk_fastagi.py"), english)
            agi = beside["panoramisk"] = await stack.enter_async_context(_process(*command))
            port = int(await _line(agi))
        _install(server, bundle, sounds, port)
        if "ari" in asked:
            beside["ari"] = await _ari(stack, server, english)
        account = (server.account.name, server.account.secret)
        ami = await stack.enter_async_context(
            connect(server.host, server.ports.control, *account, events=False)
        )
        # Have the server read what was installed.
        for words in ("queue reload all", "dialplan reload"):
            await server.cli(words)
        yield AsteriskField(Lines(server, ami), server, beside, asked)


def _install(server: AsteriskServer, bundle: Bundle, sounds: Path, agi_port: int) -> None:
    texts = [
        bundle.artifact("release/extensions.conf").text,
        bundle.artifact("entry/extensions.conf").text,
        *(by_hand("asterisk", f"{name}.conf", sounds) for name in BY_HAND),
    ]
    text = "\n".join(texts).replace("@AGI@", f"127.0.0.1:{agi_port}")
    server.included("extensions").write_text(text)
    server.included("queues").write_text(bundle.artifact("entry/queues.conf").text)


async def _ari(stack: AsyncExitStack, server: AsteriskServer, english: str) -> Process:
    """Open the server's HTTP side on loopback, load ARI, and start the application."""
    user, secret, port = "bench", secrets.token_hex(16), server.ports.base + 3
    _write(server, "http", f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={port}\n")
    _write(server, "ari", f"[general]\nenabled=yes\n[{user}]\ntype=user\npassword={secret}\n")
    await server.cli("module reload http")
    for module in _ARI_MODULES:
        await server.cli(f"module load {module}.so")
    command = (sys.executable, str(HERE / "asterisk_ari.py"), english)
    process = await stack.enter_async_context(_process(*command, f"127.0.0.1:{port}", user, secret))
    await _line(process)
    return process


def _write(server: AsteriskServer, name: str, text: str) -> None:
    (server.etc / f"{name}.conf").write_text(text)


@asynccontextmanager
async def _process(*command: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _line(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    if not line:
        raise SystemExit("a server beside Asterisk did not start; its error stands above")
    return line.decode().strip()
