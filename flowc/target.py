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
from typing import Protocol, runtime_checkable

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
class Held:
    """What a server says it holds: the release its numbers lead to, and all that are loaded.

    `calls`: how many calls are in each loaded release.
    """

    current: str | None
    releases: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)


class Installer(Protocol):
    """Puts releases on one server. A deploy succeeds when `read_back` says so, not when a file was
    written. All errors of the outside world are raised as OSError with words for the operator.
    """

    async def stage(self, bundle: Bundle) -> None:
        """Put the files of a release beside those in use; nothing changes for any call."""

    async def switch(self, bundle: Bundle) -> None:
        """Make the release the one that new calls enter. What was before is kept for `put_back`."""

    async def reload(self) -> None:
        """Let the server read its files anew."""

    async def read_back(self) -> Held:
        """Ask the server, not the disk, what it now holds."""

    async def put_back(self) -> None:
        """Undo the last `switch` and reload."""

    async def remove(self, release: str) -> None:
        """Take away a release that no call is in."""

    async def set_flag(self, name: str, until: int) -> None:
        """Raise a flag until that moment (seconds since 1970), or lower it with 0."""


class Gateway(Protocol):
    """Serves what live calls ask of the runtime, over the server's own protocol."""

    def serving(self) -> AbstractAsyncContextManager[tuple[str, int]]:
        """Listen while the context is open; gives the host and port listened at."""


@dataclass(frozen=True, slots=True)
class LabCall:
    """A call as a test places it: numbers, the call's own clock, and the fixtures' token."""

    number: str
    caller: str = ""
    token: str = ""
    clock_offset_s: int = 0


class LiveLabCall(Protocol):
    """A call in the lab while it goes on; times are seconds from the answer."""

    async def press(self, keys: str, spacing_s: float = 0.2) -> None:
        """Press keys, `spacing_s` from start to start."""

    async def until_quiet(self) -> float:
        """Wait until audio was heard and has ended; when."""

    async def hang_up(self) -> None:
        """Hang up as the caller, if the call still is."""

    async def wait_ended(self, timeout_s: float) -> bool:
        """Wait for the end of the call; whether it came."""

    async def trace(self) -> Trace:
        """What happened in the call so far; whole once it has ended."""


class Lab(Protocol):
    """A real server for tests, without a trace on the host."""

    def booted(self, bundle: Bundle, sounds: Path) -> AbstractAsyncContextManager[Lab]:
        """Boot a server that holds the bundle; it is gone when the context closes."""

    async def call(self, asked: LabCall) -> LiveLabCall:
        """Place a call and wait until it is answered."""


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
