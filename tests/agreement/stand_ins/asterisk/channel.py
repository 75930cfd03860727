"""A channel in the dialplan: its place, its variables, its timers, and the loop that runs its steps.

What an application does is in `applications`; what passes on the line, in the line itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from flowc.target import DialScene, QueueScene

from ..line import GONE, OVER, SPOKE, Line, StandInError
from ..runtime import Hung, ScriptedRuntime
from . import functions
from .dialplan import Dialplan
from .functions import CALLERS
from .substitution import substitute

MOST_STEPS = 200_000
KEYS = "0123456789*#ABCD"
_ESCAPED = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
_ESCAPED |= {sign: sign for sign in "\\'\"?"}

Event = Mapping[str, str]
Application = Callable[["Channel", str], bool]


class End(Protocol):
    """Who is at the other end of a channel; see `line.Line.pass_to`."""

    def pass_to(self, until: int | None, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """What the server takes beyond what the text says, in milliseconds.

    `answer`: from the answer to the first sound of the caller's; keys are kept. `between_files`: a
    key is waited for so long behind each file of a list but the last, and `after_file` behind each;
    `beep`: the tone before a recording. `ends_and_flushes`: are the silence at a list's end and the
    wait for a key that nobody has worth their time?
    """

    answer: int = 20
    between_files: int = 50
    after_file: int = 1
    beep: int = 440
    ends_and_flushes: bool = True


AS_MEASURED = Pace()
AT_ONCE = Pace(0, 0, 0, 0, ends_and_flushes=False)  # as the simulator: no more than the text says


@dataclass
class Host:
    """The server, as one call meets it. `length_ms` of a sound's file, `recordings`: sizes by file.

    `runtime` None: nobody listens there.
    """

    dialplan: Dialplan
    applications: Mapping[str, Application]
    line: Line
    length_ms: Callable[[str], int | None]
    caller: str
    headers: Mapping[str, str]
    database: Mapping[str, str]
    tell: Callable[[Event], None]
    runtime: ScriptedRuntime | Hung | None = None
    token: str = ""
    queues: list[QueueScene] = field(default_factory=list)
    dials: list[DialScene] = field(default_factory=list)
    recordings: dict[str, int] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(1))
    unique_id: str = "1790000000.1"
    pace: Pace = field(default_factory=lambda: AS_MEASURED)
    failing: frozenset[int] = frozenset()  # recordings that fail, counted from 1
    recorded: int = 0
    music: list[tuple[int, str]] = field(
        default_factory=list
    )  # when a class was begun, "" for none


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a subroutine was called from, and the arguments that it hides."""

    context: str
    exten: str
    priority: int
    hidden: Mapping[str, str]


class Channel:
    """One channel. `master` is the one that called it; only a channel without one is told of."""

    def __init__(
        self, host: Host, end: End, place: tuple[str, str], master: Channel | None = None
    ) -> None:
        self.host, self.end, self.master = host, end, master
        self.context, self.exten = place
        self.priority = 1
        self.variables: dict[str, str] = {}
        self.handed_down: dict[str, str] = {}  # to channels that this one calls
        self.shared: dict[str, str] = {}  # what other channels may read and write of this one
        self.caller = host.caller
        self.frames: list[Frame] = []
        self.handlers: list[str] = []
        self.headers: dict[str, str] = {}
        self.hangs_at: int | None = None
        self.first_ms, self.between_ms = 10_000, 5_000
        self.is_up = False
        self.kept: list[str] = []  # keys that were put back
        self.is_gone = False  # the other end has hung up, or the dialplan has
        self.is_late = False  # the absolute time-out has come
        self.record = ""  # the call record's user field
        self.log: list[str] = []
        self._steps = 0

    @property
    def now(self) -> int:
        return self.host.line.now

    # --- variables

    def variable(self, name: str) -> str | None:
        """A variable of the channel, or one that the server makes."""
        match name:
            case "EXTEN":
                return self.exten
            case "EPOCH":
                return str(self.host.line.epoch_ms // 1000)
            case "UNIQUEID":
                return self.host.unique_id
            case "CHANNEL" if self.master is None:
                return CALLERS
            case "CONTEXT" | "PRIORITY" | "CHANNEL" | "HANGUPCAUSE":
                raise StandInError(f"${{{name}}} is not known")
            case _:
                return self.variables.get(name)

    def function(self, name: str, argument: str) -> str | None:
        return functions.read(self, name, argument)

    def set(self, name: str, value: str) -> None:
        """A variable, or what can be written of the server; the former is told."""
        if name.endswith(")"):
            function, _, argument = name[:-1].partition("(")
            functions.write(self, function, argument, value)
            return
        plain = name.removeprefix("_").removeprefix("_")
        self.variables[plain] = value
        if plain != name:
            self.handed_down[plain] = value
        self._tell({"Event": "VarSet", "Variable": name, "Value": _escaped(value)})

    def _tell(self, event: dict[str, str]) -> None:
        if self.master is None:
            self.host.tell(event)

    # --- time

    @property
    def is_over(self) -> bool:
        """Has the other end hung up, or is the time over?"""
        if self.hangs_at is not None and self.now >= self.hangs_at:
            self.is_late = True
        return self.is_gone or self.is_late

    def pass_to(self, until: int | None) -> str | None:
        """As the line's; None where the call is over."""
        if self.is_over:
            return None
        if self.kept:
            return self.kept.pop(0)
        limit = self.hangs_at
        soonest = min((one for one in (until, limit) if one is not None), default=None)
        told = self.end.pass_to(soonest)
        if told == GONE:
            self.is_gone = True
            return None
        return None if told == OVER and self.is_over else told

    def wait_for_digit(self, milliseconds: int, wanted: str = KEYS) -> str | None:
        """A key of those; "" where none comes in time, None where the call is over."""
        end = self.now + milliseconds
        while True:
            told = self.pass_to(end)
            if told is None or told == OVER or told in wanted:
                return told

    # --- the dialplan

    def goto(self, target: str) -> None:
        """To `context,extension,priority` or the end of it; a priority may be a label."""
        *place, priority = target.split(",", 2)
        context = place[0] if len(place) == 2 else self.context
        exten = place[-1] if place else self.exten
        if not (context and exten):
            raise StandInError(f"Goto({target}) leaves a part empty")
        self.priority = self._priority(context, exten, priority) - 1  # the loop goes on to the next
        self.context, self.exten = context, exten

    def _priority(self, context: str, exten: str, word: str) -> int:
        if word.isdecimal() and int(word) > 0:
            return int(word)
        found = self.host.dialplan.labelled(context, exten, word)
        if found is None:
            raise StandInError(f"no label {word} in {context},{exten}")
        return found

    def run(self) -> None:
        """From here to the end of the call, and the handlers of its end."""
        self._walk()
        self.is_gone = True
        while self.handlers:
            self.run_sub(self.handlers.pop())

    def _walk(self) -> None:
        while True:
            goes_on = self._step()
            if goes_on and not self.is_over:
                self.priority += 1
            elif not self._led_out():
                return

    def run_to_answer(self) -> bool:
        """From here until it answers; False where it ends before."""
        while not self.is_up:
            if self._step() and not self.is_over:
                self.priority += 1
            elif not self._led_out():
                return False
        return True

    def _led_out(self) -> bool:
        """Is there a way out for a channel whose time is over? It is taken once."""
        if not (self.is_late and self._has("T")):
            return False
        self.exten, self.priority = "T", 1
        self.hangs_at, self.is_late = None, False
        return True

    def _has(self, exten: str) -> bool:
        return self.host.dialplan.step(self.context, exten, 1) is not None

    def run_sub(self, place: str, arguments: tuple[str, ...] = (), *, stops: bool = False) -> None:
        """A subroutine up to its Return. `stops`: a hang-up ends it."""
        caller = self.context, self.exten, self.priority
        names = {f"ARG{at}": one for at, one in enumerate(arguments, start=1)}
        hidden = {name: self.variables[name] for name in names if name in self.variables}
        self.frames.append(Frame(*caller, hidden))
        self.variables.update(names)
        depth = len(self.frames)
        self.goto(place)
        while len(self.frames) == depth and not (stops and self.is_over):
            self.priority += 1
            if not self._step() and len(self.frames) == depth:
                break
        if len(self.frames) == depth:
            if not (stops and self.is_over):
                raise StandInError(f"{place} does not return")
            self.leave_sub()

    def leave_sub(self) -> None:
        """Back to where the subroutine was called from."""
        if not self.frames:
            raise StandInError("Return without a subroutine")
        frame = self.frames.pop()
        self.context, self.exten, self.priority = frame.context, frame.exten, frame.priority
        self.variables.update(frame.hidden)

    def _step(self) -> bool:
        """Run the step here; whether the next one follows."""
        step = self.host.dialplan.step(self.context, self.exten, self.priority)
        place = f"{self.context},{self.exten},{self.priority}"
        if step is None:
            raise StandInError(f"the call is led to {place}, where nothing stands")
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise StandInError(f"the call goes round without an end at {place}")
        data = substitute(step.data, self)
        told = _decoded(data)
        self.log.append(f"{self.now} {place} {step.application}({told})")
        self._tell(
            {
                "Event": "Newexten",
                "Context": self.context,
                "Extension": self.exten,
                "Priority": str(self.priority),
                "Application": step.application,
                "AppData": told,
            }
        )
        return self.host.applications[step.application](self, data)


def _escaped(value: str) -> str:
    """As the manager tells values."""
    if value.isascii() and value.isalnum():
        return value
    return _decoded("".join(f"\\{_ESCAPED[sign]}" if sign in _ESCAPED else sign for sign in value))


def _decoded(text: str) -> str:
    """Bytes that were held as signs, as the text that they are."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


__all__ = ["GONE", "OVER", "SPOKE", "Application", "Channel", "End", "Event", "Frame", "Host"]
