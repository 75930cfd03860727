"""Flows with every node's kind and every field's value known; names not yet followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flowc.expression.types import Type
from flowc.graph.surroundings import Keys, Surroundings
from flowc.kinds.base import NodeKind
from flowc.kinds.parts import Way, Word
from flowc.source import NOWHERE, Span

MOST_SILENCE_S = 8  # that callers bear before they think that the line is dead


@dataclass(frozen=True, slots=True)
class BoundNode:
    """A node of a flow. `title` and `note` by language; "" where the author gave none."""

    name: Word
    kind: NodeKind
    span: Span
    title: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class BoundFlow:
    """A flow. The first node is the start. `results`: what a `call` of it may end with."""

    name: Word
    nodes: tuple[BoundNode, ...]
    title: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()
    keys: Keys = Keys()
    person: Way | None = None
    parameters: Mapping[str, Type] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    variables: Mapping[str, Type] = field(default_factory=dict)
    on_hangup: tuple[BoundNode, ...] = ()
    # Nodes with findings of their own: who leads to one is not to blame.
    broken: frozenset[str] = frozenset()
    # Variables that only such nodes fill, or look-ups of what there is not: of no type.
    untold: frozenset[str] = frozenset()

    @cached_property
    def _by_name(self) -> Mapping[str, BoundNode]:
        return {node.name.text: node for node in reversed(self.nodes)}

    def node(self, name: str) -> BoundNode | None:
        """The node of a name; the first, where there are two."""
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Program:
    """A project, bound."""

    around: Surroundings
    flows: Mapping[str, BoundFlow]
    person: Way | None = None
    length_s: int = 1200
    most_nodes: int = 1000
    most_silence_s: int = MOST_SILENCE_S
    limit: Way | None = None
    unread: frozenset[str] = (
        frozenset()
    )  # flows with findings of their own, by the names of their files
    on_hangup: tuple[BoundNode, ...] = ()
    project_at: Span = NOWHERE  # where flowc.yaml begins to speak of itself
