"""The shortest way that a call can take to a place; a flow that is called returns to where it was called.

A flow is searched once for each thing that is known where it is called, and what it takes to pass it is
used at every call of it: calls within calls cost no more than the blocks that they are made of.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from flowc.graph.exits import Call, Return
from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.passes.edges import Edge, edges_of

Fact = TypeVar("Fact", bound=Hashable)
Carry = Callable[[Edge, Fact], Fact | None]

# Flows that call flows may make a way to the power of their number; nobody is helped by one so long.
MOST_EDGES = 20_000


def shortest_way(
    graph: FlowGraph, known: Fact, carry: Carry[Fact], is_there: Callable[[BlockId, Fact], bool]
) -> tuple[Edge, ...] | None:
    """The fewest edges from where calls begin; None where no way leads there, or none that is short.

    `known` is what holds at the beginning; `carry` says what holds behind an edge, or None where the
    edge is not followed. *Back* leads where it does with no menu left: where else depends on the call.
    """
    return _Search(graph, carry).find(known, is_there)


@dataclass(frozen=True, slots=True)
class _Place(Generic[Fact]):
    """A block with what holds there, and how its flow was called: by which entry, with what.

    A jump to another flow is an end of the call of a flow: it is entered as by nobody's call.
    """

    at: BlockId
    fact: Fact
    called: tuple[BlockId, Fact] | None = None


@dataclass(frozen=True, slots=True)
class _Step(Generic[Fact]):
    """How a place was come to. `through`: the end of the flow that was called at `before`."""

    edge: Edge
    before: _Place[Fact]
    through: _Place[Fact] | None = None


class _Search(Generic[Fact]):
    """Dijkstra's; a call that is entered a second time goes on where the first found its ends."""

    def __init__(self, graph: FlowGraph, carry: Carry[Fact]) -> None:
        self._graph = graph
        self._carry = carry
        self._came: dict[_Place[Fact], _Step[Fact] | None] = {}
        self._length: dict[_Place[Fact], int] = {}
        self._sites: dict[tuple[BlockId, Fact], list[_Place[Fact]]] = {}
        self._ends: dict[tuple[BlockId, Fact], list[_Place[Fact]]] = {}
        self._waiting: list[tuple[int, int, _Place[Fact], _Step[Fact] | None]] = []
        self._pushed = 0

    def find(
        self, known: Fact, is_there: Callable[[BlockId, Fact], bool]
    ) -> tuple[Edge, ...] | None:
        for _, entry in self._graph.numbers:
            self._push(0, _Place(entry, known), None)
        while self._waiting:
            length, _, place, step = heapq.heappop(self._waiting)
            if place in self._came:
                continue
            if length > MOST_EDGES:
                return None
            self._came[place], self._length[place] = step, length
            if is_there(place.at, place.fact):
                return tuple(reversed(list(self._way_back(place))))
            self._leave(place)
        return None

    def _push(self, length: int, place: _Place[Fact], step: _Step[Fact] | None) -> None:
        if place.at in self._graph.blocks and place not in self._came:
            self._pushed += 1
            heapq.heappush(self._waiting, (length, self._pushed, place, step))

    def _leave(self, place: _Place[Fact]) -> None:
        block = self._graph.blocks[place.at]
        match block.exit:
            case Call(entry=entry):
                self._call(place, Edge(place.at, entry))
            case Return() if place.called is not None:
                self._ends.setdefault(place.called, []).append(place)
                for site in self._sites[place.called]:
                    self._return(site, place)
            case _:
                for edge in edges_of(block):
                    fact = self._carry(edge, place.fact)
                    if fact is not None:
                        called = place.called if edge.to.flow == place.at.flow else None
                        onward = _Place(edge.to, fact, called)
                        self._push(self._length[place] + 1, onward, _Step(edge, place))

    def _call(self, site: _Place[Fact], edge: Edge) -> None:
        fact = self._carry(edge, site.fact)
        if fact is None:
            return
        called = edge.to, fact
        self._sites.setdefault(called, []).append(site)
        self._push(self._length[site] + 1, _Place(edge.to, fact, called), _Step(edge, site))
        for end in self._ends.get(called, ()):
            self._return(site, end)

    def _return(self, site: _Place[Fact], end: _Place[Fact]) -> None:
        call, left = self._graph.blocks[site.at].exit, self._graph.blocks[end.at].exit
        assert isinstance(call, Call)
        assert isinstance(left, Return)
        to = dict(call.results).get(left.result)
        if to is None:
            return
        edge = Edge(end.at, to, left.result)
        fact = self._carry(edge, end.fact)
        if fact is not None:
            inside = self._length[end] - self._length[_entered(end)]
            length = self._length[site] + 1 + inside + 1
            self._push(length, _Place(to, fact, site.called), _Step(edge, site, end))

    def _way_back(self, there: _Place[Fact]) -> Iterator[Edge]:
        """The way to a place, last edge first."""
        # What is still to be told: an edge, or all from a place back to the beginning of its call.
        left: list[Edge | tuple[_Place[Fact], _Place[Fact] | None]] = [(there, None)]
        while left:
            told = left.pop()
            if isinstance(told, Edge):
                yield told
                continue
            place, first = told
            step = self._came[place]
            if step is None or place == first:
                continue
            yield step.edge
            left.append((step.before, first))
            if step.through is not None:
                entered = _entered(step.through)
                left += [Edge(step.before.at, entered.at), (step.through, entered)]


def _entered(place: _Place[Fact]) -> _Place[Fact]:
    """Where the call of a flow that a place is in began."""
    assert place.called is not None
    return _Place(*place.called, place.called)
