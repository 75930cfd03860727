"""Inputs from which a caller can't get to a person: at all, within the keys promised, or by silence."""

from __future__ import annotations

from collections.abc import Callable

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Reporter
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Dial, Enqueue, Record
from flowc.graph.surroundings import PersonPromise
from flowc.passes.edges import Edge, all_edges, ending, keys_pressed

Cost = Callable[[Block, Edge], int | None]


def find_no_person(graph: FlowGraph, promise: PersonPromise, report: Reporter) -> None:
    """Report each input that breaks the promise; a project without `person:` promises nothing."""
    if promise.within_keys is None:
        return
    keys = _distances(graph, lambda block, edge: keys_pressed(block, edge.outcome))
    silent = _distances(graph, _by_silence)
    for id_, block in graph.blocks.items():
        if not isinstance(ending(block), Collect):
            continue
        if id_ not in keys:
            report.report(proofs.NO_PERSON, block.origin.span, node=id_.node)
        elif keys[id_] > promise.within_keys:
            report.report(
                proofs.TOO_MANY_KEYS,
                block.origin.span,
                node=id_.node,
                keys=keys[id_],
                most=promise.within_keys,
            )
        elif id_ not in silent:
            report.report(proofs.SILENT_NO_PERSON, block.origin.span, node=id_.node)


def _by_silence(block: Block, edge: Edge) -> int | None:
    """No way but silence out of an input; every way out of all else."""
    if isinstance(ending(block), Collect):
        return 0 if edge.outcome == "silence" else None
    return 0


def _distances(graph: FlowGraph, cost: Cost) -> dict[BlockId, int]:
    """The least cost from each block to one where a person, or a message box, is."""
    backward: dict[BlockId, list[tuple[BlockId, int]]] = {}
    for edge in all_edges(graph):
        price = cost(graph.blocks[edge.source], edge)
        if price is not None:
            backward.setdefault(edge.to, []).append((edge.source, price))
    found = {
        id_: 0
        for id_, block in graph.blocks.items()
        if isinstance(ending(block), Enqueue | Dial | Record)
    }
    waiting = list(found)
    while waiting:
        at = waiting.pop(0)
        for before, price in backward.get(at, ()):
            total = found[at] + price
            if total < found.get(before, total + 1):
                found[before] = total
                waiting.append(before)
    return found
