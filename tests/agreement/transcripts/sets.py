"""The calls that transcripts are kept of: every input vector, every graph by hand, the house's calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from stand_ins.making import PLACE, release_on
from test_graphs_asterisk import FRAGMENTS, MOMENT, RECORDINGS, SCENES
from vectors.graphs import PROMPTS
from vectors.model import Press
from vectors.table import FLOWS, VECTORS

from flowc.graph.model import FlowGraph
from flowc.target import Artifact, Environment, LabRelease

from .model import FOLDER

NUMBER, CALLER = "7000", "13800000000"
HOUSE = FOLDER / "house"
_NOT_READ = (".wav", "/source_map.json")  # by the server
SETS = ("vectors", "graphs", "house")
Fragments = Mapping[str, Mapping[str, str]]
# Keys within 2 ms of each other: how many of them a server has seen before it flushes is chance. Asterisk's
# stand-in is told when each was seen; FreeSWITCH's reads one a frame.
BY_CHANCE = frozenset(
    {
        "a wrong entry flushes the rest of a burst",
        "a burst behind keys that leave the tree is flushed",
        "keys before a node that flushes are dropped",
    }
)


@dataclass(frozen=True, slots=True)
class Made:
    """A graph by hand and its sounds."""

    graph: FlowGraph
    lengths: Mapping[str, int]
    fragments: Fragments = field(default_factory=dict)

    def release_on(self, target: str, place: Environment = PLACE) -> LabRelease:
        """As it is rendered for a stand-in: always the same."""
        fragments = self.fragments
        return release_on(target, self.graph, environment=place, digit_fragments=fragments)


@dataclass(frozen=True, slots=True)
class Planned:
    """A call: what it is made from, what is pressed when; `leaves_at`: the offer behind which the
    caller hangs up, 0 for never."""

    name: str
    made: str
    presses: tuple[Press, ...]
    leaves_at: int = 0
    flags: frozenset[str] = frozenset()
    starts: int = MOMENT


def made_for(name: str) -> dict[str, Made]:
    """The graphs of a set by name."""
    if name == "vectors":
        lengths = {f"zh/{sound}": ms for sound, ms in PROMPTS.items()}
        return {flow: Made(graph, lengths) for flow, graph in FLOWS.items()}
    return {
        scene: Made(
            replace(each.graph, numbers=((NUMBER, each.graph.numbers[0][1]),)),
            RECORDINGS,
            FRAGMENTS,
        )
        for scene, each in SCENES.items()
    }


def planned_for(name: str) -> tuple[Planned, ...]:
    """The calls of a set."""
    if name == "vectors":
        return tuple(Planned(each.name, each.flow, each.presses) for each in VECTORS)
    return tuple(
        Planned(scene, scene, _presses(each.keys), len(each.keys) + 1, each.flags)
        for scene, each in SCENES.items()
    )


def _presses(keys: tuple[str | None, ...]) -> tuple[Press, ...]:
    """One string of keys an offer; None lets it pass."""
    return tuple(
        Press(each, "audio", 600, offer=offer)
        for offer, each in enumerate(keys, start=1)
        if each is not None
    )


def _read(artifact: Artifact) -> bytes:
    """What a server reads of it: of a file of settings neither empty lines nor comments but its head."""
    if not artifact.path.endswith(".conf"):
        return artifact.content
    first, *rest = artifact.content.splitlines(keepends=True) or [b""]
    return b"".join((first, *(line for line in rest if line.strip() and not line.startswith(b";"))))


def digest(release: LabRelease) -> str:
    """What a release's rendered text is told from another by."""
    found = sha256()
    for artifact in release.bundle.artifacts:
        if not artifact.path.endswith(_NOT_READ):
            found.update(artifact.path.encode() + b"\0" + _read(artifact) + b"\0")
    return found.hexdigest()[:16]
