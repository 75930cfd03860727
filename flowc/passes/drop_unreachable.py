"""Leave out what nothing reaches: blocks that lowerings made for ways that no flow takes."""

from __future__ import annotations

from dataclasses import replace

from flowc.graph.model import FlowGraph
from flowc.passes.edges import reachable


def drop_unreachable(graph: FlowGraph) -> FlowGraph:
    """The graph with reached blocks only."""
    reached = reachable(graph, graph.entries)
    kept = {id_: block for id_, block in graph.blocks.items() if id_ in reached}
    menus = {name: start for name, start in graph.menus.items() if start in reached}
    return replace(graph, blocks=kept, menus=menus)
