"""Serves live calls over the server's event socket: takes their questions, lays the answers before them.

It is the server's client, and comes back by itself when the server was away. While it is there it
gives a sign of life twice a second, so that calls need not wait for one that is not. Knows no flow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import time

from flowc.runtime.services.broker import Broker, Outcome
from flowc.runtime.services.model import SettingsError
from flowc_freeswitch.esl.address import refuse_open_door
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.esl.question import (
    ASK,
    TAKEN,
    CallQuestion,
    NoQuestionError,
    Releases,
    Word,
    read_question,
)
from flowc_freeswitch.esl.wire import Event

MOST_QUESTIONS = 4000
MOST_NONSENSE = 200  # questions in a row that cannot be read; such a server is left for a while
BEAT_S = 0.5
RETRY_S = 0.5
TAKEN_S = 3.0  # for a call to say that it has the answer
DRAIN_S = 10.0
FAREWELL_S = 1.0


@dataclass(slots=True)
class EslGateway:
    """`host` must be a loopback address; `token` is the event socket's password.

    `clock`: seconds since 1970.
    """

    broker: Broker
    releases: Releases
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8021
    clock: Callable[[], float] = time
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _taken: dict[tuple[str, str, str], asyncio.Event] = field(default_factory=dict)
    _told: str = "nothing yet"
    _nonsense: int = 0
    _ending: bool = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """Serve while the context is open, whenever the server is there; then end what is under way.

        Raises SettingsError where strangers could come in, too.
        """
        try:
            refuse_open_door(self.host, self.token)
        except ValueError as reason:
            raise SettingsError(str(reason)) from reason
        staying = asyncio.create_task(self._stay_connected())
        try:
            yield self.host, self.port
        finally:
            self._ending = True
            await self._drain()
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_S)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stay_connected(self) -> None:
        while True:
            try:
                async with Esl(self.host, self.port, self.token) as esl:
                    await self._serve(esl)
            except EslError as error:
                self._note(str(error))
            await asyncio.sleep(RETRY_S)

    def _note(self, why: str) -> None:
        """Each state of the server once, not at each try."""
        if why != self._told:
            self._told = why
            level = "warning" if why else "info"
            self.broker.log.event("event_socket", level, why=why or "connected")

    async def _serve(self, esl: Esl) -> None:
        await esl.subscribe(ASK, TAKEN)
        await esl.wake_presence()
        self._note("")
        self._nonsense = 0
        beating = asyncio.create_task(self._beat(esl))
        try:
            async for event in esl.events():
                self.take(esl, event)
                if self._nonsense >= MOST_NONSENSE:
                    raise EslError("it asks only what nobody can answer")
            raise EslError(esl.fault)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            with suppress(EslError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await esl.api("global_setvar flowc_beat=0")

    async def _beat(self, esl: Esl) -> None:
        while not esl.gone.is_set():
            await esl.api(f"global_setvar flowc_beat={int(self.clock() * 1000)}")
            await asyncio.sleep(BEAT_S)

    def take(self, esl: Esl, event: Event) -> None:
        """An event of the server."""
        if event.subclass == TAKEN:
            fields = ("Flowc-Call", "Flowc-Sequence", "Flowc-Step")
            uuid, sequence, step = (event.headers.get(name, "") for name in fields)
            if (uuid, sequence, step) in self._taken:
                self._taken[uuid, sequence, step].set()
        elif event.subclass == ASK:
            self._begin(esl, event)

    def _begin(self, esl: Esl, event: Event) -> None:
        try:
            question = read_question(event, self.releases, self.clock)
        except NoQuestionError as why:
            self._turn_away(event, str(why))
            return
        except Exception as error:  # of one question; the others' gateway goes on
            self._tell_defect(error)
            return
        self._nonsense = 0
        if len(self._tasks) >= MOST_QUESTIONS:
            self.broker.metrics.turned_away.labels("too many calls").inc()
            return
        answering = self._decline if self._ending else self._answer
        task = asyncio.create_task(answering(esl, question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_defect(self, error: Exception) -> None:
        """What it is, without its words: they may hold a caller's data."""
        self.broker.log.event("defect", "error", error=type(error).__name__)

    async def _answer(self, esl: Esl, question: CallQuestion) -> None:
        try:
            with self.broker.metrics.calls.track_inprogress():
                await self._see_through(esl, question)
        except Exception as error:
            self._tell_defect(error)

    async def _decline(self, esl: Esl, question: CallQuestion) -> None:
        """One that comes while those under way are waited for: its call learns at once that nothing
        was done. Begun, it would be broken off with what it may have done untold."""
        self.broker.metrics.turned_away.labels("ending").inc()
        await self._told_to(esl, question, question.reply(Outcome("error")))

    def _turn_away(self, event: Event, why: str) -> None:
        self._nonsense += 1
        self.broker.metrics.turned_away.labels(why.partition(" no ")[0]).inc()
        place = {
            name: event.headers.get(f"Flowc-{name.title()}", "")[:80]
            for name in ("release", "site")
        }
        self.broker.log.event("no_question", "error", why=why, **place)

    async def _see_through(self, esl: Esl, question: CallQuestion) -> None:
        if question.is_late(self.clock()):
            self.broker.metrics.turned_away.labels("late").inc()
            return
        if question.needs_leave and not await self._told_to(esl, question, question.begins()):
            # The call has gone on, and told its caller that nothing was done.
            self.broker.metrics.turned_away.labels("gone").inc()
            return
        outcome = await self.broker.ask(question.place, question.arguments)
        if await self._told_to(esl, question, question.reply(outcome)):
            await self.broker.delivered(question.place, outcome)
        else:
            await self.broker.lost(question.place, outcome)

    async def _told_to(self, esl: Esl, question: CallQuestion, word: Word) -> bool:
        """Lay a word before the call; whether the call says that it has it."""
        name = question.uuid, question.sequence, word.step
        taken = self._taken[name] = asyncio.Event()
        try:
            await esl.send_event(word.headers, word.body)
            async with asyncio.timeout(TAKEN_S):
                await taken.wait()
        except (EslError, TimeoutError):
            return False
        finally:
            del self._taken[name]
        return True
