"""One question of a live call, from its arguments to the variables of the answer, within its deadline.

Keeps the promises that no back end can keep alone: the deadline, one retry at most, the breaker, the
cache, at most once. Knows no telephone system.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from flowc.expression.evaluate import Undecided, Value
from flowc.graph.as_json import Json
from flowc.graph.operations import Invoke, InvokeKind
from flowc.graph.prompts import ReadAs, reading_variable, sound_key
from flowc.graph.prompts import Sound as PromptSound
from flowc.graph.release import Release
from flowc.graph.services import (
    FixtureAction,
    FixtureSettings,
    HttpSettings,
    OperationSpec,
    ServiceSpec,
    SqlSettings,
)
from flowc.machine.answers import AnswerRejected, answer_variables, check_answer
from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.logs import Log
from flowc.runtime.metrics import Metrics
from flowc.runtime.readout import read_out
from flowc.runtime.services.answer_cache import AnswerCache
from flowc.runtime.services.breaker import Breaker
from flowc.runtime.services.model import (
    Backend,
    CallFacts,
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    SettingsError,
    Unknown,
)
from flowc.runtime.services.scripts import CallScripts, ScriptedBackend
from flowc.runtime.services.templates import filled, resolved
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc.runtime.spoken_texts import SpokenTexts
from flowc.runtime.world import CallWorld
from flowc.speech.readers.model import UnknownLanguageError, UnreadableError

# A retry waits this long at most, so that many calls do not knock at the same moment.
_JITTER_S = 0.15


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the call goes on with; `variables` are empty unless the outcome is `done`."""

    outcome: str
    variables: Mapping[str, Value] = field(default_factory=dict, repr=False)


class Broker:
    """Answers the questions of every call of every release."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        journal: AtMostOnce,
        desk: TicketDesk,
        texts: SpokenTexts,
        log: Log,
        metrics: Metrics,
        scripts: CallScripts | None = None,
    ) -> None:
        """`folder` is the project's; `scripts` are given in test mode only."""
        self._folder = folder
        self._environment = environment
        self._journal = journal
        self._desk = desk
        self._texts = texts
        self._log = log
        self._metrics = metrics
        self._scripts = scripts
        self._cache = AnswerCache()
        self._backends: dict[ServiceSpec, Backend] = {}
        self._breakers: dict[ServiceSpec, Breaker] = {}

    def prepare(self, release: Release) -> None:
        """Make the release's back ends ready, so that a setting that fails, fails now.

        Raises SettingsError.
        """
        for service in release.services:
            if service not in self._backends:
                self._backends[service] = _backend(service, self._folder, self._environment)
                self._breakers[service] = Breaker()

    async def ask(
        self, release: Release, invoke: Invoke, arguments: Mapping[str, Value], call: CallFacts
    ) -> Outcome:
        """The outcome of one question. Never raises for what a back end or a caller does."""
        begun = monotonic()
        until = begun + invoke.deadline_ms / 1000
        try:
            outcome = await self._outcome(release, invoke, arguments, call, until)
        except Exception as error:
            outcome = Outcome("error" if invoke.kind is InvokeKind.LOOKUP else "unknown")
            self._tell(invoke, call, f"defect: {type(error).__name__}", "error")
        self._metrics.asked(invoke, outcome.outcome, monotonic() - begun)
        return outcome

    async def delivered(self, invoke: Invoke, call: CallFacts) -> None:
        """The call has the outcome."""
        if invoke.kind is InvokeKind.TICKET and invoke.operation == "open":
            await self._desk.told(invoke, call)

    async def lost(self, invoke: Invoke, call: CallFacts) -> None:
        """The caller hung up before the call had the outcome."""
        if invoke.kind is InvokeKind.TICKET and invoke.operation == "open":
            await self._desk.abandon(invoke, call)

    async def close(self) -> None:
        """Wait for the attempts under way, then give back what is held."""
        await self._journal.drain()
        for backend in self._backends.values():
            await backend.close()

    async def _outcome(
        self,
        release: Release,
        invoke: Invoke,
        arguments: Mapping[str, Value],
        call: CallFacts,
        until: float,
    ) -> Outcome:
        world = CallWorld(release.graph, call.now)
        reply = await self._reply(release, invoke, arguments, call, until, world)
        match reply:
            case Declared(result) if result in invoke.results:
                return Outcome(result)
            case Declared(result):
                return self._failed(invoke, call, Unknown(f"{result} is no result of this place"))
            case Failed() | Unknown():
                return self._failed(invoke, call, reply)
            case Done(answer):
                return await self._filled(release, invoke, answer, call, world)

    async def _reply(
        self,
        release: Release,
        invoke: Invoke,
        arguments: Mapping[str, Value],
        call: CallFacts,
        until: float,
        world: CallWorld,
    ) -> Reply:
        script = self._script(invoke, call)
        if invoke.kind is InvokeKind.TICKET and script is None:
            return await self._desk.reply(release, invoke, arguments, call)
        service = release.service(invoke.service)
        operation = None if service is None else service.operation(invoke.operation)
        if script is not None and operation is None:
            operation = OperationSpec(
                invoke.operation, invoke.kind, (), FixtureAction(), None, invoke.results
            )
        if operation is None:
            return Failed("the release has no such operation", refused=True)
        asking = _Asking(self, release, service, script, operation, until, call)
        question = Question(invoke.service, arguments, world, until - monotonic(), "", call)
        if invoke.kind is InvokeKind.REQUEST:
            return await asking.at_most_once(question)
        return await asking.look_up(question)

    def _script(self, invoke: Invoke, call: CallFacts) -> ScriptedBackend | None:
        if self._scripts is None or not call.token:
            return None
        script = self._scripts.backend(call.token)
        # Work orders are the runtime's own and are kept in tests too, unless a script says otherwise.
        if script is not None and invoke.kind is InvokeKind.TICKET:
            return script if script.knows(f"{invoke.service}.{invoke.operation}") else None
        return script

    async def _filled(
        self, release: Release, invoke: Invoke, answer: Json, call: CallFacts, world: CallWorld
    ) -> Outcome:
        """Variables of an answer that was checked against what the service declared."""
        try:
            service = release.service(invoke.service)
            operation = None if service is None else service.operation(invoke.operation)
            if operation is not None and operation.gives is not None:
                check_answer(answer, operation.gives)
            languages = release.graph.languages
            variables = answer_variables(invoke, answer, languages, read_out, world)
        except (AnswerRejected, UnreadableError, UnknownLanguageError) as error:
            return self._failed(invoke, call, Unknown(f"the answer: {error}"))
        return Outcome("done", {**variables, **await self._spoken(release, invoke, variables)})

    async def _spoken(
        self, release: Release, invoke: Invoke, variables: Mapping[str, Value]
    ) -> dict[str, Value]:
        """The keys of free texts, now that their sounds are there, or of what stands for them."""
        wanted = [
            (language, each.variable)
            for each in invoke.readings
            if each.read_as is ReadAs.TEXT and each.variable in variables
            for language in release.graph.languages
        ]
        voices = dict(release.voices)
        made = await asyncio.gather(
            *(self._texts.sound(lang, str(variables[name]), voices) for lang, name in wanted)
        )
        fallback = {
            lang: sound_key(lang, PromptSound(release.fallback)) if release.fallback else ""
            for lang in release.graph.languages
        }
        return {
            reading_variable(name, lang): fallback[lang] if key is None else key
            for (lang, name), key in zip(wanted, made, strict=True)
        }

    def _failed(self, invoke: Invoke, call: CallFacts, reply: Failed | Unknown) -> Outcome:
        """A look-up changed nothing, so that not knowing is an error like any other."""
        perhaps = isinstance(reply, Unknown) and invoke.kind is not InvokeKind.LOOKUP
        self._tell(invoke, call, reply.why, "warning")
        return Outcome("unknown" if perhaps else "error")

    def _tell(self, invoke: Invoke, call: CallFacts, why: str, level: str) -> None:
        name = f"{invoke.service}.{invoke.operation}"
        self._log.event("not_answered", level, call=call.id, site=invoke.site, asked=name, why=why)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One operation about to be asked, by its script in a test, else by its back end."""

    broker: Broker
    release: Release
    service: ServiceSpec | None
    script: ScriptedBackend | None
    operation: OperationSpec
    until: float
    call: CallFacts

    async def look_up(self, question: Question) -> Reply:
        """From the cache, or by one attempt and at most one more."""
        cached = self.script is None and self.operation.cache_s > 0
        slot = (self.service, self.operation, tuple(sorted(question.arguments.items())))
        cache = self.broker._cache
        if cached and (known := cache.get(slot)) is not None:
            return known
        reply = await self._attempt(question)
        for _ in range(min(1, self.operation.retries)):
            if isinstance(reply, Unknown) or (isinstance(reply, Failed) and reply.again):
                # Not for secrets: only so that calls do not all come back at once.
                await asyncio.sleep(random.uniform(0, _JITTER_S))  # noqa: S311
                reply = await self._attempt(question)
        if cached and isinstance(reply, Done | Declared):
            cache.put(slot, reply, self.operation.cache_s)
        return reply

    async def at_most_once(self, question: Question) -> Reply:
        """By the journal. A key that cannot be worked out asks nothing."""
        try:
            key_template = resolved(self.operation.key, self.broker._environment)
            words = filled(key_template, question)
        except (Undecided, SettingsError):
            return Failed("the request has no key", refused=True)
        if not words:
            return Failed("the request has no key", refused=True)
        # A test's calls are each a world of their own.
        place = (self.call.token, question.service, self.operation.name, words)
        keyed = Question(
            question.service,
            question.arguments,
            question.world,
            question.seconds,
            _hash(place),
            self.call,
        )
        body = _hash(tuple(sorted(question.arguments.items())))
        journal = self.broker._journal
        return await journal.run(keyed.key, body, question.seconds, lambda: self._attempt(keyed))

    async def _attempt(self, question: Question) -> Reply:
        seconds = self.until - monotonic()
        if seconds <= 0:
            return Failed("no time is left")
        if self.script is not None:
            return await self.script.ask(self.operation, _within(question, seconds))
        assert self.service is not None
        breaker = self.broker._breakers[self.service]
        if not breaker.allows():
            return Failed("the back end is left alone for a while", refused=True)
        backend = self.broker._backends[self.service]
        reply = await backend.ask(self.operation, _within(question, seconds))
        if isinstance(reply, Unknown) or (isinstance(reply, Failed) and reply.again):
            breaker.failed()
        elif not (isinstance(reply, Failed) and reply.refused):
            breaker.succeeded()
        return reply


def _backend(service: ServiceSpec, folder: Path, environment: Mapping[str, str]) -> Backend:
    """The back end of a service; its library is loaded only now. Raises SettingsError."""
    match service.settings:
        case SqlSettings() as settings:
            from flowc.runtime.services.sql import SqlBackend  # noqa: PLC0415 - heavy

            return SqlBackend(settings, folder, environment)
        case HttpSettings() as settings:
            from flowc.runtime.services.http import HttpBackend  # noqa: PLC0415 - heavy

            return HttpBackend(settings, folder, environment)
        case FixtureSettings() as settings:
            from flowc.runtime.services.fixture import FixtureBackend  # noqa: PLC0415 - yaml

            return FixtureBackend(settings, folder, environment)


def _within(question: Question, seconds: float) -> Question:
    return Question(
        question.service, question.arguments, question.world, seconds, question.key, question.call
    )


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
