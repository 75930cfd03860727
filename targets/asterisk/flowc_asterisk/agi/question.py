"""One question of a call over AGI: arguments read, the runtime asked, the answer set, the nonce last.

Follows `flowc_asterisk.protocol`. Knows the conversation and the runtime's broker; knows no socket.
"""

from __future__ import annotations

import asyncio
import platform
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from time import time

from flowc.expression.evaluate import Undecided, Value, evaluate
from flowc.expression.operators import walk
from flowc.expression.tree import Expression, Read
from flowc.expression.types import WHOLE_NUMBERS, Scalar, Type
from flowc.graph.operations import Invoke, InvokeKind
from flowc.graph.release import Release
from flowc.machine.machine import filled_by, flags_asked
from flowc.runtime.services.broker import Broker, Outcome, Place
from flowc.runtime.services.model import CallFacts
from flowc_asterisk import protocol, quote
from flowc_asterisk.agi import wire
from flowc_asterisk.agi.conversation import Conversation, GoneError

# Ids of calls are unique on one server; the store may be shared by several.
_HOST = platform.node()
REARM_S = 1.0
LATEST_S = 0.4  # after its deadline an answer is no longer waited for, however slowly it comes
FILLER_AFTER_S = 1.0
MOST_TEXT_BYTES = 1800

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_CALLER = re.compile(r"\+?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """A call that asks at one place of one release. `clock`: seconds since 1970."""

    talk: Conversation
    broker: Broker
    release: Release
    invoke: Invoke
    header: wire.Header
    clock: Callable[[], float] = time

    async def answer(self) -> None:
        """See it through, up to the nonce, and end the conversation.

        Raises GoneError where the call is gone before.
        """
        begun = _now()
        nonce = await self.talk.get(protocol.NONCE)
        call = await self._facts(nonce)
        call = replace(call, raised=await self._raised(call.now))
        place = Place(self.release, self.invoke, call)
        arguments = await self._arguments(place)
        await self.talk.set(protocol.BEGUN, nonce)
        until = begun + self.invoke.deadline_ms / 1000 + LATEST_S
        asking = asyncio.create_task(self.broker.ask(place, arguments))
        try:
            await self._wait(asking, until)
            await self._deliver(asking.result(), nonce, until)
        except GoneError:
            await self._lost(place, asking)
            raise
        finally:
            if self.invoke.kind is InvokeKind.LOOKUP:
                asking.cancel()
        is_gone = self.talk.hung_up.is_set()
        # The call goes on when the connection ends, and a commit of the store is not its to wait for.
        await self.talk.close()
        if is_gone:
            await self._lost(place, asking)
        else:
            await self.broker.delivered(place, asking.result())

    async def _lost(self, place: Place, asking: asyncio.Task[Outcome]) -> None:
        """An effect goes on when the caller has hung up; a look-up is given up."""
        if self.invoke.kind is not InvokeKind.LOOKUP:
            await self.broker.lost(place, await asking)

    @property
    def _is_after(self) -> bool:
        """Does another channel ask, for a call that is over?"""
        return self.header.values.get("network_script", "").endswith(protocol.AFTER)

    async def _facts(self, nonce: str) -> CallFacts:
        offset = await self.talk.get(protocol.OFFSET)
        seconds = int(offset) if _WHOLE.fullmatch(offset) else 0
        caller = self.header.values.get("callerid", "")
        id_ = await self.talk.get(protocol.CALL) if self._is_after else ""
        return CallFacts(
            id=f"{_HOST}-{id_ or self.header.values.get('uniqueid', '')}",
            visit=nonce,
            now=int(self.clock()) + seconds,
            caller=caller if _CALLER.fullmatch(caller) else "",
            language=await self.talk.get(protocol.LANGUAGE),
            token=await self.talk.get(protocol.TOKEN),
        )

    async def _arguments(self, place: Place) -> dict[str, Value]:
        """Each argument's value; one that reads what is not set is left out."""
        known: dict[str, Value] = {}
        for _, expression in self.invoke.arguments:
            await self._read(expression, known)
        values: dict[str, Value] = {}
        for name, expression in self.invoke.arguments:
            with suppress(Undecided):
                values[name] = evaluate(expression, known, place.world)
        return values

    async def _read(self, expression: Expression, known: dict[str, Value]) -> None:
        for each in walk(expression):
            if isinstance(each, Read) and each.variable not in known:
                known[each.variable] = _held(
                    await self._variable(each.variable, each.type), each.type
                )

    async def _raised(self, now: int) -> frozenset[str]:
        """Of the flags that it asks about, those that are up."""
        names = flags_asked(self.invoke)
        return frozenset([name for name in names if await self._flag(name, now)])

    async def _variable(self, name: str, type_: Type) -> str:
        if name == "call.language":
            return await self.talk.get(protocol.LANGUAGE)
        if type_ is Scalar.TEXT:
            return await self.talk.text(quote.variable(name))
        return await self.talk.get(quote.variable(name))

    async def _flag(self, name: str, now: int) -> bool:
        """Flags stand in the server's data base with the moment at which they fall."""
        reply = await self.talk.command(wire.database_get("flowc", f"flag.{name}"))
        until = reply.value or ""
        return bool(_WHOLE.fullmatch(until)) and int(until) > now

    async def _wait(self, task: asyncio.Task[Outcome], until: float) -> None:
        """Until there is an outcome; meanwhile the call's limit is armed anew each second."""
        filling = False
        while not task.done():
            await self._arm(until)
            hang_up = asyncio.ensure_future(self.talk.hung_up.wait())
            done, _ = await asyncio.wait(
                {task, hang_up}, timeout=REARM_S, return_when=asyncio.FIRST_COMPLETED
            )
            hang_up.cancel()
            if hang_up in done and not task.done():
                raise GoneError("the caller hung up")
            if not done and self.invoke.filler and not filling:
                filling = await self._fill(place_language(self.release))
        if filling:
            await self.talk.command(wire.set_music(None))

    async def _arm(self, until: float) -> None:
        """Give the call a limit anew, which is over at `until` at the latest."""
        limit = protocol.HANG_LIMIT_AFTER_S if self._is_after else protocol.HANG_LIMIT_S
        rest = max(until - _now(), 0.1)
        await self.talk.set("TIMEOUT(absolute)", f"{min(limit, rest):.3g}")

    async def _fill(self, default: str) -> bool:
        language = await self.talk.get(protocol.LANGUAGE) or default
        known = language if language in self.release.graph.languages else default
        music = protocol.filler_class(self.release.id[:8], self.invoke.site, known)
        await self.talk.command(wire.set_music(music))
        return True

    async def _deliver(self, outcome: Outcome, nonce: str, until: float) -> None:
        """Every variable that the place may fill, the outcome, and last the nonce.

        A server that is busy takes its time with each command: it is given the call's limit anew
        as long as commands go through.
        """
        names = filled_by(self.invoke, self.release.graph.languages)
        values = [(quote.variable(n), self._text(n, outcome.variables.get(n, ""))) for n in names]
        armed = 0.0
        for each in wire.set_variables([*values, (protocol.ANSWER, outcome.outcome)]):
            if _now() - armed > REARM_S:
                await self._arm(until)
                armed = _now()
            await self.talk.command(each)
        await self.talk.set(protocol.DONE, nonce)

    def _text(self, name: str, value: Value) -> str:
        """What no command can carry stays unset; a long text is cut at a character."""
        text = str(value).encode("utf-8", "replace")[:MOST_TEXT_BYTES].decode("utf-8", "ignore")
        whole = text if self._is_text(name) or text == str(value) else ""
        return whole if wire.is_value(whole) else ""

    def _is_text(self, name: str) -> bool:
        return any(each.variable == name and each.type is Scalar.TEXT for each in self.invoke.gives)


def _now() -> float:
    return asyncio.get_running_loop().time()


def place_language(release: Release) -> str:
    """The project's first language."""
    return release.graph.languages[0]


def _held(text: str, type_: Type) -> Value:
    """A channel variable in the form that a call holds; what does not fit its type is unset."""
    if type_ in WHOLE_NUMBERS:
        return int(text) if _WHOLE.fullmatch(text) else ""
    if type_ is Scalar.DIGITS:
        return text if re.fullmatch(r"\+?[0-9]{1,64}", text) else ""
    return text
