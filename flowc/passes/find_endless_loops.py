"""Ways round that have no bound: not a caller's choice, not counted, not an input's own tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowc.diagnostics.codes import proofs
from flowc.diagnostics.model import Note, Reporter
from flowc.graph.exits import Branch, Call, Return
from flowc.graph.ids import START, BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect
from flowc.passes.attempts import rounds_left
from flowc.passes.components import on_ways_round
from flowc.passes.edges import Edge, chosen_in_a_menu, edges_of, ending
from flowc.passes.example_call import FOR_EVER, example, way_to

Ways = dict[BlockId, list[Edge]]
ATTEMPT = "ask"  # the part of an input that every attempt comes through


def find_endless_loops(graph: FlowGraph, report: Reporter) -> None:
    """Report each ring of blocks that a call can go round without an end, once a ring."""
    onward = _unbounded(graph)
    told: set[frozenset[str]] = set()
    for ring in _rings(onward):
        nodes = tuple(dict.fromkeys(id_.node_name for id_ in ring))
        if frozenset(nodes) in told:
            continue
        told.add(frozenset(nodes))
        closing = _closing(ring, graph)
        origin = graph.blocks[closing.source].origin
        outcome = closing.outcome or closing.source.part.removesuffix("_way")
        report.report(
            proofs.ENDLESS,
            origin.span,
            *_example(ring, graph),
            ring=" -> ".join((*nodes, nodes[0])),
            outcome="then" if outcome == START else outcome,
            target=closing.to.node,
        )


def _example(ring: list[BlockId], graph: FlowGraph) -> tuple[Note, ...]:
    """A call that comes to the ring and goes round it."""
    before = way_to(graph, ring[0])
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    round_ = [next(e for e in edges_of(graph.blocks[at]) if e.to == to) for at, to in pairs]
    return () if before is None else example(graph, (*before, *round_), FOR_EVER)


def _unbounded(graph: FlowGraph) -> dict[BlockId, list[Edge]]:
    """The ways that nothing bounds. A call leads on where the flow called can be passed without a choice."""
    onward = {
        id_: [e for e in edges_of(block) if not _bounded(e, block, graph)]
        for id_, block in graph.blocks.items()
    }
    jumped = {
        edge.to.flow
        for ways in onward.values()
        for edge in ways
        if edge.source.flow != edge.to.flow and not _is_call(edge, graph)
    }
    for id_, block in graph.blocks.items():
        match block.exit:
            case Return(flow=flow) if flow not in jumped:
                onward[id_] = []  # `otherwise` is for who came by a jump
    passed = _passed(graph, onward)
    for id_, block in graph.blocks.items():
        match block.exit:
            case Call(entry=entry, results=results):
                ways = [Edge(id_, to) for result, to in results if result in passed[entry]]
                onward[id_] = [Edge(id_, entry), *ways]
    return onward


def _is_call(edge: Edge, graph: FlowGraph) -> bool:
    exit_ = graph.blocks[edge.source].exit
    return isinstance(exit_, Call) and exit_.entry == edge.to


def _passed(graph: FlowGraph, onward: Ways) -> dict[BlockId, frozenset[str]]:
    """By entry of each called flow: the results it can end with and the caller chose nothing."""
    called = {block.exit.entry for block in graph.blocks.values() if isinstance(block.exit, Call)}
    passed: dict[BlockId, frozenset[str]] = dict.fromkeys(called, frozenset())
    within: dict[BlockId, set[BlockId]] = {entry: set() for entry in called}
    waiting = sorted(called)
    while waiting:
        entry = waiting.pop()
        found = frozenset(_results(entry, graph, onward, passed, within))
        if found != passed[entry]:
            passed[entry] = found
            waiting.extend(within[entry])
    return passed


def _results(
    entry: BlockId,
    graph: FlowGraph,
    onward: Ways,
    passed: Mapping[BlockId, frozenset[str]],
    within: Mapping[BlockId, set[BlockId]],
) -> Iterator[str]:
    """The results of a flow by what is known of the flows that it calls, which are noted in `within`."""
    seen: set[BlockId] = set()
    waiting = [entry]
    while waiting:
        at = waiting.pop()
        if at in seen or at not in graph.blocks:
            continue
        seen.add(at)
        match graph.blocks[at].exit:
            case Return(flow=flow, result=result) if flow == entry.flow:
                yield result
            case Call(entry=inner, results=results):
                within[inner].add(entry)
                waiting.extend(to for result, to in results if result in passed[inner])
            case _:
                waiting.extend(edge.to for edge in onward[at])


def _bounded(edge: Edge, block: Block, graph: FlowGraph) -> bool:
    if chosen_in_a_menu(block, edge.outcome):
        return True
    match block.exit:
        case Branch(then=then, otherwise=otherwise) if edge.to == then != otherwise:
            if rounds_left(block) is not None:
                return True
    # An input's own attempts are counted; only its start begins to count anew.
    there = graph.blocks.get(edge.to)
    same = edge.source.node_name == edge.to.node_name
    asked = there is not None and isinstance(ending(there), Collect) and edge.to.part == ATTEMPT
    return same and asked and edge.source.part != START


def _rings(onward: Ways) -> Iterator[list[BlockId]]:
    """A ring for each part of the graph that leads round."""
    ways = {id_: [edge.to for edge in edges] for id_, edges in onward.items()}
    for part in on_ways_round(ways):
        yield _ring_in(part, onward)


def _ring_in(part: frozenset[BlockId], onward: Ways) -> list[BlockId]:
    """The shortest ring through the part's first block in the source's order."""
    first = next(id_ for id_ in onward if id_ in part)
    ways: list[list[BlockId]] = [[first]]
    seen: set[BlockId] = set()
    for way in ways:
        for edge in onward[way[-1]]:
            if edge.to == first:
                return way
            if edge.to in part and edge.to not in seen:
                seen.add(edge.to)
                ways.append([*way, edge.to])
    return [first]


def _closing(ring: list[BlockId], graph: FlowGraph) -> Edge:
    """The way that goes back: out of the last block of the ring that leaves its node."""
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    source, to = next(((a, b) for a, b in reversed(pairs) if a.node_name != b.node_name), pairs[-1])
    return next(edge for edge in edges_of(graph.blocks[source]) if edge.to == to)
