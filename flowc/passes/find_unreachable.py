"""Nodes that no call gets to."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter, note
from flowc.graph.ids import NO_HOLIDAYS
from flowc.graph.model import FlowGraph
from flowc.passes.edges import reachable


def find_unreachable(graph: FlowGraph, report: Reporter) -> None:
    """Report each node of which no block is reached from a number."""
    reached = {id_.node_name for id_ in reachable(graph, graph.entries)}
    why = _only_on_holidays(graph, reached)
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


def _only_on_holidays(graph: FlowGraph, reached: set[str]) -> Mapping[str, Note]:
    """By node: the `hours` that would lead there on a holiday, by a calendar that lists none."""
    found: dict[str, Note] = {}
    for id_, block in graph.blocks.items():
        if id_.part.startswith(NO_HOLIDAYS) and id_.node_name in reached:
            calendar = id_.part.removeprefix(NO_HOLIDAYS)
            why = note(block.origin.span, proofs.NO_HOLIDAYS, node=id_.node, calendar=calendar)
            for there in reachable(graph, (id_,)):
                found.setdefault(there.node_name, why)
    return found
