"""What the tests of deploys share: small releases made by the real targets, and servers to put them on."""

from __future__ import annotations

import asyncio
import json
import random
import wave
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from flowc.deploy.build_folder import BuildFolder, open_build
from flowc.deploy.deployment import Deployment, Wishes
from flowc.deploy.disk import Disk
from flowc.deploy.steps import Observer
from flowc.graph.as_json import release_to_json
from flowc.graph.exits import Hangup, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import OUTCOME, Answer, Enqueue, Play, outcomes
from flowc.graph.prompts import Phrase, Sound
from flowc.graph.release import Release
from flowc.lab.private import PrivateServer
from flowc.target import (
    EmitRequest,
    Environment,
    Installable,
    Installer,
    QueueSettings,
    load_target,
)
from flowc.telephony import ulaw
from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from flowc.telephony.hearing import Heard, PromptBook, find_prompts
from flowc_asterisk.lab.configuration import AmiAccount
from flowc_asterisk.lab.configuration import LabPlan as AsteriskPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_freeswitch.lab.configuration import CALLCENTER, LUA, LabPlan
from flowc_freeswitch.lab.find import find_server
from flowc_freeswitch.lab.server import FreeswitchServer
from tests.pbx.support_freeswitch import needs_server

NUMBER = "3285028"
LEAST = AmiAccount("flowc", "a secret", read="system", write="system,reporting")


def phrase(name: str) -> tuple[Phrase, ...]:
    return (Phrase(name, (("zh", (Sound(name),)),)),)


def graph(prompts: int, queue: str = "") -> FlowGraph:
    """A call that is answered and hears `prompts` recordings, one a node; then a queue, or the end."""
    blocks = []
    for index in range(prompts):
        here, after = (BlockId("hotline", f"say{n}") for n in (index, index + 1))
        last = index == prompts - 1
        leave = Jump(after) if not last or queue else Hangup()
        first = (Answer(),) if index == 0 else ()
        blocks.append(
            Block(here, (*first, Play(phrase(f"say{index}"))), leave, Origin(here.node_name, "say"))
        )
    if queue:
        blocks += _queue_blocks(queue, prompts)
    entry = BlockId("hotline", "say0")
    return FlowGraph(
        "hotline", ("zh",), "UTC", ((NUMBER, entry),), {each.id: each for each in blocks}
    )


def _queue_blocks(queue: str, prompts: int) -> list[Block]:
    here, end = BlockId("hotline", f"say{prompts}"), BlockId("hotline", "end")
    enqueue = Enqueue(queue)
    ways = tuple((outcome, end) for outcome in outcomes(enqueue))
    origin = Origin(here.node_name, "queue")
    return [
        Block(here, (enqueue,), Switch(OUTCOME, ways), origin),
        Block(end, (), Hangup(), origin),
    ]


@dataclass(frozen=True)
class Host:
    """A booted server, the root that deploys to it write to, and what a deploy must know of it.

    `trying`: what it must know besides for a trial call; `files`: those of the server's own that
    deploys add lines to; `part`: a file of a release that a call goes through; `generated`: one of
    `current/`; `wrong`: settings that the server refuses; `encode`: what it makes of sounds.
    """

    target: str
    server: PrivateServer[Any]
    sip: tuple[str, int]
    root: Path
    builds: Path
    words: Mapping[str, str]
    files: tuple[Path, ...]
    part: str
    generated: str
    wrong: Mapping[str, str]
    encode: Callable[[bytes], bytes] = ulaw.encode
    trying: Mapping[str, str] = field(default_factory=dict)

    def build(
        self,
        prompts: int = 1,
        queue: str = "",
        settings: QueueSettings | None = None,
        *,
        seconds: float = 30.0,
    ) -> BuildFolder:
        """A release of its own: `prompts` recordings of `seconds` each, then the queue."""
        flow = graph(prompts, queue)
        seed = f"{prompts} {queue} {settings} {seconds}"
        id_ = sha256(seed.encode()).hexdigest()
        sounds = f"{self.root}/releases/{id_[:8]}/sounds"
        queues = {queue: settings or QueueSettings(most_waiting=prompts)} if queue else {}
        place = Environment(sounds, str(self.root / "recordings"), token="t", queues=queues)
        bundle = load_target(self.target).emit(EmitRequest(flow, id_, place))
        folder = self.builds / id_[:8]
        for artifact in bundle.artifacts:
            _put(folder / artifact.path, artifact.content)
        for index in range(prompts):
            path = folder / "sounds/zh" / f"say{index}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            _noise(path, f"{seed} {index}", seconds)
        facts = {
            "release": id_,
            "project": "hotline",
            "target": self.target,
            "sounds": sounds,
            "numbers": [NUMBER],
            "sound_keys": [f"zh/say{index}" for index in range(prompts)],
        }
        _put(folder / "build.json", json.dumps(facts).encode())
        _put(folder / "release.json", release_to_json(Release(id_[:8], flow)).encode())
        return open_build(folder)

    def installer(self, words: Mapping[str, str] | None = None) -> Installer:
        """The target's own, with other words where some are given."""
        target = load_target(self.target)
        assert isinstance(target, Installable)
        return target.installer(self.root, {**self.words, **(words or {})})

    def deployment(
        self,
        installer: Installer | None = None,
        *,
        disk: Disk | None = None,
        observe: Observer = lambda _: None,
    ) -> Deployment:
        return Deployment(self.root, installer or self.installer(), disk=disk, observe=observe)

    def contents(self) -> dict[Path, bytes | None]:
        """The server's own files as they are."""
        return {each: each.read_bytes() if each.exists() else None for each in self.files}


def agree(_lines: object) -> bool:
    return True


AGREED = Wishes(agree=agree)
Booted = Callable[[Path], AbstractAsyncContextManager[Host]]


@asynccontextmanager
async def asterisk(folder: Path, dialplan: str = "") -> AsyncIterator[Host]:
    """An Asterisk whose callers enter flowc's entry, and that knows nothing of flowc's files yet."""
    plan = AsteriskPlan(
        entry_context="flowc-entry",
        dialplan=dialplan,
        includes={},
        accounts=(LEAST, AmiAccount("weak", "weak", read="", write="reporting")),
    )
    async with AsteriskServer(ensure_asterisk(), plan) as server:
        words = {
            "ami": f"{server.host}:{server.ports.control}",
            "ami_user": LEAST.name,
            "ami_secret": LEAST.secret,
            "etc": str(server.etc),
            "log": str(server.log),
        }
        names = ("extensions.conf", "queues.conf", "musiconhold.conf")
        yield Host(
            *("asterisk", server, (server.host, server.ports.sip)),
            *(folder / "root", folder / "builds", words),
            tuple(server.etc / name for name in names),
            part="release/extensions.conf",
            generated="extensions.conf",
            wrong={"ami_secret": "wrong"},
            trying={"ami_user": "lab", "ami_secret": server.account.secret},
        )


@asynccontextmanager
async def freeswitch(folder: Path, dialplan: str = "") -> AsyncIterator[Host]:
    """The same of FreeSWITCH."""
    plan = LabPlan("flowc-entry", dialplan=dialplan)
    async with FreeswitchServer(find_server(), plan) as server:
        known = server.instance
        words = {
            "runtime": f"{server.host}:{known.control}",
            "token": known.password,
            "etc": str(known.etc),
        }
        yield Host(
            *("freeswitch", server, (server.host, server.ports.sip)),
            *(folder / "root", folder / "builds", words),
            (known.etc / "dialplan/flowc.xml", known.etc / LUA, known.etc / CALLCENTER),
            part="scripts/flow_hotline.lua",
            generated="dialplan.xml",
            wrong={"token": "wrong"},
            encode=ulaw.encode_exactly,
        )


ON_BOTH = pytest.mark.parametrize(
    "boot",
    [
        pytest.param(asterisk, id="asterisk"),
        pytest.param(freeswitch, id="freeswitch", marks=needs_server),
    ],
)


def run(boot: Booted, folder: Path, scenario: Callable[[Host], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with boot(folder) as host:
            await scenario(host)

    asyncio.run(whole())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.02)


async def answers_with(host: Host, build: BuildFolder) -> bool:
    """Does a new call hear the first words of this release?"""
    async with Caller(host.sip) as caller:
        call = await caller.call(NUMBER, how=Dialling(speaks=False))
        await call.wait_ended(0.6)
        return any(found.prompt == "say0" for found in heard(host, call, build))


async def calls_of(caller: Caller, count: int) -> list[OutgoingCall]:
    how = Dialling(speaks=False)
    return list(await asyncio.gather(*(caller.call(NUMBER, how=how) for _ in range(count))))


def heard(host: Host, call: OutgoingCall, build: BuildFolder) -> list[Heard]:
    """The sounds of a build in what a call heard."""
    sounds = {path.stem: path for path in (build.path / "sounds/zh").glob("*.wav")}
    return find_prompts(call.heard, PromptBook(sounds, host.encode))


def heard_whole(host: Host, call: OutgoingCall, build: BuildFolder) -> list[str]:
    return [found.prompt for found in heard(host, call, build) if found.complete]


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _noise(path: Path, seed: str, seconds: float) -> None:
    noise = random.Random(seed)
    samples = array("h", (noise.randrange(-9000, 9000) for _ in range(8000)))
    whole = (samples.tobytes() * (int(seconds) + 1))[: int(seconds * 16000)]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(whole)
