"""The port of tests: real servers that flowc boots and calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from flowc.machine.trace import Trace
from flowc.target.model import HasGateway
from flowc.target.release import Bundle, EmitRequest


class LabUnavailableError(Exception):
    """No server for tests can be had here. `help` says what to do about it, in one line."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - the word users read
        """Keep both."""
        self.message, self.help = message, help
        super().__init__(f"{message} ({help})" if help else message)


@dataclass(frozen=True, slots=True)
class QueueScene:
    """What happens when a call of a test waits in a queue for the next time.

    `outcome` is that of `Enqueue`, or "" where the caller leaves first. Seconds count from joining
    and from the agent's answer; None: no agent answers, or the agent never hangs up.
    """

    queue: str
    outcome: str
    answers_s: float | None = None
    talks_s: float | None = None


@dataclass(frozen=True, slots=True)
class DialScene:
    """What the next number does that is dialled: `outcome` is that of `Dial`, "" where the caller
    leaves first. `accept`: the key that the called party presses.
    """

    outcome: str
    talks_s: float | None = None
    accept: str = ""


@dataclass(frozen=True, slots=True)
class LabCall:
    """A call as a test places it. `token` (letters, digits) names its answers and the call itself.

    `starts`: what time the call shall take it to be when it begins, in seconds since 1970.
    `release` is one of those that the lab was booted with; `language` is of the project.
    `speaks`: the caller's line carries sound all the time, silence too, as a recording needs it.
    """

    token: str
    release: str
    number: str
    caller: str = ""
    starts: int = 0
    language: str = ""
    queues: tuple[QueueScene, ...] = ()
    dials: tuple[DialScene, ...] = ()
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class LabRelease:
    """A release that a lab's server shall hold: what it was made from, and its files.

    `has_sounds`, `has_recordings`: whether there are the folders that its environment names; a call
    of a test may want a server that lacks them.
    """

    request: EmitRequest
    bundle: Bundle
    has_sounds: bool = True
    has_recordings: bool = True


@dataclass(frozen=True, slots=True)
class HeardSound:
    """A sound that was in what a caller heard: its key, others that sound the same, and when (s)."""

    sound: str
    also: tuple[str, ...]
    at_s: float


class LiveLabCall(Protocol):
    """A call in the lab while it goes on. Moments are on the event loop's clock."""

    @property
    def trace(self) -> Trace:
        """What happened so far; its times are in milliseconds from `zero`."""

    @property
    def zero(self) -> float:
        """When the call was answered."""

    @property
    def last_sound(self) -> float:
        """When the caller last heard anything; 0 before."""

    @property
    def is_over(self) -> bool:
        """Whether the server has let the call go and has told all that it did."""

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, looking whenever something has happened; whether it did."""

    async def press(self, key: str, at: float) -> float:
        """Press a key so that it ends at that moment, or as soon as it can; when it ended."""

    async def speak(self, seconds: float) -> None:
        """Make a noise as the caller."""

    async def hang_up(self) -> None:
        """Hang up as the caller, if the call still is."""

    def heard(self) -> tuple[HeardSound, ...]:
        """The release's sounds in what the caller heard, in order."""

    def recording(self) -> bytes:
        """What the caller heard, as a WAV file with its silences."""


class LiveLab(Protocol):
    """A server for tests that has booted and holds releases."""

    async def raise_flags(self, flags: frozenset[str]) -> None:
        """Raise these flags for all calls, and lower all others."""

    async def call(self, asked: LabCall) -> LiveLabCall:
        """Place one of the calls and wait until it is answered. Raises ServerError where it is not."""


class Lab(Protocol):
    """Real servers for tests, each gone without a trace when its context closes."""

    def booted(
        self, releases: Sequence[LabRelease], calls: Sequence[LabCall]
    ) -> AbstractAsyncContextManager[LiveLab]:
        """Boot a server that holds the releases and the scenes of the calls.

        The releases' sounds stand where their environment says. Raises LabUnavailableError.
        """

    def bare(
        self, root: Path, tell: Callable[[str], None]
    ) -> AbstractAsyncContextManager[BareServer]:
        """Boot a server to deploy to, with the folder `root`. `tell` hears what takes long.

        Raises LabUnavailableError.
        """


class BareServer(Protocol):
    """A server of the lab with nothing of flowc on it, to be deployed to like an operator's.

    `words`: the settings of an environment that a deploy to it needs, `root` among them.
    `address`: where a softphone on this machine can call it; numbers stand before the `@`.
    """

    @property
    def words(self) -> Mapping[str, str]: ...

    @property
    def address(self) -> str: ...

    async def call(self, number: str, caller: str, held: LabRelease) -> LiveLabCall:
        """Call a number that the deployed release answers. Raises ServerError where nobody does."""


@runtime_checkable
class HasLab(HasGateway, Protocol):
    """A target whose server flowc can boot for tests; the calls there are live."""

    def lab(self) -> Lab:
        """The lab."""
