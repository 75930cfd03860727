"""A drawing: what is shown, before anybody asks where it stands or in which format.

Knows no graph, no format and no layout. Every text in it is plain and hostile: each writer
escapes for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Look(Enum):
    """What a box is to its reader; shape and colour follow from it."""

    NUMBER = "number"  # the world outside: a number dialled, the end of a call
    INPUT = "input"
    SPEECH = "speech"
    LOOKUP = "lookup"
    REQUEST = "request"
    PERSON = "person"
    DECISION = "decision"
    CALL = "call"
    END = "end"
    PORT = "port"  # a place that this drawing does not show
    FLOW = "flow"  # a whole flow, in an overview


class Tone(Enum):
    """How loud an arrow is: the way that is meant to be taken, or one for when things go wrong."""

    PLAIN = "plain"
    PERSON = "person"
    QUIET = "quiet"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A frame round boxes: a flow, or at block level a node."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A small coloured note at the foot of a box: what is inside it, or where it leads without an arrow."""

    look: Look
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """One node, block or flow. `caption` is the small second line, `marks` small notes behind it."""

    id: str
    look: Look
    title: str
    caption: str = ""
    cluster: str = ""  # "" stands outside every frame
    marks: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way, or several that lead from one box to another. `weight`: how straight it wants to be."""

    tail: str
    head: str
    label: str
    tone: Tone
    weight: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Ids are unique; each arrow joins two boxes that are there."""

    title: str
    language: str
    clusters: tuple[Cluster, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
