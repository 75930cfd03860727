"""Answers for calls under test: each call's own, by the token that its entry carries.

Knows no back end. A place in a script that answers nothing is an error, never a real question.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowc.graph.as_json import Json
from flowc.graph.services import OperationSpec
from flowc.runtime.services.model import Declared, Done, Failed, Question, Reply, Unknown


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """`outcome`: done, a declared result, error, unknown, or `silent` (no answer at all)."""

    outcome: str = "done"
    answer: Json = None
    after_s: float = 0.0


@dataclass(slots=True)
class CallScript:
    """The replies by `service.operation`, in order, the last one again; and what was asked."""

    replies: Mapping[str, tuple[ScriptedReply, ...]]
    asked: Counter[str] = field(default_factory=Counter)


class CallScripts:
    """The scripts of the calls under test."""

    def __init__(self) -> None:
        """None."""
        self._scripts: dict[str, CallScript] = {}

    def register(self, token: str, replies: Mapping[str, tuple[ScriptedReply, ...]]) -> None:
        """Answer the call that carries the token; a script of the same token is replaced."""
        self._scripts[token] = CallScript(dict(replies))

    def asked(self, token: str) -> Mapping[str, int]:
        """How often each `service.operation` was truly asked (not from the journal)."""
        script = self._scripts.get(token)
        return {} if script is None else dict(script.asked)

    def drop(self, token: str) -> None:
        """Forget a script."""
        self._scripts.pop(token, None)

    def backend(self, token: str) -> ScriptedBackend | None:
        """What answers this call instead of the real back ends; None where it has no script."""
        script = self._scripts.get(token)
        return None if script is None else ScriptedBackend(script)


@dataclass(frozen=True, slots=True)
class ScriptedBackend:
    """One call's script in the place of every service."""

    script: CallScript

    def knows(self, name: str) -> bool:
        """Does the script answer this `service.operation`?"""
        return name in self.script.replies

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        """The next reply of the script."""
        name = f"{question.service}.{operation.name}"
        replies = self.script.replies.get(name, ())
        if not replies:
            return Failed(f"the call's script does not answer {name}")
        reply = replies[min(self.script.asked[name], len(replies) - 1)]
        self.script.asked[name] += 1
        return await _played(reply, operation, question.seconds)

    async def close(self) -> None:
        """Nothing is held."""


async def _played(reply: ScriptedReply, operation: OperationSpec, seconds: float) -> Reply:
    if reply.outcome == "silent" or reply.after_s > seconds:
        await asyncio.sleep(seconds)
        return Unknown("no answer in time")
    await asyncio.sleep(reply.after_s)
    match reply.outcome:
        case "done":
            return Done(reply.answer)
        case "unknown":
            return Unknown("the call's script says so")
        case word if word in operation.results:
            return Declared(word)
        case _:
            return Failed("the call's script says so")
