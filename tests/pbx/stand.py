"""A real server of either sort, a real runtime and a real back end, as tests of calls' ends stand on them.

What differs between the servers is here and nowhere else in such tests: how channels are listed, and
where the record of a call is written.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from flowc.build import Build, build
from flowc.compiler import Compiled, compile_project
from flowc.language.environments import Environment
from flowc.target import LabCall, LabRelease, LabUnavailableError, LiveLab, load_target
from flowc_asterisk.lab.executor import AsteriskLiveLab
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.lab.executor import FreeswitchLiveLab
from flowc_freeswitch.lab.find import find_server

SERVERS = ("asterisk", "freeswitch")
TOKEN = "standing"
LOOK_S = 0.05


def why_no_freeswitch() -> str:
    """Why its half of a test is left out; "" where it is played."""
    try:
        find_server()
    except LabUnavailableError as reason:
        return str(reason)
    return ""


def servers() -> list[object]:
    """The parameters of a test that is played on both; FreeSWITCH is left out where there is none."""
    why = why_no_freeswitch()
    left_out = pytest.mark.skipif(bool(why), reason=why)
    return ["asterisk", pytest.param("freeswitch", marks=left_out)]


# --- what a server shows


class Server(Protocol):
    """What tests ask of a server beyond calling it."""

    @property
    def pid(self) -> int: ...

    async def channels(self) -> list[str]:
        """Whose channels there are: the number of the caller each belongs to, "" where nobody's."""

    async def records(self, caller: str) -> list[str]:
        """What the server has written of a caller's calls, line by line."""

    async def close(self) -> None: ...


@dataclass
class AsteriskView:
    live: AsteriskLiveLab

    @property
    def pid(self) -> int:
        return self.live.server.pid

    async def channels(self) -> list[str]:
        rows = await self.live.ami.core_show_channels()
        callers = {row.get("Linkedid"): row.get("CallerIDNum") for row in rows if _is_first(row)}
        return [callers.get(row.get("Linkedid")) or row.get("ConnectedLineNum") for row in rows]

    async def records(self, caller: str) -> list[str]:
        file = self.live.server.cdr
        if not file.exists():
            return []
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
        return [row[-1] for row in rows if row[3] == caller and row[-1]]

    async def close(self) -> None:
        """Nothing of its own is open."""


def _is_first(row: Mapping[str, str]) -> bool:
    return row.get("Uniqueid") == row.get("Linkedid")


@dataclass
class FreeswitchView:
    """Its records are what the server tells any module that writes one."""

    live: FreeswitchLiveLab
    esl: Esl
    written: list[tuple[str, str]] = field(default_factory=list)
    listening: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self.live.server.pid

    async def channels(self) -> list[str]:
        shown = await self.live.esl.api("show channels as json")
        while not shown.startswith("{"):  # its own data base was busy
            await asyncio.sleep(LOOK_S)
            shown = await self.live.esl.api("show channels as json")
        return [str(row.get("cid_num", "")) for row in json.loads(shown).get("rows", [])]

    async def records(self, caller: str) -> list[str]:
        return [record for number, record in self.written if number == caller]

    async def listen(self) -> None:
        async for event in self.esl.events():
            record = event.headers.get("variable_flowc_record")
            if record:
                self.written.append((event.headers.get("Caller-Caller-ID-Number", ""), record))

    async def close(self) -> None:
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)


@asynccontextmanager
async def view_of(live: LiveLab) -> AsyncIterator[Server]:
    """A server that has booted, as tests look at it."""
    match live:
        case AsteriskLiveLab():
            yield AsteriskView(live)
        case FreeswitchLiveLab():
            async with live.server.connect() as esl:
                await esl.command("event plain CHANNEL_HANGUP_COMPLETE")
                view = FreeswitchView(live, esl)
                view.listening = asyncio.create_task(view.listen())
                try:
                    yield view
                finally:
                    await view.close()
        case _:
            raise TypeError(live)


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def cpu_share(pid: int, seconds: float = 2.0) -> float:
    """How much of one processor a process uses while nothing happens."""
    before = cpu_seconds(pid)
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


class Watch:
    """Looks at the server's channels again and again: when each caller's were last seen."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.seen: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Watch:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            for caller in await self._server.channels():
                self.seen[caller] = begun
            await asyncio.sleep(LOOK_S)

    async def none_left(self, seconds: float) -> bool:
        """Wait until the server has no channel at all."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while await self._server.channels():
            if loop.time() > end:
                return False
            await asyncio.sleep(LOOK_S)
        return True


# --- a back end


@dataclass
class BackEnd:
    """Answers each question after a while, and counts what it was asked to do, by its body."""

    seconds: float
    port: int = 0
    orders: Counter[str] = field(default_factory=Counter)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r")[0] or 0)
            asked = json.loads(await reader.readexactly(length) or b"{}")
            if head.startswith("post"):
                self.orders[asked["number"]] += 1
            await asyncio.sleep(self.seconds)
            body = b'{"name": "li"}'
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
                + f"content-length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def back_end(seconds: float) -> AsyncIterator[BackEnd]:
    made = BackEnd(seconds)
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


# --- a project on a server


@dataclass(frozen=True)
class Standing:
    """A server that holds a release and has been booted for some calls."""

    compiled: Compiled
    made: Build
    live: LiveLab
    server: Server


def written(folder: Path, files: Mapping[str, str]) -> Compiled:
    """A project on the disk, compiled."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    compiled = compile_project(folder)
    told = [(one.code.number, str(one.span), one.label("en")) for one in compiled.found]
    assert compiled.graph is not None, told
    return compiled


async def built(name: str, compiled: Compiled, project: Path, words: Mapping[str, str]) -> Build:
    """Its release for a lab's server; `words` are the settings of the environment."""
    place = Environment("lab", name, dict(words))
    releases = Path(words["root"]) / "releases"
    return await asyncio.to_thread(
        build, compiled, place, load_target(name), releases, project_folder=project, lab=True
    )


@asynccontextmanager
async def standing(
    name: str, compiled: Compiled, made: Build, calls: Sequence[LabCall]
) -> AsyncIterator[Standing]:
    """Boot a server of the target's for these calls."""
    async with AsyncExitStack() as stack:
        lab = load_target(name).lab()  # type: ignore[attr-defined]  # both built-in targets have one
        release = LabRelease(made.request, made.bundle)
        live = await stack.enter_async_context(lab.booted([release], calls))
        server = await stack.enter_async_context(view_of(live))
        yield Standing(compiled, made, live, server)
