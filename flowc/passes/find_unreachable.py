"""Nodes that no call gets to."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter, note
from flowc.graph.ids import NO_HOLIDAYS, BlockId
from flowc.graph.model import FlowGraph
from flowc.passes.edges import leading_on, walked


def find_unreachable(graph: FlowGraph, report: Reporter) -> None:
    """Report each node of which no block is reached from a number."""
    onward = leading_on(graph)
    reached = {id_.node_name for id_ in walked(onward, graph.entries, set())}
    why = _only_on_holidays(graph, onward, reached)
    told: set[str] = set()
    for id_, block in graph.blocks.items():
        own = id_.node_name not in reached and block.origin.kind not in (
            "main_menu",
            "limit",
            "on_hangup",
        )
        if own and id_.node_name not in told:
            told.add(id_.node_name)
            notes = (why[id_.node_name],) if id_.node_name in why else ()
            report.report(proofs.UNREACHABLE, block.origin.span, *notes, node=id_.node)


def _only_on_holidays(
    graph: FlowGraph, onward: Mapping[BlockId, list[BlockId]], reached: set[str]
) -> Mapping[str, Note]:
    """By node: the `hours` that would lead there on a holiday, by a calendar that lists none."""
    found: dict[str, Note] = {}
    seen: set[BlockId] = set()
    for id_, block in graph.blocks.items():
        if id_.part.startswith(NO_HOLIDAYS) and id_.node_name in reached:
            calendar = id_.part.removeprefix(NO_HOLIDAYS)
            why = note(block.origin.span, proofs.NO_HOLIDAYS, node=id_.node, calendar=calendar)
            for there in walked(onward, (id_,), seen):
                found.setdefault(there.node_name, why)
    return found
