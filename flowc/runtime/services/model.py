"""A question to a back end and the four replies that it can have.

Knows no back end. A reply's answer is still as the back end said it: nothing in it has been checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flowc.expression.evaluate import Value, World
from flowc.graph.as_json import Json
from flowc.graph.services import OperationSpec


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the runtime knows of the call that asks.

    `visit` is new at each visit of a place (a counter will do). `now`: the call's own clock, seconds
    since 1970 UTC. `token`: the call script of a test, else "". `raised`: those of the flags that the place
    asks about which are up.
    """

    id: str
    visit: str
    now: int
    caller: str = ""
    language: str = ""
    token: str = ""
    raised: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `arguments` are held values by parameter, "" where left out; `key` of a request."""

    service: str
    arguments: Mapping[str, Value] = field(repr=False)
    world: World
    seconds: float
    key: str = field(default="", repr=False)
    call: CallFacts | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The back end answered; None where there is nothing to tell."""

    answer: Json = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Declared:
    """The back end answered with one of the declared results."""

    result: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Surely not done. `again`: a second try may help. `refused`: our own doing, no fault of the back end."""

    why: str
    again: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps done: the question went out and no answer that can be trusted came back."""

    why: str


Reply = Done | Declared | Failed | Unknown


class Backend(Protocol):
    """One service of one project, ready to be asked by many calls at once."""

    async def ask(self, operation: OperationSpec, question: Question) -> Reply:
        """The reply within `question.seconds`. Never raises for what the far side does."""

    async def close(self) -> None:
        """Give back whatever is held open."""


class SettingsError(Exception):
    """A service's settings cannot be served: a variable that is not set, a scheme that is not known."""


def by_word(operation: OperationSpec, answer: Json) -> Reply:
    """A declared result where the answer's field `result` names one, else the answer itself."""
    if isinstance(answer, dict):
        word = answer.get("result")
        if isinstance(word, str) and word in operation.results:
            return Declared(word)
    return Done(answer)
