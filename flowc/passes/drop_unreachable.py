"""Leave out what nothing reaches: blocks that lowerings made for ways that no flow takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Operation, Remember
from flowc.passes.edges import reachable


def drop_unreachable(graph: FlowGraph) -> FlowGraph:
    """The graph with reached blocks only, remembering only menus that somebody can go back to."""
    reached = reachable(graph, graph.entries)
    menus = {name: start for name, start in graph.menus.items() if start in reached}
    kept = {
        id_: _without_lost_menus(block, menus)
        for id_, block in graph.blocks.items()
        if id_ in reached
    }
    return replace(graph, blocks=kept, menus=menus)


def _without_lost_menus(block: Block, menus: Collection[str]) -> Block:
    def is_kept(operation: Operation) -> bool:
        return not isinstance(operation, Remember) or operation.node in menus

    kept = tuple(filter(is_kept, block.operations))
    return block if len(kept) == len(block.operations) else replace(block, operations=kept)
