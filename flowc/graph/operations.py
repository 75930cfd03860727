"""What a block does, in order. A closed set: every reader of the graph handles each one.

Operations are straight-line. Those that can end in several ways (`Collect`, `Invoke`, `Enqueue`,
`Dial`, `Record`) stand last in their block, write their outcome to the register `OUTCOME`, and the
block's exit is a `Switch` over `OUTCOME` that names every outcome of `outcomes(operation)`.

Registers are variables of the call that no author can name; like every variable they hold "" until
they are assigned.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from flowc.expression.tree import Expression
from flowc.expression.types import Scalar, Type
from flowc.graph.prompts import Prompt, ReadAs

OUTCOME = "outcome"
CAUSE = "cause"  # of the last failed attempt: silence, wrong(key), wrong(empty) ..., error
SILENCES = "input.silences"  # attempts of this visit that ended in silence
WRONGS = "input.wrongs"
REPEATS = "input.repeats"
MOST_KEYS = 64  # an entry ends with them as it stands, and no digits are more
TONE_MS = 250  # before a recording, at least: servers have tones of their own
SHORTEST_RECORDING_MS = 500  # behind the tone; what is shorter holds no word


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up. The first operation of a call."""


@dataclass(frozen=True, slots=True)
class Play:
    """Say a prompt whole; keys pressed meanwhile are dropped."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Lead:
    """Say a prompt together with the next input's: appended to the lead, in today's language.

    The lead is heard at the first `Cue` of kind ENTRY, and again at each AGAIN of that visit.
    """

    prompt: Prompt


class CueKind(Enum):
    ENTRY = "entry"  # a visit begins: takes the lead and keeps it for AGAIN
    AGAIN = "again"  # the first prompt once more, with the kept lead
    RETRY = "retry"  # what is said after silence or a wrong key: no lead


@dataclass(frozen=True, slots=True)
class Cue:
    """Choose what the next `Collect` offers: [lead] + `deaf` + `prompt`.

    `deaf` is heard whole, and keys in it are dropped (it is never combined with a lead). Phrases
    are resolved (language, `when`, values) now, not when they are heard. Skip is fresh after a Cue.
    """

    prompt: Prompt
    kind: CueKind
    deaf: Prompt = ()


@dataclass(frozen=True, slots=True)
class Digits:
    """An entry of `least` to `most` digits (1..`MOST_KEYS`). Outcomes: see `Collect`.

    `person`: a lone `0` where more digits are needed leaves by the outcome `person`.
    """

    least: int
    most: int
    person: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """A choice of key strings; each acts at once where it is no prefix of another.

    `skip`: `#` as the first key stops the prompt and waits anew, once a Cue.
    """

    keys: tuple[str, ...]
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """One attempt at input: offers the cued prompt, reads keys, ends with an outcome.

    Timers: `first_ms` of silence from the end of the audio; `inter_ms` from the end of each key.
    Digits: `done` (`into` holds what stands after the last `*`), `back`, `person` (where allowed),
    `silence`, `empty`, `too_short`, `key`, `error`.
    Options: a key string of `keys`, `silence`, `key`, `error`.
    A `#` that is the very first key read within 1 s after a Digits entry became full is swallowed.
    """

    entry: Digits | Options
    into: str = ""
    first_ms: int = 5000
    inter_ms: int = 3000


@dataclass(frozen=True, slots=True)
class Flush:
    """Drop the keys that were pressed up to now."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a variable a value; None unsets it."""

    variable: str
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Clock:
    """Note the time of the call in the project's zone, for `Switch` and `Branch` to read.

    Writes `clock.date` (YYYYMMDD), `clock.minute` (of the day) and `clock.weekday` (Monday is 1).
    """


class InvokeKind(Enum):
    LOOKUP = "lookup"  # changes nothing
    REQUEST = "request"  # an effect: at most once by its key; the result may stay unknown
    TICKET = "ticket"  # opens, reads or urges a work order; `unknown` as a request


@dataclass(frozen=True, slots=True)
class Given:
    """A field of the answer and the flat variable that it fills. `path` () is the answer itself.

    A step of the path is a field name, or an item's index as decimal text; `len` after a list is
    its number of items.
    """

    variable: str
    path: tuple[str, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Decided:
    """A condition on texts or decimals, decided where they enter: `variable` becomes 1 or 0.

    Left unset where the expression reads a field that the answer left out.
    """

    variable: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that the flow reads out: fills `reading_variable(variable, language)` for each language."""

    variable: str
    type: Scalar
    read_as: ReadAs


@dataclass(frozen=True, slots=True)
class Invoke:
    """Ask the runtime: a look-up, a request or a work order.

    `site` names the place (`balance.find`), unique in the graph. Outcomes: `done`, each declared
    result of `results`, `error`, and for REQUEST and TICKET `unknown`. Keys typed meanwhile are
    dropped. `filler` is said once, 1 s after the question, where the target can.
    On any outcome but `done` the variables of `gives` are left unset.
    """

    site: str
    kind: InvokeKind
    service: str
    operation: str
    arguments: tuple[tuple[str, Expression], ...]
    gives: tuple[Given, ...]
    results: tuple[str, ...]
    deadline_ms: int
    filler: Prompt = ()
    decided: tuple[Decided, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for an agent. Outcomes: `after_agent`, `waited_too_long`, `full`, `no_agents`, `error`,
    and `key_<k>` for each of `exit_keys`.

    `max_wait_s` None waits for ever. A higher `priority` is served first.
    """

    queue: str
    max_wait_s: int | None = None
    priority: Expression | None = None
    exit_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring numbers one after another. Outcomes: `after_agent`, `busy`, `no_answer`, `failed`.

    Each of `numbers` gives digits; one that fits none of `allowed` (digits, a `*` last for any
    ending) is not dialled and counts as failed. `accept`: the called party must press this key,
    after hearing `accept_prompt`, else it counts as no answer. The outcome is the last number's.
    """

    numbers: tuple[Expression, ...]
    allowed: tuple[str, ...]
    ring_s: int = 30
    accept: str = ""
    accept_prompt: Prompt = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller after a tone. Outcomes: `done`, `empty`, `error`.

    `empty` is what holds no word: nothing but silence, or an end key within `SHORTEST_RECORDING_MS`.
    Keys are not heard while the tone sounds.
    `into` holds the recording's id from its beginning, so that who hangs up while speaking has left
    a message (most callers end one so); `empty` and `error` unset it, and so does a hang-up within
    `SHORTEST_RECORDING_MS`, before `on_hangup` runs.
    """

    into: str
    most_s: int = 120
    silence_s: int = 5
    end_key: str = "#"


@dataclass(frozen=True, slots=True)
class Language:
    """Say what follows in another language of the project; also in `call.language`."""

    language: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone, once a name and call, for the call's record."""

    name: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Put a menu on the back list (at most 8; the oldest falls off). `node` is `flow.node`."""

    node: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Take every menu of these flows off the back list."""

    flows: tuple[str, ...]


Operation = (
    Answer
    | Play
    | Lead
    | Cue
    | Collect
    | Flush
    | Assign
    | Clock
    | Invoke
    | Enqueue
    | Dial
    | Record
    | Language
    | Mark
    | Remember
    | Forget
)
Ending = Collect | Invoke | Enqueue | Dial | Record


def outcomes(operation: Ending) -> tuple[str, ...]:
    """Every way in which an operation can end, in the order of its documentation."""
    match operation:
        case Collect(Digits(person=person)):
            failures = ("silence", "empty", "too_short", "key", "error")
            return ("done", "back", *(("person",) if person else ()), *failures)
        case Collect(Options(keys=keys)):
            return (*keys, "silence", "key", "error")
        case Invoke(kind=InvokeKind.LOOKUP, results=results):
            return ("done", *results, "error")
        case Invoke(results=results):
            return ("done", *results, "error", "unknown")
        case Enqueue(exit_keys=keys):
            ways = ("after_agent", "waited_too_long", "full", "no_agents", "error")
            return (*ways, *(f"key_{key}" for key in keys))
        case Dial():
            return ("after_agent", "busy", "no_answer", "failed")
        case Record():
            return ("done", "empty", "error")
    raise AssertionError(operation)
