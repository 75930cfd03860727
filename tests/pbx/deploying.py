"""What the tests of deploys share: small releases made by the real target, and a server to put them on."""

from __future__ import annotations

import json
import random
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

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
from flowc.target import EmitRequest, Environment, QueueSettings
from flowc_asterisk import TARGET
from flowc_asterisk.install import AsteriskInstaller
from flowc_asterisk.install_settings import InstallSettings
from flowc_asterisk.lab.configuration import AmiAccount, LabPlan
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer

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
    """A booted Asterisk, and the root that deploys to it write to."""

    server: AsteriskServer
    root: Path
    builds: Path

    def build(self, prompts: int = 1, queue: str = "", *, seconds: float = 30.0) -> BuildFolder:
        """A release of its own: `prompts` recordings of `seconds` each."""
        flow = graph(prompts, queue)
        seed = f"{prompts} {queue} {seconds}"
        id_ = sha256(seed.encode()).hexdigest()
        sounds = f"{self.root}/releases/{id_[:8]}/sounds"
        queues = {queue: QueueSettings(most_waiting=prompts)} if queue else {}
        place = Environment(sounds, str(self.root / "recordings"), token="t", queues=queues)
        bundle = TARGET.emit(EmitRequest(flow, id_, place))
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
            "target": "asterisk",
            "sounds": sounds,
            "numbers": [NUMBER],
        }
        _put(folder / "build.json", json.dumps(facts).encode())
        _put(folder / "release.json", release_to_json(Release(id_[:8], flow)).encode())
        return open_build(folder)

    @property
    def settings(self) -> InstallSettings:
        return InstallSettings(
            port=self.server.ports.control,
            user=LEAST.name,
            secret=LEAST.secret,
            etc=self.server.etc,
            log=self.server.log,
        )

    def installer(self) -> AsteriskInstaller:
        return AsteriskInstaller(self.root, self.settings)

    def deployment(
        self,
        installer: AsteriskInstaller | None = None,
        *,
        disk: Disk | None = None,
        observe: Observer = lambda _: None,
    ) -> Deployment:
        return Deployment(self.root, installer or self.installer(), disk=disk, observe=observe)


def agree(_lines: object) -> bool:
    return True


AGREED = Wishes(agree=agree)


@asynccontextmanager
async def booted(folder: Path, dialplan: str = "") -> AsyncIterator[Host]:
    """A server whose callers enter flowc's entry, and that knows nothing of flowc's files yet."""
    plan = LabPlan(
        entry_context="flowc-entry",
        dialplan=dialplan,
        includes={},
        accounts=(LEAST, AmiAccount("weak", "weak", read="", write="reporting")),
    )
    async with AsteriskServer(ensure_asterisk(), plan) as server:
        yield Host(server, folder / "root", folder / "builds")


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
