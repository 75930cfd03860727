"""Nodes that no call gets to."""

from __future__ import annotations

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Reporter
from flowc.graph.model import FlowGraph
from flowc.passes.edges import reachable


def find_unreachable(graph: FlowGraph, report: Reporter) -> None:
    """Report each node of which no block is reached from a number."""
    reached = {id_.node_name for id_ in reachable(graph, graph.entries)}
    told: set[str] = set()
    for id_, block in graph.blocks.items():
        own = id_.node_name not in reached and block.origin.kind not in (
            "main_menu",
            "limit",
            "on_hangup",
        )
        if own and id_.node_name not in told:
            told.add(id_.node_name)
            report.report(proofs.UNREACHABLE, block.origin.span, node=id_.node)
