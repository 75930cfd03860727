"""The most that can add up on a way through a graph whose ways round are all bounded.

A part that leads round is passed as often as its bounds allow, and all of it counts each time: an
upper bound, which is what a proof needs. Knows no units.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flowc.graph.exits import Branch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.passes.attempts import rounds_left
from flowc.passes.components import components

Onward = Mapping[BlockId, Collection[BlockId]]


@dataclass(frozen=True, slots=True)
class Heaviest:
    """By block: what adds up from its beginning on, and the part of the graph that comes next."""

    most: Mapping[BlockId, int]
    part: Mapping[BlockId, frozenset[BlockId]]
    following: Mapping[BlockId, BlockId | None]

    def way(self, start: BlockId) -> tuple[frozenset[BlockId], ...]:
        """The parts on the heaviest way from a block, in their order."""
        found = [self.part[start]]
        following = self.following[start]
        while following is not None:
            found.append(self.part[following])
            following = self.following[following]
        return tuple(found)


def heaviest(onward: Onward, weight: Callable[[BlockId], int], graph: FlowGraph) -> Heaviest:
    """The heaviest way onward from every block of `onward`."""
    most: dict[BlockId, int] = {}
    part_of: dict[BlockId, frozenset[BlockId]] = {}
    following: dict[BlockId, BlockId | None] = {}
    for part in components(onward):
        leaving = [to for one in part for to in onward[one] if to in most and to not in part]
        best = max(leaving, key=most.__getitem__, default=None)
        rounds = rounds_of(part, graph) if len(part) > 1 else 1
        total = rounds * sum(map(weight, part)) + (most[best] if best is not None else 0)
        for one in part:
            most[one], part_of[one], following[one] = total, part, best
    return Heaviest(most, part_of, following)


def rounds_of(part: Collection[BlockId], graph: FlowGraph) -> int:
    """How often a call can go through a part: once, and once more for each way back that is left to it."""
    return 1 + sum(_ways_back(graph.blocks[one], part) for one in part)


def _ways_back(block: Block, part: Collection[BlockId]) -> int:
    goes_back = isinstance(block.exit, Branch) and block.exit.then in part
    return (rounds_left(block) or 0) if goes_back else 0
