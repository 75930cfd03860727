"""What a target makes of a graph: the request, the files, and what it could not express."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph


class Capability(Enum):
    """What not every target can do: a build refuses a flow that asks for what the target lacks."""

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
