"""What a telephone system must offer to be a target, and how it is found. Knows no system by name.

A target turns a graph into files (`Target.emit`). Three more ports are optional: an `Installer`
puts the files on a server, a `Gateway` serves its live calls, a `Lab` boots a server and calls it.
Third parties enter by the door that the built-in ones use: the entry points `flowc.targets`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.machine.trace import Trace

GROUP = "flowc.targets"


class Capability(Enum):
    """What a target can do natively; what it lacks is refused by `emit`, or offered by the runtime."""

    QUEUES = "queues"
    FLAGS = "flags"
    LISTS = "lists"
    DATE_ARITHMETIC = "date arithmetic"
    FILLER = "while_waiting"
    ACCEPT_KEY = "press to accept"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue as an environment has it. `members` are the target's own addresses of agents.

    Times in seconds; `most_waiting` 0 sets no limit; `music` names a class of the server.
    """

    members: tuple[str, ...] = ()
    strategy: str = "longest_idle"  # also: ring_all, round_robin, fewest_calls, random
    ring_s: int = 15
    wrap_up_s: int = 0
    most_waiting: int = 0
    music: str = "default"
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a release will run. Folders are absolute paths on the server, without a slash last.

    `sounds` holds the release's sounds by sound key; `runtime` is `host:port`, `token` its path's
    secret (letters and digits). `trunk` names the line that calls leave by.
    """

    sounds: str
    recordings: str
    runtime: str = "127.0.0.1:4573"
    token: str = ""
    trunk: str = "trunk"
    queues: Mapping[str, QueueSettings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EmitRequest:
    """All that the files of a release depend on.

    `release` is its id in lower-case hex, at least 8 digits. `sound_files`: the sound keys that
    there are, None where nobody looked. `digit_fragments`: by language, the sound key that says
    each digit. `lab`: add the entry by which tests call (token, clock).
    """

    graph: FlowGraph
    release: str
    environment: Environment
    sound_files: frozenset[str] | None = None
    digit_fragments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lab: bool = False

    @property
    def release8(self) -> str:
        return self.release[:8]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a bundle. `path` is relative, with `/`; `origins`: the blocks it was made from."""

    path: str
    content: bytes
    origins: tuple[BlockId, ...] = ()

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a target makes of a graph. The same request gives the same bytes on any machine."""

    target: str
    release: str
    artifacts: tuple[Artifact, ...]

    def artifact(self, path: str) -> Artifact:
        """The artifact at a path. Raises KeyError."""
        found = {one.path: one for one in self.artifacts}
        return found[path]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the graph that the target cannot do; `block` is where, if it is anywhere."""

    what: str
    block: BlockId | None = None

    def __str__(self) -> str:
        return self.what if self.block is None else f"{self.block}: {self.what}"


class EmitError(Exception):
    """The target cannot express the graph. Holds every problem found, not just the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems, in the order of the graph."""
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a server shall hold: the release that calls enter (None: none), and all that are in it.

    `releases` are ids of 8 hex digits, `current` among them; the order is that of their files.
    """

    current: str | None = None
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """Where the calls are: how many in each release, and how many on their way into one."""

    by_release: Mapping[str, int] = field(default_factory=dict)
    between: int = 0

    def in_release(self, release: str) -> int:
        """How many calls are in a release."""
        return self.by_release.get(release, 0)


@dataclass(frozen=True, slots=True)
class Held:
    """What a server says it holds: the release that calls enter, and all that are loaded.

    `faults`: every way in which that is not what was asked for, in words; none is success.
    """

    current: str | None
    releases: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostLine:
    """A line that one of the server's own configuration files must have."""

    file: Path
    line: str


class ServerError(OSError):
    """A server could not be reached, or would not; the text is for its operator."""


class Installer(Protocol):
    """What a deploy asks of one server. The deploy owns the files: it puts each release's build in
    `<root>/releases/<release8>/`, and what `files` gives in `<root>/current/`, which the server's
    own configuration takes in. A deploy succeeds when `read_back` says so, not when a file was
    written. What the outside world refuses is raised as ServerError.
    """

    def files(self, loaded: Loaded) -> tuple[Artifact, ...]:
        """The files of `<root>/current/` that make a server hold this: the same each time, as they
        depend on nothing but the releases, which never change."""

    def host_lines(self) -> tuple[HostLine, ...]:
        """What the server's own configuration must say for `<root>/current/` to be read."""

    def lacking(self, build: Path) -> tuple[str, ...]:
        """What a build's folder lacks, in words, found without asking the server."""

    async def check(self, build: Path) -> tuple[str, ...]:
        """Can this server take the build? Raises ServerError with all that is in the way.

        Returns what is worth saying: its version, what could not be checked. Changes nothing.
        """

    async def reload(self) -> tuple[str, ...]:
        """Let the server read its files anew; what its log says against ours, where it is readable."""

    async def read_back(self, loaded: Loaded) -> Held:
        """Ask the server, not the disk, what it now holds, and compare it with what it should."""

    async def calls(self) -> Calls:
        """Where the calls are now."""

    async def try_call(self, number: str, release: str) -> None:
        """Ring a number as a caller would. Raises ServerError where the call is not in the release."""

    async def set_flag(self, name: str, until: int) -> None:
        """Raise a flag until that moment (seconds since 1970), or lower it with 0; read back."""


@runtime_checkable
class Installable(Protocol):
    """A target whose servers flowc can deploy to."""

    def installer(self, root: Path, settings: Mapping[str, str]) -> Installer:
        """The installer of one server. `settings` are the environment's own words, secrets
        resolved; `root` is the folder that deploys write to. Raises ValueError for a wrong one.
        """


class Gateway(Protocol):
    """Serves what live calls ask of the runtime, over the server's own protocol."""

    def serving(self) -> AbstractAsyncContextManager[tuple[str, int]]:
        """Listen while the context is open; gives the host and port listened at."""


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
    """A release that a lab's server shall hold: what it was made from, and its files."""

    request: EmitRequest
    bundle: Bundle


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

    def bare(self, root: Path, tell: Callable[[str], None]) -> AbstractAsyncContextManager[BareServer]:
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
class HasLab(Protocol):
    """A target whose server flowc can boot for tests."""

    def lab(self) -> Lab:
        """The lab."""


class LiveRuntime(Protocol):
    """A runtime that runs (`flowc.runtime.app.Runtime`), which lies above this module."""

    @property
    def broker(self) -> Any:
        """Asks the services (`flowc.runtime.services.broker.Broker`)."""

    @property
    def releases(self) -> Any:
        """The releases that are served (`flowc.runtime.releases.ReleaseTable`)."""


@runtime_checkable
class Target(Protocol):
    """A telephone system."""

    @property
    def name(self) -> str:
        """The word in `flowc.yaml`: the name of its entry point."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The major versions it is tried on."""

    @property
    def supports(self) -> frozenset[Capability]:
        """What it does natively."""

    @property
    def seat(self) -> str:
        """How a seat of queues.yaml is called where an environment says nothing: `{seat}` in it."""

    def emit(self, request: EmitRequest) -> Bundle:
        """The files of a release. Pure. Raises EmitError with all that cannot be expressed."""

    def gateway(self, runtime: LiveRuntime, environment: Environment) -> Gateway:
        """What serves live calls at `environment.runtime` out of a runtime that runs."""


class UnknownTargetError(LookupError):
    """No installed package offers a target of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        """Keep the name and those there are."""
        self.name, self.known = name, known
        there = ", ".join(known) if known else "none is installed"
        super().__init__(f"no target named `{name}`; known targets: {there}")


def target_names() -> tuple[str, ...]:
    """The names of the installed targets, sorted; nothing is imported."""
    return tuple(sorted(_entry_points()))


def load_target(name: str) -> Target:
    """The target of that name. Raises UnknownTargetError; TypeError where a package's is none."""
    points = _entry_points()
    if name not in points:
        raise UnknownTargetError(name, target_names())
    target = points[name]()
    if not isinstance(target, Target):
        raise TypeError(f"the entry point `{name}` of {GROUP} is no target")
    return target


def _entry_points() -> dict[str, Callable[[], object]]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow; only where targets are asked for

    return {point.name: point.load for point in entry_points(group=GROUP)}
