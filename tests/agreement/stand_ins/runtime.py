"""The runtime that a stand-in's calls ask: the real broker and promises, with nothing behind them.

What a service answers is the call's script; journal and work orders are kept in memory, and texts
are rendered at once. Everything runs on the loop of the call that asks. Knows no server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.expression.evaluate import Value
from flowc.graph.operations import Invoke
from flowc.graph.release import Release
from flowc.graph.services import OperationSpec, ServiceSpec
from flowc.runtime.at_most_once import Attempt
from flowc.runtime.logs import Log
from flowc.runtime.metrics import Metrics
from flowc.runtime.services.breaker import Breaker
from flowc.runtime.services.broker import Broker
from flowc.runtime.services.model import CallFacts, Failed, Question, Reply
from flowc.runtime.services.providers import Provider, Providers
from flowc.runtime.services.scripts import CallScripts

from .shape import Replies, State
from .sounds import Sounds

MOST_TOLD = 200


class Hung:
    """A runtime that takes every question and says nothing."""


class ScriptedRuntime:
    """Serves one release. Fits a gateway's `broker` and `releases`."""

    def __init__(self, served: Release, sounds: Sounds) -> None:
        self._served = served
        self._invokes = {
            each.site: each
            for block in served.graph.blocks.values()
            for each in block.operations
            if isinstance(each, Invoke)
        }
        self.log = _Told()
        self.desk = _Desk()
        self.scripts = CallScripts()
        self._journal = _Journal()
        providers = _Providers(Path(), {}, self._journal)  # type: ignore[arg-type]  # its shape
        providers.prepare(served)
        texts: Any = _Texts(sounds)
        desk: Any = self.desk
        self.broker = Broker(providers, desk, texts, self.log, _NoMetrics(), self.scripts)

    def invoke(self, release8: str, site: str) -> tuple[Release, Invoke] | None:
        """The release and the question that it asks at a site."""
        found = self._invokes.get(site)
        return None if found is None or release8 != self._served.id[:8] else (self._served, found)

    def in_state(self, state: State) -> ScriptedRuntime | Hung | None:
        """Itself where it answers."""
        match state:
            case State.ANSWERS:
                return self
            case State.HANGS:
                return Hung()
            case State.IS_DOWN:
                return None

    def begin(self, token: str, replies: Replies) -> None:
        """A new call, a world of its own."""
        self.scripts.register(token, replies)
        self._journal.replies.clear()

    def end(self, token: str) -> None:
        """Forget a call."""
        self.scripts.drop(token)


class _Told(Log):
    """A log that is kept in memory, the newest lines of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=MOST_TOLD)

    def event(self, name: str, level: str = "info", **fields: object) -> None:
        self.lines.append(f"{level} {name} {fields}")
        if name == "defect" or "a defect" in str(fields.get("why", "")):
            raise AssertionError(f"a defect of the runtime: {fields}")


class _NoMetrics(Metrics):
    """Nobody looks at what is counted."""

    def asked(self, invoke: Invoke, outcome: str, seconds: float) -> None:
        """Nothing."""


@dataclass
class _NoBackend:
    """Never asked: a call's script stands in the place of every service."""

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        return Failed(f"{question.service}.{operation.name} is not in the call's script")

    async def close(self) -> None:
        """Nothing is held."""


class _Providers(Providers):
    """Operations as the release declares them, without the libraries of their back ends."""

    def _provider(self, service: ServiceSpec) -> Provider:
        operations = {each.name: each for each in service.operations}
        return Provider(_NoBackend(), operations, Breaker())


class _Journal:
    """As `AtMostOnce`, for one runtime that never dies."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[str, asyncio.Task[Reply]]] = {}

    async def run(self, key: str, body: str, _: float, attempt: Attempt) -> Reply:
        known = self.replies.get(key)
        surely_not_done = known and known[1].done() and isinstance(known[1].result(), Failed)
        if known is None or surely_not_done:
            known = self.replies[key] = body, asyncio.ensure_future(attempt())
        if known[0] != body:
            return Failed("the key stands for another request already", refused=True)
        return await asyncio.shield(known[1])

    async def drain(self) -> None:
        """Nothing goes on here when a call is over."""


class _Desk:
    """Work orders are answered by a call's script; what became of the answers is kept."""

    def __init__(self) -> None:
        self.told_of: list[str] = []
        self.abandoned: list[str] = []

    async def reply(
        self, _: Release, invoke: Invoke, __: Mapping[str, Value], ___: CallFacts
    ) -> Reply:
        return Failed(f"{invoke.service}.{invoke.operation} is not in the call's script")

    async def told(self, _: Invoke, call: CallFacts) -> None:
        self.told_of.append(call.token)

    async def abandon(self, _: Invoke, call: CallFacts) -> None:
        self.abandoned.append(call.token)


class _Texts:
    """Renders at once."""

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds

    async def sound(
        self, language: str, text: str, voices: Mapping[str, str], _until: float
    ) -> str | None:
        return self._sounds.made(language, text) if language in voices else None
