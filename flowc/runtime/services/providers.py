"""The back ends of every release that is served, each held to its promises: breaker, cache, one retry, at most once.

Knows no variables and no telephone system: operations and questions in, replies out.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flowc.expression.evaluate import Undecided
from flowc.graph.operations import InvokeKind
from flowc.graph.release import Release
from flowc.graph.services import (
    FixtureSettings,
    HttpAction,
    HttpSettings,
    NamedTemplates,
    OperationSpec,
    ServiceSpec,
    SqlSettings,
)
from flowc.machine.answers import AnswerRejected, check_answer
from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.services.answer_cache import AnswerCache
from flowc.runtime.services.breaker import Breaker
from flowc.runtime.services.model import (
    Backend,
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    Unknown,
)
from flowc.runtime.services.templates import filled, resolved

# A retry waits this long at most, so that many calls do not knock at the same moment.
_JITTER_S = 0.15
LEAVES_AFTER_S = 600.0  # longer than any question is waited for


@dataclass(frozen=True, slots=True)
class Provider:
    """A service made ready: settings resolved, back end at hand."""

    backend: Backend
    operations: Mapping[str, OperationSpec]
    breaker: Breaker


class Providers:
    """By service, as the release describes it: equal descriptions share one back end."""

    def __init__(self, folder: Path, environment: Mapping[str, str], journal: AtMostOnce) -> None:
        """`folder` is the project's."""
        self._folder = folder
        self._environment = environment
        self._journal = journal
        self._cache = AnswerCache()
        self._ready: dict[ServiceSpec, Provider] = {}
        self._leaving: dict[asyncio.Task[None], Provider] = {}

    def prepare(self, release: Release) -> None:
        """Make the release's services ready, so that a setting that fails, fails now.

        Raises SettingsError.
        """
        for service in release.services:
            if service not in self._ready:
                self._ready[service] = self._provider(service)

    def keep(self, served: Iterable[Release]) -> None:
        """Close the back ends of none of these releases, once no attempt can be under way any more."""
        used = {service for release in served for service in release.services}
        for service in self._ready.keys() - used:
            provider = self._ready.pop(service)
            leaving = asyncio.create_task(_close_later(provider))
            self._leaving[leaving] = provider
            leaving.add_done_callback(lambda done: self._leaving.pop(done, None))

    def find(self, release: Release, service: str, operation: str) -> Target | None:
        """The operation, ready to be asked; None where the release has none of that name."""
        spec = release.service(service)
        provider = None if spec is None else self._ready.get(spec)
        found = None if provider is None else provider.operations.get(operation)
        if provider is None or found is None:
            return None
        return Target(found, provider.backend, provider.breaker)

    @property
    def resting(self) -> int:
        """How many back ends are left alone for a while."""
        return sum(each.breaker.is_open for each in self._ready.values())

    async def reply(self, target: Target, question: Question, until: float) -> Reply:
        """The reply of a look-up or a request; `until` is of the event loop's clock."""
        if target.operation.kind is InvokeKind.REQUEST:
            return await self._at_most_once(target, question, until)
        return await self._look_up(target, question, until)

    async def close(self) -> None:
        """Wait for the attempts under way, then give back what is held."""
        await self._journal.drain()
        leaving = dict(self._leaving)
        for task in leaving:
            task.cancel()
        for provider in (*self._ready.values(), *leaving.values()):
            await provider.backend.close()

    def _provider(self, service: ServiceSpec) -> Provider:
        operations = {op.name: _resolved(op, self._environment) for op in service.operations}
        return Provider(_backend(service, self._folder, self._environment), operations, Breaker())

    async def _look_up(self, target: Target, question: Question, until: float) -> Reply:
        slot = (target.operation, target.backend, tuple(sorted(question.arguments.items())))
        known = self._cache.get(slot) if target.operation.cache_s else None
        if known is not None:
            return known
        reply = await _attempt(target, question, until)
        if target.operation.retries and _worth_another(reply):
            # Not for secrets: only so that calls do not all come back at once.
            await asyncio.sleep(random.uniform(0, _JITTER_S))  # noqa: S311
            reply = await _attempt(target, question, until)
        if target.operation.cache_s and _worth_keeping(target.operation, reply):
            self._cache.put(slot, reply, target.operation.cache_s)
        return reply

    async def _at_most_once(self, target: Target, question: Question, until: float) -> Reply:
        try:
            words = filled(target.operation.key, question)
        except Undecided:
            words = ""
        if not words:
            return Failed("the request has no key", refused=True)
        # A test's calls are each a world of their own.
        world = "" if question.call is None else question.call.token
        key = _hash((world, question.service, target.operation.name, words))
        body = _hash(sorted(question.arguments.items()))
        keyed = replace(question, key=key)
        return await self._journal.run(
            key, body, question.seconds, lambda: _attempt(target, keyed, until)
        )


async def _close_later(provider: Provider) -> None:
    await asyncio.sleep(LEAVES_AFTER_S)
    await provider.backend.close()


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask. `breaker` None: always."""

    operation: OperationSpec
    backend: Backend
    breaker: Breaker | None = None


async def _attempt(target: Target, question: Question, until: float) -> Reply:
    seconds = until - asyncio.get_running_loop().time()
    if seconds <= 0:
        return Failed("no time is left", refused=True)
    if target.breaker is not None and not target.breaker.allows():
        return Failed("the back end is left alone for a while", refused=True)
    reply = await target.backend.ask(target.operation, replace(question, seconds=seconds))
    if target.breaker is not None:
        _note(target.breaker, reply)
    return reply


def _note(breaker: Breaker, reply: Reply) -> None:
    if _worth_another(reply):
        breaker.failed()
    elif not (isinstance(reply, Failed) and reply.refused):
        breaker.succeeded()


def _worth_keeping(operation: OperationSpec, reply: Reply) -> bool:
    """Is it an answer? One that is not of its type is an error of one call, and not of all that follow."""
    match reply:
        case Declared():
            return True
        case Done(answer) if operation.gives is not None:
            with suppress(AnswerRejected):
                check_answer(answer, operation.gives)
                return True
            return False
        case _:
            return isinstance(reply, Done)


def _worth_another(reply: Reply) -> bool:
    """Did the back end not answer as it should?"""
    return isinstance(reply, Unknown) or (isinstance(reply, Failed) and reply.again)


def _resolved(operation: OperationSpec, environment: Mapping[str, str]) -> OperationSpec:
    """The operation with the environment's values in its templates. Raises SettingsError."""
    ready = replace(operation, key=resolved(operation.key, environment))
    action = operation.action
    if not isinstance(action, HttpAction):
        return ready

    def every(fields: NamedTemplates) -> NamedTemplates:
        return tuple((name, resolved(value, environment)) for name, value in fields)

    return replace(
        ready,
        action=replace(
            action,
            path=resolved(action.path, environment),
            query=every(action.query),
            headers=every(action.headers),
            body=every(action.body),
        ),
    )


def _backend(service: ServiceSpec, folder: Path, environment: Mapping[str, str]) -> Backend:
    """The back end of a service; its library is loaded only now. Raises SettingsError."""
    match service.settings:
        case SqlSettings() as settings:
            from flowc.runtime.services.sql import SqlBackend

            return SqlBackend(settings, folder, environment)
        case HttpSettings() as settings:
            from flowc.runtime.services.http import HttpBackend

            return HttpBackend(settings, folder, environment)
        case FixtureSettings() as settings:
            from flowc.runtime.services.fixture import FixtureBackend

            return FixtureBackend(settings, folder, environment)


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
