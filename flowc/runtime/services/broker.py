"""One question of a live call, from its arguments to the variables of the answer, within its deadline.

Chooses who answers (a test's script, the desk of work orders, a back end) and checks what comes
back. Knows no telephone system.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flowc.expression.evaluate import Value
from flowc.graph.as_json import Json
from flowc.graph.operations import Invoke, InvokeKind
from flowc.graph.prompts import ReadAs, Sound, reading_variable, sound_key
from flowc.graph.release import Release
from flowc.graph.services import FixtureAction, OperationSpec
from flowc.machine.answers import AnswerRejected, answer_variables, check_answer
from flowc.runtime.deadlines import within
from flowc.runtime.failures import what_failed
from flowc.runtime.logs import Log
from flowc.runtime.metrics import Metrics
from flowc.runtime.services.model import (
    CallFacts,
    Declared,
    Done,
    Failed,
    Question,
    Reply,
    Unknown,
)
from flowc.runtime.services.providers import Providers, Target
from flowc.runtime.services.scripts import CallScripts, ScriptedBackend
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc.runtime.spoken_texts import SpokenTexts
from flowc.runtime.store import STEP_S
from flowc.runtime.world import CallWorld
from flowc.speech.readers.model import UnknownLanguageError, UnreadableError
from flowc.speech.readout import read_out

CANCELLED = "cancelled"  # no outcome of a call: whoever asked has gone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the call goes on with; `variables` are empty unless the outcome is `done`."""

    outcome: str
    variables: Mapping[str, Value] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question is asked: the release, its place in the graph, the call."""

    release: Release
    invoke: Invoke
    call: CallFacts

    @property
    def world(self) -> CallWorld:
        """What expressions may ask here."""
        return CallWorld(self.release.graph, self.call.now, self.call.raised)


@dataclass(frozen=True, slots=True)
class Broker:
    """Answers the questions of every call of every release. `scripts` are given in test mode only."""

    providers: Providers
    desk: TicketDesk
    texts: SpokenTexts
    log: Log
    metrics: Metrics
    scripts: CallScripts | None = None

    async def ask(self, place: Place, arguments: Mapping[str, Value]) -> Outcome:
        """The outcome of one question. Never raises for what a back end or a caller does."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        until = begun + place.invoke.deadline_ms / 1000
        ended = CANCELLED
        try:
            reply = await self._reply(place, arguments, until)
            outcome = await self._outcome(place, reply, until)
            ended = outcome.outcome
        except Exception as error:
            outcome = self._failed(place, Unknown(f"a defect: {_whereabouts(error)}"))
            ended = outcome.outcome
        except asyncio.CancelledError:
            if clock() > until:  # else it is the caller who has gone
                self._tell(place, "not_answered", why="no answer in time, nor an end")
            raise
        finally:
            self.metrics.asked(place.invoke, ended, clock() - begun)
        return outcome

    async def delivered(self, place: Place, outcome: Outcome) -> None:
        """The call has the outcome."""
        await self._mark_order(place, told=outcome.outcome == "done")

    async def lost(self, place: Place, outcome: Outcome) -> None:
        """The caller hung up, or the server had gone, before the call had the outcome."""
        if _is_effect(place.invoke):
            self._tell(place, "answer_lost", outcome=outcome.outcome)
        await self._mark_order(place, told=False)

    async def _mark_order(self, place: Place, *, told: bool) -> None:
        if not _opens_ticket(place.invoke):
            return
        mark = self.desk.told if told else self.desk.abandon
        try:
            await within(STEP_S, mark(place.invoke, place.call))
        except (SQLAlchemyError, OSError) as error:
            # The order stays untold, and is marked so by the next look at such orders.
            self._tell(place, "order_not_marked", told=told, why=what_failed(error))

    def _tell(self, place: Place, event: str, **fields: object) -> None:
        self.log.event(
            event,
            "warning",
            call=place.call.id,
            release=place.release.id,
            site=place.invoke.site,
            asked=_asked(place.invoke),
            **fields,
        )

    async def _reply(self, place: Place, arguments: Mapping[str, Value], until: float) -> Reply:
        invoke = place.invoke
        script = self._script(place)
        if invoke.kind is InvokeKind.TICKET and script is None:
            return await self._ticket(place, arguments, until)
        target = self.providers.find(place.release, invoke.service, invoke.operation)
        if script is not None:
            target = _scripted(script, invoke, target)
        if target is None:
            return Failed("the release has no such operation", refused=True)
        seconds = until - asyncio.get_running_loop().time()
        question = Question(invoke.service, arguments, place.world, seconds, call=place.call)
        return await self.providers.reply(target, question, until)

    async def _ticket(self, place: Place, arguments: Mapping[str, Value], until: float) -> Reply:
        reply = self.desk.reply(place.release, place.invoke, arguments, place.call)
        try:
            return await within(until - asyncio.get_running_loop().time(), reply)
        except TimeoutError:
            return Unknown("the store of work orders has not answered in time")

    def _script(self, place: Place) -> ScriptedBackend | None:
        if self.scripts is None or not place.call.token:
            return None
        script = self.scripts.backend(place.call.token)
        # Work orders are the runtime's own and are kept in tests too, unless a script says otherwise.
        if script is not None and place.invoke.kind is InvokeKind.TICKET:
            return script if script.knows(_asked(place.invoke)) else None
        return script

    async def _outcome(self, place: Place, reply: Reply, until: float) -> Outcome:
        match reply:
            case Declared(result) if result in place.invoke.results:
                return Outcome(result)
            case Declared(result):
                return self._failed(place, Unknown(f"{result} is no result of this place"))
            case Failed() | Unknown():
                return self._failed(place, reply)
            case Done(answer):
                return await self._filled(place, answer, until)

    async def _filled(self, place: Place, answer: Json, until: float) -> Outcome:
        """Variables of an answer, checked against what the service declared."""
        invoke, languages = place.invoke, place.release.graph.languages
        target = self.providers.find(place.release, invoke.service, invoke.operation)
        try:
            if target is not None and target.operation.gives is not None:
                check_answer(answer, target.operation.gives)
            read = partial(read_out, timezone=place.release.graph.timezone)
            variables = answer_variables(invoke, answer, languages, read, place.world)
        except (AnswerRejected, UnreadableError, UnknownLanguageError) as error:
            return self._failed(place, Unknown(f"the answer was rejected: {error}"))
        return Outcome("done", {**variables, **await self._spoken(place, variables, until)})

    async def _spoken(
        self, place: Place, variables: Mapping[str, Value], until: float
    ) -> dict[str, Value]:
        """The keys of free texts, now that their sounds are there, or of what stands for them: a call
        that has gone on by itself has no use for the answer either."""
        release = place.release
        wanted = [
            (language, each.variable)
            for each in place.invoke.readings
            if each.read_as is ReadAs.TEXT and each.variable in variables
            for language in release.graph.languages
        ]
        voices = dict(release.voices)
        made = await asyncio.gather(
            *(self.texts.sound(lang, str(variables[name]), voices, until) for lang, name in wanted)
        )
        return {
            reading_variable(name, language): key or _fallback(release, language)
            for (language, name), key in zip(wanted, made, strict=True)
        }

    def _failed(self, place: Place, reply: Failed | Unknown) -> Outcome:
        """A look-up changed nothing, so that not knowing is an error like any other."""
        invoke = place.invoke
        perhaps = isinstance(reply, Unknown) and invoke.kind is not InvokeKind.LOOKUP
        self._tell(place, "not_answered", why=reply.why)
        return Outcome("unknown" if perhaps else "error")


def _whereabouts(error: Exception) -> str:
    """What and where, without the words of the error: they may hold a caller's data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} of {Path(frame.filename).name}:{frame.lineno}"


def _asked(invoke: Invoke) -> str:
    return f"{invoke.service}.{invoke.operation}"


def _opens_ticket(invoke: Invoke) -> bool:
    return invoke.kind is InvokeKind.TICKET and invoke.operation == "open"


def _is_effect(invoke: Invoke) -> bool:
    if invoke.kind is InvokeKind.TICKET:
        return invoke.operation != "status"
    return invoke.kind is InvokeKind.REQUEST


def _scripted(script: ScriptedBackend, invoke: Invoke, target: Target | None) -> Target:
    """The same operation, answered by the script; never kept from one call for another."""
    if target is not None:
        return Target(replace(target.operation, cache_s=0), script)
    made = OperationSpec(
        invoke.operation, InvokeKind.LOOKUP, (), FixtureAction(), results=invoke.results
    )
    return Target(made, script)


def _fallback(release: Release, language: str) -> str:
    return sound_key(language, Sound(release.fallback)) if release.fallback else ""
