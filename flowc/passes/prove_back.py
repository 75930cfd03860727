"""Where *back* always finds a menu to go to, there is no way for when it finds none.

Forward over all paths: of which flow the newest menu on the back list may be, if there is one. What
only an impossible way leads to is left out afterwards, with the counter that it alone reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flowc.expression.operators import reads
from flowc.graph.exits import Back
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import REPEATS, Assign, Forget, Remember
from flowc.graph.reads import expressions_in
from flowc.passes.drop_unreachable import drop_unreachable
from flowc.passes.edges import edges_but_back

NONE = ""  # no menu is on the list
Newest = frozenset[str]  # the flows that the newest menu may be of, NONE among them


def prove_back(graph: FlowGraph) -> FlowGraph:
    """The graph without ways that no call can take."""
    newest = _newest(graph)
    proven = {
        id_: replace(block, exit=Back(None))
        for id_, block in graph.blocks.items()
        if isinstance(block.exit, Back) and id_ in newest and NONE not in newest[id_]
    }
    if not proven:
        return graph
    left = drop_unreachable(replace(graph, blocks={**graph.blocks, **proven}))
    return _without_idle_counters(left)


def _newest(graph: FlowGraph) -> dict[BlockId, Newest]:
    """What may be on top of the list where a block is left, by block that a call gets to."""
    anything = frozenset({NONE, *(node.partition(".")[0] for node in graph.menus)})
    onward: dict[BlockId, list[BlockId]] = {id_: [] for id_ in graph.blocks}
    for edge in edges_but_back(graph):
        onward[edge.source].append(edge.to)
    entered: dict[BlockId, Newest] = {entry: frozenset({NONE}) for entry in graph.entries}
    if graph.limits.to is not None:
        entered[graph.limits.to] = anything
    waiting = list(entered)
    left: dict[BlockId, Newest] = {}
    while waiting:
        block = graph.blocks[waiting.pop()]
        after = left[block.id] = _after(block, entered[block.id], anything)
        for to in _ways(graph, block, after, onward[block.id]):
            there = anything if isinstance(block.exit, Back) else after
            both = there | entered.get(to, frozenset())
            if both != entered.get(to):
                entered[to] = both
                waiting.append(to)
    return left


def _ways(
    graph: FlowGraph, block: Block, after: Newest, onward: list[BlockId]
) -> Iterator[BlockId]:
    match block.exit:
        case Back(otherwise):
            menus = graph.menus.items()
            yield from (menu for node, menu in menus if node.partition(".")[0] in after)
            if NONE in after and otherwise is not None:
                yield otherwise
        case _:
            yield from onward


def _after(block: Block, newest: Newest, anything: Newest) -> Newest:
    for operation in block.operations:
        match operation:
            case Remember(node):
                newest = frozenset({node.partition(".")[0]})
            case Forget(flows) if not newest.isdisjoint(flows):
                newest = (newest | anything) - {*flows}
            case _:
                pass
    return newest


def _without_idle_counters(graph: FlowGraph) -> FlowGraph:
    """Repeats are counted where an input can be repeated: by the blocks of its own node."""
    counted = {
        block.id.node_name
        for block in graph.blocks.values()
        if any(REPEATS in reads(each) for each in expressions_in(block))
    }
    blocks = {
        id_: block if id_.node_name in counted else _without_counter(block)
        for id_, block in graph.blocks.items()
    }
    return replace(graph, blocks=blocks)


def _without_counter(block: Block) -> Block:
    kept = tuple(
        each
        for each in block.operations
        if not (isinstance(each, Assign) and each.variable == REPEATS)
    )
    return block if kept == block.operations else replace(block, operations=kept)
