"""What may be pending when a block is reached: a lead, or the moment at which an entry was full.

What can never arrive costs its input nothing. Knows the graph alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from flowc.graph.exits import Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Cue, CueKind, Digits, Lead, Mark
from flowc.graph.prompts import Prompt
from flowc.passes.components import on_ways_round
from flowc.passes.edges import all_edges, ending

Onward = dict[BlockId, set[BlockId]]


@dataclass
class Arrivals:
    """Asked block by block; each set is found once a graph."""

    graph: FlowGraph

    @cached_property
    def _onward(self) -> Onward:
        """Every way; a call that is too long may go its way out from anywhere."""
        way_out = self.graph.limits.to
        late = () if way_out is None else (way_out,)
        onward: Onward = {id_: set(late) for id_ in self.graph.blocks}
        for edge in all_edges(self.graph):
            if edge.to in onward:
                onward[edge.source].add(edge.to)
        return onward

    @cached_property
    def leads(self) -> dict[str, tuple[Prompt, ...]]:
        """By node with an input: the leads that may come to it."""
        found: dict[str, tuple[Prompt, ...]] = {}
        for id_, block in self.graph.blocks.items():
            pending, taken = _leads_in(block)
            reached = self._reached(self._onward[id_], self._takes_lead) if pending else ()
            nodes = [to.node_name for to in reached if self._takes_lead(to)]
            for node, lead in [(id_.node_name, taken), *((node, pending) for node in nodes)]:
                if lead:
                    found[node] = (*found.get(node, ()), lead)
        return found

    def _takes_lead(self, id_: BlockId) -> bool:
        return any(map(_is_entry, self.graph.blocks[id_].operations))

    @cached_property
    def full(self) -> frozenset[BlockId]:
        """Blocks that are reached with no cue since an entry became full."""
        starts = (to for block in self.graph.blocks.values() for to in _done(block))
        return self._reached(starts, self._has_cue)

    @cached_property
    def open_window(self) -> frozenset[BlockId]:
        """Blocks that are reached with one cue since an entry became full."""
        cued = (id_ for id_ in self.full if self._has_cue(id_))
        return self._reached((to for id_ in cued for to in self._onward[id_]), self._has_cue)

    def _has_cue(self, id_: BlockId) -> bool:
        return any(isinstance(one, Cue) for one in self.graph.blocks[id_].operations)

    @cached_property
    def asked_after_entry(self) -> bool:
        """May an input follow on a full entry at all?"""
        return any(self._has_cue(id_) for id_ in self.full)

    @cached_property
    def marked_once(self) -> frozenset[str]:
        """Marks that a call makes once at most, whichever way it goes."""
        round_about = frozenset[BlockId]().union(*on_ways_round(self._onward))
        made: dict[str, list[BlockId]] = {}
        for id_, block in self.graph.blocks.items():
            for one in block.operations:
                if isinstance(one, Mark):
                    made.setdefault(one.name, []).append(id_)
        return frozenset(
            name
            for name, blocks in made.items()
            if len(blocks) == 1 and blocks[0] not in round_about
        )

    def _reached(
        self, starts: Iterable[BlockId], stops: Callable[[BlockId], bool]
    ) -> frozenset[BlockId]:
        """Blocks on ways from `starts`, each up to the first that stops it."""
        found: set[BlockId] = set()
        waiting = [id_ for id_ in starts if id_ in self.graph.blocks]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting.extend(() if stops(at) else self._onward[at])
        return frozenset(found)


def _is_entry(operation: object) -> bool:
    return isinstance(operation, Cue) and operation.kind is CueKind.ENTRY


def _leads_in(block: Block) -> tuple[Prompt, Prompt]:
    """What the block says together with a later input, and with one of its own."""
    pending: Prompt = ()
    taken: Prompt = ()
    for operation in block.operations:
        match operation:
            case Lead(prompt):
                pending += prompt
            case Cue(kind=CueKind.ENTRY):
                pending, taken = (), pending or taken
            case _:
                pass
    return pending, taken


def _done(block: Block) -> Iterable[BlockId]:
    """Where an input of digits leads by a good entry."""
    match ending(block), block.exit:
        case Collect(Digits()), Switch() as switch:
            to = switch.case("done")
            return () if to is None else (to,)
        case _:
            return ()
