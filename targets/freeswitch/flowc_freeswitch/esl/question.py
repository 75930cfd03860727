"""One question of a call, as the interpreter's event tells it: what is asked, by whom, with what.

Knows the runtime's broker and the events of `skeleton/runtime.lua`; knows no socket.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Protocol

from flowc.expression.evaluate import Undecided, Value, evaluate
from flowc.graph.operations import Invoke, InvokeKind
from flowc.graph.release import Release
from flowc.runtime.services.broker import Outcome, Place
from flowc.runtime.services.model import CallFacts
from flowc.runtime.world import CallWorld
from flowc_freeswitch.esl.wire import Event
from flowc_freeswitch.trace import join_words, split_words

ASK, REPLY, TAKEN = "flowc::ask", "flowc::reply", "flowc::taken"
BEGIN, ANSWER = "begin", "answer"  # the steps of a question that the call tells it has taken
# Ids of calls are unique on one server; the store may be shared by several.
_HOST = platform.node()
_UUID = re.compile(r"[0-9a-fA-F-]{1,64}")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_CALLER = re.compile(r"\+?[0-9]{1,20}")
_WORD = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Releases(Protocol):
    """The releases that are served."""

    def invoke(self, release8: str, site: str) -> tuple[Release, Invoke] | None:
        """A release and the question that it asks at a site; None where there is none."""


class NoQuestionError(ValueError):
    """The event is not a question of ours, or one of a release that is not served."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is laid before a call: one step of its question, as an event."""

    step: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """A question that was read. `uuid` and `sequence` name it; `has_ended`: the call is over."""

    place: Place
    arguments: Mapping[str, Value]
    uuid: str
    sequence: str
    deadline_ms: int
    has_ended: bool

    def is_late(self, now: float) -> bool:
        """Whether the call has stopped waiting: an effect now would come after its words."""
        return now * 1000 > self.deadline_ms

    @property
    def needs_leave(self) -> bool:
        """Whether the call must know that it is begun: it can't be undone."""
        return self.place.invoke.kind is not InvokeKind.LOOKUP

    def begins(self) -> Word:
        """Asks for leave to begin."""
        return self._word(BEGIN, "")

    def reply(self, outcome: Outcome) -> Word:
        """Answers it."""
        values = {f"v.{name}": value for name, value in outcome.variables.items()}
        return self._word(ANSWER, join_words({"outcome": outcome.outcome, **values}))

    def _word(self, step: str, body: str) -> Word:
        headers = {
            "Event-Subclass": REPLY,
            "Flowc-Call": self.uuid,
            "Flowc-Sequence": self.sequence,
            "Flowc-Step": step,
        }
        if not self.has_ended:  # else there is no session that it could be laid before
            headers["unique-id"] = self.uuid
        return Word(step, headers, body)


def read_question(
    event: Event, releases: Releases, clock: Callable[[], float] = time
) -> CallQuestion:
    """The question in an event. `clock`: seconds since 1970. Raises NoQuestionError."""
    uuid = _field(event, "Flowc-Call", _UUID)
    sequence = _field(event, "Flowc-Sequence", _WHOLE)
    found = releases.invoke(
        event.headers.get("Flowc-Release", ""), event.headers.get("Flowc-Site", "")
    )
    if found is None:
        raise NoQuestionError("unknown place")
    release, invoke = found
    try:
        held = split_words(event.body)
    except ValueError as error:
        raise NoQuestionError("values of a strange form") from error
    facts = _facts(event, held, uuid, sequence, int(clock()))
    return CallQuestion(
        Place(release, invoke, facts),
        _arguments(release, invoke, held, facts),
        uuid,
        sequence,
        int(_field(event, "Flowc-Deadline", _WHOLE)),
        event.headers.get("Flowc-Ended") == "1",
    )


def _field(event: Event, name: str, form: re.Pattern[str]) -> str:
    value = event.headers.get(name, "")
    if not form.fullmatch(value):
        raise NoQuestionError(f"no {name}")
    return value


def _facts(
    event: Event, held: Mapping[str, Value], uuid: str, sequence: str, now: int
) -> CallFacts:
    caller = str(held.get("from", ""))
    return CallFacts(
        id=f"{_HOST}-{uuid}",
        visit=sequence,
        now=now + int(_field(event, "Flowc-Offset", _WHOLE)),
        caller=caller if _CALLER.fullmatch(caller) else "",
        language=_field(event, "Flowc-Language", _WORD),
        token=_field(event, "Flowc-Token", _WORD),
        raised=frozenset(name.removeprefix("f.") for name in held if name.startswith("f.")),
    )


def _arguments(
    release: Release, invoke: Invoke, held: Mapping[str, Value], call: CallFacts
) -> dict[str, Value]:
    """Each argument's value; one that reads what is not set is left out."""
    known = {
        name.removeprefix("v."): value for name, value in held.items() if name.startswith("v.")
    }
    world = CallWorld(release.graph, call.now, call.raised)
    values: dict[str, Value] = {}
    for name, expression in invoke.arguments:
        with suppress(Undecided):
            values[name] = evaluate(expression, known, world)
    return values
