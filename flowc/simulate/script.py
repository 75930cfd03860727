"""A call as a test: who dials what and when, what the world answers, what the caller does.

Knows no file and no graph; `read_script` makes these of a file's tree, the simulator plays them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from flowc.source import NOWHERE, Span

PRESS_AFTER_MS = 200  # after the audio of the input that is waited for
KEY_SPACING_MS = 250


@dataclass(frozen=True, slots=True)
class Hears:
    """The caller must hear this text, after what was heard before."""

    text: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Press:
    """Keys at the next input; with `during`, while that text is said; with `after_ms`, so long
    after what the caller did before, whatever the call does then."""

    keys: str
    during: str = ""
    spacing_ms: int = KEY_SPACING_MS
    after_ms: int | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller lets the input's time run out."""

    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass. `ms` None: until the queue gives up."""

    ms: int | None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up when what is being said has ended; or while a text is said; or, with
    `after_ms`, so long after what they did before."""

    during: str = ""
    after_ms: int | None = None
    span: Span = NOWHERE


class Happening(Enum):
    """What the world does; the value is the word of the script."""

    SERVICE_DOWN = "service down"
    SERVICE_UP = "service up"
    REPLY_LOST = "reply lost"
    LINE_BUSY = "line busy"
    NO_ANSWER = "no answer"
    DIAL_FAILS = "dial fails"
    DIAL_ANSWERED = "line answers"
    QUEUE_FULL = "queue full"
    NO_AGENTS = "no agents"
    QUEUE_FAILS = "queue fails"
    AGENT_ANSWERS = "agent answers"
    AGENT_HANGS_UP = "agent hangs up"
    RECORDED_BY_KEY = "recording ends by key"
    RECORDED_BY_SILENCE = "recording ends by silence"
    RECORDED_NOTHING = "recording empty"
    RECORDING_FAILS = "recording fails"


@dataclass(frozen=True, slots=True)
class Happens:
    """`service` narrows `service down` to one (`billing`); `after_ms` is an agent's."""

    what: Happening
    service: str = ""
    after_ms: int = 0
    span: Span = NOWHERE


Step = Hears | Press | Silence | Wait | HangUp | Happens


def outcome_place(operation: str, word: str) -> str:
    """The place of a word that stands for an answer: `outcome.billing.customer=not_found`."""
    return f"outcome.{operation}={word}"


ANSWERS = "answer."  # before the place of a field of an answer: `answer.billing.customer.owed`


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a service. `value` is plain data; `is_word`: it may be a result's name."""

    value: object
    is_word: bool = False
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """What must hold when the call is over. None and () are not looked at.

    `tickets`: orders opened; `abandoned`: those of them whose number the caller was not given.
    """

    marks: tuple[str, ...] | None = None
    tickets: int | None = None
    abandoned: int | None = None
    requests: tuple[tuple[str, int], ...] = ()
    lookups: tuple[tuple[str, int], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    hears_not: tuple[str, ...] = ()
    ends: str = ""  # caller, flow, limit
    at: str = ""  # flow.node
    spans: tuple[tuple[str, Span], ...] = ()

    def span(self, field: str) -> Span:
        """Where an expectation stands in its file."""
        return dict(self.spans).get(field, NOWHERE)


@dataclass(frozen=True, slots=True)
class CallScript:
    """One call. `at`: ISO text, in the project's zone where it names none; "" is a Monday at ten.

    `lists`, `flags` and `limit_s` replace those of the release for this call. `lacks_sounds`: the
    server has none of the release's sounds.
    """

    name: str
    to: str
    steps: tuple[Step, ...]
    caller: str = ""
    at: str = ""
    language: str = ""
    services: tuple[tuple[str, tuple[Reply, ...]], ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    flags: tuple[str, ...] = ()
    limit_s: int | None = None
    lacks_sounds: bool = False
    expected: Expected = Expected()
    spans: tuple[tuple[str, Span], ...] = ()
    span: Span = NOWHERE

    def place(self, name: str) -> Span:
        """Where a field, or an entry of a field (`services.billing.customer`), stands."""
        return dict(self.spans).get(name, self.span)
